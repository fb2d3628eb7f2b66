import type { Overlay, OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { Badge, type Style } from "./badge.js";
import { findScoreBlock, Headline } from "./headline.js";
import { Dock, type DockActs, type DockView } from "./panel.js";
import { findRows, KEY_ATTRIBUTES } from "./rows.js";
import { isDark } from "./theme.js";

const PAINTS_PER_SECOND = 30;
const SLOW_MS = 1_000;
const MINUTE_MS = 60_000;
/** After so long the rest of the rows waits for the next frame: never a long task. */
const PAINT_BUDGET_MS = 12;
const THEME_MS = 1_000;

export interface LayerView extends DockView {
  page: string;
  /** By id; null for a row whose answer is awaited. */
  rows: ReadonlyMap<string, OverlayRow | null>;
  stale: boolean;
}

/** Pages that show the score in passing. */
const HEADLINES = new Set(["home", "creator"]);

const ours = (node: Node): boolean => node.nodeName.startsWith("KOUBEI-");

/**
 * Everything koubei draws on a page. It only ever appends nodes of its own, finds its rows again after each change of the
 * page, and leaves no trace when `signal` ends it. A page that changes without pause is followed once a second.
 */
export class Layer {
  /** Made when there is something to show: before that there is no style sheet. */
  #dock: Dock | null = null;
  #headline: Headline | null = null;
  readonly #badges = new Map<Element, Badge>();
  readonly #observer: MutationObserver;
  #view: LayerView | null = null;
  #translate: Translate | null = null;
  #style: Style | null = null;
  #queued = false;
  #painted: number[] = [];
  #theme = { at: -Infinity, dark: false };
  /** How many ids had a row on the page at the last look. */
  placed = 0;

  constructor(private readonly signal: AbortSignal, private readonly acts: DockActs, private readonly onLook: () => void) {
    this.#observer = new MutationObserver(() => this.#schedule());
    this.#observer.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: [...KEY_ATTRIBUTES] });
    const clock = setInterval(() => this.#schedule(), MINUTE_MS);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.isTrusted && this.#dock?.escape()) event.stopImmediatePropagation();
    }, { signal, capture: true });
    document.addEventListener("pointerdown", (event) => { if (!event.composedPath().some((node) => node instanceof Node && ours(node))) this.#dock?.closeCard(); }, { signal, capture: true });
    addEventListener("scroll", (event) => { if (!(event.target instanceof Node && ours(event.target))) this.#dock?.closeCard(); }, { signal, capture: true, passive: true });
    signal.addEventListener("abort", () => {
      this.#observer.disconnect();
      clearInterval(clock);
      this.#clear(new Set());
      this.#headline?.host.remove();
      this.#dock?.host.remove();
    });
  }

  show(view: LayerView | null, translate: Translate | null): void {
    this.#view = view;
    this.#translate = translate;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#queued || this.signal.aborted) return;
    this.#queued = true;
    const now = performance.now();
    this.#painted = this.#painted.filter((at) => now - at < 1_000);
    const paint = (): void => {
      this.#queued = false;
      if (this.signal.aborted) return;
      this.#painted.push(performance.now());
      this.onLook();
      // It may have found that the extension is gone.
      if (!this.signal.aborted) this.#paint();
      // What has changed now is our own doing.
      this.#observer.takeRecords();
    };
    // A hidden tab has no animation frames; it is painted when it is shown again.
    if (this.#painted.length >= PAINTS_PER_SECOND) setTimeout(paint, SLOW_MS);
    else requestAnimationFrame(paint);
  }

  #paint(): void {
    const view = this.#view;
    const t = this.#translate;
    if (!view || !t) {
      this.#dock?.host.remove();
      this.#headline?.host.remove();
      this.#clear(new Set());
      return;
    }
    const dark = this.#isDark();
    const dock = (this.#dock ??= new Dock(this.acts));
    dock.update(view, dark, t);
    if (dock.opened !== null && !view.rows.has(dock.opened)) dock.closeCard();
    if (!dock.host.isConnected) document.documentElement.append(dock.host);
    this.#head(view, dark);
    this.#place(view, this.#styled({ page: view.page, stale: view.stale, dark, minute: Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS, t }));
  }

  #isDark(): boolean {
    const now = performance.now();
    if (now - this.#theme.at > THEME_MS) this.#theme = { at: now, dark: isDark() };
    return this.#theme.dark;
  }

  /** The same object as before where it says the same, so that badges see at a glance that nothing has changed. */
  #styled(style: Style): Style {
    const known = this.#style;
    const same = known && (Object.keys(style) as (keyof Style)[]).every((key) => style[key] === known[key]);
    return (this.#style = same ? known : style);
  }

  #head({ page, drawn }: LayerView, dark: boolean): void {
    const block = drawn && HEADLINES.has(page) && document.body ? findScoreBlock(document.body) : null;
    if (!block || !drawn) return this.#headline?.host.remove();
    const headline = (this.#headline ??= new Headline(this.acts.toggle));
    headline.update(drawn.headline, dark);
    if (headline.host.parentNode !== block) block.append(headline.host);
  }

  #place(view: LayerView, style: Style): void {
    const slots = view.rows.size > 0 && document.body ? findRows(document.body, view.rows) : new Map<string, Element>();
    this.placed = slots.size;
    this.#clear(new Set(slots.values()));
    const end = performance.now() + PAINT_BUDGET_MS;
    for (const [id, slot] of slots) {
      const row = view.rows.get(id);
      if (row === undefined) continue;
      let badge = this.#badges.get(slot);
      const tag = row ? "koubei-badge" : "koubei-wait";
      if (badge?.host.localName !== tag) {
        badge?.host.remove();
        this.#badges.set(slot, (badge = new Badge(tag, (opened) => this.#open(opened))));
      }
      badge.id = id;
      badge.update(row, style);
      if (badge.host.parentNode !== slot) slot.append(badge.host);
      if (performance.now() > end) return this.#schedule();
    }
  }

  #clear(keep: Set<Element>): void {
    for (const [slot, badge] of this.#badges) {
      if (keep.has(slot)) continue;
      badge.host.remove();
      this.#badges.delete(slot);
    }
  }

  #open(badge: Badge): void {
    const row = this.#view?.rows.get(badge.id);
    // The page may have put another badge in this one's place by then.
    const back = (): void => [...this.#badges.values()].find(({ id }) => id === badge.id)?.focus();
    if (row && this.#view && this.#translate) this.#dock?.open(row, this.#view.page, badge.host.getBoundingClientRect(), back, this.#translate);
  }
}

/** `awaited`: ids of the page whose answer has not come yet. */
export const rowsOf = (overlay: Overlay | null, awaited: readonly string[] = []): Map<string, OverlayRow | null> =>
  new Map([...awaited.map((id) => [id, null] as const), ...(overlay?.rows.map((row) => [row.id, row] as const) ?? [])]);
