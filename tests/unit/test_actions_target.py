"""The way to a target: the plan beside an exhaustive search, single ways, waiting, and the day that reaches it."""

import datetime as dt
import itertools
import re
from collections.abc import Callable

import pytest

from shared_scoring.actions.answer import Actions, actions
from shared_scoring.actions.scene import scene_of
from shared_scoring.actions.target import TargetError, of_consumer, of_gate, of_total
from shared_scoring.pack import bundled
from shared_scoring.what_if import what_if_history
from tests.unit.acting import DAY, RULES, Fields, after_sale, at, history, official, order, review, shop

NEWEST = "douyin-shop/2026-09-08"


def _brute(records: list[Fields], answer: Actions, target: float) -> tuple[float, float]:
    """Least effort that reaches, or the best expected total: every set, every outcome, each a what-if of its own."""
    pack, day = bundled()[RULES], DAY.toordinal()
    own = history(records)
    totals: dict[frozenset[int], float] = {}
    listed = answer.actions
    for size in range(len(listed) + 1):
        for chosen in itertools.combinations(range(len(listed)), size):
            change = [record for one in chosen for record in listed[one].change]
            after = what_if_history(own, pack, day, list(change)).after.total
            assert after is not None
            totals[frozenset(chosen)] = after
    best, cheapest = answer.current or 0.0, float("inf")
    for chosen in totals:
        expected = 0.0
        for size in range(len(chosen) + 1):
            for done in itertools.combinations(sorted(chosen), size):
                share = 1.0
                for one in chosen:
                    share *= listed[one].success if one in done else 1 - listed[one].success
                expected += share * totals[frozenset(done)]
        best = max(best, expected)
        if expected >= target - 1e-9:
            cheapest = min(cheapest, sum(listed[one].effort_minutes for one in chosen))
    return cheapest, best


_PLANNED = [
    review(4, 1),
    review(6, 2),
    after_sale(5, arbitration={"opened_at": at(5), "closed_at": at(3), "blame": "buyer"}),
    after_sale(7, closed_at=at(3), refunded_at=None),
    {"kind": "conduct", "id": "i", "at": at(9), "scene": "invoice_refused"},
    {"kind": "conduct", "id": "j", "at": at(9), "scene": "fake_orders"},
]


@pytest.mark.parametrize("more", [0.3, 1.0, 2.5, 60.0])
def test_a_plan_is_as_cheap_as_an_exhaustive_search_finds(more: float) -> None:
    records = shop(*_PLANNED, count=36)
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    plain = actions(scene)
    assert 4 <= len(plain.actions) <= 8
    target = min((plain.current or 0.0) + more, 100.0)
    answer = actions(scene, of_total(target, scene.pack))
    cheapest, best = _brute(records, plain, target)
    assert answer.plan is not None
    assert answer.plan.optimal
    assert answer.reachable == (cheapest < float("inf"))
    assert answer.plan.total.mid is not None
    if answer.reachable:
        assert answer.plan.effort_minutes == pytest.approx(cheapest)
        assert answer.plan.total.mid >= target - 1e-9
    else:
        assert answer.plan.total.mid == pytest.approx(best, abs=1e-9)
        assert answer.not_before is not None


def test_a_plan_of_many_reaches_too_and_states_its_bound() -> None:
    records = shop(*_PLANNED, *(review(number, 1) for number in range(8, 40, 2)))
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    current = actions(scene).current or 0.0
    answer = actions(scene, of_total(current + 1.5, scene.pack))
    assert answer.reachable
    assert answer.plan is not None
    assert not answer.plan.optimal
    assert answer.plan.total.mid is not None
    assert answer.plan.total.mid >= current + 1.5 - 1e-9
    assert 0 < answer.plan.effort_at_least <= answer.plan.effort_minutes


