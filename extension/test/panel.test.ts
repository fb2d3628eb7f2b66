import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AtRiskPage, DropOuts, Forecast, HistoryDay, Lever, OrderRisk, Overlay, Score } from "../src/api-contract.js";
import { translator } from "../src/i18n.js";
import { pointsOf } from "../src/panel/course.js";
import { leaving } from "../src/panel/drop-outs.js";
import { band, dayFrom, durationText, valueText } from "../src/panel/figures.js";
import { threats } from "../src/panel/hurts.js";
import { eventText } from "../src/panel/sliders.js";
import { standing } from "../src/panel/standing.js";
import { CONSENT_VERSION, DEFAULTS, HEALTHY, type Settings } from "../src/settings.js";
import { allWords } from "../src/words.js";

const t = translator(allWords("en"));
const NOW = Date.parse("2026-11-22T12:00:00+08:00");
const lever = (more: Partial<Lever>): Lever => ({ indicator: "goods.quality_return", dimension: "goods", name: "Quality returns", unit: "ratio", better: "lower", better_event: "fewer", worse_event: "more", value: 0.01, numerator: 20, denominator: 2000, least: -20, most: 20, step: 1, ...more });

describe("how things stand", () => {
  const shop = { id: "1", name: null };
  const well: Settings = { ...DEFAULTS, consent: { version: CONSENT_VERSION, at: "" }, paired: true, shops: [shop] };
  const kind = (settings: Partial<Settings>, health = {}): string => standing({ ...well, ...settings }, { ...HEALTHY, ...health }, shop).kind;

  it("says the most fundamental first", () => {
    const trouble = { revoked: true, away_since: "x", formats: ["y"] };
    assert.equal(kind({ consent: null, paired: false, paused: true }, trouble), "no_consent");
    assert.equal(kind({ paired: false, paused: true }, trouble), "not_paired");
    assert.equal(standing(well, HEALTHY, null).kind, "no_subject");
    assert.equal(kind({ paused: true }, trouble), "paused");
    assert.equal(kind({}, trouble), "revoked");
    assert.equal(kind({}, { formats: ["y"], away_since: "x" }), "unfit");
    assert.equal(kind({}, { away_since: "x" }), "away");
    assert.equal(kind({}), "ok");
  });

  it("asks nobody anything before consent, unpaired, paused or revoked", () => {
    for (const settings of [{ consent: null }, { paired: false }, { paused: true }]) assert.equal(standing({ ...well, ...settings }, HEALTHY, shop).asks, false);
    assert.equal(standing(well, { ...HEALTHY, revoked: true }, shop).asks, false);
    assert.equal(standing(well, { ...HEALTHY, away_since: "x" }, shop).asks, true);
  });
});

describe("what hurts soonest", () => {
  const risk = (id: string, outcome: string, probability: number, loss: number | null, deadline: string | null): OrderRisk => ({ order_id: id, expected_loss: null, deadline, outcomes: { [outcome]: { probability, loss, deadline } }, reasons: [], unknown: {} });
  const sources = (orders: OrderRisk[], more: { gates?: object[]; deductions?: object[]; conducts?: object[] } = {}) => ({
    at_risk: { orders } as AtRiskPage,
    overlay: { as_of: "2026-11-22", panel: { gates: more.gates ?? [] } } as unknown as Overlay,
    actions: { actions: [] } as never,
    score: { deductions: more.deductions ?? [] } as unknown as Score,
    drop_outs: { conducts: more.conducts ?? [] } as unknown as DropOuts,
  });
  const soon = "2026-11-22T23:59:59+08:00";

  it("puts orders with one fate and one deadline on one line, with what they cost together", () => {
    const [only, ...none] = threats(sources([risk("a", "late_pickup", 0.5, 0.1, soon), risk("b", "late_pickup", 0.2, 0.1, soon)]), t, NOW);
    assert.deepEqual(none, []);
    assert.ok(Math.abs((only?.points ?? 0) + 0.07) < 1e-9);
    assert.equal(only?.more.length, 2);
  });

  it("says nothing of what is unlikely, costs nothing, or is past", () => {
    assert.deepEqual(threats(sources([risk("a", "late_pickup", 0.02, 0.1, soon), risk("b", "late_pickup", 0.9, 0, soon), risk("c", "bad_review", 0.9, 0.1, "2026-11-21T00:00:00+08:00")]), t, NOW), []);
  });

  it("leaves the points unsaid where one of them is not known", () => {
    assert.equal(threats(sources([risk("a", "bad_review", 0.5, null, null), risk("b", "bad_review", 0.5, 0.1, null)]), t, NOW)[0]?.points, null);
  });

  it("orders by the end, what has none last, the dearest first", () => {
    const all = threats(sources([risk("a", "late_delivery", 0.5, 0.1, "2026-11-25T23:59:59+08:00"), risk("b", "late_pickup", 0.5, 0.1, soon), risk("c", "bad_review", 0.5, 0.1, null)], {
      gates: [{ key: "g", name: "G", days_to_close: 2, means: "m" }], deductions: [{ scene: "s", count: 1, points: 2, text: "S" }], conducts: [{ scene: "s", date: "2026-12-04" }],
    }), t, NOW);
    assert.deepEqual(all.map(({ kind }) => kind), ["orders", "gate", "orders", "deduction", "orders"]);
    assert.deepEqual(all[3]?.more, [t("p_leaves_on", { days: "12-04" })]);
  });
});

