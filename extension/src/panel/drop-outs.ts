import type { DropOuts, Lever, Score } from "../api-contract.js";
import { grow, h, type Child } from "../overlay/dom.js";
import { toned } from "../overlay/figures.js";
import { changeText, shortDay, signed } from "../overlay/numbers.js";
import type { Around } from "./around.js";
import type { Feature } from "./feature.js";

const DAYS = 30;
const NOTHING = 1e-9;
const chosen = new Map<string, string>();

interface Calendar { drop_outs: DropOuts; levers: Lever[]; score: Score }
/** What leaves on a day: bad events by indicator, what its indicators do, and the points that come back or go. */
export interface LeavingDay { date: string; bad: { name: string; count: number }[]; changes: { key: string; change: number; unit: string; better: boolean }[]; points: number }

/** The days ahead, with what leaves the window on each if nothing else happens. */
export const dropOuts: Feature<Calendar> = {
  id: "drop-outs",
  title: "p_drop_outs",
  async load(around) {
    const { lang } = around;
    const [drop_outs, { levers }, score] = await Promise.all([around.read("drop_outs", { days: String(DAYS) }), around.read("levers", { lang }), around.read("score", { lang })]);
    return { drop_outs, levers, score };
  },
  draw({ drop_outs, levers, score }, around) {
    const days = leaving(drop_outs, levers, score);
    if (days.length === 0) return [h("p", { class: "soft" }, around.t("p_nothing"))];
    const details = h("div", { class: "day-details", "aria-live": "polite" });
    const first = days.find(({ date }) => date === chosen.get(around.shop.id)) ?? days.find(({ points, bad }) => points > 0 || bad.length > 0) ?? days[0];
    const open = (day: LeavingDay, table: HTMLElement): void => {
      chosen.set(around.shop.id, day.date);
      for (const button of table.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset["act"] === day.date));
      details.replaceChildren(...told(day, around).filter((node): node is HTMLElement => Boolean(node)));
    };
    const table = month(days, around, (day) => open(day, table));
    if (first) open(first, table);
    return [h("p", { class: "soft" }, around.t("p_drop_outs_hint")), table, details];
  },
};

/** Bad events of a day are counted where the indicator counts events; of means only the value is told. */
export function leaving({ indicators, days }: DropOuts, levers: readonly Lever[], today: Pick<Score, "indicators" | "deduction" | "bonus">): LeavingDay[] {
  return days.map(({ date, deduction, bonus }, at) => {
    const before = days[at - 1] ?? today;
    const bad: LeavingDay["bad"] = [];
    const changes: LeavingDay["changes"] = [];
    for (const { indicator, name, unit, better, better_event } of levers) {
      const ahead = indicators[indicator];
      const day = ahead?.[at];
      if (!day) continue;
      const count = better_event === "fewer" ? day.left_numerator : better_event === "fewer_missed" || better_event === "more_good" ? day.left_denominator - day.left_numerator : 0;
      if (count >= 1) bad.push({ name, count: Math.round(count) });
      const was = (at === 0 ? today.indicators[indicator] : ahead[at - 1])?.value ?? null;
      const change = day.value === null || was === null ? 0 : day.value - was;
      if (Math.abs(change) > NOTHING && day.left_denominator > 0) changes.push({ key: indicator, change, unit, better: (change > 0) === (better === "higher") });
    }
    return { date, bad, changes, points: before.deduction - deduction + (bonus - before.bonus) };
  });
}

const count = ({ bad }: LeavingDay): number => bad.reduce((sum, one) => sum + one.count, 0);

/** A calendar month of buttons, weeks from Monday; a day outside is an empty cell. */
function month(days: readonly LeavingDay[], { t, lang }: Around, open: (day: LeavingDay) => void): HTMLElement {
  const weekday = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const cells: (LeavingDay | null)[] = [...Array<null>(weekday(days[0]?.date ?? "")).fill(null), ...days];
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, at) => cells.slice(7 * at, 7 * at + 7));
  const names = Array.from({ length: 7 }, (_, at) => new Date(Date.UTC(2024, 0, 1 + at)).toLocaleDateString(lang, { weekday: "short", timeZone: "UTC" }));
  return h("table", { class: "calendar" }, h("caption", { class: "unseen" }, t("p_drop_outs")),
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...weeks.map((week) => h("tr", {}, ...Array.from({ length: 7 }, (_, at) => h("td", {}, cell(week[at] ?? null)))))));

  function cell(day: LeavingDay | null): Child {
    if (!day) return null;
    const n = count(day);
    const unseen = (text: string): HTMLElement => h("span", { class: "unseen" }, text);
    const moves = Math.abs(day.points) > NOTHING;
    return h("button", { type: "button", class: "quiet", "data-act": day.date, "aria-pressed": "false", on: { click: () => open(day) } }, unseen(`${day.date.slice(0, 7)} `),
      h("b", {}, day.date.endsWith("-01") ? shortDay(day.date) : String(Number(day.date.slice(8)))), n > 0 && h("small", {}, `−${n}`, unseen(` ${t("p_bad_leave")}`)), moves && h("small", { class: day.points > 0 ? "good" : "bad" }, signed(day.points), unseen(` ${t("total")}`)));
  }
}

function told({ date, bad, changes, points }: LeavingDay, { t }: Around): Child[] {
  const ordered = [...changes].sort((one, other) => Number(other.better) - Number(one.better));
  return [
    h("h3", {}, date),
    Math.abs(points) > NOTHING && h("p", {}, t("p_points_back"), " ", grow(toned(points > 0, signed(points)))),
    bad.length > 0 && h("p", {}, t("p_bad_leave_what", { what: bad.map(({ name, count: n }) => `${name} ${n}`).join(t("p_list")) })),
    ordered.length > 0 ? h("ul", { class: "plain" }, ...ordered.map((change) => h("li", {}, grow(toned(change.better, changeText(change, t)))))) : h("p", { class: "soft" }, t("drop_outs_none")),
  ];
}
