import { ask, type SetAside } from "../messages.js";
import { h } from "../overlay/dom.js";
import { records } from "./records.js";
import { button, buttons, failed, fill, find, result, say, soft, t, time, type Section } from "./section.js";

const aside = ({ at, status, reason, body }: SetAside): HTMLElement =>
  h("li", {}, h("details", {}, h("summary", {}, `${time(at)} · ${status} ${reason}`), h("pre", { tabindex: "0" }, body)));

async function send(again: boolean): Promise<void> {
  const reply = await ask(again ? { ask: "retry-set-aside" } : { ask: "flush" });
  if (!reply) return;
  if (!reply.ok) return failed("flush-result", reply.why, reply.detail);
  say("flush-result", "o_queue", { n: reply.queued });
}

/** What waits to be sent, what the server would not take, what was lost for want of room. */
export const state: Section = {
  id: "state", title: "o_state",
  body: [
    h("p", { id: "queue" }),
    h("p", { id: "full", class: "note", hidden: true }),
    h("p", { id: "aside", hidden: true }),
    h("p", { id: "dropped", hidden: true }),
    h("ul", { id: "aside-list" }),
    buttons(button("flush", "o_flush", () => send(false)), button("retry-aside", "o_retry_aside", () => send(true)), result("flush-result")),
    soft("o_queue_hint"),
  ],
  show({ health: { queued, set_aside, dropped, full } }) {
    find("queue").textContent = t("o_queue", { n: queued });
    find("full").hidden = full === null;
    find("full").textContent = t("m_full", { n: full?.records ?? 0 });
    find("aside").hidden = find("retry-aside").hidden = set_aside === 0;
    find("aside").textContent = t("o_aside", { n: set_aside });
    find("dropped").hidden = dropped.batches === 0;
    find("dropped").textContent = t("o_dropped", { batches: dropped.batches, records: dropped.records, since: dropped.since ? time(dropped.since) : "" });
    void records().then((reply) => { if (reply?.ok) fill("aside-list", reply.set_aside.map(aside)); });
  },
};
