import { ask, type Answers, type Reply } from "../messages.js";

let asking: Promise<Reply<Answers["log"]> | null> | null = null;

/** Log, batches set aside, pages not recognised: sections that draw at the same time ask once. */
export const records = (): Promise<Reply<Answers["log"]> | null> => (asking ??= ask({ ask: "log" }).finally(() => { asking = null; }));
