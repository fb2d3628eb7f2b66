import type { Overlay } from "./api-contract.js";
import type { Capture } from "./bridge.js";
import { Delivery, type Read } from "./delivery.js";
import type { Translate } from "./i18n.js";
import { Doorkeeper, judge, type Shop } from "./identity.js";
import { ask, type ActionState, type Failure } from "./messages.js";
import { notices } from "./notices.js";
import type { Drawn } from "./overlay/drawing.js";
import { Layer, rowsOf } from "./overlay/layer.js";
import type { Drift, Outcome, Rec } from "./project.js";
import { Seen } from "./seen.js";
import { watching, type Health, type Settings, type Stored } from "./settings.js";
import { onRoute, type Page } from "./pages.js";
import { isAnswer, type CaptureSpec, type LabelSpec } from "./spec.js";

declare const __TEST__: boolean;

const SILENT_MS = __TEST__ ? 3_000 : 20_000;
const AWAY_POLL_MS = __TEST__ ? 1_000 : 15_000;
const STALE_POLL_MS = __TEST__ ? 300 : 2_000;
const UNPLACED_MS = __TEST__ ? 500 : 3_000;
const MOST_IDS = 200;
const LABELS_MS = __TEST__ ? 300 : 2_000;

/** The server has never seen it under this shop. */
const isStrange = ({ counts, why_not, until, risk, expected }: Overlay["rows"][number]): boolean => counts === null && why_not === null && until === null && risk === null && expected.points === null;

interface Surroundings {
  page: () => Page | null;
  /** Null until the words have come. */
  translate: () => Translate | null;
  collapse: (collapsed: boolean) => void;
  readLabels: (specs: LabelSpec[]) => void;
  /** The extension behind this page is gone. */
  gone: () => void;
}

/** One document of the merchant's backend: what was read in it, whose it is, what the server says of it, what is drawn. */
export class Visit {
  readonly #keeper = new Doorkeeper<Capture>();
  readonly #layer: Layer;
  readonly #outcomes = new Map<string, Outcome | "silent">();
  readonly #drifts = new Map<Page, Drift>();
  readonly #seen = new Seen();
  readonly #delivery = new Delivery((reads) => void this.#deliver(reads));
  #specs: readonly CaptureSpec[] = [];
  #rowKinds: Stored["capture"]["rowKinds"] = {};
  /** The ids that were read for each page with rows, the newest first. */
  readonly #ids = new Map<Page, string[]>();
  #settings: Settings | null = null;
  #health: Health | null = null;
  #overlay: { page: Page; answer: Overlay; drawn: Drawn } | null = null;
  /** Whose rows and answers these are. */
  #whose: string | null = null;
  #failure: { why: Failure; detail?: string | undefined } | null = null;
  #expanded: boolean | null = null;
  #here: Page | null = null;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #placing: ReturnType<typeof setTimeout> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #unplaced = false;
  /** Reading began when the page here had loaded already. */
  #missed = false;
  /** Of a page that never says whose it is: the shop last seen in this tab, null where there is none; undefined elsewhere. */
  #recalled: Shop | null | undefined;
  /** What this document has last said of its login; null: that it ended. */
  #said: string | null | undefined;
  #asking = 0;
  /** Actions that are being answered: a second click would overrule the first. */
  readonly #acting = new Set<string>();