describe("what leaves the window", () => {
  const ahead = (date: string, value: number, left: number, of: number) => ({ date, value, numerator: 0, denominator: 100, left_numerator: left, left_denominator: of });
  const today = { deduction: 2, bonus: 5, indicators: { "goods.quality_return": { value: 0.012 } } } as unknown as Score;
  const told = { indicators: { "goods.quality_return": [ahead("2026-11-23", 0.01, 3, 40), ahead("2026-11-24", 0.011, 0, 35)] }, days: [{ date: "2026-11-23", deduction: 2, bonus: 5, valid_orders: 1 }, { date: "2026-11-24", deduction: 0, bonus: 3, valid_orders: 1 }] } as unknown as DropOuts;

  it("counts bad events, says which way the value goes, and the points that come and go", () => {
    const [first, second] = leaving(told, [lever({})], today);
    assert.deepEqual(first?.bad, [{ name: "Quality returns", count: 3 }]);
    assert.equal(first?.changes[0]?.better, true);
    assert.equal(first?.points, 0);
    assert.deepEqual(second?.bad, []);
    assert.equal(second?.changes[0]?.better, false);
    assert.equal(second?.points, 0, "two points of a deduction come back, two of a bonus go");
  });

  it("counts the missed ones of a rate, and none of a mean", () => {
    const count = (more: Partial<Lever>): number | undefined => leaving(told, [lever(more)], today)[0]?.bad[0]?.count;
    assert.equal(count({ better_event: "fewer_missed", better: "higher" }), 37);
    assert.equal(count({ better_event: "mean_of", unit: "seconds" }), undefined);
  });
});

describe("the course", () => {
  const day = (date: string, total: number | null): HistoryDay => ({ date, official: total === null ? null : { total, consumer_score: null, stage: null, dimensions: { goods: total - 1 } }, estimate: null });
  const forecast = { days: [{ date: "2026-11-22", total: { low: 1, mid: 2, high: 3 }, dimensions: {} }, { date: "2026-11-23", total: { low: 4, mid: 5, high: 6 }, dimensions: { goods: { low: 7, mid: 8, high: 9 } } }] } as unknown as Forecast;

  it("goes on where history ends, of the total and of a dimension", () => {
    const history = [day("2026-11-21", 80), day("2026-11-22", 81)];
    assert.deepEqual(pointsOf({ of: "total", history, forecast }).map(({ official, ahead }) => [official, ahead]), [[80, null], [81, null], [null, 5]]);
    assert.deepEqual(pointsOf({ of: "goods", history, forecast }).map(({ official, ahead, low }) => [official, ahead, low]), [[79, null, null], [80, null, null], [null, 8, 7]]);
    assert.deepEqual(pointsOf({ of: "service", history: [], forecast }), []);
  });
});

describe("words of a slider and of figures", () => {
  it("calls a position by its event", () => {
    assert.equal(eventText(lever({}), 0, t), t("p_as_is"));
    assert.equal(eventText(lever({}), 3, t), "3 fewer");
    assert.equal(eventText(lever({}), -3, t), "3 more");
    const mean = lever({ unit: "seconds", better_event: "mean_of", worse_event: "mean_of" });
    assert.equal(eventText(mean, 3600, t), "60.0 min faster on average");
    assert.equal(eventText(mean, -30, t), "30 s slower on average");
  });

  it("has a text in both languages for every event that the server names", () => {
    const words = allWords("zh") as Record<string, string>;
    for (const code of ["more_five_stars", "more_one_stars", "fewer", "more", "fewer_missed", "more_missed", "more_good", "more_bad", "mean_of_better", "mean_of_worse", "mean_score_better", "mean_score_worse"]) assert.ok(words[`p_event_${code}`], code);
  });

  it("writes values in the unit a merchant says", () => {
    assert.equal(valueText(0.0123, "ratio", t), "1.23%");
    assert.equal(valueText(65_078, "seconds", t), "18.1 h");
    assert.equal(durationText(90, t), "90 s");
    assert.equal(band(null, 3), "");
    assert.equal(band(3, 3.001), "");
    assert.equal(band(3, 4), "3.00 – 4.00");
    assert.equal(dayFrom("2026-12-31", 1), "2027-01-01");
    assert.equal(dayFrom("2026-03-01", -1), "2026-02-28");
  });
});
