import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readLabels as readIt, type Plain, type Seen } from "../src/labels.js";
import { joined } from "../src/official.js";
import type { LabelSpec } from "../src/spec.js";
import { admits, BUNDLED } from "../src/specs.js";
import { NOW, project, spec } from "./scene.js";

const UNIX = 1763600000; // 2025-11-20T08:53:20+08:00
const ok = (data: unknown, more: object = {}): object => ({ code: 0, st: 0, msg: "", data, ...more });

describe("after-sales", () => {
  const sales = spec("doudian.after-sales");
  const item = ({ info = {}, text = {}, order = {}, ...more }: { info?: object; text?: object; order?: object; [key: string]: unknown } = {}): object => ({
    after_sale_info: { after_sale_id: "1481234567890123456", related_id: "4781234567890123457", after_sale_type: 0, after_sale_status: 6, apply_time: UNIX, create_time: UNIX, update_time: UNIX + 60, status_deadline: UNIX + 86400, refund_amount: 3990, ...info },
    order_info: { shop_order_id: "4781234567890123456", related_order_info: [{ sku_order_id: "4781234567890123457", product_id: "36", product_name: "置物架" }], receiver_info: { post_tel: "13812345678" }, ...order },
    text_part: { after_sale_status_text: "待商家处理", after_sale_type_text: "退货退款", reason_text: "质量问题", ...text }, apply_remark: "请打13812345678", ...more,
  });
  const read = (...items: object[]) => project(ok({ shop_id: 990000417, items, total: items.length }), sales);

  it("become records: type, times, deadline, the first reason and the refund", () => {
    const { outcome, records, shop } = read(item());
    assert.equal(outcome, "ok");
    assert.deepEqual(shop, { id: "990000417", name: null });
    assert.deepEqual(records, [{
      kind: "after_sale", id: "1481234567890123456", order_id: "4781234567890123456", line_id: "4781234567890123457", type: "return_refund",
      applied_at: "2025-11-20T08:53:20+08:00", updated_at: "2025-11-20T08:54:20+08:00", audit_by: "2025-11-21T08:53:20+08:00",
      reason: { class: "quality", label: "质量问题" }, amount: 3990,
    }]);
  });
  for (const [number, type] of [[0, "return_refund"], [1, "refund_shipped"], [2, "refund_unshipped"], [3, "exchange"], [6, "price_protect"], [7, "resend"]] as const) {
    it(`type ${number} is ${type}`, () => assert.equal(read(item({ info: { after_sale_type: number } })).records[0]?.["type"], type));
  }
  it("a type nobody knows closes the whole answer", () => {
    const { outcome, drift } = read(item(), item({ info: { after_sale_type: 99 } }));
    assert.equal(outcome, "changed");
    assert.deepEqual(drift?.unknown, ["after_sale_info.after_sale_type: number"]);
  });
  it("a deadline is the merchant's only while the case waits for the merchant", () => {
    for (const status of [3, 6, 11]) assert.notEqual(read(item({ info: { after_sale_status: status } })).records[0]?.["audit_by"], undefined);
    for (const status of [7, 12, 28]) assert.equal(read(item({ info: { after_sale_status: status } })).records[0]?.["audit_by"], undefined);
  });
  for (const [label, reason] of [
    ["质量问题", "quality"], ["做工粗糙/有瑕疵", "quality"], ["商品破损/污渍", "damage"], ["快递破损", "damage"], ["物流问题", "logistics_quality"], ["少件/漏发", "logistics_quality"], ["尺码不合适", "size"],
    ["与商品描述不符", "not_as_described"], ["7天无理由退货", "no_reason"], ["七天无理由退货", "no_reason"], ["不喜欢/不想要", "no_reason"], ["平台还没有想到的理由", "other"],
  ] as const) it(`“${label}” is ${reason}, and the label stays`, () => assert.deepEqual(read(item({ text: { reason_text: label } })).records[0]?.["reason"], { class: reason, label }));
  it("blame and the tag 豁免体验分 are read where they are shown", () => {
    const [record] = read(item({ info: { arbitrate_blame: 1 }, aftersale_tags: [{ tag_name: "极速退" }, { tag_name: "豁免体验分" }] })).records;
    assert.deepEqual(record?.["arbitration"], { blame: "merchant" });
    assert.equal(record?.["exempt"], true);
    assert.equal(read(item({ info: { arbitrate_blame: 0 }, aftersale_tags: ["极速退"] })).records[0]?.["arbitration"], undefined);
  });
  it("a renamed deadline or reason stores nothing and is named", () => {
    for (const [key, path] of [["status_deadline", "after_sale_info.status_deadline"], ["reason_text", "text_part.reason_text"], ["after_sale_id", "after_sale_info.after_sale_id"]] as const) {
      const { outcome, records, drift } = project(JSON.parse(JSON.stringify(ok({ items: [item()] })).replaceAll(key, `${key}_v2`)), sales);
      assert.deepEqual([outcome, records, drift?.missing], ["changed", [], [path]]);
    }
  });
  it("nothing of a person is in a record", () => assert.doesNotMatch(JSON.stringify(read(item()).records), /138|置物架/));
});