@pytest.mark.parametrize("below", [0.0, 0.2, 20.0])
def test_a_target_that_stands_already_needs_nothing(below: float) -> None:
    deduction = {"kind": "conduct", "id": "i", "at": at(9), "scene": "invoice_refused"}
    scene = scene_of(history(shop(review(4, 1), deduction)), bundled()[RULES], DAY.toordinal())
    current = scene.ground.before.score.total or 0.0
    answer = actions(scene, of_total(current - below, scene.pack), lang="en")
    assert answer.reachable
    assert answer.plan is not None
    assert answer.plan.actions == []
    assert answer.plan.effort_minutes == 0
    assert (answer.ways, answer.wait) == ([], None)
    assert answer.not_before is not None
    assert (answer.not_before.date, answer.not_before.reason) == (str(DAY), "reached")
    assert answer.not_before.text == "the target is reached already"


def test_the_ways_reach_the_target_alone_and_one_event_less_does_not() -> None:
    records = shop(*_PLANNED)
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    target = (scene.ground.before.score.total or 0.0) + 0.4
    answer = actions(scene, of_total(target, scene.pack))
    rating = next(way for way in answer.ways if way.indicator == "goods.rating")
    assert rating.count is not None
    whole = scene.ground.before.own["goods.rating"]
    for count, reached in ((rating.count, True), (rating.count - 1, False)):
        after = scene.ground.answer({("orders_delivered/stars", DAY.toordinal() - 1, 1): (5 * count, count)})
        assert after.indicators["goods.rating"].after == pytest.approx(
            float((whole.numerator + 5 * count) / (whole.denominator + count))
        )
        assert ((after.after.total or 0.0) >= target - 1e-9) is reached


def test_waiting_is_long_enough_when_what_is_bad_leaves() -> None:
    records = shop({"kind": "conduct", "id": "i", "at": at(20), "scene": "invoice_refused"})
    scene = scene_of(history(records), bundled()[RULES], DAY.toordinal())
    target = (scene.ground.before.score.total or 0.0) + 2.9
    answer = actions(scene, of_total(target, scene.pack))
    assert answer.wait is not None
    # 05-06 minus 20 days is 04-16; the day after thirty more is the first without it.
    assert answer.wait.date == "2026-05-17"
    assert answer.wait.count >= 1


def test_a_target_that_takes_an_appeal_and_patience_names_the_day_on_which_both_are_through() -> None:
    # The deduction can be appealed at once; the return of an order delivered on 04-11 leaves with it, 31 days later.
    deduction = {"kind": "conduct", "id": "i", "at": at(9), "scene": "invoice_refused"}
    returned = [order(700, 27), after_sale(700, "quality", applied_at=at(24), agreed_at=at(24), refunded_at=at(23))]

    def total(*more: Fields) -> float:
        return scene_of(history(shop(*more)), bundled()[RULES], DAY.toordinal()).ground.before.score.total or 0.0

    clean = total()
    assert max(total(deduction), total(*returned)) < clean - 0.05
    scene = scene_of(history(shop(deduction, *returned)), bundled()[RULES], DAY.toordinal())
    answer = actions(scene, of_total(clean - 0.05, scene.pack))
    assert answer.not_before is not None
    assert not answer.reachable
    assert (answer.not_before.date, answer.not_before.reason) == ("2026-05-12", "by_both")


def _asked(target: float, *more: Fields, lang: str = "zh") -> Actions:
    """Under rules whose response nobody knows, of a total of 80 with two deductions of 2 points each in it.

    The low review leaves on 05-11 and moves the rating.
    """
    deductions: list[Fields] = [
        {"kind": "conduct", "id": "i", "at": at(20), "scene": "invoice_refused"},
        {"kind": "conduct", "id": "j", "at": at(9), "scene": "abnormal_return_address"},
    ]
    low = [order(700, 28), review(700, 1)]
    page = official(total=80.0, bonus=0, deduction=4, indicators={})
    records = shop(page, *low, *deductions, *more)
    scene = scene_of(history(records), bundled()[NEWEST], DAY.toordinal())
    return actions(scene, of_total(target, scene.pack), lang=lang)


