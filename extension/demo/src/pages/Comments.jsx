import { useState } from "react";
import { time } from "../format.js";
import { Actions, Notice, Pager, Product, Tabs } from "../parts.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const TABS = [["", "全部评价"], ["5", "5 星"], ["4", "4 星"], ["3", "3 星"], ["2", "2 星"], ["1", "1 星"]];
const SIZE = 20;

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

function Comment({ comment }) {
  return (
    <tr data-row-key={comment.id} data-order-id={comment.order_id}>
      <td><Product id={comment.product_id} name={comment.product_name} detail={`订单编号 ${comment.order_id}`} /></td>
      <td>
        <span className={css.stars} aria-label={`${comment.rank} 星`}>{"★".repeat(comment.rank)}<i>{"★".repeat(5 - comment.rank)}</i></span>
        <p>{comment.content}</p>
        <small>{comment.user_name} · {time(comment.comment_time)} · {comment.tags.join(" · ")}</small>
        {comment.shop_reply && <small className={css.reply}>商家回复：{comment.shop_reply}</small>}
      </td>
      <td>物流 {comment.rank_logistic} 分<small>服务 {comment.rank_shop} 分</small></td>
      <td><Actions labels={comment.shop_reply ? ["修改回复"] : ["回复"]} /></td>
    </tr>
  );
}

export function Comments() {
  const [{ rank, page }, setView] = useState({ rank: "", page: 1 });
  const found = useAnswer(`/product/tcomment/commentList?page=${page - 1}&pageSize=${SIZE}&rank=${rank}`);
  const data = found.answer?.data;
  const rows = Array.isArray(data) ? data : data?.list ?? [];
  return (
    <section className={css.card}>
      <Counts />
      <Tabs tabs={TABS} chosen={rank} choose={(key) => setView({ rank: key, page: 1 })} />
      <table className={css.table} aria-busy={found.state === "loading"}>
        <thead><tr>{["商品信息", "评价内容", "其他评分", "操作"].map((name) => <th key={name}>{name}</th>)}</tr></thead>
        <tbody>{rows.map((comment) => <Comment key={comment.id} comment={comment} />)}</tbody>
      </table>
      <Notice found={found} empty={rows.length === 0} />
      <Pager page={page} total={found.answer?.total ?? 0} size={SIZE} turn={(next) => setView({ rank, page: next })} />
    </section>
  );
}
