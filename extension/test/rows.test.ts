import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OverlayRow } from "../src/api-contract.js";
import { translator } from "../src/i18n.js";
import { badgeWords } from "../src/overlay/words.js";
import { pageWords } from "../src/words.js";

const zh = translator(pageWords("zh"));
const en = translator(pageWords("en"));
const now = Date.parse("2026-11-22T02:30:00+08:00");
const row = (more: Partial<OverlayRow> = {}): OverlayRow => ({ id: "1", counts: true, why_not: null, delta: { points: null, indicator: null, drops_out: null }, expected: { points: null, low: null, high: null }, risk: null, action: null, until: "2026-12-20", effects: [], clock: null, card: null, ...more });
const clock = { kind: "audit", starts_at: "2026-11-22T08:00:00+08:00", rested: true, deadline: "2026-11-23T23:30:00+08:00", hour: { key: "service.audit_seconds", change: 30 } };

describe("an after-sale's row", () => {
  it("says what waits, how long is left, when the clock starts and what an hour costs", () => {
    const words = badgeWords(row({ counts: false, why_not: "not_refunded_yet", clock }), "after_sales", now, zh);
    assert.equal(words.number, "不计入：退款后计入");
    assert.deepEqual(words.clock, { text: "待商家审核 · 明天 23:30 前 · 剩 45 小时", late: false });
    assert.deepEqual(words.notes, ["夜间不计时，今天 08:00 起算", "再等 1 小时：售后平均审核时长 +30.00 秒"]);
  });
  it("counts since eight once it is eight", () => {
    const words = badgeWords(row({ clock }), "after_sales", Date.parse("2026-11-22T09:00:00+08:00"), en);
    assert(words.notes.includes("counted since today 08:00"));
  });
  it("no longer asks for an answer once the deadline has passed: the platform gives it", () => {
    const words = badgeWords(row({ clock: { ...clock, deadline: "2026-11-21T10:00:00+08:00" } }), "after_sales", now, zh);
    assert.deepEqual(words.clock, { text: "11-21 10:00 已过", late: true });
    assert(!words.notes.some((note) => note.includes("再等")));
  });
  it("has its clock even before it was scored", () => {
    assert.equal(badgeWords(row({ counts: null, clock }), "after_sales", now, zh).clock?.late, false);
  });
});

describe("a review's row", () => {
  const low = row({ delta: { points: null, indicator: { key: "goods.rating", change: -0.004 }, drops_out: "2026-12-20" }, effects: [{ key: "goods.rating", unit: "stars", change: -0.004, better: false, drops_out: "2026-12-20" }] });
  it("says whether it counts, what it does and until when", () => {
    const words = badgeWords(low, "reviews", now, zh);
    assert.deepEqual([words.number, words.tone, words.until], ["商品综合评分 −0.004 星", "bad", "计入至 12-20"]);
    assert.equal(badgeWords(row({ counts: false, why_not: "not_counted_by_platform" }), "reviews", now, zh).number, "不计入：平台标明不计入");
  });
  it("an order's badge leaves the day to the details", () => {
    const words = badgeWords(low, "orders", now, zh);
    assert.equal(words.until, null);
    assert(words.notes.includes("计入至 2026-12-20"));
  });
});

describe("a product's row", () => {
  const card = { name: "杯子", product: { date: "2026-11-20", quality_return: 0.031, praise: 0.962, limit: 0.02 }, shop: { id: "9", name: "甲店", date: "2026-11-20", total: 91, goods: 90, logistics: null, service: 89 } };
  it("says what is known of it and of its shop", () => {
    const words = badgeWords(row({ card, counts: false }), "selection", now, zh);
    assert.equal(words.number, "品退率 3.10% · 上限 2.00% · 好评率 96.2% · 店铺 91.00（11-20）");
    assert.deepEqual([words.tone, words.notes], ["bad", ["杯子", "甲店", "商品 90.00 · 服务 89.00"]]);
  });
  it("and is calm about what is not", () => {
    assert.deepEqual([badgeWords(row({ counts: null }), "selection", now, zh)].map(({ number, tone }) => [number, tone]), [["没有记录", "calm"]]);
    assert.equal(badgeWords(row({ card: { ...card, product: null } }), "selection", now, zh).number, "店铺 91.00（11-20）");
  });
});
