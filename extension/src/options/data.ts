import { ask, exportKey, type Wiped } from "../messages.js";
import { h } from "../overlay/dom.js";
import { Store } from "../store.js";
import { WIPED } from "./wiped.js";
import { choices } from "./shops.js";
import { button, buttons, download, failed, field, find, result, say, soft, submitted, sure, text, type Section } from "./section.js";

const select = (): HTMLSelectElement => find<HTMLSelectElement>("data-shop");
const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

async function exportHere(): Promise<void> {
  const reply = await ask({ ask: "export" });
  if (reply?.ok) download("koubei-extension.json", reply.file);
  else if (reply) failed("export-result", reply.why, reply.detail);
}

async function exportServer(): Promise<void> {
  const shop = select().value;
  say("export-server-result", "o_working");
  const reply = await ask({ ask: "export-server", shop });
  if (!reply) return;
  if (!reply.ok) return failed("export-server-result", reply.why, reply.detail);
  const store = new Store();
  const key = exportKey(shop);
  const file = await store.get<Blob>("kv", key);
  await store.remove("kv", key);
  if (file) download(`koubei-${shop}.ndjson`, file);
  say("export-server-result", "o_exported", { size: ((file?.size ?? 0) / 1024).toFixed(1) });
}

async function wipe(): Promise<void> {
  say("wipe-result", "o_working");
  const reply = await ask({ ask: "wipe" });
  if (!reply) return;
  if (!reply.ok) return failed("wipe-result", reply.why, reply.detail);
  const { token, server, device } = reply;
  sessionStorage.setItem(WIPED, JSON.stringify({ token, server, device } satisfies Wiped));
  location.reload();
}

async function erase(): Promise<void> {
  const shop = select().value;
  if (input("erase-id").value.trim() !== shop) return say("erase-result", "e_erase_id", { id: shop });
  say("erase-result", "o_working");
  const reply = await ask({ ask: "erase", shop });
  if (!reply) return;
  if (!reply.ok) return failed("erase-result", reply.why, reply.detail);
  secondStep("erase", false);
  say("erase-result", "o_erased", { id: shop, batches: reply.batches });
}

/** The second step of a deletion shows what goes; without it nothing is deleted. */
function secondStep(id: "wipe" | "erase", open: boolean): void {
  find(`${id}-sure`).hidden = !open;
  find(id).hidden = open;
  if (id === "erase") input("erase-id").value = "";
  say(`${id}-result`, null);
  find(open ? (id === "erase" ? "erase-id" : "wipe-cancel") : id).focus();
}

/** Taking everything along, and deleting it, here and on the server. */
export const data: Section = {
  id: "data", title: "o_data",
  body: [
    text("h3", "o_data_here"),
    soft("o_data_here_hint"),
    buttons(button("export", "o_export", exportHere), button("wipe", "o_wipe", () => secondStep("wipe", true), "quiet danger"), result("export-result"), result("wipe-result")),
    Object.assign(sure("wipe", text("p", "o_wipe_ask"), button("wipe-cancel", "o_cancel", () => secondStep("wipe", false)), button("wipe-yes", "o_wipe_yes", wipe, "danger")), { hidden: true }),
    text("h3", "o_data_server"),
    soft("o_data_server_hint"),
    h("div", { id: "data-server" },
      field("o_preferences_shop", h("select", { id: "data-shop", on: { change: () => secondStep("erase", false) } })),
      buttons(button("export-server", "o_export_server", exportServer), button("erase", "o_erase", () => secondStep("erase", true), "quiet danger"), result("export-server-result")),
      h("form", { id: "erase-sure", class: "sure", hidden: true, on: { submit: submitted(erase) } },
        text("p", "o_erase_ask"),
        field("o_erase_id", h("input", { id: "erase-id", required: true, inputmode: "numeric", autocomplete: "off" })),
        buttons(button("erase-cancel", "o_cancel", () => secondStep("erase", false)), button("erase-yes", "o_erase_yes", undefined, "danger")),
      ),
    ),
    result("erase-result"),
  ],
  show(now) {
    choices(select(), now);
    find("data-server").hidden = now.settings.shops.length === 0;
  },
};
