import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { pathsOf } from "../src/shape.js";
import { parseExact } from "../src/convert.js";
import { isAnswer, type Fields } from "../src/spec.js";
import { admits as admitsIt, BUNDLED } from "../src/specs.js";
import { project, spec } from "./scene.js";

const admits = (one: Parameters<typeof admitsIt>[0], record: Parameters<typeof admitsIt>[1]): boolean => admitsIt(one, record, false);
const orders = spec("doudian.orders");
const overview = spec("doudian.score-overview");
const analysis = spec("doudian.score-analysis");

const order = (more: object = {}): object => ({
  shop_id: "990000417", shop_name: "演示店", shop_order_id: "4781234567890123456", order_status: 2, create_time: 1763600000, pay_time: 1763600060, update_time: 1763600100,
  pay_amount: 3990, total_pay_amount: 3990, post_amount: 0, user_name: "张三", receiver_info: { post_tel: "13812345678" },
  product_item: [{ product_id: "3600000000000000001", product_name: "置物架", item_order_id: "4781234567890123457", combo_num: 2, pay_amount: 3990 }], ...more,
});
const answer = (...rows: object[]): object => ({ code: 0, st: 0, msg: "", data: rows, total: rows.length });

describe("orders", () => {
  it("become records of the wire format, times in +08:00, ids as text", () => {
    const { outcome, records, shop } = project(answer(order()), orders);
    assert.equal(outcome, "ok");
    assert.deepEqual(shop, { id: "990000417", name: "演示店" });
    assert.deepEqual(records, [{
      kind: "order", id: "4781234567890123456", created_at: "2025-11-20T08:53:20+08:00", paid_at: "2025-11-20T08:54:20+08:00", updated_at: "2025-11-20T08:55:00+08:00",
      amount: 3990, freight: 0, lines: [{ id: "4781234567890123457", product_id: "3600000000000000001", quantity: 2, amount: 3990 }],
    }]);
  });
  it("leave out what is not known yet: 0, null and -9999 are no values", () => {
    const { outcome, records } = project(answer(order({ pay_time: 0, post_amount: -9999, update_time: null }), order({ shop_order_id: "5" })), orders);
    assert.equal(outcome, "ok");
    assert.deepEqual(Object.keys(records[0] ?? {}).sort(), ["amount", "created_at", "id", "kind", "lines"]);
  });
  it("keep every digit of ids beyond 2^53 when the answer is text", () => {
    const text = JSON.stringify(answer(order())).replace('"4781234567890123456"', "4781234567890123456").replace('"3600000000000000001"', "3600000000000000001");
    const { outcome, records } = project(parseExact(text), orders);
    assert.equal(outcome, "ok");
    assert.equal(records[0]?.["id"], "4781234567890123456");
    assert.equal((records[0]?.["lines"] as { product_id: string }[])[0]?.product_id, "3600000000000000001");
  });
  it("refuse an id that was rounded before we saw it, and say where", () => {
    const { outcome, records, drift } = project(answer(order({ shop_order_id: Number("4781234567890123456") })), orders);
    assert.equal(outcome, "changed");
    assert.deepEqual(records, []);
    assert.deepEqual(drift?.wrong, ["shop_order_id: number"]);
  });
  for (const [old, path] of [["shop_order_id", "shop_order_id"], ["create_time", "create_time"], ["pay_time", "pay_time"], ["product_item", "product_item"]] as const) {
    it(`store nothing when ${old} is renamed`, () => {
      const text = JSON.stringify(answer(order(), order())).replaceAll(`"${old}"`, `"${old}_v2"`);
      const { outcome, records, drift } = project(JSON.parse(text), orders);
      assert.equal(outcome, "changed");
      assert.deepEqual(records, []);
      assert.deepEqual(drift?.missing, [path]);
    });
  }
  it("store nothing when one row of many lacks its id", () => {
    const rows = [order(), order({ shop_order_id: undefined })];
    assert.equal(project(answer(...rows), orders).outcome, "changed");
  });
  it("refuse a value of another type", () => {
    const { outcome, drift } = project(answer(order({ pay_amount: "39.90" })), orders);
    assert.equal(outcome, "changed");
    assert.deepEqual(drift?.wrong, ["pay_amount: string"]);
  });
  it("tell an empty list, a logged-out answer, an error and an unknown envelope apart", () => {
    assert.equal(project(answer(), orders).outcome, "empty");
    assert.equal(project({ code: 10008, data: null }, orders).outcome, "logged_out");
    assert.equal(project({ code: 50001, data: null }, orders).outcome, "page_error");
    for (const odd of [null, 7, [], {}, { code: 0 }, { code: 0, data: "x" }, { result: [] }]) assert.equal(project(odd, orders).outcome, "changed", JSON.stringify(odd));
  });
  it("take no more rows than the spec allows", () => {
    assert.equal(project(answer(...Array.from({ length: 201 }, () => order())), orders).outcome, "changed");
  });
  it("report a shape without a single value, and no key that is data", () => {
    const { drift } = project({ code: 0, data: [{ wrong: "张三", "13812345678": 1, 张三: 2 }] }, orders);
    const shape = pathsOf(drift?.shape).join("\n");
    assert.match(shape, /data\[\]\.wrong: string/);
    assert.doesNotMatch(shape, /张三|138/);
  });
});

