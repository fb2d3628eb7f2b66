import DENY from "virtual:deny";
import validate from "virtual:spec-validator";
import type { CaptureSpec } from "./spec.js";

const DENIED = DENY.map((glob) => new RegExp(`^${glob.replaceAll("*", ".*")}$`, "i"));
const FROM = new Set(["from", "to", "rows", "id", "name", "keys", "required"]);

/** Every path that a spec reads. */
function paths(value: unknown, key = ""): string[] {
  if (typeof value === "string") return FROM.has(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((entry) => paths(entry, key));
  return value !== null && typeof value === "object" ? Object.entries(value).flatMap(([name, inner]) => paths(inner, name)) : [];
}

/** What is wrong with a capture spec, each fault in a line; empty where it may be used. */
export function specFaults(value: unknown): string[] {
  if (!validate(value)) return (validate.errors ?? []).filter(({ keyword }) => !["oneOf", "if"].includes(keyword)).map(({ instancePath, message, params }) => `${instancePath || "/"} ${message ?? ""}${typeof params["additionalProperty"] === "string" ? `: ${params["additionalProperty"]}` : ""}`);
  const { id, ...rest } = value as CaptureSpec;
  const at = (from: string): string[] => from.replace("?", "").split(".");
  return [...new Set(paths(rest))].flatMap((from) => at(from).filter((key) => DENIED.some((pattern) => pattern.test(key))).map((key) => `${id}: "${from}" touches "${key}", which specs/deny.json forbids`));
}
