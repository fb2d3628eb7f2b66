import type { ActionList, AtRiskPage, DropOuts, OrderRisk, Overlay, Score } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import { grow, h, type Child } from "../overlay/dom.js";
import { gateLine, move } from "../overlay/figures.js";
import { clockWords, shortDay } from "../overlay/numbers.js";
import type { TextKey } from "../texts.js";
import type { Feature } from "./feature.js";
import { dayFrom } from "./figures.js";

const SHOWN = 6;
const ORDERS_READ = 50;
const SOON_MS = 48 * 3_600_000;
const LIKELY = 0.1;

/** One thing that costs points: until when something can be done about it, and what it costs; null is not known. */
export interface Threat { kind: "orders" | "clock" | "gate" | "deduction"; text: string; until: string | null; points: number | null; more: string[] }

interface Sources { at_risk: AtRiskPage; overlay: Overlay; actions: ActionList; score: Score; drop_outs: DropOuts }

/** What hurts soonest: orders that may go wrong, clocks that run, gates about to close, deductions held. */
export const hurts: Feature<Sources> = {
  id: "hurts",
  title: "p_hurts",
  async load(around) {
    const { lang } = around;
    const [at_risk, overlay, actions, score, drop_outs] = await Promise.all([
      around.read("at_risk", { limit: String(ORDERS_READ), lang }), around.overlay(), around.read("actions", { lang, state: "all" }), around.read("score", { lang }), around.read("drop_outs", { days: "30" })]);
    return { at_risk, overlay, actions, score, drop_outs };
  },
  draw(sources, { t }) {
    const now = Date.now();
    const found = threats(sources, t, now);
    const shut = sources.overlay.panel.gates.filter(({ open }) => open === false);
    return [
      found.length === 0 ? h("p", { class: "soft" }, sources.at_risk.reason ? named(t, sources.at_risk.reason, "p_reason_") : t("p_hurts_none")) : h("ol", { class: "threats" }, ...found.slice(0, SHOWN).map((threat) => line(threat, t, now))),
      shut.length > 0 && h("details", { "data-fold": "shut" }, h("summary", { "data-act": "shut" }, t("p_gates_shut", { n: shut.length })), ...shut.map((gate) => grow(gateLine(gate, t)))),
    ];
  },
};

/** The soonest first; what has no end of its own comes last, the dearest first. */
export function threats({ at_risk, overlay, actions, score, drop_outs }: Sources, t: Translate<TextKey>, now: number): Threat[] {
  const found = [...orders(at_risk.orders, t, now), ...clocks(actions, now), ...gates(overlay, t), ...deductions(score, drop_outs, t)];
  const end = ({ until }: Threat): number => (until === null ? Infinity : Date.parse(until));
  return found.filter((threat) => !(end(threat) < now)).sort((one, other) => (end(one) === end(other) ? 0 : end(one) - end(other)) || (one.points ?? 0) - (other.points ?? 0));
}

interface Group { outcome: string; until: string | null; isSoon: boolean; members: { order: OrderRisk; probability: number; loss: number | null }[] }

/** Orders that share what threatens them and until when are one line; those with days left are one line together. */
function orders(risks: readonly OrderRisk[], t: Translate<TextKey>, now: number): Threat[] {
  const groups = new Map<string, Group>();
  for (const order of risks) {
    const worst = worstOf(order);
    if (!worst || worst.probability < LIKELY) continue;
    const { outcome, deadline: until, probability, loss } = worst;
    const isSoon = until !== null && Date.parse(until) - now < SOON_MS;
    const key = `${outcome} ${isSoon ? until : ""}`;
    const group = groups.get(key) ?? { outcome, until, isSoon, members: [] };
    if (until !== null && (group.until === null || until < group.until)) group.until = until;
    group.members.push({ order, probability, loss });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ outcome, until, isSoon, members }) => ({
    kind: "orders", until,
    text: t(isSoon ? "p_orders_at_risk" : "p_orders_later", { n: members.length, what: named(t, outcome) }),
    points: members.some(({ loss }) => loss === null) ? null : -members.reduce((sum, { probability, loss }) => sum + probability * (loss ?? 0), 0),
    more: members.map(({ order, probability }) => [order.order_id, t("probability", { n: Math.round(100 * probability) }), ...order.reasons.map(({ text }) => text ?? ""), ...(order.clocks ?? []).map(({ past, text }) => (past ? "" : text ?? ""))].filter(Boolean).join(" · ")),
  }));
}

/** The outcome that costs most; where points cannot be given, the likeliest. What costs nothing is no threat. */
function worstOf({ outcomes }: OrderRisk): ({ outcome: string } & NonNullable<OrderRisk["outcomes"][string]>) | undefined {
  const cost = ({ probability, loss }: { probability: number; loss: number | null }): number => probability * (loss ?? 0);
  return Object.entries(outcomes).flatMap(([outcome, risk]) => (risk && risk.loss !== 0 ? [{ outcome, ...risk }] : [])).sort((one, other) => cost(other) - cost(one) || other.probability - one.probability)[0];
}

/** Clocks of after-sales that end within two days: the actions that answer them know until when. */
const clocks = ({ actions }: ActionList, now: number): Threat[] => actions
  .filter(({ state, deadline, records }) => state === "open" && deadline !== null && Date.parse(deadline) - now < SOON_MS && records.some(({ kind }) => kind === "after_sale"))
  .map(({ title, deadline, gain }) => ({ kind: "clock", text: title, until: deadline, points: gain.mid === null ? null : -gain.mid, more: [] }));

const gates = ({ panel, as_of }: Overlay, t: Translate<TextKey>): Threat[] => panel.gates.flatMap(({ name, days_to_close, means }) => (days_to_close == null ? [] : [{
  kind: "gate" as const, text: t("p_gate_closing", { name, n: days_to_close }), until: noonOf(dayFrom(as_of, days_to_close)), points: null, more: means ? [means] : [],
}]));

function deductions({ deductions: held }: Score, { conducts }: DropOuts, t: Translate<TextKey>): Threat[] {
  return held.map(({ scene, count, points, text }) => {
    const leaves = conducts.filter((one) => one.scene === scene).map(({ date }) => shortDay(date));
    return { kind: "deduction", text: t("p_deduction_held", { what: text ?? scene, n: count }), until: null, points: -points, more: leaves.length > 0 ? [t("p_leaves_on", { days: leaves.join(t("p_list")) })] : [] };
  });
}

/** Scores come out around noon. */
const noonOf = (day: string): string => `${day}T12:00:00+08:00`;

function line({ kind, text, until, points, more }: Threat, t: Translate<TextKey>, now: number): HTMLElement {
  const clock = until === null ? null : clockWords(until, now, t);
  const cost: Child = points === null ? kind !== "gate" && h("small", {}, t("p_points_unknown")) : h("b", {}, grow(move(points)));
  const head: Child[] = [h("div", { class: "line" }, h("span", {}, text), cost), clock && h("small", { class: clock.late ? "bad" : "" }, clock.text)];
  if (more.length === 0) return h("li", { "data-kind": kind }, ...head);
  if (kind !== "orders") return h("li", { "data-kind": kind }, ...head, h("small", {}, more.join(" · ")));
  const key = `${text} ${until ?? ""}`;
  return h("li", { "data-kind": kind }, ...head, h("details", { "data-fold": key }, h("summary", { "data-act": key }, t("p_which_orders")), h("ul", {}, ...more.map((one) => h("li", { class: "ids" }, one)))));
}

