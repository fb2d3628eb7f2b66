import type { Overlay, OverlayRow } from "../api-contract.js";
import { named, type Params, type Translate } from "../i18n.js";
import type { PageTextKey } from "../texts.js";
import { SHADOW_MODE } from "./badge.js";
import { h, keepEvents, trusted } from "./dom.js";
import { dress } from "./sheet.js";
import { badgeWords } from "./words.js";

/** One thing to say: a short line for the pill, a sentence for the panel. `stop`: nothing is stored or sent. */
export interface Notice { kind: string; grade: "ok" | "warn" | "stop"; short: PageTextKey; long: PageTextKey; params?: Params }
export interface DockView {
  notices: Notice[];
  overlay: Overlay | null;
  expanded: boolean;
  /** Whether the panel has scores to show here, beyond notices. */
  scores: boolean;
}
export interface DockActs { toggle: () => void; bind: () => void; settings: () => void }

const ROUTES: Record<string, string> = { orders: "/ffa/morder/order/list", score: "/ffa/eco/experience-score", after_sales: "/ffa/merchant-aftersale-workbench/aftersale/list", reviews: "/ffa/maftersale/comment" };
const COMPLETE = 0.9;
const figure = (value: number | null): string => (value === null ? "—" : value.toFixed(2));

function scores({ panel, rules }: Overlay, t: Translate): HTMLElement[] {
  const { total, official, estimate, noon, coverage, open_page } = panel;
  const low = coverage < COMPLETE;
  return [
    h("div", { class: "scores" },
      h("div", { class: "score", "data-figure": "official" }, h("span", {}, official ? t("official") : t("no_official")), h("b", {}, figure(official ? total : null))),
      h("div", { class: "score ours", "data-figure": "estimate" }, h("span", {}, t("ours")), h("b", {}, figure(estimate)))),
    ...(noon ? [h("div", { class: "line" }, h("span", {}, t("noon")), h("b", {}, `${figure(noon.low)} – ${figure(noon.high)}`))] : []),
    h("div", { class: "line", "data-figure": "coverage" }, h("span", {}, t("coverage")), h("b", {}, `${Math.round(coverage * 100)}%`)),
    h("div", { class: `bar${low ? " low" : ""}` }, bar(coverage)),
    ...(open_page ? [h("p", { class: "note", "data-open": open_page }, openNext(open_page, t))] : []),
    h("div", { class: "foot" }, h("span", {}, t("rules", { rules })), h("span", {}, t("not_the_platform"))),
  ];
}

function bar(share: number): HTMLElement {
  const fill = h("i");
  fill.style.width = `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`;
  return fill;
}

function openNext(page: string, t: Translate): HTMLElement | string {
  const text = t("open_next", { page: named(t, page, "page_") });
  const route = ROUTES[page];
  return route ? h("a", { href: `${location.origin}${route}` }, text) : text;
}

/** The one fixed node: a pill that says how things are, and a panel when it is opened. */
export class Dock {
  readonly host = document.createElement("koubei-dock");
  readonly #root = this.host.attachShadow({ mode: SHADOW_MODE });
  #shown = "";
  #card: HTMLElement | null = null;

  constructor(private readonly acts: DockActs) {
    dress(this.#root);
    keepEvents(this.host);
  }

  update(view: DockView, t: Translate): void {
    const key = JSON.stringify([view, t("name")]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#root.activeElement?.getAttribute("data-act");
    const [first] = view.notices;
    this.host.setAttribute("data-state", first?.kind ?? "ok");
    const total = view.overlay?.panel.total ?? null;
    const pill = h("button", { class: "pill", type: "button", "data-act": "pill", "aria-expanded": String(view.expanded), "aria-label": t(view.expanded ? "close" : "open"), on: { click: trusted(this.acts.toggle) } },
      h("i", { class: `dot ${first?.grade ?? "ok"}` }), h("b", {}, t("name")),
      first && first.grade !== "ok" ? h("span", {}, t(first.short, first.params)) : total !== null && h("span", {}, figure(total)));
    for (const old of this.#root.querySelectorAll(".panel, .pill")) old.remove();
    if (view.expanded) this.#root.append(this.#panel(view, t));
    this.#root.append(pill);
    if (focused) this.#root.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
  }

  /** The details of one badge, beside it. */
  open(row: OverlayRow, beside: DOMRect, nowMs: number, t: Translate): void {
    this.closeCard();
    const words = badgeWords(row, nowMs, t);
    this.#card = h("div", { class: "card", role: "dialog", "aria-label": t("details"), tabindex: "-1" },
      h("p", { class: `n ${words.tone}` }, words.number),
      words.risk && h("p", {}, [words.risk.text, words.risk.clock].filter(Boolean).join(" · ")),
      ...words.notes.map((note) => h("p", {}, note)),
      words.action && h("p", {}, words.action),
      h("p", { class: "calm" }, t("not_the_platform")));
    this.#root.append(this.#card);
    const { width, height } = this.#card.getBoundingClientRect();
    this.#card.style.left = `${Math.max(8, Math.min(beside.left, innerWidth - width - 8))}px`;
    this.#card.style.top = `${beside.bottom + 6 + height < innerHeight ? beside.bottom + 6 : Math.max(8, beside.top - height - 6)}px`;
    this.#card.focus();
  }

  closeCard(): void {
    this.#card?.remove();
    this.#card = null;
  }

  #panel({ notices, overlay, scores: withScores }: DockView, t: Translate): HTMLElement {
    return h("section", { class: "panel", "aria-label": t("name") },
      h("div", { class: "head" }, h("b", {}, t("name")), h("button", { class: "link", type: "button", "data-act": "settings", on: { click: trusted(this.acts.settings) } }, t("settings"))),
      h("div", { "aria-live": "polite" }, ...notices.map((notice) => this.#notice(notice, t))),
      ...(withScores && overlay ? scores(overlay, t) : []));
  }

  #notice({ kind, grade, long, params }: Notice, t: Translate): HTMLElement {
    return h("div", { class: `note ${grade}`, "data-notice": kind }, t(long, params),
      kind === "ask_bind" && h("div", {}, h("button", { class: "act", type: "button", "data-act": "bind", on: { click: trusted(this.acts.bind) } }, t("bind"))),
      ["no_consent", "not_paired", "revoked"].includes(kind) && h("div", {}, h("button", { class: "act", type: "button", "data-act": "setup", on: { click: trusted(this.acts.settings) } }, t("settings"))));
  }
}
