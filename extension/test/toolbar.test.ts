import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Panel } from "../src/api-contract.js";
import { translator } from "../src/i18n.js";
import { toolbarOf } from "../src/toolbar.js";
import { pageWords } from "../src/words.js";

const zh = translator(pageWords("zh"));
const panel = (change: number | null, total = 85.5): Panel => ({
  total, official: true, estimate: 85.06, noon: null, coverage: 1, open_page: null, low: 84.45, high: 85.67, method: "carried_forward", based_on: "2026-11-21", grade: "?", stage: "formal",
  shown: { date: "2026-11-22", total, since: change === null ? null : "2026-11-21", change }, dimensions: [], gaps: [], gates: [], drop_outs: [], why: null, actions: [],
});

describe("the toolbar", () => {
  it("shows the day's change in at most four signs", () => {
    assert.deepEqual([0.44, -1.25, 12.34, -12.34, 9.96].map((change) => toolbarOf(panel(change), zh).text), ["+0.4", "-1.3", "+12", "-12", "+10"]);
  });
  it("shows the total where it did not move or nobody knows", () => {
    assert.deepEqual([panel(0.01), panel(null), panel(null, 100), panel(null, 4.62)].map((one) => toolbarOf(one, zh).text), ["85.5", "85.5", "100", "4.6"]);
    assert.equal(toolbarOf({ ...panel(null), shown: null, official: false, total: 85.06 }, zh).text, "85.1");
    assert.equal(toolbarOf({ ...panel(null), shown: null, official: false, total: null, estimate: null }, zh).text, "");
  });
  it("says in words which number is the platform's and which is ours", () => {
    assert.equal(toolbarOf(panel(0.44), zh).title, "口碑 · 官方分 85.50（11-22） · 比 11-21 +0.44 · 我们的估计 85.06（80% 区间 84.45 – 85.67）");
    assert.match(toolbarOf({ ...panel(null), shown: null, official: false }, zh).title, /官方分未知/);
  });
});
