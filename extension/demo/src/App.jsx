import * as css from "./styles.css";
import { AfterSales } from "./pages/AfterSales.jsx";
import { Comments } from "./pages/Comments.jsx";
import { Home } from "./pages/Home.jsx";
import { Orders } from "./pages/Orders.jsx";
import { Score } from "./pages/Score.jsx";
import { go, usePath } from "./router.js";
import { useAnswer } from "./transport.js";

const PAGES = [
  { path: "/ffa/mshop/homepage/index", label: "首页", group: "店铺", Page: Home },
  { path: "/ffa/morder/order/list", label: "订单管理", group: "订单", Page: Orders },
  { path: "/ffa/merchant-aftersale-workbench/aftersale/list", label: "售后工作台", group: "售后", Page: AfterSales },
  { path: "/ffa/maftersale/comment", label: "评价管理", group: "售后", Page: Comments },
  { path: "/ffa/eco/experience-score", label: "商家体验分", group: "成长", Page: Score },
];

function Sidebar({ path }) {
  const groups = Map.groupBy(PAGES, (page) => page.group);
  return (
    <nav className={css.sidebar} aria-label="菜单">
      {[...groups].map(([group, pages]) => (
        <section key={group}>
          <h2>{group}</h2>
          {pages.map((page) => (
            <a key={page.path} href={page.path} aria-current={page.path === path ? "page" : undefined}
              className={page.path === path ? css.menuOn : css.menu}
              onClick={(event) => { event.preventDefault(); go(page.path); }}>{page.label}</a>
          ))}
        </section>
      ))}
    </nav>
  );
}

export function App() {
  const path = usePath();
  const home = useAnswer("/demo/homepage/layout");
  const { Page, label } = PAGES.find((page) => page.path === path) ?? PAGES[0];
  const shop = home.answer?.data.lay_out_data[0]?.cards[0]?.shop_name ?? "";
  return (
    <div className={css.frame}>
      <header className={css.header}>
        <strong>商家后台</strong><em>演示站点，非真实平台</em>
        <span className={css.grow} />
        <span>消息</span><span>帮助</span><span className={css.shop}>{shop}</span>
      </header>
      <Sidebar path={path} />
      <main className={css.main}>
        <h1>{label}</h1>
        <Page home={home} />
      </main>
    </div>
  );
}
