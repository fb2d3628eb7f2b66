import type { Panel } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import { ROUTES } from "../routes.js";
import { percent } from "./numbers.js";
import { node as h, type Tree } from "./tree.js";

/** Which pages to open next so that the answers become whole, the widest gap first, each with its reasons. */
export function guide({ official, gaps, open_page }: Panel, t: Translate): Tree | null {
  const reasons = new Map<string, string[]>();
  const imports: string[] = [];
  if (!official) reasons.set("score", [t("guide_official")]);
  for (const { indicator, coverage, page } of gaps) {
    if (page) reasons.set(page, [...(reasons.get(page) ?? []), t("guide_gap", { name: named(t, indicator), n: percent(coverage) })]);
    else imports.push(named(t, indicator));
  }
  if (open_page && !reasons.has(open_page)) reasons.set(open_page, []);
  if (reasons.size === 0 && imports.length === 0) return null;
  return h("div", { class: "note guide", role: "group", "aria-label": t("guide") }, h("b", {}, t("guide")),
    h("ol", {}, ...[...reasons].map(([page, why]) => h("li", { "data-open": page }, link(page, t), why.length > 0 && h("small", {}, ` ${why.join("；")}`)))),
    imports.length > 0 && h("small", {}, t("guide_import", { names: imports.join("、") })));
}

function link(page: string, t: Translate): Tree {
  const [text, address] = [named(t, page, "page_"), (ROUTES as Readonly<Record<string, readonly string[]>>)[page]?.[0]];
  return address ? h("a", { href: `https://${address}` }, text) : text;
}
