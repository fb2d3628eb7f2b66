import type { Page, Routes } from "./pages.js";
import type { CaptureSpec } from "./spec.js";

/** What the merchant has chosen. Lives in storage.local, where content scripts may read it; the token does not (store.ts). */
export interface Settings {
  consent: { version: number; at: string } | null;
  /** A page that is not named is on. */
  pages: Partial<Record<Page, boolean>>;
  paused: boolean;
  /** When a pause for a while ends (epoch ms); 0 for one that lasts until somebody ends it. */
  paused_until: number;
  /** What had not been sent yet when consent was last withdrawn, and went with it. */
  withdrawn: { at: string; version: number; batches: number; records: number } | null;
  lang: "auto" | "zh" | "en";
  server: string;
  shops: { id: string; name: string | null; type?: "creator" }[];
  paired: boolean;
  /** The member whose browser this is may look and not change: nothing is sent. */
  reads_only: boolean;
  collapsed: boolean;
  /** Whether a review's own words may be read; scrubbed of contact data even then. */
  review_text: boolean;
  /** Until when (epoch ms) the shapes of the pages' answers are recorded, without values. */
  recording: number;
}

/** Raised whenever the consent text changes in substance: an older yes does not count. */
export const CONSENT_VERSION = 2;

export const DEFAULTS: Settings = {
  consent: null,
  pages: {},
  paused: false,
  paused_until: 0,
  withdrawn: null,
  lang: "auto",
  server: "http://127.0.0.1:8787",
  shops: [],
  paired: false,
  reads_only: false,
  collapsed: false,
  review_text: false,
  recording: 0,
};

/** What the service worker last found out; shown by every page, written by the worker alone. */
export interface Health {
  queued: number;
  /** RFC 3339 of the first failure in a row; null while the server answers. */
  away_since: string | null;
  revoked: boolean;
  set_aside: number;
  dropped: { batches: number; records: number; since: string | null };
  /** The record formats that the server lists, where ours is not among them: then everything waits. */
  formats: string[] | null;
  /** What was read and could not be kept, the browser's storage being full; null while there is room. */
  full: { since: string; batches: number; records: number } | null;
}

export const HEALTHY: Health = { queued: 0, away_since: null, revoked: false, set_aside: 0, formats: null, full: null, dropped: { batches: 0, records: 0, since: null } };

export const consented = (settings: Settings): boolean => settings.consent?.version === CONSENT_VERSION;
/** Agreed to, and there is a server to ask. */
export const connected = (settings: Settings): boolean => consented(settings) && settings.paired;

/** Nothing is read, sent or asked for by itself otherwise. */
export const running = (settings: Settings): boolean => connected(settings) && !settings.paused;

/** Whether a page may be looked at. */
export const watching = (settings: Settings, page: Page): boolean => running(settings) && settings.pages[page] !== false;

export interface Stored {
  settings: Settings;
  health: Health;
  /** The specs in force, the routes and rows of pages, and the key of the pseudonyms, as the service worker put them there. */
  capture: { specs: CaptureSpec[]; routes: Routes; rowKinds: Partial<Record<Page, string>>; salt: string };
}

type Values = Record<string, unknown>;

function storedOf({ settings, health, capture }: Values): Stored {
  return {
    settings: merge(settings),
    health: { ...HEALTHY, ...(health as Partial<Health> | undefined) },
    capture: (capture as Stored["capture"] | undefined) ?? { specs: [], routes: {}, rowKinds: {}, salt: "" },
  };
}

export const load = async (): Promise<Stored> => storedOf(await chrome.storage.local.get(["settings", "health", "capture"]));

/** Without the specs, which are most of what is stored. */
export const loadSettings = async (): Promise<Settings> => merge((await chrome.storage.local.get("settings"))["settings"]);

/** Whether this browser reads the pages of that shop or creator. */
export const bound = async (shop: string): Promise<boolean> => (await loadSettings()).shops.some(({ id }) => id === shop);

function merge(stored: unknown): Settings {
  const given = (stored ?? {}) as Partial<Settings>;
  return { ...DEFAULTS, ...given };
}

/** Of the extension's own pages and its service worker, one after the other: none overwrites what another has just set. */
export async function change(patch: Partial<Settings> | ((settings: Settings) => Partial<Settings>)): Promise<Settings> {
  return await navigator.locks.request("settings", async () => {
    const settings = await loadSettings();
    const next = { ...settings, ...(typeof patch === "function" ? patch(settings) : patch) };
    await chrome.storage.local.set({ settings: next });
    return next;
  });
}

export async function saveHealth(health: Health): Promise<void> {
  await chrome.storage.local.set({ health });
}

/** All is read once; after that a change brings what has changed, and nothing is read again. */
export function onChange(listener: (what: Stored) => void): () => void {
  let known: Promise<Stored> | null = null;
  const heard = (changes: Record<string, chrome.storage.StorageChange>, area: string): void => {
    if (area !== "local" || !chrome.runtime?.id) return;
    const now = Object.fromEntries(Object.entries(changes).map(([key, { newValue }]) => [key, newValue]));
    known = known ? known.then((before) => storedOf({ ...before, ...now })) : load();
    void known.then(listener, () => { known = null; });
  };
  chrome.storage.onChanged.addListener(heard);
  return () => { if (chrome.runtime?.id) chrome.storage.onChanged.removeListener(heard); };
}

/** A pause for a while is over once its time has come. */
export async function endPause(): Promise<void> {
  const over = ({ paused, paused_until }: Settings): boolean => paused && paused_until > 0 && paused_until <= Date.now();
  if (over(await loadSettings())) await change((settings) => (over(settings) ? { paused: false, paused_until: 0 } : {}));
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
