import type { Overlay, PackSummary, Preferences, WhatIf } from "./api-contract.js";
import type { Shape } from "./bridge.js";
import type { Lang, Words } from "./i18n.js";
import type { Drawn } from "./overlay/drawing.js";
import type { Drift, Outcome, Rec } from "./project.js";
import type { Page } from "./pages.js";
import type { Shop } from "./identity.js";
import type { Verdict } from "./probe.js";
import type { Part, Parts } from "./parts.js";
import type { PeopleAnswers, PeopleAsk } from "./people.js";
import type { InForce } from "./specs.js";

/** What a merchant says of an action. */
export const ACTION_ANSWERS = ["done", "snoozed", "dismissed"] as const;
/** An answer taken back leaves it open. */
export const ACTION_STATES = ["open", ...ACTION_ANSWERS] as const;
export type ActionState = (typeof ACTION_STATES)[number];
export type ActionAnswer = (typeof ACTION_ANSWERS)[number];

/** What content scripts and the extension's own pages ask of the service worker. */
export type ContentAsk =
  | { ask: "ingest"; key: string; at: number; spec: string; shop: string; records: Rec[] }
  | { ask: "overlay"; page: Page; shop: string; ids: string[] }
  | { ask: "bind"; shop: Shop }
  | { ask: "named"; shop: Shop | null }
  | { ask: "whose" }
  | { ask: "action"; shop: string; id: string; state: ActionState; etag: string | null }
  | { ask: "unread"; spec: string; outcome: Outcome | "silent"; drift: Drift | null }
  | { ask: "shape"; shape: Shape }
  | { ask: "words"; lang: Lang }
  | { ask: "collapse"; collapsed: boolean }
  | { ask: "options" };
export type PageAsk =
  | PeopleAsk
  | { ask: "pair"; server: string; code: string; name: string }
  | { ask: "flush" }
  | { ask: "retry-set-aside" }
  | { ask: "enter"; shop: Shop; records: Rec[] }
  | { ask: "specs"; renew: boolean }
  | { ask: "test"; server: string }
  | { ask: "preferences"; shop: string }
  | { ask: "prefer"; shop: string; preferences: Preferences; etag: string }
  | { ask: "packs" }
  | { ask: "adopt" }
  | { ask: "log" }
  | { ask: "part"; shop: string; part: Part; query: Record<string, string> }
  | { ask: "push"; shop: string; positions: Record<string, number> }
  | { ask: "export" }
  | { ask: "export-server"; shop: string }
  | { ask: "erase"; shop: string }
  | { ask: "withdraw" }
  | { ask: "wipe" };

/** What the panel asks the page in front: whose it is. The answer is a subject's id, or null. */
export const WHO = "koubei who";

/** Why nothing came back, in words the overlay has a text for. */
export type Failure = "away" | "revoked" | "refused" | "shut" | "not_bound" | "bad_code" | "bad_server" | "conflict" | "full" | "reads_only" | "busy" | "fault" | "not_owner" | "last_owner" | "has_role" | "gone";
export interface No { ok: false; why: Failure; detail?: string }
export const no = (why: Failure, detail?: string): No => ({ ok: false, why, ...(detail ? { detail } : {}) });
export type Reply<T> = ({ ok: true } & T) | No;

/** Who answers some of the messages in the service worker. */
export type Desk<Asked extends ContentAsk | PageAsk> = { [M in Asked as M["ask"]]: (message: M, sender: chrome.runtime.MessageSender) => Promise<Reply<Answers[M["ask"]]>> };

export interface LogEntry { n?: number; at: string; method: string; url: string; status: number | null; body: string | null }
export interface SetAside { key: string; at: string; status: number; reason: string; body: string }
export interface Unread { spec: string; outcome: string; at: string; drift: Drift | null }
/** The shape of one answer as it may be sent to somebody: no values, and which version of which spec it was recorded under. */
export interface RecordedShape extends Shape { at: string; version: number | null }
export interface SpecState { id: string; version: number; grade: string; page: Page; newer: boolean }
/** When a spec last brought records that were kept. */
export interface LastRead { at: string; records: number }
/** Where the service worker leaves an export of the server for the page that asked: a message has a limit, this has not. */
export const exportKey = (shop: string): string => `export ${shop}`;
/** What was thrown away before it was sent. */
export interface Emptied { batches: number; records: number }

/**
 * What became of this browser's token when everything here was deleted: it was revoked on the server, was void already, the
 * server could not be reached or would not, or there was none. `device` is the name it goes by there.
 */
export interface Wiped { token: "revoked" | "void" | "left" | "none"; server: string; device: string | null }

export interface Answers extends PeopleAnswers {
  ingest: { queued: number };
  overlay: { overlay: Overlay; drawn: Drawn };
  bind: object;
  named: object;
  whose: { shop: Shop | null };
  action: object;
  unread: object;
  shape: object;
  words: { words: Words; sheet: string };
  collapse: object;
  options: object;
  pair: object;
  flush: { queued: number };
  "retry-set-aside": { queued: number };
  enter: { queued: number };
  specs: { specs: SpecState[]; checked_at: string | null; off: InForce["off"]; refused: InForce["refused"] };
  test: { verdict: Verdict; ms: number; detail: string };
  preferences: { preferences: Preferences; etag: string };
  prefer: { preferences: Preferences; etag: string };
  packs: { packs: PackSummary[] };
  /** How many shops and creators of the server were new here. */
  adopt: { added: number };
  log: { entries: LogEntry[]; set_aside: SetAside[]; unread: Unread[]; shapes: RecordedShape[]; reads: Record<string, LastRead> };
  part: { answer: Parts[Part] };
  push: { answer: WhatIf };
  export: { file: string };
  "export-server": object;
  erase: Emptied;
  withdraw: Emptied;
  wipe: Wiped;
}

const TRIES_MS = [200, 1_000, 3_000];

/**
 * Null when the extension was updated or removed under this page. A worker that dies over a message is asked again: every
 * question may be asked twice, an ingest because its key is made here.
 */
export async function ask<M extends ContentAsk | PageAsk>(message: M): Promise<Reply<Answers[M["ask"]]> | null> {
  for (const wait of [...TRIES_MS, null]) {
    if (!chrome.runtime?.id) return null;
    try {
      const reply = (await chrome.runtime.sendMessage(message)) as Reply<Answers[M["ask"]]> | undefined;
      if (reply !== undefined) return reply;
    } catch { /* the worker went away before it answered */ }
    if (wait !== null) await new Promise((go) => setTimeout(go, wait));
  }
  return chrome.runtime?.id ? { ok: false, why: "shut" } : null;
}
