import { h, type Child } from "../overlay/dom.js";
import { afterPress } from "../press.js";
import type { TextKey } from "../texts.js";
import { newest } from "../turns.js";
import { Unread, type Around } from "./around.js";

/** One thing the panel tells. `load` reads what it needs, `draw` shows it and answers the merchant's hand. */
export interface Feature<Data> {
  id: string;
  title: TextKey;
  load(around: Around): Promise<Data>;
  draw(data: Data, around: Around): Child[];
}

export interface Mounted { section: HTMLElement; refresh: () => Promise<void> }
export type Mountable = (around: Around) => Mounted;

/** Puts nodes into a room. One that is there already is not touched: it keeps the focus, and what is being typed into it. */
function arrange(room: HTMLElement, nodes: readonly (Node | string)[]): void {
  for (const old of [...room.childNodes]) if (!nodes.includes(old)) old.remove();
  let at = room.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else room.insertBefore(typeof node === "string" ? document.createTextNode(node) : node, at);
  }
}

/**
 * A feature in its own section: drawn again only where what it shows has changed, so that a slider keeps its place and a
 * reader the focus. What cannot be read leaves what was drawn before; the head of the panel says why.
 */
export const mountable = <Data>(feature: Feature<Data>): Mountable => (around) => {
  const body = h("div", { class: "body" }, h("p", { class: "soft" }, around.t("p_loading")));
  const section = h("section", { id: feature.id, "aria-labelledby": `${feature.id}-title` }, h("h2", { id: `${feature.id}-title` }, around.t(feature.title)), body);
  const folds = new Map<string, boolean>();
  let shown = "";
  const reading = newest();
  let due = (): void => undefined;
  const settle = (): void => { if (!around.signal.aborted) due(); };

  function put(key: string, children: Child[]): void {
    if (key === shown) return;
    shown = key;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && body.contains(active) ? active.dataset["act"] : undefined;
    arrange(body, children.filter((child): child is Node | string => Boolean(child)));
    for (const fold of body.querySelectorAll<HTMLDetailsElement>("details[data-fold]")) {
      const name = fold.dataset["fold"] ?? "";
      fold.open = folds.get(name) ?? fold.open;
      fold.addEventListener("toggle", () => folds.set(name, fold.open));
    }
    if (focused && !body.contains(document.activeElement)) body.querySelector<HTMLElement>(`[data-act="${CSS.escape(focused)}"]`)?.focus();
  }

  async function refresh(): Promise<void> {
    const isNewest = reading();
    // A slow answer to what was asked before must not replace the answer to what is asked now.
    const late = (): boolean => around.signal.aborted || !isNewest();
    body.setAttribute("aria-busy", "true");
    try {
      const data = await feature.load(around);
      if (late()) return;
      due = () => {
        put(JSON.stringify(data), feature.draw(data, around));
        body.classList.remove("old");
      };
      afterPress(settle);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      if (late()) return;
      if (shown === "" || shown.startsWith("?")) put(`?${error.message}`, [h("p", { class: "soft", "data-unread": error.why }, whyUnread(error, around))]);
      else body.classList.add("old");
    } finally {
      if (isNewest()) body.removeAttribute("aria-busy");
    }
  }
  return { section, refresh };
};

const whyUnread = ({ why, detail }: Unread, { t }: Around): string => (why === "refused" ? t("e_refused", { detail }) : t("p_unread"));
