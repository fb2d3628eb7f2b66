import type { DropOutFigure, GateFigure, Overlay, Panel, TodoFigure, Why } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import { ACTION_ANSWERS, type ActionAnswer } from "../messages.js";
import type { PageTextKey } from "../texts.js";
import { guide } from "./guide.js";
import { changeText, clockWords, figure, percent, shortDay, signed } from "./numbers.js";
import { node as h, pieces, type Tree } from "./tree.js";
import { MARKS } from "./words.js";

type Child = Tree | null | false | undefined;

/** What a server of before these figures does not say. */
const UNSAID = { shown: null, low: null, high: null, method: null, based_on: null, grade: "?", dimensions: [], gaps: [], gates: [], drop_outs: [], why: null, actions: [] };

/** As many reasons as a glance takes in, the largest first; the smaller ones are folded in below them. */
const WHYS = 6;

/** A section that the merchant may fold; which ones were is the dock's to remember. */
const fold = (key: string, title: string, open: boolean, ...content: Child[]): Tree =>
  h("details", { open, "data-fold": key }, h("summary", { "data-act": key }, title), ...content);

const line = (label: Child, value: Child, props: Record<string, string> = {}): Tree => h("div", { class: "line", ...props }, h("span", {}, label), h("b", {}, value));
export const toned = (better: boolean, text: string): Tree => h("span", { class: better ? "good" : "bad" }, `${MARKS[better ? "good" : "bad"]} ${text}`);
export const move = (points: number): Tree => (Math.abs(points) < 0.005 ? "0" : toned(points > 0, signed(points)));

/** Everything the panel says of the score, the official figures first and beside ours. */
export function figures({ panel: said, rules }: Overlay, t: Translate): Tree[] {
  const panel: Panel = { ...UNSAID, ...said };
  return pieces([
    ...totals(panel, t),
    h("div", { class: "line", "data-figure": "coverage" }, h("span", {}, t("coverage")), h("b", {}, percent(panel.coverage))),
    h("progress", { class: panel.coverage < 0.9 && "low", max: "1", value: String(Math.min(1, Math.max(0, panel.coverage))), "aria-hidden": "true" }),
    guide(panel, t),
    panel.actions.length > 0 && fold("actions", t("actions"), true, ...panel.actions.map((action) => todo(action, t))),
    panel.why && fold("why", t("why"), true, ...whyLines({ ...panel.why, first: panel.why.from }, t)),
    panel.gates.length > 0 && fold("gates", t("gates"), false, ...panel.gates.map((gate) => gateLine(gate, t))),
    panel.gates.length > 0 && fold("drop_outs", t("drop_outs_next"), false, ...dropOutLines(panel.drop_outs, t)),
    h("div", { class: "foot" }, h("span", {}, t("rules", { rules })), h("span", {}, t("not_the_platform"))),
  ]);
}

/** What to do, its clock and gain, and the merchant's word on it in one click. */
function todo({ id, title, gain, deadline }: TodoFigure, t: Translate): Tree {
  const say = (state: ActionAnswer): Tree => h("button", { class: "link", type: "button", "data-id": id, "data-state": state, "data-act": `${state}:${id}`, "aria-label": `${t(`act_${state}`)}: ${title}` }, t(`act_${state}`));
  return h("div", { class: "line" }, h("span", {}, title, deadline && h("small", {}, clockWords(deadline, Date.now(), t)?.text), h("small", { class: "say" }, ...ACTION_ANSWERS.map(say))), gain !== null && h("b", {}, move(gain)));
}

