import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { reportOf } from "../report.js";
import { load } from "../settings.js";
import { button, buttons, download, failed, find, result, say, soft, type Section } from "./section.js";

let made = "";

/** Family and version of the browser, and no more of what it says about itself. */
const browser = (): string => /(?:Firefox|Chrome)\/\d+/.exec(navigator.userAgent)?.[0] ?? "?";

async function make(): Promise<void> {
  say("report-result", "o_working");
  const { settings, health } = await load();
  const [specs, log] = [await ask({ ask: "specs", renew: false }), await ask({ ask: "log" })];
  if (!specs || !log) return;
  if (!specs.ok) return failed("report-result", specs.why, specs.detail);
  if (!log.ok) return failed("report-result", log.why, log.detail);
  const test = await ask({ ask: "test", server: settings.server });
  const { usage, quota } = await navigator.storage.estimate();
  made = reportOf({
    extension: chrome.runtime.getManifest().version, browser: browser(), settings, health, specs, log, now: Date.now(),
    test: test?.ok ? test : null,
    room: usage !== undefined && quota !== undefined ? { used: usage, of: quota } : null,
  });
  find("report").textContent = made;
  find("report").hidden = find("report-save").hidden = false;
  say("report-result", "o_report_made");
  find("report").focus();
}

/** What somebody who helps needs to know; looked at before it is saved, and sent by hand or not at all. */
export const report: Section = {
  id: "report-section", title: "o_report",
  body: [
    soft("o_report_hint"),
    buttons(button("report-make", "o_report_make", make), button("report-save", "o_report_save", () => download("koubei-report.json", made), ""), result("report-result")),
    h("pre", { id: "report", tabindex: "0", hidden: true, role: "group", "aria-labelledby": "report-section-title" }),
  ],
  show: () => { find("report-save").hidden = made === ""; },
};
