import type { Outbox } from "./outbox.js";
import { load, saveHealth, type Health } from "./settings.js";
import { isFull } from "./store.js";
import { oneByOne } from "./turns.js";

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Tells every page what the service worker has found out (settings.ts, Health). `unfit` are the formats of a server that does not take ours. */
export class HealthTeller {
  /** As it was last written: every write is read by every page. */
  #told = "";
  /** Undefined until this worker has looked. */
  #full: Health["full"] | undefined;
  /** What was found out first must not be written last. */
  readonly #inTurn = oneByOne();

  constructor(private readonly outbox: Outbox, private readonly unfit: () => string[] | null) {}

  /** How many batches wait. */
  tell(): Promise<number> {
    return this.#inTurn(() => this.#tell());
  }

  async #tell(): Promise<number> {
    const { queued, set_aside, away_since, revoked, dropped } = await this.outbox.state();
    const formats = this.unfit();
    const health: Health = { queued, set_aside, revoked, formats, full: await this.#lost(), away_since: formats ? null : time(away_since), dropped: { ...dropped, since: time(dropped.since) } };
    if (JSON.stringify(health) === this.#told) return queued;
    try {
      await saveHealth(health);
      this.#told = JSON.stringify(health);
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    return queued;
  }

  /** There is no room for what was read: it is counted and said, for nothing may be lost in silence. */
  async noRoom(records: number): Promise<void> {
    await this.#inTurn(async () => {
      const before = (await this.#lost()) ?? { since: new Date().toISOString(), batches: 0, records: 0 };
      this.#full = { ...before, batches: before.batches + 1, records: before.records + records };
      await this.#tell();
    });
  }

  /** There is room again: what could not be kept meanwhile now counts with what was dropped. */
  room(): Promise<void> {
    return this.#inTurn(async () => {
      const lost = await this.#lost();
      if (lost === null) return;
      await this.outbox.countLost(lost);
      this.#full = null;
    });
  }

  forget(): void {
    [this.#told, this.#full] = ["", null];
  }

  async #lost(): Promise<Health["full"]> {
    if (this.#full === undefined) this.#full = (await load()).health.full;
    return this.#full;
  }
}
