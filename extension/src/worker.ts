import { type Answer, type Api, Away, makeBatch, meaning, problem } from "./api.js";
import { FORMAT, type Overlay } from "./api-contract.js";
import { ACTION_STATES, no, type Answers, type ContentAsk, type LastRead, type No, type PageAsk, type RecordedShape, type Reply, type SetAside, type Unread } from "./messages.js";
import { desk } from "./desk.js";
import { HealthTeller } from "./health.js";
import { langOf, translator } from "./i18n.js";
import { entered } from "./entry.js";
import { joined } from "./official.js";
import { Outbox, type Parcel, type Sent } from "./outbox.js";
import { Pairing } from "./pairing.js";
import { PartReader, panelDesk } from "./parts.js";
import { peopleDesk } from "./people.js";
import { ROUTES, type Page } from "./routes.js";
import type { Rec } from "./project.js";
import { change, consented, endPause, load, loadSettings, serverAddress, watching } from "./settings.js";
import { adapterOf, type CaptureSpec } from "./spec.js";
import { admits } from "./specs.js";
import { SentLog } from "./sent-log.js";
import { SpecBook } from "./spec-book.js";
import { isFull, Store } from "./store.js";
import { allSubjects } from "./subjects.js";
import { rfc3339 } from "./time.js";
import { asksForToolbar, clearToolbar, keepToolbarHonest, showToolbar } from "./toolbar.js";
import { oneByOne } from "./turns.js";
import { pageWords } from "./words.js";
import { Whose } from "./whose.js";
import { drawn, type Drawn } from "./overlay/drawing.js";
import sheet from "./overlay/sheet.css";

declare const __TEST__: boolean;

const A_DAY_MS = 24 * 60 * 60_000;
const A_MINUTE_MS = 60_000;
const TICK_MINUTES = __TEST__ ? 0.05 : 1;
const ORIGINS = new Set(Object.values(ROUTES).flat().map((route) => `https://${route.split("/")[0] ?? ""}`));
const FORMATS_FOR_MS = __TEST__ ? 1_000 : 10 * 60_000;
const MOST_SHAPES = 40;
/** Pages for which the server has no rows: they show what the home page shows. */
const PANEL_ONLY = new Set<Page>(["service", "violations", "creator"]);
const LONGEST_ASKING_MS = 10 * 60_000;

const store = new Store();
const log = new SentLog(store);
const answers = new Map<string, { etag: string; overlay: Overlay }>();

/** The formats the server took when it was last asked; another server is asked anew. */
let formats: { server: string; at: number; listed: string[] } | null = null;

const pairing = new Pairing(store, log);
/** For what reads and writes again: two answers must not overwrite what each has added. */
const inTurn = oneByOne();

const outbox = new Outbox({
  store,
  now: Date.now,
  jitter: Math.random,
  limits: __TEST__ ? { firstRetryMs: 200, longestRetryMs: 2_000 } : {},
  send: async (parcel: Parcel): Promise<Sent> => {
    const settings = await loadSettings();
    // Consent withdrawn or paused while a flush was under way: the rest waits.
    if (!consented(settings) || settings.paused || !settings.paired) return { is: "refused" };
    const client = await pairing.client();
    const sent = await send(client, parcel);
    // Paired anew meanwhile: only that the batch has arrived is still true.
    return sent.is === "taken" || (await pairing.holds(client)) ? sent : { is: "refused" };
  },
});

async function send(client: Api, parcel: Parcel): Promise<Sent> {
  try {
    const listed = await listedFormats(client);
    if (!Array.isArray(listed)) return listed;
    // An older or newer server: everything waits, and the merchant is told (health.formats).
    if (!listed.includes(FORMAT)) return { is: "later", afterMs: null };
    const answer = await client.batch(parcel.subject, parcel.key, parcel.body);
    if (answer.status === 403) await learnRole(client);
    return meaning(answer);
  } catch (error) {
    // Without a line in the log nothing is sent: it waits.
    if (error instanceof Away || isFull(error)) return { is: "later", afterMs: null };
    throw error;
  }
}

const readsOnly = (scopes: readonly string[]): boolean => !scopes.includes("records:write");

/** An owner may have given this member another role. */
async function learnRole(client: Api): Promise<void> {
  if (client.device === null) return;
  const { status, body } = await client.own(client.device);
  if (status === 200 && body.scopes) await heed(client.device, body.scopes);
}

/** What the server said of this browser's token; of one that was replaced since it says nothing. */
async function heed(device: string, scopes: readonly string[]): Promise<void> {
  if ((await pairing.client()).device !== device) return;
  const reads_only = readsOnly(scopes);
  if ((await loadSettings()).reads_only !== reads_only) await change({ reads_only });
}

