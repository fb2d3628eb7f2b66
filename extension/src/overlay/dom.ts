import type { Tree } from "./tree.js";

type Props = { class?: string; on?: Record<string, (event: Event) => void> } & Record<string, unknown>;
/** `""` too stands for nothing. */
export type Child = Node | string | null | false | undefined;

/** Builds by node, never by markup: page policies on trusted types have nothing to object to. */
export function h(tag: string, props: Props = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [type, listener] of Object.entries(value as object)) element.addEventListener(type, listener as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A person's own click, never one that a script of the page made up. */
export const trusted = (act: () => void) => (event: Event): void => { if (event.isTrusted) act(); };

const OURS = ["click", "dblclick", "mousedown", "mouseup", "pointerdown", "pointerup", "keydown", "keyup", "focusin", "focusout"];

/** What happens inside our nodes is not a click on the merchant's row. */
export function keepEvents(host: HTMLElement): void {
  for (const type of OURS) host.addEventListener(type, (event) => event.stopPropagation());
}

/** Puts up what the service worker has drawn. */
export const grow = (tree: Tree): Node | string => (typeof tree === "string" ? tree : h(tree[0], tree[1], ...tree.slice(2).map((child) => grow(child as Tree))));
