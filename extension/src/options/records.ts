import { named, type Translate } from "../i18n.js";
import { ask, type LogEntry, type SetAside, type Unread } from "../messages.js";
import type { TextKey } from "../texts.js";
import { pathsOf } from "../shape.js";
import { h } from "../overlay/dom.js";

const pretty = (body: string): string => {
  try { return JSON.stringify(JSON.parse(body), null, 1); } catch { return body; }
};

const logLine = ({ at, method, url, status, body }: LogEntry): HTMLElement => {
  const [address = ""] = url.split("?");
  const line = `${new Date(at).toLocaleString()} · ${method} ${address} · ${status ?? "—"}`;
  return h("li", {}, h("details", {}, h("summary", {}, line), h("pre", {}, body === null ? url : pretty(body))));
};

const asideLine = ({ at, status, reason, body }: SetAside): HTMLElement =>
  h("li", {}, h("details", {}, h("summary", {}, `${new Date(at).toLocaleString()} · ${status} ${reason}`), h("pre", {}, pretty(body))));

function unreadLine({ spec, outcome, at, drift }: Unread, t: Translate<TextKey>): HTMLElement {
  const parts = ([["o_missing", drift?.missing], ["o_wrong", drift?.wrong], ["o_unknown", drift?.unknown]] as const)
    .flatMap(([key, paths]) => (paths && paths.length > 0 ? [h("p", {}, `${t(key)}: ${paths.join("、")}`)] : []));
  return h("li", {}, h("details", {}, h("summary", {}, `${new Date(at).toLocaleString()} · ${spec} · ${named(t, outcome, "m_")}`), ...parts, h("pre", {}, drift ? pathsOf(drift.shape).join("\n") : "")));
}

/** Everything that left this browser, what the server would not take, and what was not recognised. */
export async function showRecords(t: Translate<TextKey>): Promise<void> {
  const reply = await ask({ ask: "log" });
  if (!reply?.ok) return;
  const fill = (id: string, lines: HTMLElement[], none: string): void =>
    document.getElementById(id)?.replaceChildren(...(lines.length > 0 || none === "" ? lines : [h("li", { class: "soft" }, none)]));
  fill("log", reply.entries.map(logLine), t("o_log_none"));
  fill("aside-list", reply.set_aside.map(asideLine), "");
  fill("unread", reply.unread.map((each) => unreadLine(each, t)), t("o_unread_none"));
}
