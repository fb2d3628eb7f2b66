import { FORMAT, route, type ActionPatch, type Batch, type BatchReceipt, type CaptureSpecs, type Device, type DeviceList, type Invitation, type Invited, type Member, type MemberList, type Overlay, type OwnDevice, type Pairing, type Preferences, type Problem, type Push, type Readiness, type Role, type RoleChange, type RulePacks, type SubjectBinding, type SubjectPage, type SubjectSettings, type WhatIf } from "./api-contract.js";
import type { Lang } from "./i18n.js";
import type { Shop } from "./identity.js";
import type { No } from "./messages.js";
import type { Sent } from "./outbox.js";
import type { Rec } from "./project.js";
import type { Page } from "./pages.js";
import type { SentLog } from "./sent-log.js";

/** Pages of which the server has no answer of their own: they show the day's score. */
const ASKED_AS: Partial<Record<Page, string>> = { creator: "score", service: "home", violations: "home" };
const TIMEOUT_MS = 10_000;
/** Everything that a server keeps of a subject, in one answer. */
const EXPORT_MS = 4 * 60_000;
/** Somebody waits and sees that it is worked on: a plan to a distant target is looked for among many. */
const LONG_TIMEOUT_MS = 120_000;

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

/** Asks the server, and says in words for the page why it could not. */
export type Call = <A extends Answer>(work: (client: Api) => Promise<A>) => Promise<A | No>;

export class Api {
  constructor(
    readonly server: string,
    private readonly token: string | null,
    private readonly log: Pick<SentLog, "begin" | "end">,
  ) {}

