import { HANDSHAKE, type FromTap, type ToTap, type Wishes } from "./bridge.js";
import { parseExact } from "./convert.js";
import { readLabels, type Plain } from "./labels.js";
import { project, type Projection } from "./project.js";
import { maskOf } from "./shape.js";
import type { AnswerSpec, LabelSpec } from "./spec.js";

/**
 * Runs in the page's own world. Takes the text of answers that the page itself reads, hands the page its value first, and
 * projects afterwards, in a later task. No request is made, changed, delayed or repeated.
 */
const BUFFERED_ANSWERS = 50;
const LARGEST_ANSWER = 8 * 2 ** 20;
/** The page's own work on its answer goes first; a page that is never idle does not keep us from reading. */
const IDLE_MS = 300;
/** Addresses that exist to show or to hold a person's data: not even their shape is looked at. */
const NEVER = /contact|receive|login|passport|\/im\//i;

/** `place`: where the page was when it read this; by the time we look at it the merchant may have clicked on. */
type Read = { place: string; url: string; failed: boolean } & ({ text: string } | { value: unknown });

const parse = JSON.parse;
const [NativeResponse, NativeBlob] = [Response, Blob];
const idle = requestIdleCallback;
const { port1: port, port2: theirs } = new MessageChannel();
/** Null until the isolated world has said what the merchant allows; answers wait unread until then. */
let told: Wishes | null = null;
let byAddress = new Map<string, AnswerSpec[]>();
let anywhere: AnswerSpec[] = [];
let waiting: Read[] = [];
const names = new Map<string, string>();

