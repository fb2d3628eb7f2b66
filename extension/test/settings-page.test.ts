import assert from "node:assert/strict";
import { describe, it } from "node:test";
import "fake-indexeddb/auto";
import type { Answers, LogEntry } from "../src/messages.js";
import { merge } from "../src/options/merge.js";
import { mask, reportOf, routeOf, whereIs, type Facts } from "../src/report.js";
import { LOGGED, SentLog } from "../src/sent-log.js";
import { DEFAULTS, HEALTHY } from "../src/settings.js";
import { isFull, Store } from "../src/store.js";

/** Every way three copies of a setting can stand to each other, `0` being the oldest. */
const VALUES = [0, 1, 2];

describe("two pages that change the same settings", () => {
  it("keep each change that only one of them made, and choose for nobody", () => {
    for (const base of VALUES) for (const mine of VALUES) for (const theirs of VALUES) {
      const { merged, taken, conflicts } = merge({ a: base }, { a: mine }, { a: theirs });
      const [changedHere, changedThere] = [mine !== base, theirs !== base];
      assert.deepEqual(conflicts, changedHere && changedThere && mine !== theirs ? ["a"] : [], `${base} ${mine} ${theirs}`);
      assert.equal(merged.a, changedHere ? mine : theirs);
      assert.deepEqual(taken, !changedHere && changedThere ? ["a"] : []);
    }
  });
  it("speak of each setting by itself", () => {
    const found = merge({ a: 1, b: 1, c: 1, d: 1 }, { a: 2, b: 1, c: 2, d: 1 }, { a: 3, b: 3, c: 1, d: 1 });
    assert.deepEqual(found, { merged: { a: 2, b: 3, c: 2, d: 1 }, taken: ["b"], conflicts: ["a"] });
  });
});

describe("the log of what left", () => {
  let number = 0;
  const fresh = (): { store: Store; log: SentLog } => { const store = new Store(`log-${++number}`); return { store, log: new SentLog(store) }; };
  const entry = (at: number, body: string | null): LogEntry => ({ at: new Date(at).toISOString(), method: body === null ? "GET" : "POST", url: "http://h/v1", status: null, body });

  it("has the payload before there is an answer, to the byte, and the status after", async () => {
    const { log } = fresh();
    const body = '{"a":"雪 \\u2603"}';
    const line = await log.begin(entry(1, body));
    assert.deepEqual((await log.read()).map(({ body: sent, status }) => [sent, status]), [[body, null]]);
    await log.end(line, 200);
    assert.deepEqual((await log.read()).map(({ body: sent, status }) => [sent, status]), [[body, 200]]);
  });
  it("keeps the last hundred payloads however much is asked in between", async () => {
    const { log } = fresh();
    for (let at = 0; at < LOGGED + 20; at++) {
      await log.end(await log.begin(entry(2 * at, `"${at}"`)), 200);
      await log.end(await log.begin(entry(2 * at + 1, null)), 200);
    }
    const entries = await log.read();
    assert.deepEqual(entries.flatMap(({ body }) => (body === null ? [] : [Number(JSON.parse(body))])), Array.from({ length: LOGGED }, (_, back) => LOGGED + 19 - back));
    assert.equal(entries.length, 2 * LOGGED);
  });
  it("does not come back into a log that was emptied while the answer was awaited", async () => {
    const { store, log } = fresh();
    const line = await log.begin(entry(1, "{}"));
    await store.wipe();
    await log.end(line, 200);
    assert.deepEqual(await log.read(), []);
  });
  it("gives up its older part for a line that has no room, and refuses where that is not enough", async () => {
    const { store, log } = fresh();
    for (let at = 0; at < LOGGED; at++) await log.begin(entry(at, `"${at}"`));
    const put = store.put.bind(store);
    const full = (): Promise<never> => Promise.reject(new DOMException("no", "QuotaExceededError"));
    let refusals = 1;
    store.put = (...given) => (refusals-- > 0 ? full() : put(...given));
    await log.begin(entry(LOGGED, '"new"'));
    const left = await log.read();
    assert.equal(left.length, LOGGED / 2 + 1);
    assert.equal(left[0]?.body, '"new"');
    store.put = full;
    await assert.rejects(log.begin(entry(LOGGED + 1, '"lost"')), isFull);
  });
});

