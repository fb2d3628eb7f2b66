import type { Invited, Member, OwnDevice, Role } from "./api-contract.js";
import { problem, type Answer } from "./api.js";
import { whileAgreed } from "./desk.js";
import type { Line } from "./line.js";
import { no, type Desk, type Failure, type No, type Reply } from "./messages.js";

/** What the settings page asks about the people of the account and their devices. */
export type PeopleAsk =
  | { ask: "people" }
  | { ask: "member"; id: string }
  | { ask: "invite"; name: string; role: Role }
  | { ask: "set-role"; id: string; role: Role; etag: string }
  | { ask: "remove-member"; id: string }
  | { ask: "revoke-device"; id: string };

/** `everybody`: all of the account, which an owner may read; else this browser's own device is all that is told. */
export interface People { own: OwnDevice; everybody: { members: Member[]; devices: OwnDevice[] } | null }

export interface PeopleAnswers {
  people: People;
  member: { member: Member; etag: string };
  invite: { invited: Invited };
  "set-role": object;
  "remove-member": object;
  "revoke-device": object;
}

const WHY: Readonly<Record<string, Failure>> = { "scope-missing": "not_owner", "last-owner": "last_owner", "member-has-role": "has_role", "changed-meanwhile": "conflict", "not-found": "gone" };

/** What the code of a problem means here. */
function refusal({ status, body }: Answer): No {
  const code = (body as { code?: unknown } | null)?.code;
  return no(typeof code === "string" && Object.hasOwn(WHY, code) ? WHY[code] ?? "refused" : "refused", problem(body) || String(status));
}

/** Answers the section "People and devices", and heeds what is said there of this browser's own token. */
export function peopleDesk(line: Line): Desk<PeopleAsk> {
  const asking = whileAgreed(line.call);
  const done = async (work: Parameters<typeof asking<Answer>>[0]): Promise<Reply<object>> => {
    const answer = await asking(work);
    return "why" in answer ? answer : answer.status < 300 ? { ok: true } : refusal(answer);
  };

  return {
    async people() {
      const own = await asking((client) => client.own(client.device ?? ""));
      if ("why" in own) return own;
      if (own.status !== 200 || !own.body.id || !own.body.scopes) return refusal(own);
      const device = own.body as OwnDevice;
      await line.heed(device.id, device.scopes);
      if (!device.scopes.includes("devices:write")) return { ok: true, own: device, everybody: null };
      const [members, devices] = await Promise.all([asking((client) => client.members()), asking((client) => client.devices())]);
      if ("why" in members) return members;
      if ("why" in devices) return devices;
      if (members.status !== 200 || !members.body.items) return refusal(members);
      if (devices.status !== 200 || !devices.body.items) return refusal(devices);
      return { ok: true, own: device, everybody: { members: members.body.items, devices: devices.body.items } };
    },

    async member({ id }) {
      const answer = await asking((client) => client.member(id));
      if ("why" in answer) return answer;
      return answer.status === 200 && answer.body.id && answer.etag ? { ok: true, member: answer.body as Member, etag: answer.etag } : refusal(answer);
    },

    async invite({ name, role }) {
      const answer = await asking((client) => client.invite(name, role));
      if ("why" in answer) return answer;
      return answer.status === 201 && answer.body.code ? { ok: true, invited: answer.body as Invited } : refusal(answer);
    },

    "set-role": ({ id, role, etag }) => done((client) => client.changeRole(id, role, etag)),
    "remove-member": ({ id }) => done((client) => client.removeMember(id)),
    "revoke-device": ({ id }) => done((client) => client.revoke(id)),
  };
}
