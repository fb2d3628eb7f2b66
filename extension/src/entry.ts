import type { Rec } from "./project.js";

/** The figures a person may write down from a page: the day's official score of a shop or a creator. */
const FIGURES = { total: 100, consumer_score: 5, goods: 100, logistics: 100, service: 100 } as const;
export type Figure = keyof typeof FIGURES;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HEADS: Record<string, Figure | "date"> = {
  date: "date", 日期: "date", total: "total", 总分: "total", 体验分: "total", 口碑分: "total", 带货口碑: "total", consumer_score: "consumer_score", 消费者端: "consumer_score",
  goods: "goods", 商品: "goods", logistics: "logistics", 物流: "logistics", service: "service", 服务: "service",
};
export const MOST_ENTRIES = 500;

export type Entry = { date: string } & Partial<Record<Figure, number>>;

const isDay = (text: string): boolean => DAY.test(text) && new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text;

/** One day as an official record. */
export function officialOf({ date, goods, logistics, service, ...figures }: Entry): Rec {
  const dimensions = Object.fromEntries(Object.entries({ goods, logistics, service }).flatMap(([name, score]) => (score === undefined ? [] : [[name, { score }]])));
  return { kind: "official", id: date, ...figures, ...(Object.keys(dimensions).length > 0 ? { dimensions } : {}) };
}

/** What is wrong with records that were written by hand; `path: reason`, empty where all is well. */
export function entered(records: readonly Rec[]): string[] {
  if (records.length === 0 || records.length > MOST_ENTRIES) return [`records: 1 to ${MOST_ENTRIES}`];
  return records.flatMap((record, index) => {
    const { kind, id, dimensions = {}, ...rest } = record;
    const named = { ...rest, ...Object.fromEntries(Object.entries(dimensions as Rec).map(([name, part]) => [name, (part as Rec)["score"]])) };
    const bad = (path: string, reason: string): string[] => [`${index + 1} ${path}: ${reason}`];
    if (kind !== "official") return bad("kind", "official");
    if (typeof id !== "string" || !isDay(id)) return bad("date", "YYYY-MM-DD");
    if (typeof rest["total"] !== "number") return bad("total", "?");
    return Object.entries(named).flatMap(([name, value]) => {
      const high = Object.hasOwn(FIGURES, name) ? FIGURES[name as Figure] : undefined;
      return high === undefined ? bad(name, "?") : typeof value !== "number" || !(value >= 0 && value <= high) ? bad(name, `0–${high}`) : [];
    });
  });
}

/** Rows of a CSV with a head of `date,total,consumer_score,goods,logistics,service` (or the Chinese names), any order. */
export function readCsv(text: string): { entries: Entry[]; faults: string[] } {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() !== "");
  const cells = (line: string): string[] => line.split(/[,，\t;]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const head = cells(lines[0] ?? "").map((name) => (Object.hasOwn(HEADS, name) ? HEADS[name] : undefined));
  if (!head.includes("date") || !head.includes("total")) return { entries: [], faults: ["1: date,total,…"] };
  const entries: Entry[] = [];
  const faults: string[] = [];
  for (const [index, line] of lines.slice(1).entries()) {
    const entry: Entry = { date: "" };
    const bad: string[] = [];
    for (const [column, cell] of cells(line).entries()) {
      const name = head[column];
      if (!name || cell === "") continue;
      if (name === "date") entry.date = cell.replace(/[/.]/g, "-").replace(/-(\d)(?=-|$)/g, "-0$1");
      else if (/^\d+(?:\.\d+)?$/.test(cell)) entry[name] = Number(cell);
      else bad.push(name);
    }
    if (bad.length > 0 || !DAY.test(entry.date)) faults.push(`${index + 2}: ${bad.join(", ") || "date"}`);
    else entries.push(entry);
  }
  return { entries, faults };
}
