import { FORMAT, route, type ActionPatch, type Batch, type BatchReceipt, type CaptureSpecs, type Device, type Overlay, type Pairing, type Problem, type Readiness, type SubjectBinding } from "./api-contract.js";
import type { Lang } from "./i18n.js";
import type { Shop } from "./identity.js";
import type { LogEntry } from "./messages.js";
import type { Sent } from "./outbox.js";
import type { Rec } from "./project.js";
import type { Page } from "./pages.js";

/** Pages of which the server has no answer of their own: they show the day's score. */
const ASKED_AS: Partial<Record<Page, string>> = { creator: "score", service: "home", violations: "home" };
const TIMEOUT_MS = 10_000;

export interface Answer { status: number; body: unknown; etag: string | null; afterMs: number | null }

/** The server could not be reached, or did not answer in time. */
export class Away extends Error {}

export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** What an answer means for a batch. 403 and 404 speak of the shop, not of the batch: it stays queued. */
export function meaning({ status, body, afterMs }: Answer): Sent {
  if ((status >= 200 && status < 300) || status === 304) return { is: "taken" };
  if (status === 401) return { is: "revoked" };
  if (status === 403 || status === 404) return { is: "refused" };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { is: "later", afterMs, ...(status === 500 ? { fault: true as const } : {}) };
  return { is: "poison", status, reason: problem(body) };
}

/** The sentence of a problem+json answer. */
export function problem(body: unknown): string {
  const { detail, title } = (body ?? {}) as Partial<Problem>;
  return typeof detail === "string" ? detail : typeof title === "string" ? title : "";
}

export class Api {
  constructor(
    private readonly server: string,
    private readonly token: string | null,
    private readonly log: (entry: LogEntry) => Promise<void>,
  ) {}

  pair(code: string, name: string): Promise<Answer & { body: Partial<Device> }> {
    return this.call("POST", route("/v1/devices"), { body: JSON.stringify({ code, name } satisfies Pairing), logged: JSON.stringify({ code: "…", name }) }) as Promise<Answer & { body: Partial<Device> }>;
  }
  bind({ id, name, type }: Shop): Promise<Answer> {
    return this.call("PUT", route("/v1/subjects/{subject_id}", id), { body: JSON.stringify({ platform: "douyin", type: type ?? "shop", ...(name ? { name } : {}) } satisfies SubjectBinding) });
  }
  action(subject: string, id: string, change: ActionPatch): Promise<Answer> {
    return this.call("PATCH", route("/v1/subjects/{subject_id}/actions/{action_id}", subject, id), { body: JSON.stringify(change) });
  }
  /** Which record formats are taken. */
  ready(): Promise<Answer & { body: Partial<Readiness> }> {
    return this.call("GET", route("/health/ready"), {}) as Promise<Answer & { body: Partial<Readiness> }>;
  }
  captureSpecs(etag: string | null): Promise<Answer & { body: Partial<CaptureSpecs> }> {
    return this.call("GET", route("/v1/capture-specs"), { headers: etag ? { "If-None-Match": etag } : {} }) as Promise<Answer & { body: Partial<CaptureSpecs> }>;
  }
  batch(subject: string, key: string, body: string): Promise<Answer & { body: Partial<BatchReceipt> }> {
    return this.call("POST", route("/v1/subjects/{subject_id}/batches", subject), { body, headers: { "Idempotency-Key": key } }) as Promise<Answer & { body: Partial<BatchReceipt> }>;
  }
  overlay(subject: string, page: Page, ids: readonly string[], lang: Lang, etag: string | null): Promise<Answer & { body: Overlay }> {
    const query = new URLSearchParams([["page", ASKED_AS[page] ?? page], ["lang", lang], ...ids.map((id) => ["id", id])]);
    return this.call("GET", `${route("/v1/subjects/{subject_id}/overlay", subject)}?${query}`, { headers: etag ? { "If-None-Match": etag } : {} }) as Promise<Answer & { body: Overlay }>;
  }

  private async call(method: string, path: string, { body, logged = body, headers = {} }: { body?: string; logged?: string | undefined; headers?: Record<string, string> }): Promise<Answer> {
    const url = this.server + path;
    let status: number | null = null;
    try {
      const response = await fetch(url, {
        method,
        headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      const text = await response.text();
      return { status, body: text === "" ? null : JSON.parse(text), etag: response.headers.get("ETag"), afterMs: retryAfterMs(response.headers.get("Retry-After"), Date.now()) };
    } catch (error) {
      // A proxy's HTML page in place of JSON counts as "not our server answering" unless it says clearly what is wrong.
      if (status !== null && status >= 400) return { status, body: null, etag: null, afterMs: null };
      throw new Away(String(error));
    } finally {
      await this.log({ at: new Date().toISOString(), method, url, status, body: logged ?? null });
    }
  }
}

/** Specs are data, so their records' fields are checked against the server's document by a test, not by the compiler. */
export const makeBatch = (version: string, adapter: string, captured_at: string, records: Rec[]): string =>
  JSON.stringify({ format: FORMAT, source: { name: "extension", version, adapter, captured_at }, records: records as unknown as Batch["records"] } satisfies Batch);
