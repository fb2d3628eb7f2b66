"""The other pages: what each becomes in the database, and that nothing personal goes along.

Where a page is not read: record its shape, write its score down, wait for a newer spec.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect
from sqlalchemy import text

from server.capture_specs.check import bundled
from server.capture_specs.folder import SpecFolder
from server.cli.specs import specs as command
from server.demo import sentinels
from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from server.demo.payloads import HOME
from server.demo.service_pages import STAFF_IDS
from server.demo.site import PAGES
from tests.browser.api import Api, wait_for
from tests.browser.browser import Browser, expect_state, text_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings

Records = dict[str, dict[str, Any]]


def sent(api: Api, kind: str) -> Records:
    """Every record of a kind that the server has answered for, and so has stored; by its id, as last sent."""
    return {r["id"]: r for batch in api.batches() for r in batch["records"] if r["kind"] == kind}


def counted(api: Api) -> set[str]:
    return {counter["name"] for counter in sent(api, "counter").values()}


def stored(admin: "Engine", kind: str) -> set[str]:
    with admin.connect() as connection:
        return set(connection.execute(text("SELECT id FROM records WHERE kind = :kind"), {"kind": kind}).scalars())


def bind_creator(browser: Browser, host: DemoHost) -> str:
    assert host.creator is not None
    creator = host.creator.subject
    browser._on_own_page(
        "async ([id, name]) => chrome.runtime.sendMessage({ask: 'bind', shop: {id, name, type: 'creator'}})",
        [creator["id"], creator["name"]],
    )
    return str(creator["id"])


def test_after_sales(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> None:
    browser.page(PAGES["after_sales"])
    truth = {case["id"]: case for case in host.shop.after_sales[:20]}
    wait_for(lambda: sent(api, "after_sale").keys() == set(truth), "the after-sales")
    assert stored(admin, "after_sale") == set(truth)
    for id_, record in sent(api, "after_sale").items():
        for name in ("order_id", "line_id", "type", "applied_at", "reason", "amount", "updated_at"):
            assert record.get(name) == truth[id_].get(name), name
        waiting = not {"agreed_at", "closed_at", "refunded_at"} & truth[id_].keys()
        assert record.get("audit_by") == (truth[id_]["audit_by"] if waiting else None)
    assert browser.faults == []


def test_reviews_and_their_counts(browser: Browser, api: Api, host: DemoHost, admin: "Engine") -> None:
    page = browser.page(PAGES["reviews"])
    truth = {review["id"]: review for review in host.shop.reviews[:20]}
    wait_for(lambda: sent(api, "review").keys() == set(truth), "the reviews")
    assert stored(admin, "review") == set(truth)
    for id_, record in sent(api, "review").items():
        for name in ("order_id", "product_id", "created_at", "stars", "logistics_stars", "service_stars", "tags"):
            assert record.get(name) == truth[id_].get(name), name
        assert "text" not in record
    wait_for(lambda: "negative_comment_count_30d" in counted(api), "the counts")
    assert stored(admin, "counter")
    api.forget()
    browser.change(review_text=True)
    page.reload()
    wait_for(lambda: any("text" in r for r in sent(api, "review").values()), "the words, now that they are wanted")
    for call in api.calls:
        assert not any(secret in call.everything for secret in (sentinels.PHONE, sentinels.WECHAT)), call.path


@pytest.mark.parametrize("page", ["service", "service_alone"])
def test_service_agents_go_by_pseudonyms(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine", page: str
) -> None:
    browser.page(PAGES[page])
    records = wait_for(lambda: sent(api, "service_day"), "the agents' day")
    assert stored(admin, "service_day") == set(records)
    day = next(iter(records.values()))["date"]
    truth = [entry for entry in host.shop.service_days if entry["date"] == day]
    figures = ("sessions", "rated", "dissatisfied", "reply_seconds_mean")
    assert sorted([r[name] for name in figures] for r in records.values()) == sorted(
        [entry[name] for name in figures] for entry in truth
    )
    assert len({record["agent_id"] for record in records.values()}) == len(truth)
    for id_, record in records.items():
        assert id_ == f"{record['agent_id']}|{day}"
    kept = text_of(browser.kept())
    for staff in (*STAFF_IDS.values(), *sentinels.SENTINELS):
        assert staff not in kept
        assert not any(staff in call.everything for call in api.calls)


def test_violations_are_counted(browser: Browser, api: Api, admin: "Engine") -> None:
    browser.page(PAGES["score"])  # says whose shop it is
    page = browser.page(PAGES["penalties"])
    page.evaluate("fetch('/governance/shop/experiencescore/getOverviewByVersion').then(r => r.json())")
    wanted = {"penalty_pending", "penalty_all", "penalty_can_appeal"}
    wait_for(lambda: wanted <= counted(api), "the counters")
    assert stored(admin, "counter")


# The page reads its answer and goes on in the same breath, before anybody else's code can run.
_READ_AND_GO = {
    "fetch": """(answer) => fetch(answer).then((response) => response.json()).then(() => go(there))""",
    "xhr": """(answer) => {
      const xhr = new XMLHttpRequest();
      xhr.open("GET", answer);
      xhr.send();
      xhr.addEventListener("load", () => { xhr.responseText; go(there); });
    }""",
}


@pytest.mark.parametrize("transport", _READ_AND_GO)
def test_a_card_counts_though_the_merchant_has_clicked_on(browser: Browser, api: Api, transport: str) -> None:
    page = browser.page(PAGES["penalties"])  # does not say whose it is
    page.evaluate(
        f"""([home, answer]) => {{
          const there = location.href;
          const go = (url) => history.pushState({{}}, "", url);
          go(home);
          return ({_READ_AND_GO[transport]})(answer);
        }}""",
        [PAGES["home"], HOME],
    )
    wait_for(lambda: {"penalty_pending", "penalty_all"} <= counted(api), "the counters")


def test_a_creators_score_by_its_label_and_the_shops_of_the_selection(
    browser: Browser, api: Api, host: DemoHost, admin: "Engine"
) -> None:
    creator = bind_creator(browser, host)
    assert host.creator is not None
    truth = host.creator.official[-1]
    for layout in ("table", "cards"):
        api.forget()
        page = browser.page(f"{PAGES['creator']}?layout={layout}")
        wait_for(lambda: sent(api, "official"), "the score")
        assert {r["id"]: r["total"] for r in sent(api, "official").values()} == {truth["id"]: truth["total"]}
        page.close()
    page = browser.page(PAGES["selection"])
    partners = wait_for(lambda: sent(api, "partner"), "the partners")
    assert stored(admin, "partner") == set(partners)
    newest = {p["merchant_id"]: p for p in reversed(host.creator.partners)}
    for record in partners.values():
        shop = newest[record["merchant_id"]]
        assert [record[name] for name in ("total", "goods", "logistics", "service")] == [
            shop[name] for name in ("total", "goods", "logistics", "service")
        ]
    wait_for(lambda: stored(admin, "product"), "the products")
    page.get_by_role("button", name="联系商家").click()
    page.wait_for_timeout(500)
    assert {call.path.split("/")[3] for call in api.calls if call.path.endswith("/batches")} == {creator}
    for secret in sentinels.SENTINELS:
        assert secret not in text_of(browser.kept())


def test_another_creators_login_stores_nothing(browser: Browser, api: Api) -> None:
    page = browser.page(PAGES["creator"])  # the bound one is a shop
    expect_state(page, "other_shop")
    page.goto(PAGES["selection"])
    page.wait_for_timeout(1_000)
    assert api.batches() == []


def test_a_detail_joins_its_day(browser: Browser, api: Api, host: DemoHost) -> None:
    page = browser.page(PAGES["score"])
    wait_for(lambda: len(api.batches()) >= 2, "overview and analysis")
    page.evaluate("fetch('/governance/shop/experiencescore/getSubScoreNew?experience_node=318').then(r => r.json())")
    [detail] = wait_for(
        lambda: [one for one in api.batches() if one["source"]["adapter"].startswith("doudian.score-part/")],
        "the detail",
    )
    [record] = detail["records"]
    assert record["indicators"].keys() == host.shop.official[-1]["indicators"].keys(), "nothing of the day is lost"
    assert record["total"] == host.shop.official[-1]["total"]


def test_a_score_written_down_by_hand(browser: Browser, api: Api, admin: "Engine", tmp_path: Path) -> None:
    options = browser.own_page()
    options.locator("#entry-type").select_option("creator")
    options.locator("#entry-id").fill("1122334455")
    options.locator("#entry-date").fill("2026-11-19")
    options.locator("#entry-total").fill("4.87")
    options.locator("#entry-add").click()
    expect(options.locator("#entry-result")).to_have_text("已保存 1 天。")
    file = tmp_path / "days.csv"
    file.write_text("日期,带货口碑\n2026/11/18,4.85\n2026/11/17,4.8\n", encoding="utf-8")
    options.locator("#entry-csv").set_input_files(file)
    expect(options.locator("#entry-result")).to_have_text("已保存 2 天。")
    wait_for(lambda: stored(admin, "official") == {"2026-11-17", "2026-11-18", "2026-11-19"}, "the three days")
    [bound] = [json.loads(call.body) for call in api.calls if call.path.endswith("/1122334455") and call.body]
    assert bound["type"] == "creator"
    file.write_text("日期,带货口碑\n昨天,4.85\n", encoding="utf-8")
    options.locator("#entry-csv").set_input_files(file)
    expect(options.locator("#entry-result")).to_contain_text("2: date")


def test_shapes_are_recorded_without_values_and_become_fixtures(
    browser: Browser, host: DemoHost, tmp_path: Path
) -> None:
    bind_creator(browser, host)
    options = browser.own_page()
    options.locator("#record").click()
    expect(options.locator("#recording")).to_be_visible()
    for name in ("orders", "after_sales", "reviews", "score", "home", "penalties", "service", "selection"):
        page = browser.page(PAGES[name])
        page.wait_for_load_state("networkidle")
        if name == "score":
            page.evaluate(
                "fetch('/governance/shop/experiencescore/getSubScoreNew?experience_node=318').then(r => r.json())"
            )
        if name == "selection":
            page.get_by_role("button", name="联系商家").click()
        page.wait_for_timeout(300)
        page.close()
    options.reload()
    with options.expect_download() as saved:
        options.locator("#shapes-save").click()
    file = Path(saved.value.path())
    body = file.read_text(encoding="utf-8")
    assert not any(secret in body for secret in sentinels.SENTINELS)
    assert SHOP_ID not in body
    assert "contact" not in [shape["address"].rpartition("/")[2] for shape in json.loads(body)["shapes"]]
    done = CliRunner().invoke(command, ["fixture", str(file), "--to", str(tmp_path / "fixtures")])
    assert done.exit_code == 0, done.output
    made = {json.loads(each.read_text())["spec"] for each in (tmp_path / "fixtures").iterdir()}
    assert made >= {"doudian.orders", "doudian.after-sales", "doudian.reviews", "feige.agents", "doudian.home-card"}


@pytest.fixture
def offered(settings: "Settings") -> "SpecFolder":
    folder = SpecFolder(settings.home)
    yield folder
    for file in folder.path.glob("*"):
        file.unlink()


def test_a_newer_spec_wins_an_invalid_one_is_told_and_a_switched_off_one_reads_nothing(
    browser: Browser, api: Api, host: DemoHost, offered: SpecFolder
) -> None:
    host.switches.set("/api/order/searchlist", "renamed")
    page = browser.page(PAGES["orders"])
    expect_state(page, "unread")
    mended = json.loads(json.dumps(bundled()["doudian.orders"]).replace('"shop_order_id"', '"shop_order_no"'))
    offered.add(json.dumps(mended | {"version": 2}).encode())
    options = browser.own_page()
    options.locator("#specs-renew").click()
    expect(options.locator("#specs")).to_contain_text("doudian.orders/2")
    page.reload()
    wait_for(lambda: sent(api, "order"), "what the newer spec reads")
    assert api.batches()[-1]["source"]["adapter"] == "doudian.orders/2"
    offered.switch("doudian.orders", on=False)
    options.locator("#specs-renew").click()
    expect(options.locator("#specs")).to_contain_text("已被服务停用")
    api.forget()
    page.reload()
    page.wait_for_timeout(1_500)
    assert api.batches() == []


def test_a_server_of_another_format_gets_nothing_until_it_lists_ours(
    browser: Browser, api: Api, admin: "Engine", monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.health import routes

    monkeypatch.setattr(routes, "FORMAT", "koubei.records/9")
    browser.page(PAGES["home"]).wait_for_timeout(1_100)  # what was known of the server has grown old
    page = browser.page(PAGES["orders"])
    expect_state(page, "unfit")
    assert stored(admin, "order") == set()
    assert api.keys() == []
    monkeypatch.undo()
    wait_for(lambda: len(stored(admin, "order")) == 20, "what had waited")


def test_only_a_persons_click_binds(fresh: Browser, api: Api, new_code: Callable[[], str]) -> None:
    fresh.setup(api, new_code())
    page = fresh.page(PAGES["score"])
    expect_state(page, "ask_bind")
    page.evaluate("document.querySelector('koubei-dock').shadowRoot.querySelector('[data-act=bind]').click()")
    page.wait_for_timeout(500)
    expect_state(page, "ask_bind")
    page.locator("koubei-dock [data-act=bind]").click()
    expect_state(page, "ok")
