"""The side panel before the real API: a shop and a creator, scored and looked ahead by the worker."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID
from server.demo.creator import CREATOR_ID
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, Browser, dock, events_of
from tests.browser.panel.stage import answer, panel, settled
from tests.browser.proposing import state_of
from tests.browser.selling import CREATOR, SHOP, asked

if TYPE_CHECKING:
    from sqlalchemy import Engine


PLANNING_MS = 90_000


def test_the_score_now_at_noon_and_in_a_week_with_bands_pack_and_grade(ours: Browser, api: Api) -> None:
    page = panel(ours)
    overlay, week = answer(api, "overlay?page=score"), answer(api, "forecast?days=7")["days"][-1]["total"]
    now, noon = overlay["panel"]["shown"], overlay["panel"]["noon"]
    expect(page.locator("[data-figure=now] > b")).to_have_text(f"{now['total']:.2f}")
    expect(page.locator("[data-figure=noon]")).to_contain_text(f"{noon['low']:.2f} – {noon['high']:.2f}")
    expect(page.locator("[data-figure=week] > b")).to_have_text(f"{week['mid']:.2f}")
    expect(page.locator("[data-figure=week]")).to_contain_text(f"{week['low']:.2f} – {week['high']:.2f}")
    basis = page.locator("[data-figure=basis]")
    expect(basis).to_contain_text(overlay["rules"])
    expect(basis).to_contain_text(f"依据 {overlay['panel']['grade']}")
    assert ours.faults == []


def test_what_hurts_soonest_comes_first_and_names_its_orders(ours: Browser, api: Api) -> None:
    page = panel(ours)
    threats = page.locator("#hurts .threats > li")
    assert threats.count() >= 2
    kinds = threats.evaluate_all("all => all.map((one) => one.dataset.kind)")
    assert "orders" in kinds
    assert "deduction" not in kinds[: kinds.index("orders")], "what has no end comes after what has one"
    page.locator("#hurts li[data-kind=orders] summary").first.click()
    named = page.locator("#hurts li[data-kind=orders] .ids").first.inner_text()
    assert named.split(" · ")[0] in {one["order_id"] for one in answer(api, "orders/at-risk?limit=200")["orders"]}


@pytest.mark.parametrize(("word", "state"), [("已完成", "done"), ("明天再说", "snoozed"), ("不需要", "dismissed")])
def test_an_action_is_answered_in_one_click(ours: Browser, api: Api, admin: "Engine", word: str, state: str) -> None:
    page = panel(ours)
    first = [one["id"] for one in answer(api, "actions")["actions"]][:4]
    shown = page.locator("#actions ol > li")
    assert shown.evaluate_all("all => all.map((one) => one.dataset.id)") == first[:3]
    shown.first.get_by_role("button", name=re.compile(word)).click()
    expect(page.locator(f"#actions ol > li[data-id={first[0]}]")).to_have_count(0)
    expect(shown).to_have_count(min(3, len(first) - 1))
    assert state_of(admin, first[0]) == state
    assert ours.faults == []


@pytest.mark.parametrize(("lang", "undo", "answered"), [("zh", "撤销", "已处理"), ("en", "undo", "Answered")])
def test_an_answer_given_by_mistake_is_taken_back(
    ours: Browser, api: Api, admin: "Engine", lang: str, undo: str, answered: str
) -> None:
    ours.change(lang=lang)
    page = panel(ours)
    first, second = [one["id"] for one in answer(api, "actions")["actions"]][:2]
    for one, state in ((first, "dismissed"), (second, "done")):
        page.locator(f"[data-act='{state}:{one}']").click()
        fresh = page.locator(f"#actions ul.answered[role=status] li[data-id={one}][data-state={state}]")
        expect(fresh).to_be_visible()
    expect(page.locator("#actions details.answered summary")).to_contain_text(answered)
    fresh.get_by_role("button", name=undo).click()
    expect(page.locator(f"#actions ol > li[data-id={second}]")).to_be_visible()
    assert state_of(admin, second) == "open"
    assert state_of(admin, first) == "dismissed", "the other answer stands"
    # An older one stands in the fold.
    with admin.connect() as connection:
        connection.execute(text("UPDATE actions SET changed_at = changed_at - interval '3 days' WHERE state <> 'open'"))
    page.reload()
    settled(page)
    expect(page.locator("#actions ul[role=status]")).to_have_count(0)
    page.locator("#actions details.answered summary").click()
    page.locator(f"[data-act='open:{first}']").click()
    expect(page.locator(f"#actions ol > li[data-id={first}]")).to_be_visible()
    assert state_of(admin, first) == "open"
    assert ours.faults == []


def test_an_answer_that_somebody_else_changed_meanwhile_is_not_taken_back(
    ours: Browser, api: Api, admin: "Engine"
) -> None:
    page = panel(ours)
    first = answer(api, "actions")["actions"][0]["id"]
    page.locator(f"[data-act='dismissed:{first}']").click()
    undo = page.locator(f"[data-act='open:{first}']")
    expect(undo).to_be_visible()
    with admin.connect() as connection:
        connection.execute(text("UPDATE actions SET state = 'done', changed_at = now() WHERE id = :id"), {"id": first})
    undo.click()
    expect(page.locator("#actions [role=alert]")).to_contain_text("没有保存")
    assert state_of(admin, first) == "done"


def test_a_script_cannot_answer_for_the_merchant(ours: Browser, admin: "Engine", api: Api) -> None:
    page = panel(ours)
    first = answer(api, "actions")["actions"][0]["id"]
    page.evaluate("document.querySelector('#actions button').click()")
    page.wait_for_timeout(300)
    assert state_of(admin, first) == "open"


def test_the_reasons_add_up_to_the_change(ours: Browser, api: Api) -> None:
    page = panel(ours, "why")
    shown = answer(api, "overlay?page=score")["panel"]["shown"]
    expect(page.locator("#why .line.big b")).to_contain_text(f"{abs(shown['change']):.2f}")
    page.locator("[data-act=reach]").select_option("7")
    expect(page.locator("#why .line.big b")).to_contain_text(f"{abs(changed(api, shown['date'], 7)):.2f}")
    causes = page.locator("#why .body > div > ul > li > .line b").all_inner_texts()
    causes += page.locator("#why details[data-fold=rest] > summary > span").all_inner_texts()
    whole = number(page.locator("#why .line.big b").inner_text())
    assert sum(map(number, causes)) == pytest.approx(whole, abs=0.005 * (len(causes) + 1))


def test_a_late_answer_does_not_replace_the_newer_one(ours: Browser, api: Api) -> None:
    page = panel(ours, "why")
    day = answer(api, "overlay?page=score")["panel"]["shown"]["date"]
    week = dt.date.fromisoformat(day) - dt.timedelta(days=7)
    api.slow = lambda question: 1.5 if f"/explanation?from={week}" in question else 0
    for days in ("7", "30"):
        page.locator("[data-act=reach]").select_option(days)
    month = page.locator("#why .line.big b", has_text=f"{abs(changed(api, day, 30)):.2f}")
    expect(month).to_be_visible()
    wait_for(
        lambda: any(f"from={week}" in one.query for one in asked(api, "/explanation")),
        "the late answer",
        pause=events_of(ours.context),
    )
    page.wait_for_timeout(300)
    expect(month).to_be_visible()


def changed(api: Api, day: str, days: int) -> float:
    """By how much the total moved in the `days` up to `day`, as the API explains it."""
    since = dt.date.fromisoformat(day) - dt.timedelta(days=days)
    change: float = answer(api, f"explanation?from={since}&to={day}")["change"]
    return change


def number(words: str) -> float:
    """Of a text like `▼ −0.32`."""
    return float(re.sub(r"[^\d.+-]", "", words.replace("−", "-")))


def test_a_slider_is_answered_by_the_server_at_once(ours: Browser, api: Api) -> None:
    page = panel(ours, "try")
    slider = page.locator("[id='lever-service.reply_seconds']")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    told = page.locator("[data-figure=what-if]")
    expect(told).to_contain_text("→")
    expect(told).to_contain_text("飞鸽平均响应时长")
    position = int(slider.input_value())
    assert position < 0

    def last() -> dict[str, int]:
        calls = [call for call in asked(api, "/what-if/levers") if call.method == "POST"]
        positions: dict[str, int] = json.loads(calls[-1].body)["positions"]
        return positions

    wait_for(lambda: last() == {"service.reply_seconds": position}, "the last question", pause=events_of(ours.context))
    lever = next(one for one in answer(api, "what-if/levers")["levers"] if one["indicator"] == "service.reply_seconds")
    slow = page.locator("[data-indicator='service.reply_seconds'] .line > .soft")
    expect(slow).to_have_text(f"→ {lever['value'] - position:.0f} 秒")
    expect(page.locator("[data-indicator='service.reply_seconds'] .event")).to_have_text(re.compile("平均慢"))
    page.locator("[data-act=reset]").click()
    expect(told).to_have_text("还没有拖动。")
    assert slider.input_value() == "0"
    assert ours.faults == []


def test_a_refresh_leaves_the_sliders_where_they_are(ours: Browser) -> None:
    page = panel(ours, "try")
    slider = page.locator("[id='lever-goods.rating']")
    slider.focus()
    page.keyboard.press("ArrowRight")
    before = slider.input_value()
    page.locator("#tab-now").click()
    settled(page)
    page.locator("#tab-try").click()
    settled(page)
    assert slider.input_value() == before != "0"


def test_a_plan_to_a_total_and_through_a_gate(ours: Browser, api: Api) -> None:
    page = panel(ours, "try")
    current = round(answer(api, "score")["total"])
    page.locator("#plan-value").fill(f"{current + 1}")
    page.locator("[data-act=plan-ask]").click()
    told = page.locator("[data-figure=plan]")
    expect(told).to_contain_text(f"总分 {current + 1}", timeout=PLANNING_MS)
    page.locator("#plan-of").select_option("gate")
    page.locator("#plan-gate").select_option("promotion")
    page.locator("[data-act=plan-ask]").click()
    expect(told).to_contain_text("总分 70", timeout=PLANNING_MS)
    page.locator("#plan-of").select_option("target")
    page.locator("#plan-value").fill("300")
    page.locator("[data-act=plan-ask]").click()
    expect(page.locator("#plan [role=alert]")).to_contain_text("300 is no total", timeout=PLANNING_MS)
    assert [one for one in ours.faults if "422" not in one] == []


def test_the_course_is_drawn_and_told_as_a_table(ours: Browser, api: Api) -> None:
    page = panel(ours, "course")
    expect(page.locator("#course canvas")).to_be_visible()
    history, forecast = answer(api, "history?limit=200")["items"], answer(api, "forecast?days=30")["days"]
    page.locator("#course [data-act=table]").click()
    lines = page.locator("#course tbody tr")
    days = {one["date"] for one in history} | {one["date"] for one in forecast}
    assert set(lines.locator("th").all_inner_texts()) == days
    newest = lines.filter(has_text=history[-1]["date"])
    expect(newest.locator("td").first).to_have_text(f"{history[-1]['official']['total']:.2f}")
    chart = page.locator(".chart")
    chart.focus()
    page.keyboard.press("PageDown")
    expect(page.locator(".chart-room output")).to_contain_text(forecast[6]["date"])
    page.locator("[data-act=of]").select_option("goods")
    expect(newest.locator("td").first).to_have_text(f"{history[-1]['official']['dimensions']['goods']:.2f}")
    assert ours.faults == []


def test_the_calendar_counts_what_leaves_each_day(ours: Browser, api: Api) -> None:
    page = panel(ours, "why")
    told = answer(api, "drop-outs?days=30")
    expect(page.locator(".calendar tbody button")).to_have_count(30)
    returns = next(one for one in told["indicators"]["goods.quality_return"] if one["left_numerator"] > 0)
    page.locator(f".calendar [data-act='{returns['date']}']").click()
    expect(page.locator(".day-details")).to_contain_text(f"商品品质退货率 {returns['left_numerator']}")
    for conduct in told["conducts"]:
        expect(page.locator(f".calendar [data-act='{conduct['date']}']")).to_contain_text("+")


def test_a_creator_chosen_by_hand_is_remembered(ours: Browser, api: Api) -> None:
    page = panel(ours)
    page.locator("[data-act=subject]").select_option(CREATOR_ID)
    total = answer(api, "overlay?page=score", CREATOR_ID)["panel"]["shown"]["total"]
    expect(page.locator("[data-figure=now] > b")).to_have_text(f"{total:.2f}")
    expect(page.locator("[data-figure=basis]")).to_contain_text("douyin-creator")
    page.close()
    page = panel(ours)
    expect(page.locator("[data-act=subject]")).to_have_value(CREATOR_ID)


def test_the_page_in_front_says_whose_score_it_is(ours: Browser) -> None:
    ours.change(shops=[CREATOR, SHOP])
    page = panel(ours)
    expect(page.locator("[data-figure=basis]")).to_contain_text("douyin-creator")
    front = ours.page(ORDERS)
    expect(dock(front)).to_have_attribute("data-state", "ok")
    front.bring_to_front()
    expect(page.locator("[data-figure=basis]")).to_contain_text("douyin-shop")
    assert ours.faults == []


def test_a_score_that_is_being_made_anew_is_said(ours: Browser, admin: "Engine") -> None:
    shift = text("UPDATE subjects SET input_version = input_version + :by WHERE id = :shop")
    with admin.connect() as connection:
        connection.execute(shift, {"by": 1, "shop": SHOP_ID})
    page = panel(ours)
    expect(page.locator("header .stale")).to_have_text("更新中")
    with admin.connect() as connection:
        connection.execute(shift, {"by": -1, "shop": SHOP_ID})
    expect(page.locator("header .stale")).to_have_text("", timeout=40_000)


MANY = 300


@pytest.fixture
def many(ours: Browser, admin: "Engine") -> Iterator[Browser]:
    """An agency's shops beside the two that are sold in: 300, each as the worker would leave it."""
    with admin.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO subjects (id, account_id, input_version, scored_version)"
                " SELECT (7000000 + n)::text, (SELECT id FROM accounts LIMIT 1), 1, 1 FROM generate_series(1, :many) n"
            ),
            {"many": MANY},
        )
        connection.execute(
            text(
                """
                INSERT INTO overviews
                  (subject_id, name, type, as_of, total, change, at_risk, expected_loss, score, risk)
                SELECT (7000000 + n)::text, '店铺 ' || n, 'shop', current_date, 70 + n % 30, (n % 7) - 3.5, n % 11,
                  n / 1e3,
                  json_build_object('as_of', '2026-11-22', 'rules', 'r', 'stage', 'formal', 'total', 70 + n % 30,
                    'estimate', 70 + n % 30, 'shown', json_build_object('date', '2026-11-22', 'total', 70 + n % 30,
                    'since', '2026-11-21', 'change', (n % 7) - 3.5)),
                  json_build_object('as_of', '2026-11-22', 'open_orders', 40, 'at_risk', n % 11, 'high', n % 3,
                    'expected_loss', n / 1e3, 'deadline', null)
                FROM generate_series(1, :many) n
                """
            ),
            {"many": MANY},
        )
    yield ours
    with admin.connect() as connection:
        connection.execute(text("DELETE FROM subjects WHERE id LIKE '7000%'"))


