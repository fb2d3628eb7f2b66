"""Rule packs: every fault is found on its line, packs of one scope follow one another, and what is added is known."""

import datetime as dt
import inspect
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring import measures
from shared_scoring.cohorts import COHORTS
from shared_scoring.json_lines import lines_of, parse
from shared_scoring.measures import AMOUNTS, HITS
from shared_scoring.pack import PackError, Packs, bundled, knowing, known, load, schema
from shared_scoring.pack_sense import PARAMETERS
from shared_scoring.pack_summary import summary
from shared_scoring.pack_words import COHORT_WORDS, MEASURE_WORDS, in_words
from shared_scoring.records import Subject
from shared_scoring.viewpoint import Viewpoint
from tests.unit.strategies import examples

NEWEST = "douyin-shop/2026-09-08"


def document(**changes: Any) -> dict[str, Any]:
    made = msgspec.json.decode(msgspec.json.encode(bundled()[NEWEST]))
    return {**made, **changes}


def written(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, indent=1, ensure_ascii=False).encode()


def faults(text: bytes) -> list[tuple[str, str]]:
    """(path, reason) of each, after a look that its line holds the last step of its path."""
    with pytest.raises(PackError) as caught:
        load(text, "new.json")
    lines = text.decode(errors="replace").splitlines()
    for fault in caught.value.faults:
        last = fault.path.rsplit(".", 1)[-1]
        if last and "[" not in last and "missing" not in fault.reason:
            assert f'"{last}"' in lines[fault.line - 1], fault
    return [(fault.path, fault.reason) for fault in caught.value.faults]


def changed(path: str, value: object) -> bytes:
    """The newest pack with one thing otherwise."""
    whole = document()
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = whole
    for step in steps:
        place = place[step]
    place[last] = value
    return written(whole)


@pytest.mark.parametrize("pack", bundled().values(), ids=list(bundled()))
def test_what_comes_with_the_product_reads_back_as_it_is(pack):
    assert load(written(msgspec.json.decode(msgspec.json.encode(pack))), "again.json") == pack
    assert sum(summary(pack).grades.values()) > 5
    for definition in pack.definitions:
        for said in (in_words(definition).zh, in_words(definition).en):
            assert not re.search(r"[{}]|None|\(\)", said)


@pytest.mark.parametrize(
    ("path", "value", "where", "why"),
    [
        ("id", "Douyin 2027", "id", "does not read like"),
        ("id", 7, "id", "Expected `str`"),
        ("colour", "red", "colour", "no pack has"),
        ("window_days", 0, "window_days", ">= 1"),
        ("in_force.until", "2026-09-01", "in_force.until", "lies before"),
        ("dimensions.goods.weight", "0.4", "dimensions.goods.weight", "Expected `float`"),
        ("dimensions.service.weight", 2, "dimensions.service.weight", "<= 1.0"),
        ("dimensions.logistics.weight", 0.4, "dimensions", "add up to 1.1"),
        ("dimension_weights.1.weights.goods", 0.5, "dimension_weights[1].weights", "add up to"),
        ("indicators.2.definition.cohort", "orders", "indicators[2].definition.cohort", "there is no cohort"),
        ("indicators.2.definition.measure", "speed", "indicators[2].definition.measure", "there is no measure"),
        ("indicators.2.definition.limit", 5, "indicators[2].definition.limit", "no pack has"),
        ("indicators.2.definition.stars_at_most", 5, "indicators[2].definition.stars_at_most", "takes no"),
        ("indicators.2.definition.industries_48h", ["家电"], "indicators[2].definition.industries_48h", "takes no"),
        ("indicators.1.definition.reasons.0", "qualty", "indicators[1].definition.reasons[0]", "is none of"),
        ("indicators.1.definition.reasons", [], "indicators[1].definition", "needs reasons"),
        (
            "indicators.3.definition.measure",
            "stars",
            "indicators[3].definition.measure",
            "for the measure in_time only",
        ),
        ("indicators.0.key", "rating", "indicators[0].key", "does not begin with its dimension"),
        ("indicators.1.key", "goods.rating", "indicators[1]", "2 times"),
        ("indicators.0.weight", 0.5, "indicators[0]", "some have none"),
        ("indicators.0.steps", [[4.5, 100], [4.8, 90]], "indicators[0].steps", "higher score"),
        ("indicators.0.curve", [[4.5, 60], [4.5, 90]], "indicators[0].curve[1]", "do not rise"),
        ("indicators.0.curve", [[4.5, 90], [4.8, 60]], "indicators[0].curve[1]", "higher score"),
        ("indicators.0.curve", [[4.5, 90]], "indicators[0].curve", "two points"),
        ("deductions.0.group", "service", "deductions[0].group", "deduction_groups has no"),
        ("deductions.0.scene", "rudeness", "deductions[0].scene", "Invalid enum value"),
        ("bonuses.1.switch", "insurance", "bonuses[1].switch", "is none of"),
        ("shields", [{"indicator": "goods.praise", "score": 80, "grade": "A"}], "shields[0].indicator", "no indicator"),
        ("consumer.3.1", 3.1, "consumer[3]", "shows 3.1 from 53 on"),
        ("consumer.3.0", 52, "consumer[3]", "twice"),
        ("gates.0.conditions.0.mean_days", 0, "gates[0].conditions[0].mean_days", "at least 1"),
        ("sources", [], "sources", "is empty"),
    ],
)
def test_what_is_wrong_is_found_on_its_line(path, value, where, why):
    found = faults(changed(path, value))
    assert any(own == where and why in reason for own, reason in found), found


