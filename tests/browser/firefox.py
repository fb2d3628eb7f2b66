"""Firefox with the unpacked extension, driven over WebDriver BiDi: no driver program, nothing downloaded."""

import itertools
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from server.demo.hosts import HOSTS
from tests.browser.api import wait_for

FIREFOX: Final = shutil.which("firefox-esr") or shutil.which("firefox")
ADDON: Final = "koubei@example.invalid"
# Firefox gives each installation its own; a preference fixes it.
UUID: Final = "6a0a1111-2222-4333-8444-555566667777"
_READY: Final = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Firefox:
    """The tab of the settings page. `log` holds every error that a page reported."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.log: list[str] = []
        self.call("session.new", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        self.call("session.subscribe", {"events": ["log.entryAdded"]})
        self._tab = ""

    def call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.log.append(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", message
                return dict(message["result"])

    def install(self, extension: Path) -> None:
        """Installs it and goes on in the tab of the settings page, which a new installation opens by itself."""
        self.call("webExtension.install", {"extensionData": {"type": "path", "path": str(extension)}})
        self._tab = wait_for(lambda: self._tab_at(f"moz-extension://{UUID}/options.html"), "the settings page")

    def _tab_at(self, url: str) -> str:
        tabs = self.call("browsingContext.getTree", {})["contexts"]
        return next((str(tab["context"]) for tab in tabs if tab["url"] == url), "")

    def go(self, url: str) -> None:
        self.call("browsingContext.navigate", {"context": self._tab, "url": url, "wait": "complete"})

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited; it must be a plain one."""
        parameters = {"expression": expression, "target": {"context": self._tab}, "awaitPromise": True}
        answer = self.call("script.evaluate", parameters)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")


@contextmanager
def firefox(profile: Path, host_port: int) -> Iterator[Firefox]:
    assert FIREFOX is not None
    profile.mkdir()
    uuids = json.dumps(json.dumps({ADDON: UUID}))
    (profile / "user.js").write_text(
        f'user_pref("network.dns.localDomains", "{",".join(HOSTS)}");\n'
        f'user_pref("network.socket.forcePort", "443={host_port}");\n'
        f'user_pref("extensions.webextensions.uuids", {uuids});\n'
    )
    # Without system access Firefox lets nobody drive an extension's own pages.
    flags = ["--headless", "--profile", str(profile), "--remote-debugging-port", "0", "--remote-allow-system-access"]
    with subprocess.Popen([FIREFOX, *flags], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        try:
            address = next(found[1] for line in process.stderr if (found := _READY.search(line)))
            threading.Thread(target=process.stderr.read, daemon=True).start()
            with connect(f"{address}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
