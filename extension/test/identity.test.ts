import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Doorkeeper, judge } from "../src/identity.js";
import { Whose, type Session } from "../src/whose.js";

const mine = { id: "1", name: "我的店" };
const theirs = { id: "2", name: "别的店" };

describe("whose page is it", () => {
  it("judges by the bound shops", () => {
    assert.equal(judge(null, [mine]), "unknown");
    assert.equal(judge(mine, []), "ask");
    assert.equal(judge(mine, [mine]), "ok");
    assert.equal(judge(theirs, [mine]), "other");
  });
  it("holds what was read before the shop was known, and lets it go once it is the bound one", () => {
    const keeper = new Doorkeeper<string>();
    assert.deepEqual(keeper.admit("a", null, [mine], 0), { verdict: "unknown", pass: [] });
    assert.deepEqual(keeper.admit("b", mine, [mine], 1), { verdict: "ok", pass: ["a", "b"] });
    assert.deepEqual(keeper.admit("c", null, [mine], 2), { verdict: "ok", pass: ["c"] });
  });
  it("drops everything when the login is another's, also what was held", () => {
    const keeper = new Doorkeeper<string>();
    keeper.admit("a", null, [mine], 0);
    assert.deepEqual(keeper.admit("b", theirs, [mine], 1), { verdict: "other", pass: [] });
    assert.deepEqual(keeper.admit("c", mine, [mine], 2).pass, ["c"]);
  });
  it("never gives one login's answers to the next", () => {
    const keeper = new Doorkeeper<string>();
    keeper.admit("a", mine, [], 0);
    assert.deepEqual(keeper.admit("b", theirs, [mine, theirs], 1).pass, ["b"]);
    keeper.forget();
    assert.deepEqual(keeper.admit("c", null, [mine, theirs], 2), { verdict: "unknown", pass: [] });
  });
  it("waits for a first shop to be bound, but not for ever", () => {
    const keeper = new Doorkeeper<string>(20, 1000);
    assert.equal(keeper.admit("a", mine, [], 0).verdict, "ask");
    assert.equal(keeper.admit("b", mine, [], 900).verdict, "ask");
    assert.deepEqual(keeper.admit(null, null, [mine], 1500), { verdict: "ok", pass: ["b"] });
  });
  it("keeps a name once seen", () => {
    const keeper = new Doorkeeper<string>();
    keeper.admit(null, mine, [mine], 0);
    keeper.admit(null, { id: "1", name: null }, [mine], 1);
    assert.deepEqual(keeper.seen, mine);
  });
});

describe("whose tab it is", () => {
  const at = { ms: 0 };
  const made = (): Whose => {
    let kept: Record<string, unknown> = {};
    const session: Session = {
      get: async () => structuredClone(kept),
      set: async (items) => { kept = structuredClone(items); },
      remove: async () => { kept = {}; },
    };
    return new Whose(session, () => at.ms);
  };

  it("a tab and those it opened are of the shop that was last seen in it; no other tab is", async () => {
    const whose = made();
    await whose.note("fxg", 1, mine);
    assert.deepEqual(await whose.of("fxg", [1, undefined]), mine);
    assert.deepEqual(await whose.of("fxg", [2, 1]), mine);
    assert.equal(await whose.of("fxg", [3, undefined]), null);
    assert.equal(await whose.of("buyin", [1]), null);
  });
  it("another shop in one tab is another login for all of that backend", async () => {
    const whose = made();
    await Promise.all([whose.note("fxg", 1, mine), whose.note("fxg", 2, mine), whose.note("buyin", 4, mine)]);
    await whose.note("fxg", 3, theirs);
    assert.deepEqual(await Promise.all([1, 2, 3].map((tab) => whose.of("fxg", [tab]))), [null, null, theirs]);
    assert.deepEqual(await whose.of("buyin", [4]), mine);
  });
  it("a login that ended is nobody's, and an old one too", async () => {
    const whose = made();
    await whose.note("fxg", 1, mine);
    await whose.note("fxg", 2, null);
    assert.equal(await whose.of("fxg", [1]), null);
    await whose.note("fxg", 1, mine);
    at.ms += 13 * 3_600_000;
    assert.equal(await whose.of("fxg", [1]), null);
  });
});
