"""An order and all that hangs on it: the unit in which everything is counted, differenced and explained."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared_scoring.records import AfterSale, Chat, Order, PlatformHelp, Record, Review, kind_of

CaseRecord = Order | Review | AfterSale | Chat | PlatformHelp


def case_id(record: Record) -> str | None:
    """The case a record belongs to, None for a kind that belongs to none. What names no order is a case of its own."""
    match record:
        case Order():
            return f"order:{record.id}"
        case Review() | AfterSale() | Chat() | PlatformHelp():
            return f"order:{record.order_id}" if record.order_id else f"{kind_of(record)}:{record.id}"
    return None


@dataclass(slots=True)
class Case:
    """What is known of one case at one moment. `order` is None where only its satellites have been seen."""

    order: Order | None = None
    reviews: list[Review] = field(default_factory=list)
    after_sales: list[AfterSale] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    helps: list[PlatformHelp] = field(default_factory=list)

    def add(self, record: Record) -> None:
        match record:
            case Order():
                self.order = record
            case Review():
                self.reviews.append(record)
            case AfterSale():
                if not record.exempt:  # treated as if it had not happened
                    self.after_sales.append(record)
            case Chat():
                self.chats.append(record)
            case PlatformHelp():
                self.helps.append(record)

    @property
    def is_excluded(self) -> bool:
        return self.order is not None and bool(self.order.excluded)

    @property
    def is_valid(self) -> bool:
        """A valid order is paid and not excluded; one that is named but not in the records counts as valid."""
        order = self.order
        return order is None or (order.paid_at is not None and not order.excluded)

    @property
    def first_after_sale(self) -> AfterSale | None:
        """The first by `applied_at` gives the reason; one of an unknown time is taken as later than the others."""
        return min(
            self.after_sales,
            key=lambda one: (one.applied_at is None, one.applied_at and one.applied_at.timestamp(), one.id),
            default=None,
        )


def gather(records: Iterable[Record]) -> dict[str, Case]:
    """The cases of merged records, keyed by case id."""
    cases: dict[str, Case] = {}
    for record in records:
        key = case_id(record)
        if key is not None:
            cases.setdefault(key, Case()).add(record)
    return cases
