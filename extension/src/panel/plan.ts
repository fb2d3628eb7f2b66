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
    const form = around.once("plan", () => new Form(data.question, around));
    form.show(data, said);
    return [form.element, said];
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

/** Made once for all drawings: a score that comes while somebody types takes nothing out of their hands. */
class Form {
  readonly element: HTMLElement;
  readonly #gate = h("select", { id: "plan-gate", "data-act": "plan-gate" }) as HTMLSelectElement;
  #gates = "";
  #version = 0;
  #said: HTMLElement | null = null;

  constructor(question: Question | null, around: Around) {
    const { t, shop } = around;
    const of = h("select", { id: "plan-of", "data-act": "plan-of" }, ...Object.entries(KINDS).map(([kind, text]) => h("option", { value: kind, selected: question?.kind === kind }, t(text)))) as HTMLSelectElement;
    const value = h("input", { id: "plan-value", inputmode: "decimal", pattern: "[0-9]+([.][0-9]+)?", required: true, autocomplete: "off", "data-act": "plan-value", value: question && question.kind !== "gate" ? question.value : "" }) as HTMLInputElement;
    const by = h("input", { id: "plan-by", type: "date", "data-act": "plan-by", value: question?.by ?? "" }) as HTMLInputElement;
    const rooms = { value: h("label", { for: "plan-value" }, h("span", {}, t("p_plan_value")), value), gate: h("label", { for: "plan-gate" }, h("span", {}, t("p_plan_gate")), this.#gate) };
    const fit = (): void => {
      const isGate = of.value === "gate";
      rooms.value.hidden = isGate;
      value.disabled = isGate;
      rooms.gate.hidden = !isGate;
    };
    of.addEventListener("change", fit);
    fit();
    this.element = h("form", { class: "plan" }, h("label", { for: "plan-of" }, h("span", {}, t("p_plan_of")), of), rooms.value, rooms.gate, h("label", { for: "plan-by" }, h("span", {}, t("p_plan_by")), by), h("button", { type: "submit", "data-act": "plan-ask" }, t("p_plan_ask")));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      trusted(() => {
        const kind = of.value as Kind;
        this.#said?.replaceChildren(t("p_plan_working"));
        const next = { kind, value: kind === "gate" ? this.#gate.value : value.value, by: by.value };
        asked.set(shop.id, { question: next, turn: (asked.get(shop.id)?.turn ?? 0) + 1, version: this.#version, answer: answerOf(next, around) });
        around.redo();
      })(event);
    });
  }

  /** The gates and the score there are now; what comes of the next question is told in `said`. */
  show({ question, version, gates }: Planned, said: HTMLElement): void {
    this.#version = version;
    this.#said = said;
    const key = JSON.stringify(gates);
    if (key === this.#gates) return;
    const chosen = this.#gates === "" ? question?.value : this.#gate.value;
    this.#gates = key;
    this.#gate.replaceChildren(...gates.map(({ key: id, name }) => h("option", { value: id, selected: id === chosen }, name)));
  }
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

