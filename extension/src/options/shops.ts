import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { button, buttons, failed, field, fill, find, redraw, result, save, say, soft, submitted, t, type Now, type Section } from "./section.js";

/** So many are seen at a glance; more are searched, and no more than so many drawn. */
const FEW = 8;
const MOST = 20;
const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

async function bind(): Promise<void> {
  say("shop-result", "o_working");
  const typed = (): [string, string] => [input("shop-id").value.trim(), input("shop-name").value.trim()];
  const [id, name] = typed();
  const reply = await ask({ ask: "bind", shop: { id, name: name || null } });
  if (!reply) return;
  if (!reply.ok) return failed("shop-result", reply.why, reply.detail);
  if (typed().join() === [id, name].join()) input("shop-id").value = input("shop-name").value = "";
  say("shop-result", "o_done");
}

async function adopt(): Promise<void> {
  say("adopt-result", "o_working");
  const reply = await ask({ ask: "adopt" });
  if (!reply) return;
  if (!reply.ok) return failed("adopt-result", reply.why, reply.detail);
  say("adopt-result", reply.added > 0 ? "o_adopted" : "o_adopted_none", { n: reply.added });
}

export const nameOf = ({ id, name }: { id: string; name: string | null }): string => `${name ?? ""} ${id}`.trim();

/** The shops as choices; what was chosen stays where it still exists. */
export function choices(select: HTMLSelectElement, { settings: { shops } }: Now): void {
  const chosen = select.value;
  select.replaceChildren(...shops.map((shop) => h("option", { value: shop.id }, nameOf(shop))));
  select.value = shops.some(({ id }) => id === chosen) ? chosen : shops[0]?.id ?? "";
}

const line = (shop: { id: string; name: string | null }): HTMLElement => h("li", {}, h("span", {}, nameOf(shop)),
  h("button", { class: "quiet", type: "button", "aria-label": `${t("o_remove")} ${nameOf(shop)}`, on: { click: () => void save(({ shops }) => ({ shops: shops.filter(({ id }) => id !== shop.id) })) } }, t("o_remove")));

/** Whose pages are kept. */
export const shops: Section = {
  id: "shops-section", title: "o_shops",
  body: [
    soft("o_shops_hint"),
    field("o_shops_find", h("input", { id: "shops-find", type: "search", autocomplete: "off", on: { input: redraw } })),
    h("ul", { id: "shops" }),
    h("p", { id: "shops-count", class: "soft", role: "status" }),
    buttons(button("adopt", "o_adopt", adopt), result("adopt-result")),
    soft("o_adopt_hint"),
    h("form", { id: "shop-form", on: { submit: submitted(bind) } },
      field("o_shop_id", h("input", { id: "shop-id", required: true, pattern: "[0-9]{1,32}", inputmode: "numeric", autocomplete: "off" })),
      field("o_shop_name", h("input", { id: "shop-name", autocomplete: "off" })),
      button("shop-add", "o_add", undefined, ""),
      result("shop-result"),
    ),
  ],
  show({ settings }) {
    const { shops: all } = settings;
    const many = all.length > FEW;
    find("shops-find").parentElement!.hidden = !many;
    const sought = many ? input("shops-find").value.trim().toLowerCase() : "";
    const found = all.filter((shop) => nameOf(shop).toLowerCase().includes(sought));
    fill("shops", found.slice(0, MOST).map(line), many ? "o_log_not_found" : "o_no_shops");
    find("shops-count").textContent = many ? t("o_shops_count", { n: Math.min(found.length, MOST), found: found.length, all: all.length }) : "";
    find("adopt").hidden = !settings.paired;
  },
};
