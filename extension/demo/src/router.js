import { useSyncExternalStore } from "react";

/** Routes change without a page load, as on the real pages. */
const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());
addEventListener("popstate", tell);

export function go(path) {
  if (path === location.pathname) return;
  history.pushState(null, "", path + location.search);
  scrollTo(0, 0);
  tell();
}

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePath = () => useSyncExternalStore(subscribe, () => location.pathname);
