import { scrub } from "./scrub.js";
import type { Converter, Leaf } from "./spec.js";
import { parseStamp, rfc3339 } from "./time.js";

/** `undefined` = the value does not fit (drift); `null` = it fits and says "not known". */
type Converted = string | number | boolean | null | undefined;

const EARLIEST_MS = Date.UTC(2015, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const TEXT_LIMIT = 200;

const asNumber = (raw: unknown): number | undefined => {
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : undefined;
  return typeof raw === "string" && /^-?\d+(?:\.\d+)?$/.test(raw) ? Number(raw) : undefined;
};
const asInteger = (raw: unknown): number | undefined => {
  const value = asNumber(raw);
  return Number.isSafeInteger(value) ? value : undefined;
};
const moment = (ms: number | null): string | undefined =>
  ms !== null && ms >= EARLIEST_MS && ms < LATEST_MS ? rfc3339(ms) : undefined;
const stamp = (raw: unknown): string | undefined =>
  typeof raw === "string" || typeof raw === "number" ? moment(parseStamp(raw)) : undefined;
const epoch = (raw: unknown, unit: number): Converted => {
  const value = asInteger(raw);
  return value === undefined ? undefined : value === 0 ? null : moment(value * unit);
};
const fraction = (raw: unknown, percentAllowed: boolean): Converted => {
  const percent = typeof raw === "string" && raw.endsWith("%");
  const value = asNumber(percent ? raw.slice(0, -1).trim() : raw);
  if (value === undefined || value < 0) return undefined;
  const share = percent || (percentAllowed && value > 1) ? value / 100 : value;
  return share <= 1 ? share : undefined;
};

const CONVERTERS: Record<Converter, (raw: unknown, leaf: Leaf) => Converted> = {
  // A number beyond 2^53 has lost its last digits already: refuse it, never round it.
  id: (raw) => (typeof raw === "string" && /^\d{1,32}$/.test(raw)) ? raw : typeof raw === "number" && Number.isSafeInteger(raw) && raw >= 0 ? String(raw) : undefined,
  int: (raw) => asInteger(raw),
  num: (raw) => asNumber(raw),
  fen: (raw) => { const value = asInteger(raw); return value !== undefined && value >= 0 ? value : undefined; },
  bool: (raw) => raw === true || raw === 1 || raw === "1" ? true : raw === false || raw === 0 || raw === "0" ? false : undefined,
  text: (raw) => typeof raw === "string" ? scrub(raw.slice(0, TEXT_LIMIT)).trim() : undefined,
  enum: (raw, leaf) => leaf.map && typeof raw !== "object" && Object.hasOwn(leaf.map, String(raw)) ? leaf.map[String(raw)] : undefined,
  epoch_s: (raw) => epoch(raw, 1000),
  epoch_ms: (raw) => epoch(raw, 1),
  time_cn: stamp,
  date_cn: (raw) => stamp(raw)?.slice(0, 10),
  fraction: (raw) => fraction(raw, false),
  weight: (raw) => fraction(raw, true),
};

/** The platform writes -9999 for "not known". */
export const isAbsent = (raw: unknown): boolean =>
  raw === undefined || raw === null || raw === "" || raw === -9999 || (typeof raw === "string" && /^-9999(?:\.0+)?$/.test(raw));

export const convert = (raw: unknown, leaf: Leaf): Converted => CONVERTERS[leaf.type](raw, leaf);

const LONG_INTEGER = /[:[,]\s*-?\d{16,}\s*[,\]}]/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON.parse, except that integers beyond 2^53 arrive as strings of all their digits. Throws as JSON.parse does. */
export function parseExact(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token)));
}
