import type { Page } from "./pages.js";

/** What the merchant has chosen. Lives in storage.local, where content scripts may read it; the token does not (store.ts). */
export interface Settings {
  consent: { version: number; at: string } | null;
  pages: Record<Page, boolean>;
  paused: boolean;
  lang: "auto" | "zh" | "en";
  server: string;
  shops: { id: string; name: string | null }[];
  paired: boolean;
  collapsed: boolean;
}

/** Raised whenever the consent text changes in substance: an older yes does not count. */
export const CONSENT_VERSION = 1;

export const DEFAULTS: Settings = {
  consent: null,
  pages: { orders: true, score: true },
  paused: false,
  lang: "auto",
  server: "http://127.0.0.1:8787",
  shops: [],
  paired: false,
  collapsed: false,
};

/** What the service worker last found out; shown by every page, written by the worker alone. */
export interface Health {
  queued: number;
  /** RFC 3339 of the first failure in a row; null while the server answers. */
  away_since: string | null;
  revoked: boolean;
  set_aside: number;
  dropped: { batches: number; records: number; since: string | null };
}

export const HEALTHY: Health = { queued: 0, away_since: null, revoked: false, set_aside: 0, dropped: { batches: 0, records: 0, since: null } };

export const consented = (settings: Settings): boolean => settings.consent?.version === CONSENT_VERSION;
/** Whether a page may be looked at. */
export const watching = (settings: Settings, page: Page): boolean => consented(settings) && settings.paired && !settings.paused && settings.pages[page];

export async function load(): Promise<{ settings: Settings; health: Health }> {
  const stored = await chrome.storage.local.get(["settings", "health"]);
  return { settings: merge(stored["settings"]), health: { ...HEALTHY, ...(stored["health"] as Partial<Health> | undefined) } };
}

function merge(stored: unknown): Settings {
  const given = (stored ?? {}) as Partial<Settings>;
  return { ...DEFAULTS, ...given, pages: { ...DEFAULTS.pages, ...given.pages } };
}

export async function change(patch: Partial<Settings>): Promise<Settings> {
  const { settings } = await load();
  const next = { ...settings, ...patch };
  await chrome.storage.local.set({ settings: next });
  return next;
}

export async function saveHealth(health: Health): Promise<void> {
  await chrome.storage.local.set({ health });
}

export function onChange(listener: (what: { settings: Settings; health: Health }) => void): () => void {
  const heard = (_: unknown, area: string): void => { if (area === "local" && chrome.runtime?.id) void load().then(listener, () => undefined); };
  chrome.storage.onChanged.addListener(heard);
  return () => { if (chrome.runtime?.id) chrome.storage.onChanged.removeListener(heard); };
}

/** Plain http only to this very machine; everything else must be https. Null when it is no address we would send to. */
export function serverAddress(text: string): string | null {
  try {
    const url = new URL(text.trim());
    const local = url.hostname === "127.0.0.1" || url.hostname === "localhost" || url.hostname === "[::1]";
    if (url.username || url.password || (url.protocol !== "https:" && !(url.protocol === "http:" && local))) return null;
    return url.origin;
  } catch {
    return null;
  }
}
