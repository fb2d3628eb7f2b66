import { langOf, translator } from "../i18n.js";
import type { Shop } from "../identity.js";
import { h } from "../overlay/dom.js";
import { load, onChange, type Stored } from "../settings.js";
import { allWords } from "../words.js";
import { afterPress } from "../press.js";
import { newest } from "../turns.js";
import { Around } from "./around.js";
import type { Mounted } from "./feature.js";
import { watchFront } from "./front.js";
import { Head } from "./head.js";
import { recall, remember, type Memory } from "./memory.js";
import { standing } from "./standing.js";
import { TABS, type Tab } from "./tabs.js";

const LONGEST_PAUSE_MS = 60_000;
const STALE_PAUSE_MS = 2_000;

const main = h("div", { id: "room", role: "tabpanel", tabindex: "0" });
const head = new Head({ choose: (shop) => keep({ shop }), tab: (tab) => keep({ tab }) });
document.body.append(head.element, h("main", {}, main));

let stored: Stored | null = null;
let memory: Memory | null = null;
let front: string | null = null;
/** What is mounted now: torn down by its signal when the subject, the language or the tab changes. */
let mounted: { key: string; around: Around; features: Mounted[]; end: AbortController } | null = null;
let stood = "";
let timer: ReturnType<typeof setTimeout> | undefined;
const reading = newest();

/** The subject chosen by hand, else that of the page in front, else the first. */
function subject(shops: readonly Shop[], memory: Memory): Shop | null {
  const of = (id: string | null): Shop | undefined => shops.find((shop) => shop.id === id);
  return of(memory.shop) ?? of(front) ?? shops[0] ?? null;
}

function keep(patch: Partial<Memory>): void {
  if (!memory) return;
  memory = { ...memory, ...patch };
  void remember(memory);
  show();
}

function show(): void {
  if (!stored || !memory) return;
  const { settings, health } = stored;
  const lang = langOf(settings.lang, navigator.language);
  const t = translator(allWords(lang));
  const shop = subject(settings.shops, memory);
  const { tab: open } = memory;
  const tab: Tab = TABS.find(({ id }) => id === open) ?? TABS[0];
  const now = standing(settings, health, shop);
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = t("name");
  head.show({ t, settings, standing: now, shop, followed: memory.shop === null, tab });
  const key = now.readable && shop ? JSON.stringify([lang, shop.id, tab.id, settings.server]) : "";
  if (key === mounted?.key) {
    // Told of anything that is stored: only another standing is a reason to ask again.
    if (now.kind !== stood && now.asks) void refresh();
    stood = now.kind;
    return;
  }
  stood = now.kind;
  mounted?.end.abort();
  main.replaceChildren();
  main.hidden = key === "";
  mounted = null;
  if (key === "" || !shop) return;
  const end = new AbortController();
  const around = new Around(shop, lang, t, end.signal, () => void refresh(), (id) => keep({ shop: id, tab: TABS[0].id }));
  const features = tab.features.map((mount) => mount(around));
  main.setAttribute("aria-labelledby", `tab-${tab.id}`);
  main.append(...features.map(({ section }) => section));
  mounted = { key, around, features, end };
  void refresh();
}

/** Reads everything again, and once more after the pause that the server asks for; soon while its answer is stale. */
async function refresh(): Promise<void> {
  clearTimeout(timer);
  const own = mounted;
  if (!own || document.visibilityState === "hidden") return;
  const isNewest = reading();
  own.around.forget();
  // A feature that fails must not keep the others from being read again.
  const [overlay, ends] = await Promise.all([own.around.overlay().catch(() => null), Promise.allSettled(own.features.map((feature) => feature.refresh()))]);
  for (const end of ends) if (end.status === "rejected") console.error(end.reason);
  if (own !== mounted || !isNewest()) return;
  head.stale(overlay?.stale ?? false);
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), overlay?.stale ? STALE_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 1_000 * (overlay?.next_poll_seconds ?? 15)));
}

document.addEventListener("visibilitychange", () => void refresh());
const closed = new AbortController();
addEventListener("pagehide", () => closed.abort());
watchFront((shop) => { if (shop !== front) { front = shop; afterPress(show); } }, closed.signal);
onChange((now) => { stored = now; afterPress(show); });
// What is told of a change meanwhile is newer than what is read here.
void Promise.all([load(), recall()]).then(([now, kept]) => { stored ??= now; memory = kept; show(); });
