"""The side panel for everybody: axe without a finding, the keyboard, and what it says when something is off."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from server.demo.builds import EXTENSION
from tests.browser import axe
from tests.browser.api import Api
from tests.browser.browser import Browser
from tests.browser.panel.stage import RUN, TABS, panel, settled
from tests.browser.selling import asked


def findings(page: Page) -> tuple[list[Any], set[str]]:
    page.evaluate(axe.source())
    told = page.evaluate(RUN)
    return told["found"], set(told["checked"])


def unfolded(page: Page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_tab(ours: Browser, lang: str, scheme: Any) -> None:
    ours.change(lang=lang)
    page = panel(ours)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for tab in TABS:
        page.locator(f"#tab-{tab}").click()
        settled(page)
        if tab == "try":
            page.locator("[id='lever-goods.rating']").press("ArrowRight")
            expect(page.locator("[data-figure=what-if]")).to_contain_text("→")
        unfolded(page)
        found, checked = findings(page)
        assert found == [], tab
        assert {"color-contrast", "aria-valid-attr-value", "label", "region"} & checked
    assert ours.faults == []


def test_a_fault_would_be_found(ours: Browser) -> None:
    page = panel(ours)
    page.evaluate("document.querySelector('.score b').style.color = '#c8c8c8'")
    page.evaluate("document.querySelector('select').removeAttribute('aria-label')")
    assert {"color-contrast", "select-name"} <= {one[0] for one in findings(page)[0]}


def test_the_keyboard_reaches_everything_and_is_never_trapped(ours: Browser) -> None:
    page = panel(ours)
    wanted = page.evaluate(
        "() => [...document.querySelectorAll('a, button, select, input, summary, [tabindex=\"0\"]')]"
        ".filter((one) => one.tabIndex >= 0 && one.checkVisibility()).length"
    )
    reached: list[str] = []
    page.locator("body").press("Tab")
    for _ in range(wanted + 5):
        here = page.evaluate(
            "() => { const one = document.activeElement; const ring = getComputedStyle(one).outlineStyle;"
            " return one === document.body ? '' : (ring === 'none' ? 'no ring: ' : '') + (one.dataset.act ?? one.id) }"
        )
        if here == "" or here in reached:
            break
        reached.append(here)
        page.keyboard.press("Tab")
    assert [one for one in reached if one.startswith("no ring")] == []
    assert len(reached) == wanted
    page.locator("#tab-now").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-why")).to_be_focused()
    expect(page.locator("#room")).to_have_attribute("aria-labelledby", "tab-why")
    page.keyboard.press("End")
    expect(page.locator("#tab-shops")).to_be_focused()
    expect(page.locator("#shops tbody tr").first).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#course canvas")).to_be_visible()


def notice(page: Page, kind: str) -> Any:
    found = page.locator(f"[data-notice={kind}]")
    expect(found).to_be_visible(timeout=20_000)
    return found


def test_before_consent_and_before_pairing_nothing_is_asked(ours: Browser, api: Api) -> None:
    ours.change(consent=None)
    page = panel_of_nothing(ours)
    expect(notice(page, "no_consent")).to_contain_text("还没有同意")
    ours.change(consent={"version": 2, "at": "2026-11-22T00:00:00Z"}, paired=False)
    expect(notice(page, "not_paired")).to_contain_text("配对")
    expect(page.get_by_role("button", name="设置").first).to_be_visible()
    ours.change(paired=True, shops=[])
    expect(notice(page, "no_subject")).to_contain_text("还没有绑定")
    assert findings(page)[0] == []
    assert asked(api, "/overlay") == []


def panel_of_nothing(browser: Browser) -> Page:
    page = browser.context.new_page()
    page.goto(f"{browser.own_url}/panel.html")
    return page


def test_paused_the_figures_stay_and_nothing_more_is_asked(ours: Browser, api: Api) -> None:
    page = panel(ours)
    page.locator("[data-act=pause]").click()
    expect(notice(page, "paused")).to_contain_text("已暂停")
    expect(page.locator("[data-figure=now] > b")).to_have_text(re.compile(r"^\d\d\.\d\d$"))
    api.forget()
    page.locator("#tab-course").click()
    expect(page.locator("#course [data-unread=shut]")).to_be_visible()
    assert [call.path for call in api.calls if call.path.startswith("/v1/subjects")] == []
    page.locator("[data-act=resume]").click()
    expect(page.locator("#course canvas")).to_be_visible()


def test_a_token_revoked_in_the_middle_is_said_and_how_to_pair_again(ours: Browser, api: Api) -> None:
    page = panel(ours)
    ours._on_own_page(
        """async () => {
          const open = indexedDB.open("koubei");
          const db = await new Promise((ok) => { open.onsuccess = () => ok(open.result); });
          const change = db.transaction("kv", "readwrite");
          const all = change.objectStore("kv");
          const pairing = all.get("pairing");
          pairing.onsuccess = () => all.put({...pairing.result, token: "not-a-token"}, "pairing");
          await new Promise((ok) => { change.oncomplete = ok; });
          db.close();
        }"""
    )
    page.locator("#tab-try").click()
    expect(notice(page, "revoked")).to_contain_text("koubei pair")
    page.locator("#tab-now").click()
    expect(page.locator("#actions")).to_contain_text("现在读不到")
    assert [call.status for call in asked(api, "/levers")] == [401]


def test_a_server_that_is_away_leaves_the_last_figures_and_comes_back(ours: Browser, api: Api) -> None:
    page = panel(ours)
    total = page.locator("[data-figure=now] > b").inner_text()
    api.stop()
    page.locator("#actions button").first.click()
    expect(notice(page, "away")).to_contain_text(api.url)
    expect(page.locator("#actions [role=alert]")).to_contain_text("没有保存")
    expect(page.locator("[data-figure=now] > b")).to_have_text(total)
    api.start()
    expect(page.locator("[data-notice=away]")).to_have_count(0, timeout=30_000)


def test_a_subject_without_data_says_what_to_do(ours: Browser) -> None:
    empty = {"id": "77001", "name": "新店"}
    ours._on_own_page(
        "async (shop) => { const reply = await chrome.runtime.sendMessage({ask: 'bind', shop});"
        " if (!reply.ok) throw new Error(JSON.stringify(reply)); }",
        empty,
    )
    page = panel(ours)
    page.locator("[data-act=subject]").select_option("77001")
    expect(page.locator("#score [data-state=nothing]")).to_contain_text("还没有数据")
    settled(page)
    expect(page.locator("#score .guide a").first).to_have_attribute("href", re.compile("jinritemai"))
    for tab in TABS:
        page.locator(f"#tab-{tab}").click()
        settled(page)
        assert findings(page)[0] == [], tab
        expect(page.locator("#room section")).not_to_have_count(0)
    assert ours.faults == []


def test_what_has_no_points_is_worded(ours: Browser) -> None:
    page = panel(ours)
    page.locator("[data-act=subject]").select_option("880000000101")
    settled(page)
    expect(page.locator("#actions")).to_contain_text("折合多少分没有公布")
    assert "null" not in page.locator("#room").inner_text()
    page.locator("#tab-try").click()
    page.locator("[id='lever-goods.praise']").press("ArrowRight")
    expect(page.locator("[data-figure=what-if]")).to_contain_text(re.compile("没有公布|→"))


def test_it_speaks_to_the_paired_server_alone(ours: Browser, api: Api) -> None:
    seen: list[str] = []
    ours.context.on("request", lambda request: seen.append(request.url))
    page = panel(ours)
    for tab in TABS:
        page.locator(f"#tab-{tab}").click()
        settled(page)
    assert [url for url in seen if not url.startswith((api.url, ours.own_url, "data:"))] == []
    assert [call for call in api.calls if call.path.endswith("/batches")] == []
    page.locator("html").evaluate("(one) => one.lang")
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_button_opens_the_side_panel(ours: Browser) -> None:
    own = ours.own_page("blank")
    told = own.evaluate(
        "async () => [await chrome.action.getPopup({}), await chrome.sidePanel.getPanelBehavior(),"
        " (await chrome.sidePanel.getOptions({})).path]"
    )
    assert told == ["", {"openPanelOnActionClick": True}, "panel.html"]
    assert (
        json.loads((Path(EXTENSION) / "dist/test/manifest.json").read_text())["action"]["default_popup"] == "panel.html"
    )
