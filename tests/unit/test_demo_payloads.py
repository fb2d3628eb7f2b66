"""The demo backend: the shapes of pages.md, whole paging, figures equal to the records, sentinels in place."""

import json
from datetime import date, datetime
from functools import cache

import pytest

from server.demo import sentinels
from server.demo.catalog import SHOP_ID
from server.demo.creator import CREATOR_ID, SHOP_OF_PRODUCT, generate_creator
from server.demo.generator import generate
from server.demo.host import LOGINS, Switches
from server.demo.payloads import CREATOR_ENDPOINTS, ENDPOINTS
from server.demo.shop import shop_of
from server.demo.variants import OTHER_SHOP_ID, VARIANTS, reply

OVERVIEW = "/governance/shop/experiencescore/getOverviewByVersion"
ANALYSIS = "/governance/shop/experiencescore/getAnalysisScore"
NODE = "/governance/shop/experiencescore/getSubScoreNew"
ORDERS = "/api/order/searchlist"
AFTER_SALES = "/after_sale/pc/list"
COMMENTS = "/product/tcomment/commentList"
STATISTICS = "/product/tcomment/statistics"
HOME = "/demo/homepage/layout"
DETAIL = "/api/order/orderDetail"
STAFF = "/backstage/queryStaffData"
PENALTIES = "/governance/shop/penalty/v3/overview_data"
TREND = "/demo/score/trend"
PROFILE = "/demo/creator/profile"
SELECTION = "/pc/selection/common/material_list"
CONTACT = "/square_pc_api/common/contact"


@cache
def shop():
    return shop_of(generate(1, date(2026, 11, 21), 45, 60))


def ask(path, **query):
    answer = ENDPOINTS[path](shop(), {key: str(value) for key, value in query.items()})
    assert answer["code"] == answer["st"] == 0
    return answer


@cache
def creator():
    return shop_of(generate_creator(1, date(2026, 11, 21)))


def ask_creator(path, **query):
    return CREATOR_ENDPOINTS[path](creator(), {key: str(value) for key, value in query.items()})["data"]


def seconds(text):
    return int(datetime.fromisoformat(text).timestamp())


def test_overview_shows_the_newest_official_day():
    data, day = ask(OVERVIEW)["data"], shop().official[-1]
    assert data["shop_id"] == SHOP_ID
    assert data["experience_score"]["value"] == day["total"]
    assert data["score_five_info"]["score"] == day["consumer_score"]
    assert data["bad_behavior_deduct_score"]["value"] == day["deduction"]
    assert datetime.strptime(data["update_time"], "%Y/%m/%d %H:%M:%S").date().isoformat() == day["id"]  # noqa: DTZ007 - the page shows no offset
    for name in ("goods", "logistics", "service"):
        assert data[f"{name}_score"]["value"] == day["dimensions"][name]["score"]
        assert data[f"{name}_score"]["weight"] == day["dimensions"][name]["weight"] * 100


def test_analysis_shows_each_indicator_with_its_counts():
    data, day = ask(ANALYSIS)["data"], shop().official[-1]
    assert data["current_date"].replace("/", "-") == day["id"]
    assert data["shop_order_latest_30_cnt"] == day["valid_orders_30d"]
    counts = {
        (i["calculate_numerator"][0]["value"], i["calculate_denominator"]["value"]) for i in data["shop_analysis"]
    }
    assert counts == {(item["numerator"], item["denominator"]) for item in day["indicators"].values()}
    assert len(data["shop_analysis"]) == 9
    assert not any("node_score_info" in item for item in data["shop_analysis"])
    shares = {item["title"] for item in data["shop_analysis"] if item["value"]["value_type"] == 2}
    assert shares == {
        "商品品质退货率",
        "运单配送时效达成率",
        "商品/包装破损退货订单率",
        "飞鸽会话不满意率",
        "平台求助率",
    }


def test_one_node_is_one_item_of_the_analysis():
    whole = ask(ANALYSIS)["data"]["shop_analysis"]
    one = ask(NODE, experience_node=318)["data"]["shop_analysis"]
    assert one == [item for item in whole if item["title"] == "平台求助率"]


