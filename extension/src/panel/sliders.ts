import type { Lever, Levers, WhatIf } from "../api-contract.js";
import { named, type Translate } from "../i18n.js";
import { grow, h, type Child } from "../overlay/dom.js";
import { move } from "../overlay/figures.js";
import type { TextKey } from "../texts.js";
import { Unread, type Around } from "./around.js";
import { band, durationText, known, valueText } from "./figures.js";
import type { Feature } from "./feature.js";

/** Where the sliders of each subject stand; 0 is not kept. */
const standing = new Map<string, Record<string, number>>();

/** What a push of the indicators by hand would do; the server answers each position, and stores nothing. */
export const sliders: Feature<Levers> = {
  id: "sliders",
  title: "p_sliders",
  load: (around) => around.read("levers", { lang: around.lang }),
  draw({ levers }, around) {
    if (levers.length === 0) return [h("p", { class: "soft" }, around.t("p_nothing"))];
    return new Board(levers, around).nodes;
  },
};

class Board {
  readonly nodes: Child[];
  readonly #positions: Record<string, number>;
  readonly #answer = h("output", { class: "answer", "aria-live": "polite", "data-figure": "what-if" });
  readonly #rows: Row[];
  /** One question at a time; what moves meanwhile is asked when its answer is here, so a drag costs no queue. */
  #flying = false;
  #moved = false;

  constructor(private readonly levers: readonly Lever[], private readonly around: Around) {
    const { shop, t } = around;
    this.#positions = standing.get(shop.id) ?? {};
    standing.set(shop.id, this.#positions);
    this.#rows = levers.map((lever) => new Row(lever, this.#positions[lever.indicator] ?? 0, t, (position) => this.#move(lever, position)));
    const reset = h("button", { class: "quiet", type: "button", "data-act": "reset", on: { click: () => this.#reset() } }, t("p_reset"));
    this.nodes = [h("p", { class: "soft" }, t("p_sliders_hint")), h("div", { class: "sticky" }, this.#answer, reset),
      ...[...new Set(levers.map(({ dimension }) => dimension))].map((dimension) => h("fieldset", {}, h("legend", {}, named(t, dimension)), ...this.#rows.filter((row) => row.lever.dimension === dimension).map((row) => row.element)))];
    void this.#ask();
  }

  #move({ indicator }: Lever, position: number): void {
    if (position === 0) delete this.#positions[indicator];
    else this.#positions[indicator] = position;
    void this.#ask();
  }

  #reset(): void {
    for (const key of Object.keys(this.#positions)) delete this.#positions[key];
    for (const row of this.#rows) row.place(0);
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const { t, signal } = this.around;
    this.#moved = true;
    if (this.#flying) return;
    this.#flying = true;
    while (this.#moved && !signal.aborted) {
      this.#moved = false;
      if (Object.keys(this.#positions).length === 0) this.#answer.replaceChildren(h("span", { class: "soft" }, t("p_push")));
      else await this.#asked({ ...this.#positions });
    }
    this.#flying = false;
  }

  async #asked(positions: Record<string, number>): Promise<void> {
    const { t, signal } = this.around;
    try {
      const answer = await this.around.push(positions);
      if (signal.aborted) return;
      this.#answer.replaceChildren(...answered(answer, this.levers, t).filter((node): node is HTMLElement => Boolean(node)));
      for (const row of this.#rows) row.value(answer.indicators[row.lever.indicator]?.after ?? null);
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      if (!signal.aborted) this.#answer.replaceChildren(h("span", { class: "bad" }, error.why === "refused" ? t("e_refused", { detail: error.detail }) : t("p_unread")));
    }
  }
}

/** The total as it would be, with its band; each dimension that moves; why nothing can be said where that is so. */
export function answered({ before, after, delta, indicators }: WhatIf, levers: readonly Lever[], t: Translate<TextKey>): Child[] {
  const moved = Object.entries(delta.dimensions).flatMap(([key, points]) => (points !== null && Math.abs(points) >= 0.005 ? [[key, points] as const] : []));
  const names = levers.filter(({ indicator }) => indicator in indicators).map(({ name }) => name);
  const consumer = delta.consumer_score !== null && Math.abs(delta.consumer_score) > 0.0005 && t("p_consumer", { before: known(before.consumer_score, t), after: known(after.consumer_score, t) });
  return [
    h("div", { class: "line big" }, h("span", {}, t("total")), delta.total === null ? h("b", {}, t("p_points_unknown")) : h("b", {}, `${known(before.total, t)} → ${known(after.total, t)} `, grow(move(delta.total)))),
    delta.total === null ? h("small", {}, named(t, delta.reason ?? "", "p_reason_")) : h("small", {}, bandWords(delta, before.total, t)),
    moved.length > 0 && h("small", {}, ...moved.flatMap(([key, points], at) => [at > 0 ? " · " : "", `${named(t, key)} `, grow(move(points))])),
    consumer && h("small", {}, consumer),
    names.length > 0 && h("small", {}, t("p_moves", { names: names.join(t("p_list")) })),
  ];
}

function bandWords({ low, high }: WhatIf["delta"], before: number | null, t: Translate<TextKey>): string {
  const ends = before === null ? band(low, high) : band(low === null ? null : before + low, high === null ? null : before + high);
  return ends === "" ? t("p_exact") : `${t("estimate_band")} ${ends}`;
}

/** One slider: what it stands for in events, and the value it leads to. */
class Row {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #event = h("span", { class: "event" });
  readonly #value = h("span", { class: "soft" });

  constructor(readonly lever: Lever, position: number, private readonly t: Translate<TextKey>, moved: (position: number) => void) {
    const { indicator, name, least, most, step, value } = lever;
    const id = `lever-${indicator}`;
    const zero = h("datalist", { id: `${id}-zero` }, h("option", { value: "0" }));
    this.#input = h("input", { type: "range", id, list: `${id}-zero`, min: least, max: most, step, value: position, "data-act": id }) as HTMLInputElement;
    this.#input.addEventListener("input", () => { this.#say(); moved(Number(this.#input.value)); });
    this.element = h("div", { class: "lever", "data-indicator": indicator }, h("label", { for: id }, name, " ", h("span", { class: "soft" }, value === null ? t("p_unknown") : valueText(value, lever.unit, t))), this.#input, zero, h("div", { class: "line" }, this.#event, this.#value));
    this.#say();
  }

  place(position: number): void {
    this.#input.value = String(position);
    this.#say();
    this.value(null);
  }

  value(after: number | null): void {
    this.#value.textContent = after === null || this.#input.value === "0" ? "" : `→ ${valueText(after, this.lever.unit, this.t)}`;
  }

  #say(): void {
    const text = eventText(this.lever, Number(this.#input.value), this.t);
    this.#event.textContent = text;
    this.#input.setAttribute("aria-valuetext", text);
    if (this.#input.value === "0") this.value(null);
  }
}

export function eventText({ better_event, worse_event, unit }: Lever, position: number, t: Translate<TextKey>): string {
  if (position === 0) return t("p_as_is");
  const code = position > 0 ? better_event : worse_event;
  const size = Math.abs(position);
  const sign = code.startsWith("mean_") ? (position > 0 ? "_better" : "_worse") : "";
  return t(`p_event_${code}${sign}` as TextKey, { n: unit === "seconds" && sign ? durationText(size, t) : size });
}
