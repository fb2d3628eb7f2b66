import type { Params } from "../i18n.js";
import type { Shop } from "../identity.js";
import { consented, type Health, type Settings } from "../settings.js";
import type { TextKey } from "../texts.js";

/**
 * How things stand between this browser and the server. `readable`: a score may be on show; `asks`: the server is asked.
 * `help`: what the merchant can do about it here.
 */
export interface Standing { kind: string; text: TextKey | null; params: Params; readable: boolean; asks: boolean; help: "settings" | "resume" | null }

/** The most fundamental first. */
export function standing(settings: Settings, health: Health, shop: Shop | null): Standing {
  const n = health.queued;
  const say = (kind: string, text: TextKey | null, more: Partial<Standing> = {}): Standing => ({ kind, text, params: { n }, readable: false, asks: false, help: null, ...more });
  if (!consented(settings)) return say("no_consent", "m_no_consent", { help: "settings" });
  if (!settings.paired) return say("not_paired", "m_not_paired", { help: "settings" });
  if (!shop) return say("no_subject", "p_no_subject", { help: "settings" });
  if (settings.paused) return say("paused", "p_paused", { readable: true, help: "resume" });
  if (health.revoked) return say("revoked", "p_revoked", { readable: true, help: "settings" });
  if (health.formats) return say("unfit", "m_unfit", { readable: true, asks: true, params: { n, formats: health.formats.join("、") || "—" } });
  if (health.full) return say("full", "m_full", { readable: true, asks: true, params: { n: health.full.records } });
  if (health.away_since !== null) return say("away", "p_away", { readable: true, asks: true, params: { n, server: settings.server } });
  return say("ok", null, { readable: true, asks: true });
}
