"""Explanations add up, whatever the shop and the pack, and say what a person would say of plain cases."""

import datetime as dt
import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.decode import decode_record
from shared_scoring.explain import explain
from shared_scoring.explain_source import HistorySource
from shared_scoring.explain_words import worded
from shared_scoring.history import History
from shared_scoring.pack import bundled, choose
from shared_scoring.score import score_history
from tests.unit.strategies import Fields, copies_of, examples, shops

NEWEST = "douyin-shop/2026-09-08"
CAUSES = {"entered", "left", "corrected", "weights", "rules", "deduction", "bonus", "industry"}


def history_of(records: list[Fields]) -> History:
    return History(decode_record(json.dumps(record).encode()) for record in records)


def explained(
    records: list[Fields], first: dt.date, last: dt.date, rules: tuple[str, str] = (NEWEST, NEWEST)
) -> dict[str, Any]:
    source = HistorySource(history_of(records))
    packs = bundled()[rules[0]], bundled()[rules[1]]
    answer = explain(source, packs, (first.toordinal(), last.toordinal()), "shop-1")
    found: dict[str, Any] = json.loads(msgspec.json.encode(answer))
    return found


def busy(day: dt.date) -> list[Fields]:
    """Something in every indicator's window, on days around the edges."""
    records: list[Fields] = []
    for number, back in enumerate((95, 62, 61, 33, 32, 31, 30, 29, 20, 9, 3, 2, 1)):
        paid = dt.datetime.combine(day - dt.timedelta(back), dt.time(10), dt.timezone(dt.timedelta(hours=8)))
        times = {"created_at": paid, "paid_at": paid, "picked_up_at": paid + dt.timedelta(hours=20)}
        times |= {
            "delivered_at": paid + dt.timedelta(hours=30),
            "deliver_by": paid + dt.timedelta(hours=28 + number % 4),
        }
        own = {"order_id": f"b{number}"}
        asked = (paid + dt.timedelta(hours=1)).isoformat()
        records += [
            {"kind": "order", "id": f"b{number}", "lines": [{"creator_id": "c1", "merchant_id": f"m{number % 3}"}]}
            | {name: at.isoformat() for name, at in times.items()},
            {"kind": "review", "id": f"b{number}", **own, "created_at": asked, "stars": number % 5 + 1}
            | {"logistics_stars": 5 - number % 2, "service_stars": 4 - number % 3},
            {
                "kind": "after_sale",
                "id": f"b{number}",
                **own,
                "applied_at": asked,
                "refunded_at": times["delivered_at"].isoformat(),
            }
            | {"type": "return_refund" if number % 2 else "refund_shipped", "reason": {"class": "quality"}},
            {
                "kind": "chat",
                "id": f"b{number}",
                **own,
                "started_at": asked,
                "rounds": 2,
                "reply_seconds": 9 * number,
                "stars": 5,
            },
        ]
    return records


DOUYIN = [name for name in sorted(bundled()) if name.startswith("douyin-shop/")]
SAME = [((name, name), bundled()[name].in_force.until or dt.date(2026, 11, 6)) for name in DOUYIN]
SAME.append((("douyin-creator/2021", "douyin-creator/2021"), dt.date(2026, 3, 1)))
CHANGED = [((name, later), bundled()[later].in_force.since) for name, later in pairwise(DOUYIN)]


