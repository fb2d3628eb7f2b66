import type { Rec } from "./project.js";

const REMEMBERED = 5_000;

/** What a document has shown already: unchanged rows are not sent again while it is open. */
export class Seen {
  readonly #rows = new Map<string, string>();

  /** The records that are new or changed since they were last asked about under this name. */
  unsent(of: string, records: Rec[]): Rec[] {
    if (this.#rows.size > REMEMBERED) this.#rows.clear();
    return records.filter((record) => {
      const id = `${of} ${String(record["id"])}`;
      const text = JSON.stringify(record);
      if (this.#rows.get(id) === text) return false;
      this.#rows.set(id, text);
      return true;
    });
  }

  /** What was handed on did not arrive, or has to arrive somewhere else. */
  forget(): void {
    this.#rows.clear();
  }
}
