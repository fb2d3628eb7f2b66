/** Where the rows of a list are. Data attributes first, then the number in plain sight; never class names. */
const KEYS = ["data-row-key", "data-order-id", "data-shop-order-id", "data-id"] as const;
export const KEY_ATTRIBUTES: readonly string[] = KEYS;
const SELECTOR = KEYS.map((key) => `[${key}]`).join(",");
const LONG_NUMBER = /\d{8,32}/g;
const UNTOUCHABLE = "input,textarea,select,[contenteditable]:not([contenteditable=false]),koubei-dock,koubei-badge,koubei-wait";

/** A table row's badge goes where there is most room, in the same column for all its rows; where a badge is, it stays. */
function slotIn(row: Element, columns: Map<Element | null, number>): Element {
  const cells = [...row.children].filter(({ localName }) => localName === "td");
  if (cells.length === 0) return row;
  const table = row.parentElement;
  let column = columns.get(table);
  if (column === undefined) {
    const widths = cells.map((cell) => (cell.querySelector("koubei-badge,koubei-wait") ? Infinity : cell.clientWidth));
    column = widths.indexOf(Math.max(...widths));
    columns.set(table, column);
  }
  return cells[column] ?? row;
}

/** id → the element at whose end its badge belongs. Ids without a row are absent. */
export function findRows(root: Element, ids: { has: (id: string) => boolean; readonly size: number }): Map<string, Element> {
  const found = new Map<string, Element>();
  const columns = new Map<Element | null, number>();
  const place = (id: string, slot: Element): void => { if (!found.has(id) && !slot.closest(UNTOUCHABLE)) found.set(id, slot); };

  for (const row of root.querySelectorAll(SELECTOR)) {
    for (const key of KEYS) {
      const id = row.getAttribute(key);
      if (id !== null && ids.has(id)) place(id, slotIn(row, columns));
    }
  }
  if (found.size > 0 || ids.size === 0) return found;

  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (const [id] of node.nodeValue?.matchAll(LONG_NUMBER) ?? []) {
      const parent = node.parentElement;
      if (!ids.has(id) || !parent || parent.closest("script,style,noscript")) continue;
      const row = parent.closest("tr,[role=row],li,article");
      place(id, row ? slotIn(row, columns) : (parent.closest("div,section,p") ?? parent));
    }
  }
  return found;
}
