"""Requests that schemathesis makes of the API document, good and bad, and all of its checks on what they get."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from server.db import jobs
from server.db.broker import DAILY
from tests.integration.shop import rows, send
from tests.integration.working import small_shop
from worker import daily, outlook, recalculate

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from server.db.engine import Database
    from tests.conftest import Paired

RULES = "douyin-shop/2026-09-08"

# A schema cannot say which cursors were given out, which zones and rule packs there are, what a calendar knows,
# which of two days is the later, which totals and gates a rule pack has, what only goes together.
BEYOND_SCHEMAS = {"as_of", "cursor", "from", "onboarded_at", "rules", "time_zone", "to"}
BEYOND_SCHEMAS |= {"by", "consumer", "gate", "merchant_id", "product_id", "snoozed_until", "target"}
BEYOND_SCHEMAS |= {"keep_daily_days", "risk_medium", "warn_red_hours"}
# JSON Schema takes 13.0 for an integer, settings do not.
BEYOND_SCHEMAS |= {"keep_facts_days", "quiet_from", "quiet_to"}
# JSON Schema takes 0.0 for an integer, the records of a what-if and its positions do not, which also need an indicator.
RECORD_OF_CHANGE = re.compile(r"(change\[\d+\]|positions)\.")

Known = Mapping[str, Mapping[str, Sequence[Any]]]
"""What stands where, by place and name of the parameter: any of these."""


class World(NamedTuple):
    """Whose token asks, what there is to ask for, and how the worker brings it up to date."""

    headers: dict[str, str]
    known: Known
    settle: Callable[[], object]


def empty(paired: "Paired") -> World:
    """An account with nothing in it."""
    return World(paired.headers, {"path": {}, "header": {}, "query": {}}, lambda: None)


def lived_in(pair: "Callable[..., Paired]", database: "Database", admin: "Engine") -> World:
    """An account with people, devices and a shop that was scored."""
    owner, other = pair(), pair(member="clerk", role="member", name="till")
    assert owner.client.put("/v1/subjects/shop-1", json={"type": "shop", "platform": "douyin"}).status_code == 201
    records = [one for one in small_shop() if one["kind"] != "subject"]
    for start in range(0, len(records), 400):
        answer = send(owner, [*records[start : start + 400], {"kind": "review", "id": "bad", "stars": 9}], f"{start}")
        assert answer.status_code == 200, answer.text
    now = dt.datetime.now(dt.UTC)
    recalculate.run(database.app, "shop-1")
    daily.run(database.app, "shop-1", now)
    jobs.failed(database.app, "shop-1", DAILY, RuntimeError("a disk was full"), now)
    assert outlook.run(database.app, "shop-1", now)
    day = now.date()
    days = [(day - dt.timedelta(days=back)).isoformat() for back in (0, 1, 6, 30)]
    orders = [one["id"] for one in records if one["kind"] == "order"]
    actions = [row.id for row in rows(admin, "SELECT id FROM actions")]
    [clerk] = [row.id for row in rows(admin, "SELECT id FROM members WHERE name = 'clerk'")]
    assert actions
    known = {
        "path": {
            "subject_id": ["shop-1"],
            "order_id": [orders[0], orders[-1], "unknown"],
            "action_id": [*actions[:5], "unknown"],
            "device_id": [owner.device_id, other.device_id],
            "member_id": [str(clerk)],
            "task": ["recalculate", "daily", "outlook"],
            "pack_id": [RULES, "unknown"],
        },
        "header": {"If-Match": ["*", '"outdated"']},
        "query": {
            "as_of": days,
            "from": days[2:],
            "to": days[:2],
            "id": [[one] for one in orders[-3:]],
            "rules": ["auto", RULES, [RULES, "douyin-shop/2026-07-14"]],
        },
    }
    return World(owner.headers, known, lambda: recalculate.run(database.app, "shop-1"))


def check_operations(app: "Flask", world: World, examples: int, *, derandomize: bool = True) -> dict[str, Counter[int]]:
    """Each operation so often, good and bad, those that end something last; how often it answered what."""
    document = schemathesis.openapi.from_wsgi("/openapi.json", app)
    found = [operation.ok() for operation in document.get_all_operations()]
    found.sort(key=lambda one: (one.method.upper() == "DELETE", "device" in one.label))
    answered: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for operation in found:
        for mode in GenerationMode:
            world.settle()
            answered[operation.label] += _check(operation, mode, world, examples, derandomize)
    return answered


def _check(operation: Any, mode: GenerationMode, world: World, examples: int, derandomize: bool) -> Counter[int]:
    """All of schemathesis' checks on what an operation answers to so many requests."""
    answered: Counter[int] = Counter()

    @given(_cases(operation, mode, world.known))
    @settings(max_examples=examples, deadline=None, derandomize=derandomize, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        answer = case.call(headers=world.headers, buffered=True)  # which closes what an export is read from
        answered[answer.status_code] += 1
        problem = answer.json() if answer.status_code >= 400 else {}
        refused = {error["path"] for error in problem.get("errors", ())}
        is_known = all(path in BEYOND_SCHEMAS or RECORD_OF_CHANGE.match(path) for path in refused)
        is_outdated = answer.status_code in {412, 428}  # nor can it say which ETags were given out
        has_nul = "NUL character" in str(problem)  # PostgreSQL stores none
        beyond = [positive_data_acceptance] if (refused and is_known) or is_outdated or has_nul else []
        # What of a batch is sound is used, whatever the rest.
        if is_outdated or _looks_good(operation, case, answer) or b'"quarantined":[{' in answer.content:
            beyond.append(negative_data_rejection)
        case.validate_response(answer, excluded_checks=beyond, headers=world.headers)

    with suppress(Unsatisfiable if mode is GenerationMode.NEGATIVE else ()):  # nothing in it could be bad
        check()
    return answered


@st.composite
def _cases(draw: st.DrawFn, operation: Any, mode: GenerationMode, known: Known) -> Any:
    """A request to what is there, as far as it is known."""

    def of(place: str, parameters: Iterable[Any]) -> dict[str, Any]:
        fitting = {
            one.name: [value for value in known[place].get(one.name, ()) if isinstance(value, list) == _is_list(one)]
            for one in parameters
        }
        return {name: draw(st.sampled_from(values)) for name, values in fitting.items() if values}

    fixed = {"path_parameters": of("path", operation.path_parameters)}
    if mode is GenerationMode.POSITIVE:
        fixed["query"] = of("query", [one for one in operation.query if one.is_required or draw(st.booleans())])
        fixed["headers"] = of("header", operation.headers)
    return draw(operation.as_strategy(mode, **{place: values for place, values in fixed.items() if values}))


def _looks_good(operation: Any, case: Any, answer: Any) -> bool:
    """Whether what was bad in a query is not to be seen in its address: one for a list of one, an empty list."""
    given, sent = case.query or {}, parse_qs(urlsplit(answer.request.url).query, keep_blank_values=True)
    is_one = any(_is_list(one) and not isinstance(given.get(one.name, []), list) for one in operation.query)
    return is_one or bool(given.keys() - sent.keys())


def _is_list(parameter: Any) -> bool:
    return bool(parameter.definition["schema"].get("type") == "array")
