import type { Forecast, Overlay } from "../api-contract.js";
import { named } from "../i18n.js";
import { grow, h, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import { guide } from "../overlay/guide.js";
import { figure, percent, shortDay } from "../overlay/numbers.js";
import type { Around } from "./around.js";
import { band, dayFrom, known } from "./figures.js";
import type { Feature } from "./feature.js";

const DAYS_AHEAD = 7;

interface Scores { overlay: Overlay; forecast: Forecast }

/** The score now, at noon and in a week, each with its band; the method, the rule pack and the grade they rest on. */
export const score: Feature<Scores> = {
  id: "score",
  title: "p_score",
  load: async (around) => ({ overlay: await around.overlay(), forecast: await around.read("forecast", { days: String(DAYS_AHEAD) }) }),
  draw(data, around) {
    const { overlay: { panel, rules, as_of, scored_version }, forecast } = data;
    const { t } = around;
    const week = forecast.days.at(-1) ?? null;
    const { shown = null, noon } = panel;
    // Before anything has been told of it even the growth stage's 70 would be a claim.
    if (shown === null && (scored_version === 0 || panel.estimate === null)) return [h("p", { class: "note", "data-state": "nothing" }, t("p_nothing")), guideOf(panel, around)];
    return [
      h("div", { class: "scores" },
        card("now", shown ? t("shown_on", { day: shortDay(shown.date) }) : t("no_official"), known(shown?.total ?? null, t),
          shown?.since != null && shown.change !== null && h("small", {}, t("since", { day: shortDay(shown.since) }), " ", grow(move(shown.change))),
          h("small", {}, t("p_ours", { n: known(panel.estimate, t) }), " ", band(panel.low ?? null, panel.high ?? null))),
        card("noon", t("p_noon", { day: shortDay(coming(as_of, panel.official)) }), known(noon?.mid ?? null, t), noon && h("small", {}, band(noon.low, noon.high))),
        card("week", week ? t("p_week", { day: shortDay(week.date) }) : t("p_week_none"), known(week?.total.mid ?? null, t),
          week ? h("small", {}, band(week.total.low, week.total.high)) : h("small", {}, named(t, forecast.reason ?? "not_made_yet", "p_reason_")))),
      dimensions(data, around),
      basis(panel, rules, around),
      guideOf(panel, around),
    ];
  },
};

const card = (id: string, label: string, value: string, ...more: Child[]): HTMLElement => h("div", { class: "score", "data-figure": id }, h("span", {}, label), h("b", {}, value), ...more);

/** Before its page was seen the next score is that of the day itself, afterwards tomorrow's. */
const coming = (day: string, seen: boolean): string => (seen ? dayFrom(day, 1) : day);

function dimensions({ overlay: { panel }, forecast }: Scores, { t }: Around): Child {
  if (panel.dimensions.length === 0) return null;
  const week = forecast.days.at(-1)?.dimensions ?? {};
  return h("table", {}, h("caption", { class: "unseen" }, t("p_dimensions")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("p_dimension")), ...[t("official"), t("ours"), t("p_in_week")].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...panel.dimensions.map(({ key, name, weight, official, estimate }) => h("tr", {}, h("th", { scope: "row" }, name, h("small", {}, ` ${percent(weight)}`)),
      h("td", {}, figure(official)), h("td", {}, figure(estimate)), h("td", {}, figure(week[key]?.mid ?? null), h("small", {}, " ", band(week[key]?.low ?? null, week[key]?.high ?? null)))))));
}

/** What the figures rest on: method, pack, grade and how much of the shop has been seen. */
function basis({ method, based_on, grade, coverage }: Overlay["panel"], rules: string, { t }: Around): Child {
  const how = method ? named(t, method, "method_").replace("{day}", based_on ? shortDay(based_on) : "—") : t("p_unknown");
  return h("p", { class: "soft", "data-figure": "basis" }, t("p_basis", { method: how, rules, grade, means: named(t, grade, "grade_"), coverage: percent(coverage) }));
}

function guideOf(panel: Overlay["panel"], { t }: Around): Child {
  const tree = guide(panel, t);
  return tree && grow(tree);
}