@st.composite
def scored_shops(draw: st.DrawFn) -> tuple[list[Fields], tuple[dt.date, dt.date], tuple[str, str]]:
    """A shop, or creator, whose pages show on both days how values become scores, and now and then the totals."""
    rules, last = draw(st.sampled_from(SAME + CHANGED))
    days = last - dt.timedelta(draw(st.sampled_from([1, 2, 7, 29, 31]) if rules[0] == rules[1] else st.just(1))), last
    by_kind = copies_of(None, last)
    drawn = draw(st.lists(st.sampled_from(sorted(by_kind)).flatmap(by_kind.__getitem__), max_size=14))
    pages = []
    totals = draw(st.booleans())
    for name, day in zip(rules, days, strict=True):
        pack = bundled()[name]
        low, high = pack.response.scale
        middle = draw(st.sampled_from([low, (low + high) / 2, high]))
        shown = {
            one.key: {
                "steps": [[0.1, low], [0.5, middle], [4, high], [600, low + 1], [72000, middle]],
                "better_than": draw(st.sampled_from([0.2, 0.9])),
                "weight": draw(st.sampled_from([0.25, 0.5])),
                **draw(st.sampled_from([{}, {}, {"numerator": 700, "denominator": 155}])),
            }
            for one in pack.indicators
        }
        page = {"kind": "official", "id": str(day), "indicators": shown, "stage": "formal"}
        if draw(st.booleans()):
            weights = draw(st.sampled_from([(0.4, 0.3, 0.3), (0.5, 0.25, 0.25)]))
            score = draw(st.sampled_from([low, middle, high]))
            page["dimensions"] = {
                key: {"weight": weight} | ({"score": score} if totals else {})
                for key, weight in zip(("goods", "logistics", "service"), weights, strict=True)
            }
        if totals:
            page["total"] = draw(st.sampled_from([low, middle, high, low + 1.37]))
        pages.append(page)
    subject = {"kind": "subject", "id": "c1", "type": "creator" if "creator" in rules[0] else "shop"}
    records = [one for one in drawn if one["kind"] != "official" or one["id"] not in {page["id"] for page in pages}]
    plain = [
        {"kind": "order", "id": f"p{n}", "paid_at": (last - dt.timedelta(n % 40)).isoformat() + "T10:00:00+08:00"}
        | {"lines": [{"creator_id": "c1", "merchant_id": "m1"}]}
        for n in range(80)
    ]
    return [subject, *busy(last), *plain, *records, *pages], days, rules


@examples(150)
@given(shop=scored_shops())
def test_points_add_up_where_they_can_be_computed(
    shop: tuple[list[Fields], tuple[dt.date, dt.date], tuple[str, str]],
) -> None:
    records, days, rules = shop
    answer = explained(records, *days, rules)
    if answer["change"] is None:
        assert bundled()[rules[1]].response.kind == "unpublished"
        return
    assert abs(sum(part["points"] for part in answer["parts"]) - answer["change"]) < 1e-6
    own = [part for part in answer["parts"] if part["indicator"]]
    kind = bundled()[rules[0]].response.kind
    assert {part["known"] for part in own} <= {kind == "steps"}
    assert all(part["points"] == 0 for part in own if not part["known"])
    pages = [one for one in records if one["kind"] == "official" and one["id"] in map(str, days)]
    same_steps = len({json.dumps([one.get("steps") for one in page["indicators"].values()]) for page in pages}) == 1
    if kind == "steps" and same_steps and rules[0] == rules[1] and not any("total" in page for page in pages):
        assert "industry" not in {part["cause"] for part in answer["parts"]}  # the own records account for all of it
    if answer["partners"]:
        for key in {part["indicator"] for part in own}:
            moved = [part["change"] for part in own if part["indicator"] == key]
            split = [one["indicators"].get(key, 0) for one in answer["partners"]]
            assert sum(split) == pytest.approx(sum(moved), abs=1e-9), key


