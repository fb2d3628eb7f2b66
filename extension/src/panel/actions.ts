import type { ListedAction } from "../api-contract.js";
import { ACTION_ANSWERS, type ActionAnswer, type ActionState } from "../messages.js";
import { grow, h, trusted, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import { changeText, clockWords, percent } from "../overlay/numbers.js";
import { Unread, type Around } from "./around.js";
import { band } from "./figures.js";
import type { Feature } from "./feature.js";
import type { TextKey } from "../texts.js";

const FIRST = 3;
const MOST_ANSWERED = 20;
/** An answer so fresh may have been a slip of the hand: it stands in plain sight with its undo. */
const FRESH_MS = 10 * 60_000;

interface Listed { first: ListedAction[]; answered: ListedAction[]; all: number }

/** The first actions, each answered in one click; an answer can be taken back. */
export const actions: Feature<Listed> = {
  id: "actions",
  title: "actions",
  async load(around) {
    const { actions: all } = await around.read("actions", { lang: around.lang, state: "all" });
    const answered = all.filter(({ state }) => state !== "open").sort((one, other) => (other.changed_at ?? "").localeCompare(one.changed_at ?? ""));
    return { first: all.filter(({ state }) => state === "open").slice(0, FIRST), answered: answered.slice(0, MOST_ANSWERED), all: answered.length };
  },
  draw({ first, answered, all }, around) {
    const { t } = around;
    const said = h("p", { class: "bad", role: "alert" });
    const fresh = answered.findIndex(({ changed_at }) => Math.abs(Date.now() - Date.parse(changed_at ?? "")) < FRESH_MS) === 0;
    const [newest, older] = fresh ? [answered.slice(0, 1), answered.slice(1)] : [[], answered];
    return [
      first.length > 0 ? h("ol", { class: "todo" }, ...first.map((action) => todo(action, around, said))) : h("p", { class: "soft" }, t("p_no_actions")),
      newest.length > 0 && h("ul", { class: "answered", role: "status" }, ...newest.map((action) => undoable(action, around, said))),
      older.length > 0 && h("details", { class: "answered", "data-fold": "answered" }, h("summary", {}, t("p_answered", { n: all - newest.length })), h("ul", {}, ...older.map((action) => undoable(action, around, said)))),
      said,
    ];
  },
};

function undoable(action: ListedAction, around: Around, said: HTMLElement): HTMLElement {
  const { id, title, state } = action;
  const { t } = around;
  return h("li", { class: "line", "data-id": id, "data-state": state }, h("span", {}, h("b", {}, t(`act_${state as ActionAnswer}`)), ` · ${title}`), button("open", "p_undo", action, around, said));
}

/** What an action gains, beside its title; or below it what it moves, where nobody can say the points. */
export function gained({ title, gain, moves }: ListedAction, { t }: Around): Child[] {
  if (gain.mid !== null) return [h("div", { class: "line" }, h("span", {}, title), h("span", {}, h("b", {}, grow(move(gain.mid))), h("small", {}, " ", band(gain.low, gain.high))))];
  const moved = Object.entries(moves).map(([key, change]) => changeText({ key, change }, t));
  return [h("div", {}, title), h("small", {}, [t("p_points_unknown"), moved.join(t("p_list"))].filter(Boolean).join(t("p_clauses")))];
}

function todo(action: ListedAction, around: Around, said: HTMLElement): HTMLElement {
  const { t } = around;
  const { id, why, deadline, effort_minutes, success, warning } = action;
  const clock = deadline ? clockWords(deadline, Date.now(), t) : null;
  return h("li", { "data-id": id }, ...gained(action, around),
    h("small", {}, [why, clock?.text, t("unit_minutes", { n: Math.round(effort_minutes) }), t("p_success", { n: percent(success) })].filter(Boolean).join(" · ")),
    warning && h("small", { class: "bad" }, warning),
    h("span", { class: "buttons" }, ...ACTION_ANSWERS.map((state) => button(state, `act_${state}`, action, around, said))));
}

function button(state: ActionState, words: TextKey, action: ListedAction, around: Around, said: HTMLElement): HTMLElement {
  const { t } = around;
  const { id, title } = action;
  const element = h("button", { class: "quiet", type: "button", "data-act": `${state}:${id}`, "aria-label": `${t(words)}: ${title}`, on: { click: trusted(() => void answer()) } }, t(words)) as HTMLButtonElement;
  /** One answer at a time; once it is given its buttons stay shut until the list is drawn anew without them. */
  async function answer(): Promise<void> {
    const all = element.closest("li")?.querySelectorAll("button") ?? [];
    for (const one of all) one.disabled = true;
    try {
      await around.act(action, state);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      said.textContent = t("p_not_done", { detail: error.why === "reads_only" ? t("e_reads_only") : error.detail || t("p_unread") });
      for (const one of all) one.disabled = false;
    }
  }
  return element;
}
