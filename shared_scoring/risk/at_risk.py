"""Every open order with what may become of it, in the shape of cli-output.md, "at-risk"."""

import datetime as dt
from collections.abc import Mapping

from msgspec import Struct, structs

from shared_scoring.calendar import iso
from shared_scoring.case import Case
from shared_scoring.facts import Facts
from shared_scoring.history import History
from shared_scoring.pack import Pack
from shared_scoring.records import Order, Product
from shared_scoring.risk.clocks import Clocks, OrderClock, worded_clock
from shared_scoring.risk.expected import Chance, expected_loss
from shared_scoring.risk.loss import Losses
from shared_scoring.risk.outcomes import OUTCOMES, Asked, asked, is_open
from shared_scoring.risk.predict import Method, Predicted, predict
from shared_scoring.risk.reasons import RiskCause, reasons, worded
from shared_scoring.risk.table import order_table
from shared_scoring.sums import Sums
from shared_scoring.viewpoint import Viewpoint


class OutcomeRisk(Struct, frozen=True):
    """`loss` in points of the total, null while the dimension has no believed response."""

    probability: float
    loss: float | None
    deadline: dt.datetime | None


class OrderRisk(Struct, frozen=True, kw_only=True):
    """`unknown` has for each outcome that is null the code of why. `expected_loss` is null where a loss is.

    `expected_loss_low` and `_high` are its 80 % band. `clocks` are its waits, the nearest deadline first.
    """

    order_id: str
    expected_loss: float | None
    expected_loss_low: float | None = None
    expected_loss_high: float | None = None
    deadline: dt.datetime | None
    outcomes: dict[str, OutcomeRisk | None]
    unknown: dict[str, str]
    reasons: list[RiskCause]
    clocks: list[OrderClock] = []


class AtRisk(Struct, frozen=True, kw_only=True):
    rules: str
    subject: str | None
    as_of: str
    orders: list[OrderRisk]
    methods: dict[str, Method]


_UNKNOWN = (None, None, None)


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
    predicted = predict(table, questions)
    losses = Losses(pack, as_of, sums, known, viewpoint)
    clocks = Clocks(pack, as_of, sums, known, viewpoint, table.observed)
    orders = [
        _order(row, table.cases[row], order, question, predicted, losses, clocks)
        for row, question in questions.items()
        if (order := table.cases[row].order) is not None
    ]
    orders.sort(key=_worst_first)
    return AtRisk(
        rules=pack.id,
        subject=subject_id if known.subject is None else known.subject.id,
        as_of=iso(as_of),
        orders=[worded_risk(one, pack, lang) for one in orders],
        methods={outcome: predicted[outcome].method for outcome in OUTCOMES},
    )


def pickup_in_48_hours(pack: Pack) -> frozenset[str]:
    """The industries whose orders this pack lets be picked up within 48 hours."""
    return frozenset(name for one in pack.plan.definitions.values() for name in one.industries_48h)


def worded_risk(one: OrderRisk, pack: Pack, lang: str) -> OrderRisk:
    """The order with its texts in a language, `zh` or `en`."""
    clocks = [worded_clock(running, pack, lang) for running in one.clocks]
    return structs.replace(one, reasons=worded(one.reasons, lang), clocks=clocks)


def _order(
    row: int,
    case: Case,
    order: Order,
    question: Mapping[str, Asked],
    predicted: Mapping[str, Predicted],
    losses: Losses,
    clocks: Clocks,
) -> OrderRisk:
    outcomes: dict[str, OutcomeRisk | None] = dict.fromkeys(OUTCOMES)
    chances: list[Chance] = []
    for outcome, one in question.items():
        if one.why_not is None:
            deadline = None if one.deadline is None else clocks.local(one.deadline)
            probability, loss = predicted[outcome].probability[row], losses.of(case, order, outcome)
            outcomes[outcome] = OutcomeRisk(probability, None if loss is None else loss.mid, deadline)
            chances.append(Chance(probability, predicted[outcome].method.spread, loss))
    given = {outcome: one for outcome, one in outcomes.items() if one is not None}
    deadlines = [one.deadline for one in given.values() if one.deadline is not None]
    expected = expected_loss(chances) or _UNKNOWN
    due = {"pickup": question["late_pickup"].deadline, "delivery": question["late_delivery"].deadline}
    return OrderRisk(
        order_id=order.id,
        expected_loss=expected[0],
        expected_loss_low=expected[1],
        expected_loss_high=expected[2],
        deadline=min(deadlines, default=None),
        outcomes=outcomes,
        unknown={outcome: one.why_not for outcome, one in question.items() if one.why_not is not None},
        reasons=_reasons(row, given, predicted),
        clocks=clocks.of(case, order, due),
    )


def _reasons(row: int, given: Mapping[str, OutcomeRisk], predicted: Mapping[str, Predicted]) -> list[RiskCause]:
    """Of the outcome that costs most, or where points cannot be given of the likeliest."""
    if not given:
        return []
    main = max(given, key=lambda key: (given[key].probability * (given[key].loss or 0.0), given[key].probability))
    return reasons(main, predicted[main].codes, predicted[main].parts[row])


def _worst_first(one: OrderRisk) -> tuple[float, float, str]:
    likely = sum(outcome.probability for outcome in one.outcomes.values() if outcome is not None)
    return -(one.expected_loss or 0.0), -likely, one.order_id
