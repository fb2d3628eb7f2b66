import type { Verdict, Shop } from "./identity.js";
import type { Params } from "./i18n.js";
import type { Failure } from "./messages.js";
import type { Notice } from "./overlay/panel.js";
import type { Drift, Outcome } from "./project.js";
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
  /** What did not fit, of the last answer that did not. */
  drift: Drift | null;
  /** Why the last question to the server had no answer. */
  failure: { why: Failure; detail?: string | undefined } | null;
  unplaced: boolean;
  /** Whether an answer is to be heard on this very route. */
  expects: boolean;
  /** A page that never says whose it is, in a tab where nothing else has. */
  nameless: boolean;
  /** The page loaded its data while it was not looked at. */
  missed: boolean;
}

const UNREAD: readonly (Outcome | "silent")[] = ["logged_out", "changed", "truncated", "page_error", "silent"];

const MOST_FIELDS = 3;

/** The first fields that did not fit, by their names on the page. */
function fieldsOf(drift: Drift | null): string {
  const fields = drift ? [...drift.missing, ...drift.wrong, ...drift.unknown].map((path) => path.split(":")[0]) : [];
  return fields.slice(0, MOST_FIELDS).join("、") + (fields[MOST_FIELDS] ? "…" : "");
}

/** What the merchant should know, the most fundamental first. The page's troubles and the server's are never one message. */
export function notices({ settings, health, page, verdict, shop, outcomes, drift, failure, unplaced, expects, nameless, missed }: Situation): Notice[] {
  const note = (kind: string, grade: Notice["grade"], params?: Params, long = kind, short = kind): Notice => ({ kind, grade, short: `s_${short}` as PageTextKey, long: `m_${long}` as PageTextKey, ...(params && { params }) });
  if (!consented(settings)) return [note("no_consent", "stop")];
  if (!settings.paired) return [note("not_paired", "stop")];
  if (settings.paused) return [note("paused", "warn")];
  if (settings.pages[page] === false) return [note("page_off", "warn")];

  const n = health.queued;
  const who = shop ? { name: shop.name ?? "?", id: shop.id } : {};
  const unread = UNREAD.find((outcome) => outcomes.includes(outcome));
  const list = [
    missed && outcomes.length === 0 && note("missed", "warn"),
    unread && note("unread", "stop", { fields: fieldsOf(drift) }, unread, "changed"),
    verdict === "other" && note("other_shop", "stop", who),
    verdict === "ask" && note("ask_bind", "warn", who),
    verdict === "unknown" && outcomes.includes("ok") && note("shop_unknown", "stop"),
    nameless && note("shop_unknown", "warn", {}, "whose_unknown"),
    health.full && note("full", "stop", { n: health.full.records }),
    health.formats && note("unfit", "stop", { n, formats: health.formats.join("、") || "—" }),
    health.revoked ? note("revoked", "stop", { n }) : health.away_since !== null ? note("away", "warn", { n }) : failure?.why === "refused" && note("refused", "warn", { detail: failure.detail ?? "" }),
    unplaced && note("unplaced", "warn", {}, "unplaced", "changed"),
  ].filter(Boolean) as Notice[];
  if (list.length > 0) return list;
  return [note(expects && outcomes.length === 0 ? "waiting" : "ok", "ok", {}, undefined, "waiting")];
}
