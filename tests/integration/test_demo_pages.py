"""The demo site in a real Chromium: pages show the shop, in every way of reading answers, and survive bad ones."""

import shutil
from datetime import datetime

import pytest
from playwright.sync_api import expect, sync_playwright

from server.demo import sentinels
from server.demo.builds import built_site
from server.demo.catalog import SHOP_NAME
from server.demo.creator import generate_creator
from server.demo.generator import generate
from server.demo.host import DemoHost
from server.demo.life import SHANGHAI
from server.demo.site import PAGES

CHROMIUM = shutil.which("chromium")
HOST = "https://fxg.jinritemai.com"
ORDERS = "/ffa/morder/order/list"
SCORE = "/ffa/eco/experience-score"
AFTER_SALES = "/ffa/merchant-aftersale-workbench/aftersale/list"
COMMENTS = "/ffa/maftersale/comment"
LIST = "/api/order/searchlist"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk")


@pytest.fixture(scope="module")
def host():
    today = datetime.now(SHANGHAI).date()
    with DemoHost(generate(1, today, 40, 40), built_site(), creator=generate_creator(1, today, 95, 30)) as host:
        yield host


@pytest.fixture(scope="module")
def browser(host):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=host.browser_arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, host):
    host.switches.reset()
    host.requests.clear()
    page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.faults = faults
    yield page
    page.close()


def rows(page):
    return page.locator("tr[data-row-key]")


def test_order_rows_carry_their_ids_twenty_a_page(page, host):
    page.goto(HOST + ORDERS)
    expect(rows(page)).to_have_count(20)
    shown = [row.get_attribute("data-row-key") for row in rows(page).all()]
    assert shown == [order["id"] for order in host.shop.orders[:20]]
    page.get_by_role("button", name="下一页").click()
    expect(rows(page).first).to_have_attribute("data-row-key", host.shop.orders[20]["id"])
    expect(page.get_by_text(SHOP_NAME)).to_be_visible()
    assert page.faults == []


def test_tabs_ask_for_their_own_orders(page, host):
    page.goto(HOST + ORDERS)
    page.get_by_role("tab", name="待发货").click()
    waiting = [
        o["id"] for o in host.shop.orders if "paid_at" in o and "shipped_at" not in o and "cancelled_at" not in o
    ]
    expect(rows(page).first).to_have_attribute("data-row-key", waiting[0])
    assert [request.path.partition("tab=")[2].split("&")[0] for request in host.requests if LIST in request.path] == [
        "all",
        "unship",
    ]


def test_score_page_shows_the_official_day(page, host):
    day = host.shop.official[-1]
    page.goto(HOST + SCORE)
    for text in (
        f"{day['total']}分",
        "商品体验得分",
        "权重 45 %",
        "较前1日",
        "近30天有效订单数",
        "考核行业",
        f"更新于 {day['id'].replace('-', '/')}",
    ):
        expect(page.get_by_text(text).first).to_be_visible()
    for title in ("商品综合评分", "平均揽收时长", "商品/包装破损退货订单率", "平台求助率"):
        expect(page.get_by_role("cell", name=title, exact=True)).to_be_visible()
    assert page.faults == []


@pytest.mark.parametrize(("path", "kind"), [(AFTER_SALES, "after_sales"), (COMMENTS, "reviews")])
def test_lists_of_after_sales_and_reviews(page, host, path, kind):
    page.goto(HOST + path)
    expect(rows(page)).to_have_count(20)
    records = getattr(host.shop, kind)[:20]
    assert [row.get_attribute("data-row-key") for row in rows(page).all()] == [record["id"] for record in records]
    assert [row.get_attribute("data-order-id") for row in rows(page).all()] == [
        record["order_id"] for record in records
    ]
    assert page.faults == []


def test_an_orders_own_page(page, host):
    order = host.shop.orders[0]
    page.goto(HOST + ORDERS)
    page.get_by_role("link", name="详情").first.click()
    page.wait_for_url(f"{PAGES['order']}?id={order['id']}")
    expect(page.get_by_role("heading", name=f"订单编号 {order['id']}")).to_be_visible()
    expect(page.get_by_text("最晚发货时间")).to_be_visible()
    assert page.faults == []


@pytest.mark.parametrize("name", ["service", "service_alone"])
def test_the_desks_day(page, host, name):
    page.goto(PAGES[name])
    newest = host.shop.service_days[0]["date"]
    expect(page.get_by_text(f"统计日期 {newest}")).to_be_visible()
    expect(rows(page)).to_have_count(sum(entry["date"] == newest for entry in host.shop.service_days))
    asked = [request for request in host.requests if "queryStaffData" in request.path]
    assert {request.host for request in asked} == {"pigeon.jinritemai.com"}
    assert page.faults == []


def test_violations_and_the_trend(page, host):
    page.goto(PAGES["penalties"])
    expect(rows(page)).to_have_count(len(host.shop.conduct))
    page.goto(HOST + SCORE)
    expect(page.get_by_role("img", name="近30天体验分")).to_be_visible()
    page.get_by_role("button", name="查看明细").first.click()
    expect(page.get_by_text("商品综合评分分子")).to_be_visible()
    assert page.faults == []


def test_the_creators_pages(page, host):
    page.goto(PAGES["creator"])
    expect(page.get_by_text("带货口碑分")).to_be_visible()
    expect(page.get_by_text(f"{host.creator.official[-1]['total']:.2f}", exact=True).first).to_be_visible()
    page.goto(PAGES["selection"])
    expect(rows(page)).to_have_count(15)
    page.get_by_role("button", name="联系商家").click()
    expect(page.get_by_text(sentinels.WECHAT)).to_be_visible()
    assert page.faults == []


