import { ask, type Answers, type Reply } from "../messages.js";
import { oneByOne } from "../turns.js";

type Records = Reply<Answers["log"]> | null;

const inTurn = oneByOne();
let waiting: Promise<Records> | null = null;

/**
 * Log, batches set aside, pages not recognised: sections that draw at the same time ask once. An answer that is on its way
 * may be older than the reason to ask, so whoever comes then waits for the next.
 */
export const records = (): Promise<Records> => (waiting ??= inTurn(() => {
  waiting = null;
  return ask({ ask: "log" });
}));
