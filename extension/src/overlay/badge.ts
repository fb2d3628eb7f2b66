import type { OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { h, keepEvents, trusted } from "./dom.js";
import { dress } from "./sheet.js";
import { badgeWords } from "./words.js";

declare const __TEST__: boolean;
export const SHADOW_MODE: ShadowRootMode = __TEST__ ? "open" : "closed";

/** One row's badge: a node of ours at the end of the row's cell, which the page may throw away whenever it likes. */
export class Badge {
  readonly host = document.createElement("koubei-badge");
  readonly #root = this.host.attachShadow({ mode: SHADOW_MODE });
  #shown = "";

  constructor(readonly id: string, private readonly onOpen: (badge: Badge) => void) {
    dress(this.#root);
    keepEvents(this.host);
  }

  update(row: OverlayRow, stale: boolean, nowMs: number, t: Translate): void {
    const words = badgeWords(row, nowMs, t);
    const key = JSON.stringify([words, stale]);
    if (key === this.#shown) return;
    this.#shown = key;
    const { tone, number, risk, action } = words;
    const button = h("button", { class: `badge${stale ? " stale" : ""}`, type: "button", "aria-haspopup": "dialog", "aria-label": [t("name"), number, risk?.text, risk?.clock, action].filter(Boolean).join("，"), on: { click: trusted(() => this.onOpen(this)) } },
      h("span", { class: `n ${tone}` }, number),
      risk && h("span", { class: `risk ${risk.level}` }, risk.text),
      risk?.clock && h("span", { class: `clock${risk.late ? " late" : ""}` }, risk.clock),
      action && h("span", { class: "todo" }, action));
    for (const old of this.#root.querySelectorAll("button")) old.remove();
    this.#root.append(button);
  }
}
