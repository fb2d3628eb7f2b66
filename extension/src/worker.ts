import { Api, type Answer, Away, makeBatch, meaning, problem } from "./api.js";
import type { Overlay } from "./api-contract.js";
import { langOf } from "./i18n.js";
import type { Answers, ContentAsk, Failure, LogEntry, PageAsk, Reply, SetAside, Unread } from "./messages.js";
import { Outbox, type Parcel, type Sent } from "./outbox.js";
import { admits } from "./project.js";
import { change, consented, load, saveHealth, serverAddress, watching } from "./settings.js";
import { adapterOf, SPECS, specOf } from "./spec.js";
import { Store } from "./store.js";
import { clearToolbar, keepToolbarHonest, showToolbar } from "./toolbar.js";
import { pageWords } from "./words.js";
import sheet from "./overlay/sheet.css";

declare const __TEST__: boolean;

const LOGGED_REQUESTS = 200;
const TICK_MINUTES = __TEST__ ? 0.05 : 1;
const ORIGINS = new Set(SPECS.map((spec) => `https://${spec.host}`));

const store = new Store();
const answers = new Map<string, { etag: string; overlay: Overlay }>();
const no = (why: Failure, detail?: string): { ok: false; why: Failure; detail?: string } => ({ ok: false, why, ...(detail ? { detail } : {}) });

async function api(server?: string): Promise<Api> {
  const token = server === undefined ? ((await store.get<string>("kv", "token")) ?? null) : null;
  return new Api(server ?? (await load()).settings.server, token, async (entry: LogEntry) => {
    await store.put("log", entry);
    await store.trim("log", LOGGED_REQUESTS);
  });
}

const outbox = new Outbox({
  store,
  now: Date.now,
  jitter: Math.random,
  limits: __TEST__ ? { firstRetryMs: 200, longestRetryMs: 2_000 } : {},
  send: async (parcel: Parcel): Promise<Sent> => {
    const { settings } = await load();
    // Consent withdrawn or paused while a flush was under way: the rest waits.
    if (!consented(settings) || settings.paused || !settings.paired) return { is: "refused" };
    try {
      return meaning(await (await api()).batch(parcel.subject, parcel.key, parcel.body));
    } catch (error) {
      if (error instanceof Away) return { is: "later", afterMs: null };
      throw error;
    }
  },
});

async function tellHealth(): Promise<number> {
  const { queued, set_aside, away_since, revoked, dropped } = await outbox.state();
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  await saveHealth({ queued, set_aside, revoked, away_since: time(away_since), dropped: { ...dropped, since: time(dropped.since) } });
  return queued;
}

async function flush(force = false): Promise<number> {
  const { settings } = await load();
  if (consented(settings) && settings.paired && !settings.paused) await outbox.flush(force);
  return tellHealth();
}

/** Runs one call; says what the server's silence or refusal means, to the caller and to the outbox. */
async function call<A extends Answer>(work: (client: Api) => Promise<A>): Promise<A | ReturnType<typeof no>> {
  try {
    const answer = await work(await api());
    const sent = meaning(answer);
    if (await outbox.heard(sent)) void flush(true);
    if (sent.is === "revoked") return no("revoked");
    if (sent.is === "later") return no("away");
    return answer;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    await outbox.heard({ is: "later", afterMs: null });
    return no("away", error.message);
  } finally {
    await tellHealth();
  }
}

const bound = async (shop: string): Promise<boolean> => (await load()).settings.shops.some(({ id }) => id === shop);

type Handlers = { [M in ContentAsk | PageAsk as M["ask"]]: (message: M) => Promise<Reply<Answers[M["ask"]]>> };

