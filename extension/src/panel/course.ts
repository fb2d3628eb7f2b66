import type { Forecast, HistoryDay } from "../api-contract.js";
import { named } from "../i18n.js";
import { h, type Child } from "../overlay/dom.js";
import { figure } from "../overlay/numbers.js";
import type { TextKey } from "../texts.js";
import type { Around } from "./around.js";
import { Chart } from "./chart.js";
import { band, dayFrom, known } from "./figures.js";
import type { Feature } from "./feature.js";

const DAYS_AHEAD = 30;
const MOST_PAGES = 5;
const REACHES: Readonly<Record<string, TextKey>> = { 30: "p_last_30", 90: "p_last_90", 365: "p_last_365" };
const chosen = new Map<string, { reach: number; of: string }>();

/** One day of the course: what the page showed, what we said, what we expect; null where there is none. */
export interface Point { date: string; official: number | null; estimate: number | null; low: number | null; high: number | null; ahead: number | null }
interface Course { reach: number; of: string; history: HistoryDay[]; forecast: Forecast }

/** The score's past and what is expected of it, drawn and as a table. */
export const course: Feature<Course> = {
  id: "course",
  title: "p_course",
  async load(around) {
    const { reach, of } = chosen.get(around.shop.id) ?? { reach: 90, of: "total" };
    const { as_of } = await around.overlay();
    const [history, forecast] = await Promise.all([days(around, dayFrom(as_of, -reach)), around.read("forecast", { days: String(DAYS_AHEAD) })]);
    return { reach, of, history, forecast };
  },
  draw(data, around) {
    const { t } = around;
    const points = pointsOf(data);
    if (points.length === 0) return [choices(data, around), h("p", { class: "soft" }, named(t, data.forecast.reason ?? "not_made_yet", "p_reason_"))];
    return [choices(data, around), h("p", { "data-figure": "summary" }, summary(points, around)), new Chart(points, around).element, legend(around), table(points, around)];
  },
};

async function days(around: Around, from: string): Promise<HistoryDay[]> {
  const found: HistoryDay[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, next_cursor }: { items: HistoryDay[]; next_cursor: string | null } = await around.read("history", { from, limit: "200", ...(cursor !== null && { cursor }) });
    found.push(...items);
    cursor = next_cursor;
    if (cursor === null) break;
  }
  return found;
}

/** Of the total, or of one dimension: history has bands of the total alone. */
export function pointsOf({ of, history, forecast }: Pick<Course, "of" | "history" | "forecast">): Point[] {
  const total = of === "total";
  const past = history.map(({ date, official, estimate }): Point => ({
    date,
    official: (total ? official?.total : official?.dimensions[of]) ?? null,
    estimate: (total ? estimate?.total : estimate?.dimensions[of]) ?? null,
    low: (total ? estimate?.low : null) ?? null,
    high: (total ? estimate?.high : null) ?? null,
    ahead: null,
  }));
  const last = past.at(-1)?.date ?? "";
  const coming = forecast.days.filter(({ date }) => date > last).flatMap(({ date, total: whole, dimensions }): Point[] => {
    const said = total ? whole : dimensions[of];
    return said && said.mid !== null ? [{ date, official: null, estimate: null, low: said.low, high: said.high, ahead: said.mid }] : [];
  });
  return [...past, ...coming];
}

function choices({ reach, of }: Course, around: Around): HTMLElement {
  const { t, shop } = around;
  const select = (act: string, label: string, options: [string, string][], value: string, take: (value: string) => void): HTMLElement => {
    const element = h("select", { "aria-label": label, "data-act": act }, ...options.map(([key, text]) => h("option", { value: key, selected: key === value }, text))) as HTMLSelectElement;
    element.addEventListener("change", () => { take(element.value); around.redo(); });
    return element;
  };
  // The other choice may be newer than what is drawn.
  const choose = (one: Partial<Pick<Course, "reach" | "of">>): void => { chosen.set(shop.id, { reach, of, ...chosen.get(shop.id), ...one }); };
  return h("div", { class: "row" },
    select("of", t("p_of"), ["total", "goods", "logistics", "service"].map((key) => [key, t(key as TextKey)]), of, (value) => choose({ of: value })),
    select("course-reach", t("p_reach"), Object.entries(REACHES).map(([key, text]) => [key, t(text)]), String(reach), (value) => choose({ reach: Number(value) })));
}

/** What the drawing says, in a sentence. */
function summary(points: readonly Point[], { t }: Around): string {
  const shown = points.filter(({ official }) => official !== null);
  const [first, last] = [shown[0], shown.at(-1)];
  const ahead = points.filter(({ ahead: mid }) => mid !== null);
  const week = ahead[Math.min(6, ahead.length - 1)];
  return [
    first && last && t("p_course_past", { from: first.date, before: figure(first.official), to: last.date, after: figure(last.official) }),
    week && t("p_course_ahead", { day: week.date, mid: known(week.ahead, t), band: band(week.low, week.high) || "—" }),
  ].filter(Boolean).join(" ");
}

const legend = ({ t }: Around): HTMLElement => h("ul", { class: "legend", "aria-hidden": "true" }, ...(["official", "estimate", "ahead"] as const).map((name) => h("li", { class: name }, t(`p_legend_${name}`))));

function table(points: readonly Point[], { t }: Around): Child {
  const cells = ({ official, estimate, ahead, low, high }: Point): string[] => [figure(official), figure(estimate ?? ahead), band(low, high) || "—"];
  return h("details", { "data-fold": "table" }, h("summary", { "data-act": "table" }, t("p_as_table")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("p_as_table") }, h("table", {},
      h("thead", {}, h("tr", {}, ...[t("p_day"), t("official"), t("p_ours_or_ahead"), t("estimate_band")].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...[...points].reverse().map((point) => h("tr", {}, h("th", { scope: "row" }, point.date), ...cells(point).map((text) => h("td", {}, text))))))));
}
