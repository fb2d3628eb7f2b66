import type { Member, OwnDevice, Role } from "../api-contract.js";
import { ask, type Answers, type No, type PageAsk, type Reply } from "../messages.js";
import { h, trusted } from "../overlay/dom.js";
import type { People, PeopleAsk } from "../people.js";
import { consented } from "../settings.js";
import type { TextKey } from "../texts.js";
import { drawInvitation, forgetInvitation, invitation, roleName, showInvitation } from "./invitation.js";
import { deviceLine, memberLine, revokedLine, ROLES, type Hand, type Step } from "./people-lines.js";
import { button, buttons, failed, field, find, options, result, say, soft, t, text, type Now, type Section } from "./section.js";

let known: People | null = null;
let step: Step | null = null;
/** One deed at a time; what is asked later makes an earlier answer late. */
let underWay = false;
let turn = 0;
/** Nobody answered when all was last read: it is read again by itself once somebody does. A fault of one route is not asked after. */
let missed = false;
let now: Now | null = null;
let drawn = "";

const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);
const members = (): Member[] => known?.everybody?.members ?? [];
const memberOf = (id: string): Member | undefined => members().find((one) => one.id === id);
const deviceOf = (id: string): OwnDevice | undefined => known?.everybody?.devices.find((one) => one.id === id);
const ready = (): boolean => now !== null && consented(now.settings) && now.settings.paired && !now.health.revoked;

/** Puts lines into a list; the focus stays on what it was on, or goes to the list's heading where that is gone. */
function put(list: string, lines: HTMLElement[]): void {
  const place = find(list);
  const active = document.activeElement;
  const held = active instanceof HTMLElement && place.contains(active);
  place.replaceChildren(...lines);
  if (held) focusOn(active.dataset["act"] ?? "", `${list}-title`);
}

/** To the button of that name, else to what is there of the headings. */
function focusOn(act: string, otherwise: string): void {
  const places = [find("people").querySelector<HTMLElement>(`[data-act="${CSS.escape(act)}"]`), find(otherwise), find("people-self"), find("people-shut")];
  places.find((place) => place?.checkVisibility())?.focus();
}

function draw(): void {
  const key = JSON.stringify([known, step && { ...step, role: "" }, now?.lang, ready()]);
  if (key === drawn) return;
  drawn = key;
  const everybody = known?.everybody ?? null;
  const self = known?.own.member;
  const devices = everybody?.devices ?? (known ? [known.own] : []);
  const valid = devices.filter(({ revoked_at }) => revoked_at === null);
  const revoked = devices.filter(({ revoked_at }) => revoked_at !== null);
  find("people-shut").hidden = ready();
  find("people-shut").textContent = t(now?.health.revoked ? "e_revoked" : "o_people_not_paired");
  find("people-self").hidden = known === null || everybody !== null;
  find("people-self").textContent = known ? t("o_people_self", { name: known.own.member, role: roleName(known.own.role) }) : "";
  for (const id of ["members-part", "invite-part"]) find(id).hidden = everybody === null;
  find("devices-part").hidden = known === null;
  find("people-renew").hidden = !ready();
  put("members", members().map((one) => memberLine(one, one.name === self, step, hand)));
  put("devices", [...valid.filter(({ current }) => current), ...valid.filter(({ current }) => !current)].map((one) => deviceLine(one, step, everybody && hand)));
  find("revoked-part").hidden = revoked.length === 0;
  find("revoked-count").textContent = t("o_devices_revoked", { n: revoked.length });
  put("revoked", revoked.map(revokedLine));
}

/** Reads everything anew. What was read stays on show while the server is away, and goes where this browser may read it no more. */
async function load(): Promise<void> {
  const mine = ++turn;
  missed = false;
  if (ready()) {
    const reply = await ask({ ask: "people" });
    if (!reply || mine !== turn) return;
    if (reply.ok) {
      known = { own: reply.own, everybody: reply.everybody };
      say("people-read", null);
    } else {
      failed("people-read", reply.why, reply.detail);
      missed = reply.why === "away";
      if (reply.why !== "away" && reply.why !== "busy" && reply.why !== "fault") known = null;
    }
  } else {
    known = null;
    say("people-read", null);
  }
  if (!known?.everybody) forgetInvitation();
  if (step && !(step.deed === "revoke" ? deviceOf(step.id)?.revoked_at === null : memberOf(step.id))) step = null;
  draw();
}

export const renewPeople = (): void => void load();

function begin(next: Step | null, act: string, otherwise: string): void {
  step = next;
  draw();
  focusOn(act, otherwise);
}

/** A deed is over: its step is closed, unless another was begun meanwhile, and the focus goes on from there, unless somebody took it elsewhere. */
function end(over: Step, act: string, otherwise: string): void {
  const active = document.activeElement;
  const here = active === document.body || (active instanceof HTMLElement && (["yes", "choose", "cancel"].includes(active.dataset["act"] ?? "") || active.id === otherwise));
  const mine = step === null || (step.deed === over.deed && step.id === over.id);
  if (mine) step = null;
  draw();
  if (mine && here) focusOn(act, otherwise);
}

/** Asks for a deed unless another is under way; null then, and where the extension is gone. */
async function deed<M extends PeopleAsk & PageAsk>(output: string, message: M): Promise<Reply<Answers[M["ask"]]> | null> {
  if (underWay) return null;
  underWay = true;
  say(output, "o_working");
  try {
    return await ask(message);
  } finally {
    underWay = false;
  }
}

