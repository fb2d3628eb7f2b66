import type { TextKey } from "../texts.js";
import { actions } from "./actions.js";
import { course } from "./course.js";
import { dropOuts } from "./drop-outs.js";
import { mountable, type Mountable } from "./feature.js";
import { hurts } from "./hurts.js";
import { plan } from "./plan.js";
import { score } from "./score.js";
import { shops } from "./shops.js";
import { sliders } from "./sliders.js";
import { why } from "./why.js";

export interface Tab { id: string; title: TextKey; features: readonly Mountable[] }

/** What the panel shows, one file a feature. */
export const TABS: readonly [Tab, ...Tab[]] = [
  { id: "now", title: "p_tab_now", features: [mountable(score), mountable(hurts), mountable(actions)] },
  { id: "why", title: "p_tab_why", features: [mountable(why), mountable(dropOuts)] },
  { id: "try", title: "p_tab_try", features: [mountable(sliders), mountable(plan)] },
  { id: "course", title: "p_tab_course", features: [mountable(course)] },
  { id: "shops", title: "p_tab_shops", features: [mountable(shops)] },
];