def test_a_dimension_nobody_can_say_stays_while_the_deductions_leave() -> None:
    # The first deduction happened on 04-16, the second on 04-27: each leaves 31 days later, the second when fewer than
    # the 30 orders of a formal stage would be left of today's.
    first = ("2026-05-17", " (Goods counted as today)")
    second = ("2026-05-28", " (new records counted as those of today)")
    for target, (date, note) in ((81.9, first), (83.9, second)):
        answer = _asked(target, lang="en")
        assert answer.wait is not None
        assert answer.wait.date == date
        assert answer.wait.text.endswith(note)
    assert _asked(84.1).wait is None


def test_a_plan_that_reaches_names_its_day_though_a_dimension_is_unknown() -> None:
    answer = _asked(80.5, lang="en")
    # Both appeals, each won one time in five, and the insurance: 2 points nine times in ten.
    assert answer.reachable
    assert answer.not_before is not None
    assert answer.not_before.reason == "by_acting"
    assert answer.plan is not None
    chosen = [one for one in answer.actions if one.id in answer.plan.actions]
    assert answer.not_before.date == max(one.date_of_gain for one in chosen)
    assert answer.not_before.text.startswith(f"if all of this plan succeeds, {answer.not_before.date}")


def test_a_plan_that_takes_a_window_to_show_names_that_day() -> None:
    carried = [order(1500 + n, 10, services=["next_day"]) for n in range(8)]
    answer = _asked(83.5, *carried)
    assert answer.reachable
    assert answer.plan is not None
    assert "extend_service" in [one.kind for one in answer.actions if one.id in answer.plan.actions]
    assert answer.not_before is not None
    assert answer.not_before.date is not None
    assert answer.not_before.date <= str(DAY + dt.timedelta(bundled()[NEWEST].window_days))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_out_of_reach_is_what_full_success_cannot_reach_and_says_by_how_much(lang: str) -> None:
    answer = _asked(90.0, lang=lang)
    assert answer.not_before is not None
    assert (answer.not_before.date, answer.not_before.reason) == (None, "out_of_reach")
    # 80, both deductions away, the bonus of 2 points for the insurance.
    assert re.findall(r"\d+\.\d+", answer.not_before.text) == ["86.00", "4.00"]


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda pack: of_consumer(4.8, pack), 89.0),
        (lambda pack: of_consumer(4.6, pack), 81.0),
        (lambda pack: of_gate("promotion", pack), 70.0),
        (lambda pack: of_gate("traffic_priority", pack), 89.0),
    ],
)
def test_a_target_in_other_words(make: Callable[[object], object], wanted: float) -> None:
    target = make(bundled()[NEWEST])
    assert [one.at_least for one in target.lines if one.of == "total"] == [wanted]  # type: ignore[attr-defined]  # both make targets


@pytest.mark.parametrize(
    "make",
    [
        lambda pack: of_consumer(5.1, pack),
        lambda pack: of_gate("ads", pack),
        lambda pack: of_gate("alliance_product", pack),
        lambda pack: of_gate("nonsense", pack),
        lambda pack: of_total(101, pack),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_what_can(make: Callable[[object], object]) -> None:
    with pytest.raises(TargetError):
        make(bundled()[NEWEST])


@pytest.mark.parametrize("asked", ["ads", "alliance_product", "nonsense"])
def test_a_refused_gate_names_only_gates_that_can_be_a_target(asked: str) -> None:
    pack = bundled()[NEWEST]
    with pytest.raises(TargetError) as refused:
        of_gate(asked, pack)
    said = str(refused.value)
    assert "\n" not in said
    offered = said.partition("there is: ")[2].split(", ")
    assert "promotion" in offered
    assert not {"ads", "alliance_product"} & set(offered)
    assert all(of_gate(key, pack).lines for key in offered)
