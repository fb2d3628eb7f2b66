import assert from "node:assert/strict";
import { project as projectIt, type Projection, type Scene } from "../src/project.js";
import { isAnswer, type AnswerSpec } from "../src/spec.js";
import { BUNDLED } from "../src/specs.js";

/** An afternoon on which the day's score has been out for hours. */
export const NOW = Date.parse("2026-11-20T18:00:00+08:00");

export function spec(id: string): AnswerSpec {
  const found = BUNDLED.find((each) => each.id === id);
  assert(found && isAnswer(found), id);
  return found;
}

/** Reads an answer as the tap does; `query` is that of the answer's own address. */
export function project(answer: unknown, one: AnswerSpec, { query = "", ...more }: Partial<Omit<Scene, "query">> & { query?: string } = {}): Projection {
  return projectIt(answer, one, { now: NOW, query: new URLSearchParams(query), names: new Map(), unnamed: new Set(), reviewText: false, ...more });
}
