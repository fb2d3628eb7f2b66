"""Every open order with what may become of it, in the shape of cli-output.md, "at-risk"."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from shared_scoring.calendar import iso
from shared_scoring.case import Case
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.pack import Pack
from shared_scoring.records import Order, Product
from shared_scoring.risk.frame import Frame
from shared_scoring.risk.happening import HAPPENINGS, is_seen
from shared_scoring.risk.learn import HAPPENS_LINEAR, LATE_LINEAR, Past, learn_happening, learn_late
from shared_scoring.risk.loss import Losses
from shared_scoring.risk.model import Model
from shared_scoring.risk.outcomes import OUTCOMES, Asked, asked, is_open
from shared_scoring.risk.reasons import RiskCause, parts_by_code, reasons, worded
from shared_scoring.risk.survival import DELIVERY, PICKUP
from shared_scoring.risk.table import OrderTable, order_table
from shared_scoring.risk.trial import PLAIN_HAPPENS, PLAIN_LATE, try_happening, try_late
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


class OutcomeRisk(Struct, frozen=True):
    """`loss` in points of the total, null while the dimension has no believed response."""

    probability: float
    loss: float | None
    deadline: dt.datetime | None


class OrderRisk(Struct, frozen=True, kw_only=True):
    """`unknown` has for each outcome that is null the code of why. `expected_loss` is null where a loss is."""

    order_id: str
    expected_loss: float | None
    deadline: dt.datetime | None
    outcomes: dict[str, OutcomeRisk | None]
    unknown: dict[str, str]
    reasons: list[RiskCause]


class Method(Struct, frozen=True):
    """How an outcome's probability came about.

    `learned` from so many rows and hits of the past; `plain`, by days left and arrival alone, because the learned model
    lost to that on this subject's own past; `prior` where there is no past; `not_asked`. `tested` is whether enough
    came true to tell.
    """

    method: str
    rows: int
    hits: int
    tested: bool


class AtRisk(Struct, frozen=True, kw_only=True):
    rules: str
    subject: str | None
    as_of: str
    orders: list[OrderRisk]
    methods: dict[str, Method]


_NEVER = 1e-6  # nothing that may still happen is certain, either way


@dataclass(frozen=True)
class _Predicted:
    """One outcome's probabilities by row of the table, and by code what each is made of."""

    probability: Mapping[int, float]
    codes: tuple[str, ...]
    parts: Mapping[int, NDArray[np.float64]]
    method: Method


def at_risk_history(
    history: History, pack: Pack, as_of: int, subject_id: str | None = None, lang: str = "zh"
) -> AtRisk:
    """The answer from copies of records. `as_of` is a day ordinal."""
    viewpoint = history.viewpoint()
    known, cases = history.known(as_of)
    sums = history.sums(pack.plan, cases)
    products = {told.merged.id: told.merged for told in history if isinstance(told.merged, Product)}
    return at_risk(pack, as_of, cases, products, sums, known, viewpoint, subject_id, lang)


def at_risk(
    pack: Pack,
    as_of: int,
    cases: Mapping[str, Case],
    products: Mapping[str, Product],
    sums: Sums,
    known: Facts,
    viewpoint: Viewpoint,
    subject_id: str | None = None,
    lang: str = "zh",
) -> AtRisk:
    """The answer from the cases, the ledger and the facts known on the day."""
    calendar = viewpoint.calendar
    in_48_hours = pickup_in_48_hours(pack)
    table = order_table(cases, products, as_of, calendar, in_48_hours)
    now = calendar.start(as_of)
    questions: dict[int, Mapping[str, Asked]] = {}
    for row, case in enumerate(table.cases):
        if case.order is not None and is_open(case):
            late = case.industry in in_48_hours
            questions[row] = asked(case, case.order, now, calendar, table.observed, late)
    predicted = _predict(table, questions)
    losses = Losses(pack, as_of, sums, known, viewpoint)
    orders = [
        _order(row, table.cases[row], order, question, predicted, losses, calendar.local)
        for row, question in questions.items()
        if (order := table.cases[row].order) is not None
    ]
    orders.sort(key=_worst_first)
    return AtRisk(
        rules=pack.id,
        subject=subject_id if known.subject is None else known.subject.id,
        as_of=iso(as_of),
        orders=[structs.replace(one, reasons=worded(one.reasons, lang)) for one in orders],
        methods={outcome: predicted[outcome].method for outcome in OUTCOMES},
    )


