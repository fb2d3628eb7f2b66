/** Times of the wire are RFC 3339 in the platform's own offset, China having had no other since 1991. */
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

export function rfc3339(epochMs: number): string {
  return new Date(epochMs + OFFSET_MS).toISOString().slice(0, 19) + "+08:00";
}

export const dayOf = (epochMs: number): string => rfc3339(epochMs).slice(0, 10);

/** The day whose score is on show: a new one comes out around noon, and between 9 and 14 o'clock nobody can tell. */
export function shownDay(epochMs: number): string | null {
  const hour = Number(rfc3339(epochMs).slice(11, 13));
  return hour < 9 ? dayOf(epochMs - DAY_MS) : hour < 14 ? null : dayOf(epochMs);
}

const STAMP = /^(\d{4})[-/年.]?(\d{2})[-/月.]?(\d{2})日?(?:[ T]+(\d{2}):(\d{2})(?::(\d{2}))?)?/;

/** Milliseconds of a Chinese date or time text, of `20261106`, or of unix seconds; null where it is none of these. */
export function parseStamp(value: string | number): number | null {
  const text = String(value);
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000;
  const match = STAMP.exec(text);
  if (!match) return null;
  const [, y, mo, d, h = "00", mi = "00", s = "00"] = match;
  const iso = `${y}-${mo}-${d}T${h}:${mi}:${s}+08:00`;
  const ms = Date.parse(iso);
  // Date.parse rolls 31 February over; the round trip shows it.
  return Number.isNaN(ms) || rfc3339(ms) !== iso ? null : ms;
}
