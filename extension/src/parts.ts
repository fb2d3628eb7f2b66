import type { ActionList, AtRiskPage, DropOuts, Explanation, Forecast, History, Levers, Overlay, Score, SubjectPage } from "./api-contract.js";
import { route } from "./api-contract.js";
import type { paths } from "./api-types.js";
import { problem, type Answer, type Api, type Call } from "./api.js";
import { no, type Desk, type PageAsk, type Reply } from "./messages.js";
import { loadSettings, running } from "./settings.js";

/** What the panel may read of a subject. */
export interface Parts {
  overlay: Overlay;
  score: Score;
  forecast: Forecast;
  history: History;
  at_risk: AtRiskPage;
  actions: ActionList;
  explanation: Explanation;
  drop_outs: DropOuts;
  levers: Levers;
  /** Not of one subject: of all that the account has. */
  subjects: SubjectPage;
}
export type Part = keyof Parts;

const PATHS = {
  overlay: "/v1/subjects/{subject_id}/overlay",
  score: "/v1/subjects/{subject_id}/score",
  forecast: "/v1/subjects/{subject_id}/forecast",
  history: "/v1/subjects/{subject_id}/history",
  at_risk: "/v1/subjects/{subject_id}/orders/at-risk",
  actions: "/v1/subjects/{subject_id}/actions",
  explanation: "/v1/subjects/{subject_id}/explanation",
  drop_outs: "/v1/subjects/{subject_id}/drop-outs",
  levers: "/v1/subjects/{subject_id}/what-if/levers",
  subjects: "/v1/subjects",
} as const satisfies Record<Part, keyof paths>;
const MOST_KEPT = 60;

export type PartAnswer = Answer & { body: Parts[Part] };

/** Reads parts; one that has not changed since is not sent again. */
export class PartReader {
  readonly #known = new Map<string, { etag: string; body: Parts[Part] }>();

  async read(client: Api, subject: string, part: Part, query: Record<string, string>): Promise<PartAnswer> {
    const path = `${route(PATHS[part], subject)}?${new URLSearchParams(query)}`;
    const known = this.#known.get(path);
    const answer = (await client.part(path, known?.etag ?? null)) as PartAnswer;
    if (answer.status === 304 && known) return { ...answer, status: 200, body: known.body };
    if (answer.status === 200 && answer.etag) {
      if (this.#known.size >= MOST_KEPT) this.#known.clear();
      this.#known.set(path, { etag: answer.etag, body: answer.body });
    }
    return answer;
  }

  clear(): void {
    this.#known.clear();
  }
}

type Asked = Extract<PageAsk, { ask: "part" | "push" }>;

/** What the panel needs of the service worker: questions about bound subjects, while anything may be sent at all. */
export function panelDesk(reader: PartReader, call: Call): Desk<Asked> {
  async function asked<Body>(shop: string, work: (client: Api) => Promise<Answer & { body: Body }>): Promise<Reply<{ answer: Body }>> {
    const settings = await loadSettings();
    if (!running(settings)) return no("shut");
    if (!settings.shops.some(({ id }) => id === shop)) return no("not_bound");
    const answer = await call(work);
    if ("why" in answer) return answer;
    return answer.status === 200 ? { ok: true, answer: answer.body } : no("refused", problem(answer.body));
  }
  return {
    part: ({ shop, part, query }) => asked(shop, (client) => reader.read(client, shop, part, query)),
    push: ({ shop, positions }) => asked(shop, (client) => client.push(shop, positions)),
  };
}