describe("the score pages", () => {
  const part = (value: number, weight: number): object => ({ value, rating: "良好", weight });
  const scores = (more: object = {}): object => ({ code: 0, data: {
    shop_id: 990000417, shop_name: "演示店", category: "居家日百", has_data: true, update_time: "2026/11/20 11:02:03", is_new_shop_score: false, new_shop_info: { new_shop_score: -9999 },
    experience_score: { value: 85.31 }, goods_score: part(81.2, 40), logistics_score: part(88, 25), service_score: part(79.5, 35), bad_behavior_deduct_score: { value: 2 }, score_five_info: { score: 4.7 }, ...more } });

  it("the overview becomes the day's official record, weights as fractions", () => {
    const { outcome, records, shop } = project(scores(), overview);
    assert.equal(outcome, "ok");
    assert.deepEqual(shop, { id: "990000417", name: "演示店" });
    assert.deepEqual(records, [{ kind: "official", id: "2026-11-20", updated_at: "2026-11-20T11:02:03+08:00", stage: "formal", total: 85.31, consumer_score: 4.7, industry: "居家日百", deduction: 2,
      dimensions: { goods: { score: 81.2, weight: 0.4 }, logistics: { score: 88, weight: 0.25 }, service: { score: 79.5, weight: 0.35 } } }]);
  });
  it("a growing shop has its own total, and -9999 elsewhere", () => {
    const none = part(-9999, 0);
    const { records } = project(scores({ is_new_shop_score: true, new_shop_info: { new_shop_score: 70 }, experience_score: { value: -9999 }, goods_score: none, logistics_score: none, service_score: none, score_five_info: { score: -9999 } }), overview);
    assert.deepEqual([records[0]?.["stage"], records[0]?.["total"], records[0]?.["consumer_score"]], ["growth", 70, undefined]);
  });
  it("a shop without data stores nothing, a moved total neither", () => {
    assert.equal(project(scores({ has_data: false }), overview).outcome, "empty");
    assert.equal(project(scores({ experience_score: undefined }), overview).outcome, "changed");
  });

  const indicator = (title: string, value: number): object => ({ title, value: { value_figure: value, value_type: 2 }, calculate_numerator: [{ sub_title: "x", value: 6 }], calculate_denominator: { sub_title: "y", value: 3067 } });
  const analysed = (...items: object[]): object => ({ code: 0, data: { shop_id: "990000417", begin_date: "2026/10/21", current_date: "2026/11/20", shop_order_latest_30_cnt: 612, shop_analysis: items } });

  it("the analysis gives indicators by their own keys", () => {
    const { outcome, records } = project(analysed(indicator("商品品质退货率", 0.002)), analysis);
    assert.equal(outcome, "ok");
    assert.deepEqual(records, [{ kind: "official", id: "2026-11-20", valid_orders_30d: 612, indicators: { "goods.quality_return": { value: 0.002, numerator: 6, denominator: 3067 } } }]);
  });
  it("an indicator nobody knows closes the whole answer", () => {
    const { outcome, drift } = project(analysed(indicator("商品品质退货率", 0.002), indicator("全新指标", 1)), analysis);
    assert.equal(outcome, "changed");
    assert.deepEqual(drift?.unknown, ["shop_analysis[].title: string"]);
  });
});