  pair(code: string, name: string): Promise<Answer & { body: Partial<Device> }> {
    return this.call("POST", route("/v1/devices"), { body: JSON.stringify({ code, name } satisfies Pairing), logged: JSON.stringify({ code: "…", name }) }) as Promise<Answer & { body: Partial<Device> }>;
  }
  bind({ id, name, type }: Shop): Promise<Answer> {
    return this.call("PUT", route("/v1/subjects/{subject_id}", id), { body: JSON.stringify({ platform: "douyin", type: type ?? "shop", ...(name ? { name } : {}) } satisfies SubjectBinding) });
  }
  /** `etag`: of the action as it was shown; whoever was faster is not overruled. */
  action(subject: string, id: string, change: ActionPatch, etag: string | null): Promise<Answer> {
    return this.call("PATCH", route("/v1/subjects/{subject_id}/actions/{action_id}", subject, id), { body: JSON.stringify(change), headers: etag === null ? {} : { "If-Match": `"${etag}"` } });
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

  preferences(subject: string): Promise<Answer & { body: Partial<SubjectSettings> }> {
    return this.call("GET", route("/v1/subjects/{subject_id}/settings", subject), {}) as Promise<Answer & { body: Partial<SubjectSettings> }>;
  }
  /** 412 where somebody else has changed them since they were read under `etag`. */
  prefer(subject: string, preferences: Preferences, etag: string): Promise<Answer & { body: Partial<SubjectSettings> }> {
    return this.call("PUT", route("/v1/subjects/{subject_id}/settings", subject), { body: JSON.stringify(preferences), headers: { "If-Match": etag } }) as Promise<Answer & { body: Partial<SubjectSettings> }>;
  }
  rulePacks(): Promise<Answer & { body: Partial<RulePacks> }> {
    return this.call("GET", route("/v1/rule-packs"), {}) as Promise<Answer & { body: Partial<RulePacks> }>;
  }
  /** Those of the account, a page at a time. */
  subjects(limit: number, cursor: string | null = null): Promise<Answer & { body: Partial<SubjectPage> }> {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== null && { cursor }) });
    return this.call("GET", `${route("/v1/subjects")}?${query}`, {}) as Promise<Answer & { body: Partial<SubjectPage> }>;
  }
  isUnder(token: string | null): boolean {
    return this.token === token;
  }
  /** Which device of the server's list holds this token, as the token itself says. */
  get device(): string | null {
    return /^kb_([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})_/.exec(this.token ?? "")?.slice(1).join("-") ?? null;
  }
  /** What the server says of this very browser: whose it is, and what it may do. */
  own(device: string): Promise<Answer & { body: Partial<OwnDevice> }> {
    return this.call("GET", route("/v1/devices/{device_id}", device), {}) as Promise<Answer & { body: Partial<OwnDevice> }>;
  }
  /** Of one's own device the token is void at once and for good. */
  revoke(device: string): Promise<Answer> {
    return this.call("DELETE", route("/v1/devices/{device_id}", device), {});
  }
  devices(): Promise<Answer & { body: Partial<DeviceList> }> {
    return this.call("GET", route("/v1/devices"), {}) as Promise<Answer & { body: Partial<DeviceList> }>;
  }
  members(): Promise<Answer & { body: Partial<MemberList> }> {
    return this.call("GET", route("/v1/members"), {}) as Promise<Answer & { body: Partial<MemberList> }>;
  }
  /** Its ETag is what a change of role is made on. */
  member(id: string): Promise<Answer & { body: Partial<Member> }> {
    return this.call("GET", route("/v1/members/{member_id}", id), {}) as Promise<Answer & { body: Partial<Member> }>;
  }
  /** 412 where the member has changed since it was read under `etag`. */
  changeRole(id: string, role: Role, etag: string): Promise<Answer> {
    return this.call("PATCH", route("/v1/members/{member_id}", id), { body: JSON.stringify({ role } satisfies RoleChange), headers: { "If-Match": etag } });
  }
  /** All their tokens are void at once. */
  removeMember(id: string): Promise<Answer> {
    return this.call("DELETE", route("/v1/members/{member_id}", id), {});
  }
  /** A code for one more device; who is no member yet becomes one with it. */
  invite(name: string, role: Role): Promise<Answer & { body: Partial<Invited> }> {
    return this.call("POST", route("/v1/members/invitations"), { body: JSON.stringify({ name, role } satisfies Invitation) }) as Promise<Answer & { body: Partial<Invited> }>;
  }
  erase(subject: string): Promise<Answer> {
    return this.call("DELETE", route("/v1/subjects/{subject_id}", subject), {});
  }
  /** Every stored copy of every record as NDJSON, which may be large: it is not read here. */
  async exported(subject: string): Promise<{ status: number; file: Blob }> {
    const response = await this.send("POST", route("/v1/subjects/{subject_id}/exports", subject), { accept: "application/x-ndjson, application/problem+json", waitMs: EXPORT_MS });
    try {
      return { status: response.status, file: await response.blob() };
    } catch (error) {
      throw new Away(String(error));
    }
  }

  /** What the panel reads; `path` is one of parts.ts. */
  part(path: string, etag: string | null): Promise<Answer> {
    return this.call("GET", path, { headers: etag ? { "If-None-Match": etag } : {}, waitMs: LONG_TIMEOUT_MS });
  }

  /** The score with indicators pushed by hand. */
  push(subject: string, positions: Push["positions"]): Promise<Answer & { body: WhatIf }> {
    return this.call("POST", route("/v1/subjects/{subject_id}/what-if/levers", subject), { body: JSON.stringify({ as_of: null, rules: "auto", positions } satisfies Push) }) as Promise<Answer & { body: WhatIf }>;
  }

  private async call(method: string, path: string, said: Said): Promise<Answer> {
    const response = await this.send(method, path, said);
    const { status, headers } = response;
    try {
      const text = await response.text();
      return { status, body: text === "" ? null : JSON.parse(text), etag: headers.get("ETag"), afterMs: retryAfterMs(headers.get("Retry-After"), Date.now()) };
    } catch (error) {
      // A proxy's HTML page in place of JSON counts as "not our server answering" unless it says clearly what is wrong.
      if (status >= 400) return { status, body: null, etag: null, afterMs: null };
      throw new Away(String(error));
    }
  }

  private async send(method: string, path: string, { body, logged = body, headers = {}, accept = "application/json", waitMs = TIMEOUT_MS }: Said): Promise<Response> {
    const url = this.server + path;
    const line = await this.log.begin({ at: new Date().toISOString(), method, url, status: null, body: logged ?? null });
    try {
      const response = await fetch(url, {
        method,
        headers: { Accept: accept, "X-Request-Id": crypto.randomUUID(), ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(waitMs),
      });
      await this.log.end(line, response.status);
      return response;
    } catch (error) {
      throw new Away(String(error));
    }
  }
}

/** `logged` stands in the log in place of a body that holds a secret. */
interface Said { body?: string; logged?: string; headers?: Record<string, string>; accept?: string; waitMs?: number }

/** Specs are data, so their records' fields are checked against the server's document by a test, not by the compiler. */
export const makeBatch = (version: string, adapter: string, captured_at: string, records: Rec[]): string =>
  JSON.stringify({ format: FORMAT, source: { name: "extension", version, adapter, captured_at }, records: records as unknown as Batch["records"] } satisfies Batch);
