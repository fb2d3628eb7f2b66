import { useState } from "react";
import { duration, share, yuan } from "../format.js";
import { layout } from "../options.js";
import { Notice, Product } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const score = (value) => (typeof value === "number" ? value.toFixed(2) : "暂无");

/** Labels and figures, as a table or side by side: nobody outside knows how the real page sets them. */
export function Profile() {
  const found = useAnswer("/demo/creator/profile");
  const data = found.answer?.data;
  if (!data) return <section className={css.card}><Notice found={found} empty /></section>;
  return (
    <section className={css.card}>
      <h2>达人 {data.creator.name}</h2>
      <p className={css.muted}>百应ID：{data.creator.origin_uid} · 联系电话 {data.own.mobile} · 微信 {data.own.wechat_id}</p>
      {layout === "cards"
        ? <div className={css.scoreHead}>{data.lines.map(([label, value]) => <div key={label}><div className={css.mid}>{score(value)}</div><div>{label}</div></div>)}</div>
        : <dl className={css.counts}>{data.lines.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{score(value)}</dd></div>)}</dl>}
      <table className={css.table}>
        <thead><tr><th>指标</th><th>数值</th><th>优于同行</th></tr></thead>
        <tbody>{(data.ranks ?? []).map((rank) => <tr key={rank.name}><td>{rank.name}</td><td>{(rank.seconds ? duration : share)(rank.value)}</td><td>{share(rank.better_than)}</td></tr>)}</tbody>
      </table>
      <p className={css.muted}>更新于 {data.day.replaceAll("-", "/")}</p>
    </section>
  );
}

const HEAD = ["商品", "售价", "佣金率", "店铺", "商家体验分", "商品体验", "物流体验", "服务体验"];
const PARTS = ["shop_score", "product_score", "logistics_score", "service_score"];
const marks = ({ product_id: key }) => ({ key });
const cells = (card) => [
  <Product id={card.product_id} name={card.title} detail={`商品ID ${card.product_id}`} />,
  yuan(card.price),
  `${card.cos_ratio}%`,
  <>{card.shop_name}<small>店铺ID {card.shop_id}</small></>,
  ...PARTS.map((part) => <span key={part}>{score(card.shop_total_score?.[part].score)}<small>{card.shop_total_score?.[part].text}</small></span>),
];

/** The contact drawer asks for what must never be read. */
function Contact() {
  const [asked, setAsked] = useState(false);
  return asked ? <ContactAnswer /> : <button type="button" onClick={() => setAsked(true)}>联系商家</button>;
}

function ContactAnswer() {
  const { answer } = useAnswer("/square_pc_api/common/contact");
  return answer?.data ? <p>{answer.data.contact_name} {answer.data.phone} 微信 {answer.data.wechat}</p> : null;
}

export function Selection() {
  const found = useAnswer("/pc/selection/common/material_list?page=1&size=20");
  const rows = Array.isArray(found.answer?.data?.promotions) ? found.answer.data.promotions : [];
  return (
    <section className={css.card}>
      <Contact />
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
    </section>
  );
}
