"""Why a record does not count in an indicator, as a code. Asked only once it is known that it does not."""

from collections.abc import Callable, Mapping

from shared_scoring.calendar import Calendar
from shared_scoring.case import Case
from shared_scoring.cohorts import is_cancelled_before_dispatch, is_in_service_hours
from shared_scoring.definition import Definition
from shared_scoring.records import AfterSale, Chat, Order, PlatformHelp, Record, Review

_ORDERS = (
    "orders_paid",
    "orders_shipped",
    "orders_due_for_pickup",
    "orders_picked_up",
    "orders_delivered",
    "parcels_due",
    "parcels_shipped",
)
_LOW = frozenset({"low_rated", "first_rated_low", "defect"})
_CONCERNS: Mapping[type[Record], frozenset[str]] = {
    Review: frozenset({"stars", "praise"}) | _LOW,
    AfterSale: frozenset(
        {"first_reason", "blamed", "defect", "helped", "audit_seconds", "handled_in_time", "completion_seconds"}
    ),
    Chat: frozenset({"reply_seconds", "dissatisfied", "helped"}),
    PlatformHelp: frozenset({"complaint", "helped"}),
}


def concerns(definition: Definition, record: Record) -> bool:
    """Whether records of this kind can count in an indicator at all."""
    if isinstance(record, Order):
        return definition.cohort in _ORDERS
    return definition.measure in _CONCERNS.get(type(record), ())


def why_nothing(case: Case, record: Record) -> str | None:
    """What keeps a record out of every indicator alike; None where nothing does."""
    order = case.order
    if order is not None and order.excluded:
        return f"excluded_{order.excluded[0]}"
    if case.is_excluded:
        return "another_creator"
    if isinstance(record, AfterSale) and record.exempt:
        return "exempt"
    if isinstance(record, Review) and record.counts is False:
        return "not_counted_by_platform"
    if order is not None and order.paid_at is None and not isinstance(record, Chat):
        return "unpaid"
    return None


def why_not(case: Case, record: Record, definition: Definition, calendar: Calendar) -> str:
    """Why a record that such an indicator concerns adds nothing to it."""
    if (general := why_nothing(case, record)) is not None:
        return general
    match record:
        case Chat():
            own = _chat(case, record, definition, calendar)
        case PlatformHelp():
            own = _help(record, definition)
        case AfterSale():
            own = _after_sale(record, definition)
        case Review():
            own = _review(case, record, definition)
        case _:
            own = None
    return own or _of_cohort(case, record, definition) or "adds_nothing"


def _chat(case: Case, chat: Chat, definition: Definition, calendar: Calendar) -> str | None:
    if chat.started_at is None:
        return "time_unknown"
    if definition.measure == "helped":
        if chat.order_id is None and case.order is None:
            return "names_no_order"
        return "unpaid" if not case.is_valid else None
    if not is_in_service_hours(calendar.local(chat.started_at)):
        return "chat_at_night"
    if definition.measure == "dissatisfied":
        return "not_rated"
    return "reply_time_unknown" if chat.rounds else "no_rounds"


def _help(one: PlatformHelp, definition: Definition) -> str | None:
    if definition.measure == "complaint":
        return None if one.via == "complaint" else "no_complaint"
    if one.order_id is None:
        return "names_no_order"
    if one.via != "arbitration" and not one.same_issue_as_chat:
        return "another_issue"
    return "time_unknown" if one.opened_at is None else None


def _after_sale(one: AfterSale, definition: Definition) -> str | None:
    match definition.measure:
        case "helped":
            return "names_no_order" if one.order_id is None else "time_unknown"
        case "first_reason":
            return _first_reason(one, definition)
        case "audit_seconds" | "handled_in_time" | "completion_seconds":
            return _refunded(one, definition)
    against = definition.blames or ("merchant", "both", "platform", "creator", None)
    arbitration = one.arbitration
    return None if arbitration is not None and arbitration.blame in against else "not_blamed"


def _refunded(one: AfterSale, definition: Definition) -> str:
    if one.type not in definition.types:
        return "type_not_counted"
    if one.handled_by == "platform" and definition.measure != "audit_seconds":
        return "handled_by_platform"
    return "not_refunded_yet" if one.refunded_at is None else "time_unknown"


def _first_reason(one: AfterSale, definition: Definition) -> str | None:
    if one.reason is None or one.reason.class_ is None:
        return "reason_unknown"
    if one.reason.class_ not in definition.reasons:
        return "reason_not_counted"
    return "no_ruling" if definition.ruling and not one.ruling else None


def _review(case: Case, review: Review, definition: Definition) -> str | None:
    if getattr(review, definition.rating or "stars") is None:
        return "not_rated"
    stars = case.first_stars.get(review.id) if definition.measure == "first_rated_low" else review.stars
    if definition.measure in _LOW and (stars is None or stars > (definition.stars_at_most or 0)):
        return "not_low"
    return "time_unknown" if definition.cohort == "reviews_written" and review.created_at is None else None


def _of_cohort(case: Case, record: Record, definition: Definition) -> str | None:
    """Why the order itself is not in the cohort."""
    order = case.order
    if definition.cohort not in _ORDERS:
        return None
    if order is None:
        return "order_not_seen"
    return _ORDER_CAUSES[definition.cohort](order) or ("not_rated" if isinstance(record, Order) else None)


def _until(moment: str, code: str) -> Callable[[Order], str | None]:
    def cause(order: Order) -> str | None:
        if getattr(order, moment) is not None:
            return None
        return "cancelled_before_dispatch" if is_cancelled_before_dispatch(order) else code

    return cause


def _due_for_pickup(order: Order) -> str | None:
    if order.presale and order.ship_by is None:
        return "no_deadline"
    return "cancelled_before_due" if order.cancelled_at is not None else None


def _due_for_arrival(order: Order) -> str | None:
    if not order.waybills and is_cancelled_before_dispatch(order):
        return "cancelled_before_dispatch"
    return "no_deadline"


_ORDER_CAUSES: Mapping[str, Callable[[Order], str | None]] = {
    "orders_paid": _until("paid_at", "unpaid"),
    "orders_shipped": _until("shipped_at", "not_shipped_yet"),
    "orders_picked_up": _until("picked_up_at", "not_picked_up_yet"),
    "orders_delivered": _until("delivered_at", "not_delivered_yet"),
    "orders_due_for_pickup": _due_for_pickup,
    "parcels_due": _due_for_arrival,
    "parcels_shipped": _until("shipped_at", "not_shipped_yet"),
}
