import type { PackSummary } from "../api-contract.js";
import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { dayOf } from "../time.js";
import { button, buttons, fill, find, result, failed, soft, t, text, type Now, type Section } from "./section.js";

/** The only one whose pages this extension reads. */
const PLATFORM = "douyin";
const GRADES = ["A", "B", "C", "?"] as const;
let known: { packs: PackSummary[]; key: string } | null = null;

const inForce = ({ since, until }: PackSummary, day: string): boolean => since <= day && (until === null || day <= until);
const whose = ({ scope: { type } }: PackSummary): string => t(type === "creator" ? "o_type_creator" : "o_type_shop");
const nameOf = ({ name }: PackSummary, lang: Now["lang"]): string => name[lang];
const grades = (pack: PackSummary): string => GRADES.flatMap((grade) => (pack.grades[grade] ? [`${grade} ${pack.grades[grade]}`] : [])).join(" · ");

function packLine(pack: PackSummary, lang: Now["lang"]): HTMLElement {
  return h("tr", { "data-pack": pack.id }, h("th", { scope: "row" }, nameOf(pack, lang), h("small", {}, `${whose(pack)} · ${pack.id}`)), h("td", {}, pack.since), h("td", {}, grades(pack)));
}

interface Change { day: string; key: "o_rule_begins" | "o_rule_ends"; pack: PackSummary }

/** Every day on which a set of rules began or ends, the newest first. */
function calendar(packs: readonly PackSummary[]): Change[] {
  const changes = packs.flatMap((pack): Change[] => [
    { day: pack.since, key: "o_rule_begins", pack },
    ...(pack.until === null ? [] : [{ day: pack.until, key: "o_rule_ends" as const, pack }]),
  ]);
  return changes.sort((one, other) => other.day.localeCompare(one.day));
}

function draw(lang: Now["lang"]): void {
  const packs = known?.packs ?? [];
  const today = dayOf(Date.now());
  find("packs").replaceChildren(...packs.filter((pack) => inForce(pack, today)).map((pack) => packLine(pack, lang)));
  fill("calendar", calendar(packs).map(({ day, key, pack }) =>
    h("li", { class: day > today ? "ahead" : "" }, h("time", { datetime: day }, day), ` ${t(key, { name: nameOf(pack, lang) })}${day > today ? ` · ${t("o_rule_ahead")}` : ""}`)), "o_rules_none");
}

/** Whose answer is wanted. */
const keyOf = ({ server, paired }: Now["settings"]): string => `${server} ${paired}`;

async function fetchPacks({ settings, lang }: Pick<Now, "settings" | "lang">, force: boolean): Promise<void> {
  const key = keyOf(settings);
  if (!settings.paired || (!force && known?.key === key)) return draw(lang);
  const reply = await ask({ ask: "packs" });
  if (!reply || key !== keyOf(now.settings)) return;
  if (!reply.ok) return failed("packs-result", reply.why, reply.detail);
  known = { packs: reply.packs.filter(({ scope }) => scope.platform === PLATFORM), key };
  find("packs-result").textContent = "";
  draw(lang);
}

let now: Now;

/** By which rules the numbers are made, how sure these are, and when they change. */
export const rules: Section = {
  id: "rules", title: "o_rules",
  body: [
    soft("o_rules_hint"),
    h("table", {}, text("caption", "o_rules_now", { class: "unseen" }), h("thead", {}, h("tr", {}, text("th", "o_rule_name", { scope: "col" }), text("th", "o_rule_since", { scope: "col" }), text("th", "o_rule_grades", { scope: "col" }))), h("tbody", { id: "packs" })),
    text("h3", "o_calendar"),
    h("ul", { id: "calendar" }),
    buttons(button("packs-renew", "o_renew", () => fetchPacks(now, true)), result("packs-result")),
  ],
  show(given) {
    now = given;
    void fetchPacks(given, false);
  },
};
