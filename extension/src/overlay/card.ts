import type { OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { ACTION_ANSWERS, type ActionState } from "../messages.js";
import { h, trusted } from "./dom.js";
import { badgeWords, MARKS } from "./words.js";

/** A merchant's word on an action. */
export type Act = (id: string, state: ActionState) => void;

/** The details of one badge, placed beside it by `place`. */
export function detailsCard(row: OverlayRow, page: string, nowMs: number, t: Translate, act: Act): HTMLElement {
  const { tone, number, risk, clock, notes, action } = badgeWords(row, page, nowMs, t);
  const lines = [[risk?.text, clock?.text].filter(Boolean).join(" · "), ...notes, action].filter(Boolean);
  return h("div", { class: "card", role: "dialog", "aria-label": t("details"), tabindex: "-1" },
    h("p", { class: `n ${tone}` }, `${MARKS[tone]} ${number}`.trim()),
    ...lines.map((line) => h("p", {}, ...unbroken(line as string))),
    row.action && h("p", {}, ...ACTION_ANSWERS.map((state) => h("button", { class: "link", type: "button", on: { click: trusted(() => act(row.action?.id ?? "", state)) } }, t(`act_${state}`)))),
    h("p", { class: "calm" }, t(row.card ? "as_shown" : "not_the_platform")));
}

/** A line breaks between its parts, not within a date. */
const unbroken = (line: string): (HTMLElement | string)[] =>
  line.split(" · ").flatMap((part, index) => [index > 0 && " ", h("span", { class: "bit" }, index > 0 ? `· ${part}` : part)].filter((piece) => piece !== false));

export function place(card: HTMLElement, beside: DOMRect): void {
  const { width, height } = card.getBoundingClientRect();
  const below = beside.bottom + 6;
  card.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - width - 8))}px`;
  card.style.top = `${below + height < innerHeight ? below : Math.max(8, beside.top - height - 6)}px`;
}
