import type { Rec } from "./project.js";

const KEPT_DAYS = 3;

const isObject = (value: unknown): value is Rec => value !== null && typeof value === "object" && !Array.isArray(value);

/** Field by field, objects within objects: what the newer part does not show stays. */
const merged = (before: Rec, now: Rec): Rec =>
  Object.fromEntries([...new Set([...Object.keys(before), ...Object.keys(now)])].map((key) => {
    const [old, young] = [before[key], now[key]];
    return [key, isObject(old) && isObject(young) ? merged(old, young) : Object.hasOwn(now, key) ? young : old];
  }));

/**
 * Puts parts of official days together. `days` is what was known of a shop's last days; a part without a day of its own
 * joins the newest of them, and is left out where there is none.
 */
export function joined(days: Record<string, Rec>, parts: readonly Rec[]): { days: Record<string, Rec>; out: Rec[] } {
  const known = { ...days };
  const touched = new Set<string>();
  for (const part of parts) {
    const id = typeof part["id"] === "string" ? part["id"] : Object.keys(known).sort().at(-1);
    if (id === undefined) continue;
    known[id] = merged(known[id] ?? {}, { ...part, id });
    touched.add(id);
  }
  const kept = Object.entries(known).sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, KEPT_DAYS);
  return { days: Object.fromEntries(kept), out: [...touched].map((id) => known[id] as Rec) };
}