  constructor(private readonly signal: AbortSignal, private readonly around: Surroundings) {
    this.#layer = new Layer(signal, {
      toggle: () => this.#toggle(),
      bind: () => void this.#bind(),
      settings: () => void ask({ ask: "options" }),
      act: (id, state) => void this.#act(id, state),
    }, () => this.#look());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void this.#askOverlay(); else this.#delivery.now(); }, { signal });
    addEventListener("pagehide", () => this.#delivery.now(), { signal });
    signal.addEventListener("abort", () => { for (const timer of [this.#poll, this.#silence, this.#placing, this.#reading]) clearTimeout(timer); });
  }

  update({ settings, health, capture: { specs, rowKinds } }: Stored): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#health = health;
    this.#specs = specs;
    this.#rowKinds = rowKinds;
    const elsewhere = before !== null && (before.server !== settings.server || before.paired !== settings.paired);
    if (elsewhere) {
      this.#seen.forget();
      this.#forgetAnswer();
    }
    this.#pass(this.#keeper.admit(null, null, settings.shops, Date.now()).pass);
    const page = this.around.page();
    if (page && (!before || !watching(before, page)) && watching(settings, page)) this.#awaitCapture(before !== null);
    if (!before || this.#recalled === null) void this.#recall();
    this.#draw();
    // Nothing was asked while it might not be.
    if (page && before && (elsewhere || !watching(before, page))) void this.#askOverlay();
  }

  /** Whose page this is, as far as it is known. */
  get shop(): string | null {
    return this.#keeper.seen?.id ?? null;
  }

  redraw(): void {
    this.#draw();
  }

  /** One projected answer from the tap. */
  take(capture: Capture): void {
    const page = this.#specs.find(({ id }) => id === capture.spec)?.page;
    if (!page || !this.#settings || !watching(this.#settings, page)) return;
    this.#outcomes.set(capture.spec, capture.outcome);
    if (capture.drift) this.#drifts.set(page, capture.drift);
    if (capture.outcome === "logged_out") this.#keeper.forget();
    if (capture.shop || capture.outcome === "logged_out") this.#say(capture.outcome === "logged_out" ? null : capture.shop);
    if (capture.outcome !== "ok" && capture.outcome !== "empty") {
      this.#forgetRows(page);
      void ask({ ask: "unread", spec: capture.spec, outcome: capture.outcome, drift: capture.drift });
    }
    const { verdict, pass } = this.#keeper.admit(capture.outcome === "ok" ? capture : null, capture.shop, this.#settings.shops, Date.now());
    this.#own();
    if (verdict !== "ok") this.#forgetRows(page);
    this.#pass(pass);
    if (pass.length === 0 && this.#overlay?.page !== this.around.page()) void this.#askOverlay();
    this.#draw();
  }

  /** For the pages of this tab that do not say whose they are. */
  #say(shop: Shop | null): void {
    const id = shop?.id ?? null;
    if (id === this.#said) return;
    this.#said = id;
    void ask({ ask: "named", shop });
  }

  async #recall(): Promise<void> {
    const page = this.around.page();
    const settings = this.#settings;
    if (!page || !settings || this.#keeper.seen || !watching(settings, page) || this.#inAddress().length === 0) return;
    const reply = await ask({ ask: "whose" });
    if (reply === null) return this.around.gone();
    if (page !== this.around.page() || this.#keeper.seen) return;
    this.#recalled = reply.ok && judge(reply.shop, settings.shops) === "ok" ? reply.shop : null;
    this.#own();
    this.#draw();
    void this.#askOverlay();
  }

  /** Whose numbers may be shown; what is stored hangs on what the page itself has said. */
  get #shop(): Shop | null {
    return this.#keeper.seen ?? this.#recalled ?? null;
  }

  /** Nothing of one shop is shown to the next, neither what is drawn nor what is still on its way. */
  #own(): void {
    const id = this.#shop?.id;
    if (id === undefined || id === this.#whose) return;
    if (this.#whose !== null) {
      this.#ids.clear();
      this.#forgetAnswer();
    }
    this.#whose = id;
  }

  #forgetRows(page: Page): void {
    this.#ids.delete(page);
    if (this.#overlay?.page === page) this.#overlay = null;
    if (page === this.around.page()) this.#asking++;
  }

  #forgetAnswer(): void {
    this.#overlay = null;
    this.#failure = null;
    this.#asking++;
  }

  /** What may go on: its rows can be marked as awaited now, the rest has time. */
  #pass(captures: Capture[]): void {
    const shop = this.#keeper.seen?.id;
    if (!shop) return;
    for (const { spec, records } of captures) this.#noteRows(spec, records);
    this.#delivery.add(captures.map((capture) => ({ capture, shop, at: Date.now() })));
  }

  async #deliver(reads: Read[]): Promise<void> {
    if (this.signal.aborted) return;
    for (const { capture: { spec, records }, shop, at } of reads) {
      const fresh = this.#seen.unsent(`${shop} ${spec}`, records);
      if (fresh.length === 0) continue;
      const reply = await ask({ ask: "ingest", key: crypto.randomUUID(), at, spec, shop, records: fresh });
      if (reply === null) return this.around.gone();
      if (!reply.ok) this.#seen.forget();
    }
    // A page that had nothing new to say is asked about too.
    await this.#askOverlay();
  }

  #noteRows(id: string, records: Rec[]): void {
    const page = this.#specs.find((spec) => spec.id === id)?.page;
    const rows = records.filter(({ kind }) => page && kind === this.#rowKinds[page]).map((record) => String(record["id"]));
    if (page && rows.length > 0) this.#ids.set(page, [...new Set([...rows, ...(this.#ids.get(page) ?? [])])].slice(0, MOST_IDS));
  }

  async #askOverlay(): Promise<void> {
    clearTimeout(this.#poll);
    const page = this.around.page();
    const shop = this.#shop;
    if (!page || !shop || !this.#settings || this.signal.aborted || document.visibilityState === "hidden") return;
    if (!watching(this.#settings, page) || judge(shop, this.#settings.shops) !== "ok") return;
    const ids = this.#rows(page);
    if (this.#rowKinds[page] && ids.length === 0) return;
    const turn = ++this.#asking;
    const reply = await ask({ ask: "overlay", page, shop: shop.id, ids });
    // A route that has changed since asks for itself.
    if (turn !== this.#asking || page !== this.around.page() || this.signal.aborted) return;
    if (reply === null) return this.around.gone();
    this.#failure = reply.ok ? null : reply;
    clearTimeout(this.#placing);
    this.#unplaced &&= reply.ok;
    if (reply.ok && !this.#keeper.seen && reply.overlay.rows.every(isStrange)) {
      this.#recalled = null;
      this.#overlay = null;
      return this.#draw();
    }
    if (reply.ok) {
      this.#overlay = { page, answer: reply.overlay, drawn: reply.drawn };
      this.#placing = setTimeout(() => this.#checkPlaces(), UNPLACED_MS);
    }
    this.#draw();
    const wait = !reply.ok ? AWAY_POLL_MS : reply.overlay.stale ? STALE_POLL_MS : Math.max(1, reply.overlay.next_poll_seconds) * 1_000;
    this.#poll = setTimeout(() => void this.#askOverlay(), wait);
  }

  /** What was read of this page's rows, ahead of it what its address names. */
  #rows(page: Page): string[] {
    return this.#rowKinds[page] ? [...new Set([...this.#inAddress(), ...(this.#ids.get(page) ?? [])])].slice(0, MOST_IDS) : [];
  }

  /** A page about one thing names it in its address. */
  #inAddress(): string[] {
    return location.pathname.endsWith("/detail") ? (location.search.match(/\d{15,32}/g) ?? []) : [];
  }

  /** After each change of the page: has the route changed, and is the extension still there? */
  #look(): void {
    if (!chrome.runtime?.id) return this.around.gone();
    if (/^\/login\b/.test(location.pathname)) this.#say(null);
    const page = this.around.page();
    if (page === this.#here) return;
    this.#here = page;
    this.#expanded = null;
    this.#failure = null;
    this.#recalled = undefined;
    this.#awaitCapture();
    this.#draw();
    void this.#recall();
    void this.#askOverlay();
  }

  /**
   * A page that is open and never heard to load its data has probably changed its interface; of one that may have loaded
   * it before anybody listened (`late`) nothing is concluded.
   */
  #awaitCapture(late = false): void {
    clearTimeout(this.#silence);
    this.#missed = late;
    this.#readLabels();
    const page = this.around.page();
    const wanted = this.#specs.filter((spec) => !this.#outcomes.has(spec.id) && !("instead_of" in spec || "quiet" in spec) && this.#isOpen(spec));
    if (!page || wanted.length === 0 || late) return;
    this.#silence = setTimeout(() => {
      if (this.around.page() !== page || !this.#settings || !watching(this.#settings, page)) return;
      for (const { id } of wanted.filter((spec) => !this.#outcomes.has(spec.id))) {
        this.#outcomes.set(id, "silent");
        void ask({ ask: "unread", spec: id, outcome: "silent", drift: null });
      }
      this.#draw();
    }, SILENT_MS);
  }

  #isOpen({ open }: CaptureSpec): boolean {
    return open.some((route) => onRoute(route, location.host, location.pathname));
  }

  /** Labels in plain sight are read where no answer is known, or the known one is not seen; never past one that did not fit. */
  #readLabels(): void {
    clearTimeout(this.#reading);
    const settings = this.#settings;
    if (this.signal.aborted || !settings || !this.around.page()) return;
    const has = (id: string, outcome: string): boolean => this.#outcomes.get(id) === outcome;
    this.#reading = setTimeout(() => {
      const ready = this.#specs.filter((spec) => !isAnswer(spec) && this.#isOpen(spec) && !has(spec.id, "ok") && (!spec.instead_of || has(spec.instead_of, "silent")) && watching(settings, spec.page));
      if (ready.length > 0 && document.body) this.around.readLabels(ready as LabelSpec[]);
      this.#readLabels();
    }, LABELS_MS);
  }

  /** Rows were read but none is to be found: the page's layout has changed, and the merchant should know why there are no marks. */
  #checkPlaces(): void {
    const unplaced = this.#overlay !== null && this.around.page() === this.#overlay.page && this.#overlay.answer.rows.length > 0 && this.#layer.placed === 0;
    if (unplaced === this.#unplaced) return;
    this.#unplaced = unplaced;
    this.#draw();
  }

  #toggle(): void {
    const page = this.around.page();
    this.#expanded = !this.#isExpanded(page);
    if (page === "score") this.around.collapse(!this.#expanded);
    this.#draw();
  }

  #isExpanded(page: Page | null): boolean {
    if (this.#expanded !== null) return this.#expanded;
    return page === "score" ? !this.#settings?.collapsed : this.#settings !== null && judge(this.#keeper.seen, this.#settings.shops) === "ask";
  }

  async #act(id: string, state: ActionState): Promise<void> {
    const shop = this.#shop;
    if (!shop || this.#acting.has(id)) return;
    this.#acting.add(id);
    try {
      await this.#answer(shop, id, state);
    } finally {
      this.#acting.delete(id);
    }
  }

  /** Done when what is shown has been asked for anew: until then its button is still there. */
  async #answer(shop: Shop, id: string, state: ActionState): Promise<void> {
    const page = this.around.page();
    const shown = this.#overlay?.answer;
    const etag = [...(shown?.panel.actions ?? []), ...(shown?.rows ?? []).map(({ action }) => action)].find((one) => one?.id === id)?.etag ?? null;
    const reply = await ask({ ask: "action", shop: shop.id, id, state, etag });
    if (reply === null) return this.around.gone();
    if (page !== this.around.page() || shop.id !== this.#shop?.id) return;
    this.#failure = reply.ok ? null : reply;
    this.#draw();
    if (reply.ok) await this.#askOverlay();
  }

  async #bind(): Promise<void> {
    const shop = this.#keeper.seen;
    if (!shop) return;
    const reply = await ask({ ask: "bind", shop });
    if (reply === null) return this.around.gone();
    this.#failure = reply.ok ? null : reply;
    this.#draw();
  }

  #draw(): void {
    const page = this.around.page();
    const settings = this.#settings;
    const health = this.#health;
    const t = this.around.translate();
    if (!page || !settings || !health || !t) return this.#layer.show(null, null);
    const verdict = judge(this.#shop, settings.shops);
    const outcomes = this.#specs.filter((spec) => spec.page === page && !("instead_of" in spec)).flatMap(({ id }) => this.#outcomes.get(id) ?? []);
    const allowed = watching(settings, page) && verdict === "ok";
    const answer = allowed && this.#overlay?.page === page ? this.#overlay : null;
    const awaited = allowed && !answer && !this.#failure ? (this.#ids.get(page) ?? []) : [];
    const away = health.away_since !== null || health.revoked;
    this.#layer.show({
      notices: notices({ settings, health, page, verdict, shop: this.#keeper.seen, outcomes, drift: this.#drifts.get(page) ?? null, failure: this.#failure, unplaced: this.#unplaced, expects: this.#specs.some((spec) => this.#isOpen(spec)), nameless: this.#recalled === null && !this.#keeper.seen, missed: this.#missed }),
      drawn: answer?.drawn ?? null,
      page,
      rows: rowsOf(answer?.answer ?? null, awaited),
      stale: away || (answer?.answer.stale ?? false),
      expanded: this.#isExpanded(page),
    }, t);
  }
}
