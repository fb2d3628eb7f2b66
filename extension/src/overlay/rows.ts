/** Where the rows of the order list are. Data attributes first, then the order number in plain sight; never class names. */
const KEYS = ["data-row-key", "data-order-id", "data-shop-order-id", "data-id"] as const;
export const KEY_ATTRIBUTES: readonly string[] = KEYS;
const SELECTOR = KEYS.map((key) => `[${key}]`).join(",");
const LONG_NUMBER = /\d{8,32}/g;
const UNTOUCHABLE = "input,textarea,select,[contenteditable]:not([contenteditable=false]),koubei-dock,koubei-badge";

const slotIn = (row: Element): Element => (row.localName === "tr" ? (row.querySelector(":scope > td:last-of-type") ?? row) : row);

/** id → the element at whose end its badge belongs. Ids without a row are absent. */
export function findRows(root: Element, ids: ReadonlySet<string>): Map<string, Element> {
  const found = new Map<string, Element>();
  const place = (id: string, slot: Element): void => { if (!found.has(id) && !slot.closest(UNTOUCHABLE)) found.set(id, slot); };

  for (const row of root.querySelectorAll(SELECTOR)) {
    for (const key of KEYS) {
      const id = row.getAttribute(key);
      if (id !== null && ids.has(id)) place(id, slotIn(row));
    }
  }
  if (found.size > 0 || ids.size === 0) return found;

  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (const [id] of node.nodeValue?.matchAll(LONG_NUMBER) ?? []) {
      const parent = node.parentElement;
      if (!ids.has(id) || !parent || parent.closest("script,style,noscript")) continue;
      const row = parent.closest("tr,[role=row],li,article");
      place(id, row ? slotIn(row) : (parent.closest("div,section,p") ?? parent));
    }
  }
  return found;
}