@examples(250)
@given(
    shop=shops(),
    back=st.sampled_from([0, 1, 1, 2, 7, 29, 30, 31, 60]),
    rules=st.tuples(st.sampled_from(sorted(bundled())), st.sampled_from(sorted(bundled()))),
    one_pack=st.booleans(),
)
def test_parts_add_up(shop: tuple[dt.date, list[Fields]], back: int, rules: tuple[str, str], *, one_pack: bool) -> None:
    last, records = shop
    first = last - dt.timedelta(back)
    if one_pack:
        rules = rules[1], rules[1]
    answer = explained(records, first, last, rules)
    ends = answer["from"], answer["to"]
    assert [(one["date"], one["rules"]) for one in ends] == [(str(first), rules[0]), (str(last), rules[1])]
    officials = [page.get("total") for page in pages_of(records, first, last)]
    if None not in officials and "hidden" not in [one["stage"] for one in ends]:
        assert [one["total"] for one in ends] == officials
    for part in answer["parts"]:
        assert part["cause"] in CAUSES
        assert len(part["records"]) <= 20
    if answer["change"] is None:
        assert None in [one["total"] for one in ends]
        assert {part["points"] for part in answer["parts"]} <= {None}
        return
    assert answer["change"] == ends[1]["total"] - ends[0]["total"]
    assert abs(sum(part["points"] for part in answer["parts"]) - answer["change"]) < 1e-6
    assert all(part["points"] == 0 for part in answer["parts"] if not part["known"] and part["indicator"])
    if back == 0 and rules[0] == rules[1]:
        assert answer["parts"] == []


def pages_of(records: list[Fields], first: dt.date, last: dt.date) -> list[Fields]:
    pages = {
        told.merged.id: told.merged for told in history_of(records) if told.merged.__class__.__name__ == "Official"
    }
    return [{"total": pages[str(day)].total} if str(day) in pages else {} for day in (first, last)]


@examples(150)
@given(shop=shops(), back=st.sampled_from([1, 2, 7, 29, 30, 31]), rules=st.sampled_from(sorted(bundled())))
def test_an_indicators_own_changes_add_up_to_its_change(
    shop: tuple[dt.date, list[Fields]], back: int, rules: str
) -> None:
    """Against the two scores: corrected, left and entered lead from the one value to the other."""
    last, records = shop
    records = [one for one in records if one["kind"] != "official"]
    first = last - dt.timedelta(back)
    answer = explained(records, first, last, (rules, rules))
    values = [score_history(history_of(records), bundled()[rules], day.toordinal()).indicators for day in (first, last)]
    for key, before in values[0].items():
        after = values[1][key].value
        changes = [part["change"] for part in answer["parts"] if part["indicator"] == key]
        if before.value is not None and after is not None and None not in changes:
            assert sum(changes) == pytest.approx(after - before.value, rel=1e-9, abs=1e-9), key
        if not changes:
            assert before.value == pytest.approx(after) if after is not None else before.value is None, key


def at(text: str) -> str:
    return f"2026-{text}T12:00:00+08:00"


DAYS = dt.date(2026, 11, 5), dt.date(2026, 11, 6)
OLD = [
    {"kind": "order", "id": str(number), "paid_at": at("10-20"), "delivered_at": at("10-22")} for number in range(40)
]


def page(day: dt.date, total: float, dimensions: dict[str, tuple[float, float]] | None = None, **more: Any) -> Fields:
    scores = {key: {"score": score, "weight": weight} for key, (score, weight) in (dimensions or {}).items()}
    return {"kind": "official", "id": str(day), "stage": "formal", "total": total, "dimensions": scores, **more}


def part_of(answer: dict[str, Any], cause: str, **fields: Any) -> dict[str, Any]:
    [found] = [one for one in answer["parts"] if one["cause"] == cause and one.items() >= fields.items()]
    return found


def test_weights_and_the_rest_between_two_official_days() -> None:
    before = page(DAYS[0], 80.0, {"goods": (80, 0.4), "logistics": (90, 0.3), "service": (70, 0.3)})
    after = page(DAYS[1], 79.0, {"goods": (80, 0.5), "logistics": (88, 0.2), "service": (70, 0.3)})
    answer = explained([*OLD, before, after], *DAYS)
    assert answer["change"] == -1.0
    assert part_of(answer, "weights")["points"] == pytest.approx(0.1 * 80 - 0.1 * 90)
    assert part_of(answer, "weights")["records"] == [{"kind": "official", "id": "2026-11-06"}]
    assert part_of(answer, "industry", dimension="logistics")["points"] == pytest.approx(0.2 * -2)
    rest = -1.0 - (0.1 * 80 - 0.1 * 90) - 0.2 * -2
    assert part_of(answer, "industry", dimension=None)["points"] == pytest.approx(rest)


