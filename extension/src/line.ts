import { type Answer, type Api, Away, type Call, meaning, problem } from "./api.js";
import { FORMAT } from "./api-contract.js";
import { HealthTeller } from "./health.js";
import { no, type No } from "./messages.js";
import { Outbox, type Parcel, type Sent } from "./outbox.js";
import type { Pairing } from "./pairing.js";
import { change, loadSettings, running } from "./settings.js";
import { isFull, type Store } from "./store.js";

declare const __TEST__: boolean;

const A_MINUTE_MS = 60_000;
const FORMATS_FOR_MS = __TEST__ ? 1_000 : 10 * 60_000;
const SOON = __TEST__ ? { firstRetryMs: 200, longestRetryMs: 2_000 } : {};

export const readsOnly = (scopes: readonly string[]): boolean => !scopes.includes("records:write");

/** The line to the server: what waits goes out over it, questions are asked over it, and what one of them hears holds for all. */
export class Line {
  readonly outbox: Outbox;
  readonly health: HealthTeller;
  /** The formats the server took when it was last asked; another server is asked anew. */
  #formats: { server: string; at: number; listed: string[] } | null = null;

  constructor(store: Store, private readonly pairing: Pairing) {
    this.outbox = new Outbox({ store, now: Date.now, jitter: Math.random, limits: SOON, send: (parcel) => this.#send(parcel) });
    this.health = new HealthTeller(this.outbox, () => (this.#formats && !this.#formats.listed.includes(FORMAT) ? this.#formats.listed : null));
  }

  /** Another server, or the same under another token. */
  async beginAnew(): Promise<void> {
    this.#formats = null;
    await this.outbox.freshStart();
  }

  /** How many batches wait then. */
  async flush(force = false): Promise<number> {
    const settings = await loadSettings();
    if (running(settings)) await this.outbox.flush(force);
    return this.health.tell();
  }

  /** Runs one call; says what the server's silence or refusal means, to the caller and to the outbox. */
  readonly call: Call = async (work) => {
    const client = await this.pairing.client();
    try {
      const answer = await work(client);
      if (!(await this.pairing.holds(client))) return no("shut");
      const sent = meaning(answer);
      if (await this.outbox.heard(sent)) void this.flush(true);
      if (sent.is === "revoked") return no("revoked");
      if (sent.is === "later") return unready(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      if (!(await this.pairing.holds(client))) return no("shut");
      await this.outbox.heard({ is: "later", afterMs: null });
      return no("away", error.message);
    } finally {
      await this.health.tell();
    }
  };

  /** An owner may have given this member another role. */
  async learnRole(client: Api): Promise<void> {
    if (client.device === null) return;
    const { status, body } = await client.own(client.device);
    if (status === 200 && body.scopes) await this.heed(client.device, body.scopes);
  }

  /** What the server said of this browser's token; of one that was replaced since it says nothing. */
  async heed(device: string, scopes: readonly string[]): Promise<void> {
    if ((await this.pairing.client()).device !== device) return;
    const reads_only = readsOnly(scopes);
    if ((await loadSettings()).reads_only !== reads_only) await change({ reads_only });
  }

  async #send(parcel: Parcel): Promise<Sent> {
    const settings = await loadSettings();
    // Consent withdrawn or paused while a flush was under way: the rest waits.
    if (!running(settings)) return { is: "refused" };
    const client = await this.pairing.client();
    const sent = await this.#sendOver(client, parcel);
    // Paired anew meanwhile: only that the batch has arrived is still true.
    return sent.is === "taken" || (await this.pairing.holds(client)) ? sent : { is: "refused" };
  }

  async #sendOver(client: Api, { subject, key, body }: Parcel): Promise<Sent> {
    try {
      const listed = await this.#listed(client);
      if (!Array.isArray(listed)) return listed;
      // An older or newer server: everything waits, and the merchant is told (health.formats).
      if (!listed.includes(FORMAT)) return { is: "later", afterMs: null };
      const answer = await client.batch(subject, key, body);
      if (answer.status === 403) await this.learnRole(client);
      return meaning(answer);
    } catch (error) {
      // Without a line in the log nothing is sent: it waits.
      if (error instanceof Away || isFull(error)) return { is: "later", afterMs: null };
      throw error;
    }
  }

  async #listed(client: Api): Promise<string[] | Sent> {
    const { server } = client;
    if (this.#formats?.server === server && Date.now() - this.#formats.at <= FORMATS_FOR_MS) return this.#formats.listed;
    const { status, body, afterMs } = await client.ready();
    if (status !== 200 || !Array.isArray(body.formats)) return { is: "later", afterMs };
    if (await this.pairing.holds(client)) this.#formats = { server, at: Date.now(), listed: body.formats };
    return body.formats;
  }
}

/** It answers, and does not do now what was asked. */
function unready({ status, body, afterMs }: Answer): No {
  if (status === 429) return no("busy", String(Math.ceil((afterMs ?? A_MINUTE_MS) / 1000)));
  return status >= 500 ? no("fault", problem(body) || String(status)) : no("away");
}
