import type { Panel } from "./api-contract.js";
import { translator, type Lang, type Translate } from "./i18n.js";
import { figure, shortDay, signed } from "./overlay/numbers.js";
import { onChange, running } from "./settings.js";
import { pageWords } from "./words.js";

export interface Toolbar { text: string; title: string; colour: string }

const RISE = "#1d6b33";
const FALL = "#b42318";
const STILL = "#4a4e55";

/**
 * The day's one number, and what it is in words: the change of the official total since the day before where it moved, else
 * the total itself, ours only where no page has shown one. Four signs fit.
 */
export function toolbarOf({ shown = null, total, official, estimate, low, high }: Panel, t: Translate): Toolbar {
  const band = low != null && high != null ? `（${t("estimate_band")} ${figure(low)} – ${figure(high)}）` : "";
  const ours = estimate === null ? [] : [`${t("ours")} ${figure(estimate)}${band}`];
  const change = shown?.change ?? null;
  const moved = change !== null && Math.abs(change) >= 0.05;
  const since = shown?.since && change !== null ? [`${t("since", { day: shortDay(shown.since) })} ${signed(change)}`] : [];
  const page = shown ? [t("toolbar", { total: figure(shown.total), day: shortDay(shown.date) })] : [t("no_official")];
  const number = shown?.total ?? (official ? total : estimate);
  return {
    text: moved ? (change < 0 ? "-" : "+") + short(change, 10) : number === null ? "" : short(number, 100),
    title: [t("name"), ...page, ...since, ...ours].join(" · "),
    colour: !moved ? STILL : change > 0 ? RISE : FALL,
  };
}

/** One decimal while that takes no more room than `most`, the first two-digit or three-digit number. */
const short = (value: number, most: number): string => Math.abs(value).toFixed(Math.abs(value) < most - 0.05 ? 1 : 0);

/** Questions whose answers may be shown, in order; `shown`: the newest that was answered, or what took its number away; of `whose` shop. */
let asked = 0;
let shown = 0;
let whose: string | null = null;

/** Before anything is asked: the turn of the answer. */
export const asksForToolbar = (): number => ++asked;

/** Not where a newer answer is shown already, or it was cleared since this one was asked for. */
export async function showToolbar(turn: number, shop: string, panel: Panel, lang: Lang): Promise<void> {
  if (turn < shown) return;
  [shown, whose] = [turn, shop];
  const { text, title, colour } = toolbarOf(panel, translator(pageWords(lang)));
  await Promise.all([chrome.action.setBadgeText({ text }), chrome.action.setTitle({ title }), chrome.action.setBadgeBackgroundColor({ color: colour })]);
}

/** Where nothing may be read, no number stays behind. */
export async function clearToolbar(): Promise<void> {
  [shown, whose] = [++asked, null];
  await Promise.all([chrome.action.setBadgeText({ text: "" }), chrome.action.setTitle({ title: chrome.i18n.getMessage("name") })]);
}

export function keepToolbarHonest(): void {
  onChange(({ settings }) => { if (!running(settings) || (whose !== null && !settings.shops.some(({ id }) => id === whose))) void clearToolbar(); });
}