def test_a_deduction_comes_and_goes() -> None:
    conduct = {"kind": "conduct", "id": "c1", "at": at("11-05"), "scene": "invoice_refused", "count": 2}
    answer = explained([*OLD, conduct, page(DAYS[0], 85.31), page(DAYS[1], 81.31)], *DAYS)
    deducted = part_of(answer, "deduction")
    assert (deducted["points"], deducted["code"]) == (-4.0, "invoice_refused")
    assert deducted["records"] == [{"kind": "conduct", "id": "c1"}]
    later = dt.date(2026, 12, 5), dt.date(2026, 12, 6)
    fresh = [one | {"id": f"n{one['id']}", "paid_at": at("12-01")} for one in OLD]
    gone = explained([*fresh, conduct, page(later[0], 81.31), page(later[1], 85.31)], *later)
    assert (part_of(gone, "deduction")["points"], gone["change"]) == (4.0, 4.0)


def test_what_entered_left_and_was_corrected_names_its_records() -> None:
    first = {"kind": "order", "id": "first", "paid_at": at("10-05"), "delivered_at": at("10-06")}
    last = {"kind": "order", "id": "last", "paid_at": at("11-04"), "delivered_at": at("11-05")}
    reviews = [
        {"kind": "review", "id": "gone", "order_id": "first", "created_at": at("10-07"), "stars": 5},
        {"kind": "review", "id": "new", "order_id": "last", "created_at": at("11-05"), "stars": 1},
        {
            "kind": "review",
            "id": "edited",
            "order_id": "1",
            "created_at": at("10-23"),
            "stars": 5,
            "seen_at": at("10-23"),
        },
        {"kind": "review", "id": "edited", "order_id": "1", "stars": 2, "updated_at": at("11-05")},
        {"kind": "review", "id": "still", "order_id": "2", "created_at": at("10-23"), "stars": 4},
    ]
    answer = explained([*OLD, first, last, *reviews], *DAYS)
    own = {one["cause"]: one for one in answer["parts"] if one["indicator"] == "goods.rating"}
    assert {cause: [named["id"] for named in one["records"]] for cause, one in own.items()} == {
        "corrected": ["edited"],
        "left": ["gone"],
        "entered": ["new"],
    }
    assert own["corrected"]["change"] == pytest.approx((5 + 2 + 4) / 3 - (5 + 5 + 4) / 3)
    assert own["left"]["change"] == pytest.approx((2 + 4) / 2 - (5 + 2 + 4) / 3)
    assert own["entered"]["change"] == pytest.approx((2 + 4 + 1) / 3 - (2 + 4) / 2)
    assert {(one["points"], one["known"]) for one in own.values()} == {(None, False)}  # no total was ever seen


def test_steps_make_the_own_points_exact() -> None:
    """goods.rating falls from 5 to 3 stars, two steps of 20 points, at 0.9 of 0.8 of the total."""
    rules = "douyin-shop/2026-07-14"
    days = dt.date(2026, 8, 1), dt.date(2026, 8, 2)
    steps = {"goods.rating": {"steps": [[1, 50], [3, 60], [4.5, 100]], "weight": 0.9}}
    others = {
        key: {"steps": [[0, 70], [9, 70]], "weight": 0.1 if key == "goods.quality_return" else None}
        for key in [one.key for one in bundled()[rules].indicators if one.key != "goods.rating"]
    }
    shown = page(days[0], 80.0, {"goods": (97, 0.8), "logistics": (70, 0.1), "service": (70, 0.1)})
    shown |= {"id": "2026-07-30", "indicators": steps | others}
    del shown["total"]
    orders = [
        {
            "kind": "order",
            "id": str(n),
            "paid_at": at("07-20"),
            "delivered_at": at("07-25"),
            "picked_up_at": at("07-21"),
        }
        | {"deliver_by": at("07-26")}
        for n in range(600)
    ]
    asked = [
        {
            "kind": "chat",
            "id": "c",
            "order_id": "1",
            "started_at": at("07-20"),
            "rounds": 1,
            "reply_seconds": 5,
            "stars": 5,
        },
        {
            "kind": "after_sale",
            "id": "a",
            "order_id": "2",
            "type": "refund_shipped",
            "applied_at": at("07-20"),
            "agreed_at": at("07-20"),
            "refunded_at": at("07-21"),
        },
    ]
    good = {"kind": "review", "id": "good", "order_id": "1", "created_at": at("07-26"), "stars": 5}
    bad = [
        {"kind": "review", "id": f"bad{n}", "order_id": str(n), "created_at": at("08-01"), "stars": 1}
        for n in range(2, 7)
    ]
    answer = explained([*orders, *asked, good, *bad, shown], *days, (rules, rules))
    part = part_of(answer, "corrected", indicator="goods.rating")
    assert part["known"]
    assert part["points"] == pytest.approx(0.8 * 0.9 * (50 - 100))
    assert answer["change"] == pytest.approx(part["points"])
    assert {named["id"] for named in part["records"]} == {f"bad{n}" for n in range(2, 7)}


