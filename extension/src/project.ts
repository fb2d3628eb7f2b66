import { convert, isAbsent } from "./convert.js";
import type { Shop } from "./identity.js";
import { maskOf } from "./shape.js";
import type { AnswerSpec, Fields, Leaf, Match, Table } from "./spec.js";
import { dayOf as today, shownDay } from "./time.js";

export type Rec = { [key: string]: unknown };

/** Key paths only, never a value: what did not fit, and the whole answer's shape for the person who mends the spec. */
export interface Drift { missing: string[]; wrong: string[]; unknown: string[]; shape: unknown }

export type Outcome = "ok" | "empty" | "logged_out" | "page_error" | "changed" | "truncated";

export interface Projection {
  outcome: Outcome;
  records: Rec[];
  shop: Shop | null;
  drift: Drift | null;
}

/** What an answer is read with, beside its spec. */
export interface Scene {
  now: number;
  /** Parameters of the answer's own address; only those that a spec names are looked at. */
  query: URLSearchParams;
  /** Real agent id → pseudonym. Ids without one are collected in `unnamed`, and the projection is to be made again. */
  names: ReadonlyMap<string, string>;
  unnamed: Set<string>;
  reviewText: boolean;
}

const isRec = (value: unknown): value is Rec => value !== null && typeof value === "object";

