"""A creator's ranks, learned from its own days, on creators whose peers are hidden."""

import json
from functools import cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from shared_scoring.block import Block
from shared_scoring.columns.sheets import Sheets
from shared_scoring.decode import decode_record
from shared_scoring.estimate import estimate
from shared_scoring.explain import explain
from shared_scoring.forecast.forecast import forecast
from shared_scoring.forecast.past import HistoryPast
from shared_scoring.history import History
from shared_scoring.learned.response import learn, learn_ranks
from shared_scoring.ledger import Contribution
from shared_scoring.own_days import of_ledger
from shared_scoring.pack import bundled
from shared_scoring.response import own_sums
from shared_scoring.score import Score, score, score_history
from shared_scoring.what_if import Ground
from tests.worlds import creators
from tests.worlds.kept import Kept, decoded

PACK = bundled()["douyin-creator/2021"]
SHOWN = ("ranks", "scores", "ranks without values", "scores without values")
TAUGHT = 45


@cache
def kept_of(seed: int, shows: str) -> Kept:
    shown, values = shows.split(maxsplit=1)[0], "without" not in shows
    return Kept(creators.build(seed, shows=shown, shows_values=values), PACK)  # type: ignore[arg-type]  # has what it asks


def ground_of(kept: Kept, day: int, until: int | None = None) -> Ground:
    return Ground(PACK, day, kept.sums(PACK, day), kept.facts(day if until is None else until), kept.viewpoint)


def answer_to(kept: Kept, ground: Ground, change: list[dict[str, Any]]) -> Any:
    world = kept.world
    cases = {world.case_of[one["kind"], one["id"]] for one in change}  # type: ignore[index]
    told = [one for case in cases for one in kept.told(world.cases[case])]
    return ground.what_if(told, decoded(change))


def score_on(kept: Kept, day: int, until: int) -> Score:
    return score(PACK, day, kept.sums(PACK, day), kept.facts(until), kept.viewpoint.calendar)


class Figures(NamedTuple):
    """Of the changes that move the total by 0.01 or more; errors are means of the total."""

    sign: float
    matters: int
    unanswered: int
    estimate: float
    stays: float
    coverage: float


def judged(seeds: list[int], shows: str, days: int = 8, tries: int = 40) -> Figures:
    pairs, said, stays, inside, unanswered = [], [], [], [], 0
    for seed in seeds:
        kept = kept_of(seed, shows)
        world = kept.world
        for day in map(int, np.linspace(world.first + TAUGHT, world.last - 1, days)):
            ground, true = ground_of(kept, day), world.truth(day).total
            for change in creators.changes(world, day, tries):  # type: ignore[arg-type]  # a Creator
                moved = world.truth_if(day, change).total - true
                found = answer_to(kept, ground, change).delta.total
                if found is None:
                    unanswered += 1
                elif abs(moved) >= 0.01:
                    pairs.append(np.sign(found) == np.sign(moved))
            ahead = score_on(kept, day, day - 1).estimate
            newest = kept.officials[max(at for at in kept.officials if at < day)].total
            assert ahead.total is not None
            assert ahead.low is not None
            assert ahead.high is not None
            assert newest is not None
            said.append(abs(ahead.total - true))
            stays.append(abs(newest - true))
            inside.append(ahead.low <= true <= ahead.high)
    mean = [float(np.mean(one)) for one in (pairs, said, stays, inside)]
    return Figures(mean[0], len(pairs), unanswered, mean[1], mean[2], mean[3])


@pytest.mark.parametrize("shows", SHOWN)
def test_the_product_counts_what_the_world_counts(shows: str) -> None:
    kept = kept_of(1, shows)
    for day in (kept.world.first, kept.world.last):
        own = own_sums(PACK, kept.sums(PACK, day), day)
        assert {key: one.value for key, one in own.items()} == pytest.approx(kept.world.truth(day).values)


@pytest.mark.parametrize("shows", SHOWN)
def test_what_if_and_estimate_of_hidden_ranks(shows: str) -> None:
    found = judged([11, 12], shows)
    assert found.matters >= 40
    assert found.sign >= 0.95
    assert found.estimate < found.stays


def test_a_value_that_did_not_move_keeps_the_rank_it_was_shown_with() -> None:
    kept = kept_of(11, "ranks")
    day = max(kept.officials)
    page = kept.officials[day]
    indicators = page.indicators or {}
    answer = score_on(kept, day, day)
    for key, shown in indicators.items():
        assert answer.indicators[key].score == 3 + 2 * (shown.better_than or 0)
    means = {}
    for name in PACK.dimensions:
        own = [3 + 2 * (shown.better_than or 0) for key, shown in indicators.items() if key.startswith(name)]
        means[str(name)] = sum(own) / len(own)
    known = kept.facts(day)
    values = {key: shown.value for key, shown in indicators.items()}
    said = estimate(PACK, known, values, kept.sums(PACK, day + 1), day + 1, day + 1, kept.viewpoint.calendar, [], [])
    assert said.method == "rank"
    assert {key: one.score or 0 for key, one in said.dimensions.items()} == pytest.approx(means)
    # Of a change of one dimension the others move by nothing at all.
    stars = next(one for one in creators.changes(kept.world, day, 9) if "stars" in one[0])  # type: ignore[arg-type]
    delta = answer_to(kept, ground_of(kept, day), stars).delta
    assert (delta.dimensions["logistics"], delta.dimensions["service"]) == (0, 0)
    assert delta.dimensions["goods"]
    assert delta.low <= delta.total <= delta.high


