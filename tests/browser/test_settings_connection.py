"""The settings page and the server it is paired with: whose browser this is, what it may do, how it leaves."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID, SHOP_NAME
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, Browser, badges, events_of
from tests.browser.test_settings import fill, opened, saved

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine


@pytest.fixture
def stranger() -> Iterator[str]:
    """Something else that answers where koubei is looked for."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*")
            self.end_headers()
            self.wfile.write(b"<h1>It works</h1>")

        do_OPTIONS = do_GET  # noqa: N815 -- the library's own naming

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_connection_test_says_which_side_fails_and_what_to_do(
    fresh: Browser, api: Api, app: "Flask", stranger: str, new_code: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.http.state import KEY

    page = fresh.own_page()

    def says(server: str, *words: str) -> None:
        page.locator("#server").fill(server)
        page.locator("#test").click()
        for word in words:
            expect(page.locator("#test-result")).to_contain_text(word)

    says("http://koubei.example", "地址写错了")
    says("http://127.0.0.1:9", "没有应答", "koubei up")
    says(stranger, "不是 koubei", "端口")
    says(api.url, "还差配对", "koubei pair")
    state = app.extensions[KEY]
    monkeypatch.setitem(
        app.extensions,
        KEY,
        dataclasses.replace(state, settings=msgspec.structs.replace(state.settings, broker_url="redis://127.0.0.1:9")),
    )
    says(api.url, "还没准备好", "broker", "koubei doctor")
    monkeypatch.undo()
    page.locator("#agree").click()
    page.locator("#code").fill(new_code())
    page.locator("#pair").click()
    expect(page.locator("#pair-result")).to_have_text("已完成。")
    api.forget()
    says(api.url, "一切正常")
    other = Api(app)
    other.start()
    says(other.url, "另一个地址")
    other.stop()
    tokens = {
        call.headers["Host"]: "Authorization" in call.headers for call in api.calls if call.path == "/v1/subjects"
    }
    assert tokens == {api.url.removeprefix("http://"): True}, "the token goes to nobody but its server"


def test_a_device_paired_under_a_smaller_role_may_look_but_not_set(browser: Browser, admin: "Engine") -> None:
    page = opened(browser)
    with admin.begin() as connection:
        connection.execute(text("UPDATE devices SET scopes = '{scores:read}'"))
    fill(page, warn_yellow_hours=30)
    saved(page, "服务拒绝了")
    expect(page.locator("#warn_yellow_hours")).to_have_value("30")


@pytest.mark.parametrize(
    ("lang", "means", "says"),
    [
        ("zh", "well", "也已在 {url} 上注销"),
        ("zh", "void", "早已失效"),
        ("en", "away", "koubei devices revoke {device}"),
    ],
)
def test_deleting_everything_here_gives_the_token_back(
    browser: Browser, api: Api, admin: "Engine", lang: str, means: str, says: str
) -> None:
    browser.change(lang=lang)
    page = opened(browser)
    with admin.connect() as connection:
        devices = connection.execute(text("SELECT id, revoked_at FROM devices")).all()
        if means == "void":
            connection.execute(text("UPDATE devices SET revoked_at = now()"))
    [(device, _)] = devices
    if means == "away":
        api.stop()
    page.locator("#wipe").click()
    page.locator("#wipe-yes").click()
    note = page.locator("#wiped")
    expect(note).to_be_visible(timeout=15_000)
    page.locator("#lang").select_option(lang)
    expect(note).to_contain_text(says.format(url=api.url, device=device))
    assert browser.kept()["kv"] == []
    with admin.connect() as connection:
        [(revoked,)] = connection.execute(text("SELECT revoked_at IS NOT NULL FROM devices")).all()
    assert revoked == (means != "away")
    # Whoever sets up anew is told no more of it.
    page.locator("#agree").click()
    expect(note).to_be_hidden()


def test_a_read_only_member_sees_and_sends_nothing_until_an_owner_says_otherwise(
    fresh: Browser, api: Api, app: "Flask", admin: "Engine"
) -> None:
    from server.devices.codes import create_code
    from server.http.state import KEY

    gate = app.extensions[KEY].database.gate
    owner = app.test_client()
    token = owner.post("/v1/devices", json={"code": create_code(gate), "name": "owner"}).json["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert owner.put(f"/v1/subjects/{SHOP_ID}", json={"name": SHOP_NAME}, headers=bearer).status_code == 201
    fresh.begin_anew(api.url, create_code(gate, member="reader", role="read_only"), {"id": SHOP_ID, "name": SHOP_NAME})
    page = fresh.page(ORDERS)
    expect(badges(page)).to_have_count(20)
    assert fresh.kept()["outbox"] == []
    assert api.keys() == [], "nothing was even tried"
    own = fresh.own_page()
    expect(own.locator("#paired")).to_contain_text("只读")
    with admin.connect() as connection:
        member = connection.execute(text("SELECT id FROM members WHERE name = 'reader'")).scalar_one()
    tag = owner.get(f"/v1/members/{member}", headers=bearer).headers["ETag"]
    role = {"role": "member"}
    assert owner.patch(f"/v1/members/{member}", json=role, headers={**bearer, "If-Match": tag}).status_code == 200
    own.locator("#test").click()
    expect(own.locator("#paired")).not_to_contain_text("只读")
    page.reload()
    wait_for(lambda: len(api.batches()) > 0, "the orders", pause=events_of(fresh.context))