def test_every_order_once_over_all_pages():
    total = ask(ORDERS)["total"]
    pages = [ask(ORDERS, page=page) for page in range(total // 20 + 1)]
    rows = [row for page in pages for row in page["data"]]
    assert [len(page["data"]) for page in pages[:-1]] == [20] * (len(pages) - 1)
    assert sorted(row["shop_order_id"] for row in rows) == sorted(order["id"] for order in shop().orders)
    assert [row["create_time"] for row in rows] == sorted((row["create_time"] for row in rows), reverse=True)
    assert ask(ORDERS, page=10**6)["data"] == []


def test_an_order_row_says_what_its_record_says():
    records = {order["id"]: order for order in shop().orders}
    for page in range(10):
        for row in ask(ORDERS, page=page)["data"]:
            record = records[row["shop_order_id"]]
            assert row["create_time"] == seconds(record["created_at"])
            assert row["pay_time"] == (seconds(record["paid_at"]) if "paid_at" in record else 0)
            assert row["update_time"] == seconds(record["updated_at"])
            assert (row["pay_amount"], row["post_amount"]) == (record["amount"], record["freight"])
            assert [item["item_order_id"] for item in row["product_item"]] == [line["id"] for line in record["lines"]]
            assert row["product_count"] == sum(item["combo_num"] for item in row["product_item"])


@pytest.mark.parametrize(("tab", "status"), [("unship", 2), ("shipped", 3), ("closed", 4), ("finished", 5)])
def test_a_tab_shows_its_status_only(tab, status):
    answer = ask(ORDERS, tab=tab)
    assert answer["data"]
    assert {row["order_status"] for row in answer["data"]} == {status}
    assert answer["total"] < ask(ORDERS)["total"]


def test_after_sales_page_from_one():
    first, second = ask(AFTER_SALES, page=1)["data"], ask(AFTER_SALES, page=2)["data"]
    assert first["total"] == len(shop().after_sales)
    ids = [item["after_sale_info"]["after_sale_id"] for page in (first, second) for item in page["items"]]
    assert ids == [case["id"] for case in shop().after_sales[:40]]
    waiting = [i["after_sale_info"] for i in first["items"] if i["after_sale_info"]["after_sale_status"] == 6]
    assert waiting
    assert all(info["status_deadline"] > info["apply_time"] for info in waiting)


def test_comments_and_their_counts():
    rows = [row for page in range(5) for row in ask(COMMENTS, page=page)["data"]]
    by_id = {review["id"]: review for review in shop().reviews}
    assert all(row["rank"] == by_id[row["id"]]["stars"] for row in rows)
    assert {row["rank"] for row in ask(COMMENTS, rank=1)["data"]} == {1}
    counting = ask(COMMENTS, count_ecology_score_filter=1)["total"]
    assert counting == sum(review["counts"] for review in shop().reviews)
    data = ask(STATISTICS)["data"]
    assert data["comment_in_ecology_score_count_30d"] <= data["comment_count_30d"] <= len(shop().reviews)


def test_home_card_shows_the_score():
    cards = [card for layout in ask(HOME)["data"]["lay_out_data"] for card in layout["cards"]]
    card = next(card for card in cards if card["card_name"] == "shop_info_card")
    assert card["expr_score"]["main_compass"]["val"] == shop().official[-1]["total"]


def test_an_orders_own_page_says_what_its_record_says():
    sent = next(order for order in shop().orders if len(order.get("waybills", [])) > 1)
    data = ask(DETAIL, order_id=sent["id"])["data"]
    assert (data["exp_ship_time"], data["ship_time"]) == (seconds(sent["ship_by"]), seconds(sent["shipped_at"]))
    assert [parcel["tracking_no"] for parcel in data["logistics_info"]] == [parcel["id"] for parcel in sent["waybills"]]
    unknown = ENDPOINTS[DETAIL](shop(), {"order_id": "1"})
    assert (unknown["code"], unknown["data"]) == (40004, None)


def test_the_desks_figures_are_those_of_the_sessions():
    """Counted anew from the chats; a session at night is in nobody's figures."""
    records = list(generate(1, date(2026, 11, 21), 45, 60))
    chats = [record for record in records if record["kind"] == "chat"]
    day = "2026-11-15"
    held = [c for c in chats if c["started_at"].startswith(day) and 8 <= int(c["started_at"][11:13]) < 23]
    start = int(datetime.fromisoformat(f"{day}T00:00:00+08:00").timestamp())
    rows = ask(STAFF, startTime=start, endTime=start + 86399)["data"]["staffDataModel"]
    assert sum(row["servConvCnt"]["fieldValue"] for row in rows) == len(held)
    assert sum(row["validCommentCnt"]["fieldValue"] for row in rows) == sum("stars" in chat for chat in held)
    assert sum(row["validBadCommentCnt"]["fieldValue"] for row in rows) == sum(c.get("stars", 5) <= 3 for c in held)
    one = next(row for row in rows if row["staffUserInfo"]["staffId"].endswith("101"))
    own = [chat for chat in held if chat["agent_id"] == "agent-1"]
    waited = sum(chat["reply_seconds"] + 600 * chat["unanswered_rounds"] for chat in own)
    assert one["workTimeAvgRespDuration"] == pytest.approx(waited / sum(chat["rounds"] for chat in own), abs=0.06)


def test_violations_are_counted_and_age():
    data = ask(PENALTIES)["data"]
    assert data["penalty_all"] == len(shop().conduct) == len(ask("/demo/penalty/list")["data"]["list"])
    assert data["penalty_pending"] <= data["penalty_can_appeal"] <= data["penalty_all"]


def test_the_trend_ends_in_todays_total():
    points = ask(TREND)["data"]["trend"]
    assert [point["value"] for point in points] == [day["total"] for day in shop().official[-30:]]


def test_the_creators_pages_show_the_creators_records():
    lines = dict(ask_creator(PROFILE)["lines"])
    assert lines["带货口碑分"] == creator().official[-1]["total"]
    assert ask_creator(PROFILE)["creator"]["origin_uid"] == CREATOR_ID
    shown = [(rank["value"], rank["better_than"]) for rank in ask_creator(PROFILE)["ranks"]]
    told = creator().official[-1]["indicators"].values()
    assert sorted(shown) == sorted((one["value"], one["better_than"]) for one in told)
    newest = {partner["merchant_id"]: partner for partner in reversed(creator().partners)}
    cards = ask_creator(SELECTION)["promotions"]
    assert len(cards) == 15
    for card in cards:
        shop_scores = newest[SHOP_OF_PRODUCT[card["product_id"]]]
        assert card["shop_total_score"]["shop_score"]["score"] == shop_scores["total"]
        assert card["shop_total_score"]["logistics_score"]["score"] == shop_scores["logistics"]
    assert all(word in str(ask_creator(CONTACT)) for word in (sentinels.PHONE, sentinels.WECHAT, sentinels.NAME))


def test_every_login_has_an_answer_for_every_endpoint():
    for login in LOGINS:
        switches = Switches(login=login)
        for path in ENDPOINTS:
            reply(ENDPOINTS[path](shop(), {}), switches.variant(path))
    assert Switches(login="sub_account").variant(OVERVIEW) == "forbidden"
    assert Switches(login="sub_account").variant(ORDERS) == "ok"
    assert Switches(login="redirected").variant(ORDERS) == "redirect"


@pytest.mark.parametrize("path", [ORDERS, AFTER_SALES, COMMENTS])
def test_personal_data_stands_where_a_real_page_has_it(path):
    body = json.dumps(ask(path, page=1), ensure_ascii=False)
    missing = [word for word in sentinels.SENTINELS if word not in body]
    # a review has no address, and no order goes without one
    assert missing in ([], [sentinels.ADDRESS])
    assert (path == COMMENTS) == bool(missing)


def test_records_hold_no_sentinel():
    text = json.dumps(list(generate(5, date(2026, 11, 21), 40, 10)), ensure_ascii=False)
    assert not [word for word in sentinels.SENTINELS if word in text]


@pytest.mark.parametrize("path", [OVERVIEW, ANALYSIS, ORDERS, AFTER_SALES, COMMENTS])
class TestVariants:
    def body(self, path, variant):
        return reply(ask(path), variant).body

    def test_a_good_answer_is_the_answer(self, path):
        assert json.loads(self.body(path, "ok")) == ask(path)

    def test_a_renamed_field_is_gone(self, path):
        good, renamed = self.body(path, "ok").decode(), self.body(path, "renamed").decode()
        assert json.loads(renamed)["code"] == 0
        assert good != renamed

    @pytest.mark.parametrize(("variant", "code"), [("code", 50001), ("logged_out", 10008)])
    def test_an_error_code_brings_no_data(self, path, variant, code):
        answer = json.loads(self.body(path, variant))
        assert (answer["code"], answer["data"]) == (code, None)

    def test_truncated_json_does_not_parse(self, path):
        with pytest.raises(ValueError, match=r"\S"):
            json.loads(self.body(path, "truncated"))

    def test_another_shop_everywhere(self, path):
        text = self.body(path, "other_shop").decode()
        assert OTHER_SHOP_ID in text
        assert SHOP_ID not in text

    def test_numeric_ids_keep_every_digit(self, path):
        plain, numeric = self.body(path, "ok").decode(), self.body(path, "numeric_ids").decode()
        assert f'"shop_id":"{SHOP_ID}"' in plain
        assert f'"shop_id":{SHOP_ID}' in numeric
        assert json.loads(numeric)["code"] == 0

    def test_empty_has_no_row(self, path):
        data = json.loads(self.body(path, "empty"))["data"]
        rows = data if isinstance(data, list) else data.get("items", data.get("shop_analysis", []))
        assert rows == []
        assert "experience_score" not in data

    def test_the_envelope_has_moved(self, path):
        assert json.loads(self.body(path, "moved"))["data"]["result"] == ask(path)["data"]

    def test_an_enumeration_has_a_new_member(self, path):
        good, changed = self.body(path, "ok"), self.body(path, "enum_new")
        assert (good != changed) == (path != COMMENTS)

    def test_a_megabyte_with_the_same_rows(self, path):
        body = self.body(path, "large")
        assert len(body) == pytest.approx(1 << 20, rel=0.001)
        assert json.loads(body)["data"] == ask(path)["data"]

    def test_words_may_carry_contact_data(self, path):
        text = self.body(path, "chatty").decode()
        assert text.count(sentinels.WECHAT) > self.body(path, "ok").decode().count(sentinels.WECHAT)

    def test_slow_and_broken(self, path):
        assert reply(ask(path), "slow").delay_seconds > 0
        assert reply(ask(path), "error").status == 500


def test_an_unknown_variant_is_named():
    assert "ok" in VARIANTS
    with pytest.raises(KeyError, match="sideways"):
        reply(ask(HOME), "sideways")
