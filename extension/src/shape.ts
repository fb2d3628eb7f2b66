const MOST_PATHS = 200;
const DEEPEST = 6;
/** Keys are the page's own names, unless a page keys an object by data: whatever looks like data is written as `?`. */
const NAME = /^[A-Za-z_][A-Za-z_]{0,40}(?:\d{1,2})?$/;

/** `path: type` of everything in an answer, without a single value. Lists are shown by their first entry. */
export function shapeOf(value: unknown): string[] {
  const out = new Set<string>();
  const walk = (here: unknown, path: string, depth: number): void => {
    if (out.size >= MOST_PATHS) return;
    if (Array.isArray(here)) {
      if (here.length === 0 || depth === DEEPEST) out.add(`${path}: list`);
      else walk(here[0], `${path}[]`, depth + 1);
    } else if (here !== null && typeof here === "object") {
      if (depth === DEEPEST) out.add(`${path}: object`);
      else for (const [key, inner] of Object.entries(here)) walk(inner, `${path ? `${path}.` : ""}${NAME.test(key) ? key : "?"}`, depth + 1);
    } else out.add(`${path || "."}: ${here === null ? "null" : typeof here}`);
  };
  walk(value, "", 0);
  return [...out];
}
