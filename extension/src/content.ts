import { HANDSHAKE, type FromTap, type ToTap, type Wishes } from "./bridge.js";
import { langOf, translator, type Lang, type Translate } from "./i18n.js";
import { ask, WHO } from "./messages.js";
import { setSheet } from "./overlay/sheet.js";
import { onChange, load, watching, type Stored } from "./settings.js";
import { pageOf, setRoutes } from "./pages.js";
import { isAnswer, type AnswerSpec } from "./spec.js";
import { Visit } from "./visit.js";

/**
 * The isolated world's end: takes the port from the tap before any script of the page runs, and keeps one visit going for
 * as long as the extension that injected it is alive. After an update every chrome.* call would throw into the page.
 */
const ALIVE_CHECK_MS = 2_000;

const ended = new AbortController();
let port: MessagePort | null = null;
let known: Stored | null = null;
let said = "";
let spoken: { lang: Lang; translate: Translate } | null = null;

const visit = new Visit(ended.signal, {
  page: () => pageOf(location.host, location.pathname),
  translate: () => spoken?.translate ?? null,
  collapse: (collapsed) => { if (alive()) void ask({ ask: "collapse", collapsed }); },
  readLabels: (labels) => port?.postMessage(JSON.stringify({ labels } satisfies ToTap)),
  gone: end,
});

function alive(): boolean {
  if (chrome.runtime?.id) return true;
  end();
  return false;
}

function end(): void {
  if (ended.signal.aborted) return;
  tell({ specs: [] });
  ended.abort();
}

function tell(message: Wishes): void {
  const text = JSON.stringify(message);
  if (!port || text === said) return;
  said = text;
  port.postMessage(text);
}

function update(now: Stored): void {
  known = now;
  const { settings, capture: { specs, routes, salt } } = now;
  setRoutes(routes);
  const ours = ({ host, page }: AnswerSpec): boolean => [host, ...(routes[page] ?? [])].some((route) => route.startsWith(location.host));
  const watched = specs.filter((spec): spec is AnswerSpec => isAnswer(spec) && ours(spec) && watching(settings, spec.page));
  tell({ specs: watched, reviewText: settings.review_text, salt, recording: watched[0] ? settings.recording : 0 });
  visit.update(now);
  void speak();
}

/** Words and style sheet are kept by the service worker; nothing is drawn before they are here. */
async function speak(): Promise<void> {
  const wanted = (): Lang => langOf(known?.settings.lang ?? "auto", navigator.language);
  const lang = wanted();
  if (!known || spoken?.lang === lang) return;
  const reply = await ask({ ask: "words", lang });
  if (reply === null) return end();
  if (!reply.ok || ended.signal.aborted || lang !== wanted()) return;
  setSheet(reply.sheet);
  spoken = { lang, translate: translator(reply.words) };
  visit.redraw();
}

addEventListener("message", function handover(event: MessageEvent): void {
  if (event.data !== HANDSHAKE || event.source !== window || !event.ports[0]) return;
  event.stopImmediatePropagation();
  removeEventListener("message", handover, true);
  port = event.ports[0];
  port.onmessage = ({ data }: MessageEvent<string>) => {
    if (!alive() || !known) return;
    const message = JSON.parse(data) as FromTap;
    if ("capture" in message) visit.take(message.capture);
    else void ask({ ask: "shape", shape: message.shape });
  };
  if (known) update(known);
}, true);

chrome.runtime.onMessage.addListener((message: unknown, _sender, reply) => { if (message === WHO) reply(visit.shop); });
const watcher = setInterval(() => { if (alive() && !spoken) void speak(); }, ALIVE_CHECK_MS);
const unsubscribe = onChange((now) => { if (alive()) update(now); });
ended.signal.addEventListener("abort", () => { clearInterval(watcher); unsubscribe(); });
void load().then(update, () => undefined);
