import { useSyncExternalStore } from "react";

/** Routes change without a page load, as on the real pages. */
const listeners = new Set();
const tell = () => listeners.forEach((listener) => listener());
addEventListener("popstate", tell);

/** `to` is a path of this host, perhaps with a query; how pages are shown (options.js) was decided by the first address. */
export function go(to) {
  if (to === location.pathname + location.search) return;
  history.pushState(null, "", to);
  scrollTo(0, 0);
  tell();
}

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePath = () => useSyncExternalStore(subscribe, () => location.pathname);
export const useQuery = () => new URLSearchParams(useSyncExternalStore(subscribe, () => location.search));
