import type { OverlayRow } from "../api-contract.js";
import type { Params, Translate } from "../i18n.js";
import type { PageTextKey } from "../texts.js";
import type { ActionState } from "../messages.js";
import { SHADOW_MODE } from "./badge.js";
import { detailsCard, place, type Act } from "./card.js";
import { grow, h, keepEvents, trusted, type Child } from "./dom.js";
import type { Drawn } from "./drawing.js";
import { dress } from "./sheet.js";

/** One thing to say: a short line for the pill, a sentence for the panel. `stop`: nothing is stored or sent. */
export interface Notice { kind: string; grade: "ok" | "warn" | "stop"; short: PageTextKey; long: PageTextKey; params?: Params }
export interface DockView {
  notices: Notice[];
  drawn: Drawn | null;
  expanded: boolean;
}
export interface DockActs { toggle: () => void; bind: () => void; settings: () => void; act: Act }

/** The one fixed node: a pill that says how things are, a panel when it is opened, the details of a badge. */
export class Dock {
  readonly host = document.createElement("koubei-dock");
  readonly #root = this.host.attachShadow({ mode: SHADOW_MODE });
  readonly #status = h("div", { class: "unseen", role: "status" });
  /** Folds that the merchant opened or closed. */
  readonly #folds = new Map<string, boolean>();
  #shown = "";
  #drawn: { of: Drawn | null; text: string } = { of: null, text: "" };
  #card: { id: string; node: HTMLElement; back: () => void } | null = null;

  constructor(private readonly acts: DockActs) {
    dress(this.#root);
    keepEvents(this.host);
    this.#root.append(this.#status);
  }

  update({ notices, drawn, expanded }: DockView, dark: boolean, t: Translate): void {
    this.host.toggleAttribute("dark", dark);
    if (drawn !== this.#drawn.of) this.#drawn = { of: drawn, text: JSON.stringify(drawn) };
    const key = JSON.stringify([notices, expanded, t("name")]) + this.#drawn.text;
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#root.activeElement?.getAttribute("data-act");
    const [first] = notices;
    const scrolled = this.#root.querySelector(".panel")?.scrollTop ?? 0;
    this.host.setAttribute("data-state", first?.kind ?? "ok");
    const said = first && first.grade !== "ok" ? t(first.short, first.params) : "";
    if (this.#status.textContent !== said) this.#status.textContent = said;
    for (const old of this.#root.querySelectorAll(".panel, .pill")) old.remove();
    this.#root.append(this.#pill(first, drawn, expanded, said, t));
    if (expanded) {
      const panel = this.#panel(notices, drawn, t);
      this.#root.append(panel);
      panel.scrollTop = scrolled;
    }
    if (focused) this.#root.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
  }

  /** The details of one badge, beside it; `back` gives the focus back when they are closed. */
  open(row: OverlayRow, page: string, beside: DOMRect, back: () => void, t: Translate): void {
    this.closeCard();
    const node = detailsCard(row, page, Date.now(), t, (id, state) => { this.closeCard(); back(); this.acts.act(id, state); });
    this.#card = { id: row.id, node, back };
    this.#root.append(node);
    place(node, beside);
    node.focus();
  }

  /** Whose details are open. */
  get opened(): string | null {
    return this.#card?.id ?? null;
  }

  closeCard(): void {
    const card = this.#card;
    this.#card = null;
    card?.node.remove();
  }

  /** What Escape means here: close the card, else the panel that has the focus. True where it meant something. */
  escape(): boolean {
    if (this.#card) {
      const { back } = this.#card;
      this.closeCard();
      back();
      return true;
    }
    if (!this.#root.querySelector(".panel")?.contains(this.#root.activeElement)) return false;
    this.#root.querySelector<HTMLElement>(".pill")?.focus();
    this.acts.toggle();
    return true;
  }

  #pill(first: Notice | undefined, drawn: Drawn | null, expanded: boolean, said: string, t: Translate): HTMLElement {
    const number = said || drawn?.pill;
    return h("button", { class: "pill", type: "button", "data-act": "pill", "aria-expanded": String(expanded), "aria-label": [t("name"), number, t(expanded ? "close" : "open")].filter(Boolean).join("，"), on: { click: trusted(this.acts.toggle) } },
      h("i", { class: `dot ${first?.grade ?? "ok"}` }), h("b", {}, t("name")), number && h("span", {}, number));
  }

  #panel(notices: Notice[], drawn: Drawn | null, t: Translate): HTMLElement {
    const panel = h("section", { class: "panel", "aria-label": t("name"), tabindex: "0", "data-act": "panel" },
      h("div", { class: "head" }, h("b", {}, t("name")), h("button", { class: "link", type: "button", "data-act": "settings", on: { click: trusted(this.acts.settings) } }, t("settings"))),
      ...notices.map((notice) => this.#notice(notice, t)),
      ...(drawn?.panel.map(grow) ?? []));
    for (const fold of panel.querySelectorAll("details")) {
      const key = fold.dataset["fold"] ?? "";
      fold.open = this.#folds.get(key) ?? fold.open;
      fold.addEventListener("toggle", () => this.#folds.set(key, fold.open));
    }
    for (const button of panel.querySelectorAll<HTMLElement>("[data-state]")) {
      const { id = "", state } = button.dataset;
      button.addEventListener("click", trusted(() => this.acts.act(id, state as ActionState)));
    }
    return panel;
  }

  #notice({ kind, grade, long, params }: Notice, t: Translate): HTMLElement {
    const act = (name: string, text: string, run: () => void): Child => h("div", {}, h("button", { class: "act", type: "button", "data-act": name, on: { click: trusted(run) } }, text));
    return h("div", { class: `note ${grade}`, "data-notice": kind }, t(long, params),
      kind === "ask_bind" && act("bind", t("bind"), this.acts.bind),
      ["no_consent", "not_paired", "revoked"].includes(kind) && act("setup", t("settings"), this.acts.settings));
  }
}