const recording = (): boolean => Date.now() < (told?.recording ?? 0);
/** An answer's address without query, and the query. */
const parts = (url: string): [string, string] => { const [address = "", query = ""] = url.split(/[?#]/, 2); return [address, query]; };
const here = (): string => location.host + location.pathname;
const opensAt = (place: string) => (spec: AnswerSpec): boolean => spec.open.some((route) => place.startsWith(route));

/** Whether anybody may want this answer. Before it is known what is wanted, every answer of these hosts is kept for a moment. */
const wanted = (place: string, url: string, type: () => string | null): boolean => {
  if (told === null) return waiting.length < BUFFERED_ANSWERS && /json/.test(type() ?? "");
  return byAddress.has(parts(url)[0]) || anywhere.some(opensAt(place)) || recording();
};

function specsFor(read: Read): AnswerSpec[] {
  const [address] = parts(read.url);
  const maybe = anywhere.filter(opensAt(read.place)).filter(({ host }) => address.startsWith(`https://${host}/`));
  const text = maybe.length === 0 ? "" : "text" in read ? read.text : JSON.stringify(read.value);
  return [...(byAddress.get(address) ?? []), ...maybe.filter(({ hint }) => text.includes(`"${hint}"`))];
}

const tell = (message: FromTap): void => port.postMessage(JSON.stringify(message));

/** HMAC-SHA-256 under this browser's key: the same agent keeps its name, and nobody can tell whose it is. */
async function nameAll(unnamed: Iterable<string>, salt: string): Promise<void> {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  for (const id of unnamed) {
    const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes.encode(id)));
    names.set(id, `agent-${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  }
}

async function projected(answer: unknown, spec: AnswerSpec, query: string): Promise<Projection> {
  const scene = { now: Date.now(), query: new URLSearchParams(query), names, unnamed: new Set<string>(), reviewText: told?.reviewText ?? false };
  const first = project(answer, spec, scene);
  if (scene.unnamed.size === 0) return first;
  await nameAll(scene.unnamed, told?.salt ?? "");
  return project(answer, spec, scene);
}

async function send(read: Read): Promise<void> {
  const specs = specsFor(read);
  const [address, query] = parts(read.url);
  const record = recording() && !NEVER.test(address);
  if (!specs[0] && !record) return;
  let answer: unknown;
  let outcome: "page_error" | "truncated" | null = null;
  try {
    answer = "text" in read ? parseExact(read.text) : read.value;
  } catch {
    outcome = read.failed ? "page_error" : "truncated";
  }
  if (record && !outcome) {
    tell({ shape: { address: address.replace(/\d{4,}/g, "?"), spec: specs[0]?.id ?? null, masked: maskOf(answer) } });
  }
  for (const spec of specs) {
    tell({ capture: { spec: spec.id, ...(outcome ? { outcome, records: [], shop: null, drift: null } : await projected(answer, spec, query)) } });
  }
}

function take(read: Read): void {
  if (told === null) waiting.push(read);
  else idle(() => void send(read), { timeout: IDLE_MS });
}

function tellLabels(specs: LabelSpec[]): void {
  for (const spec of specs) {
    const { record, shop } = readLabels(document.body as unknown as Plain, spec, Date.now());
    if (record) tell({ capture: { spec: spec.id, outcome: "ok", records: [record], shop, drift: null } });
  }
}

port.onmessage = ({ data }: MessageEvent<string>) => {
  const message = parse(data) as ToTap;
  if ("labels" in message) return tellLabels(message.labels);
  told = message;
  byAddress = new Map();
  anywhere = told.specs.filter(({ path }) => path === "/*");
  for (const spec of told.specs) {
    const address = `https://${spec.host}${spec.path}`;
    if (spec.path !== "/*") byAddress.set(address, [...(byAddress.get(address) ?? []), spec]);
  }
  const read = waiting;
  waiting = [];
  for (const each of read) void send(each);
};

/** Replaces a member of a prototype and keeps how it is described: enumerable, name, length. */
function replace(proto: object, name: string, part: PropertyDescriptor): void {
  Object.defineProperty(proto, name, { ...Object.getOwnPropertyDescriptor(proto, name), ...part });
}

function tapFetch(): void {
  const proto = Response.prototype;
  const { json: nativeJson, text: nativeText, clone } = proto;
  const body = Object.getOwnPropertyDescriptor(proto, "body")?.get;
  /** Keeps the text that the page will have read; null where nobody wants it. */
  const keeper = (from: Response): ((text: string) => void) | null => {
    const place = here();
    try {
      if (!wanted(place, from.url, () => from.headers.get("content-type"))) return null;
    } catch { return null; /* no Response: the native method says so */ }
    return (text) => { if (text.length <= LARGEST_ANSWER) take({ place, url: from.url, failed: !from.ok, text }); };
  };
  // Reading text keeps the digits of long numbers. Whatever fails is left to the browser's own json(), whose words the page expects.
  const { json } = {
    json(this: Response): Promise<unknown> {
      const keep = keeper(this);
      return !keep || this.bodyUsed ? nativeJson.call(this) : nativeText.call(this).then((text) => {
        keep(text);
        try { return parse(text) as unknown; } catch { return nativeJson.call(new NativeResponse(new NativeBlob(["\uFEFF", text]))); }
      }, (error: unknown) => {
        // A connection that breaks says the same to both; only a locked body names who wanted it.
        if (!(error instanceof TypeError && /\btext\b/.test(error.message))) throw error;
        const locked = new NativeResponse("");
        (body?.call(locked) as ReadableStream | null)?.getReader();
        return nativeJson.call(locked);
      });
    },
  };
  replace(proto, "json", { value: json });

  for (const name of ["text", "arrayBuffer", "bytes", "blob"]) {
    const native = (proto as unknown as Record<string, ((this: Response) => Promise<unknown>) | undefined>)[name];
    if (!native) continue;
    const { [name]: value } = {
      [name](this: Response): Promise<unknown> {
        const keep = keeper(this);
        const read = native.call(this);
        if (keep) void read.then((result) => (typeof result === "string" ? result : nativeText.call(new Response(result as BodyInit)))).then(keep).catch(() => undefined);
        return read;
      },
    };
    replace(proto, name, { value });
  }

  // A page that reads the stream itself gets one of two branches of it; only such a page pays for the second.
  const streams = new WeakSet<Response>();
  if (body) replace(proto, "body", {
    get(this: Response): ReadableStream | null {
      const keep = streams.has(this) || this.bodyUsed ? null : keeper(this);
      if (keep) {
        streams.add(this);
        try { void nativeText.call(clone.call(this)).then(keep).catch(() => undefined); } catch { /* locked: already being read */ }
      }
      return body.call(this) as ReadableStream | null;
    },
  });
}

function readXhr(place: string, xhr: XMLHttpRequest): Read | null {
  const read = { place, url: xhr.responseURL, failed: xhr.status >= 400 };
  if (xhr.responseType === "" || xhr.responseType === "text") return { ...read, text: xhr.responseText };
  if (xhr.responseType === "arraybuffer") return { ...read, text: new TextDecoder().decode(xhr.response as ArrayBuffer) };
  // Long numbers are rounded here already; the converter `id` refuses them. The copy is taken before the page can change it.
  if (xhr.responseType === "json") return xhr.response === null ? { ...read, text: "" } : { ...read, value: structuredClone(xhr.response) };
  return null;
}

function tapXhr(): void {
  const proto = XMLHttpRequest.prototype;
  const nativeSend = proto.send;
  const heard = new WeakSet<XMLHttpRequest>();
  const { send } = {
    send(this: XMLHttpRequest, body?: Document | XMLHttpRequestBodyInit | null): void {
      if (!heard.has(this) && told?.specs.length !== 0) {
        heard.add(this);
        this.addEventListener("load", () => {
          try {
            const place = here();
            const read = wanted(place, this.responseURL, () => this.getResponseHeader("content-type")) && readXhr(place, this);
            if (read) take(read);
          } catch { /* an answer that cannot be read is the page's own affair */ }
        });
      }
      nativeSend.call(this, body);
    },
  };
  replace(proto, "send", { value: send });
}

tapFetch();
tapXhr();
// A sandboxed or blank document has the origin "null", to which nothing can be posted; koubei has no business there.
if (location.origin !== "null") window.postMessage(HANDSHAKE, location.origin, [theirs]);
