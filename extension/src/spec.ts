import type { Page } from "./pages.js";

/** The closed vocabulary of capture specs; specs/schema.json says the same for people and for other programs. */
export type Converter =
  | "id" | "int" | "num" | "stars" | "fen" | "text" | "texts" | "enum" | "word" | "tagged"
  | "epoch_s" | "time_cn" | "date_cn" | "seconds" | "share" | "pseudonym";

type Mapped = string | boolean | null;
type Code = string | number;
/** A value that has to be one of these. */
export interface Match { from: string; in: Code[] }

export interface Leaf {
  /** Dotted paths, the first that holds a value counts; `?name` is a parameter of the answer's own address. */
  from: string[];
  type: Converter;
  /** Platform value → koubei value; `enum` compares whole values, `word` and `tagged` look for the key inside a text. */
  map?: Record<string, Mapped>;
  /** For a value that `map` does not know; without it such a value is drift. */
  else?: Mapped;
  /** Rows that do not match have no such value. */
  when?: Match;
  /** Read only while the merchant has switched this on. */
  switch?: "review_text";
  /** A row without a value here is not a record: the whole answer is refused. */
  required?: true;
  /** The key itself may be absent from the whole answer. Every other key must be there in some row. */
  optional?: true;
}
export interface Group { group: Fields }
export interface List { from: string[]; list: Fields; optional?: true }
/** A list whose entries are told apart by a key; `fractions` names the keys whose unit must be a share of one. */
export interface Table { from: string[]; key: Leaf; table: Fields; fractions?: Match & { keys: string[] }; optional?: true }
export type Field = Leaf | Group | List | Table;
export type Fields = { [name: string]: Field };

interface Common {
  id: string;
  version: number;
  grade: "A" | "B" | "C" | "?";
  page: Page;
  /** Routes (`host/path`) on which this is expected to be seen. */
  open: string[];
}

export type Kind = "order" | "official" | "after_sale" | "review" | "service_day" | "counter" | "partner" | "product" | "identity";

/** How an answer of the page becomes records; `identity` makes none and only says whose page it is. */
export interface AnswerSpec extends Common {
  host: string;
  /** Without host and query. `/*` stands for any answer on the routes of `open` whose text holds `hint`. */
  path: string;
  hint?: string;
  /** That it is not seen says nothing: some accounts have no such answer. */
  quiet?: true;
  /** Where the envelope says how it went, which values are good, and which mean that nobody is logged in. */
  ok: { from: string; in: Code[]; logged_out: Code[] };
  shop: { id: string[]; name: string[]; type?: "creator" };
  kind: Kind;
  /** The answer may have no day of its own; the service worker joins it to the day's record. */
  into?: true;
  rows: string[];
  only?: Match;
  max_rows: number;
  /** Values may be wrapped in an object under this key. */
  unwrap?: string;
  /** Whose day it is: today, the day whose score is on show, or the one day that the answer spans. */
  day?: "today" | "shown" | { from: string[]; to: string[] };
  counters?: { keys: string[]; required: string[] };
  fields?: Fields;
}

/** How labels in plain sight become a record, where no answer is known; `*` of keys are paths in the record. */
export interface LabelSpec extends Common {
  kind: "official";
  /** Looked at only while that spec is never seen. */
  instead_of?: string;
  shop?: { id: string[]; type?: "creator" };
  day?: "today" | "shown";
  labels: Record<string, { label: string[]; type: "int" | "num" | "text" | "share" | "time_cn" | "date_cn"; required?: true }>;
}

export type CaptureSpec = AnswerSpec | LabelSpec;

export const isAnswer = (spec: CaptureSpec): spec is AnswerSpec => "rows" in spec;

/** What `source.adapter` of a batch says. */
export const adapterOf = (spec: CaptureSpec): string => `${spec.id}/${spec.version}`;
