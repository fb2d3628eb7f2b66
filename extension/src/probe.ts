import { Away, problem, type Answer, type Api } from "./api.js";
import { FORMAT } from "./api-contract.js";

/** Which side fails, the nearest to the merchant first; `well` where none does. */
export type Verdict = "bad_server" | "no_answer" | "slow" | "not_koubei" | "not_ready" | "unfit" | "unpaired" | "elsewhere" | "revoked" | "well";

export interface Probe { verdict: Verdict; ms: number; detail: string }

/** `other`: the server that is asked is not the one this browser is paired with, so it is not shown the token. */
export type Pairing = "none" | "other" | "this";

const isProblem = (body: unknown): boolean => problem(body) !== "";

/** Asks a server what it needs before it could take anything, one question after the other, until one fails. */
export async function probe(client: Api, pairing: Pairing, now: () => number): Promise<Probe> {
  const from = now();
  const say = (verdict: Verdict, detail = ""): Probe => ({ verdict, ms: Math.round(now() - from), detail });
  try {
    const ready = await client.ready();
    if (ready.status === 503 && isProblem(ready.body)) return say("not_ready", problem(ready.body));
    if (ready.status !== 200 || !Array.isArray(ready.body?.formats)) return say("not_koubei", answered(ready));
    if (!ready.body.formats.includes(FORMAT)) return say("unfit", ready.body.formats.join(", "));
    if (pairing !== "this") return say(pairing === "none" ? "unpaired" : "elsewhere");
    const known = await client.subjects(1);
    if (known.status === 401) return say("revoked", problem(known.body));
    return known.status === 200 ? say("well") : say("not_ready", answered(known));
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    return say(/TimeoutError/.test(error.message) ? "slow" : /SyntaxError|JSON/.test(error.message) ? "not_koubei" : "no_answer", error.message);
  }
}

const answered = ({ status, body }: Answer): string => [status, problem(body)].filter(Boolean).join(" ");