def test_every_fault_of_sense_is_told_at_once_in_the_order_of_lines():
    whole = document(sources=[], id="X")
    whole["dimensions"]["goods"]["weight"] = 0.9
    assert [path for path, _ in faults(written(whole))] == ["id", "dimensions", "sources"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b'{"id": 1,\n "id": 2}', 2, "twice"),
        (b'{"id": "a",\n "name": }', 2, "is not JSON"),
        (b"{\n\n", 3, "is not JSON"),
        (b"", 1, "is not JSON"),
        (b'{"id":\n"\xff"}', 2, "UTF-8"),
        (b'{\n"window_days": NaN}', 2, "NaN"),
        (b"[" * 10_000, 1, "deep"),
    ],
)
def test_what_is_no_json_says_so(text, line, why):
    with pytest.raises(PackError, match=why) as caught:
        load(text, "new.json")
    assert [fault.line for fault in caught.value.faults] == [line]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@examples(200)
@given(json_values, st.booleans())
def test_the_line_of_every_value_is_the_one_it_is_written_on(value, ascii_only):
    """Oracle: the standard library writes each member and item on a line of its own."""
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only)
    assert parse(text) == value
    lines = text.split("\n")
    found = lines_of(text)
    assert len(found) == 1 + _count(value)
    for path, line in found.items():
        if path and isinstance(path[-1], str):
            assert lines[line - 1].strip().startswith(json.dumps(path[-1], ensure_ascii=ascii_only) + ":")
    places = [found[path] for path in found]
    assert places == sorted(places)
    assert len(set(places[1:])) == len(places[1:])


def _count(value: object) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(inner) + sum(map(_count, inner))


def test_the_parameters_of_a_measure_are_those_its_code_reads():
    def reads(function: Any) -> set[str]:
        source = inspect.getsource(function)
        own = set(re.findall(r"definition\.(\w+)", source))
        called = set(re.findall(r"\b(_\w+)\([^)]*definition", source.partition("\n")[2]))
        return own.union(*(reads(getattr(measures, name)) for name in called if hasattr(measures, name)))

    for name, function in {**AMOUNTS, **HITS}.items():
        assert reads(function) == PARAMETERS.get(name, frozenset()), name


def test_every_cohort_and_measure_has_words():
    assert set(COHORT_WORDS) == set(COHORTS)
    assert set(MEASURE_WORDS) == {*AMOUNTS, *HITS}


def newer(id_: str, since: str, until: str | None = None, **changes: Any) -> Any:
    return load(written(document(id=id_, in_force={"since": since, "until": until}, **changes)), "new.json")


def test_an_open_end_closes_when_the_next_of_its_scope_begins():
    packs = Packs([*bundled().values(), newer("douyin-shop/2027", "2027-02-01")])
    assert str(packs[NEWEST].in_force.until) == "2027-01-31"
    assert packs["douyin-creator/2021"].in_force.until is None
    assert str(bundled()[NEWEST].in_force.until) == "None"


@pytest.mark.parametrize("since", ["2026-01-01", "2026-08-01", "2026-09-07", "2026-09-08"])
def test_two_of_one_scope_are_never_in_force_on_one_day(since):
    with pytest.raises(PackError, match="of the same scope"):
        Packs([*bundled().values(), newer("douyin-shop/2027", since)])


def test_an_id_that_is_taken_is_refused():
    with pytest.raises(PackError, match="new version"):
        Packs([*bundled().values(), newer(NEWEST, "2027-02-01")])


def test_what_is_known_ends_with_the_block():
    packs = Packs([*bundled().values(), newer("douyin-shop/2027", "2027-02-01")])
    with knowing(packs):
        assert "douyin-shop/2027" in known()
    assert known() is bundled()


def test_the_schema_names_what_a_pack_has():
    shape = schema()["$defs"]["Pack"]
    assert shape["additionalProperties"] is False
    assert set(shape["required"]) <= set(document())
    assert set(document()) <= set(shape["properties"])


def test_a_platform_has_its_own_packs_and_one_without_any_gets_douyins():
    sale = newer("taobao-shop/2027", "2027-01-01", scope={"platform": "taobao", "type": "shop"})
    only_creators = newer("weibo-creator/2027", "2027-01-01", scope={"platform": "weibo", "type": "creator"})
    packs = Packs([*bundled().values(), sale, only_creators])
    day = dt.date(2026, 11, 6)

    def chosen(**fields: Any) -> str:
        return packs.choose(Viewpoint.of(Subject(id="s", **fields)), day).id

    assert chosen() == chosen(platform="ebay") == chosen(platform="weibo", type="shop") == NEWEST
    assert chosen(platform="taobao", type="shop") == "taobao-shop/2027"
    assert chosen(platform="taobao", type="creator") == "taobao-shop/2027"
    assert chosen(platform="weibo", type="creator") == "weibo-creator/2027"
    assert chosen(platform="douyin", type="creator") == "douyin-creator/2021"
    assert chosen(platform="amazon", type="shop") == "amazon/account-health"


@pytest.mark.parametrize(
    ("day", "id_"),
    [
        ("2025-06-01", "douyin-shop/2026-01"),
        ("2026-04-06", "douyin-shop/2026-01"),
        ("2026-04-07", "douyin-shop/2026-05-07"),
        ("2026-07-13", "douyin-shop/2026-05-07"),
        ("2026-07-14", "douyin-shop/2026-07-14"),
        ("2026-09-07", "douyin-shop/2026-07-14"),
        ("2026-09-08", NEWEST),
        ("2030-01-01", NEWEST),
    ],
)
def test_each_day_has_the_pack_that_was_in_force(day, id_):
    assert bundled().choose(Viewpoint.of(None), dt.date.fromisoformat(day)).id == id_
