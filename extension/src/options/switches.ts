import { h } from "../overlay/dom.js";
import { PAGES } from "../routes.js";
import { button, buttons, check, find, save, t, text, time, type Section } from "./section.js";

const HOUR_MS = 60 * 60_000;
const input = (id: string): HTMLInputElement => find<HTMLInputElement>(id);

/** What this browser reads, and when it does not. */
export const switches: Section = {
  id: "switches", title: "o_switches",
  body: [
    h("div", { class: "pause" },
      h("p", { id: "pause-state", role: "status" }),
      buttons(
        button("pause-hour", "o_pause_hour", () => save({ paused: true, paused_until: Date.now() + HOUR_MS })),
        button("pause-on", "o_pause_on", () => save({ paused: true, paused_until: 0 })),
        button("resume", "o_resume", () => save({ paused: false, paused_until: 0 }), ""),
      ),
    ),
    h("fieldset", {}, text("legend", "o_pages"), h("div", { id: "pages" }, ...PAGES.map((page) => check(`page-${page}`, `page_${page}`, (on) => ({ pages }) => ({ pages: { ...pages, [page]: on } }))))),
    check("review-text", "o_review_text", (on) => ({ review_text: on })),
  ],
  show({ settings }) {
    const { paused, paused_until } = settings;
    find("pause-state").textContent = !paused ? t("o_reading_on") : paused_until > 0 ? t("o_paused_until", { at: time(paused_until) }) : t("o_paused_for_good");
    find("pause-hour").hidden = paused && paused_until > 0;
    find("pause-on").hidden = paused && paused_until === 0;
    find("resume").hidden = !paused;
    for (const page of PAGES) input(`page-${page}`).checked = settings.pages[page] !== false;
    input("review-text").checked = settings.review_text;
  },
};
