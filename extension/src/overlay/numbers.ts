import { named, type Translate } from "../i18n.js";
import type { PageTextKey } from "../texts.js";
import { rfc3339 } from "../time.js";

const DAY_MS = 86_400_000;

/** Two decimals, more where two would show nothing; a true minus sign. */
export function signed(value: number): string {
  const size = Math.abs(value);
  if (size < 0.00005) return "0";
  const text = size.toFixed(size >= 0.01 ? 2 : size >= 0.001 ? 3 : 4);
  return (value < 0 ? "−" : "+") + text;
}

export const figure = (value: number | null): string => (value === null ? "—" : value.toFixed(2));
export const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)}%`;
/** Month and day of a date: the year is the one at hand. */
export const shortDay = (day: string): string => day.slice(5);

/** An answer that does not say the unit of an indicator: its key does. */
const unitOf = (key: string): string => (/_seconds$/.test(key) ? "seconds" : key === "goods.rating" ? "stars" : /_score$/.test(key) ? "points" : "ratio");

/** An indicator's own change, in the unit a merchant would say it in. */
export function changeText({ key, change, unit = unitOf(key) }: { key: string; change: number; unit?: string }, t: Translate): string {
  const [word, per]: [PageTextKey, number] = unit === "seconds" ? secondsUnit(change) : unit === "ratio" ? ["unit_pp", 0.01] : [unit === "stars" ? "unit_stars" : "points", 1];
  return t("change", { name: named(t, key), n: t(word, { n: signed(change / per) }) });
}

const secondsUnit = (seconds: number): [PageTextKey, number] =>
  Math.abs(seconds) >= 3600 ? ["unit_hours", 3600] : Math.abs(seconds) >= 60 ? ["unit_minutes", 60] : ["unit_seconds", 1];

/** A moment in the shop's own wall clock, as the answer writes it. */
export function whenText(moment: string, nowMs: number, t: Translate): string {
  const [day, time] = [moment.slice(0, 10), moment.slice(11, 16)];
  if (day === rfc3339(nowMs).slice(0, 10)) return t("today", { time });
  return day === rfc3339(nowMs + DAY_MS).slice(0, 10) ? t("tomorrow", { time }) : `${shortDay(day)} ${time}`;
}

/** The deadline and how long is left. */
export function clockWords(deadline: string, nowMs: number, t: Translate): { text: string; late: boolean } | null {
  const left = Date.parse(deadline) - nowMs;
  if (Number.isNaN(left)) return null;
  const when = whenText(deadline, nowMs, t);
  if (left <= 0) return { text: t("clock_past", { when }), late: true };
  const minutes = Math.ceil(left / 60_000);
  const words = minutes < 60 ? t("unit_minutes", { n: minutes }) : minutes < 48 * 60 ? t("unit_hours", { n: Math.floor(minutes / 60) }) : t("left_days", { n: Math.floor(minutes / 1440) });
  return { text: t("clock_left", { when, left: words }), late: false };
}
