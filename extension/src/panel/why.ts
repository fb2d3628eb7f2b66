import type { Explanation } from "../api-contract.js";
import { named } from "../i18n.js";
import { grow, h, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import { changeText, shortDay } from "../overlay/numbers.js";
import type { TextKey } from "../texts.js";
import type { Around } from "./around.js";
import { dayFrom, known } from "./figures.js";
import type { Feature } from "./feature.js";

/** How far back; 0 is the day before that has an official score. */
const REACHES: Readonly<Record<string, TextKey>> = { 0: "p_why_last", 7: "p_why_week", 30: "p_why_month" };
const FIRST = 6;
const LEAST = 0.005;
const chosen = new Map<string, number>();

type Explained = { reach: number; explanation: Explanation | null };

/** Why the score moved: what left the window, what came in, corrections, deductions, the industry; all adding up. */
export const why: Feature<Explained> = {
  id: "why",
  title: "why",
  async load(around) {
    const reach = chosen.get(around.shop.id) ?? 0;
    const { panel: { shown = null }, as_of } = await around.overlay();
    const to = shown?.date ?? as_of;
    const from = reach === 0 ? shown?.since ?? null : dayFrom(to, -reach);
    return { reach, explanation: from === null ? null : await around.read("explanation", { from, to, lang: around.lang }) };
  },
  draw({ reach, explanation }, around) {
    return [choice(reach, around), explanation === null ? h("p", { class: "soft" }, around.t("p_why_none")) : told(explanation, around)];
  },
};

function choice(reach: number, around: Around): HTMLElement {
  const { t } = around;
  const select = h("select", { "aria-label": t("p_why_since"), "data-act": "reach" },
    ...Object.entries(REACHES).map(([days, text]) => h("option", { value: days, selected: Number(days) === reach }, t(text)))) as HTMLSelectElement;
  select.addEventListener("change", () => { chosen.set(around.shop.id, Number(select.value)); around.redo(); });
  return h("label", { class: "row" }, h("span", {}, t("p_why_since")), select);
}

type Part = Explanation["parts"][number];

function told({ from, to, change, parts, partners }: Explanation, around: Around): HTMLElement {
  const { t } = around;
  const scored = parts.filter(({ known: is, points }) => is && Math.abs(points ?? 0) >= LEAST).sort((one, other) => Math.abs(other.points ?? 0) - Math.abs(one.points ?? 0));
  const [first, rest] = [scored.slice(0, FIRST), scored.slice(FIRST)];
  const unscored = parts.filter(({ known: is }) => !is);
  const left = (change ?? 0) - first.reduce((sum, { points }) => sum + (points ?? 0), 0);
  const list = (of: Part[]): HTMLElement => h("ul", { class: "plain" }, ...of.map((part) => cause(part, around)));
  return h("div", {},
    h("div", { class: "line big" }, h("span", {}, t("p_why_ends", { from: shortDay(from.date), before: known(from.total, t), to: shortDay(to.date), after: known(to.total, t) })), change !== null && h("b", {}, grow(move(change)))),
    list(first),
    rest.length > 0 && h("details", { "data-fold": "rest" }, h("summary", { "data-act": "rest" }, t("p_why_rest", { n: rest.length }), " ", grow(move(left))), list(rest)),
    unscored.length > 0 && h("details", { "data-fold": "unscored", open: scored.length === 0 }, h("summary", { "data-act": "unscored" }, t("why_more", { n: unscored.length })), list(unscored)),
    ...partnersOf(partners, t));
}

/** A cause with what it did to its indicator and to the total, and the records behind it. */
function cause({ cause: code, indicator, dimension, change, points, known: is, records, text }: Part, { t }: Around): HTMLElement {
  const subject = indicator ?? dimension;
  const title = [subject && named(t, subject), named(t, code, "p_cause_")].filter(Boolean).join(" · ");
  const moved = indicator !== null && change !== null && changeText({ key: indicator, change }, t);
  return h("li", { "data-cause": code }, h("div", { class: "line" }, h("span", {}, title), is && points !== null && h("b", {}, grow(move(points)))),
    moved ? h("small", {}, moved) : !subject && h("small", {}, text ?? ""),
    records.length > 0 && h("details", { "data-fold": title }, h("summary", { "data-act": title }, t("p_why_records", { n: records.length })), h("ul", {}, ...records.map(({ kind, id }) => h("li", { class: "ids" }, `${named(t, kind, "p_kind_")} ${id}`)))));
}

function partnersOf(partners: Explanation["partners"], t: Around["t"]): Child[] {
  const moved = (partners ?? []).filter(({ shop }) => shop.change);
  if (moved.length === 0) return [];
  return [h("h3", {}, t("p_partners")), h("ul", {}, ...moved.map(({ name, merchant_id, shop }) => h("li", {}, `${name ?? merchant_id ?? t("p_unknown")}：${known(shop.from, t)} → ${known(shop.to, t)}`)))];
}
