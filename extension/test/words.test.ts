import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OverlayRow } from "../src/api-contract.js";
import { langOf, named, translator, type Translate } from "../src/i18n.js";
import { notices, type Situation } from "../src/notices.js";
import { clockWords, signed } from "../src/overlay/numbers.js";
import { badgeWords as wordsOn } from "../src/overlay/words.js";
import { CONSENT_VERSION, DEFAULTS, HEALTHY, serverAddress } from "../src/settings.js";
import { isAnswer } from "../src/spec.js";
import { BUNDLED } from "../src/specs.js";
import { onRoute, pageOf, setRoutes } from "../src/pages.js";
import { PAGES, ROUTES } from "../src/routes.js";
import { OPTIONS_TEXTS } from "../src/options/texts.js";
import { PAGE_TEXTS } from "../src/texts.js";
import { gaps, pageWords } from "../src/words.js";

const zh = translator(pageWords("zh"));
const now = Date.parse("2026-11-06T20:30:00+08:00");
const badgeWords = (one: OverlayRow, nowMs: number, t: Translate) => wordsOn(one, "orders", nowMs, t);
const row = (more: Partial<OverlayRow> = {}): OverlayRow => ({ id: "1", counts: true, why_not: null, delta: { points: null, indicator: null, drops_out: null }, expected: { points: null, low: null, high: null }, risk: null, action: null, until: null, effects: [], clock: null, card: null, ...more });

describe("the number on a badge", () => {
  it("is the expected loss while the order is open, with risk, clock and action", () => {
    const words = badgeWords(row({ expected: { points: -0.0549, low: -0.09, high: -0.02 }, delta: { points: 0.3, indicator: null, drops_out: null },
      risk: { level: "high", outcome: "late_pickup", probability: 0.62, deadline: "2026-11-06T23:59:59+08:00", reasons: [{ code: "backlog", text: "积压" }] }, action: { id: "a7", title: "今天发货", etag: "action-open-0" } }), now, zh);
    assert.equal(words.number, "−0.05 分");
    assert.equal(words.tone, "bad");
    assert.deepEqual(words.risk, { level: "high", text: "高风险 · 揽收超时" });
    assert.deepEqual(words.clock, { text: "今天 23:59 前 · 剩 3 小时", late: false });
    assert.equal(words.action, "建议：今天发货");
    assert(words.notes.includes("揽收超时：可能性 62%") && words.notes.includes("积压"));
  });
  it("is the delta once the order is done", () => {
    assert.equal(badgeWords(row({ delta: { points: 0.12, indicator: null, drops_out: "2026-12-01" } }), now, zh).number, "+0.12 分");
  });
  it("is the indicator's own change where no points can be given", () => {
    const change = (key: string, by: number, better: boolean, unit = "ratio") =>
      badgeWords(row({ delta: { points: null, indicator: { key, change: by }, drops_out: null }, effects: [{ key, change: by, better, unit, drops_out: "2026-12-01" }] }), now, zh);
    assert.deepEqual([change("goods.quality_return", 0.0003, false).number, change("goods.quality_return", 0.0003, false).tone], ["商品品质退货率 +0.03 个百分点", "bad"]);
    assert.deepEqual([change("goods.rating", -0.02, false, "stars").number, change("goods.rating", -0.02, false, "stars").tone], ["商品综合评分 −0.02 星", "bad"]);
    assert.equal(change("logistics.pickup_seconds", -720, true, "seconds").number, "平均揽收时长 −12.00 分钟");
    assert.deepEqual([change("logistics.delivery_rate", 0.001, true).number, change("logistics.delivery_rate", 0.001, true).tone], ["运单配送时效达成率 +0.10 个百分点", "good"]);
  });
  it("says when an order was never seen, or does not count and why", () => {
    assert.equal(badgeWords(row({ counts: null }), now, zh).number, "待计算");
    assert.equal(badgeWords(row({ counts: false, why_not: "excluded_gift" }), now, zh).number, "不计入：赠品");
    assert.equal(badgeWords(row({ counts: false, why_not: "something_new" }), now, zh).number, "不计入体验分");
  });
  it("never rounds a small number to nothing", () => {
    assert.deepEqual([0, 0.00001, 0.0003, -0.0042, 0.0549, -1.234].map(signed), ["0", "0", "+0.0003", "−0.004", "+0.05", "−1.23"]);
  });
  it("the clock speaks the shop's own time and knows when it is late", () => {
    assert.deepEqual(clockWords("2026-11-07T12:00:00+08:00", now, zh), { text: "明天 12:00 前 · 剩 15 小时", late: false });
    assert.deepEqual(clockWords("2026-11-06T20:00:00+08:00", now, zh), { text: "今天 20:00 已过", late: true });
    assert.deepEqual(clockWords("2026-11-10T20:30:00+08:00", now, zh), { text: "11-10 20:30 前 · 剩 4 天", late: false });
    assert.equal(clockWords("nonsense", now, zh), null);
  });
});

