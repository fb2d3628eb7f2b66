import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { newest } from "../turns.js";
import { renewPeople } from "./people.js";
import { showNext } from "./start.js";
import { button, buttons, failed, field, find, redraw, result, say, submitted, t, type Section } from "./section.js";

const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

async function pair(): Promise<void> {
  say("pair-result", "o_working");
  const [server, code] = [input("server").value, input("code").value];
  const reply = await ask({ ask: "pair", server, code, name: navigator.userAgent.includes("Firefox") ? "Firefox" : "Chromium" });
  if (!reply) return;
  if (!reply.ok) return failed("pair-result", reply.why, reply.detail, server);
  if (input("code").value === code) input("code").value = "";
  say("pair-result", "o_done");
  renewPeople();
  showNext();
}

const testing = newest();

/** Another address may be tried before a slow one has answered: only the last is spoken of. */
async function test(): Promise<void> {
  const isNewest = testing();
  say("test-result", "o_testing");
  const server = input("server").value;
  const reply = await ask({ ask: "test", server });
  if (!reply || !isNewest()) return;
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
    h("form", { id: "pair-form", on: { submit: submitted(pair) } },
      field("o_server", h("input", { id: "server", type: "url", required: true, spellcheck: "false", autocomplete: "off" })),
      field("o_code", h("input", { id: "code", required: true, spellcheck: "false", autocomplete: "off" }), "o_code_hint"),
      buttons(button("pair", "o_pair", undefined, ""), button("test", "o_test", () => void test()), result("pair-result")),
      result("test-result"),
    ),
  ],
  show({ settings, health }) {
    find("paired").textContent = health.revoked ? t("e_revoked") : settings.paired ? t(settings.reads_only ? "o_paired_reads_only" : "o_paired", { server: settings.server }) : t("o_unpaired");
    find("paired").classList.toggle("bad", health.revoked);
    if (document.activeElement !== input("server")) input("server").value ||= settings.server;
  },
};