describe("reviews", () => {
  const reviews = spec("doudian.reviews");
  const row = (more: object = {}): object => ({ id: "71", shop_id: 990000417, product_id: "36", order_id: "4781234567890123456", content: "做工差，加微信 abc12345", comment_time: UNIX, update_time: UNIX, rank: 2, rank_product: 2, rank_logistic: 5, rank_shop: 4, shop_reply: "", tags: ["做工粗糙"], user_name: "张三", ...more });
  const record = { kind: "review", id: "71", order_id: "4781234567890123456", product_id: "36", created_at: "2025-11-20T08:53:20+08:00", updated_at: "2025-11-20T08:53:20+08:00", stars: 2, logistics_stars: 5, service_stars: 4, tags: ["做工粗糙"] };

  it("come from either shape of the list, without their words", () => {
    for (const data of [[row()], { list: [row()] }]) {
      const { outcome, records, shop } = project(ok(data), reviews);
      assert.equal(outcome, "ok");
      assert.deepEqual(records, [record]);
      assert.equal(shop?.id, "990000417");
    }
  });
  it("count when the page asked for those that count; otherwise nothing is said", () => {
    const counts = (query: string) => project(ok([row()]), reviews, { query }).records[0]?.["counts"];
    assert.equal(counts("page=0&count_ecology_score_filter=1"), true);
    for (const query of ["", "count_ecology_score_filter=0", "count_ecology_score_filter="]) assert.equal(counts(query), undefined, query);
  });
  it("carry their words only where that is switched on, and then scrubbed; the second lock agrees", () => {
    const { records } = project(ok([row()]), reviews, { reviewText: true });
    assert.equal(records[0]?.["text"], "做工差，加[account]");
    const seen = { ...records[0], seen_at: "2025-11-20T09:00:00+08:00" };
    assert.deepEqual([admits(reviews, seen, true), admits(reviews, seen, false)], [true, false]);
  });
  it("an unknown number of stars is no review", () => assert.equal(project(ok([row({ rank: 7 })]), reviews).outcome, "changed"));
});

