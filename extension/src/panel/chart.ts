import uPlot from "uplot";
import { h } from "../overlay/dom.js";
import { figure, shortDay } from "../overlay/numbers.js";
import type { Around } from "./around.js";
import type { Point } from "./course.js";
import { band } from "./figures.js";

const HEIGHT = 220;
const NARROWEST = 260;
const ARROWS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 };

/** Official score, our estimate and the forecast with its band. Arrow keys go from day to day; the day is read out. */
export class Chart {
  readonly element = h("div", { class: "chart-room" });
  readonly #figure: HTMLElement;
  readonly #said = h("output", { class: "soft", "aria-live": "polite" });
  #plot: uPlot | null = null;
  #at: number;

  constructor(private readonly points: readonly Point[], private readonly around: Around) {
    const { t, signal } = around;
    this.#figure = h("div", { class: "chart", role: "img", tabindex: "0", "aria-label": t("p_chart"), "data-act": "chart" });
    this.element.append(this.#figure, this.#said);
    this.#at = points.findLastIndex(({ official }) => official !== null);
    this.#figure.addEventListener("keydown", (event) => this.#step(event));
    const watcher = new ResizeObserver(() => this.#fit());
    watcher.observe(this.#figure);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#draw(), { signal });
    signal.addEventListener("abort", () => { watcher.disconnect(); this.#plot?.destroy(); this.#plot = null; });
    this.#say();
  }

  /** The first size comes when the chart stands in the page; thrown out of it, the drawing goes. */
  #fit(): void {
    if (!this.#figure.isConnected) { this.#plot?.destroy(); this.#plot = null; return; }
    if (this.#plot) this.#plot.setSize({ width: this.#width, height: HEIGHT });
    else this.#draw();
  }

  get #width(): number {
    return Math.max(NARROWEST, this.#figure.clientWidth);
  }

  #draw(): void {
    this.#plot?.destroy();
    const style = getComputedStyle(this.#figure);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const [ink, line] = [colour("--soft"), colour("--line")];
    const axis: uPlot.Axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: `11px ${style.fontFamily}` };
    const options: uPlot.Options = {
      width: this.#width, height: HEIGHT, legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: true } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "UTC"),
      axes: [{ ...axis, values: (_, ticks) => ticks.map((tick) => shortDay(new Date(tick * 1_000).toISOString().slice(0, 10))), incrs: [1, 2, 7, 14, 28, 56].map((days) => days * 86_400) }, { ...axis, size: 44 }],
      series: [{}, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } },
        { stroke: colour("--official"), width: 2, points: { show: false } }, { stroke: colour("--estimate"), width: 1.5, dash: [4, 3], points: { show: false } }, { stroke: colour("--ahead"), width: 2, dash: [2, 3], points: { show: false } }],
      bands: [{ series: [2, 1], fill: colour("--band") }],
      hooks: { setCursor: [(plot) => { if (plot.cursor.idx != null) { this.#at = plot.cursor.idx; this.#say(); } }] },
    };
    const column = (of: (point: Point) => number | null): (number | null)[] => this.points.map(of);
    this.#plot = new uPlot(options, [this.points.map(({ date }) => Date.parse(`${date}T00:00:00Z`) / 1_000), column(({ low }) => low), column(({ high }) => high), column(({ official }) => official), column(({ estimate }) => estimate), column(({ ahead }) => ahead)], this.#figure);
  }

  #step(event: KeyboardEvent): void {
    const by = ARROWS[event.key];
    if (by === undefined || !this.#plot) return;
    event.preventDefault();
    this.#at = Math.max(0, Math.min(this.points.length - 1, this.#at + by));
    const x = this.#plot.data[0][this.#at];
    if (x !== undefined) this.#plot.setCursor({ left: this.#plot.valToPos(x, "x"), top: 0 });
    this.#say();
  }

  #say(): void {
    const point = this.points[this.#at];
    if (!point) return;
    const { t } = this.around;
    const { date, official, estimate, ahead, low, high } = point;
    const parts = [official !== null && `${t("p_legend_official")} ${figure(official)}`, estimate !== null && `${t("p_legend_estimate")} ${figure(estimate)}`, ahead !== null && `${t("p_legend_ahead")} ${figure(ahead)}`, band(low, high) && `${t("estimate_band")} ${band(low, high)}`];
    const text = [date, ...parts].filter(Boolean).join(" · ");
    if (this.#said.textContent !== text) this.#said.textContent = text;
  }
}
