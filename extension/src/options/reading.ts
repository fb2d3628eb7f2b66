import type { Translate } from "../i18n.js";
import { ask, type RecordedShape } from "../messages.js";
import { h } from "../overlay/dom.js";
import { pathsOf } from "../shape.js";
import type { TextKey } from "../texts.js";

const SHAPES_FORMAT = "koubei.shapes/1";
const fill = (id: string, lines: HTMLElement[]): void => document.getElementById(id)?.replaceChildren(...lines);

/** Hands a text to the merchant as a file; nothing goes anywhere by itself. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const shapesFile = (shapes: RecordedShape[]): string => JSON.stringify({ format: SHAPES_FORMAT, extension: chrome.runtime.getManifest().version, shapes }, null, 1);

const shapeLine = (shape: RecordedShape): HTMLElement =>
  h("li", {}, h("details", {}, h("summary", {}, `${new Date(shape.at).toLocaleString()} · ${shape.address}${shape.spec ? ` · ${shape.spec}` : ""}`), h("pre", {}, pathsOf(shape.masked).join("\n"))));

/** Which specs are in force and where they come from, and the shapes that were recorded. */
export async function showReading(t: Translate<TextKey>, renew = false): Promise<void> {
  const [specs, log] = [await ask({ ask: "specs", renew }), await ask({ ask: "log" })];
  if (specs?.ok) {
    const grade = (of: string): string => t("o_grade", { grade: of });
    fill("specs", [
      ...specs.specs.map(({ id, version, grade: of, page, newer }) => h("li", {}, `${t(`page_${page}`)} · ${id}/${version} · ${grade(of)}${newer ? ` · ${t("o_spec_newer")}` : ""}`)),
      ...specs.off.map((id) => h("li", { class: "bad" }, `${id} · ${t("o_spec_off")}`)),
      ...specs.refused.map(({ id, version, faults }) => h("li", { class: "bad" }, `${id}/${version ?? "?"} · ${t("o_spec_refused")}: ${faults.join("；")}`)),
    ]);
  }
  if (log?.ok) {
    fill("shapes", log.shapes.map(shapeLine));
    const button = document.getElementById("shapes-save");
    if (button) button.hidden = log.shapes.length === 0;
  }
}

export async function saveShapes(): Promise<void> {
  const log = await ask({ ask: "log" });
  if (log?.ok) download("koubei-shapes.json", shapesFile(log.shapes));
}
