import type { IndicatorChange, OverlayRow } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import type { PageTextKey } from "../texts.js";
import { rfc3339 } from "../time.js";

export type Tone = "good" | "bad" | "calm";
export interface BadgeWords {
  tone: Tone;
  number: string;
  risk: { level: string; text: string; clock: string | null; late: boolean } | null;
  action: string | null;
  notes: string[];
}

const HIGHER_IS_BETTER = new Set(["goods.rating", "goods.praise", "logistics.praise", "service.praise", "logistics.pickup_rate", "logistics.pickup_score", "logistics.delivery_rate", "service.after_sale_rate"]);
const SECONDS = /_seconds$/;

/** Two decimals, more where two would show nothing; a true minus sign. */
export function signed(value: number): string {
  const size = Math.abs(value);
  if (size < 0.00005) return "0";
  const text = size.toFixed(size >= 0.01 ? 2 : size >= 0.001 ? 3 : 4);
  return (value < 0 ? "−" : "+") + text;
}

const toneOf = (value: number): Tone => (Math.abs(value) < 0.00005 ? "calm" : value > 0 ? "good" : "bad");

function changeWords({ key, change }: IndicatorChange, t: Translate): { tone: Tone; number: string } {
  const name = named(t, key);
  const tone = toneOf(HIGHER_IS_BETTER.has(key) ? change : -change);
  const [unit, per]: [PageTextKey, number] = key === "goods.rating" ? ["unit_stars", 1] : key === "logistics.pickup_score" ? ["points", 1] : SECONDS.test(key) ? secondsUnit(change) : ["unit_pp", 0.01];
  return { tone, number: t("change", { name, n: t(unit, { n: signed(change / per) }) }) };
}

const secondsUnit = (seconds: number): [PageTextKey, number] =>
  Math.abs(seconds) >= 3600 ? ["unit_hours", 3600] : Math.abs(seconds) >= 60 ? ["unit_minutes", 60] : ["unit_seconds", 1];

/** The deadline in the shop's own wall clock, as the answer writes it, and how long is left. */
export function clockWords(deadline: string, nowMs: number, t: Translate): { text: string; late: boolean } | null {
  const at = Date.parse(deadline);
  if (Number.isNaN(at)) return null;
  const day = deadline.slice(0, 10);
  const time = deadline.slice(11, 16);
  const when = day === rfc3339(nowMs).slice(0, 10) ? t("today", { time }) : day === rfc3339(nowMs + 86_400_000).slice(0, 10) ? t("tomorrow", { time }) : `${day.slice(5)} ${time}`;
  const left = at - nowMs;
  if (left <= 0) return { text: t("clock_past", { when }), late: true };
  const minutes = Math.ceil(left / 60_000);
  const words = minutes < 60 ? t("unit_minutes", { n: minutes }) : minutes < 48 * 60 ? t("unit_hours", { n: Math.floor(minutes / 60) }) : t("left_days", { n: Math.floor(minutes / 1440) });
  return { text: t("clock_left", { when, left: words }), late: false };
}

/** `expected` while the order is open, then `delta`; the indicator's own change where no points can be given. */
function numberWords({ expected, delta }: OverlayRow, t: Translate): { tone: Tone; number: string; notes: string[] } | null {
  const band = (low: number | null, high: number | null): string[] => (low === null || high === null ? [] : [t("band", { low: signed(low), high: signed(high) })]);
  if (typeof expected.points === "number") {
    return { tone: toneOf(expected.points), number: t("points", { n: signed(expected.points) }), notes: [t("expected_note"), ...band(expected.low, expected.high)] };
  }
  if (typeof delta.points === "number") return { tone: toneOf(delta.points), number: t("points", { n: signed(delta.points) }), notes: [t("delta_note")] };
  return delta.indicator ? { ...changeWords(delta.indicator, t), notes: [] } : null;
}

export function badgeWords(row: OverlayRow, nowMs: number, t: Translate): BadgeWords {
  const plain = (number: string): BadgeWords => ({ tone: "calm", number, risk: null, action: null, notes: [] });
  if (row.counts === null) return plain(t("waiting"));
  if (!row.counts) {
    const why = named(t, row.why_not ?? "");
    return plain(why === (row.why_not ?? "") ? t("not_counted") : t("not_counted_why", { why }));
  }

  const number = numberWords(row, t) ?? { tone: "calm" as const, number: t("no_effect"), notes: [] };
  const notes = [...number.notes];
  if (row.delta.drops_out) notes.push(t("drops_out", { day: row.delta.drops_out }));
  let risk: BadgeWords["risk"] = null;
  if (row.risk && row.risk.level !== "none") {
    const { level, outcome, probability, deadline, reasons } = row.risk;
    const clock = deadline ? clockWords(deadline, nowMs, t) : null;
    risk = { level, text: `${named(t, level, "risk_")} · ${named(t, outcome)}`, clock: clock?.text ?? null, late: clock?.late ?? false };
    notes.push(`${named(t, outcome)}：${t("probability", { n: Math.round(probability * 100) })}`);
    notes.push(...reasons.map(({ text }) => text));
  }
  return { tone: number.tone, number: number.number, risk, action: row.action ? t("todo", { title: row.action.title }) : null, notes };
}
