import type { SubjectPage } from "./api-contract.js";
import { problem, type Answer, type Api, type Call } from "./api.js";
import type { Shop } from "./identity.js";
import { no, type No, type Reply } from "./messages.js";
import { change, connected, loadSettings } from "./settings.js";

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

/** On the server and in this browser. */
export async function bindShop(call: Call, shop: Shop): Promise<Reply<object>> {
  const settings = await loadSettings();
  if (!connected(settings)) return no("shut");
  const answer = await call((client) => client.bind(shop));
  if ("why" in answer) return answer;
  // Who only reads may not bind: a shop that the account has is taken as it is.
  const listed = answer.status === 403 ? await allSubjects(call) : [];
  const isThere = "why" in listed ? false : listed.some(({ id }) => id === shop.id);
  if (answer.status >= 300 && !isThere) return no("refused", problem(answer.body));
  await change(({ shops }) => ({ shops: [...shops.filter(({ id }) => id !== shop.id), { id: shop.id, name: shop.name, ...(shop.type === "creator" && { type: shop.type }) }] }));
  return { ok: true };
}
