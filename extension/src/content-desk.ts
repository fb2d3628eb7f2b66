import { problem } from "./api.js";
import { langOf, translator } from "./i18n.js";
import type { Intake } from "./intake.js";
import type { Line } from "./line.js";
import { ACTION_STATES, no, type ContentAsk, type Desk, type RecordedShape, type Unread } from "./messages.js";
import type { OverlayReader } from "./overlays.js";
import { drawn } from "./overlay/drawing.js";
import sheet from "./overlay/sheet.css";
import { bound, change, loadSettings, watching } from "./settings.js";
import type { SpecBook } from "./spec-book.js";
import { admits } from "./specs.js";
import { isFull, type Store } from "./store.js";
import { bindShop } from "./subjects.js";
import { rfc3339 } from "./time.js";
import { asksForToolbar, showToolbar } from "./toolbar.js";
import type { InTurn } from "./turns.js";
import { Whose } from "./whose.js";
import { pageWords } from "./words.js";

const A_DAY_MS = 24 * 60 * 60_000;
const MOST_SHAPES = 40;
const LONGEST_ASKING_MS = 10 * 60_000;

export interface Reading {
  store: Store;
  line: Line;
  intake: Intake;
  overlays: OverlayReader;
  book: SpecBook;
  whose: Whose;
  inTurn: InTurn;
}

/** Answers the scripts in the merchant's pages: what they send is looked at as if a stranger had sent it. */
export function contentDesk({ store, line, intake, overlays, book, whose, inTurn }: Reading): Desk<ContentAsk> {
  return {
    async ingest({ key, at, spec: id, shop, records: read }) {
      const settings = await loadSettings();
      const spec = await book.find(id);
      const now = rfc3339(at);
      const records = read.map((record) => ({ ...record, seen_at: now }));
      if (!spec || !(Math.abs(Date.now() - at) < LONGEST_ASKING_MS) || !/^[\da-f-]{36}$/.test(key) || !watching(settings, spec.page) || !records.every((record) => admits(spec, record, settings.review_text))) return no("shut");
      if (!(await bound(shop))) return no("not_bound");
      if (settings.reads_only) return { ok: true, queued: await line.health.tell() };
      try {
        const queued = await intake.read(key, shop, spec, now, records);
        return queued === null ? no("shut") : { ok: true, queued };
      } catch (error) {
        if (!isFull(error)) throw error;
        await line.health.noRoom(records.length);
        return no("full");
      }
    },

    async overlay({ page, shop, ids }) {
      const turn = asksForToolbar();
      const settings = await loadSettings();
      if (!watching(settings, page)) return no("shut");
      if (!(await bound(shop))) return no("not_bound");
      await line.flush();
      const lang = langOf(settings.lang, navigator.language);
      const overlay = await overlays.read(shop, page, ids, lang);
      if ("why" in overlay) return overlay;
      if (!(await bound(shop))) return no("not_bound");
      void showToolbar(turn, shop, overlay.panel, lang);
      return { ok: true, overlay, drawn: drawn(overlay, translator(pageWords(lang))) };
    },

    bind: ({ shop }) => bindShop(line.call, shop),

    async named({ shop }, { tab, url }) {
      if (tab?.id !== undefined) await whose.note(new URL(url ?? "").host, tab.id, shop);
      return { ok: true };
    },

    async whose(_, { tab, url }) {
      return { ok: true, shop: tab ? await whose.of(new URL(url ?? "").host, [tab.id, tab.openerTabId]) : null };
    },

    async action({ shop, id, state, etag }) {
      if (!(await bound(shop)) || !/^a[\da-f]{12}$/.test(id) || !ACTION_STATES.includes(state)) return no("shut");
      const change = { state, snoozed_until: state === "snoozed" ? rfc3339(Date.now() + A_DAY_MS) : null };
      const answer = await line.call((client) => client.action(shop, id, change, /^[\w-]{1,60}$/.test(etag ?? "") ? etag : null));
      if ("why" in answer) return answer;
      overlays.clear();
      if (answer.status === 403) return no("reads_only", problem(answer.body));
      return answer.status === 200 ? { ok: true } : no("refused", problem(answer.body));
    },

    unread: ({ spec, outcome, drift }) => inTurn(async () => {
      const unread = (await store.get<Record<string, Unread>>("kv", "unread")) ?? {};
      if (await book.find(spec)) await store.put("kv", { ...unread, [spec]: { spec, outcome, at: new Date().toISOString(), drift } }, "unread");
      return { ok: true };
    }),

    shape: ({ shape }) => inTurn(async () => {
      if ((await loadSettings()).recording < Date.now()) return no("shut");
      const shapes = (await store.get<RecordedShape[]>("kv", "shapes")) ?? [];
      const version = shape.spec === null ? null : (await book.find(shape.spec))?.version ?? null;
      // The same answer may be asked for on a page where nobody reads it.
      if (shape.spec === null && shapes.some((known) => known.address === shape.address && known.spec)) return { ok: true };
      const rest = shapes.filter(({ address }) => address !== shape.address);
      await store.put("kv", [{ ...shape, version, at: new Date().toISOString() }, ...rest].slice(0, MOST_SHAPES), "shapes");
      return { ok: true };
    }),

    async words({ lang }) {
      return { ok: true, words: pageWords(lang), sheet };
    },

    async collapse({ collapsed }) {
      await change({ collapsed });
      return { ok: true };
    },

    async options() {
      await chrome.runtime.openOptionsPage();
      return { ok: true };
    },
  };
}