async function listedFormats(client: Api): Promise<string[] | Sent> {
  const { server } = client;
  if (formats?.server === server && Date.now() - formats.at <= FORMATS_FOR_MS) return formats.listed;
  const { status, body, afterMs } = await client.ready();
  if (status !== 200 || !Array.isArray(body.formats)) return { is: "later", afterMs };
  if (await pairing.holds(client)) formats = { server, at: Date.now(), listed: body.formats };
  return body.formats;
}

const parts = new PartReader();
const book = new SpecBook(store);
const whose = new Whose(chrome.storage.session);

const health = new HealthTeller(outbox, () => (formats && !formats.listed.includes(FORMAT) ? formats.listed : null));
const tellHealth = (): Promise<number> => health.tell();

async function flush(force = false): Promise<number> {
  const settings = await loadSettings();
  if (consented(settings) && settings.paired && !settings.paused) await outbox.flush(force);
  return tellHealth();
}

/** Asks the server a few times a day whether a page has a newer spec; without an answer the known ones stay. */
async function renewSpecs(force = false): Promise<void> {
  const settings = await loadSettings();
  if (!consented(settings) || !settings.paired || settings.paused || (await outbox.state()).revoked) return;
  await book.renew(async (etag) => {
    if (!force) await learnRole(await pairing.client()).catch((error: unknown) => { if (!(error instanceof Away)) throw error; });
    const answer = await call((client) => client.captureSpecs(etag));
    return "why" in answer ? null : answer;
  }, force);
}

/** Runs one call; says what the server's silence or refusal means, to the caller and to the outbox. */
async function call<A extends Answer>(work: (client: Api) => Promise<A>): Promise<A | No> {
  const client = await pairing.client();
  try {
    const answer = await work(client);
    if (!(await pairing.holds(client))) return no("shut");
    const sent = meaning(answer);
    if (await outbox.heard(sent)) void flush(true);
    if (sent.is === "revoked") return no("revoked");
    if (sent.is === "later") return unready(answer);
    return answer;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    if (!(await pairing.holds(client))) return no("shut");
    await outbox.heard({ is: "later", afterMs: null });
    return no("away", error.message);
  } finally {
    await tellHealth();
  }
}

/** It answers, and does not do now what was asked. */
function unready({ status, body, afterMs }: Answer): No {
  if (status === 429) return no("busy", String(Math.ceil((afterMs ?? A_MINUTE_MS) / 1000)));
  return status >= 500 ? no("fault", problem(body) || String(status)) : no("away");
}

const bound = async (shop: string): Promise<boolean> => (await loadSettings()).shops.some(({ id }) => id === shop);

/** How many batches wait then; null where this one may not be kept any more. */
async function post(key: string, subject: string, adapter: string, captured_at: string, made: () => Promise<Rec[]>): Promise<number | null> {
  const kept = await inTurn(async () => {
    // Consent may have been withdrawn, or the shop erased, since this was read.
    if (!consented(await loadSettings()) || !(await bound(subject))) return null;
    const records = await made();
    if (records.length > 0) await keep({ key, subject, body: makeBatch(chrome.runtime.getManifest().version, adapter, captured_at, records), records: records.length });
    return records.length;
  });
  if (kept === null) return null;
  if (kept > 0) await health.room();
  const queued = await tellHealth();
  void flush();
  return queued;
}

/** Where the browser has no more room, the log gives some up. */
async function keep(parcel: Omit<Parcel, "n" | "at">): Promise<void> {
  try {
    await outbox.add(parcel);
  } catch (error) {
    if (!isFull(error)) throw error;
    await log.giveUp();
    await outbox.add(parcel);
  }
}

/** Of an official day each page shows a part, and lists and objects are replaced whole: the parts are put together here. */
async function whole(shop: string, { kind }: CaptureSpec, records: Rec[]): Promise<Rec[]> {
  if (kind !== "official") return records;
  const { days, out } = joined((await store.get<Record<string, Rec>>("kv", `official ${shop}`)) ?? {}, records);
  await store.put("kv", days, `official ${shop}`);
  return out;
}

/** For the settings page alone: where there is no room for it, it is left out. */
const noteRead = (spec: string, records: number): Promise<void> => inTurn(async () => {
  const reads = (await store.get<Record<string, LastRead>>("kv", "reads")) ?? {};
  await store.put("kv", { ...reads, [spec]: { at: new Date().toISOString(), records } }, "reads");
}).catch((error: unknown) => { if (!isFull(error)) throw error; });

/** What has been put together of a shop's official days, and the answers about its rows. */
async function forgetReadings(shop?: string): Promise<void> {
  answers.clear();
  parts.clear();
  const keys = await store.within("kv", "readonly", (os) => os.getAllKeys());
  for (const key of keys) if (String(key).startsWith("official ") && (shop === undefined || key === `official ${shop}`)) await store.remove("kv", key);
}

