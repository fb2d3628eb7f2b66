"""An order and all that hangs on it: the unit in which everything is counted, differenced and explained."""

from dataclasses import dataclass, field

from shared_scoring.merge import OLDEST
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
    """What is known of one case at one moment. `order` is None where only its satellites have been seen.

    `creator` is whose case it is where the subject is a creator: of the orders only those with a line of theirs count.
    `industry` is the subject's. `until` is the first day that lies ahead, where a case holds what has yet to happen:
    asking again then does not take away that it asked before.
    `first_stars` holds, by review id, the stars as they were first written.
    """

    creator: str | None = None
    industry: str | None = None
    order: Order | None = None
    until: int | None = None
    reviews: list[Review] = field(default_factory=list)
    after_sales: list[AfterSale] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    helps: list[PlatformHelp] = field(default_factory=list)
    first_stars: dict[str, int] = field(default_factory=dict)
    is_excluded: bool = False
    is_valid: bool = True
    first_after_sale: AfterSale | None = None

    @property
    def first_reason(self) -> str | None:
        """The class of the reason that counts, that of the first after-sale. The case must be settled."""
        first = self.first_after_sale
        return None if first is None or first.reason is None else first.reason.class_

    def add(self, record: Record, first_stars: int | None = None) -> None:
        match record:
            case Order():
                self.order = record
            case Review():
                self.reviews.append(record)
                if first_stars is not None:
                    self.first_stars[record.id] = first_stars
            case AfterSale():
                if not record.exempt:  # treated as if it had not happened
                    self.after_sales.append(record)
            case Chat():
                self.chats.append(record)
            case PlatformHelp():
                self.helps.append(record)

    def settle(self) -> "Case":
        """Work out what every cohort asks; call it when all records are in.

        A valid order is paid and not excluded; one that is named but not in the records counts as valid. Nothing that
        hangs on an excluded order counts, nor on another creator's. Of several after-sales the first by `applied_at`
        gives the reason; one of an unknown time is taken as later than the others.
        """
        order = self.order
        self.is_excluded = order is not None and (bool(order.excluded) or not self._is_own(order))
        self.is_valid = order is None or (order.paid_at is not None and not self.is_excluded)
        if self.after_sales:
            self.first_after_sale = min(
                self.after_sales,
                key=lambda one: (one.applied_at is None, one.applied_at or OLDEST, one.id),
            )
        return self

    def _is_own(self, order: Order) -> bool:
        return self.creator is None or any(line.creator_id == self.creator for line in order.lines or ())
