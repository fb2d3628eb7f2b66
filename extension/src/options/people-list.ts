import type { Member, OwnDevice } from "../api-contract.js";
import { ask } from "../messages.js";
import type { People } from "../people.js";
import { connected } from "../settings.js";
import { afterPress } from "../press.js";
import { newest } from "../turns.js";
import { forgetInvitation, roleName } from "./invitation.js";
import { deviceLine, memberLine, revokedLine, type Hand, type Step } from "./people-lines.js";
import { failed, find, say, t, type Now } from "./section.js";

/** What the section shows: what was read, what was begun, and in what standing and language. */
export const shown: { known: People | null; step: Step | null; now: Now | null; hand: Hand | null } = { known: null, step: null, now: null, hand: null };
const reading = newest();
/** Nobody answered when all was last read: it is read again by itself once somebody does. A fault of one route is not asked after. */
let missed = false;
let drawn = "";

const members = (): Member[] => shown.known?.everybody?.members ?? [];
export const memberOf = (id: string): Member | undefined => members().find((one) => one.id === id);
export const isMember = (name: string): boolean => members().some((one) => one.name === name);
export const deviceOf = (id: string): OwnDevice | undefined => shown.known?.everybody?.devices.find((one) => one.id === id);
const ready = (): boolean => shown.now !== null && connected(shown.now.settings) && !shown.now.health.revoked;

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

export const draw = (): void => afterPress(redraw);

function redraw(): void {
  const { known, step, now, hand } = shown;
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
export async function load(): Promise<void> {
  const isNewest = reading();
  missed = false;
  if (ready()) {
    const reply = await ask({ ask: "people" });
    if (!reply || !isNewest()) return;
    if (reply.ok) {
      shown.known = { own: reply.own, everybody: reply.everybody };
      say("people-read", null);
    } else {
      failed("people-read", reply.why, reply.detail);
      missed = reply.why === "away";
      if (reply.why !== "away" && reply.why !== "busy" && reply.why !== "fault") shown.known = null;
    }
  } else {
    shown.known = null;
    say("people-read", null);
  }
  if (!shown.known?.everybody) forgetInvitation();
  const { step } = shown;
  if (step && !(step.deed === "revoke" ? deviceOf(step.id)?.revoked_at === null : memberOf(step.id))) shown.step = null;
  draw();
}

/** Once there is an answer again, where there was none. */
export const missedIt = (): boolean => missed && shown.now?.health.away_since === null;

/** A member as read just now takes the place of the one that was listed. */
export function freshen(member: Member): void {
  const { known } = shown;
  if (known?.everybody) shown.known = { ...known, everybody: { ...known.everybody, members: members().map((one) => (one.id === member.id ? member : one)) } };
}

export function begin(next: Step | null, act: string, otherwise: string): void {
  shown.step = next;
  draw();
  focusOn(act, otherwise);
}

/** A deed is over: its step is closed, unless another was begun meanwhile, and the focus goes on from there, unless somebody took it elsewhere. */
export function end(over: Step, act: string, otherwise: string): void {
  const active = document.activeElement;
  const here = active === document.body || (active instanceof HTMLElement && (["yes", "choose", "cancel"].includes(active.dataset["act"] ?? "") || active.id === otherwise));
  const { step } = shown;
  const mine = step === null || (step.deed === over.deed && step.id === over.id);
  if (mine) shown.step = null;
  draw();
  if (mine && here) focusOn(act, otherwise);
}
