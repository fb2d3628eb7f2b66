import type { LogEntry } from "../messages.js";
import { h } from "../overlay/dom.js";
import { records } from "./records.js";
import { fill, find, result, say, soft, t, text, time, type Section } from "./section.js";

const REFRESH_MS = 5_000;

let entries: LogEntry[] = [];
let drawn = { key: "", lang: "" };

const bytes = (body: string): number => new TextEncoder().encode(body).length;
const haystack = ({ at, method, url, status, body }: LogEntry): string => `${at} ${time(at)} ${method} ${url} ${status ?? "—"} ${body ?? ""}`.toLowerCase();

function readable(body: string): string {
  try { return JSON.stringify(JSON.parse(body), null, 1); } catch { return body; }
}

/** The payload is put into the page when somebody opens it: there may be a hundred of them, and large. */
function line({ at, method, url, status, body }: LogEntry): HTMLElement {
  const [address = ""] = url.split("?");
  const said = body === null ? t("o_log_no_body") : t("o_log_bytes", { n: bytes(body) });
  const details = h("details", {}, h("summary", {}, `${time(at)} · ${method} ${address} · ${status ?? t("o_log_no_answer")} · ${said}`));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    if (body === null) return details.append(h("pre", { tabindex: "0" }, url));
    const pre = h("pre", { tabindex: "0", class: "bytes" }, body);
    const tidy = h("input", { type: "checkbox", on: { change: () => { pre.textContent = (tidy as HTMLInputElement).checked ? readable(body) : body; } } });
    details.append(h("p", { class: "soft" }, url), h("label", { class: "check" }, tidy, h("span", {}, t("o_log_tidy"))), pre);
  });
  return h("li", {}, details);
}

function draw(): void {
  const words = find<HTMLInputElement>("log-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const payloads = find<HTMLInputElement>("log-payloads").checked;
  const found = entries.filter((entry) => (!payloads || entry.body !== null) && words.every((word) => haystack(entry).includes(word)));
  fill("log", found.map(line), entries.length > 0 ? "o_log_not_found" : "o_log_none");
  say("log-count", "o_log_count", { n: found.length, all: entries.length });
}

async function refresh(lang: string): Promise<void> {
  const reply = await records();
  if (!reply?.ok) return;
  const key = JSON.stringify([lang, ...reply.entries.map(({ at, n, status }) => [at, n, status])]);
  // What somebody has opened to read is not drawn anew under their eyes.
  if (key === drawn.key || (lang === drawn.lang && find("log").querySelector("details[open]"))) return;
  drawn = { key, lang };
  entries = reply.entries;
  draw();
}

/** Everything that left this browser. */
export const log: Section = {
  id: "log-section", title: "o_log",
  body: [
    soft("o_log_note"),
    h("div", { class: "search", role: "search" },
      text("label", "o_log_search", { for: "log-search" }),
      h("input", { id: "log-search", type: "search", autocomplete: "off", spellcheck: "false", on: { input: () => draw() } }),
      h("label", { class: "check" }, h("input", { type: "checkbox", id: "log-payloads", on: { change: () => draw() } }), text("span", "o_log_payloads")),
      result("log-count"),
    ),
    h("ol", { id: "log" }),
  ],
  show: ({ lang }) => void refresh(lang),
};

/** A request that was under way when it was drawn has had its answer since. */
setInterval(() => { if (document.visibilityState === "visible") void refresh(drawn.lang); }, REFRESH_MS);
