import assert from "node:assert/strict";
import { describe, it } from "node:test";
import "fake-indexeddb/auto";
import { meaning, retryAfterMs } from "../src/api.js";
import { Outbox, type Parcel, type Sent } from "../src/outbox.js";
import { Store } from "../src/store.js";

let databases = 0;
function rig(answers: (parcel: Parcel) => Sent | Promise<Sent>, limits = {}) {
  const store = new Store(`test-${++databases}`);
  const world = { now: 1_000_000, sent: [] as string[], most: 0, flying: 0 };
  const make = (): Outbox => new Outbox({
    store, now: () => world.now, jitter: () => 0.5, limits,
    send: async (parcel) => {
      world.sent.push(parcel.key);
      world.most = Math.max(world.most, ++world.flying);
      try { return await answers(parcel); } finally { world.flying--; }
    },
  });
  return { store, world, make, outbox: make() };
}
const parcel = (key: string, subject = "1"): Omit<Parcel, "n" | "at"> => ({ key, subject, body: `{"${key}":1}`, records: 2 });
const taken = { is: "taken" } as const;

describe("outbox", () => {
  it("sends each batch once and in order, however many flushes are asked for", async () => {
    const { outbox, world } = rig(async () => { await new Promise((go) => setTimeout(go, 2)); return taken; });
    await Promise.all(["a", "b", "c"].map(async (key) => { await outbox.add(parcel(key)); await outbox.flush(); }));
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
    assert.deepEqual(world.sent, ["a", "b", "c"]);
    assert.equal(world.most, 1);
    assert.equal((await outbox.state()).queued, 0);
  });
  it("also sends what was added while a flush was running out", async () => {
    let add = async (): Promise<void> => {};
    const { outbox, world } = rig(async () => { const once = add; add = async () => {}; await once(); return taken; });
    add = async () => { await outbox.add(parcel("b")); void outbox.flush(); };
    await outbox.add(parcel("a"));
    await outbox.flush();
    assert.deepEqual(world.sent, ["a", "b"]);
  });
  it("repeats under the same key with the same bytes after a death between answer and receipt", async () => {
    const bodies: string[] = [];
    let die = true;
    const { outbox, make, world } = rig((each) => { bodies.push(each.body); if (die) throw new Error("worker killed"); return taken; });
    await outbox.add(parcel("a"));
    await assert.rejects(outbox.flush());
    die = false;
    await make().flush();
    assert.deepEqual(world.sent, ["a", "a"]);
    assert.equal(bodies[0], bodies[1]);
    assert.equal((await outbox.state()).queued, 0);
  });
  it("backs off, longer each time, keeps the wait across a new start, and says since when", async () => {
    let up = false;
    const { outbox, make, world } = rig(() => (up ? taken : { is: "later", afterMs: null }), { firstRetryMs: 1000, longestRetryMs: 3000 });
    await outbox.add(parcel("a"));
    await outbox.flush();
    await make().flush();
    assert.equal(world.sent.length, 1, "still waiting");
    assert.equal((await outbox.state()).away_since, 1_000_000);
    for (const wait of [1000, 2000, 3000, 3000]) { world.now += wait - 1; await outbox.flush(); const before: number = world.sent.length; world.now += 1; await outbox.flush(); assert.equal(world.sent.length, before + 1); }
    up = true;
    await outbox.flush(true);
    const state = await outbox.state();
    assert.deepEqual([state.queued, state.away_since], [0, null]);
  });
  it("honours Retry-After when it is longer than its own wait", async () => {
    const { outbox, world } = rig(() => ({ is: "later", afterMs: 60_000 }));
    await outbox.add(parcel("a"));
    await outbox.flush();
    world.now += 59_999;
    await outbox.flush();
    assert.equal(world.sent.length, 1);
    world.now += 1;
    await outbox.flush();
    assert.equal(world.sent.length, 2);
  });
  it("is not talked out of a wait that the server named, but out of its own", async () => {
    let afterMs: number | null = 60_000;
    const { outbox, world } = rig(() => ({ is: "later", afterMs }));
    await outbox.add(parcel("a"));
    await outbox.flush();
    assert.equal(await outbox.heard(taken), true);
    await outbox.flush(true);
    assert.equal(world.sent.length, 1);
    assert.notEqual((await outbox.state()).away_since, null);
    world.now += 60_000;
    afterMs = null;
    await outbox.flush();
    await outbox.flush();
    assert.equal(world.sent.length, 2);
    await outbox.flush(true);
    assert.equal(world.sent.length, 3);
  });
  it("sets a poison batch aside, counts it, goes on, and can try it again under its own key", async () => {
    let mended = false;
    const { outbox, store, world } = rig(({ key }) => (key === "bad" && !mended ? { is: "poison", status: 422, reason: "no" } : taken));
    for (const key of ["bad", "good"]) await outbox.add(parcel(key));
    await outbox.flush();
    assert.deepEqual(world.sent, ["bad", "good"]);
    const state = await outbox.state();
    assert.deepEqual([state.queued, state.set_aside], [0, 1]);
    assert.equal((await store.all<{ status: number }>("aside"))[0]?.status, 422);
    mended = true;
    await outbox.retryAside();
    await outbox.flush();
    assert.deepEqual(world.sent, ["bad", "good", "bad"]);
    assert.equal((await outbox.state()).set_aside, 0);
  });
  it("sets a batch aside on which the server breaks five times, and sends the others", async () => {
    const { outbox, world } = rig(({ key }) => (key === "bad" ? { is: "later", afterMs: null, fault: true } : taken));
    for (const key of ["bad", "good"]) await outbox.add(parcel(key));
    for (let round = 0; round < 5; round++) { await outbox.flush(); world.now += 3_600_000; }
    assert.deepEqual(world.sent, ["bad", "bad", "bad", "bad", "bad", "good"]);
    const state = await outbox.state();
    assert.deepEqual([state.queued, state.set_aside, state.away_since], [0, 1, null]);
  });
  it("stops at a revoked token until a fresh start, and loses nothing", async () => {
    let revoked = true;
    const { outbox, world } = rig(() => (revoked ? { is: "revoked" } : taken));
    for (const key of ["a", "b"]) await outbox.add(parcel(key));
    await outbox.flush();
    await outbox.flush(true);
    assert.deepEqual(world.sent, ["a"]);
    assert.deepEqual([(await outbox.state()).revoked, (await outbox.state()).queued], [true, 2]);
    revoked = false;
    await outbox.freshStart();
    await outbox.flush();
    assert.deepEqual(world.sent, ["a", "a", "b"]);
  });
  it("lets one shop's refusal not hold up another's batches", async () => {
    const { outbox, world } = rig(({ subject }) => (subject === "1" ? { is: "refused" } : taken));
    for (const [key, shop] of [["a", "1"], ["b", "2"], ["c", "1"]] as const) await outbox.add(parcel(key, shop));
    await outbox.flush();
    assert.deepEqual(world.sent, ["a", "b"]);
    assert.equal((await outbox.state()).queued, 2);
  });
  it("drops the oldest over its limits and says how much", async () => {
    const { outbox, world, store } = rig(() => taken, { batches: 3, ageMs: 1000 });
    for (const key of ["a", "b", "c", "d", "e"]) await outbox.add(parcel(key));
    assert.deepEqual((await store.all<Parcel>("outbox")).map(({ key }) => key), ["c", "d", "e"]);
    world.now += 1001;
    await outbox.add(parcel("f"));
    assert.deepEqual((await store.all<Parcel>("outbox")).map(({ key }) => key), ["f"]);
    assert.deepEqual((await outbox.state()).dropped, { batches: 5, records: 10, since: 1_000_000 });
  });
});

