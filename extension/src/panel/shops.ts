import type { ListedSubject, SubjectPage } from "../api-contract.js";
import type { Translate } from "../i18n.js";
import { grow, h, trusted, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import { loadSettings } from "../settings.js";
import type { TextKey } from "../texts.js";
import type { Around } from "./around.js";
import { known } from "./figures.js";
import type { Feature } from "./feature.js";

const SORTS: Readonly<Record<string, TextKey>> = { change: "p_sort_change", total: "p_sort_total", at_risk: "p_sort_at_risk", expected_loss: "p_sort_expected_loss", name: "p_sort_name" };
/** As many as the server gives in one answer. */
const MOST = 200;
const TYPING_MS = 300;

/** What is asked for, as long as the panel is open. */
const wanted = { sort: "change", q: "" };
let typing: ReturnType<typeof setTimeout> | undefined;

interface Listed { page: SubjectPage; bound: string[] }

/** Every shop and creator of the account, those that need attention first. */
export const shops: Feature<Listed> = {
  id: "shops",
  title: "p_shops",
  async load(around) {
    const { shops: here } = await loadSettings();
    const page = await around.read("subjects", { sort: wanted.sort, limit: String(MOST), ...(wanted.q && { q: wanted.q }) });
    return { page, bound: here.map(({ id }) => id) };
  },
  draw({ page: { items, next_cursor }, bound }, around) {
    const { t } = around;
    return [
      around.once("shops", () => h("div", { class: "row" }, find(around), order(around))),
      items.length === 0 ? h("p", { class: "soft" }, t("p_shops_none")) : table(items, new Set(bound), around),
      next_cursor !== null && h("p", { class: "soft" }, t("p_shops_more", { n: items.length })),
    ];
  },
};

function find(around: Around): HTMLElement {
  const label = around.t("p_shops_find");
  const input = h("input", { type: "search", value: wanted.q, maxlength: "100", placeholder: label, "aria-label": label, "data-act": "find", autocomplete: "off" }) as HTMLInputElement;
  const typed = (): void => {
    clearTimeout(typing);
    typing = setTimeout(() => { wanted.q = input.value.trim(); around.redo(); }, TYPING_MS);
  };
  // Half a syllable of an input method is no name to look for.
  input.addEventListener("input", (event) => { if (!(event as InputEvent).isComposing) typed(); });
  input.addEventListener("compositionend", typed);
  return input;
}

function order(around: Around): HTMLElement {
  const { t } = around;
  const select = h("select", { "aria-label": t("p_shops_sort"), "data-act": "sort" }, ...Object.entries(SORTS).map(([sort, text]) => h("option", { value: sort, selected: sort === wanted.sort }, t(text)))) as HTMLSelectElement;
  select.addEventListener("change", () => { wanted.sort = select.value; around.redo(); });
  return select;
}

const table = (items: readonly ListedSubject[], bound: ReadonlySet<string>, around: Around): HTMLElement =>
  h("table", { class: "shops" },
    h("thead", {}, h("tr", {}, ...(["p_shops_who", "p_shops_total", "p_shops_change", "p_shops_at_risk"] as const).map((text) => h("th", { scope: "col" }, around.t(text))))),
    h("tbody", {}, ...items.map((one) => row(one, bound.has(one.id), around))));

function row({ id, name, overview }: ListedSubject, bound: boolean, { shop, choose, t }: Around): HTMLElement {
  const who = name ?? id;
  const chosen = shop.id === id;
  return h("tr", { "data-id": id, ...(chosen && { "aria-current": "true" }) },
    h("th", { scope: "row" },
      bound ? h("button", { class: "link", type: "button", "data-act": `shop:${id}`, on: { click: trusted(() => choose(id)) } }, who) : who,
      h("small", {}, [name === null ? "" : id, bound ? "" : t("p_shops_unbound")].filter(Boolean).join(" · "))),
    h("td", {}, known(overview?.shown?.total ?? overview?.total ?? null, t)),
    h("td", {}, ...changed(overview)),
    h("td", {}, ...risky(overview, t)));
}

type Overview = ListedSubject["overview"];

const changed = (overview: Overview): Child[] => {
  const change = overview?.shown?.change ?? null;
  return [change === null ? "—" : grow(move(change))];
};

/** How many orders, and what they are expected to cost where that is known. */
const risky = (overview: Overview, t: Translate<TextKey>): Child[] => {
  const { at_risk = null, high = 0, expected_loss = null } = overview?.risk ?? {};
  if (at_risk === null) return ["—"];
  return [String(at_risk), high > 0 && h("small", {}, t("p_shops_high", { n: high })), expected_loss !== null && expected_loss >= 0.005 && h("small", {}, grow(move(-expected_loss)))];
};
