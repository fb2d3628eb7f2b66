import type { Member, OwnDevice, Role } from "../api-contract.js";
import { h, trusted, type Child } from "../overlay/dom.js";
import type { TextKey } from "../texts.js";
import { roleName } from "./invitation.js";
import { buttons, sure, t, time } from "./section.js";

export const ROLES = ["member", "read_only", "owner"] as const satisfies readonly Role[];

/** What was begun on a line and not yet said yes or no to; `role`: the one that is chosen so far, on the copy under `etag`. */
export type Step = { deed: "role"; id: string; etag: string; role: Role } | { deed: "remove" | "revoke"; id: string };

/** What an owner's hand may do. */
export interface Hand {
  changeRole(member: Member): void;
  another(member: Member): void;
  askRemove(member: Member): void;
  askRevoke(device: OwnDevice): void;
  choose(role: Role): void;
  cancel(): void;
  yes(): void;
}

const seen = (at: string | null): string => (at === null ? t("o_seen_never") : t("o_seen", { at: time(at) }));
const tag = (key: TextKey): HTMLElement => h("em", { class: "tag" }, t(key));
const who = (name: string, mark: TextKey | false, about: string): HTMLElement => h("div", { class: "who" }, h("strong", {}, name), mark && tag(mark), h("small", {}, about));

/** `act` names the button for the focus, which stays on it when the list is drawn again. */
const press = (act: string, key: TextKey, of: string, does: () => void, kind = "quiet"): HTMLElement =>
  h("button", { type: "button", class: kind, "data-act": act, ...(of && { "aria-label": `${t(key)} ${of}` }), on: { click: trusted(does) } }, t(key));

const cancel = (hand: Hand): HTMLElement => press("cancel", "o_cancel", "", hand.cancel);

/** `hand` is null for whoever may only look. */
export function memberLine(member: Member, self: boolean, step: Step | null, hand: Hand | null): HTMLElement {
  const { id, name, role, devices, last_seen_at } = member;
  const line = who(name, self && "o_you", t("o_member_line", { role: roleName(role), n: devices, seen: seen(last_seen_at) }));
  return h("li", { "data-id": id }, line, ...(hand ? memberHand(member, self, step?.id === id ? step : null, hand) : []));
}

function memberHand(member: Member, self: boolean, step: Step | null, hand: Hand): Child[] {
  const { id, name, devices } = member;
  if (step?.deed === "role") return [roleForm(member, self, step, hand)];
  if (step) return [sure("remove", h("p", {}, t(self ? "o_remove_ask_self" : "o_remove_ask", { name, n: devices })), cancel(hand), press("yes", "o_remove_yes", "", hand.yes, "danger"))];
  return [buttons(
    press(`role:${id}`, "o_change_role", name, () => hand.changeRole(member)),
    press(`another:${id}`, "o_another_device", name, () => hand.another(member)),
    press(`remove:${id}`, "o_remove_member", name, () => hand.askRemove(member), "quiet danger"),
  )];
}

function roleForm({ name, role }: Member, self: boolean, step: Step & { deed: "role" }, hand: Hand): HTMLElement {
  const warning = h("p", { class: "note", role: "status" });
  const warn = (chosen: Role): void => { warning.hidden = !self || chosen === "owner"; warning.textContent = warning.hidden ? "" : t("o_new_role_self"); };
  const select = h("select", { id: "new-role", "data-act": "choose", "aria-describedby": "new-role-hint" }, ...ROLES.map((each) => h("option", { value: each, selected: each === step.role }, roleName(each)))) as HTMLSelectElement;
  select.addEventListener("change", () => { hand.choose(select.value as Role); warn(select.value as Role); });
  warn(step.role);
  return h("div", { class: "step" },
    h("div", { class: "field" }, h("label", { for: "new-role" }, t("o_new_role", { name, role: roleName(role) })), select, h("small", { id: "new-role-hint" }, t("o_new_role_hint"))),
    warning,
    buttons(press("yes", "o_save", "", hand.yes, ""), cancel(hand)));
}

export function deviceLine(device: OwnDevice, step: Step | null, hand: Hand | null): HTMLElement {
  const { id, name, member, last_seen_at, current } = device;
  const line = who(name, current && "o_this_browser", t("o_device_line", { member, seen: seen(last_seen_at) }));
  const own = current && h("p", { class: "soft" }, h("a", { href: "#data" }, t("o_own_device")));
  if (step?.deed === "revoke" && step.id === id && hand) return h("li", { "data-id": id }, line, sure("revoke", h("p", {}, t("o_revoke_ask", { name, member })), cancel(hand), press("yes", "o_revoke_yes", "", hand.yes, "danger")));
  return h("li", { "data-id": id }, line, own, hand && !current && buttons(press(`revoke:${id}`, "o_revoke", `${name} ${member}`, () => hand.askRevoke(device), "quiet danger")));
}

export const revokedLine = ({ id, name, member, revoked_at }: OwnDevice): HTMLElement => h("li", { "data-id": id }, who(name, false, t("o_revoked_line", { member, at: time(revoked_at ?? 0) })));
