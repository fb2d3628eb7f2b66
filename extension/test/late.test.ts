import assert from "node:assert/strict";
import { describe, it } from "node:test";
import "fake-indexeddb/auto";
import { rebased } from "../src/options/merge.js";
import { Pairing } from "../src/pairing.js";
import { SentLog } from "../src/sent-log.js";
import { Store } from "../src/store.js";
import { oneByOne } from "../src/turns.js";

const later = <T>(value: T, ms = 1): Promise<T> => new Promise((go) => setTimeout(() => go(value), ms));

describe("what is done one by one", () => {
  it("begins when what came before has ended, and goes on after a failure", async () => {
    const inTurn = oneByOne();
    const seen: string[] = [];
    const slow = inTurn(async () => { seen.push("a"); await later(null, 5); seen.push("/a"); return 1; });
    const bad = inTurn(async () => { seen.push("b"); throw new Error("no"); });
    const last = inTurn(async () => { seen.push("c"); return 3; });
    await assert.rejects(bad);
    assert.deepEqual([await slow, await last, seen], [1, 3, ["a", "/a", "b", "c"]]);
  });
});

describe("the records that the settings page draws", () => {
  it("are asked for once by those that draw together, and anew for a reason that came while an answer was on its way", async () => {
    let asked = 0;
    Object.assign(globalThis, { chrome: { runtime: { id: "x", sendMessage: () => later({ ok: true, entries: [{ n: ++asked }] }) } } });
    const { records } = await import("../src/options/records.js");
    const together = [records(), records()];
    await Promise.resolve();
    const after = [records(), records()];
    const told = await Promise.all([...together, ...after]);
    assert.deepEqual(told.map((reply) => reply?.ok && reply.entries[0]?.n), [1, 1, 2, 2]);
    assert.equal(asked, 2);
  });
});

describe("a pairing", () => {
  const OLD = "kb_00000000000000000000000000000001_old";
  const NEW = "kb_00000000000000000000000000000002_new";
  const store = new Store("pairing");
  const pairing = new Pairing(store, new SentLog(store));

  it("never shows a token to another server than the one that gave it", async () => {
    const shown: [string, string | null][] = [];
    Object.assign(globalThis, { fetch: async (url: string, { headers }: { headers: Record<string, string> }) => { shown.push([new URL(url).host, headers["Authorization"] ?? null]); return new Response("{}"); } });
    await pairing.take("http://127.0.0.1:1", OLD);
    await (await pairing.client()).ready();
    await (await pairing.client("http://127.0.0.1:2")).ready();
    await pairing.take("http://127.0.0.1:2", NEW);
    await (await pairing.client()).ready();
    assert.deepEqual(shown, [["127.0.0.1:1", `Bearer ${OLD}`], ["127.0.0.1:2", null], ["127.0.0.1:2", `Bearer ${NEW}`]]);
  });
  it("is not spoken of by what was asked under the one before, or before all was deleted", async () => {
    await pairing.take("http://127.0.0.1:1", OLD);
    const before = await pairing.client();
    assert.equal(await pairing.holds(before), true);
    await pairing.take("http://127.0.0.1:1", NEW);
    const now = await pairing.client();
    assert.deepEqual([await pairing.holds(before), await pairing.holds(now)], [false, true]);
    await store.wipe();
    assert.equal(await pairing.holds(now), false);
  });
});

describe("a form whose save comes back", () => {
  it("has what the server says, and what was typed since it was sent", () => {
    assert.deepEqual(rebased({ a: 1, b: 5, c: 3 }, { a: 1, b: 2, c: 3 }, { a: 1, b: 2, c: 9 }), { a: 1, b: 5, c: 9 });
    assert.ok(Number.isNaN(rebased({ a: NaN }, { a: 1 }, { a: 1 }).a));
  });
});
