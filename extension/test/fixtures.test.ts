import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { at, type Rec } from "../src/project.js";
import { maskOf } from "../src/shape.js";
import type { AnswerSpec, Fields, Leaf } from "../src/spec.js";
import { BUNDLED } from "../src/specs.js";
import { isAnswer } from "../src/spec.js";
import { project, spec } from "./scene.js";

/**
 * Every shape that was recorded on a page must still be read: its values are gone, so each is filled in with one that the
 * spec would take, where the recorded type allows it. A key that is not there, or of another type, stays as it was recorded.
 */
interface Fixture { spec: string; version: number; recorded: string; address: string; masked: unknown }

const SAMPLES: Record<string, readonly unknown[]> = {
  id: ["990000417"], int: [1, "1"], num: [1, "1", 1.5], stars: [1, "1"], fen: [100, "100"], share: [0.5, "50%", 0], epoch_s: [1763600000, "1763600000"],
  time_cn: ["2026/11/20 11:02:03", 1763600000, "1763600000"], date_cn: ["2026/11/20", 1763600000, "20261120"], seconds: [12, "12", "1分5秒", 1.5], pseudonym: ["text", 7, "7"],
};
const same = (sample: unknown, mask: unknown): boolean => maskOf(sample) === mask || (typeof sample === "number" && typeof mask === "number");

function put(target: unknown, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const holder = keys.length > 0 ? at(target, keys.join(".")) : target;
  if (holder !== null && typeof holder === "object" && Object.hasOwn(holder, last)) (holder as Rec)[last] = value;
}

function fillLeaf(row: unknown, leaf: Leaf, unwrap: string | undefined): void {
  for (const path of leaf.from) {
    const found = at(row, path);
    const wrapped = unwrap !== undefined && found !== null && typeof found === "object";
    const place = wrapped ? `${path}.${unwrap}` : path;
    const samples = leaf.map ? Object.keys(leaf.map).flatMap((key) => [key, Number(key), key === "true"]) : SAMPLES[leaf.type] ?? [];
    const sample = samples.find((each) => same(each, at(row, place)));
    if (sample !== undefined) put(row, place, sample);
    if (leaf.when) put(row, leaf.when.from, leaf.when.in.find((each) => same(each, at(row, leaf.when?.from ?? ""))));
  }
}

function fill(row: unknown, fields: Fields, unwrap: string | undefined): void {
  for (const field of Object.values(fields)) {
    if ("group" in field) fill(row, field.group, unwrap);
    else if ("list" in field || "table" in field) {
      const items = field.from.map((path) => at(row, path)).find(Array.isArray) ?? [];
      for (const item of items as unknown[]) {
        fill(item, "list" in field ? field.list : { ...field.table, key: field.key }, unwrap);
        if ("table" in field && field.fractions) {
          const { from, keys, in: among } = field.fractions;
          const key = field.key.map?.[String(at(item, field.key.from[0] ?? ""))];
          put(item, from, keys.includes(String(key)) ? among.find((each) => same(each, at(item, from))) : 1);
        }
      }
    } else fillLeaf(row, field, unwrap);
  }
}

function filled(masked: unknown, one: AnswerSpec): unknown {
  const answer = structuredClone(masked);
  put(answer, one.ok.from, one.ok.in.find((code) => same(code, at(answer, one.ok.from))));
  for (const path of one.shop.id) fillLeaf(answer, { from: [path], type: "id" }, undefined);
  const rows = one.rows.map((path) => at(answer, path)).find((found) => found !== undefined);
  for (const row of (Array.isArray(rows) ? rows : [rows]) as unknown[]) {
    const [first] = Object.values(one.fields ?? {}).flatMap((field) => ("from" in field ? field.from : []));
    if (one.only && at(row, first?.split(".")[0] ?? "") !== undefined) put(row, one.only.from, one.only.in[0]);
    if (one.counters) fill(row, Object.fromEntries(Object.keys(row as object).map((key) => [key, { from: [key], type: "num" }])), undefined);
    fill(row, one.fields ?? {}, one.unwrap);
  }
  return answer;
}

const addressOf = ({ host, path, hint }: AnswerSpec): string => `${host}${path} ${hint ?? ""}`;
/** All specs that read the same answer. */
const readers = (id: string): AnswerSpec[] => BUNDLED.filter(isAnswer).filter((one) => addressOf(one) === addressOf(spec(id)));
const read = (masked: unknown, one: AnswerSpec) => project(filled(masked, one), one, { query: "startTime=20261119&endTime=20261119", names: new Map([["text", "a"], ["7", "a"], ["digits", "a"]]) });

const fixtures = fs.readdirSync("test/fixtures").filter((name) => name.endsWith(".json")).map((name) => [name, JSON.parse(fs.readFileSync(`test/fixtures/${name}`, "utf8")) as Fixture] as const);

describe("recorded shapes", () => {
  for (const [name, fixture] of fixtures) {
    for (const one of readers(fixture.spec)) it(`${name} is read by ${one.id}`, () => {
      const { outcome, drift } = read(fixture.masked, one);
      assert.equal(outcome, "ok", JSON.stringify({ missing: drift?.missing, wrong: drift?.wrong, unknown: drift?.unknown }));
    });
    it(`${name} would not be without a key that its spec needs`, () => {
      const one = spec(fixture.spec);
      const needed = one.counters?.required[0] ?? Object.values(one.fields ?? {}).flatMap((field) => ("type" in field && field.required && field.from.length === 1 ? field.from : []))[0];
      if (!needed) return;
      const key = needed.split(".").at(-1) ?? "";
      const without = JSON.parse(JSON.stringify(fixture.masked).replaceAll(`"${key}":`, `"${key}_v2":`)) as unknown;
      assert.equal(read(without, one).outcome, "changed");
    });
  }
  it("there is one for every answer that a spec reads", () => {
    const covered = new Set(fixtures.flatMap(([, { spec: id }]) => readers(id).map((one) => one.id)));
    assert.deepEqual(BUNDLED.filter(isAnswer).map(({ id }) => id).filter((id) => !covered.has(id)), []);
  });
});
