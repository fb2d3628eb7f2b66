import type { Verdict, Shop } from "./identity.js";
import type { Failure } from "./messages.js";
import type { Notice } from "./overlay/panel.js";
import type { Outcome } from "./project.js";
import { consented, type Health, type Settings } from "./settings.js";
import type { Page } from "./pages.js";
import type { PageTextKey } from "./texts.js";

export interface Situation {
  settings: Settings;
  health: Health;
  page: Page;
  verdict: Verdict;
  shop: Shop | null;
  /** Of the last answer of each spec of this page; empty before the first. */
  outcomes: readonly (Outcome | "silent")[];
  /** Why the last question to the server had no answer. */
  failure: { why: Failure; detail?: string | undefined } | null;
  unplaced: boolean;
}

const UNREAD: readonly (Outcome | "silent")[] = ["logged_out", "changed", "truncated", "page_error", "silent"];

/** What the merchant should know, the most fundamental first. The page's troubles and the server's are never one message. */
export function notices({ settings, health, page, verdict, shop, outcomes, failure, unplaced }: Situation): Notice[] {
  const params = shop ? { name: shop.name ?? "?", id: shop.id } : {};
  const stop = (kind: string): Notice => ({ kind, grade: "stop", short: `s_${kind}` as PageTextKey, long: `m_${kind}` as PageTextKey, params });
  if (!consented(settings)) return [stop("no_consent")];
  if (!settings.paired) return [stop("not_paired")];
  if (settings.paused) return [{ ...stop("paused"), grade: "warn" }];
  if (!settings.pages[page]) return [{ ...stop("page_off"), grade: "warn" }];

  const list: Notice[] = [];
  const unread = UNREAD.find((outcome) => outcomes.includes(outcome));
  if (unread) list.push({ ...stop("unread"), short: "s_changed", long: `m_${unread}` as PageTextKey });
  if (verdict === "other") list.push(stop("other_shop"));
  else if (verdict === "ask") list.push({ ...stop("ask_bind"), grade: "warn" });
  else if (verdict === "unknown" && outcomes.some((outcome) => outcome === "ok")) list.push(stop("shop_unknown"));
  if (health.revoked) list.push({ ...stop("revoked"), params: { n: health.queued } });
  else if (health.away_since !== null) list.push({ kind: "away", grade: "warn", short: "s_away", long: "m_away", params: { n: health.queued } });
  else if (failure?.why === "refused") list.push({ kind: "refused", grade: "warn", short: "s_refused", long: "m_refused", params: { detail: failure.detail ?? "" } });
  if (unplaced) list.push({ kind: "unplaced", grade: "warn", short: "s_changed", long: "m_unplaced" });
  if (list.length > 0) return list;
  return outcomes.length === 0
    ? [{ kind: "waiting", grade: "ok", short: "s_waiting", long: "m_waiting" }]
    : [{ kind: "ok", grade: "ok", short: "s_waiting", long: "m_ok" }];
}
