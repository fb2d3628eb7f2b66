/**
 * How this visit shows and reads the pages, chosen by the query of the first address: an observer must see the same in all.
 * `layout` table | virtual | cards | modal · `transport` see transport.js · `theme` light | dark · `storm` re-renders without
 * end, `storm=1` every 50 ms.
 */
const query = new URLSearchParams(location.search);
const one = (name, among) => (among.includes(query.get(name)) ? query.get(name) : among[0]);

export const layout = one("layout", ["table", "virtual", "cards", "modal"]);
export const transport = one("transport", ["fetch", "text", "clone", "stream", "xhr", "xhr-json"]);
export const theme = one("theme", ["light", "dark"]);
export const storm = query.has("storm");
/** Rows a page; a virtual list is for long ones. */
export const size = Number(query.get("size")) || (layout === "virtual" ? 100 : 20);
