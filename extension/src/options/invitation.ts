import type { Invited, Role } from "../api-contract.js";
import { h, trusted } from "../overlay/dom.js";
import { whereIs } from "../report.js";
import { buttons, find, result, say, soft, t, text, time } from "./section.js";

/** A code that was just made. Kept by this page alone, and for as long as it holds. */
interface Shown extends Invited { server: string; further: boolean; over: boolean }
let shown: Shown | null = null;
let drawn = "";
let timer: ReturnType<typeof setTimeout> | undefined;

export const roleName = (role: Role): string => t(`role_${role}`);

function hide(): void {
  clearTimeout(timer);
  shown = null;
  drawInvitation();
}

/** No longer to be seen, wherever the focus is. */
export function forgetInvitation(): void {
  if (shown) hide();
}

/** `further`: one more device of somebody who is in already. */
export function showInvitation(invited: Invited, server: string, further: boolean): void {
  clearTimeout(timer);
  const made = { ...invited, server, further, over: false };
  shown = made;
  const holds = Date.parse(invited.expires_at) - Date.now();
  // Where this computer's clock is ahead of the server's, nothing is known of the end.
  if (holds > 0) timer = setTimeout(() => { made.over = true; drawInvitation(); }, holds);
  drawInvitation();
  if (document.activeElement === document.body || find("people").contains(document.activeElement)) find("invited").focus();
}

export function drawInvitation(): void {
  const key = JSON.stringify([shown, t("o_invited")]);
  if (key === drawn) return;
  drawn = key;
  find("invited").hidden = shown === null;
  say("copy-result", null);
  if (!shown) return find("invited-title").replaceChildren(), find("invited-code").replaceChildren();
  const { name, role, code, expires_at, server, further, over } = shown;
  find("invited-title").textContent = t(further ? "o_invited_more" : "o_invited", { name, role: roleName(role) });
  find("invited-code").textContent = over ? "" : grouped(code);
  find("invited-until").textContent = over ? t("o_invited_over") : t("o_invited_until", { at: time(expires_at) });
  find("invited-steps").hidden = over;
  find("invited-steps").replaceChildren(...[t("o_invited_step_install"), t("o_invited_step_pair", { server })].map((step) => h("li", {}, step)));
  find("invited-next").hidden = over;
  find("invited-local").hidden = over || !isHere(server);
  find("invited-local").textContent = t("o_invited_local", { server });
  find("copy-code").hidden = find("copy-message").hidden = over;
}

const isHere = (server: string): boolean => whereIs(server).endsWith("this-computer");
/** As `koubei pair` prints it. */
const grouped = (code: string): string => `${code.slice(0, code.length / 2)}-${code.slice(code.length / 2)}`;

async function copy(what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(what);
    say("copy-result", "o_copied");
  } catch {
    getSelection()?.selectAllChildren(find("invited-code"));
    say("copy-result", "e_copy");
  }
}

const message = ({ server, code, expires_at }: Shown): string => t("o_invite_message", { server, code: grouped(code), at: time(expires_at) });

/** The code, large, how long it holds, and what the invited does with it. */
export const invitation = (): HTMLElement => h("div", { id: "invited", class: "invited", role: "group", "aria-labelledby": "invited-title", tabindex: "-1", hidden: true },
  h("h4", { id: "invited-title" }),
  h("p", {}, h("strong", { id: "invited-code", class: "code" })),
  h("p", { id: "invited-until", role: "status" }),
  h("p", { id: "invited-local", class: "note", hidden: true }),
  h("ol", { id: "invited-steps" }),
  soft("o_invited_next", "invited-next"),
  buttons(
    pressed("copy-code", "o_copy_code", () => { if (shown) void copy(grouped(shown.code)); }),
    pressed("copy-message", "o_copy_message", () => { if (shown) void copy(message(shown)); }),
    pressed("invited-hide", "o_invited_hide", () => { hide(); find("invite-name").focus(); }),
    result("copy-result"),
  ));

const pressed = (id: string, key: Parameters<typeof text>[1], press: () => void): HTMLElement =>
  text("button", key, { id, class: "quiet", type: "button", on: { click: trusted(press) } });
