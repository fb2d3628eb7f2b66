import type { ListedAction, WhatIf } from "../api-contract.js";
import type { Lang, Translate } from "../i18n.js";
import type { Shop } from "../identity.js";
import { ask, type ActionState, type Failure } from "../messages.js";
import type { Part, Parts } from "../parts.js";
import type { TextKey } from "../texts.js";

/** Why a part could not be read; `detail` is the server's sentence. */
export class Unread extends Error {
  constructor(readonly why: Failure, readonly detail = "") {
    super(`${why} ${detail}`);
  }
}

/** What a feature of the panel works with: one subject in one language, until `signal` aborts. `choose` goes to another subject. */
export class Around {
  readonly #read = new Map<string, Promise<Parts[Part]>>();
  readonly #made = new Map<string, unknown>();

  constructor(readonly shop: Shop, readonly lang: Lang, readonly t: Translate<TextKey>, readonly signal: AbortSignal, private readonly changed: () => void, readonly choose: (shop: string) => void) {}

  /** Several features may want the same part: it is asked for once until the next `forget`. */
  read<P extends Part>(part: P, query: Record<string, string> = {}): Promise<Parts[P]> {
    const key = JSON.stringify([part, query]);
    const known = this.#read.get(key) ?? this.#ask(part, query);
    this.#read.set(key, known);
    return known as Promise<Parts[P]>;
  }

  /** What is made once and stays through every drawing, as a field does that somebody may be typing into. */
  once<Made>(name: string, make: () => Made): Made {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as Made;
  }

  overlay(): Promise<Parts["overlay"]> {
    return this.read("overlay", { page: "score", lang: this.lang });
  }

  async push(positions: Record<string, number>): Promise<WhatIf> {
    const reply = await ask({ ask: "push", shop: this.shop.id, positions });
    if (!reply?.ok) throw new Unread(reply?.why ?? "shut", reply?.detail);
    return reply.answer;
  }

  /** A merchant's word on an action; everything is read anew after it. */
  async act({ id, etag }: ListedAction, state: ActionState): Promise<void> {
    const reply = await ask({ ask: "action", shop: this.shop.id, id, state, etag });
    if (!reply?.ok) throw new Unread(reply?.why ?? "shut", reply?.detail);
    this.changed();
  }

  /** What to read has changed by hand. */
  redo(): void {
    this.changed();
  }

  forget(): void {
    this.#read.clear();
  }

  async #ask(part: Part, query: Record<string, string>): Promise<Parts[Part]> {
    const reply = await ask({ ask: "part", shop: this.shop.id, part, query });
    if (!reply?.ok) throw new Unread(reply?.why ?? "shut", reply?.detail);
    return reply.answer;
  }
}
