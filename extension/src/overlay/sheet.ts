import CSS from "./sheet.css";

let shared: CSSStyleSheet | null = null;

/** One sheet for all roots. Firefox may refuse a sheet of the isolated world; a style node does the same there. */
export function dress(root: ShadowRoot): void {
  try {
    if (!shared) { shared = new CSSStyleSheet(); shared.replaceSync(CSS); }
    root.adoptedStyleSheets = [shared];
  } catch {
    const style = document.createElement("style");
    style.textContent = CSS;
    root.append(style);
  }
}
