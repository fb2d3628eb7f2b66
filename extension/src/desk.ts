import { Away, problem, type Api, type Call } from "./api.js";
import { exportKey, no, type Answers, type Emptied, type PageAsk, type Reply } from "./messages.js";
import type { Outbox } from "./outbox.js";
import type { Pairing } from "./pairing.js";
import { probe } from "./probe.js";
import { change, consented, loadSettings, serverAddress } from "./settings.js";
import type { Store } from "./store.js";
import { allSubjects } from "./subjects.js";
import type { InTurn } from "./turns.js";

type Asked = Extract<PageAsk, { ask: "test" | "preferences" | "prefer" | "packs" | "adopt" | "export-server" | "erase" | "withdraw" }>;
type Handlers = { [M in Asked as M["ask"]]: (message: M) => Promise<Reply<Answers[M["ask"]]>> };

/** What the settings page needs of the service worker that nobody else does. */
export interface Backroom {
  store: Store;
  outbox: Outbox;
  pairing: Pairing;
  call: Call;
  /** Whether this browser's member may still, or now, send. */
  learnRole: (client: Api) => Promise<void>;
  tellHealth: () => Promise<number>;
  /** Runs after what is being queued, and before what comes later. */
  inTurn: InTurn;
  /** What was read of the merchant's pages and is not in the queue. */
  forgetReadings: (shop?: string) => Promise<void>;
}

/** Without consent a page asks the server nothing by itself; testing, exporting and erasing are asked for by a person. */
export const whileAgreed = (call: Call): Call => async (work) => {
  const settings = await loadSettings();
  return consented(settings) && settings.paired ? call(work) : no("shut");
};

export function desk({ store, outbox, pairing, call, learnRole, tellHealth, inTurn, forgetReadings }: Backroom): Handlers {
  const empty = (shop?: string): Promise<Emptied> => inTurn(async () => {
    await forgetReadings(shop);
    return outbox.empty(shop);
  });

  const asking = whileAgreed(call);

  return {
    async test({ server }) {
      const address = serverAddress(server);
      if (!address) return { ok: true, verdict: "bad_server", ms: 0, detail: "" };
      const settings = await loadSettings();
      const which = !settings.paired ? "none" : address === settings.server ? "this" : "other";
      const client = await pairing.client(which === "this" ? undefined : address);
      const found = await probe(client, which, () => performance.now());
      if (which === "this" && await pairing.holds(client)) {
        if (found.verdict === "well" || found.verdict === "revoked") await outbox.heard({ is: found.verdict === "well" ? "taken" : "revoked" });
        if (found.verdict === "well") await learnRole(client);
      }
      await tellHealth();
      return { ok: true, ...found };
    },

    async preferences({ shop }) {
      const answer = await asking((client) => client.preferences(shop));
      if ("why" in answer) return answer;
      return answer.status === 200 && answer.body.settings && answer.etag ? { ok: true, preferences: answer.body.settings, etag: answer.etag } : no("refused", problem(answer.body));
    },

    async prefer({ shop, preferences, etag }) {
      const answer = await asking((client) => client.prefer(shop, preferences, etag));
      if ("why" in answer) return answer;
      if (answer.status === 412) return no("conflict", problem(answer.body));
      return answer.status === 200 && answer.body.settings && answer.etag ? { ok: true, preferences: answer.body.settings, etag: answer.etag } : no("refused", problem(answer.body));
    },

    async packs() {
      const answer = await asking((client) => client.rulePacks());
      if ("why" in answer) return answer;
      return answer.status === 200 && answer.body.items ? { ok: true, packs: answer.body.items } : no("refused", problem(answer.body));
    },

    /** The shops that colleagues have bound: this browser may then read their pages too. */
    async adopt() {
      const found = await allSubjects(asking);
      if ("why" in found) return found;
      let added = 0;
      await change(({ shops }) => {
        const fresh = found.filter(({ id }) => !shops.some((known) => known.id === id));
        added = fresh.length;
        return { shops: [...shops, ...fresh] };
      });
      return { ok: true, added };
    },

    async "export-server"({ shop }) {
      try {
        const { status, file } = await (await pairing.client()).exported(shop);
        if (status !== 200) return no(status === 401 ? "revoked" : "refused", problem(await json(file)));
        await store.put("kv", file, exportKey(shop));
        return { ok: true };
      } catch (error) {
        if (error instanceof Away) return no("away", error.message);
        throw error;
      }
    },

    /** The server first: where it does not answer nothing is thrown away here either. */
    async erase({ shop }) {
      const answer = await call((client) => client.erase(shop));
      if ("why" in answer) return answer;
      if (answer.status >= 300 && answer.status !== 404) return no("refused", problem(answer.body));
      await change(({ shops }) => ({ shops: shops.filter(({ id }) => id !== shop) }));
      const gone = await empty(shop);
      await tellHealth();
      return { ok: true, ...gone };
    },

    /** From the first line on nothing more is read or sent; a batch whose sending has begun is not called back. */
    async withdraw() {
      const { consent } = await loadSettings();
      await change({ consent: null });
      const gone = await empty();
      if (consent) await change({ withdrawn: { at: new Date().toISOString(), version: consent.version, ...gone } });
      await tellHealth();
      return { ok: true, ...gone };
    },
  };
}

async function json(file: Blob): Promise<unknown> {
  try { return JSON.parse(await file.text()); } catch { return null; }
}
