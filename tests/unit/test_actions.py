"""Actions: each kind where it belongs and nowhere else, gains equal to what-if, and no bad advice."""

import datetime as dt
from typing import NamedTuple

import msgspec
import pytest

from shared_scoring.actions.answer import actions
from shared_scoring.actions.catalogue import catalogue
from shared_scoring.actions.gain import measured, rated, warning
from shared_scoring.actions.kinds import KINDS
from shared_scoring.actions.scene import Risks, scene_of
from shared_scoring.actions.target import of_total
from shared_scoring.actions.ways import TEXTS
from shared_scoring.actions.words import EVIDENCE, MISSING
from shared_scoring.compliance.check import check
from shared_scoring.pack import bundled
from shared_scoring.pack_base import Words
from shared_scoring.preferences import DEFAULT, Preferences
from shared_scoring.what_if import what_if_history
from tests.unit.acting import DAY, RULES, Fields, after_sale, at, chat, found, history, order, review, shop

NEWEST = "douyin-shop/2026-09-08"


class Outcome(NamedTuple):
    probability: float
    loss: float | None
    deadline: dt.datetime | None


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def unshipped(number: int, **fields: object) -> Fields:
    bare = {key: value for key, value in order(number, 0.6).items() if key not in {"picked_up_at", "delivered_at"}}
    return bare | {"deliver_by": at(-3)} | fields


def threatened(name: str) -> Risks:
    outcome = Outcome(0.6, 0.05, moment(at(-0.4)))
    return {"o900": {name: outcome}}


SHIPPED = unshipped(900, shipped_at=at(0.55), picked_up_at=at(0.54), courier="far")
FAR = [
    order(1000 + n, 8, courier="far", region={"province": "西藏"}, delivered_at=at(4 if n % 2 else 6))
    for n in range(30)
] + [order(1100 + n, 8, courier="near", region={"province": "西藏"}) for n in range(30)]
RETURNED = [order(2000 + n, 9, lines=[{"id": f"x{n}", "product_id": "bad"}]) for n in range(20)]
CASES: dict[str, tuple[list[Fields], str, Risks]] = {
    "ship_orders": ([unshipped(900)], RULES, threatened("late_pickup")),
    "chase_parcels": ([SHIPPED], RULES, threatened("late_delivery")),
    "switch_courier": (FAR, RULES, {}),
    "separate_presale": (
        [order(1200 + n, 12, presale=True, ship_by=at(5), picked_up_at=at(8), delivered_at=at(5)) for n in range(8)],
        RULES,
        {},
    ),
    "answer_after_sales": (
        [{"kind": "after_sale", "id": "w", "order_id": "o3", "type": "return_refund", "applied_at": at(0.7)}],
        NEWEST,
        {},
    ),
    "appeal_after_sale": (
        [after_sale(5, arbitration={"opened_at": at(5), "closed_at": at(3), "blame": "buyer"})],
        RULES,
        {},
    ),
    "appeal_conduct": ([{"kind": "conduct", "id": "i", "at": at(9), "scene": "invoice_refused"}], RULES, {}),
    "answer_review": ([review(4, 1)], RULES, {}),
    "cover_hours": ([chat(500 + n, 21, 300) for n in range(20)], RULES, {}),
    "fix_product": ([*RETURNED, *(after_sale(2000 + n) for n in range(6))], RULES, {}),
    "inspect_product": (
        [
            *(order(3000 + n, 9, lines=[{"id": f"x{n}", "product_id": "bad"}]) for n in range(100)),
            *(order(3200 + n, 9) for n in range(100)),
            *(after_sale(3000 + n) for n in range(5)),
        ],
        RULES,
        {},
    ),
    "improve_packaging": ([*RETURNED, *(after_sale(2000 + n, "damage") for n in range(6))], NEWEST, {}),
    "improve_description": (
        [*RETURNED, *(after_sale(2000 + n, "size") for n in range(6)), *(review(2000 + n, 1) for n in range(3))],
        RULES,
        {},
    ),
    "reach_bonus": ([], NEWEST, {}),
    "extend_service": ([order(1500 + n, 10, services=["next_day"]) for n in range(8)], NEWEST, {}),
}
CREATOR = [
    {"kind": "subject", "id": "me", "platform": "douyin", "type": "creator"},
    *(
        order(4000 + n, 20, lines=[{"id": f"y{n}", "product_id": "bad", "creator_id": "me", "merchant_id": "worst"}])
        for n in range(15)
    ),
    *(review(4000 + n, 1, 15) for n in range(12)),
]
CASES["drop_partner"] = CASES["drop_product"] = (CREATOR, "douyin-creator/2021", {})


