import type { Card, Clock, OverlayRow } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import { changeText, clockWords, figure, percent, shortDay, signed, whenText } from "./numbers.js";

export type Tone = "good" | "bad" | "calm";
/** Colour is never the only sign. */
export const MARKS: Record<Tone, string> = { good: "▲", bad: "▼", calm: "" };
export interface BadgeWords {
  tone: Tone;
  number: string;
  until: string | null;
  risk: { level: string; text: string } | null;
  clock: { text: string; late: boolean } | null;
  action: string | null;
  /** What the details add, a line each. */
  notes: string[];
}

const toneOf = (value: number): Tone => (Math.abs(value) < 0.00005 ? "calm" : value > 0 ? "good" : "bad");

/** `expected` while the order is open, then `delta`; the indicator's own change where no points can be given. */
function numberWords({ expected, delta, effects = [] }: OverlayRow, t: Translate): { tone: Tone; number: string; notes: string[] } {
  const band = (low: number | null, high: number | null): string[] => (low === null || high === null ? [] : [t("band", { low: signed(low), high: signed(high) })]);
  const points = expected.points ?? delta.points;
  const rest = effects.map((effect) => `${MARKS[effect.better ? "good" : "bad"]} ${changeText(effect, t)} · ${t("to_day", { day: shortDay(effect.drops_out) })}`);
  if (points !== null) {
    const notes = expected.points === null ? [t("delta_note")] : [t("expected_note"), ...band(expected.low, expected.high)];
    return { tone: toneOf(points), number: t("points", { n: signed(points) }), notes: [...notes, ...rest] };
  }
  const change = delta.indicator;
  if (!change) return { tone: "calm", number: t("no_effect"), notes: rest };
  const effect = effects.find(({ key }) => key === change.key);
  return { tone: !effect || !change.change ? "calm" : effect.better ? "good" : "bad", number: changeText(effect ?? change, t), notes: rest };
}

/** The clock of an after-sale: how long is left, or since when it counts; and what an hour more costs. */
function waitWords({ kind, starts_at, rested, deadline, hour }: Clock, nowMs: number, t: Translate): { clock: BadgeWords["clock"]; notes: string[] } {
  const left = deadline ? clockWords(deadline, nowMs, t) : null;
  // An answer that was due and did not come is the platform's to give.
  const name = left?.late ? [] : [t(kind === "confirm" ? "clock_confirm" : "clock_audit")];
  const counts = starts_at ? [t(Date.parse(starts_at) > nowMs && rested ? "clock_rests" : "clock_since", { when: whenText(starts_at, nowMs, t) })] : [];
  const text = [...name, left?.text ?? counts[0]].filter(Boolean).join(" · ");
  return { clock: text ? { text, late: left?.late ?? false } : null, notes: [...counts, ...(hour && !left?.late ? [t("clock_hour", { change: changeText(hour, t) })] : [])] };
}

/** What is known of a product and its shop. */
function cardWords({ name, product, shop }: Card, t: Translate): BadgeWords {
  const parts = [
    product?.quality_return != null && t("card_return", { n: percent(product.quality_return, 2) }),
    product?.limit != null && t("card_limit", { n: percent(product.limit, 2) }),
    product?.praise != null && t("card_praise", { n: percent(product.praise, 1) }),
    shop?.total != null && t("card_shop", { n: figure(shop.total), day: shop.date ? shortDay(shop.date) : "—" }),
  ].filter((part) => part !== false);
  const over = product?.quality_return != null && product.limit != null && product.quality_return > product.limit;
  const dimensions = (["goods", "logistics", "service"] as const).flatMap((key) => (shop?.[key] == null ? [] : [`${t(key)} ${figure(shop[key])}`]));
  return { ...plain(parts.join(" · ") || t("card_unknown")), tone: over ? "bad" : "calm", notes: [name, shop?.name, dimensions.join(" · ")].filter((note): note is string => Boolean(note)) };
}

const plain = (number: string): BadgeWords => ({ tone: "calm", number, until: null, risk: null, clock: null, action: null, notes: [] });

/** `page`: on lists of what hangs on orders the badge itself says until when a row counts. */
export function badgeWords(row: OverlayRow, page: string, nowMs: number, t: Translate): BadgeWords {
  if (page === "selection") return row.card ? cardWords(row.card, t) : plain(t("card_unknown"));
  const wait = row.clock ? waitWords(row.clock, nowMs, t) : null;
  const action = row.action ? t("todo", { title: row.action.title }) : null;
  if (row.counts === null) return { ...plain(t("waiting")), clock: wait?.clock ?? null, notes: wait?.notes ?? [] };
  if (!row.counts) {
    const why = named(t, row.why_not ?? "");
    return { ...plain(why === (row.why_not ?? "") ? t("not_counted") : t("not_counted_why", { why })), clock: wait?.clock ?? null, action, notes: wait?.notes ?? [] };
  }
  const { tone, number, notes } = numberWords(row, t);
  const until = row.until ?? row.delta.drops_out;
  const words: BadgeWords = { tone, number, until: until && page !== "orders" ? t("until", { day: shortDay(until) }) : null, risk: null, clock: wait?.clock ?? null, action, notes: [...notes, ...(wait?.notes ?? [])] };
  if (until) words.notes.push(t("until", { day: until }));
  if (row.risk && row.risk.level !== "none") {
    const { level, outcome, probability, deadline, reasons } = row.risk;
    words.risk = { level, text: `${named(t, level, "risk_")} · ${named(t, outcome)}` };
    words.clock ??= deadline ? clockWords(deadline, nowMs, t) : null;
    words.notes.push(`${named(t, outcome)}：${t("probability", { n: Math.round(probability * 100) })}`, ...reasons.map(({ text }) => text));
  }
  return words;
}
