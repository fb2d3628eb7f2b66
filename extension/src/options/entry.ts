import { entered, MOST_ENTRIES, officialOf, readCsv, type Entry, type Figure } from "../entry.js";
import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import type { TextKey } from "../texts.js";
import { button, failed, field, find, options, result, say, soft, submitted, type Section } from "./section.js";

const FIGURES: readonly [Figure, TextKey][] = [["total", "o_entry_total"], ["consumer_score", "o_entry_consumer"], ["goods", "o_entry_goods"], ["logistics", "o_entry_logistics"], ["service", "o_entry_service"]];
const value = (id: string): string => find<HTMLInputElement>(id).value.trim();

async function send(all: Entry[]): Promise<void> {
  const shop = { id: value("entry-id"), name: value("entry-name") || null, ...(value("entry-type") === "creator" && { type: "creator" as const }) };
  for (let from = 0; from < all.length; from += MOST_ENTRIES) {
    const reply = await ask({ ask: "enter", shop, records: all.slice(from, from + MOST_ENTRIES).map(officialOf) });
    if (!reply) return;
    if (!reply.ok) return failed("entry-result", reply.why, reply.detail);
  }
  say("entry-result", "o_entered", { n: all.length });
}

async function enterDay(): Promise<void> {
  const figures = FIGURES.flatMap(([name]) => (value(`entry-${name}`) === "" ? [] : [[name, Number(value(`entry-${name}`))] as const]));
  const entry = { date: value("entry-date"), ...Object.fromEntries(figures) } as Entry;
  const faults = entered([officialOf(entry)]);
  if (faults.length > 0) return say("entry-result", "e_entry", { faults: faults.join("；") });
  say("entry-result", "o_working");
  await send([entry]);
}

async function enterFile(): Promise<void> {
  const input = find<HTMLInputElement>("entry-csv");
  const file = input.files?.[0];
  if (!file) return;
  if (value("entry-id") === "") say("entry-result", "e_entry_id");
  else {
    const { entries, faults } = readCsv(await file.text());
    if (faults.length > 0 || entries.length === 0) say("entry-result", "e_entry", { faults: faults.slice(0, 10).join("；") || "—" });
    else await send(entries);
  }
  input.value = "";
}

/** What a page shows and no adapter reads can be written down: one day, or a file of days. */
export const entry: Section = {
  id: "entry", title: "o_entry",
  body: [
    soft("o_entry_hint"),
    h("form", { id: "entry-form", on: { submit: submitted(enterDay) } },
      field("o_entry_type", h("select", { id: "entry-type" }, ...options(["shop", "o_type_shop"], ["creator", "o_type_creator"]))),
      field("o_entry_id", h("input", { id: "entry-id", required: true, pattern: "[0-9]{1,32}", list: "entry-shops", autocomplete: "off" })),
      h("datalist", { id: "entry-shops" }),
      field("o_shop_name", h("input", { id: "entry-name", autocomplete: "off" })),
      field("o_entry_date", h("input", { id: "entry-date", type: "date", required: true })),
      ...FIGURES.map(([name, label]) => field(label, h("input", { id: `entry-${name}`, inputmode: "decimal", pattern: "[0-9]+(\\.[0-9]+)?", ...(name === "total" && { required: true }) }))),
      button("entry-add", "o_entry_add", undefined, ""),
      field("o_entry_csv", h("input", { id: "entry-csv", type: "file", accept: ".csv,text/csv", on: { change: () => void enterFile() } }), "o_entry_csv_hint"),
      result("entry-result"),
    ),
  ],
  // The known shops and creators are offered, so that nobody types an id twice.
  show: ({ settings: { shops } }) => find("entry-shops").replaceChildren(...shops.map(({ id, name }) => h("option", { value: id, label: name ?? id }))),
};