def test_at_most_twenty_records() -> None:
    many = [{"kind": "order", "id": f"m{n}", "paid_at": at("11-04"), "delivered_at": at("11-05")} for n in range(30)]
    returns = [
        {
            "kind": "after_sale",
            "id": f"a{n}",
            "order_id": f"m{n}",
            "applied_at": at("11-05"),
            "reason": {"class": "quality"},
        }
        for n in range(25)
    ]
    part = part_of(explained([*OLD, *many, *returns], *DAYS), "entered", indicator="goods.quality_return")
    assert len(part["records"]) == 20
    assert {named["kind"] for named in part["records"]} == {"after_sale"}


def test_other_rules_on_the_other_day() -> None:
    """From 2026-09-08 bonuses exist: what the new rules add by themselves is theirs, not the industry's."""
    days = dt.date(2026, 9, 7), dt.date(2026, 9, 8)
    orders = [
        {"kind": "order", "id": str(n), "paid_at": at("09-01"), "delivered_at": at("09-02"), "services": ["next_day"]}
        for n in range(40)
    ]
    weights = {"goods": (80, 0.4), "logistics": (80, 0.3), "service": (80, 0.3)}
    records = [*orders, page(days[0], 80.0, weights), page(days[1], 84.0, weights)]
    rules = [choose(history_of(records).subject(), day).id for day in days]
    assert rules == ["douyin-shop/2026-07-14", "douyin-shop/2026-09-08"]
    answer = explained(records, *days, (rules[0], rules[1]))
    assert part_of(answer, "rules")["points"] == pytest.approx(5.0)
    assert part_of(answer, "industry", dimension=None)["points"] == pytest.approx(-1.0)


def test_growth_to_formal_is_a_change_of_stage() -> None:
    more = [one | {"id": f"n{one['id']}", "paid_at": at("11-05")} for one in OLD]
    records = [*OLD[:20], *more, page(DAYS[1], 82.5)]
    answer = explained(records, *DAYS)
    assert [answer[end]["stage"] for end in ("from", "to")] == ["growth", "formal"]
    assert [(one["cause"], one["code"], one["points"]) for one in answer["parts"] if one["points"]] == [
        ("rules", "stage", 12.5)
    ]


@pytest.mark.parametrize(
    ("lang", "start"),
    [("zh", "掉了 4 分：扣分：拒开发票，-4 分"), ("en", "Fell by 4 points: deduction: invoice refused")],
)
def test_in_words(lang: str, start: str) -> None:
    conduct = {"kind": "conduct", "id": "c1", "at": at("11-05"), "scene": "invoice_refused", "count": 2}
    source = HistorySource(history_of([*OLD, conduct, page(DAYS[0], 85.31), page(DAYS[1], 81.31)]))
    packs = bundled()[NEWEST], bundled()[NEWEST]
    answer = explain(source, packs, (DAYS[0].toordinal(), DAYS[1].toordinal()), "shop-1")
    assert worded(answer, packs, lang).text.startswith(start)
