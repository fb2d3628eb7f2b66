import { makeBatch } from "./api.js";
import type { Line } from "./line.js";
import type { LastRead } from "./messages.js";
import { joined } from "./official.js";
import type { Parcel } from "./outbox.js";
import type { Rec } from "./project.js";
import type { SentLog } from "./sent-log.js";
import { bound, consented, loadSettings } from "./settings.js";
import { adapterOf, type CaptureSpec } from "./spec.js";
import { isFull, type Store } from "./store.js";
import type { InTurn } from "./turns.js";

const OFFICIAL = "official ";

/** What was read of a page, or entered by hand, on its way into the outbox. */
export class Intake {
  constructor(private readonly store: Store, private readonly log: SentLog, private readonly line: Line, private readonly inTurn: InTurn) {}

  /** How many batches wait then; null where these records may not be kept any more. */
  post(key: string, shop: string, adapter: string, captured_at: string, records: Rec[]): Promise<number | null> {
    return this.#post(key, shop, adapter, captured_at, async () => records);
  }

  /** The same of what a spec has read, which the settings page then tells. */
  async read(key: string, shop: string, spec: CaptureSpec, captured_at: string, records: Rec[]): Promise<number | null> {
    const queued = await this.#post(key, shop, adapterOf(spec), captured_at, () => this.#whole(shop, spec, records));
    if (queued !== null) await this.#note(spec.id, records.length);
    return queued;
  }

  /** What has been put together of a shop's official days, or of every shop's. */
  async forget(shop?: string): Promise<void> {
    const keys = await this.store.within("kv", "readonly", (os) => os.getAllKeys());
    for (const key of keys.map(String)) if (shop === undefined ? key.startsWith(OFFICIAL) : key === OFFICIAL + shop) await this.store.remove("kv", key);
  }

  async #post(key: string, shop: string, adapter: string, captured_at: string, made: () => Promise<Rec[]>): Promise<number | null> {
    const kept = await this.inTurn(async () => {
      // Consent may have been withdrawn, or the shop erased, since this was read.
      if (!consented(await loadSettings()) || !(await bound(shop))) return null;
      const records = await made();
      if (records.length > 0) await this.#keep({ key, subject: shop, body: makeBatch(chrome.runtime.getManifest().version, adapter, captured_at, records), records: records.length });
      return records.length;
    });
    if (kept === null) return null;
    if (kept > 0) await this.line.health.room();
    const queued = await this.line.health.tell();
    void this.line.flush();
    return queued;
  }

  /** Where the browser has no more room, the log gives some up. */
  async #keep(parcel: Omit<Parcel, "n" | "at">): Promise<void> {
    try {
      await this.line.outbox.add(parcel);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.log.giveUp();
      await this.line.outbox.add(parcel);
    }
  }

  /** Of an official day each page shows a part, and lists and objects are replaced whole: the parts are put together here. */
  async #whole(shop: string, { kind }: CaptureSpec, records: Rec[]): Promise<Rec[]> {
    if (kind !== "official") return records;
    const { days, out } = joined((await this.store.get<Record<string, Rec>>("kv", OFFICIAL + shop)) ?? {}, records);
    await this.store.put("kv", days, OFFICIAL + shop);
    return out;
  }

  /** For the settings page alone: where there is no room for it, it is left out. */
  #note(spec: string, records: number): Promise<void> {
    return this.inTurn(async () => {
      const reads = (await this.store.get<Record<string, LastRead>>("kv", "reads")) ?? {};
      await this.store.put("kv", { ...reads, [spec]: { at: new Date().toISOString(), records } }, "reads");
    }).catch((error: unknown) => { if (!isFull(error)) throw error; });
  }
}
