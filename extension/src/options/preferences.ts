import type { Preferences } from "../api-contract.js";
import type { Params } from "../i18n.js";
import { ask, type Answers, type No } from "../messages.js";
import { h } from "../overlay/dom.js";
import type { TextKey } from "../texts.js";
import { newest, oneByOne } from "../turns.js";
import { merge, rebased } from "./merge.js";
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

/** A setting that two people changed at once. */
interface Conflict { name: Name; mine: number; theirs: number }
/** What was read under `etag`, what stands in the form of a shop where that differs, and what somebody has to choose in it. */
interface Copy { etag: string; preferences: Preferences; draft?: Preferences; conflicts?: Conflict[] }
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

const reading = newest();

/** Shows a shop's settings; what was typed for it and not saved comes first, also what was typed while they were read. */
async function open(): Promise<void> {
  const shop = select().value;
  find("preferences-fields").hidden = shop === "";
  const known = copies.get(shop);
  showChoices(known);
  if (shop === "") return;
  if (!known?.draft) {
    if (!known) enable(false);
    const isNewest = reading();
    const reply = await ask({ ask: "preferences", shop });
    // Asked for again, saved or typed into meanwhile.
    if (!reply || !isNewest() || shop !== select().value || copies.get(shop) !== known || known?.draft) return;
    enable(reply.ok || known !== undefined);
    if (!reply.ok) return failed("preferences-result", reply.why, reply.detail);
    copies.set(shop, reply);
  }
  enable(true);
  const copy = copies.get(shop);
  if (copy) write(copy.draft ?? copy.preferences);
  say("preferences-result", copy?.conflicts ? "e_conflict" : copy?.draft ? "o_unsaved" : null);
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

/** What is saved is what the form held for its shop when the button was pressed; one save waits for the one before. */
const inTurn = oneByOne();
function store(event: Event): void {
  event.preventDefault();
  const shop = select().value;
  const mine = read();
  const wrong = fault(mine);
  if (wrong) return say("preferences-result", wrong);
  void inTurn(() => put(shop, mine));
}

async function put(shop: string, wanted: Preferences): Promise<void> {
  const others = new Set<Name>();
  let mine = wanted;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const base = copies.get(shop);
    if (!base) return;
    const reply = await ask({ ask: "prefer", shop, preferences: mine, etag: base.etag });
    if (!reply) return;
    if (reply.ok) {
      learn(shop, mine, reply);
      if (copies.get(shop)?.draft) return about(shop, "o_unsaved");
      return others.size > 0 ? about(shop, "o_merged", { names: [...others].map(labelOf).join("、") }) : about(shop, "o_done");
    }
    if (reply.why !== "conflict") return refused(shop, reply);
    const now = await ask({ ask: "preferences", shop });
    if (!now) return;
    if (!now.ok) return refused(shop, now);
    const { merged, taken, conflicts } = merge(base.preferences, mine, now.preferences);
    learn(shop, mine, now, merged, conflicts);
    if (conflicts.length > 0) return about(shop, "e_conflict");
    for (const name of taken) others.add(name);
    mine = merged;
  }
  about(shop, "e_conflict");
}

/** The server's copy of a shop, and in its form the same, or `merged`; what was typed since `mine` was sent stays. */
function learn(shop: string, mine: Preferences, { etag, preferences }: Answers["prefer"], merged = preferences, names: Name[] = []): void {
  const conflicts = names.map((name) => ({ name, mine: mine[name], theirs: preferences[name] }));
  const before = copies.get(shop);
  const form = shop === select().value ? read() : before?.draft ?? before?.preferences ?? mine;
  const draft = rebased(form, mine, merged);
  const copy = { etag, preferences, ...(!same(draft, preferences) && { draft }), ...(conflicts.length > 0 && { conflicts }) };
  copies.set(shop, copy);
  if (shop !== select().value) return;
  write(draft);
  showChoices(copy);
  find("conflicts").querySelector("input")?.focus();
}

/** Of a save of another shop than the one in sight nothing is said here; what was not taken stands in its form. */
const about = (shop: string, ...[key, params]: [TextKey, Params?]): void => { if (shop === select().value) say("preferences-result", key, params); };
const refused = (shop: string, { why, detail }: No): void => { if (shop === select().value) failed("preferences-result", why, detail); };

/** Both values of each setting that two people changed at once; the one that is chosen goes into the form, to be saved. */
function showChoices({ preferences, draft = preferences, conflicts = [] }: Partial<Copy> = {}): void {
  const choice = (name: Name, whose: TextKey, value: number, chosen: boolean): HTMLElement => {
    const radio = h("input", { type: "radio", name: `choose-${name}`, checked: chosen, on: { change: () => { const entry = ENTRIES.find((each) => each.name === name); if (entry) { input(entry).value = String(shown(entry, value)); note(); } } } });
    return h("label", { class: "check" }, radio, h("span", {}, t(whose, { value: valueOf(name, value) })));
  };
  find("conflicts").replaceChildren(...conflicts.map(({ name, mine, theirs }) =>
    h("fieldset", { class: "conflict", "data-name": name }, h("legend", {}, labelOf(name)), choice(name, "o_mine", mine, draft?.[name] === mine), choice(name, "o_theirs", theirs, draft?.[name] === theirs))));
  find("conflicts").hidden = conflicts.length === 0;
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
    h("form", { id: "preferences-fields", on: { submit: store, input: (event) => { if ((event.target as HTMLInputElement).type === "number") note(); } } },
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
