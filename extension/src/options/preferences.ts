import type { Preferences } from "../api-contract.js";
import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import type { TextKey } from "../texts.js";
import { merge } from "./merge.js";
import { choices } from "./shops.js";
import { button, buttons, failed, field, find, result, say, soft, t, text, type Section } from "./section.js";

type Name = keyof Preferences;
interface Entry { name: Name; label: TextKey; low: number; high: number; step: number; hint?: TextKey; percent?: true }
const hours = (name: Name, label: TextKey, hint?: TextKey): Entry => ({ name, label, low: 0, high: 720, step: 0.5, ...(hint && { hint }) });
const hour = (name: Name, label: TextKey, hint?: TextKey): Entry => ({ name, label, low: 0, high: 23, step: 1, ...(hint && { hint }) });
const share = (name: Name, label: TextKey, hint?: TextKey): Entry => ({ name, label, low: 0, high: 100, step: 0.1, percent: true, ...(hint && { hint }) });
const days = (name: Name, label: TextKey, hint?: TextKey): Entry => ({ name, label, low: 31, high: 3650, step: 1, ...(hint && { hint }) });

const GROUPS: { legend: TextKey; entries: Entry[] }[] = [
  { legend: "o_warn", entries: [hours("warn_yellow_hours", "o_warn_yellow", "o_warn_hint"), hours("warn_red_hours", "o_warn_red")] },
  { legend: "o_quiet", entries: [hour("quiet_from", "o_quiet_from", "o_quiet_hint"), hour("quiet_to", "o_quiet_to")] },
  { legend: "o_risks", entries: [share("risk_high", "risk_high", "o_risks_hint"), share("risk_medium", "risk_medium"), share("risk_low", "risk_low")] },
  { legend: "o_keeping", entries: [days("keep_facts_days", "o_keep_facts", "o_keeping_hint"), days("keep_daily_days", "o_keep_daily")] },
];
const ENTRIES = GROUPS.flatMap(({ entries }) => entries);
const MOST_ROUNDS = 3;

/** What was read under `etag`, and what stands in the form of a shop where that differs. */
interface Copy { etag: string; preferences: Preferences; draft?: Preferences }
const copies = new Map<string, Copy>();

const select = (): HTMLSelectElement => find<HTMLSelectElement>("preferences-shop");
const input = ({ name }: Entry): HTMLInputElement => find<HTMLInputElement>(name);
const shown = ({ percent }: Entry, value: number): number => (percent ? Math.round(value * 1e6) / 1e4 : value);
const labelOf = (name: Name): string => { const entry = ENTRIES.find((each) => each.name === name); return entry ? t(entry.label) : name; };
const valueOf = (name: Name, value: number): string => { const entry = ENTRIES.find((each) => each.name === name); return entry?.percent ? `${shown(entry, value)}%` : String(value); };

function read(): Preferences {
  return Object.fromEntries(ENTRIES.map((entry) => [entry.name, entry.percent ? Math.round(input(entry).valueAsNumber * 1e4) / 1e6 : input(entry).valueAsNumber])) as Preferences;
}
function write(preferences: Preferences): void {
  for (const entry of ENTRIES) input(entry).value = String(shown(entry, preferences[entry.name]));
}
const same = (one: Preferences, other: Preferences): boolean => ENTRIES.every(({ name }) => one[name] === other[name]);

/** What contradicts itself, as the server would say it. */
function fault({ warn_red_hours, warn_yellow_hours, risk_low, risk_medium, risk_high, keep_daily_days, keep_facts_days }: Preferences): TextKey | null {
  if (warn_red_hours > warn_yellow_hours) return "e_warn_order";
  if (!(risk_low <= risk_medium && risk_medium <= risk_high)) return "e_risk_order";
  return keep_daily_days < keep_facts_days ? "e_keep_order" : null;
}

/** Shows a shop's settings; what was typed for it and not saved comes first. */
async function open(): Promise<void> {
  const shop = select().value;
  find("preferences-fields").hidden = shop === "";
  showChoices([]);
  if (shop === "") return;
  const known = copies.get(shop);
  if (!known?.draft) {
    const reply = await ask({ ask: "preferences", shop });
    if (!reply || shop !== select().value) return;
    enable(reply.ok || known !== undefined);
    if (!reply.ok) return failed("preferences-result", reply.why, reply.detail);
    copies.set(shop, reply);
    say("preferences-result", null);
  }
  const copy = copies.get(shop);
  if (copy) write(copy.draft ?? copy.preferences);
}

