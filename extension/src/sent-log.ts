import type { LogEntry } from "./messages.js";
import { isFull, type Store } from "./store.js";

/** Of each sort, with a payload and without one. Questions without a payload must not push out what was sent. */
export const LOGGED = 100;

type Book = "log" | "asked";
export interface Line { book: Book; n: number }

/** Every request of this browser, to the byte, written down before it goes out (product-rules.md, 4). */
export class SentLog {
  constructor(private readonly store: Store) {}

  /** Rejects where there is no room for the line even after older ones were given up: then nothing may be sent. */
  async begin(entry: LogEntry): Promise<Line> {
    const book: Book = entry.body === null ? "asked" : "log";
    let n: IDBValidKey;
    try {
      n = await this.store.put(book, entry);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.giveUp();
      n = await this.store.put(book, entry);
    }
    await this.store.trim(book, LOGGED);
    return { book, n: Number(n) };
  }

  /** The answer's status; a line without one was sent and had no answer that we saw. */
  async end({ book, n }: Line, status: number): Promise<void> {
    try {
      // A log that was emptied meanwhile stays empty.
      await this.store.revise<LogEntry>(book, n, (line) => ({ ...line, status }));
    } catch (error) {
      if (!isFull(error)) throw error;
    }
  }

  /** The newest first. */
  async read(): Promise<LogEntry[]> {
    const [sent, asked] = await Promise.all([this.store.all<LogEntry>("log"), this.store.all<LogEntry>("asked")]);
    return [...sent, ...asked].sort((one, other) => other.at.localeCompare(one.at) || (other.n ?? 0) - (one.n ?? 0));
  }

  /** Makes room: the questions without a payload go first, and the older half of the payloads. */
  async giveUp(): Promise<void> {
    await this.store.clear("asked");
    await this.store.trim("log", LOGGED / 2);
  }
}
