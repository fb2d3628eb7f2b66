import { useState } from "react";
import { duration, figure, signed } from "../format.js";
import { Notice } from "../parts.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const BASE = "/governance/shop/experiencescore";
const DIMENSIONS = [
  { key: "goods_score", label: "商品体验", titles: ["商品综合评分", "商品品质退货率"] },
  { key: "logistics_score", label: "物流体验", titles: ["平均揽收时长", "运单配送时效达成率", "商品/包装破损退货订单率"] },
  { key: "service_score", label: "服务体验", titles: ["售后平均审核时长", "飞鸽平均响应时长", "飞鸽会话不满意率", "平台求助率"] },
];

const Change = ({ by, show }) => (
  <span className={css.change}>较前1日 {by ? `${by > 0 ? "▲" : "▼"} ${show(by)}` : "持平"}</span>
);

function change(title, type) {
  if (type === 2) return (by) => `${signed(by * 100)} 个百分点`;
  return title.includes("时长") ? (by) => `${by > 0 ? "+" : "-"}${duration(Math.abs(by))}` : (by) => signed(by, 4);
}

function Overview({ data }) {
  const orNone = (value) => (value === -9999 ? "-" : value);
  return (
    <section className={css.card}>
      <div className={css.scoreHead}>
        <div>
          <h2>我的体验分</h2>
          <p className={css.big}>{data.experience_score.value}<small>分</small></p>
          <Change by={data.experience_score.rise_than_yesterday} show={signed} />
        </div>
        <div><h2>消费者端分数</h2><p className={css.mid}>{orNone(data.score_five_info.score)}</p></div>
        {DIMENSIONS.map(({ key, label }) => (
          <div key={key}>
            <h2>{label}得分</h2>
            <p className={css.mid}>{orNone(data[key].value)}<small>分</small></p>
            <p className={css.muted}>权重 {data[key].weight} %</p>
            <Change by={data[key].rise_than_yesterday} show={signed} />
          </div>
        ))}
        <div><h2>差行为扣分</h2><p className={css.mid}>{data.bad_behavior_deduct_score.value}<small>分</small></p></div>
      </div>
      <p className={css.muted}>考核行业 {data.category} · 更新于 {data.update_time}</p>
    </section>
  );
}

/** What stands behind one indicator, asked for when a person wants to see it. */
function Detail({ node }) {
  const found = useAnswer(`${BASE}/getSubScoreNew?experience_node=${node}`);
  const [item] = found.answer?.data?.shop_analysis ?? [];
  if (!item) return <Notice found={found} empty />;
  const { calculate_numerator: [top], calculate_denominator: bottom } = item;
  return <p className={css.muted}>{top.sub_title} {top.value} · {bottom.sub_title} {bottom.value}</p>;
}

const WIDTH = 880;
const HEIGHT = 90;

function Trend() {
  const found = useAnswer("/demo/score/trend");
  const points = found.answer?.data?.trend ?? [];
  if (points.length < 2) return null;
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value) => HEIGHT - ((value - low) / (high - low || 1)) * (HEIGHT - 10) - 5;
  const line = values.map((value, n) => `${(n / (values.length - 1)) * WIDTH},${y(value).toFixed(1)}`).join(" ");
  return (
    <section className={css.card}>
      <h2>近30天趋势</h2>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={css.trend} role="img" aria-label="近30天体验分"><polyline points={line} /></svg>
      <p className={css.muted}>{points[0].date} – {points.at(-1).date} · 最低 {low} · 最高 {high}</p>
    </section>
  );
}

function Indicator({ item }) {
  const [open, setOpen] = useState(false);
  const { title, value, calculate_numerator: [top], calculate_denominator: bottom, compare_with_self: self } = item;
  const type = value.value_type;
  return (
    <tr>
      <td>{title}</td>
      <td><strong>{figure(value.value_figure, { title, type })}</strong></td>
      <td>{top.value} / {bottom.value}</td>
      <td><Change by={self.rise_than_yesterday} show={change(title, type)} /></td>
      <td>{open ? <Detail node={item.experience_node} /> : <button type="button" className={css.link} onClick={() => setOpen(true)}>查看明细</button>}</td>
    </tr>
  );
}

function Dimension({ label, titles, items }) {
  return (
    <section className={css.card}>
      <h2>{label}</h2>
      <table className={css.even}>
        <thead><tr>{["指标", "近30天", "分子 / 分母", "变化", "操作"].map((name) => <th key={name}>{name}</th>)}</tr></thead>
        <tbody>{items.filter((item) => titles.includes(item.title)).map((item) => <Indicator key={item.title} item={item} />)}</tbody>
      </table>
    </section>
  );
}

export function Score() {
  const overview = useAnswer(`${BASE}/getOverviewByVersion?version=2`);
  const analysis = useAnswer(`${BASE}/getAnalysisScore?type=30`);
  const shown = overview.answer?.data;
  const data = analysis.answer?.data;
  return (
    <>
      {shown?.experience_score ? <Overview data={shown} /> : <section className={css.card}><Notice found={overview} empty /></section>}
      {data?.shop_analysis && <p className={css.muted}>近30天有效订单数 {data.shop_order_latest_30_cnt} · 统计周期 {data.begin_date} – {data.current_date}</p>}
      {Array.isArray(data?.shop_analysis) && data.shop_analysis.length > 0
        ? DIMENSIONS.map((dimension) => <Dimension key={dimension.key} {...dimension} items={data.shop_analysis} />)
        : <section className={css.card}><Notice found={analysis} empty /></section>}
      <Trend />
    </>
  );
}
