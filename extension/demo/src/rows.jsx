import { useState } from "react";
import { createPortal } from "react-dom";
import { layout } from "./options.js";
import { useStorm } from "./storm.js";
import * as css from "./styles.css";

const SLOT = 132; // px, the height of a row of the virtual list
const VIEW = 660;
const SLOTS = Math.ceil(VIEW / SLOT) + 2;

/**
 * One list in the four ways in which backends show lists. `head` names the columns, `cells(item)` fills them, `marks(item)`
 * gives `{key, order}`: the row's own id, and the order's where that is another one.
 */
export function Rows({ head, rows, cells, marks, busy }) {
  const { life } = useStorm();
  const list = { head, rows, cells, marks, busy };
  if (layout === "cards") return <Cards key={life} {...list} />;
  if (layout === "virtual") return <Virtual {...list} />;
  if (layout === "modal") return <Modal {...list} />;
  return <Table {...list} />;
}

const attributes = ({ key, order }) => ({ "data-row-key": key, "data-order-id": order });

function Table({ head, rows, cells, marks, busy }) {
  const { life } = useStorm();
  return (
    <table className={css.table} aria-busy={busy}>
      <thead><tr>{head.map((name) => <th key={name}>{name}</th>)}</tr></thead>
      <tbody key={life}>
        {rows.map((item) => (
          <tr key={marks(item).key} {...attributes(marks(item))}>{cells(item).map((cell, n) => <td key={head[n]}>{cell}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

function Cards({ head, rows, cells, marks, busy }) {
  return (
    <div className={css.cards} aria-busy={busy}>
      {rows.map((item) => (
        <article key={marks(item).key} className={css.tile} {...attributes(marks(item))}>
          {cells(item).map((cell, n) => <section key={head[n]}><h3>{head[n]}</h3>{cell}</section>)}
        </article>
      ))}
    </div>
  );
}

/** Nodes are kept and filled with other rows while one scrolls, as windowed lists do. */
function Virtual({ head, rows, cells, marks, busy }) {
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.min(Math.floor(top / SLOT), rows.length - SLOTS));
  const shown = rows.slice(first, first + SLOTS);
  return (
    <div className={css.window} role="table" aria-busy={busy} data-scroller style={{ height: VIEW }} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <div style={{ height: rows.length * SLOT }}>
        {shown.map((item, n) => (
          <div key={(first + n) % SLOTS} role="row" className={css.slot} style={{ top: (first + n) * SLOT, height: SLOT }} {...attributes(marks(item))}>
            {cells(item).map((cell, column) => <div key={head[column]} role="cell">{cell}</div>)}
          </div>
        ))}
      </div>
    </div>
  );
}

function Modal(list) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={css.primary} onClick={() => setOpen(true)}>打开列表</button>
      {open && createPortal(
        <div className={css.veil}>
          <div role="dialog" aria-modal="true" aria-label="列表" className={css.dialog}>
            <button type="button" onClick={() => setOpen(false)}>关闭列表</button>
            <Table {...list} />
          </div>
        </div>,
        document.body,
      )}
    </>
  );
}
