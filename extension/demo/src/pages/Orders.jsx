import { useState } from "react";
import { time, yuan } from "../format.js";
import { size } from "../options.js";
import { Actions, Notice, PageLink, Pager, Product, Tabs } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const TABS = [["all", "全部"], ["unpaid", "待支付"], ["unship", "待发货"], ["shipped", "已发货"], ["finished", "已完成"], ["closed", "已关闭"]];
const ACTIONS = { 2: ["发货", "备注"], 3: ["查看物流", "备注"] };

function Filters() {
  return (
    <form className={css.filters} onSubmit={(event) => event.preventDefault()}>
      <label>订单编号<input placeholder="请输入订单编号" /></label>
      <label>商品名称/ID<input placeholder="请输入" /></label>
      <label>下单时间<input placeholder="开始时间 ~ 结束时间" /></label>
      <button type="submit" className={css.primary}>查询</button>
      <button type="reset">重置</button>
    </form>
  );
}

const HEAD = ["商品信息", "单价/数量", "售后", "实收款", "收货信息", "订单状态", "操作"];
const marks = ({ shop_order_id: key }) => ({ key });

const cells = (order) => {
  const { post_receiver: name, post_tel: phone, post_addr: address } = order.receiver_info;
  return [
    <>
      <p className={css.number}>订单编号 {order.shop_order_id}<small>下单时间 {time(order.create_time)}</small></p>
      {order.product_item.map((item) => (
        <Product key={item.item_order_id} id={item.product_id} name={item.product_name} detail={item.sku_spec[0].value} />
      ))}
    </>,
    <>{order.product_item.map((item) => <p key={item.item_order_id}>{yuan(item.combo_amount)} × {item.combo_num}</p>)}</>,
    <>{order.product_item.map((item) => <p key={item.item_order_id}>{item.after_sale_info.after_sale_text || "-"}</p>)}</>,
    <><strong>{yuan(order.pay_amount)}</strong><small>含运费 {yuan(order.post_amount)}</small></>,
    <>{name}，{phone}<small>{address.province.name}{address.city.name}{address.detail}</small></>,
    <>{order.order_status_info.order_status_text}<small>{order.pay_time ? `支付 ${time(order.pay_time)}` : "未支付"}</small></>,
    <>
      <Actions labels={ACTIONS[order.order_status] ?? []} />
      <PageLink to={`/ffa/morder/order/detail?id=${order.shop_order_id}`}>详情</PageLink>
    </>,
  ];
};

export function Orders() {
  const [{ tab, page }, setView] = useState({ tab: "all", page: 1 });
  const found = useAnswer(`/api/order/searchlist?page=${page - 1}&pageSize=${size}&tab=${tab}&order_by=create_time&order=desc`);
  const rows = Array.isArray(found.answer?.data) ? found.answer.data : [];
  return (
    <section className={css.card}>
      <Filters />
      <Tabs tabs={TABS} chosen={tab} choose={(key) => setView({ tab: key, page: 1 })} />
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
      <Pager page={page} total={found.answer?.total ?? 0} size={size} turn={(next) => setView({ tab, page: next })} />
    </section>
  );
}
