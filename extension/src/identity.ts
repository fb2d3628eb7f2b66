/** A shop, or a creator where it says so. */
export interface Shop { id: string; name: string | null; type?: "creator" }

/** `ask`: no shop is bound yet, so the merchant may bind this one. `other`: somebody else's login, nothing is kept. */
export type Verdict = "ok" | "unknown" | "ask" | "other";

export function judge(seen: Shop | null, bound: readonly Shop[]): Verdict {
  if (!seen) return "unknown";
  if (bound.some((shop) => shop.id === seen.id)) return "ok";
  return bound.length === 0 ? "ask" : "other";
}

interface Held<T> { item: T; at: number }

/**
 * Which shop this document belongs to, and what was read before that was known. Nothing leaves it but for a bound shop.
 * What was held is dropped when the login ends or turns out to be another's, and when it grows old.
 */
export class Doorkeeper<T> {
  #held: Held<T>[] = [];
  seen: Shop | null = null;

  constructor(private readonly most = 20, private readonly longestMs = 5 * 60_000) {}

  /** Takes one item and the shop its answer named, if any; returns what may go on now, oldest first. */
  admit(item: T | null, shop: Shop | null, bound: readonly Shop[], nowMs: number): { verdict: Verdict; pass: T[] } {
    if (shop && this.seen && shop.id !== this.seen.id) this.#held = [];
    if (shop) this.seen = { ...shop, name: shop.name ?? (this.seen?.id === shop.id ? this.seen.name : null) };
    const verdict = judge(this.seen, bound);
    if (item !== null) this.#held.push({ item, at: nowMs });
    const kept = verdict === "other" ? [] : this.#held.slice(-this.most).filter(({ at }) => nowMs - at <= this.longestMs);
    this.#held = verdict === "ok" ? [] : kept;
    return { verdict, pass: verdict === "ok" ? kept.map(({ item: each }) => each) : [] };
  }

  /** The login ended: whoever comes next must be seen anew. */
  forget(): void {
    this.seen = null;
    this.#held = [];
  }
}
