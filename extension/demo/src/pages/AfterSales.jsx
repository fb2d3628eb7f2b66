import { useState } from "react";
import { time, yuan } from "../format.js";
import { size } from "../options.js";
import { Actions, Notice, Pager, Product } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const HEAD = ["商品信息", "售后类型", "售后原因", "退款金额", "申请时间", "售后状态", "操作"];
const marks = ({ after_sale_info: { after_sale_id: key }, order_info: { shop_order_id: order } }) => ({ key, order });

const cells = ({ after_sale_info: info, order_info: order, text_part: text, user_info: user, apply_remark: remark }) => [
  <>
    <p className={css.number}>售后编号 {info.after_sale_id}<small>订单编号 {order.shop_order_id}</small></p>
    {order.related_order_info.map((line) => (
      <Product key={line.sku_order_id} id={line.product_id} name={line.product_name} detail={`买家 ${user.user_nick_name}`} />
    ))}
  </>,
  text.after_sale_type_text,
  <>{text.reason_text}<small>{remark}</small></>,
  <strong>{yuan(info.refund_amount)}</strong>,
  time(info.apply_time),
  <>{text.after_sale_status_text}<small>{info.status_deadline ? `请在 ${time(info.status_deadline)} 前处理` : ""}</small></>,
  <Actions labels={info.status_deadline ? ["同意", "拒绝", "详情"] : ["详情"]} />,
];

export function AfterSales() {
  const [page, setPage] = useState(1);
  const found = useAnswer("/after_sale/pc/list", JSON.stringify({ page, pageSize: size, order_by: ["apply_time desc"] }));
  const rows = Array.isArray(found.answer?.data?.items) ? found.answer.data.items : [];
  return (
    <section className={css.card}>
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
      <Pager page={page} total={found.answer?.data?.total ?? 0} size={size} turn={setPage} />
    </section>
  );
}