@pytest.mark.parametrize("shows", SHOWN)
def test_days_from_the_one_asked_on_change_nothing(shows: str) -> None:
    kept = kept_of(11, shows)
    day = kept.world.first + TAUGHT
    whole = kept.facts(day - 1)
    whole.officials = dict(kept.officials)
    for taught in (learn, learn_ranks):
        one, other = taught(PACK, kept.facts(day - 1), day), taught(PACK, whole, day)
        assert {key: found.found.level.mean for key, found in one.items()} == {
            key: found.found.level.mean for key, found in other.items()
        }
    calendar, sums = kept.viewpoint.calendar, kept.sums(PACK, day)
    assert (
        score(PACK, day, sums, kept.facts(day - 1), calendar).estimate
        == score(PACK, day, sums, whole, calendar).estimate
    )


@pytest.mark.parametrize("shows", SHOWN)
def test_few_days_say_so(shows: str) -> None:
    kept = kept_of(11, shows)
    day = kept.world.first + 4
    change = next(iter(creators.changes(kept.world, day, 1)))  # type: ignore[arg-type]  # a Creator
    delta = answer_to(kept, ground_of(kept, day), change).delta
    assert (delta.total, delta.reason) == (None, "few_days")
    ahead = score_on(kept, day, day - 1).estimate
    assert ahead.method == ("rank" if shows.startswith("ranks") else "carried_forward")


@pytest.mark.parametrize("shows", SHOWN)
def test_the_explanation_gives_points_to_what_the_creator_did(shows: str) -> None:
    kept = kept_of(11, shows)
    days = kept.world.first + TAUGHT, kept.world.last
    days = tuple(max(at for at in kept.officials if at <= day) for day in days)  # type: ignore[assignment]
    answer = explain(kept, (PACK, PACK), days, None)
    own = [part for part in answer.parts if part.indicator is not None]
    assert sum(part.points or 0 for part in answer.parts) == pytest.approx(answer.change)
    assert any(part.points and part.known for part in own)
    assert all(not part.points for part in own if not part.known)


@pytest.mark.parametrize("shows", SHOWN)
def test_the_forecast_moves_ranks_as_they_were_learned(shows: str) -> None:
    """Where the newest page is ten days old, the own records know what has moved since; a rank shown last does not."""
    said, stays = [], []
    for seed in (11, 12):
        world = kept_of(seed, shows).world
        day = world.last - 4
        pages = [world.official(at) for at in kept_of(seed, shows).officials if at <= day - 10]
        records = [*world.facts, *pages, *(one for case in world.cases.values() for one in case)]
        past = HistoryPast(History(decode_record(json.dumps(one).encode()) for one in records))
        tomorrow = forecast(past, day, 1).days[0].total.mid
        assert tomorrow is not None
        said.append(abs(tomorrow - world.truth(day + 1).total))
        stays.append(abs(pages[-1]["total"] - world.truth(day + 1).total))
    assert np.mean(said) < 0.8 * np.mean(stays)


@pytest.mark.parametrize("shows", ["ranks", "ranks without values", "scores without values"])
def test_a_file_of_the_creator_says_the_same(shows: str) -> None:
    """Read into objects and into columns."""
    kept = kept_of(11, shows)
    world, day = kept.world, kept.world.first + TAUGHT
    records = [*world.facts, *(world.official(at) for at in kept.officials if at < day)]
    records += [one for case in world.cases.values() for one in case]
    texts = [json.dumps(one).encode() for one in records]
    sheets = Sheets()
    sheets.take([decode_record(text) for text in texts], Block.of(b"\n".join(texts)), 0)
    answer = score_on(kept, day, day - 1)
    assert score_history(History(map(decode_record, texts)), PACK, day) == answer
    assert score_history(sheets.taken(["c1"]).subjects["c1"], PACK, day) == answer
    assert answer.estimate.method == "learned"
    assert any(note.code == "own_values" for note in answer.notes) is ("without" in shows)


def test_own_values_are_those_of_whole_windows_and_of_what_was_known_then() -> None:
    kept = kept_of(11, "scores without values")
    days = sorted(kept.officials)
    reach = kept.world.first - creators.WINDOW - 5
    late = {key: held for key, held in kept._rows.items() if key[1] > reach + 20}
    own = of_ledger(lambda _plan: [Contribution(*key, *amounts) for key, amounts in kept._rows.items()])
    some = of_ledger(lambda _plan: [Contribution(*key, *amounts) for key, amounts in late.items()])(PACK, days)
    told = own(PACK, days[::-1])
    for day in (days[0], days[30], days[-1]):
        assert told[day].values == pytest.approx(kept.world.truth(day).values)
    assert some.keys() == {day for day in days if day - creators.WINDOW > reach + 20}


def test_a_page_that_counts_many_more_orders_is_not_taught_by_the_own_records() -> None:
    kept = kept_of(11, "scores without values")
    day = kept.world.last - 1
    for more, method in ((1.05, "learned"), (1.5, "carried_forward")):
        known = kept.facts(day - 1)
        assert known.own_days is not None
        orders = {at: one.valid_orders for at, one in known.own_days(PACK, list(known.officials)).items()}
        known.officials = {
            at: msgspec.structs.replace(page, valid_orders_30d=round(more * orders[at]))
            for at, page in known.officials.items()
        }
        found = score(PACK, day, kept.sums(PACK, day), known, kept.viewpoint.calendar).estimate
        assert found.method == method