describe("texts", () => {
  it("have no gap in either language", () => assert.deepEqual([...gaps(PAGE_TEXTS), ...gaps(OPTIONS_TEXTS)], []));
  it("a gap would be found", () => assert.deepEqual(gaps({ a: ["x", ""], b: ["{n}", "n"], c: ["{n}", "{n} x"] }), ["a", "b"]));
  it("follow the setting, else the browser", () => assert.deepEqual([langOf("auto", "zh-TW"), langOf("auto", "de"), langOf("en", "zh")], ["zh", "en", "en"]));
  it("show an unknown code as it is", () => assert.equal(named(zh, "no_such_code"), "no_such_code"));
  it("every indicator a spec can name has a text", () => {
    const keys = BUNDLED.filter(isAnswer).flatMap((spec) => Object.values(spec.fields ?? {}).flatMap((field) => ("table" in field ? Object.values(field.key.map ?? {}).map(String) : []))).filter((key) => key.includes("."));
    assert(keys.length > 10);
    assert.deepEqual(keys.filter((key) => !Object.hasOwn(PAGE_TEXTS, key)), []);
  });
});

describe("what the dock says", () => {
  const fine: Situation = { settings: { ...DEFAULTS, consent: { version: CONSENT_VERSION, at: "" }, paired: true, shops: [{ id: "1", name: "店" }] }, health: HEALTHY, page: "orders", verdict: "ok", shop: { id: "1", name: "店" }, outcomes: ["ok"], drift: null, failure: null, unplaced: false, expects: true, nameless: false, missed: false };
  const kinds = (more: Partial<Situation>): string[] => notices({ ...fine, ...more }).map(({ kind }) => kind);
  it("keeps the states apart", () => {
    assert.deepEqual(kinds({}), ["ok"]);
    assert.deepEqual(kinds({ outcomes: [] }), ["waiting"]);
    assert.deepEqual(kinds({ outcomes: [], expects: false }), ["ok"]);
    assert.deepEqual(kinds({ outcomes: [], missed: true }), ["missed"]);
    assert.deepEqual(kinds({ outcomes: ["ok"], missed: true }), ["ok"]);
    assert.deepEqual(kinds({ outcomes: [], expects: false, nameless: true, verdict: "unknown" }), ["shop_unknown"]);
    assert.deepEqual(kinds({ settings: DEFAULTS }), ["no_consent"]);
    assert.deepEqual(kinds({ settings: { ...fine.settings, consent: { version: CONSENT_VERSION - 1, at: "" } } }), ["no_consent"]);
    assert.deepEqual(kinds({ settings: { ...fine.settings, paired: false } }), ["not_paired"]);
    assert.deepEqual(kinds({ settings: { ...fine.settings, paused: true }, outcomes: ["changed"] }), ["paused"]);
    assert.deepEqual(kinds({ outcomes: ["changed"] }), ["unread"]);
    assert.deepEqual(kinds({ health: { ...HEALTHY, formats: ["koubei.records/2"] } }), ["unfit"]);
    assert.deepEqual(kinds({ health: { ...HEALTHY, away_since: "x", queued: 3 } }), ["away"]);
    assert.deepEqual(kinds({ outcomes: ["changed"], health: { ...HEALTHY, away_since: "x" } }), ["unread", "away"]);
    assert.deepEqual(kinds({ health: { ...HEALTHY, revoked: true } }), ["revoked"]);
    assert.deepEqual(kinds({ verdict: "other" }), ["other_shop"]);
    assert.deepEqual(kinds({ verdict: "ask" }), ["ask_bind"]);
    assert.deepEqual(kinds({ verdict: "unknown" }), ["shop_unknown"]);
  });
  it("names the fields that did not fit, three at most", () => {
    const drift = { missing: ["shop_order_id", "create_time"], wrong: ["pay_amount: string"], unknown: ["order_status: number"], shape: [] };
    const [notice] = notices({ ...fine, outcomes: ["changed"], drift });
    assert.match(zh(notice?.long ?? "m_ok", notice?.params), /（shop_order_id、create_time、pay_amount…）/);
  });
  it("names the number of waiting batches", () => {
    const [notice] = notices({ ...fine, health: { ...HEALTHY, away_since: "x", queued: 3 } });
    assert.match(zh(notice?.long ?? "m_ok", notice?.params), /3 批/);
  });
});

describe("settings", () => {
  it("send over plain http to this machine only", () => {
    assert.equal(serverAddress(" http://127.0.0.1:8321/x "), "http://127.0.0.1:8321");
    assert.equal(serverAddress("https://koubei.example/"), "https://koubei.example");
    for (const bad of ["http://koubei.example", "ftp://127.0.0.1", "127.0.0.1:8321", "", "https://user:pw@koubei.example", "javascript:alert(1)"]) assert.equal(serverAddress(bad), null, bad);
  });
  it("each page is found by its routes, and every spec's routes lie on its page", () => {
    setRoutes(ROUTES);
    for (const page of PAGES) for (const route of ROUTES[page]) assert.equal(pageOf(route.split("/")[0] ?? "", route.slice(route.indexOf("/"))), page, route);
    for (const spec of BUNDLED) for (const route of spec.open) assert((ROUTES[spec.page] as readonly string[]).some((prefix) => onRoute(prefix, "", route)), `${spec.id} ${route}`);
    assert.equal(pageOf("fxg.jinritemai.com", "/ffa/morder/order/list"), "orders");
    assert.equal(pageOf("fxg.jinritemai.com", "/ffa/g/list"), null);
    assert.equal(pageOf("evil.example", "/ffa/morder/order/list"), null);
  });
});
