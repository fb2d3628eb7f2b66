import assert from "node:assert/strict";
import { describe, it } from "node:test";
import "fake-indexeddb/auto";
import { entered, officialOf, readCsv } from "../src/entry.js";
import { Seen } from "../src/seen.js";
import { BUNDLED, choose } from "../src/specs.js";
import { specFaults } from "../src/spec-check.js";
import { SpecBook } from "../src/spec-book.js";
import { Store } from "../src/store.js";
import { spec } from "./scene.js";

const orders = spec("doudian.orders");
const newer = { ...orders, version: orders.version + 1, rows: ["data.list"] };
const versions = (offer: Parameters<typeof choose>[0]): number | undefined => choose(offer).specs.find(({ id }) => id === orders.id)?.version;

describe("which specs are in force", () => {
  it("the bundled ones alone, without any server", () => assert.deepEqual(choose(null).specs, BUNDLED));
  it("every bundled one is sound", () => { for (const each of BUNDLED) assert.deepEqual(specFaults(each), [], each.id); });
  it("a newer valid one wins; an equal or older one does not", () => {
    assert.equal(versions({ items: [newer], disabled: [] }), newer.version);
    assert.deepEqual(choose({ items: [newer], disabled: [] }).newer, [orders.id]);
    assert.equal(choose({ items: [{ ...orders, rows: ["x"] }], disabled: [] }).specs.find(({ id }) => id === orders.id), orders);
  });
  it("an invalid one is refused and told, and the bundled one stays", () => {
    for (const bad of [{ ...newer, eval: "1" }, { ...newer, host: "evil.example" }, { ...newer, fields: { id: { from: ["user_name"], type: "text" } } }, { ...newer, page: "score" }, { ...newer, path: "/*" }]) {
      const { specs, refused } = choose({ items: [bad], disabled: [] });
      assert.equal(specs.find(({ id }) => id === orders.id), orders);
      assert.equal(refused[0]?.id, orders.id);
      assert((refused[0]?.faults.length ?? 0) > 0);
    }
    assert.deepEqual(choose({ items: [null, 7, "x", []], disabled: [] }).specs, BUNDLED);
    assert.equal(choose({ items: [null, {}], disabled: [] }).refused.length, 2);
  });
  it("a kill switch turns one off, whatever its version; an unknown name does nothing", () => {
    const { specs, off } = choose({ items: [newer], disabled: [orders.id, "no.such"] });
    assert.equal(specs.length, BUNDLED.length - 1);
    assert.deepEqual(off, [orders.id]);
  });
  it("labels that read a denied field are no spec either", () => {
    assert.deepEqual(specFaults({ ...orders, shop: { id: ["data.buyer_id"], name: [] } }).length, 1);
    assert.deepEqual(specFaults({ ...orders, fields: { a: { from: ["?token"], type: "text" } } }).length, 1);
  });
});

describe("the book of specs", () => {
  const kept: Record<string, unknown> = {};
  Object.assign(globalThis, { chrome: { storage: { local: { get: async (key: string) => ({ [key]: kept[key] }), set: async (what: object) => { Object.assign(kept, what); } } } } });
  const answer = (status: number, body: unknown = null, etag: string | null = null) => async () => ({ status, body, etag, afterMs: null });
  const published = (): unknown => (kept["capture"] as { specs: { id: string; version: number }[] }).specs.find(({ id }) => id === orders.id)?.version;

  it("asks under its tag, keeps the last good offer, and lays what is in force where pages read it", async () => {
    const store = new Store("book");
    const book = new SpecBook(store);
    await book.publish();
    assert.equal(published(), orders.version);
    const salt = (kept["capture"] as { salt: string }).salt;
    await book.renew(answer(200, { items: [newer], disabled: [] }, "t1"), false);
    assert.equal(published(), newer.version);
    assert.equal((kept["capture"] as { salt: string }).salt, salt, "agents keep their pseudonyms");
    let asked: string | null = "";
    await book.renew(async (etag) => { asked = etag; return null; }, false);
    assert.equal(asked, "", "asked a few times a day only");
    await book.renew(async (etag) => { asked = etag; return { status: 304, body: null, etag: null, afterMs: null }; }, true);
    assert.equal(asked, "t1");
    for (const bad of [answer(500), answer(200, "<html>"), answer(200, { items: {} }), answer(404)]) await book.renew(bad, true);
    const next = new SpecBook(store);
    assert.equal((await next.find(orders.id))?.version, newer.version, "a new worker knows it still");
    await next.renew(answer(200, { items: [], disabled: [orders.id] }, "t2"), true);
    assert.equal(await next.find(orders.id), undefined);
    assert.deepEqual((await next.told()).off, [orders.id]);
    assert.equal(published(), undefined);
  });
});

describe("figures written down by hand", () => {
  it("become official records of their day", () => {
    const record = officialOf({ date: "2026-11-20", total: 4.87, goods: 4.8 });
    assert.deepEqual(record, { kind: "official", id: "2026-11-20", total: 4.87, dimensions: { goods: { score: 4.8 } } });
    assert.deepEqual(entered([record, officialOf({ date: "2026-11-19", total: 85, consumer_score: 4.7 })]), []);
  });
  it("are refused with their place where they cannot be", () => {
    for (const [bad, told] of [[{ date: "2026-02-30", total: 1 }, "1 date"], [{ date: "20261120", total: 1 }, "1 date"], [{ date: "2026-11-20", total: 101 }, "1 total"], [{ date: "2026-11-20", total: 5, consumer_score: 9 }, "1 consumer_score"]] as const) {
      assert(entered([officialOf(bad)])[0]?.startsWith(told), told);
    }
    assert.equal(entered([]).length, 1);
    assert.equal(entered([{ kind: "order", id: "1" }]).length, 1);
    assert.equal(entered([{ ...officialOf({ date: "2026-11-20", total: 1 }), name: "张三" }]).length, 1);
  });
  it("come from a CSV too, Chinese heads and dates with slashes included; a bad line is named and left out", () => {
    const { entries, faults } = readCsv("\uFEFF日期,带货口碑,商品\r\n2026/11/20,4.87,4.8\n2026-11-19,4.85,\n昨天,4.9,\n2026/11/18,4,9x\n");
    assert.deepEqual(entries, [{ date: "2026-11-20", total: 4.87, goods: 4.8 }, { date: "2026-11-19", total: 4.85 }]);
    assert.deepEqual(faults, ["4: date", "5: goods"]);
    assert.deepEqual(readCsv("a,b\n1,2").entries, []);
  });
});

describe("what was sent already", () => {
  it("is not sent again while its page is open; changed rows are, and all after it did not arrive", () => {
    const seen = new Seen();
    const row = (id: string, amount: number) => ({ kind: "order", id, amount });
    const first = [row("1", 5), row("2", 6)];
    assert.deepEqual(seen.unsent("p", first), first);
    assert.deepEqual(seen.unsent("p", first), []);
    assert.deepEqual(seen.unsent("p", [row("1", 5), row("2", 7)]), [row("2", 7)]);
    assert.deepEqual(seen.unsent("q", first), first);
    seen.forget();
    assert.deepEqual(seen.unsent("p", first), first);
  });
});
