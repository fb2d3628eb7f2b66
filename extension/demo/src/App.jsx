import * as css from "./styles.css";
import { AfterSales } from "./pages/AfterSales.jsx";
import { Comments } from "./pages/Comments.jsx";
import { Profile, Selection } from "./pages/Creator.jsx";
import { Home } from "./pages/Home.jsx";
import { OrderDetail } from "./pages/OrderDetail.jsx";
import { Orders } from "./pages/Orders.jsx";
import { Penalties } from "./pages/Penalties.jsx";
import { Score } from "./pages/Score.jsx";
import { Service } from "./pages/Service.jsx";
import { PageLink } from "./parts.jsx";
import { usePath } from "./router.js";
import { useAnswer } from "./transport.js";

/** `owner`: not for a sub-account. Without a group a page is not in the menu. */
const SHOP = [
  { path: "/ffa/mshop/homepage/index", label: "首页", group: "店铺", Page: Home },
  { path: "/ffa/morder/order/list", label: "订单管理", group: "订单", Page: Orders },
  { path: "/ffa/morder/order/detail", label: "订单详情", Page: OrderDetail },
  { path: "/ffa/merchant-aftersale-workbench/aftersale/list", label: "售后工作台", group: "售后", Page: AfterSales },
  { path: "/ffa/maftersale/comment", label: "评价管理", group: "售后", Page: Comments },
  { path: "/ffa/eco/experience-score", label: "商家体验分", group: "成长", owner: true, Page: Score },
  { path: "/ffa/governance/penalty", label: "违规管理", group: "成长", owner: true, Page: Penalties },
];
const DESK = [{ path: "/pc_seller_v2/main/data/customerService/index", label: "客服数据", group: "飞鸽", Page: Service }];
const CREATOR = [
  { path: "/dashboard/servicehall/daren-profile", label: "达人主页", group: "成长", Page: Profile },
  { path: "/dashboard/merch-picking-library", label: "选品广场", group: "选品", Page: Selection },
];
const DESK_USER = "https://pigeon.jinritemai.com/backstage/currentuser";
const HOSTS = {
  "buyin.jinritemai.com": { title: "达人工作台", session: "/index/getUser", pages: CREATOR },
  "pigeon.jinritemai.com": { title: "客服工作台", session: DESK_USER, pages: DESK },
  "im.jinritemai.com": { title: "客服工作台", session: DESK_USER, pages: DESK },
};
const { title, session, pages } = HOSTS[location.hostname] ?? { title: "商家后台", session: "/demo/homepage/layout", pages: SHOP };

function Sidebar({ path, role }) {
  const shown = pages.filter(({ group, owner }) => group && !(owner && role === "sub_account"));
  const groups = Map.groupBy(shown, (page) => page.group);
  return (
    <nav className={css.sidebar} aria-label="菜单">
      {[...groups].map(([group, entries]) => (
        <section key={group}>
          <h2>{group}</h2>
          {entries.map((page) => (
            <PageLink key={page.path} to={page.path} aria-current={page.path === path ? "page" : undefined}
              className={page.path === path ? css.menuOn : css.menu}>{page.label}</PageLink>
          ))}
        </section>
      ))}
    </nav>
  );
}

const Login = () => <section className={css.card}><h2>登录</h2><p>登录已失效，请重新登录</p></section>;

export function App() {
  const path = usePath();
  if (path.startsWith("/login/")) return <main className={css.main}><Login /></main>;
  return <Backend path={path} />;
}

function Backend({ path }) {
  const login = useAnswer(session);
  const { Page, label } = pages.find((page) => page.path === path) ?? pages[0];
  const who = login.answer?.data ?? {};
  const name = who.shop_name ?? who.ShopName ?? who.user_name ?? "";
  return (
    <div className={css.frame}>
      <header className={css.header}>
        <strong>{title}</strong><em>演示站点，非真实平台</em>
        <span className={css.grow} />
        <span>消息</span><span>帮助</span><span className={css.shop}>{name}</span>
      </header>
      <Sidebar path={path} role={who.role} />
      <main className={css.main}>
        <h1>{label}</h1>
        <Page home={login} />
      </main>
    </div>
  );
}
