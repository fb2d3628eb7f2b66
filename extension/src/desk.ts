import { Away, problem, type Call } from "./api.js";
import type { Line } from "./line.js";
import { exportKey, no, type Desk, type Emptied, type PageAsk } from "./messages.js";
import type { Pairing } from "./pairing.js";
import { probe } from "./probe.js";
import { change, connected, loadSettings, serverAddress } from "./settings.js";
import type { Store } from "./store.js";
import { allSubjects } from "./subjects.js";
import type { InTurn } from "./turns.js";

type Asked = Extract<PageAsk, { ask: "test" | "preferences" | "prefer" | "packs" | "adopt" | "export-server" | "erase" | "withdraw" }>;

/** What the settings page needs of the service worker that nobody else does. */
export interface Backroom {
  store: Store;
  line: Line;
  pairing: Pairing;
  /** Runs after what is being queued, and before what comes later. */
  inTurn: InTurn;
  /** What was read of the merchant's pages and is not in the queue. */
  forgetReadings: (shop?: string) => Promise<void>;
}

/** Without consent a page asks the server nothing by itself; testing, exporting and erasing are asked for by a person. */
export const whileAgreed = (call: Call): Call => async (work) => {
  const settings = await loadSettings();
  return connected(settings) ? call(work) : no("shut");
};

export function desk({ store, line, pairing, inTurn, forgetReadings }: Backroom): Desk<Asked> {
  const empty = (shop?: string): Promise<Emptied> => inTurn(async () => {
    await forgetReadings(shop);
    return line.outbox.empty(shop);
  });

  const asking = whileAgreed(line.call);

  return {
    async test({ server }) {
      const address = serverAddress(server);
      if (!address) return { ok: true, verdict: "bad_server", ms: 0, detail: "" };
      const settings = await loadSettings();
      const which = !settings.paired ? "none" : address === settings.server ? "this" : "other";
      const client = await pairing.client(which === "this" ? undefined : address);
      const found = await probe(client, which, () => performance.now());
      if (which === "this" && await pairing.holds(client)) {
        if (found.verdict === "well" || found.verdict === "revoked") await line.outbox.heard({ is: found.verdict === "well" ? "taken" : "revoked" });
        if (found.verdict === "well") await line.learnRole(client);
      }
      await line.health.tell();
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
      const answer = await line.call((client) => client.erase(shop));
      if ("why" in answer) return answer;
      if (answer.status >= 300 && answer.status !== 404) return no("refused", problem(answer.body));
      await change(({ shops }) => ({ shops: shops.filter(({ id }) => id !== shop) }));
      const gone = await empty(shop);
      await line.health.tell();
      return { ok: true, ...gone };
    },

    /** From the first line on nothing more is read or sent; a batch whose sending has begun is not called back. */
    async withdraw() {
      const { consent } = await loadSettings();
      await change({ consent: null });
      const gone = await empty();
      if (consent) await change({ withdrawn: { at: new Date().toISOString(), version: consent.version, ...gone } });
      await line.health.tell();
      return { ok: true, ...gone };
    },
  };
}

async function json(file: Blob): Promise<unknown> {
  try { return JSON.parse(await file.text()); } catch { return null; }
}
