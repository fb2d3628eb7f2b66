import type { Translate } from "../i18n.js";
import { figure, percent } from "../overlay/numbers.js";
import type { TextKey } from "../texts.js";

/** A figure, in words where it is not known: a dash alone says nothing to a screen reader. */
export const known = (value: number | null, t: Translate<TextKey>): string => (value === null ? t("p_unknown") : figure(value));

/** The 80 % band; nothing where there is none, or none is needed. */
export const band = (low: number | null, high: number | null): string => (low === null || high === null || high - low < 0.005 ? "" : `${figure(low)} – ${figure(high)}`);

/** A value in the unit a merchant would say it in. */
export function valueText(value: number, unit: string, t: Translate<TextKey>): string {
  if (unit === "ratio") return percent(value, 2);
  if (unit === "seconds") return durationText(value, t);
  return unit === "stars" ? t("unit_stars", { n: value.toFixed(4) }) : t("points", { n: figure(value) });
}

export function durationText(seconds: number, t: Translate<TextKey>): string {
  const [word, per, digits] = seconds >= 2 * 3600 ? (["unit_hours", 3600, 1] as const) : seconds >= 120 ? (["unit_minutes", 60, 1] as const) : (["unit_seconds", 1, 0] as const);
  return t(word, { n: (seconds / per).toFixed(digits) });
}

const DAY_MS = 86_400_000;
/** A day so many days away from another. */
export const dayFrom = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