describe("counters", () => {
  it("the review page's 30-day numbers go by the page's own names", () => {
    const { outcome, records } = project(ok({ shop_id: "1", latestDate: "2026-11-19", negative_comment_count_30d: 4, neutral_comment_count_30d: "7", positive_commnet_in_ecology_score_count_30d: 120, negative_comment_rate: { last_30days_value: "3%" } }), spec("doudian.review-counts"));
    assert.equal(outcome, "ok");
    assert.deepEqual(records, [["negative_comment_count_30d", 4], ["neutral_comment_count_30d", 7], ["positive_commnet_in_ecology_score_count_30d", 120]].map(([name, value]) => ({ kind: "counter", id: `${name}|2026-11-20`, name, date: "2026-11-20", value })));
  });
  it("violations count what is pending; without that number nothing is stored", () => {
    const data = { penalty_pending: 1, penalty_all: 9, penalty_can_appeal: 0, title: "违规" };
    const { records } = project(ok(data), spec("doudian.violations"));
    assert.deepEqual(records.map(({ name, value }) => [name, value]), [["penalty_pending", 1], ["penalty_all", 9], ["penalty_can_appeal", 0]]);
    assert.deepEqual(project(ok({ penalty_all: 9 }), spec("doudian.violations")).drift?.missing, ["penalty_pending"]);
    assert.deepEqual(project(ok({ ...data, penalty_all: {} }), spec("doudian.violations")).drift?.wrong, ["penalty_all: object"]);
    assert(admits(spec("doudian.violations"), { ...records[0], seen_at: "x" }, false));
  });
});

describe("service agents", () => {
  const agents = spec("feige.agents");
  const row = (more: object = {}): object => ({ staffUserInfo: { staffId: "6712345678", staffNickName: "小美", staffAccountName: "13812345678" }, staffName: "小美", servConvCnt: { fieldValue: 40 }, validCommentCnt: { fieldValue: "12" }, validBadCommentCnt: { fieldValue: 1 }, workTimeAvgRespDuration: { fieldValue: "1分5秒" }, workTimeUnSatisfyRate: { fieldValue: "8.33%" }, ...more });
  const names = new Map([["6712345678", "agent-00ff"]]);
  const read = (rows: object[], query = "startTime=20261119&endTime=20261119") => project(ok({ staffDataModel: rows }), agents, { query, names });

  it("become days under a pseudonym, wrapped values unwrapped", () => {
    const { outcome, records } = read([row()]);
    assert.equal(outcome, "ok");
    assert.deepEqual(records, [{ kind: "service_day", id: "agent-00ff|2026-11-19", agent_id: "agent-00ff", date: "2026-11-19", sessions: 40, rated: 12, dissatisfied: 1, reply_seconds_mean: 65 }]);
    assert.doesNotMatch(JSON.stringify(records), /6712345678|小美|138/);
  });
  it("plain values are read the same way, a dash is nothing", () => {
    const { records } = read([row({ servConvCnt: 40, validBadCommentCnt: { fieldValue: "-" }, workTimeAvgRespDuration: 12.5 })]);
    assert.deepEqual([records[0]?.["sessions"], records[0]?.["dissatisfied"], records[0]?.["reply_seconds_mean"]], [40, undefined, 12.5]);
  });
  it("say whose pseudonym is needed first", () => {
    const unnamed = new Set<string>();
    project(ok({ staffDataModel: [row()] }), agents, { query: "startTime=20261119&endTime=20261119", unnamed });
    assert.deepEqual([...unnamed], ["6712345678"]);
  });
  it("a span of days is nobody's day; without a day the shape has changed", () => {
    assert.equal(read([row()], "startTime=20261101&endTime=20261119").outcome, "empty");
    assert.equal(read([row()], "").outcome, "changed");
  });
  it("whose page it is says the answer beside it", () => {
    const { outcome, records, shop } = project(ok({ ShopId: 990000417, ShopName: "演示店", CustomerServiceInfo: { screen_name: "小美" } }), spec("feige.shop"));
    assert.deepEqual([outcome, records, shop], ["ok", [], { id: "990000417", name: "演示店" }]);
  });
});

