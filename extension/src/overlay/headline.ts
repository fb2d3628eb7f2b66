import type { Panel } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { SHADOW_MODE } from "./badge.js";
import { h, keepEvents, trusted } from "./dom.js";
import { figure, shortDay, signed } from "./numbers.js";
import { dress } from "./sheet.js";
import { MARKS } from "./words.js";

const LABEL = /^(商家|我的)?体验分$|^带货口碑分?$/;
const BLOCK = "dl,section,article,li,div";

/** The block that shows the score where a page shows it in passing (home card, 百应 profile), found by its visible label. */
export function findScoreBlock(root: Element): Element | null {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const parent = node.parentElement;
    if (!parent || !LABEL.test(node.nodeValue?.trim() ?? "") || parent.closest("nav,aside,a,button,h1,script,style")) continue;
    // A heading's block holds the figures; a label in a list of them stands in that list.
    const block = parent.closest("dl")?.parentElement ?? parent.closest(BLOCK);
    if (block && /\d/.test(block.textContent ?? "")) return block;
  }
  return null;
}

/** The day's score in one line, beside the page's own. */
export class Headline {
  readonly host = document.createElement("koubei-badge");
  readonly #root = this.host.attachShadow({ mode: SHADOW_MODE });
  #shown = "";

  constructor(private readonly onOpen: () => void) {
    dress(this.#root);
    keepEvents(this.host);
  }

  update({ shown = null, estimate, noon, official }: Panel, dark: boolean, t: Translate): void {
    this.host.toggleAttribute("dark", dark);
    const key = JSON.stringify([shown, estimate, noon, t("name")]);
    if (key === this.#shown) return;
    this.#shown = key;
    const change = shown?.change ?? 0;
    const tone = Math.abs(change) < 0.005 ? "calm" : change > 0 ? "good" : "bad";
    const moved = shown?.since != null && `${t("since", { day: shortDay(shown.since) })} ${signed(change)}`;
    const parts = [shown && !official && t("toolbar", { total: figure(shown.total), day: shortDay(shown.date) }), `${t("ours")} ${figure(estimate)}`, noon && `${t("noon")} ${figure(noon.low)} – ${figure(noon.high)}`];
    this.#root.querySelector("button")?.remove();
    this.#root.append(h("button", { class: "badge", type: "button", on: { click: trusted(this.onOpen) } },
      h("b", {}, t("name")),
      moved && h("span", { class: `n ${tone}` }, `${MARKS[tone]} ${moved}`.trim()),
      ...parts.map((part) => part && h("span", { class: "calm" }, part))));
  }
}
