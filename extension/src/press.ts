const waiting = new Set<() => void>();
let pressed = false;

function letGo(): void {
  if (!pressed) return;
  pressed = false;
  // The click that this was comes first.
  setTimeout(() => {
    const due = [...waiting];
    waiting.clear();
    for (const draw of due) afterPress(draw);
  });
}

addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel", "keydown"]) addEventListener(end, letGo, true);
// A native list of choices keeps the letting go to itself.
addEventListener("pointermove", ({ buttons }) => { if (buttons === 0) letGo(); }, true);

/** Draws now, or once the hand has let go: a button that is drawn anew under it would lose its click. Waits once for each `draw`. */
export function afterPress(draw: () => void): void {
  if (pressed) waiting.add(draw);
  else draw();
}
