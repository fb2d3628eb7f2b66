import { h } from "../overlay/dom.js";
import { ROUTES } from "../routes.js";
import { consented, type Settings } from "../settings.js";
import { find, text, type Section } from "./section.js";

const STEPS = ["agree", "pair", "bind"] as const;
const TARGET = { agree: "#consent", pair: "#connection", bind: `https://${ROUTES.orders[0]}` } as const;

const done = (settings: Settings): Record<(typeof STEPS)[number], boolean> => ({ agree: consented(settings), pair: settings.paired, bind: settings.shops.length > 0 });

/** Takes whoever has just done a step to the next one, where there is one. */
export function showNext(): void {
  document.querySelector<HTMLElement>("#start:not([hidden]) [aria-current] a")?.focus();
}

/** From the installation to the first badge: what is done and what comes next; gone once it is reached. */
export const start: Section = {
  id: "start", title: "o_start", first: true,
  body: [
    h("ol", { class: "steps" }, ...STEPS.map((step) => h("li", { id: `step-${step}` },
      h("a", { href: TARGET[step], ...(step === "bind" && { target: "_blank", rel: "noopener" }) }, text("strong", `o_step_${step}`)),
      text("span", `o_step_${step}_text`), text("em", "o_step_done")))),
  ],
  show({ settings }) {
    const state = done(settings);
    find("start").hidden = STEPS.every((step) => state[step]);
    const next = STEPS.find((step) => !state[step]);
    for (const step of STEPS) {
      const line = find(`step-${step}`);
      line.classList.toggle("done", state[step]);
      if (step === next) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    }
  },
};
