import type { Overlay } from "./api-contract.js";
import { problem, type Call } from "./api.js";
import type { Lang } from "./i18n.js";
import { no, type No } from "./messages.js";
import type { Page } from "./routes.js";

/** Pages for which the server has no rows: they show what the home page shows. */
const PANEL_ONLY = new Set<Page>(["service", "violations", "creator"]);
const MOST_ROWS = 200;
const MOST_KEPT = 50;

/** Reads what is said of a page's rows; what has not changed since is not sent again. */
export class OverlayReader {
  readonly #known = new Map<string, { etag: string; overlay: Overlay }>();

  constructor(private readonly call: Call) {}

  async read(shop: string, page: Page, ids: string[], lang: Lang): Promise<Overlay | No> {
    const asked = ids.slice(0, MOST_ROWS);
    const key = [shop, page, lang, ...asked].join(" ");
    const known = this.#known.get(key);
    const answer = await this.call((client) => client.overlay(shop, PANEL_ONLY.has(page) ? "home" : page, asked, lang, known?.etag ?? null));
    if ("why" in answer) return answer;
    if (answer.status === 304 && known) return known.overlay;
    if (answer.status !== 200) return no("refused", problem(answer.body));
    if (answer.etag) {
      if (this.#known.size > MOST_KEPT) this.#known.clear();
      this.#known.set(key, { etag: answer.etag, overlay: answer.body });
    }
    return answer.body;
  }

  clear(): void {
    this.#known.clear();
  }
}
