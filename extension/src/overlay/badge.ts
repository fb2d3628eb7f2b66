import type { OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { h, keepEvents, trusted } from "./dom.js";
import { dress } from "./sheet.js";
import { badgeWords, MARKS } from "./words.js";

declare const __TEST__: boolean;
export const SHADOW_MODE: ShadowRootMode = __TEST__ ? "open" : "closed";

/** How a badge is drawn; the same object as long as nothing of it has changed. */
export interface Style { page: string; stale: boolean; dark: boolean; minute: number; t: Translate }

/** One row's badge: a node of ours at the end of the row's cell, which the page may throw away whenever it likes. */
export class Badge {
  readonly host = document.createElement("koubei-badge");
  readonly #root = this.host.attachShadow({ mode: SHADOW_MODE });
  #button: HTMLElement | null = null;
  #row: OverlayRow | null | undefined;
  #style: Style | null = null;
  #shown = "";

  constructor(readonly id: string, private readonly onOpen: (badge: Badge) => void) {
    dress(this.#root);
    keepEvents(this.host);
  }

  /** `row` is null while its answer is awaited: its place is taken already, so that nothing moves when it comes. */
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
    const focused = this.#button !== null && this.#root.activeElement === this.#button;
    this.#button?.remove();
    this.#button = words ? this.#draw(words, stale, t) : h("span", { class: "badge", "aria-hidden": "true" }, "…");
    this.#root.append(this.#button);
    if (focused) this.#button.focus();
  }

  focus(): void {
    this.#button?.focus();
  }

  #draw(words: ReturnType<typeof badgeWords>, stale: boolean, t: Translate): HTMLElement {
    const { tone, number, until, risk, clock, action } = words;
    const said = [t("name"), tone !== "calm" && t(tone === "good" ? "helps" : "hurts"), number, until, risk?.text, clock?.text, action, stale && t("stale")];
    return h("button", { class: `badge${stale ? " stale" : ""}`, type: "button", "aria-haspopup": "dialog", "aria-label": said.filter(Boolean).join("，"), on: { click: trusted(() => this.onOpen(this)) } },
      tone !== "calm" && h("span", { class: `m ${tone}` }, MARKS[tone]),
      h("span", { class: `n ${tone}` }, number),
      until && h("span", { class: "calm" }, until),
      risk && h("span", { class: `risk ${risk.level}` }, risk.text),
      clock && h("span", { class: `clock${clock.late ? " late" : ""}` }, clock.text),
      action && h("span", { class: "todo" }, action));
  }
}
