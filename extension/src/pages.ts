// Named imports, so that content scripts carry these few values and not the whole specs.
import { id as orders, open as ordersOpen, host as ordersHost } from "../specs/doudian.orders.json";
import { id as overview, open as overviewOpen, host as overviewHost } from "../specs/doudian.score-overview.json";
import { id as analysis, open as analysisOpen, host as analysisHost } from "../specs/doudian.score-analysis.json";

export type Page = "orders" | "score";

/** Which spec belongs to which page, and on which routes it is expected to be heard. */
export const WATCHED: readonly { id: string; page: Page; host: string; open: readonly string[] }[] = [
  { id: orders, page: "orders", host: ordersHost, open: ordersOpen },
  { id: overview, page: "score", host: overviewHost, open: overviewOpen },
  { id: analysis, page: "score", host: analysisHost, open: analysisOpen },
];

export const pageOfSpec = (id: string): Page | undefined => WATCHED.find((spec) => spec.id === id)?.page;

/** The page whose route this is, or null where koubei has nothing to do. */
export const pageOf = (host: string, pathname: string): Page | null =>
  WATCHED.find((spec) => spec.host === host && spec.open.some((route) => pathname.startsWith(route)))?.page ?? null;
