import { named } from "../i18n.js";
import { ask, type LastRead, type RecordedShape, type SpecState, type Unread } from "../messages.js";
import { h } from "../overlay/dom.js";
import { pathsOf } from "../shape.js";
import { records } from "./records.js";
import { button, buttons, download, failed, fill, find, result, save, say, soft, t, text, time, type Section } from "./section.js";

const SHAPES_FORMAT = "koubei.shapes/1";
const RECORDING_MS = 3 * 60_000;

export const shapesFile = (shapes: RecordedShape[]): string => JSON.stringify({ format: SHAPES_FORMAT, extension: chrome.runtime.getManifest().version, shapes }, null, 1);

const shapeLine = (shape: RecordedShape): HTMLElement =>
  h("li", {}, h("details", {}, h("summary", {}, `${time(shape.at)} · ${shape.address}${shape.spec ? ` · ${shape.spec}` : ""}`), h("pre", { tabindex: "0" }, pathsOf(shape.masked).join("\n"))));

function unreadLine({ spec, outcome, at, drift }: Unread): HTMLElement {
  const parts = ([["o_missing", drift?.missing], ["o_wrong", drift?.wrong], ["o_unknown", drift?.unknown]] as const)
    .flatMap(([key, paths]) => (paths && paths.length > 0 ? [h("p", {}, `${t(key)}: ${paths.join("、")}`)] : []));
  const shape = drift ? pathsOf(drift.shape) : [];
  return h("li", {}, h("details", {}, h("summary", {}, `${time(at)} · ${spec} · ${named(t, outcome, "outcome_")}`), ...parts, shape.length > 0 && h("pre", { tabindex: "0" }, shape.join("\n"))));
}

/** How a spec fares: the newer of its last good reading and its last bad one. */
export function fares(read: LastRead | undefined, unread: Unread | undefined): "good" | "bad" | "none" {
  if (unread && (!read || unread.at > read.at)) return "bad";
  return read ? "good" : "none";
}

function specLine({ id, version, grade, page, newer }: SpecState, read: LastRead | undefined, unread: Unread | undefined): HTMLElement {
  const how = fares(read, unread);
  const word = how === "good" ? t("o_read_good", { at: time(read?.at ?? 0), n: read?.records ?? 0 }) : how === "bad" ? t("o_read_bad", { at: time(unread?.at ?? 0) }) : t("o_read_none");
  return h("tr", { "data-how": how }, h("th", { scope: "row" }, t(`page_${page}`), h("small", {}, `${id}/${version}${newer ? ` · ${t("o_spec_newer")}` : ""}`)), h("td", {}, grade), h("td", { class: how }, word));
}

/** Which specs are in force, where they come from and how they fare, and the shapes that were recorded. */
async function show(renew = false): Promise<void> {
  const [specs, log] = [await ask({ ask: "specs", renew }), await records()];
  if (!specs?.ok || !log?.ok) return;
  const unread = (id: string): Unread | undefined => log.unread.find(({ spec }) => spec === id);
  find("specs").replaceChildren(
    ...specs.specs.map((spec) => specLine(spec, log.reads[spec.id], unread(spec.id))),
    ...specs.off.map((id) => h("tr", {}, h("th", { scope: "row" }, id), h("td", {}), h("td", { class: "bad" }, t("o_spec_off")))),
    ...specs.refused.map(({ id, version, faults }) => h("tr", {}, h("th", { scope: "row" }, `${id}/${version ?? "?"}`), h("td", {}), h("td", { class: "bad" }, `${t("o_spec_refused")}: ${faults.join("；")}`))),
  );
  find("specs-checked").textContent = specs.checked_at ? t("o_specs_checked", { at: time(specs.checked_at) }) : t("o_specs_bundled");
  fill("unread", log.unread.filter((each) => fares(log.reads[each.spec], each) === "bad").map(unreadLine), "o_unread_none");
  fill("shapes", log.shapes.map(shapeLine));
  find("shapes-save").hidden = log.shapes.length === 0;
}

async function saveShapes(): Promise<void> {
  const log = await records();
  if (log?.ok) download("koubei-shapes.json", shapesFile(log.shapes));
  else if (log) failed("shapes-result", log.why, log.detail);
}

async function renew(): Promise<void> {
  await show(true);
  say("specs-result", "o_done");
}

/** Capture health by spec. */
export const reading: Section = {
  id: "reading", title: "o_reading",
  body: [
    soft("o_reading_hint"),
    h("table", {}, text("caption", "o_specs", { class: "unseen" }), h("thead", {}, h("tr", {}, text("th", "o_spec_page", { scope: "col" }), text("th", "o_spec_grade", { scope: "col" }), text("th", "o_spec_state", { scope: "col" }))), h("tbody", { id: "specs" })),
    h("p", { id: "specs-checked", class: "soft" }),
    buttons(button("specs-renew", "o_specs_renew", renew), result("specs-result")),
    text("h3", "o_unread"),
    h("ul", { id: "unread" }),
    text("h3", "o_shapes"),
    soft("o_shapes_hint"),
    text("p", "o_recording", { id: "recording", class: "note", role: "status", hidden: true }),
    buttons(button("record", "o_record", () => save({ recording: Date.now() + RECORDING_MS })), button("shapes-save", "o_shapes_save", saveShapes), result("shapes-result")),
    h("ul", { id: "shapes" }),
  ],
  show({ settings }) {
    find("recording").hidden = settings.recording < Date.now();
    void show();
  },
};
