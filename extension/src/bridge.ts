import type { Projection } from "./project.js";
import type { AnswerSpec, LabelSpec } from "./spec.js";

/** What crosses the private port between the page's world and the isolated one: JSON strings, never objects (Firefox Xrays). */
export interface Capture extends Projection { spec: string }
/** An answer of the page without its values. */
export interface Shape { address: string; spec: string | null; masked: unknown }

export interface Wishes {
  /** What to watch; none means that nothing is looked at. */
  specs: AnswerSpec[];
  reviewText?: boolean;
  /** Key of the pseudonyms, this browser's own. */
  salt?: string;
  /** Until when (epoch ms) the shapes of all answers are wanted. */
  recording?: number;
}
/** `labels`: read these on the page as it stands now. */
export type ToTap = Wishes | { labels: LabelSpec[] };
export type FromTap = { capture: Capture } | { shape: Shape };

/** The one window message, which hands over the port before any script of the page runs. */
export const HANDSHAKE = "koubei:port/1";
