const DEEPEST = 8;
const MOST_ENTRIES = 2;
/** Keys are the page's own names, unless a page keys an object by data: whatever looks like data is written as `?`. */
const NAME = /^(?=.{1,60}$)[A-Za-z_]+(?:\d{1,2}[A-Za-z_]+)*(?:\d{1,2})?$/;

/**
 * An answer with every value taken out: texts become `digits`, `time` or `text`, numbers 0 (or 0.5 where they had a
 * fraction), lists keep two entries. What remains can be sent to somebody else, and a test can be made of it.
 */
export function maskOf(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => maskOf(entry, depth + 1));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries((depth > DEEPEST ? [] : Object.entries(value)).map(([key, inner]) => [NAME.test(key) ? key : "?", maskOf(inner, depth + 1)]));
  }
  if (typeof value === "number") return Number.isInteger(value) ? 0 : 0.5;
  if (typeof value === "string") return value && (/^\d+$/.test(value) ? "digits" : /^\d{4}[-/]\d/.test(value) ? "time" : "text");
  return value === null ? null : true;
}

/** `path: type` of everything in a mask, for a person to read. Lists are shown by their first entry. */
export function pathsOf(masked: unknown): string[] {
  const out = new Set<string>();
  const walk = (here: unknown, path: string): void => {
    if (Array.isArray(here)) here.length === 0 ? out.add(`${path}: list`) : walk(here[0], `${path}[]`);
    else if (here !== null && typeof here === "object") for (const [key, inner] of Object.entries(here)) walk(inner, path ? `${path}.${key}` : key);
    else out.add(`${path || "."}: ${here === null ? "null" : typeof here}`);
  };
  walk(masked, "");
  return [...out];
}
