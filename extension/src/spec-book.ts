import type { Answer } from "./api.js";
import type { Answers } from "./messages.js";
import { ROUTES, ROW_KIND } from "./routes.js";
import type { Stored } from "./settings.js";
import type { CaptureSpec } from "./spec.js";
import { choose, lean, type InForce, type Offer } from "./specs.js";
import type { Store } from "./store.js";
import { oneByOne } from "./turns.js";

const RENEW_MS = 6 * 3_600_000;

interface Kept { etag: string | null; at: number; offer: Offer }

const isOffer = (body: unknown): body is Offer => {
  const { items, disabled } = (body ?? {}) as Partial<Offer>;
  return Array.isArray(items) && Array.isArray(disabled) && disabled.every((id) => typeof id === "string");
};

/** Which specs are in force here: what came with the extension, and what its server said last. Kept by the service worker. */
export class SpecBook {
  #inForce: InForce | null = null;
  /** Two that find no key must not make two. */
  readonly #inTurn = oneByOne();

  constructor(private readonly store: Store) {}

  async find(id: string): Promise<CaptureSpec | undefined> {
    return (await this.#read()).specs.find((spec) => spec.id === id);
  }

  async told(): Promise<Answers["specs"]> {
    const { specs, off, refused, newer } = await this.#read();
    const at = (await this.#kept())?.at;
    return { specs: specs.map(({ id, version, grade, page }) => ({ id, version, grade, page, newer: newer.includes(id) })), off, refused, checked_at: at === undefined ? null : new Date(at).toISOString() };
  }

  /** Asks at most every few hours. Where nothing useful comes back, the last good offer stays. */
  async renew(ask: (etag: string | null) => Promise<Answer | null>, force: boolean): Promise<void> {
    const kept = await this.#kept();
    if (!force && kept && Date.now() - kept.at < RENEW_MS) return;
    const answer = await ask(kept?.etag ?? null);
    if (answer?.status === 304 && kept) return this.#keep({ ...kept, at: Date.now() });
    if (answer?.status !== 200 || !isOffer(answer.body)) return;
    await this.#keep({ etag: answer.etag, at: Date.now(), offer: answer.body });
    this.#inForce = null;
    await this.publish();
  }

  /** Lays the specs, and the key of this browser's pseudonyms, where content scripts read them. */
  publish(): Promise<void> {
    return this.#inTurn(() => this.#publish());
  }

  async #publish(): Promise<void> {
    const { specs } = await this.#read();
    const known = (await chrome.storage.local.get("capture"))["capture"] as Stored["capture"] | undefined;
    const capture: Stored["capture"] = { specs: specs.map(lean), routes: ROUTES, rowKinds: ROW_KIND, salt: known?.salt ?? (crypto.randomUUID() + crypto.randomUUID()) };
    if (JSON.stringify(known) !== JSON.stringify(capture)) await chrome.storage.local.set({ capture });
  }

  async #read(): Promise<InForce> {
    return (this.#inForce ??= choose((await this.#kept())?.offer ?? null));
  }

  #kept(): Promise<Kept | undefined> {
    return this.store.get<Kept>("kv", "capture-specs");
  }

  async #keep(kept: Kept): Promise<void> {
    await this.store.put("kv", kept, "capture-specs");
  }
}