describe("the score, in parts", () => {
  const indicator = (title: string, value: number, value_type: number): object => ({ title, value: { value_figure: value, value_type }, calculate_numerator: [{ sub_title: "x", value: 6 }], calculate_denominator: { sub_title: "y", value: 3067 } });
  const analysed = (...items: object[]) => project(ok({ shop_id: "1", current_date: "2026/11/20", shop_order_latest_30_cnt: 612, shop_sub_score: [{ sub_score_name: "商品体验", sub_score: 81.2 }], shop_analysis: items }), spec("doudian.score-analysis"));

  it("a rate must be a fraction and a duration must not", () => {
    assert.equal(analysed(indicator("平台求助率", 0.002, 2), indicator("飞鸽平均响应时长", 21, 1)).outcome, "ok");
    assert.deepEqual(analysed(indicator("平台求助率", 0.2, 1)).drift?.unknown, ["shop_analysis[].value.value_type: service.help_rate"]);
    assert.deepEqual(analysed(indicator("飞鸽平均响应时长", 21, 2)).drift?.unknown, ["shop_analysis[].value.value_type: service.reply_seconds"]);
    assert.deepEqual(analysed(indicator("平台求助率", 12, 2)).drift?.unknown, ["shop_analysis[].value.value_type: service.help_rate"]);
  });
  it("-9999 is no value, whatever its type", () => assert.deepEqual(analysed(indicator("平台求助率", -9999, 1)).records[0]?.["indicators"], { "service.help_rate": { numerator: 6, denominator: 3067 } }));
  it("one indicator alone joins the day that is known, and is nothing without one", () => {
    const part = project(ok({ shop_analysis: [indicator("平台求助率", 0.002, 2)] }), spec("doudian.score-part"));
    assert.equal(part.outcome, "ok");
    assert(admits(spec("doudian.score-part"), { ...part.records[0], seen_at: "x" }, false));
    assert.deepEqual(joined({}, part.records).out, []);
    const first = joined({}, analysed(indicator("飞鸽平均响应时长", 21, 1)).records);
    const { out, days } = joined(first.days, part.records);
    assert.deepEqual(Object.keys((out[0]?.["indicators"] ?? {}) as object), ["service.reply_seconds", "service.help_rate"]);
    assert.equal(out[0]?.["id"], "2026-11-20");
    const weights = { goods: { weight: 0.4 } };
    assert.deepEqual(joined(days, [{ kind: "official", id: "2026-11-20", dimensions: weights }]).out[0]?.["dimensions"], { goods: { score: 81.2, weight: 0.4 } });
  });
  it("the home card is the score on show; around noon nobody can tell of which day", () => {
    const card = ok({ shop_id: "1", lay_out_data: [{ cards: [{ card_name: "todo_card", unship: 3 }] }, { cards: [{ card_name: "shop_info_card", expr_score: { main_compass: { val: "85.31" }, compass_list: [{ title: "商品体验", val: 81.2 }, { title: "物流体验", val: 88 }, { title: "服务体验", val: "-" }] } }] }] });
    const at = (clock: string) => project(card, spec("doudian.home-card"), { now: Date.parse(`2026-11-20T${clock}:00+08:00`) });
    assert.deepEqual(at("15:00").records, [{ kind: "official", id: "2026-11-20", total: 85.31, dimensions: { goods: { score: 81.2 }, logistics: { score: 88 } } }]);
    assert.equal(at("08:00").records[0]?.["id"], "2026-11-19");
    assert.equal(at("12:00").outcome, "empty");
    assert.equal(project(ok({ lay_out_data: [{ cards: [{ card_name: "todo_card" }] }] }), spec("doudian.home-card")).outcome, "empty");
  });
});

