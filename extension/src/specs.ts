import BUNDLED from "virtual:specs";
import { specFaults } from "./spec-check.js";
import { isAnswer, type CaptureSpec, type Fields, type Leaf } from "./spec.js";

export { BUNDLED };

/** What a server offers: specs newer than the bundled ones, and ids that are to be left alone. */
export interface Offer { items: unknown[]; disabled: string[] }
export interface Refused { id: string; version: number | null; faults: string[] }
export interface InForce { specs: CaptureSpec[]; off: string[]; refused: Refused[]; newer: string[] }

/** Bundled specs work alone; a newer valid one takes its place; a disabled one is out; an invalid one is refused and told. */
export function choose(offer: Offer | null, bundled: readonly CaptureSpec[] = BUNDLED): InForce {
  const specs = new Map(bundled.map((spec) => [spec.id, spec]));
  const newer = new Set<string>();
  const refused: Refused[] = [];
  for (const item of offer?.items ?? []) {
    const { id, version } = (item ?? {}) as Partial<CaptureSpec>;
    const known = typeof id === "string" ? specs.get(id) : undefined;
    if (known && typeof version === "number" && version <= known.version) continue;
    const faults = specFaults(item);
    if (known && faults.length === 0 && (known.page !== (item as CaptureSpec).page || known.kind !== (item as CaptureSpec).kind)) faults.push(`${known.id}: page and kind of a spec never change`);
    if (faults.length > 0) {
      refused.push({ id: String(id), version: typeof version === "number" ? version : null, faults: faults.slice(0, 10) });
      continue;
    }
    specs.set((item as CaptureSpec).id, item as CaptureSpec);
    newer.add((item as CaptureSpec).id);
  }
  const off = (offer?.disabled ?? []).filter((id) => specs.delete(id));
  return { specs: [...specs.values()], off, refused, newer: [...newer] };
}

/** What content scripts get: all that they read, and nothing that is for people. */
export const lean = (spec: CaptureSpec): CaptureSpec => {
  const { grade: _, ...rest } = spec;
  return rest as CaptureSpec;
};

const admitted = (value: unknown, fields: Fields): boolean =>
  value !== null && typeof value === "object" && Object.entries(value).every(([key, inner]) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) return false;
    if ("group" in field) return admitted(inner, field.group);
    if ("list" in field) return Array.isArray(inner) && inner.every((item) => admitted(item, field.list));
    if ("table" in field) return inner !== null && typeof inner === "object" && Object.values(inner).every((item) => admitted(item, field.table));
    if (field.type === "texts") return Array.isArray(inner) && inner.every((each) => typeof each === "string");
    return inner === null || typeof inner !== "object";
  });

const plain: Leaf = { from: [], type: "text" };

/** The fields of a record that labels make, as those of an answer. */
function labelled(labels: Record<string, unknown>): Fields {
  const fields: Fields = {};
  for (const path of Object.keys(labels)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let into = fields;
    for (const key of keys) into = ((into[key] ??= { group: {} }) as { group: Fields }).group;
    into[last] = plain;
  }
  return fields;
}

/** The second lock, in the service worker: a record holds what its spec names and nothing else. */
export function admits(spec: CaptureSpec, record: Record<string, unknown>, reviewText: boolean): boolean {
  const { kind, seen_at, ...rest } = record;
  const own = isAnswer(spec) ? spec.fields ?? {} : labelled(spec.labels);
  const open = Object.fromEntries(Object.entries(own).filter(([, field]) => reviewText || !("switch" in field)));
  const dated: Fields = spec.kind === "counter" ? { id: plain, name: plain, date: plain, value: plain } : "day" in spec ? { id: plain, ...(spec.kind === "official" ? {} : { date: plain }) } : {};
  const whole = typeof rest["id"] === "string" || ("into" in spec && rest["id"] === undefined);
  return kind === spec.kind && typeof seen_at === "string" && whole && admitted(rest, { ...open, ...dated });
}
