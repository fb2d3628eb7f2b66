import type { Settings } from "./settings.js";
import { PAGE_TEXTS, type PageTextKey, type TextKey } from "./texts.js";

export type Lang = "zh" | "en";
export type Params = Record<string, string | number>;
export type Translate<Key extends string = PageTextKey> = (key: Key, params?: Params) => string;
type Table = Record<string, readonly string[]>;

export const langOf = (setting: Settings["lang"], browser: string): Lang =>
  setting !== "auto" ? setting : browser.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The texts of the merchant's pages; the extension's own pages hand in theirs as well. */
export function translator(lang: Lang): Translate;
export function translator(lang: Lang, more: Table): Translate<TextKey>;
export function translator(lang: Lang, more: Table = {}): Translate<TextKey> {
  const table: Table = { ...PAGE_TEXTS, ...more };
  return (key, params = {}) => (table[key]?.[lang === "zh" ? 0 : 1] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** For names that come from the server as codes: the text where we have one, else the code itself. */
export const named = (t: Translate, code: string, prefix = ""): string =>
  Object.hasOwn(PAGE_TEXTS, prefix + code) ? t((prefix + code) as PageTextKey) : code;

/** Gaps in a table: empty texts, and placeholders that one language has and the other lacks. */
export function gaps(texts: Table): string[] {
  const holes = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();
  return Object.entries(texts).flatMap(([key, both]) =>
    both.length !== 2 || both.some((text) => text.trim() === "") || holes(both[0] ?? "") !== holes(both[1] ?? "") ? [key] : []);
}
