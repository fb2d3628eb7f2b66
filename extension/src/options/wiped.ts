import type { Wiped } from "../messages.js";
import { h } from "../overlay/dom.js";
import { find, t } from "./section.js";

/** Where the page that deleted everything leaves word for the one it is loaded as again; gone with the tab. */
export const WIPED = "wiped";

export const wiped = h("p", { id: "wiped", class: "note", role: "status", hidden: true });

/** What became of this browser's token, once everything else has been forgotten. */
export function showWiped(): void {
  const left = sessionStorage.getItem(WIPED);
  const note = find("wiped");
  note.hidden = left === null;
  if (left === null) return;
  const { token, server, device } = JSON.parse(left) as Wiped;
  note.textContent = t(`o_wiped_${token}`, { server, device: device ?? "" });
}

/** Setting up anew ends the matter. */
export const forgetWiped = (): void => sessionStorage.removeItem(WIPED);
