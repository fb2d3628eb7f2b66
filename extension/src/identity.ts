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
    if (verdict === "other") {
      this.#held = [];
      return { verdict, pass: [] };
    }
    if (item !== null) this.#held = [...this.#held, { item, at: nowMs }].slice(-this.most);
    this.#held = this.#held.filter(({ at }) => nowMs - at <= this.longestMs);
    if (verdict !== "ok") return { verdict, pass: [] };
    const pass = this.#held.map(({ item: each }) => each);
    this.#held = [];
    return { verdict, pass };
  }

  /** The login ended: whoever comes next must be seen anew. */
  forget(): void {
    this.seen = null;
    this.#held = [];
  }
}
