import { convert, isAbsent } from "./convert.js";
import type { CaptureSpec, Field, Fields, Leaf } from "./spec.js";
import { shapeOf } from "./shape.js";

export type Rec = { [key: string]: unknown };

/** Key paths only, never a value: what did not fit, for the person who mends the spec. */
export interface Drift { missing: string[]; wrong: string[]; unknown: string[]; shape: string[] }

export type Outcome = "ok" | "empty" | "logged_out" | "page_error" | "changed" | "truncated";

export interface Projection {
  outcome: Outcome;
  records: Rec[];
  shop: { id: string; name: string | null } | null;
  drift: Drift | null;
}

/** Follows a dotted path; a number is an index. `undefined` where the path does not exist. */
export function at(value: unknown, path: string): unknown {
  let here: unknown = value;
  for (const key of path.split(".")) {
    if (here === null || typeof here !== "object" || !Object.hasOwn(here, key)) return undefined;
    here = (here as Rec)[key];
  }
  return here;
}

class Reader {
  readonly #present = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly lost = new Set<string>();
  readonly wrong = new Set<string>();
  readonly unknown = new Set<string>();

  fields(source: unknown, fields: Fields, where: string): Rec | null {
    const out: Rec = {};
    for (const [name, field] of Object.entries(fields)) {
      const value = this.#field(source, field, where);
      if (value !== null) out[name] = value;
    }
    return Object.keys(out).length > 0 ? out : null;
  }

  /** Keys that no row had. Those of rows that were not there cannot be missed. */
  missing(): string[] {
    return [...new Set([...this.#wanted].filter((path) => !this.#present.has(path)).concat(...this.lost))];
  }

  #field(source: unknown, field: Field, where: string): unknown {
    if ("group" in field) return this.fields(source, field.group, where);
    if ("list" in field) return this.#items(source, field, where)?.map((item) => this.fields(item, field.list, `${where}${field.from[0]}[].`)) ?? null;
    if ("table" in field) {
      const inside = `${where}${field.from[0]}[].`;
      const entries = (this.#items(source, field, where) ?? []).flatMap((item) => {
        const key = this.#leaf(item, field.key, inside);
        const row = this.fields(item, field.table, inside);
        return typeof key === "string" && row ? [[key, row] as const] : [];
      });
      return entries.length > 0 ? Object.fromEntries(entries) : null;
    }
    return this.#leaf(source, field, where);
  }

  #items(source: unknown, field: { from: string[]; optional?: true }, where: string): unknown[] | null {
    const name = `${where}${field.from[0]}`;
    if (!field.optional) this.#wanted.add(name);
    const value = field.from.map((path) => at(source, path)).find((found) => found !== undefined);
    if (value === undefined) return null;
    this.#present.add(name);
    if (Array.isArray(value)) return value;
    if (value !== null) this.wrong.add(`${name}: ${typeof value}`);
    return null;
  }

  #leaf(source: unknown, leaf: Leaf, where: string): unknown {
    const name = `${where}${leaf.from[0]}`;
    if (!leaf.optional) this.#wanted.add(name);
    for (const path of leaf.from) {
      const raw = at(source, path);
      if (raw === undefined) continue;
      this.#present.add(name);
      if (isAbsent(raw)) continue;
      const value = convert(raw, leaf);
      if (value === undefined) (leaf.type === "enum" ? this.unknown : this.wrong).add(`${where}${path}: ${typeof raw}`);
      else if (value !== null) return value;
    }
    if (leaf.required) this.lost.add(name);
    return null;
  }
}

function shopOf(answer: unknown, spec: CaptureSpec): Projection["shop"] {
  const first = (paths: string[], type: "id" | "text"): string | null => {
    for (const path of paths) {
      const raw = at(answer, path);
      const value = isAbsent(raw) ? null : convert(raw, { from: [], type });
      if (typeof value === "string") return value;
    }
    return null;
  };
  const id = first(spec.shop.id, "id");
  return id === null ? null : { id, name: first(spec.shop.name, "text") };
}

const bare = (outcome: Outcome, drift: Drift | null = null): Projection => ({ outcome, records: [], shop: null, drift });

/**
 * One answer of the page → koubei records. Fails closed: one row that does not fit its spec and nothing of the answer is
 * kept, only the shape. Fields the spec does not name are never looked at.
 */
export function project(answer: unknown, spec: CaptureSpec): Projection {
  const drift = (missing: string[], wrong: string[] = [], unknown: string[] = []): Drift =>
    ({ missing, wrong, unknown, shape: shapeOf(answer) });
  const verdict = at(answer, spec.ok.from);
  if (typeof verdict !== "string" && typeof verdict !== "number") return bare("changed", drift([spec.ok.from]));
  if (spec.ok.logged_out.includes(verdict)) return bare("logged_out");
  if (!spec.ok.in.includes(verdict)) return bare("page_error");

  const found = spec.rows.map((path) => at(answer, path)).find((value) => Array.isArray(value) || (spec.max_rows === 1 && value !== null && typeof value === "object"));
  if (found === undefined) return bare("changed", drift(spec.rows.slice(0, 1)));
  const rows = Array.isArray(found) ? found : [found];
  const shop = shopOf(answer, spec);
  // A shop without a score yet says so itself.
  if (rows.length === 0 || at(rows[0], "has_data") === false) return { outcome: "empty", records: [], shop, drift: null };
  if (rows.length > spec.max_rows) return { ...bare("changed", drift([], [`${spec.rows[0]}: more than ${spec.max_rows} rows`])), shop };

  const reader = new Reader();
  const records = rows.map((row) => ({ kind: spec.kind, ...reader.fields(row, spec.fields, "") }));
  const missing = reader.missing();
  if (missing.length + reader.wrong.size + reader.unknown.size > 0) {
    return { ...bare("changed", drift(missing, [...reader.wrong], [...reader.unknown])), shop };
  }
  return { outcome: "ok", records, shop, drift: null };
}

function fits(value: unknown, fields: Fields): boolean {
  return value !== null && typeof value === "object" && Object.entries(value).every(([key, inner]) => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) return false;
    if ("group" in field) return fits(inner, field.group);
    if ("list" in field) return Array.isArray(inner) && inner.every((item) => fits(item, field.list));
    if ("table" in field) return inner !== null && typeof inner === "object" && Object.values(inner).every((item) => fits(item, field.table));
    return inner === null || typeof inner !== "object";
  });
}

/** The second lock, in the service worker: a record holds what its spec names and nothing else. */
export function admits(spec: CaptureSpec, record: Rec): boolean {
  const { kind, seen_at, ...rest } = record;
  return kind === spec.kind && typeof seen_at === "string" && typeof rest["id"] === "string" && fits(rest, spec.fields);
}
