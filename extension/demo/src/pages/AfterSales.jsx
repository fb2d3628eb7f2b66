import { useState } from "react";
import { time, yuan } from "../format.js";
import { Actions, Notice, Pager, Product } from "../parts.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const SIZE = 20;

function Case({ item }) {
  const { after_sale_info: info, order_info: order, text_part: text, user_info: user } = item;
  return (
    <tr data-row-key={info.after_sale_id} data-order-id={order.shop_order_id}>
      <td>
        <p className={css.number}>售后编号 {info.after_sale_id}<small>订单编号 {order.shop_order_id}</small></p>
        {order.related_order_info.map((line) => (
          <Product key={line.sku_order_id} id={line.product_id} name={line.product_name} detail={`买家 ${user.user_nick_name}`} />
        ))}
      </td>
      <td>{text.after_sale_type_text}</td>
      <td>{text.reason_text}<small>{item.apply_remark}</small></td>
      <td><strong>{yuan(info.refund_amount)}</strong></td>
      <td>{time(info.apply_time)}</td>
      <td>{text.after_sale_status_text}<small>{info.status_deadline ? `请在 ${time(info.status_deadline)} 前处理` : ""}</small></td>
      <td><Actions labels={info.status_deadline ? ["同意", "拒绝", "详情"] : ["详情"]} /></td>
    </tr>
  );
}

export function AfterSales() {
  const [page, setPage] = useState(1);
  const found = useAnswer("/after_sale/pc/list", JSON.stringify({ page, pageSize: SIZE, order_by: ["apply_time desc"] }));
  const rows = found.answer?.data?.items ?? [];
  return (
    <section className={css.card}>
      <table className={css.table} aria-busy={found.state === "loading"}>
        <thead><tr>{["商品信息", "售后类型", "售后原因", "退款金额", "申请时间", "售后状态", "操作"].map((name) => <th key={name}>{name}</th>)}</tr></thead>
        <tbody>{rows.map((item) => <Case key={item.after_sale_info.after_sale_id} item={item} />)}</tbody>
      </table>
      <Notice found={found} empty={rows.length === 0} />
      <Pager page={page} total={found.answer?.data?.total ?? 0} size={SIZE} turn={setPage} />
    </section>
  );
}
