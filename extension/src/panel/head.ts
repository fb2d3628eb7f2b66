import type { Translate } from "../i18n.js";
import type { Shop } from "../identity.js";
import { h, trusted, type Child } from "../overlay/dom.js";
import { change, type Settings } from "../settings.js";
import type { TextKey } from "../texts.js";
import type { Standing } from "./standing.js";
import { TABS, type Tab } from "./tabs.js";

export interface HeadView { t: Translate<TextKey>; settings: Settings; standing: Standing; shop: Shop | null; followed: boolean; tab: Tab }
interface Acts { choose: (shop: string | null) => void; tab: (id: string) => void }

const nameOf = ({ id, name }: Shop): string => (name ? `${name} (${id})` : id);

/** Whose score it is, how things stand, and the tabs. */
export class Head {
  readonly element = h("header", {});
  readonly #said = h("div", { role: "status" });
  readonly #rest = h("div", { class: "head" });
  readonly #tabs = h("div", { class: "tabs", role: "tablist" });
  #shown = "";
  #stale = h("span", { class: "stale" });
  #view: HeadView | null = null;

  constructor(private readonly acts: Acts) {
    this.element.append(this.#rest, this.#said, this.#tabs);
    this.#tabs.addEventListener("keydown", (event) => this.#turn(event));
  }

  show(view: HeadView): void {
    this.#view = view;
    const { t, settings: { shops, paused }, standing, shop, followed, tab } = view;
    const key = JSON.stringify([t("name"), shops, paused, standing, shop, followed, tab.id]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.element.querySelector<HTMLElement>(":focus")?.dataset["act"];
    this.#rest.replaceChildren(h("h1", {}, t("name")), ...this.#subject(view), this.#stale, h("span", { class: "buttons" },
      standing.readable && !paused && h("button", { class: "quiet", type: "button", "data-act": "pause", on: { click: trusted(() => void change({ paused: true, paused_until: 0 })) } }, t("p_pause")),
      h("button", { class: "quiet", type: "button", "data-act": "settings", on: { click: trusted(() => void chrome.runtime.openOptionsPage()) } }, t("settings"))));
    this.element.dataset["state"] = standing.kind;
    this.#said.replaceChildren(...(standing.text === null ? [] : [this.#notice(view)]));
    this.#tabs.hidden = !standing.readable;
    this.#tabs.setAttribute("aria-label", t("p_tabs"));
    this.#tabs.replaceChildren(...TABS.map(({ id, title }) => h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "room", "aria-selected": String(id === tab.id),
      tabindex: id === tab.id ? "0" : "-1", "data-act": `tab-${id}`, on: { click: () => this.acts.tab(id) } }, t(title))));
    if (focused) this.element.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
  }

  stale(is: boolean): void {
    this.#stale.textContent = is ? this.#view?.t("stale") ?? "" : "";
  }

  #subject({ t, settings: { shops }, shop, followed }: HeadView): HTMLElement[] {
    if (shops.length === 0 || !shop) return [];
    const option = (value: string, text: string, chosen: boolean): HTMLElement => h("option", { value, selected: chosen }, text);
    const select = h("select", { "aria-label": t("p_whose"), "data-act": "subject" },
      option("", t("p_follow", { name: shop.name ?? shop.id }), followed),
      ...shops.map((one) => option(one.id, `${t(one.type === "creator" ? "p_creator" : "p_shop")} ${nameOf(one)}`, !followed && one.id === shop.id))) as HTMLSelectElement;
    select.addEventListener("change", () => this.acts.choose(select.value || null));
    return [select];
  }

  #notice({ t, standing: { kind, text, params, help } }: HeadView): HTMLElement {
    const button = (name: string, words: string, act: () => void): Child => h("button", { type: "button", "data-act": name, on: { click: trusted(act) } }, words);
    return h("div", { class: "note", "data-notice": kind }, text !== null && h("p", {}, t(text, params)),
      help === "settings" && button("setup", t("settings"), () => void chrome.runtime.openOptionsPage()),
      help === "resume" && button("resume", t("p_resume"), () => void change({ paused: false, paused_until: 0 })));
  }

  /** Arrow keys go from tab to tab, as in every tab list. */
  #turn(event: Event): void {
    const { key } = event as KeyboardEvent;
    const at = TABS.findIndex(({ id }) => id === this.#view?.tab.id);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const id = TABS[(to + TABS.length) % TABS.length]?.id ?? "";
    this.acts.tab(id);
    this.#tabs.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  }
}
