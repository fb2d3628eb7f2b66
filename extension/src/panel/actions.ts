import type { ListedAction } from "../api-contract.js";
import { ACTION_STATES, type ActionState } from "../messages.js";
import { grow, h, trusted, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import { changeText, clockWords, percent } from "../overlay/numbers.js";
import { Unread, type Around } from "./around.js";
import { band } from "./figures.js";
import type { Feature } from "./feature.js";

const FIRST = 3;

/** The first actions, each answered in one click. */
export const actions: Feature<ListedAction[]> = {
  id: "actions",
  title: "actions",
  load: async (around) => (await around.read("actions", { lang: around.lang })).actions.slice(0, FIRST),
  draw(first, around) {
    const said = h("p", { class: "bad", role: "alert" });
    if (first.length === 0) return [h("p", { class: "soft" }, around.t("p_no_actions"))];
    return [h("ol", { class: "todo" }, ...first.map((action) => todo(action, around, said))), said];
  },
};

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
    h("span", { class: "buttons" }, ...ACTION_STATES.map((state) => button(state, action, around, said))));
}

function button(state: ActionState, action: ListedAction, around: Around, said: HTMLElement): HTMLElement {
  const { t } = around;
  const { id, title } = action;
  const element = h("button", { class: "quiet", type: "button", "data-act": `${state}:${id}`, "aria-label": `${t(`act_${state}`)}: ${title}`, on: { click: trusted(() => void answer()) } }, t(`act_${state}`)) as HTMLButtonElement;
  async function answer(): Promise<void> {
    element.disabled = true;
    try {
      await around.act(action, state);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      said.textContent = t("p_not_done", { detail: error.detail || t("p_unread") });
    } finally {
      element.disabled = false;
    }
  }
  return element;
}
