import type { Projection } from "./project.js";

/** What crosses the private port between the page's world and the isolated one: JSON strings, never objects (Firefox Xrays). */
export interface Capture extends Projection { spec: string }
/** Ids of the specs to watch; none means that nothing is looked at. */
export type ToTap = { watch: string[] };
export type FromTap = { capture: Capture };

/** The one window message, which hands over the port before any script of the page runs. */
export const HANDSHAKE = "koubei:port/1";
