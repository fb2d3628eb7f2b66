import type { Rec } from "./project.js";

/** The few shapes of the API that the extension speaks, by hand from the contract until they are generated (api-types.d.ts). */
export interface Batch {
  format: "koubei.records/1";
  source: { name: "extension"; version: string; adapter: string; captured_at: string };
  records: Rec[];
}
export interface BatchReceipt {
  batch_id: string;
  accepted: number;
  unchanged: number;
  quarantined: { index: number; path: string; reason: string }[];
}
export interface Device { token: string }

export interface IndicatorChange { key: string; change: number }
export interface OverlayRow {
  id: string;
  counts: boolean | null;
  why_not: string | null;
  delta: { points: number | null; indicator: IndicatorChange | null; drops_out: string | null } | null;
  expected: { points: number | null; low: number | null; high: number | null; indicator?: IndicatorChange | null } | null;
  risk: {
    level: string;
    outcome: string | null;
    probability: number | null;
    deadline: string | null;
    reasons: { code: string; text: string }[];
  } | null;
  action: { id: string; title: string } | null;
}
export interface OverlayPanel {
  total: number | null;
  official: boolean;
  estimate: number | null;
  noon: { low: number; mid: number; high: number } | null;
  coverage: number | null;
  open_page: string | null;
}
export interface Overlay {
  page: string;
  rules: string;
  scored_version: number;
  stale: boolean;
  next_poll_seconds: number;
  panel: OverlayPanel | null;
  rows: OverlayRow[];
}
