import { Away, problem } from "./api.js";
import { entered } from "./entry.js";
import type { Intake } from "./intake.js";
import { type Line, readsOnly } from "./line.js";
import { no, type Answers, type Desk, type LastRead, type PageAsk, type RecordedShape, type SetAside, type Unread } from "./messages.js";
import type { Parcel } from "./outbox.js";
import type { Pairing } from "./pairing.js";
import type { SentLog } from "./sent-log.js";
import { bound, change, connected, load, loadSettings, serverAddress } from "./settings.js";
import type { SpecBook } from "./spec-book.js";
import type { Store } from "./store.js";
import { allSubjects, bindShop } from "./subjects.js";
import { rfc3339 } from "./time.js";
import type { InTurn } from "./turns.js";

type Asked = Extract<PageAsk, { ask: "pair" | "flush" | "retry-set-aside" | "enter" | "specs" | "log" | "export" | "wipe" }>;

export interface Household {
  store: Store;
  log: SentLog;
  pairing: Pairing;
  line: Line;
  intake: Intake;
  book: SpecBook;
  inTurn: InTurn;
  renewSpecs: (force: boolean) => Promise<void>;
  /** What the old pairing was told: another server or member may be told otherwise. */
  forgetAnswers: () => void;
  /** What is known beside the store: after a wipe it is as on the first day. */
  forgetAll: () => Promise<void>;
}

/** Answers what the extension's own pages ask of the whole: pairing, sending, entering by hand, what is stored, and deleting it. */
export function pageDesk({ store, log, pairing, line, intake, book, inTurn, renewSpecs, forgetAnswers, forgetAll }: Household): Desk<Asked> {
  const kept = async (): Promise<Answers["log"]> => {
    const [entries, set_aside, unread, shapes, reads] = await Promise.all([
      log.read(), store.all<SetAside>("aside"), store.get<Record<string, Unread>>("kv", "unread"), store.get<RecordedShape[]>("kv", "shapes"), store.get<Record<string, LastRead>>("kv", "reads"),
    ]);
    return { entries, set_aside, unread: Object.values(unread ?? {}), shapes: shapes ?? [], reads: reads ?? {} };
  };

  return {
    async pair({ server, code, name }) {
      const address = serverAddress(server);
      if (!address) return no("bad_server");
      let reads_only: boolean;
      try {
        const { status, body } = await (await pairing.client(address)).pair(code.trim(), name);
        if (status === 429) return no("refused", problem(body));
        if (status >= 500) return no("away", problem(body));
        if (status >= 300 || typeof body.token !== "string") return no("bad_code", problem(body));
        await pairing.take(address, body.token);
        reads_only = readsOnly(body.scopes ?? []);
      } catch (error) {
        if (error instanceof Away) return no("away", error.message);
        throw error;
      }
      forgetAnswers();
      await line.beginAnew();
      const { shops } = await change({ server: address, paired: true, reads_only });
      const there = shops.length > 0 ? await allSubjects(line.call) : [];
      for (const shop of shops) if ("why" in there || !there.some(({ id }) => id === shop.id)) await line.call((client) => client.bind(shop));
      await line.flush();
      await renewSpecs(true);
      return { ok: true };
    },

    async flush() {
      return { ok: true, queued: await line.flush(true) };
    },

    async "retry-set-aside"() {
      await inTurn(() => line.outbox.retryAside());
      return { ok: true, queued: await line.flush(true) };
    },

    async enter({ shop, records }) {
      const settings = await loadSettings();
      if (!connected(settings)) return no("shut");
      if (settings.reads_only) return no("reads_only");
      const faults = entered(records);
      if (faults.length > 0) return no("refused", faults.join("; "));
      if (!(await bound(shop.id))) {
        const reply = await bindShop(line.call, shop);
        if (!reply.ok) return reply;
      }
      const now = rfc3339(Date.now());
      const queued = await intake.post(crypto.randomUUID(), shop.id, "koubei.entry/1", now, records.map((record) => ({ ...record, seen_at: now })));
      return queued === null ? no("shut") : { ok: true, queued };
    },

    async specs({ renew }) {
      if (renew) await renewSpecs(true);
      return { ok: true, ...(await book.told()) };
    },

    async log() {
      return { ok: true, ...(await kept()) };
    },

    async export() {
      const [queued, rest] = await Promise.all([store.all<Parcel>("outbox"), kept()]);
      return { ok: true, file: JSON.stringify({ ...(await load()), queued, ...rest }, null, 2) };
    },

    async wipe() {
      const wiped = await pairing.giveBack();
      await chrome.storage.local.clear();
      await inTurn(async () => { await line.outbox.empty(); await store.wipe(); });
      await forgetAll();
      return { ok: true, ...wiped };
    },
  };
}
