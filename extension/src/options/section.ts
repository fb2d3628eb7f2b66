import type { Lang, Params, Translate } from "../i18n.js";
import type { Failure } from "../messages.js";
import { h, type Child } from "../overlay/dom.js";
import { change, type Settings, type Stored } from "../settings.js";
import { isFull } from "../store.js";
import type { TextKey } from "../texts.js";

export interface Now extends Stored { t: Translate<TextKey>; lang: Lang }

/** One part of the page. `first`: also there before anything is set up. `show` draws what has changed. */
export interface Section { id: string; title: TextKey; body: HTMLElement[]; first?: true; show: (now: Now) => void }

export const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

let spoken: Now | null = null;
/** Puts the words of a language on everything that names its text. */
export function speak(now: Now, root: ParentNode = document): void {
  spoken = now;
  for (const element of root.querySelectorAll<HTMLElement>("[data-t]")) element.textContent = now.t(element.dataset["t"] as TextKey);
  for (const element of root.querySelectorAll<HTMLElement>("[data-t-label]")) element.setAttribute("aria-label", now.t(element.dataset["tLabel"] as TextKey));
}
export const t: Translate<TextKey> = (key, params) => (spoken ? spoken.t(key, params) : key);
export const time = (at: string | number): string => new Date(at).toLocaleString(spoken?.lang === "en" ? "en-GB" : "zh-CN");

/** An element that holds one text, in whatever language the page is. */
export const text = (tag: string, key: TextKey, props: Record<string, unknown> = {}): HTMLElement => h(tag, { ...props, "data-t": key });

/** While it is under way another press is none: it would do the same twice. */
function once(work: () => unknown): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    void (async () => work())().finally(() => { running = false; });
  };
}

export function button(id: string, key: TextKey, press?: () => unknown, kind = "quiet"): HTMLButtonElement {
  return text("button", key, { id, class: kind, type: press ? "button" : "submit", ...(press && { on: { click: once(press) } }) }) as HTMLButtonElement;
}

/** What the button that sends a form does. */
export function submitted(work: () => unknown): (event: Event) => void {
  const press = once(work);
  return (event) => { event.preventDefault(); press(); };
}

/** A labelled control; its hint is read out with it. */
export function field(key: TextKey, control: HTMLElement, hint?: TextKey): HTMLElement {
  if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
  return h("div", { class: "field" }, text("label", key, { for: control.id }), control, hint && text("small", hint, { id: `${control.id}-hint` }));
}

export function check(id: string, key: TextKey, set: (on: boolean) => Partial<Settings> | ((settings: Settings) => Partial<Settings>)): HTMLElement {
  const box = h("input", { type: "checkbox", id, on: { change: () => void save(set((box as HTMLInputElement).checked)) } });
  return h("label", { class: "check" }, box, text("span", key));
}

export const options = (...all: [value: string, key: TextKey][]): HTMLElement[] => all.map(([value, key]) => text("option", key, { value }));
export const soft = (key: TextKey, id?: string): HTMLElement => text("p", key, { class: "soft", ...(id && { id }) });
export const buttons = (...all: Child[]): HTMLElement => h("div", { class: "buttons" }, ...all);
export const fill = (id: string, lines: HTMLElement[], none?: TextKey): void => find(id).replaceChildren(...(lines.length > 0 || !none ? lines : [h("li", { class: "soft" }, t(none))]));

/** The second step of what cannot be undone: what it does, and the harmless answer first. */
export function sure(id: string, what: HTMLElement, ...answers: HTMLElement[]): HTMLElement {
  what.id = `${id}-what`;
  return h("div", { id: `${id}-sure`, class: "sure", role: "group", "aria-labelledby": what.id }, what, buttons(...answers));
}

/** Where what came of a button is said, to screen readers too. */
export const result = (id: string): HTMLElement => h("output", { id });

export function say(id: string, key: TextKey | null, params?: Params): void {
  const output = find(id);
  output.textContent = key === null ? "" : t(key, params);
  output.classList.toggle("bad", key !== null && key.startsWith("e_"));
  output.classList.toggle("working", key === "o_working");
}

export function failed(id: string, why: Failure, detail = "", server = spoken?.settings.server ?? ""): void {
  say(id, `e_${why === "conflict" ? "refused" : why}`, { server, detail });
}

/** Changes a setting of this browser; where that fails the page says so and shows what still holds. */
export async function save(patch: Parameters<typeof change>[0]): Promise<void> {
  try {
    await change(patch);
    say("saved", null);
  } catch (error) {
    say("saved", isFull(error) ? "e_full" : "e_refused", { detail: String(error) });
    redraw();
  }
}

let again: () => void = () => undefined;
export const redraw = (): void => again();
export const onRedraw = (draw: () => void): void => { again = draw; };

/** Hands a file to the merchant; nothing goes anywhere by itself. */
export function download(name: string, content: string | Blob): void {
  const url = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type: "application/json" }) : content);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
