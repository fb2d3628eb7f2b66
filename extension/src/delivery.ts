import type { Capture } from "./bridge.js";

/** What was read of one bound shop. */
export interface Read { capture: Capture; shop: string; at: number }

const QUIET_MS = 100;
const LONGEST_MS = 1_000;

/**
 * Lets a page finish its burst of requests before anything of it is handed on: the service worker, the server and the page's
 * own next answer would all want the same processor. What was read waits for a moment without more, a second at most.
 */
export class Delivery {
  #waiting: Read[] = [];
  #due: ReturnType<typeof setTimeout> | undefined;
  #since = 0;

  constructor(private readonly deliver: (reads: Read[]) => void) {}

  add(reads: Read[]): void {
    if (reads.length === 0) return;
    const now = performance.now();
    if (this.#waiting.length === 0) this.#since = now;
    this.#waiting.push(...reads);
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.now(), Math.max(0, Math.min(QUIET_MS, this.#since + LONGEST_MS - now)));
  }

  /** At once, for a page that goes away. */
  now(): void {
    clearTimeout(this.#due);
    const reads = this.#waiting;
    this.#waiting = [];
    if (reads.length > 0) this.deliver(reads);
  }
}
