// A plugin of koubei in TypeScript: pairs, sends an order, reads the score and what to do first.
//
//   node plugin.js http://127.0.0.1:8787 CODE        where CODE is what `koubei pair` prints
//
// The types are made from the API document: npx openapi-typescript http://127.0.0.1:8787/openapi.json -o api-types.d.ts
import type { components } from "../../extension/src/api-types.js";

type Schemas = components["schemas"];

const SHOP = "my-shop";
const ORDER: Schemas["Order"] = {
  kind: "order",
  id: "4781234567890123456",
  created_at: "2026-11-01T10:00:00+08:00",
  paid_at: "2026-11-01T10:01:00+08:00",
};

class Koubei {
  private token = "";

  constructor(private readonly url: string) {}

  /** One request; again where the server is busy, an error with its own words where it refuses. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const all: Record<string, string> = { "Content-Type": "application/json", ...headers };
    if (this.token !== "") all.Authorization = `Bearer ${this.token}`;
    for (let tries = 1; ; tries += 1) {
      const answer = await fetch(this.url + path, { method, headers: all, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      if ([408, 429, 503].includes(answer.status) && tries < 5) {
        await new Promise((wake) => setTimeout(wake, 1000 * Number(answer.headers.get("Retry-After") ?? "1")));
        continue;
      }
      if (answer.status >= 400) {
        const problem = (await answer.json()) as { code: string; detail: string };
        throw new Error(`${problem.code}: ${problem.detail}`);
      }
      return answer;
    }
  }

  /** The token is told this once; a real plugin keeps it. */
  async pair(code: string): Promise<void> {
    const answer = await this.call("POST", "/v1/devices", { code, name: "my plugin" } satisfies Schemas["Pairing"]);
    this.token = ((await answer.json()) as Schemas["PairedDevice"]).token;
  }

  /** A batch under a key of its own: sent twice it is stored once. */
  async send(records: Schemas["Batch"]["records"]): Promise<Schemas["Receipt"]> {
    const batch: Schemas["Batch"] = { format: "koubei.records/1", source: { name: "my plugin" }, records };
    const answer = await this.call("POST", `/v1/subjects/${SHOP}/batches`, batch, { "Idempotency-Key": crypto.randomUUID() });
    return (await answer.json()) as Schemas["Receipt"];
  }

  /** The score and its ETag; null where it is still the one the ETag stands for. */
  async score(etag?: string): Promise<{ score: { rules: string } | null; etag: string }> {
    const answer = await this.call("GET", `/v1/subjects/${SHOP}/score`, undefined, etag === undefined ? {} : { "If-None-Match": etag });
    const score = answer.status === 304 ? null : ((await answer.json()) as { rules: string });
    return { score, etag: answer.headers.get("ETag") ?? "" };
  }
}

const [url = "", code = ""] = process.argv.slice(2);
const koubei = new Koubei(url.replace(/\/$/, ""));
const ready = (await (await koubei.call("GET", "/health/ready")).json()) as { formats: string[] };
if (!ready.formats.includes("koubei.records/1")) throw new Error("this server does not read koubei.records/1");
await koubei.pair(code);
await koubei.call("PUT", `/v1/subjects/${SHOP}`, { platform: "douyin", type: "shop" });
const receipt = await koubei.send([ORDER]);
const { score, etag } = await koubei.score();
const again = await koubei.score(etag);
const { actions } = (await (await koubei.call("GET", `/v1/subjects/${SHOP}/actions`)).json()) as { actions: unknown[] };
console.log(JSON.stringify({ receipt, rules: score?.rules, unchanged: again.score === null, actions: actions.length }));