describe("the diagnostic report", () => {
  const SECRETS = ["kb_9f8e7d6c5b4a39281706f5e4d3c2b1a0", "990000417", "青禾拾光家居店", "4821600119937700001", "shop.example.cn", "192.168.3.77", "13812345678", "zhang@example.cn", "wx:abcd12345", "6a0a1111-2222-4333-8444-555566667777", "陈小明"];
  const [token, shop, name, order, host, address, phone, mail, chat, device, person] = SECRETS as [string, string, string, string, string, string, string, string, string, string, string];
  const log: Answers["log"] = {
    entries: [
      { at: "2026-11-22T00:00:00Z", method: "POST", url: `https://${host}/v1/subjects/${shop}/batches`, status: 200, body: `{"id":"${order}","name":"${name}"}` },
      { at: "2026-11-22T00:00:01Z", method: "GET", url: `https://${host}/v1/subjects/${shop}/overlay?id=${order}&lang=zh`, status: null, body: null },
      { at: "2026-11-22T00:00:02Z", method: "DELETE", url: `https://${host}/v1/devices/${device}`, status: 204, body: null },
    ],
    set_aside: [
      { key: device, at: "2026-11-22T00:00:00Z", status: 422, reason: `records[3].id "${order}" of ${shop}: '${person}' ${phone} ${mail}`, body: `{"id":"${order}"}` },
      { key: device, at: "2026-11-22T00:00:00Z", status: 403, reason: `the subject “${shop}” is another's; see https://${host}/problems/x and http://${address}:8787/${order}; ${chat}, token ${token}`, body: "" },
    ],
    unread: [{ spec: "doudian.orders", outcome: "changed", at: "2026-11-21T23:50:00Z", drift: { missing: ["data[].shop_order_id", `table.${order}.estimated_delivery_time_stamp`], wrong: [], unknown: [`data[].status:${order}`], shape: { rows: name } as never } as never }],
    shapes: [], reads: { "doudian.orders": { at: "2026-11-21T23:00:00Z", records: 20 } },
  };
  const facts: Facts = {
    extension: "0.1.0", browser: "Chrome/156", log, now: Date.parse("2026-11-22T00:10:00Z"),
    settings: { ...DEFAULTS, server: `https://${host}`, paired: true, shops: [{ id: shop, name }], consent: { version: 2, at: "2026-11-01T00:00:00Z" } },
    health: { ...HEALTHY, queued: 3, away_since: "2026-11-22T00:00:00Z" },
    specs: { specs: [{ id: "doudian.orders", version: 1, grade: "B", page: "orders", newer: false }], off: [], refused: [{ id: "doudian.home", version: 3, faults: [name] }], checked_at: null },
    test: { verdict: "no_answer", ms: 12, detail: `TypeError: Failed to fetch https://${host}/v1 for '${name}' from ${address}` },
    room: { used: 1, of: 2 },
  };

  it("says what is wrong and nothing of whose it is", () => {
    const text = reportOf(facts);
    assert.deepEqual(SECRETS.filter((secret) => text.includes(secret)), []);
    const report = JSON.parse(text) as { requests: object; specs: { unread: object; read_minutes_ago: number }[]; settings: object; health: object; test: { verdict: string; detail: string } };
    assert.deepEqual(report.requests, { "POST /v1/subjects/*/batches 200": 1, "GET /v1/subjects/*/overlay no answer": 1, "DELETE /v1/devices/* 204": 1 });
    assert.deepEqual(report.specs[0]?.unread, { outcome: "changed", minutes_ago: 20, missing: ["data[].shop_order_id", "table.<number>.estimated_delivery_time_stamp"], wrong: [], unknown: ["data[].status"] });
    assert.equal(report.specs[0]?.read_minutes_ago, 70);
    assert.equal(report.test.verdict, "no_answer");
    assert.match(report.test.detail, /^TypeError: Failed to fetch/);
  });
  it("masks whatever could name somebody, wherever it stands in a sentence", () => {
    for (const secret of SECRETS.filter((one) => one !== name && one !== person && one !== host)) {
      for (const sentence of [secret, `the order ${secret} is unknown`, `(${secret})`, `id=${secret},`, `"${secret}"`, `x:${secret}`]) assert(!mask(sentence).includes(secret), `${sentence} → ${mask(sentence)}`);
    }
    assert.equal(mask("warn_red_hours must not be more than warn_yellow_hours"), "warn_red_hours must not be more than warn_yellow_hours");
  });
  it("leaves of an address only the route", () => {
    assert.equal(routeOf({ method: "PATCH", url: "http://127.0.0.1:8787/v1/subjects/abcdef/actions/a0123456789ab?x=1" }), "PATCH /v1/subjects/*/actions/*");
    assert.deepEqual(["http://127.0.0.1:8787", "https://shop.example.cn", "junk"].map(whereIs), ["http://this-computer", "https://elsewhere", "none"]);
  });
});
