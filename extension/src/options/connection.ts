import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { renewPeople } from "./people.js";
import { showNext } from "./start.js";
import { button, buttons, failed, field, find, redraw, result, say, t, type Section } from "./section.js";

const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

async function pair(event: Event): Promise<void> {
  event.preventDefault();
  say("pair-result", null);
  const server = input("server").value;
  const reply = await ask({ ask: "pair", server, code: input("code").value, name: navigator.userAgent.includes("Firefox") ? "Firefox" : "Chromium" });
  if (!reply) return;
  if (!reply.ok) return failed("pair-result", reply.why, reply.detail, server);
  input("code").value = "";
  say("pair-result", "o_done");
  renewPeople();
  showNext();
}

async function test(): Promise<void> {
  say("test-result", "o_testing");
  const server = input("server").value;
  const reply = await ask({ ask: "test", server });
  if (!reply) return;
  if (!reply.ok) return failed("test-result", reply.why, reply.detail, server);
  const { verdict, ms, detail } = reply;
  const fine = verdict === "well" || verdict === "unpaired" || verdict === "elsewhere";
  redraw();
  say("test-result", fine ? `o_test_${verdict}` : `e_test_${verdict}`, { server, ms, detail });
}

/** Which server, under whose token, and whether it answers. */
export const connection: Section = {
  id: "connection", title: "o_connect", first: true,
  body: [
    h("p", { id: "paired" }),
    h("form", { id: "pair-form", on: { submit: (event) => void pair(event) } },
      field("o_server", h("input", { id: "server", type: "url", required: true, spellcheck: "false", autocomplete: "off" })),
      field("o_code", h("input", { id: "code", required: true, spellcheck: "false", autocomplete: "off" }), "o_code_hint"),
      buttons(button("pair", "o_pair", undefined, ""), button("test", "o_test", test), result("pair-result")),
      result("test-result"),
    ),
  ],
  show({ settings, health }) {
    find("paired").textContent = health.revoked ? t("e_revoked") : settings.paired ? t(settings.reads_only ? "o_paired_reads_only" : "o_paired", { server: settings.server }) : t("o_unpaired");
    find("paired").classList.toggle("bad", health.revoked);
    if (document.activeElement !== input("server")) input("server").value ||= settings.server;
  },
};