describe("labels in plain sight", () => {
  type Tree = string | Tree[];
  const nodeOf = (tree: Tree, parentNode: Plain | null = null): Plain => {
    if (typeof tree === "string") return { nodeName: "#text", data: tree, parentNode, childNodes: [] };
    const node: Plain = { nodeName: "DIV", parentNode, childNodes: [] };
    node.childNodes = tree.map((inner) => nodeOf(inner, node));
    return node;
  };
  const readLabels = (tree: Tree, spec: LabelSpec, nowMs: number): Seen => readIt(nodeOf(tree), spec, nowMs);
  const labels = (id: string): LabelSpec => BUNDLED.find((each) => each.id === id) as LabelSpec;
  const page: Tree = [[["我的体验分"], [["85.31"], ["分"], ["较前1日", "+0.31"]]], [["商品体验得分 81.2 分", ["权重 40 %"]], [["物流体验得分"], ["88", "分"], ["权重 ", "25", " %"]], ["服务体验得分 79.5 分", ["权重 35 %"]]],
    [["近30天有效订单数"], ["612"]], ["考核行业 居家日百 · 更新于 2026/11/20 11:02:03"]];
  it("make the official day where the answer is not known", () => {
    const { record, missing } = readLabels(page, labels("doudian.score-labels"), NOW);
    assert.deepEqual(missing, []);
    assert.deepEqual(record, { kind: "official", id: "2026-11-20", updated_at: "2026-11-20T11:02:03+08:00", total: 85.31, valid_orders_30d: 612, industry: "居家日百",
      dimensions: { goods: { score: 81.2, weight: 0.4 }, logistics: { score: 88, weight: 0.25 }, service: { score: 79.5, weight: 0.35 } } });
    assert(admits(labels("doudian.score-labels"), { ...record, seen_at: "x" }, false));
    assert(!admits(labels("doudian.score-labels"), { ...record, seen_at: "x", name: "张三" }, false));
  });
  it("make nothing where the score or its day is not to be seen", () => {
    assert.deepEqual(readLabels(page.slice(1), labels("doudian.score-labels"), NOW).missing, ["我的体验分"]);
    assert.equal(readLabels([], labels("doudian.score-labels"), NOW).record, null);
  });
  it("a creator's score, tolerant of layout; whose it is stands beside", () => {
    const creator = labels("buyin.creator-labels");
    const trees: Tree[] = [
      [["带货口碑", "4.87", "高于同行"]], [["带货口碑 4.87 分"]], [["带货口碑分：4.87"]],
      [["什么是带货口碑？"], [[["带货口碑"], ["4.87"]], [["商品口碑"], ["4.6"]]]],
      [[[["4.87"], ["带货口碑分"]], [["4.6"], ["商品口碑"]]]],
      [["达人", ["粉丝 120 万"]], [[["带货口碑分"], [["4.87"], ["分"]]], ["3.2"]]],
    ];
    for (const tree of trees) assert.deepEqual(readLabels(tree, creator, NOW).record, { kind: "official", total: 4.87, id: "2026-11-20" }, JSON.stringify(tree));
    assert.equal(readLabels([["4.6", "带货口碑", "4.87"]], creator, NOW).record, null, "nobody can tell whose number it is");
    assert.deepEqual(readLabels([["百应ID：1122334455 · 电话 13812345678"], [["带货口碑"], ["4.87"]], ["更新于 2026/11/19"]], creator, NOW), { record: { kind: "official", total: 4.87, id: "2026-11-19" }, missing: [], shop: { id: "1122334455", name: null, type: "creator" } });
    assert.equal(readLabels(["带货口碑", "暂无"], creator, NOW).record, null);
  });
});

describe("the selection square", () => {
  const score = (value: number): object => ({ text: `${value}`, score: value, level: 1 });
  const card = (more: object = {}): object => ({ product_id: "3600000000000000001", title: "置物架", shop_id: "77", shop_name: "小店", shop_total_score: { shop_score: score(4.9), product_score: score(4.8), logistics_score: score(4.7), service_score: score(4.6) }, ...more });
  it("gives a shop's day once, however many of its products are shown, and the products themselves", () => {
    const answer = ok({ products: [card(), card({ product_id: "3600000000000000002" })], total: 2 });
    assert.deepEqual(project(answer, spec("buyin.partners")).records, [{ kind: "partner", id: "77|2026-11-20", merchant_id: "77", name: "小店", total: 4.9, goods: 4.8, logistics: 4.7, service: 4.6, date: "2026-11-20" }]);
    assert.deepEqual(project(answer, spec("buyin.products")).records.map(({ id, merchant_id }) => [id, merchant_id]), [["3600000000000000001", "77"], ["3600000000000000002", "77"]]);
  });
  it("a card without its score is a changed page", () => assert.equal(project(ok({ products: [card({ shop_total_score: { shop_score: {} } })] }), spec("buyin.partners")).outcome, "changed"));
});
