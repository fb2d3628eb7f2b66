import { HANDSHAKE, type Capture, type FromTap, type ToTap } from "./bridge.js";
import { parseExact } from "./convert.js";
import { project } from "./project.js";
import { SPECS, type CaptureSpec } from "./spec.js";

/**
 * Runs in the page's own world. Takes the text of answers that the page itself reads, hands the page its value first, and
 * projects afterwards, in a later task. No request is made, changed, delayed or repeated.
 */
const BUFFERED_ANSWERS = 50;
const LARGEST_ANSWER = 8 * 2 ** 20;

type Read = { spec: CaptureSpec; failed: boolean } & ({ text: string } | { value: unknown });

const parse = JSON.parse;
const prefixes = SPECS.map((spec) => [`https://${spec.host}${spec.path}`, spec] as const);

function specFor(url: string): CaptureSpec | undefined {
  for (const [prefix, spec] of prefixes) {
    const next = url.startsWith(prefix) ? url[prefix.length] : "/";
    if (next === undefined || next === "?" || next === "#") return watch === null || watch.has(spec.id) ? spec : undefined;
  }
  return undefined;
}

const { port1: port, port2: theirs } = new MessageChannel();
/** Null until the isolated world has said what the merchant allows; answers wait unread until then. */
let watch: Set<string> | null = null;
let waiting: Read[] = [];

function send(read: Read): void {
  let capture: Capture;
  try {
    const answer = "text" in read ? parseExact(read.text) : read.value;
    capture = { spec: read.spec.id, ...project(answer, read.spec) };
  } catch {
    capture = { spec: read.spec.id, outcome: read.failed ? "page_error" : "truncated", records: [], shop: null, drift: null };
  }
  port.postMessage(JSON.stringify({ capture } satisfies FromTap));
}

function take(read: Read): void {
  if (watch === null) {
    if (waiting.length < BUFFERED_ANSWERS) waiting.push(read);
  } else setTimeout(() => { if (watch?.has(read.spec.id)) send(read); });
}

port.onmessage = ({ data }: MessageEvent<string>) => {
  watch = new Set((parse(data) as ToTap).watch);
  const read = waiting;
  waiting = [];
  for (const each of read) if (watch.has(each.spec.id)) send(each);
};

const decode = (bytes: BufferSource): string => new TextDecoder().decode(bytes);

/** Replaces a member of a prototype and keeps how it is described: enumerable, name, length. */
function replace(proto: object, name: string, part: PropertyDescriptor): void {
  Object.defineProperty(proto, name, { ...Object.getOwnPropertyDescriptor(proto, name), ...part });
}

function tapFetch(): void {
  const proto = Response.prototype;
  const { json: nativeJson, text: nativeText, clone } = proto;
  const keep = (spec: CaptureSpec, from: Response, text: string): void => {
    if (text.length <= LARGEST_ANSWER) take({ spec, failed: !from.ok, text });
  };
  // Reading text keeps the digits of long numbers; JSON.parse fails with the very words of the browser's own json().
  const { json } = {
    json(this: Response): Promise<unknown> {
      const spec = specFor(this.url);
      return !spec ? nativeJson.call(this) : nativeText.call(this).then((text) => {
        keep(spec, this, text);
        return parse(text) as unknown;
      });
    },
  };
  replace(proto, "json", { value: json });

  const others: Record<string, (read: never) => string | Promise<string>> = { text: (text: string) => text, arrayBuffer: decode, bytes: decode, blob: (blob: Blob) => blob.text() };
  for (const [name, toText] of Object.entries(others)) {
    const native = (proto as unknown as Record<string, ((this: Response) => Promise<unknown>) | undefined>)[name];
    if (!native) continue;
    const { [name]: value } = {
      [name](this: Response): Promise<unknown> {
        const spec = specFor(this.url);
        const read = native.call(this);
        if (spec) void read.then((result) => toText(result as never)).then((text) => keep(spec, this, text)).catch(() => undefined);
        return read;
      },
    };
    replace(proto, name, { value });
  }

  // A page that reads the stream itself gets one of two branches of it; only such a page pays for the second.
  const body = Object.getOwnPropertyDescriptor(proto, "body")?.get;
  const streams = new WeakSet<Response>();
  if (body) replace(proto, "body", {
    get(this: Response): ReadableStream | null {
      const spec = streams.has(this) || this.bodyUsed ? undefined : specFor(this.url);
      if (spec) {
        streams.add(this);
        try { void nativeText.call(clone.call(this)).then((text) => keep(spec, this, text)).catch(() => undefined); } catch { /* locked: already being read */ }
      }
      return body.call(this) as ReadableStream | null;
    },
  });
}

function readXhr(xhr: XMLHttpRequest, spec: CaptureSpec): Read | null {
  const failed = xhr.status >= 400;
  if (xhr.responseType === "" || xhr.responseType === "text") return { spec, failed, text: xhr.responseText };
  if (xhr.responseType === "arraybuffer") return { spec, failed, text: decode(xhr.response as ArrayBuffer) };
  // Long numbers are rounded here already; the converter `id` refuses them. The copy is taken before the page can change it.
  if (xhr.responseType === "json") return xhr.response === null ? { spec, failed, text: "" } : { spec, failed, value: structuredClone(xhr.response) };
  return null;
}

function tapXhr(): void {
  const proto = XMLHttpRequest.prototype;
  const nativeSend = proto.send;
  const heard = new WeakSet<XMLHttpRequest>();
  const { send } = {
    send(this: XMLHttpRequest, body?: Document | XMLHttpRequestBodyInit | null): void {
      if (!heard.has(this) && watch?.size !== 0) {
        heard.add(this);
        this.addEventListener("load", () => {
          try {
            const spec = specFor(this.responseURL);
            const read = spec && readXhr(this, spec);
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