@pytest.mark.parametrize("layout", ["cards", "virtual", "modal"])
def test_every_layout_shows_the_same_rows(page, host, layout):
    page.goto(f"{HOST}{ORDERS}?layout={layout}&theme=dark&size=60")
    if layout == "modal":
        page.get_by_role("button", name="打开列表").click()
    marked = page.locator("[data-row-key]")
    expect(marked.first).to_have_attribute("data-row-key", host.shop.orders[0]["id"])
    if layout == "virtual":
        assert marked.count() < 20
        page.locator("[data-scroller]").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
        expect(page.locator(f"[data-row-key='{host.shop.orders[59]['id']}']")).to_be_visible()
        assert marked.count() < 20
    else:
        expect(marked).to_have_count(60)
    assert page.faults == []


def test_a_storm_replaces_every_node_and_keeps_the_rows(page, host):
    page.goto(f"{HOST}{ORDERS}?storm=1")
    expect(rows(page)).to_have_count(20)
    page.evaluate("window.first = document.querySelector('tr[data-row-key]')")
    page.wait_for_function("!window.first.isConnected")
    expect(rows(page).first).to_have_attribute("data-row-key", host.shop.orders[0]["id"])
    assert page.faults == []


def test_logins(page, host):
    host.switches.login = "sub_account"
    page.goto(HOST + SCORE)
    expect(page.get_by_text("暂无权限").first).to_be_visible()
    expect(page.get_by_role("link", name="商家体验分")).to_have_count(0)
    page.goto(HOST + ORDERS)
    expect(rows(page)).to_have_count(20)
    host.switches.login = "other_shop"
    page.goto(HOST + ORDERS)
    expect(page.get_by_text("另一家演示店")).to_be_visible()
    host.switches.login = "logged_out"
    page.goto(HOST + ORDERS)
    expect(page.get_by_text("登录已失效")).to_be_visible()
    host.switches.login = "redirected"
    page.goto(HOST + ORDERS)
    expect(page.get_by_text("数据异常")).to_be_visible()
    assert page.faults == []


def test_pages_change_without_loading_again(page, host):
    page.goto(HOST + "/")
    page.evaluate("window.sameDocument = true")
    for label, path in (("订单管理", ORDERS), ("售后工作台", AFTER_SALES), ("商家体验分", SCORE)):
        page.get_by_role("navigation", name="菜单").get_by_role("link", name=label).click()
        page.wait_for_url(HOST + path)
        expect(page.get_by_role("heading", name=label, level=1)).to_be_visible()
    page.go_back()
    page.wait_for_url(HOST + AFTER_SALES)
    expect(rows(page)).to_have_count(20)
    assert page.evaluate("window.sameDocument") is True
    documents = [request for request in host.requests if request.path.startswith("/ffa/")]
    assert documents == []


@pytest.mark.parametrize("transport", ["fetch", "text", "clone", "stream", "xhr", "xhr-json"])
def test_every_way_of_reading_shows_the_same_rows(page, host, transport):
    page.goto(f"{HOST}{ORDERS}?transport={transport}")
    expect(rows(page)).to_have_count(20)
    expect(rows(page).first).to_have_attribute("data-row-key", host.shop.orders[0]["id"])
    assert page.faults == []


@pytest.mark.parametrize("path", ["/", ORDERS, SCORE, AFTER_SALES, COMMENTS])
def test_strict_policy_breaks_nothing(page, host, path):
    host.switches.strict_policy = True
    answer = page.goto(HOST + path)
    assert "trusted-types" in answer.headers["content-security-policy"]
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("加载中…")).to_have_count(0)
    assert page.faults == []


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("code", "系统繁忙"),
        ("logged_out", "登录已失效"),
        ("truncated", "数据异常"),
        ("error", "数据异常"),
        ("empty", "暂无数据"),
    ],
)
def test_a_bad_answer_is_said_in_words(page, host, variant, words):
    host.switches.set(LIST, variant)
    page.goto(HOST + ORDERS)
    expect(page.get_by_text(words)).to_be_visible()
    expect(rows(page)).to_have_count(0)


def test_personal_data_is_on_the_page_for_the_merchant(page):
    page.goto(HOST + ORDERS)
    expect(page.get_by_text(sentinels.NAME).first).to_be_visible()
    expect(page.get_by_text(sentinels.PHONE).first).to_be_visible()


def test_the_log_knows_method_path_and_size(page, host):
    page.goto(HOST + AFTER_SALES)
    expect(rows(page)).to_have_count(20)
    (posted,) = [request for request in host.requests if request.method == "POST"]
    assert (posted.host, posted.path) == ("fxg.jinritemai.com", "/after_sale/pc/list")
    assert posted.size > 0


def test_nothing_else_is_reachable(page):
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("https://example.com/")


def test_unknown_switches_are_refused(host):
    with pytest.raises(ValueError, match="no endpoint /nowhere"):
        host.switches.set("/nowhere", "ok")
    with pytest.raises(ValueError, match="no variant 'odd'"):
        host.switches.set(LIST, "odd")


def test_a_missing_site_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"npm ci && node build\.mjs"):
        DemoHost([], tmp_path)


def test_missing_sources_say_what_to_do(tmp_path):
    with pytest.raises(RuntimeError, match="checkout"):
        built_site(tmp_path)
