import { Api, Away } from "./api.js";
import type { Wiped } from "./messages.js";
import type { SentLog } from "./sent-log.js";
import { loadSettings } from "./settings.js";
import { isFull, type Store } from "./store.js";

const KEY = "pairing";

/** One record, so that a token is never shown to another server than the one that gave it. */
interface Held { server: string; token: string }

/** Which server this browser is paired with, under which token. */
export class Pairing {
  constructor(private readonly store: Store, private readonly log: SentLog) {}

  /** A client of this server; without one, of the server this browser is paired with, under its token. */
  async client(server?: string): Promise<Api> {
    if (server !== undefined) return new Api(server, null, this.log);
    const held = await this.#held();
    return new Api(held?.server ?? (await loadSettings()).server, held?.token ?? null, this.log);
  }

  /** Whether what this client was told still speaks of us: an answer may be late, and the token another by then. */
  async holds(client: Api): Promise<boolean> {
    return client.isUnder((await this.#held())?.token ?? null);
  }

  async take(server: string, token: string): Promise<void> {
    await this.store.put("kv", { server, token } satisfies Held, KEY);
  }

  /** The token is about to be forgotten: the server is told, so that no device stays in its list that nobody has. */
  async giveBack(): Promise<Wiped> {
    const client = await this.client();
    const { device, server } = client;
    if (device === null) return { token: "none", server, device };
    try {
      const { status } = await client.revoke(device);
      return { token: status === 204 ? "revoked" : status === 401 ? "void" : "left", server, device };
    } catch (error) {
      // Without a line in the log nothing is sent.
      if (error instanceof Away || isFull(error)) return { token: "left", server, device };
      throw error;
    }
  }

  #held(): Promise<Held | undefined> {
    return this.store.get<Held>("kv", KEY);
  }
}
