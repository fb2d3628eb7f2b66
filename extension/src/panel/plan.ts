import type { ActionList, GateFigure } from "../api-contract.js";
import { h, trusted, type Child } from "../overlay/dom.js";
import { percent } from "../overlay/numbers.js";
import type { TextKey } from "../texts.js";
import { gained } from "./actions.js";
import { Unread, type Around } from "./around.js";
import { band, known } from "./figures.js";
import type { Feature } from "./feature.js";

const KINDS = { target: "p_plan_total", consumer: "p_plan_consumer", gate: "p_plan_gate" } as const satisfies Record<string, TextKey>;
type Kind = keyof typeof KINDS;
interface Question { kind: Kind; value: string; by: string }
interface Answer { answer: ActionList | null; refused: string | null }
/** `version` is that of the score now; `isOld`: the answer was worked out from an earlier one. */
interface Planned extends Answer { question: Question | null; turn: number; version: number; isOld: boolean; gates: { key: string; name: string }[] }

/** What was asked last, by subject, and the answer with the score it was worked out from: it takes the server a while. */
const asked = new Map<string, { question: Question; turn: number; version: number; answer: Promise<Answer> }>();

/** How to get to a total, a figure shown to consumers, or through a gate: the cheapest plan, single ways, or waiting. */
export const plan: Feature<Planned> = {
  id: "plan",
  title: "p_plan",
  async load(around) {
    const { panel: { gates }, scored_version } = await around.overlay();
    const names = gates.map(({ key, name }: GateFigure) => ({ key, name }));
    const kept = asked.get(around.shop.id);
    if (!kept) return { question: null, turn: 0, version: scored_version, isOld: false, answer: null, refused: null, gates: names };
    const { question, turn, version } = kept;
    return { question, turn, version: scored_version, isOld: version !== scored_version, ...await kept.answer, gates: names };
  },
  draw(data, around) {
    const { answer, refused, isOld } = data;
    const said = h("div", { "data-figure": "plan", "aria-live": "polite" });
    if (refused !== null) said.append(h("p", { class: "bad", role: "alert" }, around.t("e_refused", { detail: refused })));
    if (answer && isOld) said.append(h("p", { class: "soft" }, around.t("p_plan_old")));
    if (answer) said.append(h("div", {}, ...planned(answer, around)));
    return [form(data, around, said), said];
  },
};

async function answerOf({ kind, value, by }: Question, around: Around): Promise<Answer> {
  try {
    return { answer: await around.read("actions", { [kind]: value, lang: around.lang, ...(by && { by }) }), refused: null };
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    return { answer: null, refused: error.detail || around.t("p_unread") };
  }
}

function form({ question, turn, version, gates }: Planned, around: Around, said: HTMLElement): HTMLElement {
  const { t, shop } = around;
  const of = h("select", { id: "plan-of", "data-act": "plan-of" }, ...Object.entries(KINDS).map(([kind, text]) => h("option", { value: kind, selected: question?.kind === kind }, t(text)))) as HTMLSelectElement;
  const value = h("input", { id: "plan-value", inputmode: "decimal", pattern: "[0-9]+([.][0-9]+)?", required: true, autocomplete: "off", "data-act": "plan-value", value: question && question.kind !== "gate" ? question.value : "" }) as HTMLInputElement;
  const gate = h("select", { id: "plan-gate", "data-act": "plan-gate" }, ...gates.map(({ key, name }) => h("option", { value: key, selected: question?.value === key }, name))) as HTMLSelectElement;
  const by = h("input", { id: "plan-by", type: "date", "data-act": "plan-by", value: question?.by ?? "" }) as HTMLInputElement;
  const rooms = { value: h("label", { for: "plan-value" }, h("span", {}, t("p_plan_value")), value), gate: h("label", { for: "plan-gate" }, h("span", {}, t("p_plan_gate")), gate) };
  const fit = (): void => {
    const isGate = of.value === "gate";
    rooms.value.hidden = isGate;
    value.disabled = isGate;
    rooms.gate.hidden = !isGate;
  };
  of.addEventListener("change", fit);
  fit();
  const element = h("form", { class: "plan" }, h("label", { for: "plan-of" }, h("span", {}, t("p_plan_of")), of), rooms.value, rooms.gate, h("label", { for: "plan-by" }, h("span", {}, t("p_plan_by")), by), h("button", { type: "submit", "data-act": "plan-ask" }, t("p_plan_ask")));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    trusted(() => {
      const kind = of.value as Kind;
      said.replaceChildren(t("p_plan_working"));
      const next = { kind, value: kind === "gate" ? gate.value : value.value, by: by.value };
      asked.set(shop.id, { question: next, turn: turn + 1, version, answer: answerOf(next, around) });
      around.redo();
    })(event);
  });
  return element;
}

function planned({ plan: cheapest, reachable, actions, ways, wait, not_before, current, lines }: ActionList, around: Around): Child[] {
  const { t } = around;
  const chosen = actions.filter(({ id }) => cheapest?.actions.includes(id));
  const goal = Object.entries(lines).map(([of, points]) => `${t(of as TextKey)} ${points}`).join(t("p_list"));
  return [
    h("p", {}, h("b", { class: reachable ? "good" : "bad" }, `${reachable ? "✓" : "✕"} ${t(reachable ? "p_reachable" : "p_unreachable", { goal })}`)),
    not_before?.text && h("p", {}, not_before.text),
    cheapest && cheapest.actions.length > 0 && h("div", {},
      h("p", {}, t("p_plan_sum", { from: known(current, t), to: known(cheapest.total.mid, t), band: band(cheapest.total.low, cheapest.total.high) || "—", minutes: Math.round(cheapest.effort_minutes), n: percent(cheapest.probability) })),
      h("ol", {}, ...chosen.map((action) => h("li", {}, ...gained(action, around)))),
      !cheapest.optimal && h("small", {}, t("p_plan_bound", { minutes: Math.round(cheapest.effort_at_least) }))),
    wait && h("p", {}, wait.text),
    ways.length > 0 && h("details", { "data-fold": "ways" }, h("summary", { "data-act": "ways" }, t("p_ways")), h("ul", {}, ...ways.map(({ text }) => h("li", {}, text)))),
  ];
}

