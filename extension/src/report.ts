import type { Answers, LogEntry } from "./messages.js";
import type { Health, Settings } from "./settings.js";

/**
 * What somebody else needs to find a fault, and nothing that tells whose it is: built field by field from what is known to
 * be harmless, and every text that came from elsewhere is masked.
 */
export interface Facts {
  extension: string;
  browser: string;
  settings: Settings;
  health: Health;
  specs: Pick<Answers["specs"], "specs" | "off" | "refused" | "checked_at">;
  log: Answers["log"];
  test: Answers["test"] | null;
  room: { used: number; of: number } | null;
  now: number;
}

const FORMAT = "koubei.diagnosis/1";
const REPORTED_REQUESTS = 40;
/** The words of the API's own routes; what else stands in a path is somebody's. */
const NOUNS = new Set("|v1|health|ready|subjects|batches|overlay|settings|actions|capture-specs|rule-packs|devices|exports|score|history|forecast|what-if|explanation|drop-outs|orders|at-risk|members|invitations".split("|"));

/** Letters of a problem's sentence stay; numbers that could be an id, tokens, addresses and quoted values do not. */
export function mask(text: string): string {
  return text
    .replace(/\b(?:https?|wss?):\/\/\S+/gi, "<address>")
    .replace(/\S+@\S+/g, "<mail>")
    .replace(/(["'“”‘’`「『])[^"'“”‘’`」』]*["'“”‘’`」』]/g, "<text>")
    .replace(/\b[\w-]*\d[\w-]{7,}\b|\b[\da-z_-]{24,}\b/gi, "<id>")
    .replace(/\d{3,}/g, "<number>")
    .slice(0, 300);
}

/** A path of field names: without the value behind it, and where a list is kept by id, without that. */
const names = (path: string): string => (path.split(":")[0] ?? "").replace(/\d{3,}/g, "<number>");

/** A request as method and route: what stands for a shop or a record in the path is left out, and so is the query. */
export function routeOf({ method, url }: Pick<LogEntry, "method" | "url">): string {
  const [path = ""] = url.replace(/^[a-z]+:\/\/[^/]*/i, "").split(/[?#]/);
  const parts = path.split("/").map((part) => (NOUNS.has(part) ? part : "*"));
  return `${method} ${parts.join("/")}`;
}

/** Where the server is, without saying which it is. */
export function whereIs(server: string): string {
  try {
    const { protocol, hostname } = new URL(server);
    return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) ? `${protocol}//this-computer` : `${protocol}//elsewhere`;
  } catch {
    return "none";
  }
}

export function reportOf({ extension, browser, settings, health, specs, log, test, room, now }: Facts): string {
  const { consent, pages, paused, paused_until, review_text, lang, server, shops, paired } = settings;
  const minutes = (at: string | null): number | null => (at === null ? null : Math.max(0, Math.round((now - Date.parse(at)) / 60_000)));
  const unread = new Map(log.unread.map((each) => [each.spec, each]));
  const requests: Record<string, number> = {};
  for (const entry of log.entries) {
    const key = `${routeOf(entry)} ${entry.status ?? "no answer"}`;
    requests[key] = (requests[key] ?? 0) + 1;
  }
  return JSON.stringify({
    format: FORMAT,
    day: new Date(now).toISOString().slice(0, 10),
    extension, browser,
    settings: { consent: consent?.version ?? null, paused, pause_ends: paused_until > 0, review_text, lang, pages, paired, server: whereIs(server), shops: shops.length, creators: shops.filter(({ type }) => type === "creator").length },
    health: {
      queued: health.queued, set_aside: health.set_aside, revoked: health.revoked, formats: health.formats?.map(mask) ?? null,
      away_minutes: minutes(health.away_since), full: health.full !== null,
      dropped: { batches: health.dropped.batches, records: health.dropped.records },
    },
    test: test && { verdict: test.verdict, ms: test.ms, detail: mask(test.detail) },
    storage: room,
    specs: specs.specs.map(({ id, version, grade, newer }) => {
      const trouble = unread.get(id);
      return {
        id, version, grade, newer,
        read_minutes_ago: minutes(log.reads[id]?.at ?? null), records: log.reads[id]?.records ?? null,
        unread: trouble ? { outcome: trouble.outcome, minutes_ago: minutes(trouble.at), missing: (trouble.drift?.missing ?? []).map(names), wrong: (trouble.drift?.wrong ?? []).map(names), unknown: (trouble.drift?.unknown ?? []).map(names) } : null,
      };
    }),
    specs_off: specs.off, specs_refused: specs.refused.map(({ id, version }) => ({ id: mask(id), version: version ?? null })), specs_checked_minutes_ago: minutes(specs.checked_at),
    set_aside: log.set_aside.map(({ status, reason }) => ({ status, reason: mask(reason) })),
    requests: Object.fromEntries(Object.entries(requests).slice(0, REPORTED_REQUESTS)),
  }, null, 1);
}
