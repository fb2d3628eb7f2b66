import type { Overlay, OverlayRow } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { Badge } from "./badge.js";
import { Dock, type DockActs, type DockView } from "./panel.js";
import { findRows, KEY_ATTRIBUTES } from "./rows.js";

const PAINTS_PER_SECOND = 30;
const SLOW_MS = 1_000;
const MINUTE_MS = 60_000;

export interface LayerView extends DockView { rows: Map<string, OverlayRow>; stale: boolean; badges: boolean }

const ours = (node: Node): boolean => node.nodeName === "KOUBEI-BADGE" || node.nodeName === "KOUBEI-DOCK";

/**
 * Everything koubei draws on a page. It only ever appends nodes of its own, finds its rows again after each change of the
 * page, and leaves no trace when `signal` ends it. A page that changes without pause is followed once a second.
 */
export class Layer {
  readonly #dock: Dock;
  readonly #badges = new Map<Element, Badge>();
  #view: LayerView | null = null;
  #translate: Translate | null = null;
  #queued = false;
  #painted: number[] = [];
  /** How many ids had a row on the page at the last look. */
  placed = 0;

  constructor(private readonly signal: AbortSignal, acts: DockActs, private readonly onLook: () => void) {
    this.#dock = new Dock(acts);
    const observer = new MutationObserver((changes) => {
      if (changes.some(({ type, addedNodes, removedNodes }) => type !== "childList" || ![...addedNodes, ...removedNodes].every((node) => ours(node) && node.isConnected))) this.#schedule();
    });
    observer.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: [...KEY_ATTRIBUTES] });
    const clock = setInterval(() => this.#schedule(), MINUTE_MS);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#dock.closeCard(); }, { signal, capture: true });
    document.addEventListener("pointerdown", (event) => { if (!event.composedPath().some((node) => node instanceof Node && ours(node))) this.#dock.closeCard(); }, { signal, capture: true });
    addEventListener("scroll", () => this.#dock.closeCard(), { signal, capture: true, passive: true });
    signal.addEventListener("abort", () => {
      observer.disconnect();
      clearInterval(clock);
      for (const badge of this.#badges.values()) badge.host.remove();
      this.#badges.clear();
      this.#dock.host.remove();
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
      this.#paint();
    };
    // A hidden tab has no animation frames; it is painted when it is shown again.
    if (this.#painted.length >= PAINTS_PER_SECOND) setTimeout(paint, SLOW_MS);
    else requestAnimationFrame(paint);
  }

  #paint(): void {
    const view = this.#view;
    const t = this.#translate;
    if (!view || !t) {
      this.#dock.host.remove();
      this.#clear(new Set());
      return;
    }
    this.#dock.update(view, t);
    if (!this.#dock.host.isConnected) document.documentElement.append(this.#dock.host);
    this.#place(view, t);
  }

  #place(view: LayerView, t: Translate): void {
    const slots = view.badges && document.body ? findRows(document.body, new Set(view.rows.keys())) : new Map<string, Element>();
    this.placed = slots.size;
    this.#clear(new Set(slots.values()));
    for (const [id, slot] of slots) {
      const row = view.rows.get(id);
      if (!row) continue;
      let badge = this.#badges.get(slot);
      if (badge?.id !== id) {
        badge?.host.remove();
        badge = new Badge(id, (opened) => this.#open(opened));
        this.#badges.set(slot, badge);
      }
      badge.update(row, view.stale, Date.now(), t);
      if (badge.host.parentNode !== slot) slot.append(badge.host);
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
    if (row && this.#translate) this.#dock.open(row, badge.host.getBoundingClientRect(), Date.now(), this.#translate);
  }
}

export const rowsOf = (overlay: Overlay | null): Map<string, OverlayRow> => new Map(overlay?.rows.map((row) => [row.id, row]));
