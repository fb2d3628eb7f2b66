import type { Lang, Words } from "./i18n.js";
import { OPTIONS_TEXTS } from "./options/texts.js";
import { PANEL_TEXTS } from "./panel/texts.js";
import { PAGE_TEXTS, type PageTextKey, type TextKey } from "./texts.js";

type Table<Key extends string> = Readonly<Record<Key, readonly [string, string]>>;

const inLang = <Key extends string>(table: Table<Key>, lang: Lang): Words<Key> =>
  Object.fromEntries(Object.entries<readonly [string, string]>(table).map(([key, both]) => [key, both[lang === "zh" ? 0 : 1]])) as Words<Key>;

/** What is drawn on the merchant's pages. */
export const pageWords = (lang: Lang): Words => inLang<PageTextKey>(PAGE_TEXTS, lang);

/** Every text: the extension's own pages use those of the merchant's pages too. */
export const allWords = (lang: Lang): Words<TextKey> => inLang<TextKey>({ ...PAGE_TEXTS, ...OPTIONS_TEXTS, ...PANEL_TEXTS }, lang);

/** Gaps in a table: empty texts, and placeholders that one language has and the other lacks. */
export function gaps(texts: Readonly<Record<string, readonly string[]>>): string[] {
  const holes = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();
  return Object.entries(texts).flatMap(([key, both]) =>
    both.length !== 2 || both.some((text) => text.trim() === "") || holes(both[0] ?? "") !== holes(both[1] ?? "") ? [key] : []);
}
