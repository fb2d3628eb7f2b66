let css = "";
let shared: CSSStyleSheet | null = null;

/** The style sheet comes from the service worker together with the words; nothing is drawn before. */
export function setSheet(text: string): void {
  css = text;
  shared = null;
}

/** One sheet for all roots. Firefox may refuse a sheet of the isolated world; a style node does the same there. */
export function dress(root: ShadowRoot): void {
  try {
    if (!shared) { shared = new CSSStyleSheet(); shared.replaceSync(css); }
    root.adoptedStyleSheets = [shared];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }
}
