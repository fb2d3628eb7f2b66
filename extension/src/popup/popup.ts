import { langOf, translator } from "../i18n.js";
import { change, consented, load, onChange, type Health, type Settings } from "../settings.js";
import type { TextKey } from "../texts.js";
import { allWords } from "../words.js";

const find = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

function stateOf({ settings, health }: { settings: Settings; health: Health }): TextKey {
  if (!consented(settings)) return "m_no_consent";
  if (!settings.paired) return "m_not_paired";
  if (settings.paused) return "m_paused";
  if (health.revoked) return "m_revoked";
  return health.away_since !== null ? "m_away" : "m_ok";
}

function show(now: { settings: Settings; health: Health }): void {
  const t = translator(allWords(langOf(now.settings.lang, navigator.language)));
  find("title").textContent = t("name");
  find("status").textContent = t(stateOf(now), { n: now.health.queued });
  find("queue").textContent = t("o_queue", { n: now.health.queued });
  find("pause-text").textContent = t("o_pause");
  find("settings").textContent = t("settings");
  (find("paused") as HTMLInputElement).checked = now.settings.paused;
}

find("paused").addEventListener("change", () => void change({ paused: (find("paused") as HTMLInputElement).checked }));
find("settings").addEventListener("click", () => void chrome.runtime.openOptionsPage());
onChange(show);
void load().then(show);