/** Says why not, and shows what holds instead. */
async function refused(output: string, { why, detail }: No, name: string): Promise<void> {
  if (why === "conflict") say(output, "e_people_changed", { name });
  else failed(output, why, detail);
  if (why !== "away" && why !== "busy" && why !== "fault") await load();
}

async function openRole({ id, name }: Member): Promise<void> {
  const before = step;
  const reply = await deed("members-result", { ask: "member", id });
  if (!reply) return;
  if (!reply.ok) return refused("members-result", reply, name);
  say("members-result", null);
  freshen(reply.member);
  if (step !== before) return draw();
  begin({ deed: "role", id, etag: reply.etag, role: reply.member.role }, "choose", "members-title");
}

/** A member as read just now takes the place of the one that was listed. */
function freshen(member: Member): void {
  if (known?.everybody) known = { ...known, everybody: { ...known.everybody, members: members().map((one) => (one.id === member.id ? member : one)) } };
}

async function saveRole(begun: Step & { deed: "role" }): Promise<void> {
  const { id, etag, role } = begun;
  const member = memberOf(id);
  if (!member) return;
  const { name } = member;
  if (member.role === role) return begin(null, `role:${id}`, "members-title");
  const reply = await deed("members-result", { ask: "set-role", id, role, etag });
  if (!reply) return;
  if (reply.ok) return roleChanged(begun, member);
  if (reply.why !== "conflict") return refused("members-result", reply, name);
  const fresh = await deed("members-result", { ask: "member", id });
  if (!fresh) return;
  if (!fresh.ok) return refused("members-result", fresh, name);
  // An answer that was lost on its way: it is as it was wanted.
  if (fresh.member.role === role) return roleChanged(begun, fresh.member);
  await refused("members-result", reply, name);
  freshen(fresh.member);
  if (step?.deed === "role" && step.id === id) step = { ...step, etag: fresh.etag };
  draw();
}

async function roleChanged(begun: Step & { deed: "role" }, member: Member): Promise<void> {
  const { id, role } = begun;
  say("members-result", "o_role_changed", { name: member.name, role: roleName(role) });
  freshen({ ...member, role });
  await load();
  end(begun, `role:${id}`, "people-self");
}

async function remove(begun: Step): Promise<void> {
  const { id } = begun;
  const member = memberOf(id);
  if (!member) return;
  const reply = await deed("members-result", { ask: "remove-member", id });
  if (!reply) return;
  if (!reply.ok && reply.why !== "gone") return refused("members-result", reply, member.name);
  say("members-result", "o_member_removed", { name: member.name });
  await load();
  end(begun, "", "members-title");
}

async function revoke(begun: Step): Promise<void> {
  const { id } = begun;
  const device = deviceOf(id);
  if (!device) return;
  const reply = await deed("devices-result", { ask: "revoke-device", id });
  if (!reply) return;
  if (!reply.ok && reply.why !== "gone") return refused("devices-result", reply, device.name);
  say("devices-result", "o_device_revoked", { name: device.name, member: device.member });
  await load();
  end(begun, "", "devices-title");
}

/** Whether there is a code now. */
async function invite(name: string, role: Role): Promise<boolean> {
  const further = members().some((one) => one.name === name);
  const server = now?.settings.server ?? "";
  const reply = await deed("invite-result", { ask: "invite", name, role });
  if (!reply) return false;
  if (!reply.ok) {
    await refused("invite-result", reply, name);
    return false;
  }
  say("invite-result", null);
  showInvitation(reply.invited, server, further);
  return true;
}

/** The button's own click, by hand or by Enter in a field, and not a submission that a script asks for. */
async function sendInvitation(): Promise<void> {
  const form = find<HTMLFormElement>("invite-form");
  const name = input("invite-name").value.trim();
  if (form.checkValidity() && name !== "" && await invite(name, find<HTMLSelectElement>("invite-role").value as Role)) form.reset();
}

const opener = (of: Step): string => `${of.deed}:${of.id}`;
const hand: Hand = {
  changeRole: (member) => void openRole(member),
  another: ({ name, role }) => void invite(name, role),
  askRemove: ({ id }) => { say("members-result", null); begin({ deed: "remove", id }, "cancel", "members-title"); },
  askRevoke: ({ id }) => { say("devices-result", null); begin({ deed: "revoke", id }, "cancel", "devices-title"); },
  choose: (role) => { if (step?.deed === "role") step = { ...step, role }; },
  cancel: () => { if (step) begin(null, opener(step), "people-self"); },
  yes: () => { if (step) void (step.deed === "role" ? saveRole(step) : step.deed === "remove" ? remove(step) : revoke(step)); },
};

const heading = (id: string, key: TextKey): HTMLElement => text("h3", key, { id, tabindex: "-1" });
const escape = (event: Event): void => { if (event.isTrusted && (event as KeyboardEvent).key === "Escape" && step) hand.cancel(); };

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
        field("o_invite_name", h("input", { id: "invite-name", required: true, maxlength: "100", autocomplete: "off", spellcheck: "false" })),
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
    buttons(button("people-renew", "o_renew", load), result("people-read")),
  ],
  show(given) {
    now = given;
    const { settings: { paired, server, reads_only }, health: { revoked, away_since } } = given;
    const key = JSON.stringify([consented(given.settings), paired, server, reads_only, revoked]);
    if (key !== seen || (missed && away_since === null)) void load();
    seen = key;
    drawInvitation();
    draw();
  },
};