type Handlers = { [M in ContentAsk | PageAsk as M["ask"]]: (message: M, sender: chrome.runtime.MessageSender) => Promise<Reply<Answers[M["ask"]]>> };

const forContent: Pick<Handlers, ContentAsk["ask"]> = {
  async ingest({ key, at, spec: id, shop, records: read }) {
    const settings = await loadSettings();
    const spec = await book.find(id);
    const now = rfc3339(at);
    const records = read.map((record) => ({ ...record, seen_at: now }));
    if (!spec || !(Math.abs(Date.now() - at) < LONGEST_ASKING_MS) || !/^[\da-f-]{36}$/.test(key) || !watching(settings, spec.page) || !records.every((record) => admits(spec, record, settings.review_text))) return no("shut");
    if (!(await bound(shop))) return no("not_bound");
    if (settings.reads_only) return { ok: true, queued: await tellHealth() };
    try {
      const queued = await post(key, shop, adapterOf(spec), now, () => whole(shop, spec, records));
      if (queued === null) return no("shut");
      await noteRead(id, records.length);
      return { ok: true, queued };
    } catch (error) {
      if (!isFull(error)) throw error;
      await health.noRoom(records.length);
      return no("full");
    }
  },

  async overlay({ page, shop, ids }) {
    const turn = asksForToolbar();
    const settings = await loadSettings();
    if (!watching(settings, page)) return no("shut");
    if (!(await bound(shop))) return no("not_bound");
    await flush();
    const asked = ids.slice(0, 200);
    const lang = langOf(settings.lang, navigator.language);
    const key = [shop, page, lang, ...asked].join(" ");
    const known = answers.get(key);
    const answer = await call((client) => client.overlay(shop, PANEL_ONLY.has(page) ? "home" : page, asked, lang, known?.etag ?? null));
    if ("why" in answer) return answer;
    if (!(await bound(shop))) return no("not_bound");
    const said = (overlay: Overlay): { ok: true; overlay: Overlay; drawn: Drawn } => ({ ok: true, overlay, drawn: drawn(overlay, translator(pageWords(lang))) });
    if (answer.status === 304 && known) return said(known.overlay);
    if (answer.status !== 200) return no("refused", problem(answer.body));
    if (answer.etag) {
      if (answers.size > 50) answers.clear();
      answers.set(key, { etag: answer.etag, overlay: answer.body });
    }
    void showToolbar(turn, shop, answer.body.panel, lang);
    return said(answer.body);
  },

  async bind({ shop }) {
    const settings = await loadSettings();
    if (!consented(settings) || !settings.paired) return no("shut");
    const answer = await call((client) => client.bind(shop));
    if ("why" in answer) return answer;
    // Who only reads may not bind: a shop that the account has is taken as it is.
    const listed = answer.status === 403 ? await allSubjects(call) : [];
    const isThere = "why" in listed ? false : listed.some(({ id }) => id === shop.id);
    if (answer.status >= 300 && !isThere) return no("refused", problem(answer.body));
    await change(({ shops }) => ({ shops: [...shops.filter(({ id }) => id !== shop.id), { id: shop.id, name: shop.name, ...(shop.type === "creator" && { type: shop.type }) }] }));
    return { ok: true };
  },

  async named({ shop }, { tab, url }) {
    if (tab?.id !== undefined) await whose.note(new URL(url ?? "").host, tab.id, shop);
    return { ok: true };
  },

  async whose(_, { tab, url }) {
    return { ok: true, shop: tab ? await whose.of(new URL(url ?? "").host, [tab.id, tab.openerTabId]) : null };
  },

  async action({ shop, id, state, etag }) {
    if (!(await bound(shop)) || !/^a[\da-f]{12}$/.test(id) || !ACTION_STATES.includes(state)) return no("shut");
    const answer = await call((client) => client.action(shop, id, { state, snoozed_until: state === "snoozed" ? rfc3339(Date.now() + A_DAY_MS) : null }, /^[\w-]{1,60}$/.test(etag ?? "") ? etag : null));
    if ("why" in answer) return answer;
    answers.clear();
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

const forPages: Pick<Handlers, PageAsk["ask"]> = {
  ...desk({ store, outbox, pairing, call, learnRole, tellHealth, inTurn, forgetReadings }),
  ...panelDesk(parts, call),
  ...peopleDesk(call, heed),

  async pair({ server, code, name }) {
    const address = serverAddress(server);
    if (!address) return no("bad_server");
    let reads_only: boolean;
    try {
      const { status, body } = await (await pairing.client(address)).pair(code.trim(), name);
      if (status === 429) return no("refused", problem(body));
      if (status >= 500) return no("away", problem(body));
      if (status >= 300 || typeof body.token !== "string") return no("bad_code", problem(body));
      await pairing.take(address, body.token);
      reads_only = readsOnly(body.scopes ?? []);
    } catch (error) {
      if (error instanceof Away) return no("away", error.message);
      throw error;
    }
    formats = null;
    parts.clear();
    answers.clear();
    await outbox.freshStart();
    const { shops } = await change({ server: address, paired: true, reads_only });
    const there = shops.length > 0 ? await allSubjects(call) : [];
    for (const shop of shops) if ("why" in there || !there.some(({ id }) => id === shop.id)) await call((client) => client.bind(shop));
    await flush();
    await renewSpecs(true);
    return { ok: true };
  },

  async flush() {
    return { ok: true, queued: await flush(true) };
  },

  async "retry-set-aside"() {
    await inTurn(() => outbox.retryAside());
    return { ok: true, queued: await flush(true) };
  },

  async enter({ shop, records }, sender) {
    const settings = await loadSettings();
    if (!consented(settings) || !settings.paired) return no("shut");
    if (settings.reads_only) return no("reads_only");
    const faults = entered(records);
    if (faults.length > 0) return no("refused", faults.join("; "));
    if (!(await bound(shop.id))) {
      const reply = await forContent.bind({ ask: "bind", shop }, sender);
      if (!reply.ok) return reply;
    }
    const now = rfc3339(Date.now());
    const queued = await post(crypto.randomUUID(), shop.id, "koubei.entry/1", now, async () => records.map((record) => ({ ...record, seen_at: now })));
    return queued === null ? no("shut") : { ok: true, queued };
  },

  async specs({ renew }) {
    if (renew) await renewSpecs(true);
    return { ok: true, ...(await book.told()) };
  },

  async log() {
    const [entries, set_aside, unread, shapes, reads] = await Promise.all([
      log.read(), store.all<SetAside>("aside"), store.get<Record<string, Unread>>("kv", "unread"), store.get<RecordedShape[]>("kv", "shapes"), store.get<Record<string, LastRead>>("kv", "reads"),
    ]);
    return { ok: true, entries, set_aside, unread: Object.values(unread ?? {}), shapes: shapes ?? [], reads: reads ?? {} };
  },

  async export(_, sender) {
    const [queued, log] = await Promise.all([store.all<Parcel>("outbox"), forPages.log({ ask: "log" }, sender)]);
    return { ok: true, file: JSON.stringify({ ...(await load()), queued, ...log }, null, 2) };
  },

  async wipe() {
    const wiped = await pairing.giveBack();
    await chrome.storage.local.clear();
    await inTurn(async () => { await outbox.empty(); await store.wipe(); });
    answers.clear();
    await whose.forget();
    parts.clear();
    health.forget();
    await clearToolbar();
    await book.publish();
    return { ok: true, ...wiped };
  },
};

chrome.runtime.onMessage.addListener((message: ContentAsk | PageAsk, sender, reply) => {
  const ownPage = sender.url?.startsWith(chrome.runtime.getURL("")) ?? false;
  const ourTab = sender.tab !== undefined && ORIGINS.has(sender.origin ?? new URL(sender.url ?? "about:blank").origin);
  if (sender.id !== chrome.runtime.id || !(ownPage || ourTab)) return undefined;
  const handlers: Partial<Record<string, (message: never, sender: chrome.runtime.MessageSender) => Promise<unknown>>> = ownPage ? { ...forContent, ...forPages } : forContent;
  const handler = handlers[message.ask];
  if (!handler) return undefined;
  handler(message as never, sender).then(reply, (error: unknown) => reply(isFull(error) ? no("full") : no("refused", String(error))));
  return true;
});

// One-shot alarms do not survive a browser restart, and a worker may die between queueing and sending: every start flushes.
const wake = (): void => void endPause().then(() => flush()).then(() => renewSpecs()).catch(() => undefined);

chrome.alarms.onAlarm.addListener(wake);
chrome.runtime.onStartup.addListener(wake);
chrome.runtime.onInstalled.addListener(({ reason }) => {
  wake();
  if (reason === "install") void chrome.runtime.openOptionsPage();
});
keepToolbarHonest();
// Where there is a side panel the button opens it; elsewhere (Firefox) the same page is the button's popup.
const { sidePanel } = chrome;
if (sidePanel) {
  void chrome.action.setPopup({ popup: "" });
  void sidePanel.setPanelBehavior({ openPanelOnActionClick: true }).catch(() => undefined);
}
void chrome.alarms.create("tick", { periodInMinutes: TICK_MINUTES });
void book.publish().catch(() => undefined);
wake();
