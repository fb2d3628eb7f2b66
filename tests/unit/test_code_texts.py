"""Every code an answer can hold has its text in both languages, here and in the extension."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from server.cli.texts import TEXTS
from shared_scoring import gates, score, shifts, standing, what_if, what_if_points, why_not
from shared_scoring.code_words import METHODS, NOTES, OPEN_PAGE, PAGES, WHY_NOT
from shared_scoring.estimate import CARRIED
from shared_scoring.gate_words import CONSEQUENCES, consequence_words, reason_words
from shared_scoring.learned import tested
from shared_scoring.learned.figures import DEFAULT_CURVE, LEARNED
from shared_scoring.pack import bundled
from shared_scoring.pack_base import Words
from shared_scoring.page_to_open import PAGE_OF_INDICATOR
from shared_scoring.records import Conduct, Order
from shared_scoring.scene_words import SCENE_WORDS
from tests.unit.test_texts import HAN, PARAMETER

CODE = re.compile(r"^[a-z]+(_[a-z0-9]+)+$|^(exempt|unpaid)$")
EXTENSION = Path(__file__).parents[2] / "extension/src/texts.ts"


def returned(module: Any) -> set[str]:
    """Every text that a module returns, hands on as a `why_not` or keeps in a constant, and that reads like a code."""
    tree = ast.parse(inspect.getsource(module))
    places: list[ast.AST] = [one for one in ast.walk(tree) if isinstance(one, ast.Return)]
    places += [one for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg == "why_not"]
    places += [one for one in tree.body if isinstance(one, ast.Assign | ast.AnnAssign)]
    return {
        one.value
        for place in places
        for one in _plain(place)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.match(one.value)
    }


def _plain(place: ast.AST) -> Iterator[ast.AST]:
    """Without what is compared with or looked up by: those are names of fields and measures."""
    if isinstance(place, ast.Compare | ast.Subscript):
        return
    yield place
    for one in ast.iter_child_nodes(place):
        yield from _plain(one)


def literals(kind: Any, field: str) -> set[str]:
    """The words a field of a record may be."""
    found, stack = set(), [inspect.get_annotations(kind, eval_str=True)[field]]
    while stack:
        one = stack.pop()
        stack += get_args(one) if not isinstance(one, str) else []
        if isinstance(one, str):
            found.add(one)
    return found


def why_not_codes() -> set[str]:
    found = returned(why_not) | returned(standing)
    names = {"orders_paid", "orders_shipped", "orders_due_for_pickup", "orders_picked_up", "orders_delivered"}
    names |= {
        "parcels_due",
        "parcels_shipped",
        "low_rated",
        "first_rated_low",
        "first_reason",
        "completion_seconds",
        "handled_in_time",
    }
    names |= {"audit_seconds", "reply_seconds", "paid_at", "shipped_at", "picked_up_at", "delivered_at"}
    return (found - names) | {f"excluded_{word}" for word in literals(Order, "excluded")}


def test_the_codes_of_why_not_are_those_that_have_texts() -> None:
    assert why_not_codes() == set(WHY_NOT)


def test_the_extension_has_a_text_for_each_of_them() -> None:
    own = set(re.findall(r'^  "?([\w.?]+)"?: \[', EXTENSION.read_text(), re.MULTILINE))
    assert set(WHY_NOT) <= own
    assert {f"method_{one}" for one in METHODS} <= own
    assert {one.key for pack in bundled().values() if "douyin" in pack.id for one in pack.indicators} <= own


def test_notes_pages_methods_scenes_and_reasons() -> None:
    source = inspect.getsource(score)
    assert set(re.findall(r'Note\("(\w+)"', source)) == set(NOTES)
    assert set(PAGE_OF_INDICATOR.values()) == set(PAGES)
    kinds = {pack.response.kind for pack in bundled().values()} - {"unpublished"}
    assert kinds | {"growth_stage", CARRIED, LEARNED, DEFAULT_CURVE} == set(METHODS)
    assert literals(Conduct, "scene") == set(SCENE_WORDS)
    sources = "".join(inspect.getsource(one) for one in (what_if_points, what_if, shifts, tested))
    codes = r'"(\w+_(?:unpublished|unknown|shown|changed|days|moved|staying))"'
    reasons = set(re.findall(codes, sources))
    assert {f"reason_{one}" for one in reasons} <= set(TEXTS)
    assert reasons


def test_gates() -> None:
    for reason in gates.REASONS:
        reason_words(reason)
    for pack in bundled().values():
        for gate in pack.gates:
            assert gate.consequence in CONSEQUENCES, gate.key
            assert {consequence_words(f"{gate.consequence}_{state}") for state in ("open", "closed")}


def tables() -> dict[str, Mapping[str, Words]]:
    both = {f"{key}_{at}": words for key, pair in CONSEQUENCES.items() for at, words in enumerate(pair)}
    reasons = {one: reason_words(one) for one in gates.REASONS}
    return {
        "why not": WHY_NOT,
        "notes": NOTES,
        "pages": PAGES,
        "methods": METHODS,
        "scenes": SCENE_WORDS,
        "gates": both,
        "reasons": reasons,
        "open": {"page": OPEN_PAGE},
    }


@pytest.mark.parametrize("name", tables())
def test_each_text_is_there_in_both_languages(name: str) -> None:
    for key, words in tables()[name].items():
        assert HAN.search(words.zh), key
        assert words.en.strip(), key
        assert not HAN.search(words.en), key
        assert set(PARAMETER.findall(words.zh)) == set(PARAMETER.findall(words.en)), key
