import type { SubjectPage } from "./api-contract.js";
import { problem, type Answer, type Api, type Call } from "./api.js";
import type { Shop } from "./identity.js";
import { no, type No } from "./messages.js";


/** As many as the server gives in one answer. */
const A_PAGE = 200;

/** Every shop and creator that the account has on the server. */
export async function allSubjects(call: Call): Promise<Shop[] | No> {
  const found: Shop[] = [];
  for (let cursor: string | null = null; ;) {
    const answer: Answer & { body: Partial<SubjectPage> } | No = await call(pageBehind(cursor));
    if ("why" in answer) return answer;
    if (answer.status !== 200 || !answer.body.items) return no("refused", problem(answer.body));
    found.push(...answer.body.items.map(({ id, name, type }) => ({ id, name, ...(type === "creator" && { type: "creator" as const }) })));
    cursor = answer.body.next_cursor ?? null;
    if (cursor === null) return found;
  }
}

const pageBehind = (cursor: string | null) => (client: Api) => client.subjects(A_PAGE, cursor);
