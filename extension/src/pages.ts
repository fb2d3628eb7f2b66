import type { Page } from "./routes.js";

export type { Page };
export type Routes = Readonly<Record<string, readonly string[]>>;

/** Content scripts get the routes with the specs (settings.ts), so that they carry none of their own. */
let routes: Routes = {};
export const setRoutes = (given: Routes): void => { routes = given; };

export const onRoute = (route: string, host: string, pathname: string): boolean => (host + pathname).startsWith(route);

/** Where to find a page, as `host/path`; undefined where nobody outside knows. */
export const linkTo = (page: string): string | undefined => routes[page]?.[0];

/** The page whose route this is, or null where koubei has nothing to do. */
export const pageOf = (host: string, pathname: string): Page | null =>
  (Object.keys(routes) as Page[]).find((page) => routes[page]?.some((route) => onRoute(route, host, pathname))) ?? null;