describe("what an answer means", () => {
  const answer = (status: number, afterMs: number | null = null) => meaning({ status, body: { detail: "why" }, etag: null, afterMs }).is;
  it("by status", () => {
    assert.deepEqual([200, 201, 204].map((status) => answer(status)), ["taken", "taken", "taken"]);
    assert.deepEqual([400, 409, 413, 415, 422].map((status) => answer(status)), Array(5).fill("poison"));
    assert.deepEqual([408, 429, 500, 502, 503, 504].map((status) => answer(status)), Array(6).fill("later"));
    assert.deepEqual([401, 403, 404].map((status) => answer(status)), ["revoked", "refused", "refused"]);
  });
  it("Retry-After in seconds or as a date", () => {
    assert.equal(retryAfterMs("7", 0), 7000);
    assert.equal(retryAfterMs("Thu, 01 Jan 1970 00:00:09 GMT", 4000), 5000);
    assert.equal(retryAfterMs("soon", 0), null);
    assert.equal(retryAfterMs(null, 0), null);
  });
});

describe("emptying the outbox", () => {
  it("throws away what waits and what was set aside, and says how much", async () => {
    const { outbox, store } = rig(({ key }) => (key === "bad" ? { is: "poison", status: 422, reason: "no" } : { is: "later", afterMs: null }));
    for (const key of ["bad", "a", "b"]) await outbox.add(parcel(key));
    await outbox.flush();
    assert.deepEqual(await outbox.empty(), { batches: 3, records: 6 });
    assert.deepEqual([await store.count("outbox"), await store.count("aside")], [0, 0]);
    assert.deepEqual(await outbox.empty(), { batches: 0, records: 0 });
  });
  it("of one shop leaves the others'", async () => {
    const { outbox, store } = rig(() => ({ is: "refused" }));
    for (const [key, shop] of [["a", "1"], ["b", "2"], ["c", "1"]] as const) await outbox.add(parcel(key, shop));
    assert.deepEqual(await outbox.empty("1"), { batches: 2, records: 4 });
    assert.deepEqual((await store.all<Parcel>("outbox")).map(({ key }) => key), ["b"]);
  });
  for (const answer of [{ is: "poison", status: 422, reason: "no" }, { is: "later", afterMs: null, fault: true }, { is: "refused" }, taken] as Sent[]) {
    it(`is not undone by a batch that was on its way and is answered ${JSON.stringify(answer)}`, async () => {
      let arrived = (): void => undefined;
      let go = (): void => undefined;
      const [onItsWay, held] = [new Promise<void>((ok) => { arrived = ok; }), new Promise<void>((ok) => { go = ok; })];
      const { outbox, store, world } = rig(async () => { arrived(); await held; return answer; }, { faults: 1 });
      for (const key of ["a", "b"]) await outbox.add(parcel(key));
      const flight = outbox.flush();
      await onItsWay;
      assert.deepEqual(await outbox.empty(), { batches: 2, records: 4 });
      go();
      await flight;
      assert.deepEqual([await store.count("outbox"), await store.count("aside"), world.sent], [0, 0, ["a"]]);
    });
  }
});
