import { Away } from "./api.js";
import { contentDesk } from "./content-desk.js";
import { desk } from "./desk.js";
import { Intake } from "./intake.js";
import { Line } from "./line.js";
import { no, type ContentAsk, type PageAsk } from "./messages.js";
import { OverlayReader } from "./overlays.js";
import { pageDesk } from "./page-desk.js";
import { Pairing } from "./pairing.js";
import { PartReader, panelDesk } from "./parts.js";
import { peopleDesk } from "./people.js";
import { ROUTES } from "./routes.js";
import { SentLog } from "./sent-log.js";
import { endPause, loadSettings, running } from "./settings.js";
import { SpecBook } from "./spec-book.js";
import { isFull, Store } from "./store.js";
import { clearToolbar, keepToolbarHonest } from "./toolbar.js";
import { oneByOne } from "./turns.js";
import { Whose } from "./whose.js";

declare const __TEST__: boolean;

const TICK_MINUTES = __TEST__ ? 0.05 : 1;
const ORIGINS = new Set(Object.values(ROUTES).flat().map((route) => `https://${route.split("/")[0] ?? ""}`));

/** For what reads and writes again: two answers must not overwrite what each has added. */
const inTurn = oneByOne();
const store = new Store();
const log = new SentLog(store);
const pairing = new Pairing(store, log);
const line = new Line(store, pairing);
const intake = new Intake(store, log, line, inTurn);
const overlays = new OverlayReader(line.call);
const parts = new PartReader();
const book = new SpecBook(store);
const whose = new Whose(chrome.storage.session);

function forgetAnswers(): void {
  overlays.clear();
  parts.clear();
}

async function forgetReadings(shop?: string): Promise<void> {
  forgetAnswers();
  await intake.forget(shop);
}

async function forgetAll(): Promise<void> {
  forgetAnswers();
  await whose.forget();
  line.health.forget();
  await clearToolbar();
  await book.publish();
}

/** Asks the server a few times a day whether a page has a newer spec; without an answer the known ones stay. */
async function renewSpecs(force = false): Promise<void> {
  const settings = await loadSettings();
  if (!running(settings) || (await line.outbox.state()).revoked) return;
  await book.renew(async (etag) => {
    if (!force) await line.learnRole(await pairing.client()).catch((error: unknown) => { if (!(error instanceof Away)) throw error; });
    const answer = await line.call((client) => client.captureSpecs(etag));
    return "why" in answer ? null : answer;
  }, force);
}

const forContent = contentDesk({ store, line, intake, overlays, book, whose, inTurn });
const forPages = {
  ...desk({ store, line, pairing, inTurn, forgetReadings }),
  ...pageDesk({ store, log, pairing, line, intake, book, inTurn, renewSpecs, forgetAnswers, forgetAll }),
  ...panelDesk(parts, line.call),
  ...peopleDesk(line),
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
const wake = (): void => void endPause().then(() => line.flush()).then(() => renewSpecs()).catch(() => undefined);

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
