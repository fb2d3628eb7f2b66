"""The panel while its answers are late: two choices made quickly, a name typed meanwhile, a button pressed again."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect
from sqlalchemy import text

from server.demo.catalog import SHOP_ID
from server.demo.host import DemoHost
from tests.browser.api import Api, wait_for
from tests.browser.browser import ORDERS, Browser, badges, events_of
from tests.browser.held import Held
from tests.browser.panel.stage import answer, panel, settled
from tests.browser.proposing import state_of
from tests.browser.selling import CREATOR, SHOP, asked

if TYPE_CHECKING:
    from sqlalchemy import Engine


def again(page: Page) -> None:
    """What the panel does when it comes into sight: it reads everything anew."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_two_choices_made_quickly_both_count(ours: Browser, api: Api) -> None:
    page = panel(ours, "course")
    held = Held(api, "/history")
    page.locator("[data-act=of]").select_option("goods")
    page.locator("[data-act=course-reach]").select_option("30")
    held.let_go(page)
    settled(page)
    expect(page.locator("[data-act=of]")).to_have_value("goods")
    expect(page.locator("[data-act=course-reach]")).to_have_value("30")
    last = answer(api, "history?limit=200")["items"][-1]
    page.locator("#course [data-act=table]").click()
    newest = page.locator("#course tbody tr").filter(has_text=last["date"]).locator("td").first
    expect(newest).to_have_text(f"{last['official']['dimensions']['goods']:.2f}")


def test_a_name_is_typed_on_while_an_answer_comes(ours: Browser, api: Api) -> None:
    page = panel(ours, "shops")
    find = page.locator("[data-act=find]")
    find.evaluate("field => { field.id = 'typed'; }")
    held = Held(api, "/v1/subjects")
    find.focus()
    page.keyboard.type("演示")
    held.made(page)
    page.keyboard.type("店")
    held.let_go(page)
    page.keyboard.type("家家")
    expect(page.locator("#shops .soft")).to_be_visible()
    settled(page)
    expect(page.locator("#typed")).to_be_focused()
    expect(page.locator("#typed")).to_have_value("演示店家家")


def test_a_new_score_leaves_the_question_that_is_being_typed(ours: Browser, admin: "Engine") -> None:
    page = panel(ours, "try")
    page.locator("#plan-value").fill("88.5")
    page.locator("#plan-by").fill("2026-12-24")
    with admin.connect() as connection:
        connection.execute(
            text("UPDATE subjects SET input_version = input_version + 1, scored_version = scored_version + 1")
        )
    page.locator("#plan-value").focus()
    page.locator("[data-figure=plan]").evaluate("said => { said.id = 'before'; }")
    again(page)
    expect(page.locator("#before")).to_have_count(0)
    expect(page.locator("#plan-value")).to_be_focused()
    expect(page.locator("#plan-value")).to_have_value("88.5")
    expect(page.locator("#plan-by")).to_have_value("2026-12-24")


def test_an_action_that_was_answered_cannot_be_answered_again(ours: Browser, api: Api) -> None:
    page = panel(ours)
    first = answer(api, "actions")["actions"][0]["id"]
    held = Held(api, "/actions")
    page.locator(f"[data-act='done:{first}']").click()
    held.made(page)
    page.wait_for_timeout(300)
    for act in ("done", "snoozed", "dismissed"):
        assert page.locator(f"[data-act='{act}:{first}']").is_disabled()
    held.let_go(page)
    expect(page.locator(f"#actions ol > li[data-id={first}]")).to_have_count(0)
    expect(page.locator(f"[data-act='open:{first}']")).to_be_enabled()
    assert [call.status for call in asked(api, f"/actions/{first}")] == [200]


def test_a_button_that_is_held_while_a_new_score_comes_is_pressed(ours: Browser, api: Api, admin: "Engine") -> None:
    page = panel(ours)
    first, second = (one["id"] for one in answer(api, "actions")["actions"][:2])
    page.locator(f"[data-act='done:{first}']").hover()
    page.mouse.down()
    with admin.connect() as connection:
        connection.execute(text("UPDATE actions SET state = 'done', changed_at = now() WHERE id = :id"), {"id": second})
    api.forget()
    again(page)
    wait_for(lambda: asked(api, "/actions"), "the list to be read", pause=events_of(ours.context))
    page.wait_for_timeout(500)
    page.mouse.up()
    wait_for(lambda: state_of(admin, first) == "done", "the click", pause=events_of(ours.context))


def test_an_older_answer_does_not_say_that_the_score_is_being_made(ours: Browser, api: Api, admin: "Engine") -> None:
    page = panel(ours, "shops")
    wait_for(lambda: len(asked(api, "/overlay")) >= 2, "each tab's question", pause=events_of(ours.context))
    shift = text("UPDATE subjects SET input_version = input_version + :by WHERE id = :shop")
    with admin.connect() as connection:
        connection.execute(shift, {"by": 1, "shop": SHOP_ID})
    held = Held(api, "/overlay")
    again(page)
    held.made(page)
    with admin.connect() as connection:
        connection.execute(shift, {"by": -1, "shop": SHOP_ID})
    held.others_pass()
    again(page)
    wait_for(held.arrived, "the newer answer", pause=events_of(ours.context))
    settled(page)
    page.wait_for_timeout(300)
    held.let_go(page)
    assert page.locator("header .stale").inner_text() == ""


SEEN = """() => {
  window.seen = new Set();
  const look = () => window.seen.add(document.querySelector("[data-act=subject]")?.options[0].text);
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}"""


def test_a_page_that_is_loaded_anew_leaves_the_panel_with_its_shop(ours: Browser, host: DemoHost) -> None:
    ours.change(shops=[CREATOR, SHOP])
    page = panel(ours)
    front = ours.page(ORDERS)
    front.bring_to_front()
    follows = page.locator("[data-act=subject] option").first
    expect(follows).to_contain_text(str(SHOP["name"]))
    page.evaluate(SEEN)
    host.switches.set("/api/order/searchlist", "slow")
    front.reload()
    expect(badges(front).first).to_be_visible()
    seen = page.evaluate("[...window.seen].filter(Boolean)")
    assert [name for name in seen if str(CREATOR["name"]) in name] == []