const forContent: Pick<Handlers, ContentAsk["ask"]> = {
  async ingest({ key, spec: id, shop, captured_at, records }) {
    const { settings } = await load();
    const spec = specOf(id);
    if (!spec || !/^[\da-f-]{36}$/.test(key) || !watching(settings, spec.page) || !records.every((record) => admits(spec, record))) return no("shut");
    if (!(await bound(shop))) return no("not_bound");
    const body = makeBatch(chrome.runtime.getManifest().version, adapterOf(spec), captured_at, records);
    await outbox.add({ key, subject: shop, body, records: records.length });
    const queued = await tellHealth();
    void flush();
    return { ok: true, queued };
  },

  async overlay({ page, shop, ids }) {
    const { settings } = await load();
    if (!watching(settings, page)) return no("shut");
    if (!(await bound(shop))) return no("not_bound");
    await flush();
    const asked = ids.slice(0, 200);
    const lang = langOf(settings.lang, navigator.language);
    const key = [shop, page, lang, ...asked].join(" ");
    const known = answers.get(key);
    const answer = await call((client) => client.overlay(shop, page, asked, lang, known?.etag ?? null));
    if ("why" in answer) return answer;
    if (answer.status === 304 && known) return { ok: true, overlay: known.overlay };
    if (answer.status !== 200) return no("refused", problem(answer.body));
    if (answer.etag) {
      if (answers.size > 50) answers.clear();
      answers.set(key, { etag: answer.etag, overlay: answer.body });
    }
    void showToolbar(answer.body.panel, lang);
    return { ok: true, overlay: answer.body };
  },

  async bind({ shop }) {
    const { settings } = await load();
    if (!consented(settings) || !settings.paired) return no("shut");
    const answer = await call((client) => client.bind(shop.id, shop.name));
    if ("why" in answer) return answer;
    if (answer.status >= 300) return no("refused", problem(answer.body));
    await change({ shops: [...settings.shops.filter(({ id }) => id !== shop.id), { id: shop.id, name: shop.name }] });
    return { ok: true };
  },

  async unread({ spec, outcome, drift }) {
    const unread = (await store.get<Record<string, Unread>>("kv", "unread")) ?? {};
    if (specOf(spec)) await store.put("kv", { ...unread, [spec]: { spec, outcome, at: new Date().toISOString(), drift } }, "unread");
    return { ok: true };
  },

  async words({ lang }) {
    return { ok: true, words: pageWords(lang), sheet };
  },

  async options() {
    await chrome.runtime.openOptionsPage();
    return { ok: true };
  },
};

const forPages: Pick<Handlers, PageAsk["ask"]> = {
  async pair({ server, code, name }) {
    const address = serverAddress(server);
    if (!address) return no("bad_server");
    try {
      const { status, body } = await (await api(address)).pair(code.trim(), name);
      if (status === 429 || status >= 500) return no("away", problem(body));
      if (status >= 300 || typeof body.token !== "string") return no("bad_code", problem(body));
      await store.put("kv", body.token, "token");
    } catch (error) {
      if (error instanceof Away) return no("away", error.message);
      throw error;
    }
    await outbox.freshStart();
    const { shops } = await change({ server: address, paired: true });
    for (const shop of shops) await call((client) => client.bind(shop.id, shop.name));
    await flush();
    return { ok: true };
  },

  async flush() {
    return { ok: true, queued: await flush(true) };
  },

  async "retry-set-aside"() {
    await outbox.retryAside();
    return { ok: true, queued: await flush(true) };
  },

  async log() {
    const [entries, set_aside, unread] = await Promise.all([
      store.all<LogEntry>("log"), store.all<SetAside>("aside"), store.get<Record<string, Unread>>("kv", "unread"),
    ]);
    return { ok: true, entries: entries.reverse(), set_aside, unread: Object.values(unread ?? {}) };
  },

  async export() {
    const [queued, log] = await Promise.all([store.all<Parcel>("outbox"), forPages.log({ ask: "log" })]);
    return { ok: true, file: JSON.stringify({ ...(await load()), queued, ...log }, null, 2) };
  },

  async wipe() {
    await store.wipe();
    answers.clear();
    await chrome.storage.local.clear();
    await clearToolbar();
    return { ok: true };
  },
};

chrome.runtime.onMessage.addListener((message: ContentAsk | PageAsk, sender, reply) => {
  const ownPage = sender.url?.startsWith(chrome.runtime.getURL("")) ?? false;
  const ourTab = sender.tab !== undefined && ORIGINS.has(sender.origin ?? new URL(sender.url ?? "about:blank").origin);
  if (sender.id !== chrome.runtime.id || !(ownPage || ourTab)) return undefined;
  const handlers: Partial<Record<string, (message: never) => Promise<unknown>>> = ownPage ? { ...forContent, ...forPages } : forContent;
  const handler = handlers[message.ask];
  if (!handler) return undefined;
  handler(message as never).then(reply, (error: unknown) => reply(no("refused", String(error))));
  return true;
});

// One-shot alarms do not survive a browser restart, and a worker may die between queueing and sending: every start flushes.
const wake = (): void => void flush().catch(() => undefined);
chrome.alarms.onAlarm.addListener(wake);
chrome.runtime.onStartup.addListener(wake);
chrome.runtime.onInstalled.addListener(({ reason }) => {
  wake();
  if (reason === "install") void chrome.runtime.openOptionsPage();
});
keepToolbarHonest();
void chrome.alarms.create("tick", { periodInMinutes: TICK_MINUTES });
wake();
