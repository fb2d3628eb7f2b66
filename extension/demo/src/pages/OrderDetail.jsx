import { time, yuan } from "../format.js";
import { Notice, PageLink, Product } from "../parts.jsx";
import { useQuery } from "../router.js";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const STEPS = [["下单时间", "create_time"], ["支付时间", "pay_time"], ["最晚发货时间", "exp_ship_time"], ["发货时间", "ship_time"], ["完成时间", "finish_time"]];

const Facts = ({ rows }) => (
  <dl className={css.facts}>{rows.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
);

export function OrderDetail() {
  const id = useQuery().get("id") ?? "";
  const found = useAnswer(`/api/order/orderDetail?order_id=${encodeURIComponent(id)}`);
  const order = found.answer?.data;
  if (!order?.product_item) return <section className={css.card}><Notice found={found} empty /></section>;
  const { post_receiver: name, post_tel: phone, post_addr: address } = order.receiver_info;
  return (
    <>
      <section className={css.card}>
        <h2>订单编号 {order.shop_order_id}</h2>
        <p className={css.mid}>{order.order_status_info.order_status_text}</p>
        <Facts rows={STEPS.map(([label, key]) => [label, time(order[key])])} />
        <PageLink to="/ffa/morder/order/list">返回列表</PageLink>
      </section>
      <section className={css.card}>
        <h2>商品信息</h2>
        {order.product_item.map((item) => (
          <Product key={item.item_order_id} id={item.product_id} name={item.product_name} detail={`${yuan(item.combo_amount)} × ${item.combo_num}`} />
        ))}
        <Facts rows={[["实收款", yuan(order.pay_amount)], ["运费", yuan(order.post_amount)]]} />
      </section>
      <section className={css.card}>
        <h2>收货信息</h2>
        <p>{name}，{phone}，{address.province.name}{address.city.name}{address.detail}</p>
        <h2>物流信息</h2>
        {order.logistics_info.map((parcel) => (
          <Facts key={parcel.tracking_no} rows={[["运单号", parcel.tracking_no], ["揽收时间", time(parcel.collect_time)], ["签收时间", time(parcel.sign_time)]]} />
        ))}
        {order.logistics_info.length === 0 && <p className={css.muted}>暂无物流信息</p>}
      </section>
    </>
  );
}