/** Follows a dotted path; a number is an index, `*` every entry of a list. `undefined` where the path does not exist. */
export function at(value: unknown, path: string): unknown {
  let here: unknown = value;
  const keys = path.split(".");
  for (const [index, key] of keys.entries()) {
    if (key === "*") {
      if (!Array.isArray(here)) return undefined;
      const rest = keys.slice(index + 1).join(".");
      return rest ? here.flatMap((entry) => at(entry, rest) ?? []) : here;
    }
    if (!isRec(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

const glob = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll("*", "\\w*")}$`);

/** Reads rows by their fields, and remembers what it wanted and what it found. */
function readerOf({ day, unwrap }: AnswerSpec, { now, query, names, unnamed, reviewText }: Scene) {
  const present = new Set<string>();
  const wanted = new Set<string>();
  const lost = new Set<string>();
  const wrong = new Set<string>();
  const unknown = new Set<string>();

  const valueAt = (source: unknown, path: string): unknown => {
    if (path.startsWith("?")) return query.get(path.slice(1)) ?? undefined;
    const value = at(source, path);
    return unwrap && isRec(value) && Object.hasOwn(value, unwrap) ? value[unwrap] : value;
  };

  const leafOf = (source: unknown, leaf: Leaf, where: string): unknown => {
    if (leaf.switch && !reviewText) return null;
    const name = where + leaf.from[0];
    if (!leaf.optional) wanted.add(name);
    for (const path of leaf.from) {
      const raw = valueAt(source, path);
      if (raw === undefined) continue;
      present.add(name);
      if (isAbsent(raw) || (leaf.when && !matches(source, leaf.when))) continue;
      const value = convert(raw, leaf);
      if (value === undefined) (leaf.map ? unknown : wrong).add(`${where}${path}: ${typeof raw}`);
      else if (value !== null && leaf.type !== "pseudonym") return value;
      else if (value !== null) return names.get(value as string) ?? (unnamed.add(value as string), "?");
    }
    if (leaf.required) lost.add(name);
    return null;
  };

  const itemsOf = (source: unknown, { from, optional }: { from: string[]; optional?: true }, name: string): unknown[] => {
    if (!optional) wanted.add(name);
    const value = from.map((path) => at(source, path)).find((found) => found !== undefined);
    if (value === undefined) return [];
    present.add(name);
    if (Array.isArray(value)) return value;
    if (value !== null) wrong.add(`${name}: ${typeof value}`);
    return [];
  };

  const tableOf = (source: unknown, field: Table, name: string): Rec | null => {
    const inside = `${name}[].`;
    const rows = itemsOf(source, field, name).flatMap((item) => {
      const key = leafOf(item, field.key, inside);
      const row = fieldsOf(item, field.table, inside);
      if (typeof key !== "string" || !row) return [];
      const { fractions } = field;
      const { value } = row;
      if (fractions && typeof value === "number") {
        const isShare = fractions.keys.includes(key);
        if (isShare !== matches(item, fractions) || (isShare && (value < 0 || value > 1))) unknown.add(`${inside}${fractions.from}: ${key}`);
      }
      return [[key, row] as const];
    });
    return rows.length > 0 ? Object.fromEntries(rows) : null;
  };

  const fieldsOf = (source: unknown, fields: Fields, where: string): Rec | null => {
    const out: Rec = {};
    for (const [key, field] of Object.entries(fields)) {
      const name = "from" in field ? where + field.from[0] : "";
      const list = "list" in field ? itemsOf(source, field, name).map((item) => fieldsOf(item, field.list, `${name}[].`)) : [];
      const value = "group" in field ? fieldsOf(source, field.group, where) : "table" in field ? tableOf(source, field, name)
        : "list" in field ? (list.length > 0 ? list : null) : leafOf(source, field, where);
      if (value !== null) out[key] = value;
    }
    return Object.keys(out).length > 0 ? out : null;
  };

  return {
    wrong,
    unknown,
    fieldsOf,
    /** The numbers of an object whose keys match, by key. */
    countersOf: (source: unknown, { keys, required }: NonNullable<AnswerSpec["counters"]>): [string, number][] => {
      for (const key of required) leafOf(source, { from: [key], type: "num" }, "");
      return Object.keys(source as object).filter((key) => keys.some((pattern) => glob(pattern).test(key))).flatMap((key) => {
        const value = leafOf(source, { from: [key], type: "num", optional: true }, "");
        return typeof value === "number" ? [[key, value]] : [];
      });
    },
    /** The one day of an answer; null where it spans several. */
    dayOf: (answer: unknown): string | null => {
      if (typeof day !== "object") return day === "today" ? today(now) : shownDay(now);
      const [first, last] = [day.from, day.to].map((from) => leafOf(answer, { from, type: "date_cn", required: true }, ""));
      return first === last ? (first as string | null) : null;
    },
    /** Keys that no row had. Those of rows that were not there cannot be missed. */
    missing: (): string[] => [...new Set([...wanted].filter((path) => !present.has(path)).concat(...lost))],
  };
}

const matches = (source: unknown, { from, in: among }: Match): boolean => (among as unknown[]).includes(at(source, from));

function shopOf(answer: unknown, spec: AnswerSpec): Projection["shop"] {
  const { id: ids, name: names, type } = spec.shop;
  const first = (paths: string[], rule: "id" | "text"): string | undefined => {
    const found = paths.map((path) => at(answer, path)).map((raw) => (isAbsent(raw) ? null : convert(raw, { type: rule })));
    return found.find((value) => typeof value === "string");
  };
  const id = first(ids, "id");
  return id ? { id, name: first(names, "text") ?? null, ...(type && { type }) } : null;
}

const bare = (outcome: Outcome, drift: Drift | null = null): Projection => ({ outcome, records: [], shop: null, drift });

/**
 * One answer of the page → koubei records. Fails closed: one row that does not fit its spec and nothing of the answer is
 * kept, only the shape. Fields the spec does not name are never looked at.
 */
export function project(answer: unknown, spec: AnswerSpec, scene: Scene): Projection {
  const drift = (missing: string[], wrong: string[] = [], unknown: string[] = []): Drift =>
    ({ missing, wrong, unknown, shape: maskOf(answer) });
  const verdict = at(answer, spec.ok.from);
  if (typeof verdict !== "string" && typeof verdict !== "number") return bare("changed", drift([spec.ok.from]));
  if (spec.ok.logged_out.includes(verdict)) return bare("logged_out");
  if (!spec.ok.in.includes(verdict)) return bare("page_error");

  const found = spec.rows.map((path) => at(answer, path)).find((value) => Array.isArray(value) || (spec.max_rows === 1 && isRec(value)));
  if (found === undefined) return bare("changed", drift(spec.rows.slice(0, 1)));
  const { only } = spec;
  const rows = (Array.isArray(found) ? found : [found]).filter((row) => !only || matches(row, only));
  const shop = shopOf(answer, spec);
  if (spec.kind === "identity") return shop ? { ...bare("ok"), shop } : bare("changed", drift(spec.shop.id));
  // A shop without a score yet says so itself.
  if (rows.length === 0 || at(rows[0], "has_data") === false) return { ...bare("empty"), shop };
  if (rows.length > spec.max_rows) return { ...bare("changed", drift([], [`${spec.rows[0]}: ${rows.length}`])), shop };

  const reader = readerOf(spec, scene);
  const day = spec.day ? reader.dayOf(answer) : null;
  const records = rows.flatMap((row): Rec[] => {
    if (spec.counters) return reader.countersOf(row, spec.counters).map(([name, value]) => ({ kind: spec.kind, id: `${name}|${day}`, name, date: day, value }));
    const record: Rec = { kind: spec.kind, ...reader.fieldsOf(row, spec.fields ?? {}, "") };
    return [!spec.day ? record : spec.kind === "official" ? { ...record, id: day } : { ...record, id: `${String(record["id"])}|${day}`, date: day }];
  });
  const missing = reader.missing();
  if (missing.length + reader.wrong.size + reader.unknown.size > 0) {
    return { ...bare("changed", drift(missing, [...reader.wrong], [...reader.unknown])), shop };
  }
  // Of a span of days, or between two scores, there is no day to keep anything under.
  if (spec.day && day === null) return { ...bare("empty"), shop };
  return { outcome: "ok", records: [...new Map(records.map((record) => [record["id"] ?? record, record])).values()], shop, drift: null };
}
