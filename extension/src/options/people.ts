import type { Role } from "../api-contract.js";
import { h, trusted } from "../overlay/dom.js";
import { consented } from "../settings.js";
import type { TextKey } from "../texts.js";
import { drawInvitation, invitation } from "./invitation.js";
import { hand, invite } from "./people-deeds.js";
import { ROLES } from "./people-lines.js";
import { draw, load, missedIt, shown } from "./people-list.js";
import { button, buttons, field, find, options, result, soft, text, type Section } from "./section.js";

shown.hand = hand;
/** Somebody has paired this browser anew. */
export const renewPeople = (): void => void load();

/** The button's own click, by hand or by Enter in a field, and not a submission that a script asks for. */
async function sendInvitation(): Promise<void> {
  const form = find<HTMLFormElement>("invite-form");
  const name = find<HTMLInputElement>("invite-name").value.trim();
  if (form.checkValidity() && name !== "" && await invite(name, find<HTMLSelectElement>("invite-role").value as Role)) form.reset();
}

const heading = (id: string, key: TextKey): HTMLElement => text("h3", key, { id, tabindex: "-1" });
const escape = (event: Event): void => { if (event.isTrusted && (event as KeyboardEvent).key === "Escape" && shown.step) hand.cancel(); };

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void load(); });

let seen = "";

/** Who is in the account and with what; an owner lets people in, gives them another role, and ends what should end. */
export const people: Section = {
  id: "people", title: "o_people",
  body: [
    soft("o_people_hint"),
    h("p", { id: "people-shut", class: "soft", tabindex: "-1" }),
    h("p", { id: "people-self", class: "note", tabindex: "-1", hidden: true }),
    h("div", { id: "members-part", hidden: true, on: { keydown: escape } }, heading("members-title", "o_members"), h("ul", { id: "members", class: "people", "aria-labelledby": "members-title" })),
    result("members-result"),
    h("div", { id: "invite-part", hidden: true },
      text("h3", "o_invite"),
      soft("o_invite_hint"),
      h("form", { id: "invite-form", on: { submit: (event) => event.preventDefault() } },
        field("o_invite_name", h("input", { id: "invite-name", required: true, pattern: ".*\\S.*", maxlength: "100", autocomplete: "off", spellcheck: "false" })),
        field("o_role", h("select", { id: "invite-role" }, ...options(...ROLES.map((role): [string, TextKey] => [role, `role_${role}`])))),
        buttons(text("button", "o_invite_make", { id: "invite", type: "submit", on: { click: trusted(() => void sendInvitation()) } })),
      ),
      invitation(),
    ),
    result("invite-result"),
    h("div", { id: "devices-part", hidden: true, on: { keydown: escape } },
      heading("devices-title", "o_devices"),
      h("ul", { id: "devices", class: "people", "aria-labelledby": "devices-title" }),
      h("details", { id: "revoked-part", hidden: true }, h("summary", { id: "revoked-title" }, h("span", { id: "revoked-count" })), h("ul", { id: "revoked", class: "people" })),
    ),
    result("devices-result"),
    buttons(button("people-renew", "o_renew", () => void load()), result("people-read")),
  ],
  show(given) {
    shown.now = given;
    const { settings: { paired, server, reads_only }, health: { revoked } } = given;
    const key = JSON.stringify([consented(given.settings), paired, server, reads_only, revoked]);
    if (key !== seen || missedIt()) void load();
    seen = key;
    drawInvitation();
    draw();
  },
};
