"""What axe-core finds wrong with a page of the extension: each rule broken, with the places."""

from functools import cache
from typing import Final

from playwright.sync_api import Page

from server.demo.builds import EXTENSION

_RUN: Final = """async () => {
  const {violations, incomplete} = await axe.run(document, {resultTypes: ["violations", "incomplete"]});
  const told = (found) => found.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) =>
    `${id} at ${target.join(" ")}: ${failureSummary.replace(/\\s+/g, " ")}`));
  // What axe itself cannot decide counts only where it is about contrast.
  return [...told(violations), ...told(incomplete.filter(({id}) => id === "color-contrast"))];
}"""


@cache
def source() -> str:
    return (EXTENSION / "node_modules/axe-core/axe.min.js").read_text()


def findings(page: Page) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source())
    return list(page.evaluate(_RUN))
