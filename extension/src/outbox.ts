import type { SetAside } from "./messages.js";
import type { Store } from "./store.js";
import { oneByOne } from "./turns.js";

/** One batch as it will be sent, to the byte: a retry under the same key must carry the same body. */
export interface Parcel { n?: number; key: string; subject: string; body: string; records: number; at: number; faults?: number }

/** What one attempt to send told us. `later` carries Retry-After in ms where the server named it; `fault`: it broke on this very batch. */
export type Sent =
  | { is: "taken" }
  | { is: "poison"; status: number; reason: string }
  | { is: "revoked" }
  | { is: "refused" }
  | { is: "later"; afterMs: number | null; fault?: true };

export interface OutboxState {
  queued: number;
  set_aside: number;
  away_since: number | null;
  revoked: boolean;
  dropped: { batches: number; records: number; since: number | null };
}

/** `next_at` is our own wait, which news of the server may cut short; `held_until` is the server's Retry-After, which nothing may. */
interface Pace { attempts: number; next_at: number; held_until: number; away_since: number | null; revoked: boolean; dropped: OutboxState["dropped"] }
const REST: Pace = { attempts: 0, next_at: 0, held_until: 0, away_since: null, revoked: false, dropped: { batches: 0, records: 0, since: null } };

const REMEMBERED_KEYS = 200;
export const LIMITS = { batches: 1000, ageMs: 7 * 86_400_000, aside: 100, faults: 5, firstRetryMs: 5_000, longestRetryMs: 15 * 60_000 };

const sum = (parcels: readonly Parcel[]): number => parcels.reduce((all, { records }) => all + records, 0);

export interface Outfit {
  store: Store;
  send: (parcel: Parcel) => Promise<Sent>;
  now: () => number;
  /** 0..1, spreads retries. */
  jitter: () => number;
  limits?: Partial<typeof LIMITS>;
}

/** Keeps batches until the server has answered for them. Everything it knows is on disk: the worker may die at any line. */
export class Outbox {
  #flying: Promise<void> | null = null;
  #again = false;
  /** How often the queue was emptied: what was on its way then must not come back into it. */
  #emptied = 0;
  readonly #limits: typeof LIMITS;
  /** So that no change overwrites what another has just learned. */
  readonly #inTurn = oneByOne();

  constructor(private readonly outfit: Outfit) {
    this.#limits = { ...LIMITS, ...outfit.limits };
  }

  /** Takes a batch once: a page that had no answer asks again under the same key, and may have read more by then. */
  async add(parcel: Omit<Parcel, "n" | "at">): Promise<void> {
    const keys = (await this.outfit.store.get<string[]>("kv", "keys")) ?? [];
    if (keys.includes(parcel.key)) return;
    await this.outfit.store.put("outbox", { ...parcel, at: this.outfit.now() } satisfies Parcel);
    await this.outfit.store.put("kv", [...keys, parcel.key].slice(-REMEMBERED_KEYS), "keys");
    await this.#dropOldest();
  }

