"""Explanations add up, whatever the shop and the pack, and say what a person would say of plain cases."""

import datetime as dt
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.decode import decode_record
from shared_scoring.explain import explain
from shared_scoring.explain_source import HistorySource
from shared_scoring.history import History
from shared_scoring.pack import bundled
from shared_scoring.score import score_history
from tests.unit.strategies import Fields, examples, shops

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


def with_steps(records: list[Fields], rules: tuple[str, str], days: tuple[dt.date, dt.date]) -> list[Fields]:
    """Pages in the time of each pack, so that values become scores."""
    pages = []
    for name, day in zip(rules, days, strict=True):
        pack = bundled()[name]
        low, high = pack.response.scale
        keys = {
            one.key: {"steps": [[0.1, low], [0.5, (low + high) / 2], [4.5, high]], "better_than": 0.4}
            for one in pack.indicators
        }
        since = min(max(pack.in_force.since, day - dt.timedelta(50)), pack.in_force.until or day)
        pages.append({"kind": "official", "id": str(since), "indicators": keys, "stage": "formal"})
    taken = {page["id"] for page in pages}
    return [one for one in records if one["kind"] != "official" or one["id"] not in taken] + pages


@examples(250)
@given(
    shop=shops(),
    back=st.sampled_from([0, 1, 1, 2, 7, 29, 30, 31, 60]),
    rules=st.tuples(st.sampled_from(sorted(bundled())), st.sampled_from(sorted(bundled()))),
    one_pack=st.booleans(),
    steps=st.booleans(),
)
def test_parts_add_up(
    shop: tuple[dt.date, list[Fields]], back: int, rules: tuple[str, str], *, one_pack: bool, steps: bool
) -> None:
    last, records = shop
    first = last - dt.timedelta(back)
    if one_pack:
        rules = rules[1], rules[1]
    if steps:
        records = with_steps(records, rules, (first, last))
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