def pickup_in_48_hours(pack: Pack) -> frozenset[str]:
    """The industries whose orders this pack lets be picked up within 48 hours."""
    return frozenset(name for one in pack.plan.definitions.values() for name in one.industries_48h)


def _predict(table: OrderTable, questions: Mapping[int, Mapping[str, Asked]]) -> dict[str, _Predicted]:
    past, now = Past(table), table.start
    delivery = learn_late(past, DELIVERY, now)
    found: dict[str, _Predicted] = {}
    for wait in (PICKUP, DELIVERY):
        wanted = _wanted(wait.outcome, questions)
        model, better = None, None
        if wanted:
            better = try_late(past, wait, now).is_better
            model = learn_late(past, wait, now, PLAIN_LATE if better is False else LATE_LINEAR)
        found[wait.outcome] = _answers(model, past.late(wait, now), wanted, better)
    for what in HAPPENINGS:
        wanted = _wanted(what.outcome, questions)
        model, better = None, None
        if wanted:
            better = try_happening(past, what, now).is_better if is_seen(table, what) else None
            features = PLAIN_HAPPENS if better is False else HAPPENS_LINEAR
            model = learn_happening(past, what, now, delivery, features)
        found[what.outcome] = _answers(model, past.happens(what, now, delivery), wanted, better)
    return found


def _wanted(outcome: str, questions: Mapping[int, Mapping[str, Asked]]) -> list[int]:
    return [row for row, question in questions.items() if question[outcome].why_not is None]


def _answers(model: Model | None, found: Frame, wanted: Collection[int], better: bool | None) -> _Predicted:
    """The model's answers for the rows asked about. The frame holds them all: it asks the same of an order."""
    if model is None:
        return _Predicted({}, (), {}, Method("not_asked", 0, 0, tested=False))
    kept = found.take(np.isin(found.orders, list(wanted)))
    probability = model.probability(kept)
    codes, parts = parts_by_code(model, kept)
    rows = kept.orders.tolist()
    return _Predicted(
        {row: min(max(float(one), _NEVER), 1 - _NEVER) for row, one in zip(rows, probability, strict=True)},
        codes,
        {row: parts[index] for index, row in enumerate(rows)},
        Method(
            ("learned" if better is not False else "plain") if model.rows else "prior",
            model.rows,
            model.hits,
            tested=better is not None,
        ),
    )


def _order(
    row: int,
    case: Case,
    order: Order,
    question: Mapping[str, Asked],
    predicted: Mapping[str, _Predicted],
    losses: Losses,
    local: Callable[[dt.datetime], dt.datetime],
) -> OrderRisk:
    outcomes: dict[str, OutcomeRisk | None] = dict.fromkeys(OUTCOMES)
    unknown: dict[str, str] = {}
    for outcome, one in question.items():
        if one.why_not is not None:
            unknown[outcome] = one.why_not
            continue
        deadline = None if one.deadline is None else local(one.deadline).replace(microsecond=0)
        probability = predicted[outcome].probability[row]
        outcomes[outcome] = OutcomeRisk(probability, losses.of(case, order, outcome), deadline)
    given = {outcome: one for outcome, one in outcomes.items() if one is not None}
    deadlines = [one.deadline for one in given.values() if one.deadline is not None]
    return OrderRisk(
        order_id=order.id,
        expected_loss=_expected_loss(given.values()),
        deadline=min(deadlines, default=None),
        outcomes=outcomes,
        unknown=unknown,
        reasons=_reasons(row, given, predicted),
    )


def _expected_loss(outcomes: Collection[OutcomeRisk]) -> float | None:
    """Σ probability × loss; null where a loss is, for a part is not the sum."""
    if any(one.loss is None for one in outcomes):
        return None
    return sum((one.probability * (one.loss or 0.0) for one in outcomes), 0.0)


def _reasons(row: int, given: Mapping[str, OutcomeRisk], predicted: Mapping[str, _Predicted]) -> list[RiskCause]:
    """Of the outcome that costs most, or where points cannot be given of the likeliest."""
    if not given:
        return []
    main = max(given, key=lambda key: (given[key].probability * (given[key].loss or 0.0), given[key].probability))
    return reasons(main, predicted[main].codes, predicted[main].parts[row])


def _worst_first(one: OrderRisk) -> tuple[float, float, str]:
    likely = sum(outcome.probability for outcome in one.outcomes.values() if outcome is not None)
    return -(one.expected_loss or 0.0), -likely, one.order_id