function totals(panel: Panel, t: Translate): Child[] {
  const { shown, estimate, low, high, noon, method, based_on, grade, dimensions } = panel;
  const how = method ? named(t, method, "method_") : "—";
  return [
    h("div", { class: "scores" },
      h("div", { class: "score", "data-figure": "official" }, h("span", {}, shown ? t("shown_on", { day: shortDay(shown.date) }) : t(panel.official ? "official" : "no_official")), h("b", {}, figure(shown?.total ?? (panel.official ? panel.total : null))),
        shown?.since != null && shown.change !== null && h("small", {}, t("since", { day: shortDay(shown.since) }), " ", move(shown.change))),
      h("div", { class: "score ours", "data-figure": "estimate" }, h("span", {}, t("ours")), h("b", {}, figure(estimate)),
        low !== null && high !== null && h("small", {}, t("estimate_band"), ` ${figure(low)} – ${figure(high)}`))),
    dimensions.length > 0 && h("table", {}, h("tr", {}, h("th", {}), h("th", {}, t("official")), h("th", {}, t("ours"))),
      ...dimensions.map(({ name, weight, official, estimate: own }) => h("tr", {}, h("th", { scope: "row" }, name, h("small", {}, ` ${t("weight", { n: percent(weight) })}`)), h("td", {}, figure(official)), h("td", {}, figure(own))))),
    noon && line(t("noon"), `${figure(noon.low)} – ${figure(noon.high)}`, { "data-figure": "noon" }),
    line(t("method"), how.replace("{day}", based_on ? shortDay(based_on) : "—")),
    h("div", { class: "line" }, h("span", {}, t("grade", { grade })), h("span", {}, named(t, grade, "grade_"))),
  ];
}

/** The parts as the server words them: they add up to the change. What nobody can say in points is folded in below. */
function whyLines({ first, change, parts }: Omit<Why, "from" | "to"> & { first: string }, t: Translate): Child[] {
  const list = (told: typeof parts): Tree => h("ul", {}, ...told.map((part) => h("li", { "data-cause": part.cause }, part.text)));
  const scored = parts.filter(({ known, points }) => known && Math.abs(points ?? 0) >= 0.005);
  const unscored = parts.filter(({ known }) => !known);
  return [
    change !== null && line(t("since", { day: shortDay(first) }), move(change)),
    list(scored.slice(0, WHYS)),
    scored.length > WHYS && fold("why_rest", t("why_rest", { n: scored.length - WHYS }), false, list(scored.slice(WHYS))),
    unscored.length > 0 && fold("why_more", t("why_more", { n: unscored.length }), scored.length === 0, list(unscored)),
  ];
}

export function gateLine({ name, grade, open, missing, days_to_open, days_to_close, known, of, means }: GateFigure, t: Translate): Tree {
  const lacks = Object.entries(missing).flatMap(([key, gap]) => (gap ? [`${t(key as PageTextKey)} ${gap.toFixed(2)}`] : []));
  const value = open ? `✓ ${t("gate_open")}` : lacks.length > 0 ? `✕ ${t("gate_missing", { what: lacks.join("、") })}` : open === null ? t("gate_unknown") : `✕ ${t("gate_closed")}`;
  const more = [means, days_to_open !== null && t("gate_days", { n: days_to_open }), days_to_close != null && t("gate_closes", { n: days_to_close }), known !== null && of !== null && known < of && t("gate_mean", { known, of }), grade !== "A" && t("grade", { grade })].filter(Boolean).join(" · ");
  return h("div", { class: "line" }, h("span", {}, name, more && h("small", {}, more)), h("b", { class: open ? "good" : "" }, value));
}

function dropOutLines(days: readonly DropOutFigure[], t: Translate): Child[] {
  if (days.length === 0) return [h("p", { class: "calm" }, t("drop_outs_none"))];
  return days.map(({ date, effects, deduction, bonus }) => h("div", { class: "day" }, h("b", {}, shortDay(date)), h("ul", {},
    ...[...effects].sort((one, other) => Number(other.better) - Number(one.better)).map((effect) => h("li", {}, toned(effect.better, changeText(effect, t)))),
    deduction !== 0 && h("li", {}, toned(deduction < 0, t("deduction", { n: signed(deduction) }))),
    bonus !== 0 && h("li", {}, toned(bonus > 0, t("bonus", { n: signed(bonus) }))))));
}