def adopted(browser: Browser, expected: str) -> None:
    page = browser.own_page()
    page.locator("#adopt").click()
    expect(page.locator("#adopt-result")).to_have_text(expected)
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_of_three_hundred_shops_those_that_need_attention_come_first(many: Browser, lang: str) -> None:
    adopted(many, f"已加入 {MANY} 家。")
    many.change(lang=lang)
    page = panel(many, "shops")
    listed = page.locator("#shops tbody tr")
    expect(listed).to_have_count(200)
    shown = listed.evaluate_all("all => all.map((one) => one.dataset.id)")
    changes = {str(7000000 + n): (n % 7) - 3.5 for n in range(1, MANY + 1)}
    expected = sorted(changes, key=lambda one: (changes[one], one))
    assert [one for one in shown if one in changes][:100] == expected[:100]
    page.locator("[data-act=sort]").select_option("at_risk")
    expect(listed.first.locator("td").nth(2)).to_contain_text("10")
    page.locator("[data-act=find]").fill("店铺 299")
    expect(listed).to_have_count(1)
    expect(page.locator("[data-act=find]")).to_be_focused()
    page.locator("[data-act=find]").fill("沒有")
    expect(page.locator("#shops .soft")).to_be_visible()
    page.locator("[data-act=find]").fill("7000299")
    page.locator("[data-act='shop:7000299']").click()
    expect(page.locator("[data-act=subject]")).to_have_value("7000299")
    expect(page.locator("#tab-now")).to_have_attribute("aria-selected", "true")


def test_a_shop_that_is_not_bound_here_is_listed_and_not_opened(many: Browser) -> None:
    page = panel(many, "shops")
    row = page.locator("#shops tr[data-id='7000007']")
    expect(row).to_contain_text("本浏览器未绑定")
    expect(row.get_by_role("button")).to_have_count(0)


def test_many_shops_are_found_in_the_settings_too(many: Browser) -> None:
    adopted(many, f"已加入 {MANY} 家。")
    adopted(many, "服务上没有更多的店铺。")
    page = many.own_page()
    expect(page.locator("#shops > li")).to_have_count(20)
    page.locator("#shops-find").fill("店铺 12")
    expect(page.locator("#shops > li")).to_have_count(11)
    expect(page.locator("#shops-count")).to_contain_text(f"共 {MANY + 2} 家")
    page.locator("#shops > li").first.get_by_role("button").click()
    expect(page.locator("#shops > li")).to_have_count(10)
