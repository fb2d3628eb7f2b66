import type { Overlay, Panel } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { figures } from "./figures.js";
import { figure, shortDay, signed } from "./numbers.js";
import { node, pieces, type Tree } from "./tree.js";
import { MARKS } from "./words.js";

/** What the service worker draws of an answer: the panel, the line on a page that shows the score in passing, the pill. */
export interface Drawn { panel: Tree[]; headline: Tree[]; pill: string | null }

export const drawn = (overlay: Overlay, t: Translate): Drawn => ({ panel: figures(overlay, t), headline: headline(overlay.panel, t), pill: pill(overlay.panel) });

function pill({ total, shown = null }: Panel): string | null {
  const change = shown?.change ?? null;
  return total === null ? null : figure(total) + (change !== null && Math.abs(change) >= 0.005 ? ` ${signed(change)}` : "");
}

function headline({ shown = null, estimate, noon, official }: Panel, t: Translate): Tree[] {
  const change = shown?.change ?? 0;
  const tone = Math.abs(change) < 0.005 ? "calm" : change > 0 ? "good" : "bad";
  const moved = shown?.since != null && `${MARKS[tone]} ${t("since", { day: shortDay(shown.since) })} ${signed(change)}`.trim();
  const parts = [shown && !official && t("toolbar", { total: figure(shown.total), day: shortDay(shown.date) }), `${t("ours")} ${figure(estimate)}`, noon && `${t("noon")} ${figure(noon.low)} – ${figure(noon.high)}`];
  return pieces([node("b", {}, t("name")), moved && node("span", { class: `n ${tone}` }, moved), ...parts.map((part) => part && node("span", { class: "calm" }, part))]);
}
