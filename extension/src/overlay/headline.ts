import { SHADOW_MODE } from "./badge.js";
import { grow, h, keepEvents, trusted } from "./dom.js";
import { dress } from "./sheet.js";
import type { Tree } from "./tree.js";

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
  readonly #button: HTMLElement;
  #shown: readonly Tree[] = [];

  constructor(onOpen: () => void) {
    const root = this.host.attachShadow({ mode: SHADOW_MODE });
    dress(root);
    keepEvents(this.host);
    this.#button = h("button", { class: "badge", type: "button", on: { click: trusted(onOpen) } });
    root.append(this.#button);
  }

  update(line: readonly Tree[], dark: boolean): void {
    this.host.toggleAttribute("dark", dark);
    if (line === this.#shown) return;
    this.#shown = line;
    this.#button.replaceChildren(...line.map(grow));
  }
}
