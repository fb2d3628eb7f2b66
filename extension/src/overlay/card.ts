import type { OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { h } from "./dom.js";
import { badgeWords, MARKS } from "./words.js";

/** The details of one badge, placed beside it by `place`. */
export function detailsCard(row: OverlayRow, page: string, nowMs: number, t: Translate): HTMLElement {
  const { tone, number, risk, clock, notes, action } = badgeWords(row, page, nowMs, t);
  const lines = [[risk?.text, clock?.text].filter(Boolean).join(" · "), ...notes, action].filter(Boolean);
  return h("div", { class: "card", role: "dialog", "aria-label": t("details"), tabindex: "-1" },
    h("p", { class: `n ${tone}` }, `${MARKS[tone]} ${number}`.trim()),
    ...lines.map((line) => h("p", {}, line as string)),
    h("p", { class: "calm" }, t("not_the_platform")));
}

export function place(card: HTMLElement, beside: DOMRect): void {
  const { width, height } = card.getBoundingClientRect();
  const below = beside.bottom + 6;
  card.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - width - 8))}px`;
  card.style.top = `${below + height < innerHeight ? below : Math.max(8, beside.top - height - 6)}px`;
}
