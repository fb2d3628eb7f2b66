import { useState } from "react";
import { time } from "../format.js";
import { size } from "../options.js";
import { Actions, Notice, Pager, Product, Tabs } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const TABS = [["", "全部评价"], ["5", "5 星"], ["4", "4 星"], ["3", "3 星"], ["2", "2 星"], ["1", "1 星"]];

function Counts() {
  const found = useAnswer("/product/tcomment/statistics");
  const data = found.answer?.data;
  if (!data) return <Notice found={found} />;
  const counts = {
    "近30天评价数": data.comment_count_30d,
    "近30天负向评价数": data.negative_comment_count_30d,
    "计入体验分评价数": data.comment_in_ecology_score_count_30d,
    "计入体验分负向评价数": data.negative_comment_in_ecology_score_count_30d,
  };
  return (
    <dl className={css.counts}>
      {Object.entries(counts).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

const HEAD = ["商品信息", "评价内容", "其他评分", "操作"];
const marks = ({ id: key, order_id: order }) => ({ key, order });

const cells = (comment) => [
  <Product id={comment.product_id} name={comment.product_name} detail={`订单编号 ${comment.order_id}`} />,
  <>
    <span className={css.stars} aria-label={`${comment.rank} 星`}>{"★".repeat(comment.rank)}<i>{"★".repeat(5 - comment.rank)}</i></span>
    <p>{comment.content}</p>
    <small>{comment.user_name} · {time(comment.comment_time)} · {comment.tags.join(" · ")}</small>
    {comment.shop_reply && <small className={css.reply}>商家回复：{comment.shop_reply}</small>}
  </>,
  <>物流 {comment.rank_logistic} 分<small>服务 {comment.rank_shop} 分</small></>,
  <Actions labels={comment.shop_reply ? ["修改回复"] : ["回复"]} />,
];

export function Comments() {
  const [{ rank, page }, setView] = useState({ rank: "", page: 1 });
  const found = useAnswer(`/product/tcomment/commentList?page=${page - 1}&pageSize=${size}&rank=${rank}`);
  const data = found.answer?.data;
  const rows = Array.isArray(data) ? data : Array.isArray(data?.list) ? data.list : [];
  return (
    <section className={css.card}>
      <Counts />
      <Tabs tabs={TABS} chosen={rank} choose={(key) => setView({ rank: key, page: 1 })} />
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
      <Pager page={page} total={found.answer?.total ?? 0} size={size} turn={(next) => setView({ rank, page: next })} />
    </section>
  );
}
