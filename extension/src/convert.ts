import { scrub } from "./scrub.js";
import type { Leaf } from "./spec.js";
import { parseStamp, rfc3339 } from "./time.js";

/** `undefined` = the value does not fit (drift); `null` = it fits and says "not known". */
export type Converted = string | number | boolean | string[] | null | undefined;
type Rule = Pick<Leaf, "type" | "map" | "else">;

/** 2015 to 2100: anything else is no time but another number. */
const EARLIEST_MS = 1_420_070_400_000;
const LATEST_MS = 4_102_444_800_000;
const TEXT_LIMIT = 500;
const MOST_TEXTS = 20;

const asNumber = (raw: unknown): number | undefined => {
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : undefined;
  return typeof raw === "string" && /^-?\d+(?:\.\d+)?$/.test(raw) ? Number(raw) : undefined;
};
const asInteger = (raw: unknown): number | undefined => {
  const value = asNumber(raw);
  return Number.isSafeInteger(value) ? value : undefined;
};
const within = (value: number | undefined, low: number, high = Infinity): number | undefined =>
  value !== undefined && value >= low && value <= high ? value : undefined;
const moment = (ms: number | null): string | undefined =>
  ms !== null && ms >= EARLIEST_MS && ms < LATEST_MS ? rfc3339(ms) : undefined;
const stamp = (raw: unknown): string | undefined =>
  typeof raw === "string" || typeof raw === "number" ? moment(parseStamp(raw)) : undefined;
const text = (raw: unknown): string | undefined => (typeof raw === "string" ? scrub(raw.slice(0, TEXT_LIMIT)).trim() : undefined);

/** The texts of a list: entries are texts themselves, or objects that carry one as a value. */
const textsOf = (raw: unknown): string[] | undefined => {
  if (!Array.isArray(raw)) return undefined;
  return raw.slice(0, MOST_TEXTS).flatMap((entry: unknown) => (entry !== null && typeof entry === "object" ? Object.values(entry) : [entry]))
    .filter((each): each is string => typeof each === "string" && each !== "");
};

/** A share of one; whole percents, with or without their sign, are brought to it. */
function share(raw: unknown): Converted {
  const percent = typeof raw === "string" && /%$/.test(raw);
  const value = asNumber(percent ? raw.slice(0, -1).trim() : raw);
  return within(value === undefined ? value : percent || value > 1 ? value / 100 : value, 0, 1);
}

const CLOCK = /^(?:(\d+)小时)?(?:(\d+)分钟?)?(?:(\d+(?:\.\d+)?)秒)?$/;

function seconds(raw: unknown): Converted {
  const [all, h = 0, m = 0, s = 0] = (typeof raw === "string" && CLOCK.exec(raw.replaceAll(" ", ""))) || [];
  return all ? 3600 * +h + 60 * +m + +s : within(asNumber(raw), 0);
}

const worded = (raw: unknown, { map = {} }: Rule): Converted => {
  const key = typeof raw === "string" ? Object.keys(map).find((word) => raw.includes(word)) : undefined;
  return key === undefined ? undefined : map[key];
};

const CONVERTERS: Record<Leaf["type"], (raw: unknown, rule: Rule) => Converted> = {
  // A number beyond 2^53 has lost its last digits already: refuse it, never round it.
  id: (raw) => (typeof raw === "string" && /^\d{1,32}$/.test(raw)) ? raw : typeof raw === "number" && Number.isSafeInteger(raw) && raw >= 0 ? String(raw) : undefined,
  int: asInteger,
  num: asNumber,
  stars: (raw) => { const value = asInteger(raw); return value === 0 ? null : within(value, 1, 5); },
  fen: (raw) => within(asInteger(raw), 0),
  text,
  texts: (raw) => textsOf(raw)?.map((each) => text(each) ?? ""),
  enum: (raw, { map }) => map && typeof raw !== "object" && Object.hasOwn(map, String(raw)) ? map[String(raw)] : undefined,
  word: worded,
  tagged: (raw, rule) => { const texts = textsOf(raw); return texts && (texts.map((each) => worded(each, rule)).find((found) => found !== undefined) ?? null); },
  epoch_s: (raw) => { const value = asInteger(raw); return value === undefined ? undefined : value === 0 ? null : moment(value * 1000); },
  time_cn: stamp,
  date_cn: (raw) => stamp(raw)?.slice(0, 10),
  seconds,
  share,
  pseudonym: (raw) => (typeof raw === "string" && raw.length <= 100) || Number.isSafeInteger(raw) ? String(raw) : undefined,
};

/** The platform writes -9999 for "not known", its tables a dash. */
export const isAbsent = (raw: unknown): boolean =>
  raw === undefined || raw === null || raw === "" || raw === -9999 || (typeof raw === "string" && /^(?:-9999(?:\.0+)?|-+)$/.test(raw));

export function convert(raw: unknown, rule: Rule): Converted {
  const value = CONVERTERS[rule.type](raw, rule);
  return value === undefined && typeof raw !== "object" ? rule.else : value;
}

const LONG_INTEGER = /[:[,]\s*-?\d{16,}\s*[,\]}]/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON.parse, except that integers beyond 2^53 arrive as strings of all their digits. Throws as JSON.parse does. */
export function parseExact(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token)));
}
