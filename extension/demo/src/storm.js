import { useSyncExternalStore } from "react";
import { storm } from "./options.js";

/** A page that renders again and again, and every tenth time from nothing: the worst that a live dashboard does. */
const EVERY_MS = 50;
let tick = 0;
const listeners = new Set();
if (storm) setInterval(() => { tick++; listeners.forEach((listener) => listener()); }, EVERY_MS);

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** `{tick, life}`: a new `life` wants new nodes. */
export function useStorm() {
  const now = useSyncExternalStore(subscribe, () => tick);
  return { tick: now, life: Math.floor(now / 10) };
}
