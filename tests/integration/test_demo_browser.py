"""The demo's browser: real Chromium, extension and API; agreed and paired through the extension's settings page."""

import shutil
import threading
from datetime import date

import pytest
from werkzeug.serving import make_server

from server.demo import sentinels
from server.demo.browser import PAGES, BrowserError, open_browser
from server.demo.builds import built_extension, built_site
from server.demo.catalog import SHOP_ID, SHOP_NAME
from server.demo.generator import generate
from server.demo.host import DemoHost

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"
)


@pytest.fixture(scope="module")
def host():
    with DemoHost(generate(1, date(2026, 11, 21), 40, 30), built_site()) as host:
        yield host


@pytest.fixture
def api(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def code(app):
    from server.devices.codes import create_code
    from server.http.state import KEY

    return lambda: create_code(app.extensions[KEY].database.gate)


@pytest.fixture
def browser(host, tmp_path):
    with open_browser(host, built_extension("test"), tmp_path / "profile", headless=True) as browser:
        yield browser


def test_pairs_and_binds_through_the_settings_page(browser, api, code, admin, tmp_path):
    from sqlalchemy import text

    page = browser.consent(api, code(), SHOP_ID, SHOP_NAME)
    with admin.connect() as connection:
        assert connection.execute(text("SELECT id FROM subjects")).scalars().all() == [SHOP_ID]
        assert connection.execute(text("SELECT count(*) FROM devices")).scalar_one() == 1
    picture = browser.screenshot(page, tmp_path / "pictures" / "settings.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    browser.consent(api, code(), SHOP_ID, SHOP_NAME)  # once more, as the second start of a demo does


def test_a_refused_code_is_said_in_the_pages_own_words(browser, api):
    with pytest.raises(BrowserError, match=r"settings page says: .+"):
        browser.consent(api, "22222222", SHOP_ID, SHOP_NAME)


def test_what_the_page_shows_reaches_the_database_without_personal_data(browser, host, api, code, admin):
    from sqlalchemy import select, text

    from server.db.models import Base

    browser.consent(api, code(), SHOP_ID, SHOP_NAME)
    page = browser.open("orders")
    page.wait_for_function("document.querySelectorAll('tr[data-row-key]').length === 20")
    stored = {}
    for _ in range(100):
        with admin.connect() as connection:
            stored = dict(connection.execute(text("SELECT id, copies::text FROM records WHERE kind = 'order'")).all())
        if len(stored) == 20:
            break
        page.wait_for_timeout(100)
    assert set(stored) == {order["id"] for order in host.shop.orders[:20]}
    first = host.shop.orders[0]
    assert str(first["amount"]) in stored[first["id"]]

    with admin.connect() as connection:
        tables = [connection.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    everything = str(tables)
    assert all(order_id in everything for order_id in stored)
    assert [word for word in sentinels.SENTINELS if word in everything] == []


def test_every_page_opens_without_the_extension_drawing(browser):
    for name in PAGES:
        page = browser.open(name, overlay=False)
        assert page.get_by_text("加载中…").count() == 0
        page.close()


def test_waits_until_the_person_closes_the_last_tab(browser):
    page = browser.open("home", overlay=False)
    settings = browser.context.new_page()
    settings.goto(f"chrome-extension://{browser.extension_id}/options.html")
    closing = "setTimeout(async () => chrome.tabs.remove((await chrome.tabs.query({})).map((tab) => tab.id)), 300)"
    settings.evaluate(closing)
    browser.wait_closed()
    assert page.is_closed()


def test_says_what_is_missing(host, tmp_path):
    with (
        pytest.raises(BrowserError, match=r"npm ci && node build\.mjs prod"),
        open_browser(host, tmp_path, tmp_path / "profile", headless=True),
    ):
        pass
