import type { Settings } from "./settings.js";
import type { PageTextKey, TextKey } from "./texts.js";

export type Lang = "zh" | "en";
export type Params = Record<string, string | number>;
export type Translate<Key extends string = PageTextKey> = (key: Key, params?: Params) => string;
/** The texts of one language by key. Content scripts are handed theirs by the service worker (words.ts has them all). */
export type Words<Key extends string = PageTextKey> = Readonly<Record<Key, string>>;

export const langOf = (setting: Settings["lang"], browser: string): Lang =>
  setting !== "auto" ? setting : browser.toLowerCase().startsWith("zh") ? "zh" : "en";

/** A key without a text says itself. */
export function translator<Key extends string = PageTextKey>(words: Words<Key>): Translate<Key> {
  const table: Readonly<Record<string, string>> = words;
  return (key, params = {}) => (Object.hasOwn(table, key) ? table[key] ?? key : key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** For names that come from the server as codes: the text where we have one, else the code itself. */
export function named(t: Translate | Translate<TextKey>, code: string, prefix = ""): string {
  const text = t((prefix + code) as PageTextKey);
  return text === prefix + code ? code : text;
}
