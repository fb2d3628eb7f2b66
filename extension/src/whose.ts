import type { Shop } from "./identity.js";
import { oneByOne } from "./turns.js";

/** Where a browser keeps what ends with its session. */
export interface Session { get(key: string): Promise<Record<string, unknown>>; set(items: Record<string, unknown>): Promise<void>; remove(key: string): Promise<void> }
interface Sight { backend: string; tab: number; shop: Shop; at: number }

const KEY = "whose";
const LONGEST_MS = 12 * 3_600_000;
const MOST = 100;

/**
 * Which shop a tab of a backend was last seen to be logged in to, for its pages that do not say. Only for showing: nothing is
 * ever stored on the strength of it. One login serves all tabs of a backend, so another shop in one, or a login that ended,
 * makes every tab forget.
 */
export class Whose {
  readonly #inTurn = oneByOne();

  constructor(private readonly session: Session, private readonly now: () => number = Date.now) {}

  /** What a page of this tab has just said; null: the login has ended. */
  note(backend: string, tab: number, shop: Shop | null): Promise<void> {
    return this.#inTurn(async () => {
      const others = (await this.#sights()).filter((sight) => sight.backend !== backend || (shop !== null && sight.shop.id === shop.id && sight.tab !== tab));
      await this.session.set({ [KEY]: [...(shop ? [{ backend, tab, shop, at: this.now() }] : []), ...others].slice(0, MOST) });
    });
  }

  /** Of the first of these tabs that was seen: a tab, then the one that opened it. */
  async of(backend: string, tabs: readonly (number | undefined)[]): Promise<Shop | null> {
    const sights = await this.#inTurn(() => this.#sights());
    const found = tabs.map((tab) => sights.find((sight) => sight.backend === backend && sight.tab === tab)).find(Boolean);
    return found && this.now() - found.at <= LONGEST_MS ? found.shop : null;
  }

  forget(): Promise<void> {
    return this.#inTurn(() => this.session.remove(KEY));
  }

  async #sights(): Promise<Sight[]> {
    return ((await this.session.get(KEY))[KEY] as Sight[] | undefined) ?? [];
  }
}
