import { go } from "./router.js";
import * as css from "./styles.css";

/** What stands in place of rows while there are none, and why. */
export function Notice({ found, empty }) {
  if (found.state === "failed") return <p className={css.failure} role="alert">{found.message}</p>;
  if (found.state === "logged_out") {
    return <p className={css.failure} role="alert">{found.message} <a href="/login/common">去登录</a></p>;
  }
  if (!found.answer) return <p className={css.muted} aria-busy="true">加载中…</p>;
  return empty ? <p className={css.muted}>暂无数据</p> : null;
}

/** `tabs` is a list of [key, label]. */
export function Tabs({ tabs, chosen, choose }) {
  return (
    <div className={css.tabs} role="tablist">
      {tabs.map(([key, label]) => (
        <button key={key} type="button" role="tab" aria-selected={key === chosen} className={key === chosen ? css.tabOn : css.tab}
          onClick={() => choose(key)}>{label}</button>
      ))}
    </div>
  );
}

export function Pager({ page, total, size, turn }) {
  const last = Math.max(1, Math.ceil(total / size));
  return (
    <nav className={css.pager} aria-label="分页">
      <span>共 {total} 条</span>
      <button type="button" disabled={page <= 1} onClick={() => turn(page - 1)}>上一页</button>
      <span>{page} / {last}</span>
      <button type="button" disabled={page >= last} onClick={() => turn(page + 1)}>下一页</button>
      <span>{size} 条/页</span>
    </nav>
  );
}

const COLOURS = [css.thumb0, css.thumb1, css.thumb2, css.thumb3, css.thumb4];

export function Product({ id, name, detail }) {
  return (
    <div className={css.product}>
      <span className={`${css.thumb} ${COLOURS[Number(String(id).slice(-2)) % COLOURS.length]}`} aria-hidden="true">{name[0]}</span>
      <span className={css.productText}>
        <a href="#" onClick={(event) => event.preventDefault()}>{name}</a>
        <small>{detail}</small>
      </span>
    </div>
  );
}

export const Actions = ({ labels }) => (
  <span className={css.actions}>{labels.map((label) => <button key={label} type="button" className={css.link}>{label}</button>)}</span>
);

/** Goes to another page of this host without loading anew. */
export const PageLink = ({ to, children, ...rest }) => (
  <a href={to} {...rest} onClick={(event) => { event.preventDefault(); go(to); }}>{children}</a>
);