describe("the second lock", () => {
  const [record] = project(answer(order()), orders).records;
  const good = { ...record, seen_at: "2026-11-20T10:00:00+08:00" };
  it("lets a projected record through, and nothing that has one field more", () => {
    assert(admits(orders, good));
    assert(!admits(orders, { ...good, user_name: "张三" }));
    assert(!admits(orders, { ...good, lines: [{ id: "1", post_tel: "138" }] }));
    assert(!admits(orders, { ...good, amount: { nested: "138" } }));
    assert(!admits(orders, { ...good, kind: "review" }));
    assert(!admits(orders, { ...good, ["__proto__x"]: 1 }));
  });
});

describe("parseExact", () => {
  it("equals JSON.parse where no integer is beyond 2^53, strings with digits and escapes included", () => {
    const values = [{ a: "1234567890123456789", b: 'say "12345678901234567890", twice\\', c: [1, 2.5, -3e10], d: 9007199254740991 }, [], "x", 0.1234567890123456789];
    for (const value of values) assert.deepEqual(parseExact(JSON.stringify(value)), JSON.parse(JSON.stringify(value)));
  });
  it("turns only whole numbers beyond 2^53 into text", () => {
    assert.deepEqual(parseExact('{"a": 4781234567890123456, "b":[-9999999999999999999, 12345678901234567.5, "4781234567890123456,"]}'),
      { a: "4781234567890123456", b: ["-9999999999999999999", 12345678901234568, "4781234567890123456,"] });
  });
  it("throws on what JSON.parse throws on", () => {
    for (const bad of ["", "{", '{"a": 4781234567890123456,', "<html>"]) assert.throws(() => parseExact(bad), SyntaxError);
  });
});

describe("specs and the server's document", () => {
  interface Schema { $ref?: string; anyOf?: Schema[]; oneOf?: Schema[]; properties?: Record<string, Schema>; items?: Schema; additionalProperties?: Schema }
  const document = JSON.parse(fs.readFileSync("../docs/openapi.json", "utf8")) as { components: { schemas: Record<string, Schema> } };
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split("/").at(-1);
    const real = name ? document.components.schemas[name] : (schema.anyOf ?? schema.oneOf)?.find((each) => each.$ref ?? each.items ?? each.properties ?? each.additionalProperties);
    return real ? resolve(real) : schema;
  };
  const strangers = (fields: Fields, schema: Schema, where: string): string[] => Object.entries(fields).flatMap(([name, field]) => {
    const found = resolve(schema).properties?.[name];
    if (!found) return [`${where}.${name}`];
    const real = resolve(found);
    if ("group" in field) return strangers(field.group, real, `${where}.${name}`);
    if ("list" in field) return strangers(field.list, real.items ?? {}, `${where}.${name}[]`);
    if ("table" in field) return strangers(field.table, real.additionalProperties || Object.values(real.properties ?? {})[0] || {}, `${where}.${name}{}`);
    return [];
  });
  const schemaOf = (kind: string): Schema => document.components.schemas[kind.split("_").map((word) => word.replace(/^./, (first) => first.toUpperCase())).join("")] ?? {};
  for (const one of BUNDLED.filter(isAnswer).filter(({ kind }) => kind !== "identity")) it(`${one.id} makes no field that the server does not know`, () => {
    const schema = schemaOf(one.kind);
    const dated: Fields = Object.fromEntries(["id", "date", ...(one.counters ? ["name", "value"] : [])].map((name) => [name, { from: ["x"], type: "text" }]));
    assert.deepEqual(strangers({ ...one.fields, ...(one.day && one.kind !== "official" ? dated : {}) }, schema, one.kind), []);
    assert.notDeepEqual(strangers({ no_such_field: { from: ["x"], type: "int" } }, schema, one.kind), []);
  });
});
