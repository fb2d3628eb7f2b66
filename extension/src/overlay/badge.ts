import type { OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { h, keepEvents, trusted } from "./dom.js";
import { dress } from "./sheet.js";
import { badgeWords, MARKS, type BadgeWords } from "./words.js";

declare const __TEST__: boolean;
export const SHADOW_MODE: ShadowRootMode = __TEST__ ? "open" : "closed";

/** How a badge is drawn; the same object as long as nothing of it has changed. */
export interface Style { page: string; stale: boolean; dark: boolean; minute: number; t: Translate }

/** One row's badge: a node of ours at the end of the row's cell, which the page may throw away whenever it likes. */
export class Badge {
  readonly host: HTMLElement;
  /** Of the row it stands in now: lists fill their rows with other things as one scrolls. */
  id = "";
  readonly #button: HTMLElement;
  #row: OverlayRow | null | undefined;
  #style: Style | null = null;
  #shown = "";

  constructor(tag: "koubei-badge" | "koubei-wait", onOpen: (badge: Badge) => void) {
    this.host = document.createElement(tag);
    const root = this.host.attachShadow({ mode: SHADOW_MODE });
    dress(root);
    keepEvents(this.host);
    this.#button = h("button", { class: "badge row", type: "button", "aria-haspopup": "dialog", on: { click: trusted(() => onOpen(this)) } });
    root.append(this.#button);
  }

  /** `row` is null while its answer is awaited (`koubei-wait`): its place is taken already, so that nothing moves then. */
  update(row: OverlayRow | null, style: Style): void {
    if (row === this.#row && style === this.#style) return;
    this.#row = row;
    this.#style = style;
    this.host.toggleAttribute("dark", style.dark);
    const { t, stale } = style;
    const words = row && badgeWords(row, style.page, style.minute, t);
    const key = JSON.stringify([words, stale, t("name")]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#button.classList.toggle("stale", stale);
    this.#button.toggleAttribute("inert", !words);
    if (words) this.#draw(words, stale, t);
    else this.#button.replaceChildren("…");
  }

  focus(): void {
    this.#button.focus();
  }

  #draw({ tone, number, until, risk, clock, action }: BadgeWords, stale: boolean, t: Translate): void {
    const said = [t("name"), tone !== "calm" && t(tone === "good" ? "helps" : "hurts"), number, until, risk?.text, clock?.text, action, stale && t("stale")];
    this.#button.setAttribute("aria-label", said.filter(Boolean).join("，"));
    this.#button.title = said.slice(2).filter(Boolean).join(" · ");
    this.#button.replaceChildren(...[
      tone !== "calm" && h("span", { class: `m ${tone}` }, MARKS[tone]),
      h("span", { class: `n ${tone}` }, number),
      until && !risk && !clock && h("span", { class: "calm" }, until),
      risk && h("span", { class: `risk ${risk.level}` }, risk.text),
      clock && h("span", { class: `clock${clock.late ? " late" : ""}` }, clock.text),
      action && h("span", { class: "todo" }, action),
    ].filter((part) => part !== false && part !== null && part !== ""));
  }
}
