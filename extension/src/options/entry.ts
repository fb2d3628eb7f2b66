import type { Params } from "../i18n.js";
import { entered, MOST_ENTRIES, officialOf, readCsv, type Entry, type Figure } from "../entry.js";
import { ask, type Failure } from "../messages.js";
import type { Settings } from "../settings.js";
import type { TextKey } from "../texts.js";

const FIGURES: readonly Figure[] = ["total", "consumer_score", "goods", "logistics", "service"];
const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const value = (id: string): string => find<HTMLInputElement>(id).value.trim();

type Say = (id: string, key: TextKey | null, params?: Params) => void;
type Fail = (id: string, why: Failure, detail?: string) => void;

/** What a page shows and no adapter reads can be written down: one day, or a file of days. */
export function entryForm(say: Say, failed: Fail): void {
  async function send(entries: Entry[], id: string): Promise<void> {
    const shop = { id: value("entry-id"), name: value("entry-name") || null, ...(value("entry-type") === "creator" && { type: "creator" as const }) };
    const reply = await ask({ ask: "enter", shop, records: entries.map(officialOf) });
    if (!reply) return;
    if (!reply.ok) return failed(id, reply.why, reply.detail);
    say(id, "o_entered", { n: entries.length });
  }

  find("entry-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const figures = FIGURES.flatMap((name) => (value(`entry-${name}`) === "" ? [] : [[name, Number(value(`entry-${name}`))] as const]));
    const entry = { date: value("entry-date"), ...Object.fromEntries(figures) } as Entry;
    const faults = entered([officialOf(entry)]);
    if (faults.length > 0) return say("entry-result", "e_entry", { faults: faults.join("；") });
    say("entry-result", null);
    void send([entry], "entry-result");
  });

  find("entry-csv").addEventListener("change", () => void (async () => {
    const input = find<HTMLInputElement>("entry-csv");
    const file = input.files?.[0];
    if (!file) return;
    if (value("entry-id") === "") say("entry-result", "e_entry_id");
    else {
      const { entries, faults } = readCsv(await file.text());
      if (faults.length > 0 || entries.length === 0) say("entry-result", "e_entry", { faults: faults.slice(0, 10).join("；") || "—" });
      else for (let from = 0; from < entries.length; from += MOST_ENTRIES) await send(entries.slice(from, from + MOST_ENTRIES), "entry-result");
    }
    input.value = "";
  })());
}

/** The known shops and creators are offered, so that nobody types an id twice. */
export function offerShops({ shops }: Settings): void {
  find("entry-shops").replaceChildren(...shops.map(({ id, name }) => Object.assign(document.createElement("option"), { value: id, label: name ?? id })));
}
