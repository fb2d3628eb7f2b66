import { Notice, PageLink } from "../parts.jsx";
import * as css from "../styles.css";

export function Home({ home }) {
  const cards = (home.answer?.data?.lay_out_data ?? []).flatMap((layout) => layout.cards);
  const shop = cards.find((card) => card.card_name === "shop_info_card");
  const todo = cards.find((card) => card.card_name === "todo_card");
  if (cards.length === 0) return <section className={css.card}><Notice found={home} empty /></section>;
  return (
    <>
      {shop?.expr_score && <section className={css.card}>
        <h2>商家体验分</h2>
        <dl className={css.counts}>
          <div><dt>体验分</dt><dd>{shop.expr_score.main_compass.val}</dd></div>
          {shop.expr_score.compass_list.map(({ title, val }) => <div key={title}><dt>{title}</dt><dd>{val}</dd></div>)}
        </dl>
        <PageLink to="/ffa/eco/experience-score">查看详情</PageLink>
      </section>}
      <section className={css.card}>
        <h2>待办事项</h2>
        <dl className={css.counts}>
          <div><dt>待发货</dt><dd>{todo?.unship ?? "-"}</dd></div>
          <div><dt>待支付</dt><dd>{todo?.unpaid ?? "-"}</dd></div>
          <div><dt>待处理售后</dt><dd>{todo?.after_sale ?? "-"}</dd></div>
        </dl>
        <PageLink to="/ffa/morder/order/list">去处理订单</PageLink>
      </section>
    </>
  );
}
