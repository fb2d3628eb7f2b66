import type { Member, Role } from "../api-contract.js";
import { ask, type Answers, type No, type PageAsk, type Reply } from "../messages.js";
import type { PeopleAsk } from "../people.js";
import type { TextKey } from "../texts.js";
import { roleName, showInvitation } from "./invitation.js";
import type { Hand, Step } from "./people-lines.js";
import { begin, deviceOf, draw, end, freshen, isMember, load, memberOf, shown } from "./people-list.js";
import { failed, say } from "./section.js";

let underWay = false;

/** One deed at a time: asks for it unless another is under way; null then, and where the extension is gone. */
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
  const before = shown.step;
  const reply = await deed("members-result", { ask: "member", id });
  if (!reply) return;
  if (!reply.ok) return refused("members-result", reply, name);
  say("members-result", null);
  freshen(reply.member);
  // Something else was begun; that what was open has been closed meanwhile is no reason not to open this.
  if (shown.step !== before && shown.step !== null) return draw();
  begin({ deed: "role", id, etag: reply.etag, role: reply.member.role }, "choose", "members-title");
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
  const { step } = shown;
  if (step?.deed === "role" && step.id === id) shown.step = { ...step, etag: fresh.etag };
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
  const member = memberOf(begun.id);
  if (member) await finish(begun, "members", { ask: "remove-member", id: member.id }, "o_member_removed", { name: member.name });
}

async function revoke(begun: Step): Promise<void> {
  const device = deviceOf(begun.id);
  if (device) await finish(begun, "devices", { ask: "revoke-device", id: device.id }, "o_device_revoked", { name: device.name, member: device.member });
}

/** What ends a line of a list; one that is gone already has ended. */
async function finish(begun: Step, list: "members" | "devices", message: Extract<PeopleAsk, { ask: "remove-member" | "revoke-device" }>, done: TextKey, of: { name: string; member?: string }): Promise<void> {
  const output = `${list}-result`;
  const reply = await deed(output, message);
  if (!reply) return;
  if (!reply.ok && reply.why !== "gone") return refused(output, reply, of.name);
  say(output, done, of);
  await load();
  end(begun, "", `${list}-title`);
}

/** Whether there is a code now. */
export async function invite(name: string, role: Role): Promise<boolean> {
  const further = isMember(name);
  const server = shown.now?.settings.server ?? "";
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

const opener = (of: Step): string => `${of.deed}:${of.id}`;
export const hand: Hand = {
  changeRole: (member) => void openRole(member),
  another: ({ name, role }) => void invite(name, role),
  askRemove: ({ id }) => { say("members-result", null); begin({ deed: "remove", id }, "cancel", "members-title"); },
  askRevoke: ({ id }) => { say("devices-result", null); begin({ deed: "revoke", id }, "cancel", "devices-title"); },
  choose: (role) => { if (shown.step?.deed === "role") shown.step = { ...shown.step, role }; },
  cancel: () => { if (shown.step) begin(null, opener(shown.step), "people-self"); },
  yes: () => { const { step } = shown; if (step) void (step.deed === "role" ? saveRole(step) : step.deed === "remove" ? remove(step) : revoke(step)); },
};