  /** Sends what waits, oldest first, one at a time; `force` cuts our own wait short. Calls that come while one is running join it; nothing is sent twice at once. */
  flush(force = false): Promise<void> {
    this.#again = true;
    return (this.#flying ??= this.#run(force).finally(() => { this.#flying = null; }));
  }

  async state(): Promise<OutboxState> {
    const [pace, queued, set_aside] = await Promise.all([this.#pace(), this.outfit.store.count("outbox"), this.outfit.store.count("aside")]);
    return { queued, set_aside, away_since: pace.away_since, revoked: pace.revoked, dropped: pace.dropped };
  }

  /** A new token or server address: forget what the old one said. */
  freshStart(): Promise<void> {
    return this.#update(({ dropped }) => ({ ...REST, dropped }));
  }

  /**
   * Any other call to the server may find out as well that it is away, or that the token no longer counts. A good answer
   * to it says nothing about a batch that was turned away: then true comes back, and a forced flush is worth its while.
   */
  async heard(sent: Sent): Promise<boolean> {
    await this.#update((pace) => {
      if (sent.is === "revoked") return { ...pace, revoked: true };
      if (sent.is === "later") return pace.away_since === null ? { ...pace, away_since: this.outfit.now() } : pace;
      return pace.attempts === 0 && pace.away_since !== null ? { ...pace, away_since: null } : pace;
    });
    return sent.is !== "revoked" && sent.is !== "later" && (await this.#pace()).attempts > 0;
  }

  /** Throws away what waits and what was set aside, of one subject or of all, and says how much that was. */
  async empty(subject?: string): Promise<{ batches: number; records: number }> {
    const { store } = this.outfit;
    this.#emptied++;
    const ours = (parcel: Parcel): boolean => subject === undefined || parcel.subject === subject;
    const waiting = (await store.all<Parcel>("outbox")).filter(ours);
    const aside = (await store.all<SetAside & { parcel: Parcel }>("aside")).filter(({ parcel }) => ours(parcel));
    for (const { n } of waiting) if (n !== undefined) await store.remove("outbox", n);
    for (const { key } of aside) await store.remove("aside", key);
    const gone = [...waiting, ...aside.map(({ parcel }) => parcel)];
    return { batches: gone.length, records: sum(gone) };
  }

  /** Batches that were read but never reached the queue: they count with those it dropped. */
  countLost({ batches, records }: { batches: number; records: number }): Promise<void> {
    return this.#update((pace) => ({
      ...pace,
      dropped: { batches: pace.dropped.batches + batches, records: pace.dropped.records + records, since: pace.dropped.since ?? this.outfit.now() },
    }));
  }

  /** Puts what was set aside back in the queue, under the same keys. */
  async retryAside(): Promise<void> {
    for (const aside of await this.outfit.store.all<SetAside & { parcel: Parcel }>("aside")) {
      const { n: _, ...parcel } = aside.parcel;
      await this.outfit.store.put("outbox", { ...parcel, at: this.outfit.now() });
      await this.outfit.store.remove("aside", aside.key);
    }
  }

  async #run(force: boolean): Promise<void> {
    let forced = force;
    while (this.#again) {
      this.#again = false;
      await this.#sendAll(forced);
      forced = false;
    }
  }

  async #sendAll(force: boolean): Promise<void> {
    const { store, now, send } = this.outfit;
    const pace = await this.#pace();
    if (pace.revoked || pace.held_until > now() || (!force && pace.next_at > now())) return;
    const refused = new Set<string>();
    let after = 0;
    for (;;) {
      const [parcel] = (await store.within("outbox", "readonly", (os) => os.getAll(IDBKeyRange.lowerBound(after, true), 1))) as Parcel[];
      if (parcel?.n === undefined) return;
      after = parcel.n;
      if (refused.has(parcel.subject)) continue;
      const before = this.#emptied;
      const sent = await send(parcel);
      await this.#note(sent);
      if (sent.is === "taken") await store.remove("outbox", parcel.n);
      else if (sent.is === "revoked" || (sent.is === "later" && !sent.fault)) return;
      else if (before !== this.#emptied && (await store.get("outbox", parcel.n)) === undefined) continue;
      else if (sent.is === "poison") await this.#setAside(parcel, sent);
      else if (sent.is === "refused") refused.add(parcel.subject);
      else if (!(await this.#tooManyFaults(parcel))) return;
    }
  }

  async #note(sent: Sent): Promise<void> {
    if (sent.is === "revoked") await this.heard(sent);
    else if (sent.is === "later") await this.#update((pace) => this.#slower(pace, sent.afterMs));
    else await this.#update((pace) => (pace.away_since === null && pace.attempts === 0 ? pace : { ...pace, attempts: 0, next_at: 0, held_until: 0, away_since: null }));
  }

  #slower(pace: Pace, afterMs: number | null): Pace {
    const now = this.outfit.now();
    const wait = Math.min(this.#limits.longestRetryMs, this.#limits.firstRetryMs * 2 ** Math.min(pace.attempts, 20));
    return {
      ...pace,
      attempts: pace.attempts + 1,
      next_at: now + wait * (0.75 + this.outfit.jitter() / 2),
      held_until: afterMs === null ? 0 : now + afterMs,
      away_since: pace.away_since ?? now,
    };
  }

  /** A batch on which the server breaks again and again must not hold up the others for ever. */
  async #tooManyFaults(parcel: Parcel): Promise<boolean> {
    const faults = (parcel.faults ?? 0) + 1;
    if (faults >= this.#limits.faults) await this.#setAside(parcel, { status: 500, reason: `${faults} × 500` });
    else await this.outfit.store.put("outbox", { ...parcel, faults });
    return faults >= this.#limits.faults;
  }

  async #setAside(parcel: Parcel, { status, reason }: { status: number; reason: string }): Promise<void> {
    const { store, now } = this.outfit;
    if (parcel.n === undefined) return;
    await store.put("aside", { key: parcel.key, at: new Date(now()).toISOString(), status, reason, body: parcel.body, parcel });
    await store.remove("outbox", parcel.n);
    const over = (await store.all<SetAside & { parcel: Parcel }>("aside")).sort((a, b) => a.parcel.at - b.parcel.at).slice(0, -this.#limits.aside);
    for (const old of over) {
      await store.remove("aside", old.key);
      await this.#countDropped([old.parcel]);
    }
  }

  async #dropOldest(): Promise<void> {
    const { store, now } = this.outfit;
    const queued = await store.count("outbox");
    const [oldest] = await store.all<Parcel>("outbox", 1);
    if (queued <= this.#limits.batches && (oldest === undefined || oldest.at > now() - this.#limits.ageMs)) return;
    const all = await store.all<Parcel>("outbox");
    const drop = all.filter((parcel, index) => index < all.length - this.#limits.batches || parcel.at <= now() - this.#limits.ageMs);
    for (const parcel of drop) if (parcel.n !== undefined) await store.remove("outbox", parcel.n);
    await this.#countDropped(drop);
  }

  #countDropped(parcels: Parcel[]): Promise<void> {
    return this.countLost({ batches: parcels.length, records: sum(parcels) });
  }

  async #pace(): Promise<Pace> {
    return { ...REST, ...(await this.outfit.store.get<Pace>("kv", "pace")) };
  }

  #update(change: (pace: Pace) => Pace): Promise<void> {
    return this.#inTurn(async () => {
      const before = await this.#pace();
      const after = change(before);
      if (after !== before) await this.outfit.store.put("kv", after, "pace");
    });
  }
}
