import orders from "../specs/doudian.orders.json";
import overview from "../specs/doudian.score-overview.json";
import analysis from "../specs/doudian.score-analysis.json";
import type { Page } from "./pages.js";

/** The closed vocabulary of capture specs; specs/schema.json says the same for people and for other programs. */
export type Converter =
  | "id" | "int" | "num" | "fen" | "bool" | "text" | "enum"
  | "epoch_s" | "epoch_ms" | "time_cn" | "date_cn" | "fraction" | "weight";

export interface Leaf {
  from: string[];
  type: Converter;
  /** Platform value → koubei value; only with `enum`. */
  map?: Record<string, string>;
  /** A row without a value here is not a record: the whole answer is refused. */
  required?: true;
  /** The key itself may be absent from the whole answer. Every other key must be there in some row. */
  optional?: true;
}
export interface Group { group: Fields }
export interface List { from: string[]; list: Fields; optional?: true }
export interface Table { from: string[]; key: Leaf; table: Fields; optional?: true }
export type Field = Leaf | Group | List | Table;
export type Fields = { [name: string]: Field };


export interface CaptureSpec {
  id: string;
  version: number;
  grade: "A" | "B" | "C" | "?";
  host: string;
  path: string;
  page: Page;
  /** Routes on which the page is expected to ask for this. */
  open: string[];
  /** Where the envelope says how it went, which values are good, and which mean that nobody is logged in. */
  ok: { from: string; in: (string | number)[]; logged_out: (string | number)[] };
  shop: { id: string[]; name: string[] };
  kind: "order" | "official";
  rows: string[];
  max_rows: number;
  fields: Fields;
}

export const SPECS = [orders, overview, analysis] as unknown as readonly CaptureSpec[];

export const specOf = (id: string): CaptureSpec | undefined => SPECS.find((spec) => spec.id === id);

/** What `source.adapter` of a batch says. */
export const adapterOf = (spec: CaptureSpec): string => `${spec.id}/${spec.version}`;