def test_every_kind_is_in_the_catalogue_and_tried_here() -> None:
    assert set(KINDS) == set(catalogue()) == set(CASES)


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_is_found_where_it_belongs_and_not_in_a_calm_shop(kind: str) -> None:
    more, rules, risks = CASES[kind]
    answer = found(shop(*more), rules, risks)
    own = [one for one in answer.actions if one.kind == kind]
    assert own, [one.kind for one in answer.actions]
    for one in own:
        assert one.title
        assert one.why
        assert "{" not in one.title + one.why
        assert one.records or kind == "reach_bonus"
        assert one.change
        assert 0 < one.success <= 1
        assert one.effort_minutes > 0
        assert dt.date.fromisoformat(one.date_of_gain) >= DAY
    if kind != "reach_bonus":  # freight insurance is open to every shop
        assert not [one for one in found(shop(), rules).actions if one.kind == kind]


@pytest.mark.parametrize("kind", [kind for kind, (_, rules, risks) in CASES.items() if rules == RULES and not risks])
def test_a_gain_is_success_times_what_if_on_the_change(kind: str) -> None:
    more, rules, _ = CASES[kind]
    records = shop(*more)
    for one in found(records, rules).actions:
        if one.kind == kind == "answer_after_sales":
            continue  # what it saves lies ahead
        change = [msgspec.convert(msgspec.to_builtins(record), type(record)) for record in one.change]
        answer = what_if_history(history(records), bundled()[rules], DAY.toordinal(), change)
        assert answer.delta.total is not None
        assert one.gain.mid == pytest.approx(one.success * answer.delta.total, abs=1e-12)
        assert one.gain.low is not None
        assert one.gain.high is not None
        assert one.gain.low <= one.gain.mid <= one.gain.high
        assert one.gain.mid > 0


def _leaving(kind: str, days_ago: int) -> list[Fields]:
    """What is acted on, put in the window so many days ago."""
    delivered = order(700, days_ago + 2)
    return {
        "appeal_conduct": [{"kind": "conduct", "id": "i", "at": at(days_ago), "scene": "invoice_refused"}],
        "answer_review": [delivered, review(700, 1, 0.6)],
        "appeal_after_sale": [delivered, after_sale(700, arbitration={"closed_at": at(3), "blame": "buyer"})],
    }[kind]


@pytest.mark.parametrize("kind", ["appeal_conduct", "answer_review", "appeal_after_sale"])
@pytest.mark.parametrize("days_ago", [28, 29, 30, 31])
def test_an_action_is_offered_as_long_as_it_gains_on_the_day_on_which_it_shows(kind: str, days_ago: int) -> None:
    records = shop(*_leaving(kind, days_ago))
    success = {
        "appeal_conduct": {"kind": "conduct", "id": "i", "count": 0},
        "answer_review": {"kind": "review", "id": "r700", "counts": False},
        "appeal_after_sale": {"kind": "after_sale", "id": "s700", "exempt": True},
    }[kind]
    [change] = [one.merged for one in history([success])]
    assert change is not None
    tomorrow = what_if_history(history(records), bundled()[RULES], DAY.toordinal() + 1, [change]).delta.total
    offered = [one for one in found(records).actions if one.kind == kind]
    assert bool(offered) == bool(tomorrow)
    assert all(one.deadline is not None and one.deadline > moment(at(0, 0)) for one in offered)


def test_what_leaves_by_itself_is_no_part_of_an_appeal() -> None:
    conducts: list[Fields] = [
        {"kind": "conduct", "id": f"i{days_ago}", "at": at(days_ago), "scene": "invoice_refused"}
        for days_ago in (30, 9)
    ]
    [appeal] = [one for one in found(shop(*conducts)).actions if one.kind == "appeal_conduct"]
    assert [one.id for one in appeal.records] == ["i9"]
    assert appeal.gain.mid == pytest.approx(0.2 * 3)