const enable = (on: boolean): void => { for (const set of find("preferences-fields").querySelectorAll("fieldset")) set.disabled = !on; find<HTMLButtonElement>("preferences-save").disabled = !on; };

function note(): void {
  const copy = copies.get(select().value);
  if (!copy) return;
  const draft = read();
  if (same(draft, copy.preferences)) delete copy.draft;
  else copy.draft = draft;
  say("preferences-result", copy.draft ? "o_unsaved" : null);
}

async function store(event: Event): Promise<void> {
  event.preventDefault();
  const shop = select().value;
  const copy = copies.get(shop);
  if (!copy) return;
  const wrong = fault(read());
  if (wrong) return say("preferences-result", wrong);
  const others = new Set<Name>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const mine = read();
    const base = copies.get(shop) ?? copy;
    const reply = await ask({ ask: "prefer", shop, preferences: mine, etag: base.etag });
    if (!reply) return;
    if (reply.ok) {
      copies.set(shop, reply);
      write(reply.preferences);
      showChoices([]);
      return others.size > 0 ? say("preferences-result", "o_merged", { names: [...others].map(labelOf).join("、") }) : say("preferences-result", "o_done");
    }
    if (reply.why !== "conflict") return failed("preferences-result", reply.why, reply.detail);
    const now = await ask({ ask: "preferences", shop });
    if (!now) return;
    if (!now.ok) return failed("preferences-result", now.why, now.detail);
    const { merged, taken, conflicts } = merge(base.preferences, mine, now.preferences);
    copies.set(shop, { etag: now.etag, preferences: now.preferences, draft: merged });
    for (const name of taken) others.add(name);
    write(merged);
    if (conflicts.length > 0) {
      showChoices(conflicts.map((name) => ({ name, mine: mine[name], theirs: now.preferences[name] })));
      return say("preferences-result", "e_conflict");
    }
  }
  say("preferences-result", "e_conflict");
}

/** Both values of each setting that two people changed at once; the one that is chosen goes into the form, to be saved. */
function showChoices(conflicts: { name: Name; mine: number; theirs: number }[]): void {
  const choice = (name: Name, whose: TextKey, value: number, chosen: boolean): HTMLElement => {
    const radio = h("input", { type: "radio", name: `choose-${name}`, checked: chosen, on: { change: () => { const entry = ENTRIES.find((each) => each.name === name); if (entry) { input(entry).value = String(shown(entry, value)); note(); } } } });
    return h("label", { class: "check" }, radio, h("span", {}, t(whose, { value: valueOf(name, value) })));
  };
  find("conflicts").replaceChildren(...conflicts.map(({ name, mine, theirs }) =>
    h("fieldset", { class: "conflict", "data-name": name }, h("legend", {}, labelOf(name)), choice(name, "o_mine", mine, true), choice(name, "o_theirs", theirs, false))));
  find("conflicts").hidden = conflicts.length === 0;
  find("conflicts").querySelector("input")?.focus();
}

addEventListener("beforeunload", (event) => { if ([...copies.values()].some(({ draft }) => draft)) event.preventDefault(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && !copies.get(select().value)?.draft) void open(); });

let seen = "";

/** What belongs to the shop and not to this browser: kept by the server, for every browser and for the worker. */
export const preferences: Section = {
  id: "preferences", title: "o_preferences",
  body: [
    soft("o_preferences_hint"),
    field("o_preferences_shop", h("select", { id: "preferences-shop", on: { change: () => void open() } })),
    h("form", { id: "preferences-fields", on: { submit: (event) => void store(event), input: (event) => { if ((event.target as HTMLInputElement).type === "number") note(); } } },
      ...GROUPS.map(({ legend, entries }) => h("fieldset", {}, text("legend", legend),
        ...entries.map(({ name, label, low, high, step, hint }) => field(label, h("input", { type: "number", id: name, min: low, max: high, step, required: true }), hint)))),
      h("div", { id: "conflicts", hidden: true }),
      buttons(button("preferences-save", "o_save", undefined, ""), result("preferences-result")),
    ),
  ],
  show(now) {
    choices(select(), now);
    const { settings: { paired, shops }, health: { revoked, away_since } } = now;
    const state = JSON.stringify([paired, revoked, away_since !== null, shops.map(({ id }) => id)]);
    if (state !== seen && !copies.get(select().value)?.draft) void open();
    seen = state;
  },
};
