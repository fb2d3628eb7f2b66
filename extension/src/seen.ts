import type { Rec } from "./project.js";

const REMEMBERED = 5_000;

/** What a page has shown already: unchanged rows are not sent again while it is open, and this worker lives. */
export class Seen {
  readonly #rows = new Map<string, { text: string; key: string }>();

  /** The records that are new or changed. A message that is asked twice (same key) has the same answer both times. */
  unsent(page: string, key: string, records: Rec[]): Rec[] {
    if (this.#rows.size > REMEMBERED) this.#rows.clear();
    return records.filter(({ seen_at: _, ...record }) => {
      const id = `${page} ${String(record["id"])}`;
      const text = JSON.stringify(record);
      const before = this.#rows.get(id);
      if (before?.text === text && before.key !== key) return false;
      this.#rows.set(id, { text, key });
      return true;
    });
  }
}
