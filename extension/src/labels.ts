import { convert, isAbsent } from "./convert.js";
import type { Shop } from "./identity.js";
import type { Rec } from "./project.js";
import type { LabelSpec } from "./spec.js";
import { dayOf, shownDay } from "./time.js";

/** As much of a DOM node as is needed. */
export interface Plain { nodeName: string; data?: string; parentNode: Plain | null; childNodes: Iterable<Plain> }
interface Piece { text: string; node: Plain }

const HIGHEST = 4;
const NEAR = 24;
const DAY = "\\d{4}[-/年]\\d\\d[-/月]\\d\\d";
const VALUE = {
  num: "-?\\d+(?:\\.\\d+)?", int: "\\d+", share: "\\d+(?:\\.\\d+)?\\s*%?", text: "[^\\s:：·|]+", id: "\\d{5,32}",
  date_cn: DAY, time_cn: `${DAY}日?\\s+\\d\\d:\\d\\d(?::\\d\\d)?`,
};
type Kind = keyof typeof VALUE;

/** The texts of a page in reading order; nothing that is typed into it, nothing of ours. Text nodes side by side are one text. */
function pieces(node: Plain): Piece[] {
  if (/^(?:SCRIPT|STYLE|NOSCRIPT|SELECT|TEXTAREA|KOUBEI-.*)$/i.test(node.nodeName)) return [];
  const found: Piece[] = [];
  let text: Piece | null = null;
  for (const child of node.childNodes) {
    if (child.nodeName !== "#text") {
      if (child.data === undefined) found.push(...pieces(child));
      text = null;
    } else if (text) text.text += child.data ?? "";
    else found.push((text = { text: child.data ?? "", node: child }));
  }
  return found;
}

/**
 * The value that belongs to a label: right behind it in its own text, else in the smallest element around it that holds
 * one. Where that holds several, the label must stand before or behind all of them; otherwise nobody can tell whose they are.
 */
function beside({ text, node }: Piece, label: string, kind: Kind): string | undefined {
  const all = (where: string): RegExpMatchArray[] => [...where.matchAll(new RegExp(VALUE[kind], "g"))];
  const own = new RegExp(`^分?[\\s:：]*(${VALUE[kind]})`).exec(text.slice(text.indexOf(label) + label.length));
  if (own) return own[1];
  let up = node.parentNode;
  for (let level = 0; up && level < HIGHEST; level++, up = up.parentNode) {
    const inside = pieces(up);
    const here = inside.findIndex((piece) => piece.node === node);
    const said = (from: number, to?: number): string => inside.slice(from, to).map((piece) => piece.text).join(" ");
    const [before, behind] = [said(0, here), said(here + 1)];
    const [first, last] = [all(behind)[0], all(before).at(-1)];
    if (first && last) return undefined;
    if (first) return (first.index ?? 0) < NEAR ? first[0] : undefined;
    if (last) return before.length - (last.index ?? 0) - last[0].length < NEAR ? last[0] : undefined;
  }
  return undefined;
}

/** The value beside the last of some labels, each looked for behind the one before; undefined where there is none. */
function find(all: readonly Piece[], [label = "", ...inner]: readonly string[], kind: Kind): string | undefined {
  for (const [index, piece] of all.entries()) {
    // A label begins its text, or follows a separator: "what is …" is no label.
    if (!new RegExp(`(?:^|[\\s·|｜,，;；（(])${label}`).test(piece.text)) continue;
    const value = inner.length > 0 ? find(all.slice(index), inner, kind) : beside(piece, label, kind);
    if (value !== undefined) return value;
  }
  return undefined;
}

export interface Seen { record: Rec | null; missing: string[]; shop: Shop | null }

/** Labels in plain sight → one record; null with what is missing where a needed one has no value. */
export function readLabels(root: Plain, spec: LabelSpec, nowMs: number): Seen {
  const all = pieces(root);
  const record: Rec = { kind: spec.kind };
  const missing: string[] = [];
  for (const [path, { label, type, required }] of Object.entries(spec.labels)) {
    const raw = find(all, label, type)?.replace(/\s+%/, "%");
    const value = isAbsent(raw) ? undefined : convert(raw, { type });
    if (value === undefined) {
      if (required) missing.push(label.join(" › "));
      continue;
    }
    const keys = path.split(".");
    const last = keys.pop() as string;
    let into = record;
    for (const key of keys) into = (into[key] ??= {}) as Rec;
    into[last] = value;
  }
  if (spec.day) record["id"] ??= spec.day === "today" ? dayOf(nowMs) : shownDay(nowMs);
  let id: string | undefined;
  for (const label of spec.shop?.id ?? []) id ??= find(all, [label], "id");
  return { record: missing.length === 0 && record["id"] ? record : null, missing, shop: id ? { id, name: null, ...(spec.shop?.type && { type: spec.shop.type }) } : null };
}
