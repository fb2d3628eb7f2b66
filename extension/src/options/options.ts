import { langOf, translator } from "../i18n.js";
import { h } from "../overlay/dom.js";
import { load, onChange, type Settings, type Stored } from "../settings.js";
import { allWords } from "../words.js";
import { afterPress } from "../press.js";
import { newest } from "../turns.js";
import { connection } from "./connection.js";
import { consent } from "./consent.js";
import { data } from "./data.js";
import { entry } from "./entry.js";
import { log } from "./log.js";
import { people } from "./people.js";
import { preferences } from "./preferences.js";
import { reading } from "./reading.js";
import { report } from "./report.js";
import { rules } from "./rules.js";
import { find, onRedraw, options, result, save, speak, text, type Section } from "./section.js";
import { shops } from "./shops.js";
import { start } from "./start.js";
import { state } from "./state.js";
import { switches } from "./switches.js";
import { forgetWiped, showWiped, wiped } from "./wiped.js";

const SECTIONS: readonly Section[] = [start, consent, connection, shops, switches, preferences, people, state, reading, rules, entry, log, data, report];

/** Nothing was ever agreed to, paired or taken back: the page shows only what comes first. */
const isNew = ({ consent: given, withdrawn, paired }: Settings): boolean => given === null && withdrawn === null && !paired;

const lang = h("select", { id: "lang", "data-t-label": "o_lang", on: { change: () => void save({ lang: find<HTMLSelectElement>("lang").value as Settings["lang"] }) } },
  ...options(["auto", "o_lang_auto"]), h("option", { value: "zh", lang: "zh-CN" }, "中文"), h("option", { value: "en", lang: "en" }, "English"));

document.body.append(
  text("a", "o_skip", { class: "skip", href: "#sections" }),
  h("header", {}, text("h1", "o_title"), lang),
  h("div", { class: "page" },
    h("nav", { "data-t-label": "o_contents" }, h("ul", {}, ...SECTIONS.map(({ id, title }) => h("li", { "data-for": id }, text("a", title, { href: `#${id}` }))))),
    h("main", { id: "sections", tabindex: "-1" },
      result("saved"),
      wiped,
      ...SECTIONS.map(({ id, title, body }) => h("section", { id, "aria-labelledby": `${id}-title` }, text("h2", title, { id: `${id}-title` }), ...body))),
  ),
);

function show(stored: Stored): void {
  const spoken = langOf(stored.settings.lang, navigator.language);
  const now = { ...stored, lang: spoken, t: translator(allWords(spoken)) };
  document.documentElement.lang = spoken === "zh" ? "zh-CN" : "en";
  speak(now);
  find<HTMLSelectElement>("lang").value = stored.settings.lang;
  if (!isNew(stored.settings)) forgetWiped();
  showWiped();
  for (const section of SECTIONS) {
    find(section.id).hidden = isNew(stored.settings) && !section.first;
    section.show(now);
  }
  for (const item of document.querySelectorAll<HTMLElement>("nav [data-for]")) item.hidden = find(item.dataset["for"] ?? "").hidden;
}

let told: Stored | null = null;
const showTold = (): void => { if (told) show(told); };
function tell(now: Stored): void {
  told = now;
  afterPress(showTold);
}

const drawing = newest();
/** What is told of a change is newer than what was being read before it. */
function draw(): void {
  const isNewest = drawing();
  void load().then((now) => { if (isNewest()) tell(now); });
}
onRedraw(draw);
onChange((now) => { drawing(); tell(now); });
draw();