def test_an_overdue_answer_is_still_worth_giving() -> None:
    waiting = CASES["answer_after_sales"][0][0] | {"audit_by": at(1)}
    [answer] = [one for one in found(shop(waiting), NEWEST).actions if one.kind == "answer_after_sales"]
    assert answer.warning == "red"


@pytest.mark.parametrize("kind", ["ship_orders", "chase_parcels"])
def test_against_a_risk_the_gain_is_probability_times_loss(kind: str) -> None:
    more, rules, risks = CASES[kind]
    one = next(one for one in found(shop(*more), rules, risks).actions if one.kind == kind)
    assert one.gain.mid == pytest.approx(one.success * 0.6 * 0.05)
    assert one.deadline == moment(at(-0.4))
    assert one.warning == "yellow"


def test_the_most_gained_for_its_effort_comes_first_and_what_has_no_points_last() -> None:
    every = [record for more, rules, _ in CASES.values() if rules == RULES for record in more]
    listed = found(shop(*every)).actions
    worth = [None if one.gain.mid is None else one.gain.mid / one.effort_minutes for one in listed]
    known = [one for one in worth if one is not None]
    assert len(known) >= 10
    assert known == sorted(known, reverse=True)
    assert worth == known + [None] * (len(worth) - len(known))


def test_the_answer_does_not_depend_on_the_order_of_the_records() -> None:
    every = [record for more, rules, _ in CASES.values() if rules == RULES for record in more]
    records = shop(*every)
    one, other = (msgspec.json.encode(found(given)) for given in (records, records[::-1]))
    assert one == other


def test_an_action_keeps_its_id_the_next_day() -> None:
    records = shop(review(4, 1))
    pack = bundled()[RULES]
    today, tomorrow = (
        {one.id for one in actions(scene_of(history(records), pack, DAY.toordinal() + ahead)).actions}
        for ahead in (0, 1)
    )
    assert today & tomorrow


@pytest.mark.parametrize("hours", [3, 1, 49, -1])
def test_a_warning_comes_two_days_and_again_two_hours_ahead(hours: int) -> None:
    now = moment(at(0))
    expected = {3: "yellow", 1: "red", 49: None, -1: None}[hours]
    assert warning(now + dt.timedelta(hours=hours), now, DEFAULT) == expected


def test_nothing_is_red_in_the_quiet_hours() -> None:
    night = Preferences(quiet_from=22, quiet_to=8)
    now = moment(at(0, 23))
    assert warning(now + dt.timedelta(hours=1), now, DEFAULT) == "red"
    assert warning(now + dt.timedelta(hours=1), now, night) == "yellow"
    morning = moment(at(0, 8))
    assert warning(morning + dt.timedelta(hours=1), morning, night) == "red"


def test_measured_outcomes_correct_the_prior() -> None:
    learned = measured({"answer_review": (8, 10)})
    assert learned("answer_review", 0.1) == pytest.approx((0.1 * 10 + 8) / 20)
    assert learned("fix_product", 0.6) == 0.6


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "3"


def test_no_text_of_the_catalogue_gives_bad_advice() -> None:
    words: list[Words] = [*EVIDENCE.values(), *MISSING.values(), *TEXTS.values()]
    words += [text for entry in catalogue().values() for text in (entry.title, entry.why)]
    for one in words:
        for text in (one.zh, one.en):
            assert check(text.format_map(_Any())) == [], text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_that_is_said_gives_bad_advice(lang: str) -> None:
    for more, rules, risks in CASES.values():
        scene = scene_of(history(shop(*more)), bundled()[rules], DAY.toordinal(), risks)
        for one in actions(scene, of_total(bundled()[rules].scale[1], scene.pack), lang=lang).actions:
            assert check(one.title + "\n" + one.why) == []


def test_five_hundred_candidates_are_rated_once_each() -> None:
    records = shop(*(review(number, 1) for number in range(150)), count=150)
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    ids = [one.id for one in rated(scene)]
    assert len(ids) == len(set(ids))
