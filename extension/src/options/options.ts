import { langOf, translator, type Params, type Translate } from "../i18n.js";
import { ask, type Failure } from "../messages.js";
import { h } from "../overlay/dom.js";
import { change, consented, CONSENT_VERSION, load, onChange, type Health, type Settings } from "../settings.js";
import { PAGES } from "../routes.js";
import type { TextKey } from "../texts.js";
import { allWords } from "../words.js";
import { entryForm, offerShops } from "./entry.js";
import { download, saveShapes, showReading } from "./reading.js";
import { showRecords } from "./records.js";

const RECORDING_MS = 3 * 60_000;

const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

let t: Translate<TextKey> = translator(allWords("zh"));
let settings: Settings;

function say(id: string, key: TextKey | null, params?: Params): void {
  const output = find<HTMLOutputElement>(id);
  output.textContent = key === null ? "" : t(key, params);
  output.classList.toggle("bad", key !== null && key.startsWith("e_"));
}

const failed = (id: string, why: Failure, detail?: string): void =>
  say(id, `e_${why === "conflict" ? "refused" : why}`, { server: input("server").value, detail: detail ?? "" });

function show(now: { settings: Settings; health: Health }): void {
  settings = now.settings;
  const lang = langOf(settings.lang, navigator.language);
  t = translator(allWords(lang));
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll<HTMLElement>("[data-t]")) element.textContent = t(element.dataset["t"] as TextKey);

  const agreed = consented(settings);
  find("agree").hidden = agreed;
  find("agreed").hidden = !agreed;
  find("agreed-text").textContent = t("o_agreed", { at: settings.consent ? new Date(settings.consent.at).toLocaleString(lang) : "" });
  find("paired").textContent = settings.paired && !now.health.revoked ? t("o_paired", { server: settings.server }) : t(now.health.revoked ? "e_revoked" : "o_unpaired");
  if (document.activeElement !== input("server")) input("server").value ||= settings.server;
  for (const page of PAGES) input(`page-${page}`).checked = settings.pages[page] !== false;
  input("paused").checked = settings.paused;
  input("review-text").checked = settings.review_text;
  find("recording").hidden = settings.recording < Date.now();
  offerShops(settings);
  find<HTMLSelectElement>("lang").value = settings.lang;
  find("shops").replaceChildren(...(settings.shops.length === 0 ? [h("li", { class: "soft" }, t("o_no_shops"))] : settings.shops.map(({ id, name }) =>
    h("li", {}, `${name ?? ""} ${id}`.trim(), h("button", { class: "quiet", type: "button", on: { click: () => void change({ shops: settings.shops.filter((shop) => shop.id !== id) }) } }, t("o_remove"))))));

  const { queued, set_aside, dropped } = now.health;
  find("queue").textContent = t("o_queue", { n: queued });
  find("aside").hidden = find("retry-aside").hidden = set_aside === 0;
  find("aside").textContent = t("o_aside", { n: set_aside });
  find("dropped").hidden = dropped.batches === 0;
  find("dropped").textContent = t("o_dropped", { batches: dropped.batches, records: dropped.records, since: dropped.since ?? "" });
  void showRecords(t);
  void showReading(t);
}

find("agree").addEventListener("click", () => void change({ consent: { version: CONSENT_VERSION, at: new Date().toISOString() } }));
find("withdraw").addEventListener("click", () => void change({ consent: null }));

find("pair-form").addEventListener("submit", (event) => {
  event.preventDefault();
  say("pair-result", null);
  void (async () => {
    const reply = await ask({ ask: "pair", server: input("server").value, code: input("code").value, name: navigator.userAgent.includes("Firefox") ? "Firefox" : "Chromium" });
    if (!reply) return;
    if (!reply.ok) return failed("pair-result", reply.why, reply.detail);
    input("code").value = "";
    say("pair-result", "o_done");
  })();
});

find("shop-form").addEventListener("submit", (event) => {
  event.preventDefault();
  say("shop-result", null);
  void (async () => {
    const reply = await ask({ ask: "bind", shop: { id: input("shop-id").value.trim(), name: input("shop-name").value.trim() || null } });
    if (!reply) return;
    if (!reply.ok) return failed("shop-result", reply.why, reply.detail);
    input("shop-id").value = input("shop-name").value = "";
    say("shop-result", "o_done");
  })();
});

find("pages").append(...PAGES.map((page) => h("label", { class: "check" }, h("input", { type: "checkbox", id: `page-${page}` }), h("span", { "data-t": `page_${page}` }))));
for (const page of PAGES) {
  input(`page-${page}`).addEventListener("change", () => void change({ pages: { ...settings.pages, [page]: input(`page-${page}`).checked } }));
}
input("paused").addEventListener("change", () => void change({ paused: input("paused").checked }));
find("lang").addEventListener("change", () => void change({ lang: find<HTMLSelectElement>("lang").value as Settings["lang"] }));
input("review-text").addEventListener("change", () => void change({ review_text: input("review-text").checked }));
entryForm(say, failed);
find("specs-renew").addEventListener("click", () => void showReading(t, true));
find("record").addEventListener("click", () => void change({ recording: Date.now() + RECORDING_MS }));
find("shapes-save").addEventListener("click", () => void saveShapes());
find("flush").addEventListener("click", () => void ask({ ask: "flush" }));
find("retry-aside").addEventListener("click", () => void ask({ ask: "retry-set-aside" }));

find("export").addEventListener("click", () => void (async () => {
  const reply = await ask({ ask: "export" });
  if (!reply?.ok) return;
  download("koubei-extension.json", reply.file);
})());
find("wipe").addEventListener("click", () => {
  if (confirm(t("o_wipe_ask"))) void ask({ ask: "wipe" }).then(() => location.reload());
});

onChange(show);
void load().then(show);
