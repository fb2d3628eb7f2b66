"""An answer that is listened to gives its page exactly what it gives without the extension, also where it fails."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from server.demo.host import DemoHost
from server.demo.variants import Reply
from tests.browser.drivers import Driver
from tests.browser.playing import Stage
from tests.browser.scenarios import Scenario
from tests.browser.test_matrix import BROWSERS

_PATH: Final = "/api/order/searchlist"
_EARLY: Final = "SyntaxError: Failed to execute 'json' on 'Response': "
_BODIES: Final = {
    "good": b'{"code": 0, "data": [], "total": 0}',
    "numbers": b'{"code": 0, "data": [{"shop_order_id": 6917529027641081856789, "f": 1e400, "n": -0}]}',
    "empty": b"",
    "cut": b'{"code": 0, "data": [{"shop_order_id": "69175',
    "html": "<!doctype html><title>网关超时</title>".encode(),
    "tail": b'{"code": 0} {}',
    "control": b'"a\nb"',
    "mark": b'\xef\xbb\xbf{"code": 0}',
    "two marks": b'\xef\xbb\xbf\xef\xbb\xbf{"code": 0}',
    "not utf-8": b'{"code": 0, "name": "\xff\xfe\xc3"}',
    "proto": b'{"__proto__": {"code": 0}, "toString": 1}',
}
_ASK: Final = """(async () => {
  const out = {};
  const told = async (name, work) => {
    try { out[name] = JSON.stringify(await work()); } catch (error) { out[name] = `${error.name}: ${error.message}`; }
  };
  const ask = (body) => fetch(`%s?body=${encodeURIComponent(body)}`);
  for (const body of %s) {
    for (const way of ["json", "text"]) await told(`${way} of ${body}`, async () => (await ask(body))[way]());
    await told(`copied ${body}`, async () => (await ask(body)).clone().json());
    await told(`xhr ${body}`, () => new Promise((go) => {
      const xhr = new XMLHttpRequest();
      xhr.responseType = "json";
      xhr.onload = () => go(xhr.response);
      xhr.open("GET", `%s?body=${encodeURIComponent(body)}`);
      xhr.send();
    }));
  }
  for (const way of ["json", "text", "arrayBuffer", "blob"]) {
    await told(`${way} twice`, async () => {
      const answer = await ask("good");
      await answer.text();
      return answer[way]();
    });
    await told(`${way} while it is read`, async () => {
      const answer = await ask("good");
      answer.body.getReader();
      return answer[way]();
    });
    await told(`${way} of nothing`, () => Response.prototype[way].call({}));
    await told(`${way} in time`, async () => Response.prototype[way].call({}) instanceof Promise);
    await told(`${way} given up`, async () => {
      const stop = new AbortController();
      const answer = await fetch("%s?body=good", {signal: stop.signal});
      stop.abort();
      return answer[way]();
    });
    const {name, length} = Response.prototype[way];
    out[`${way} itself`] = JSON.stringify([name, length, Object.keys(Response.prototype).includes(way)]);
  }
  return JSON.stringify(out);
})()"""


def _told(driver: Driver) -> dict[str, str]:
    script = _ASK % (_PATH, json.dumps(list(_BODIES)), _PATH, _PATH)
    told: dict[str, str] = json.loads(driver.evaluate(script))
    # Chromium itself puts this ahead of an error or not, as the body was there already or came later.
    return {name: said.replace(_EARLY, "SyntaxError: ") for name, said in told.items()}


@pytest.mark.parametrize("kind", BROWSERS)
def test_values_and_errors_are_the_browsers_own(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: DemoHost, name: str, path: str, query: Mapping[str, str]) -> Reply | None:
        return Reply(200, _BODIES[query["body"]]) if "body" in query else own(host, name, path, query)

    own: Any = DemoHost.answer
    monkeypatch.setattr(DemoHost, "answer", answer)
    orders = Scenario("orders")
    stage.prepare(orders)
    stage.visit(stage.plain, orders)
    wanted = _told(stage.plain)
    stage.visit(stage.ours, orders)
    assert _told(stage.ours) == wanted
    assert [name for name, said in wanted.items() if "Error" in said], "nothing failed, so nothing was compared"
