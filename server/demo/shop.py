"""The generated records put together as the backend of the merchant, or of the creator, would hold them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from server.demo.life import Record


@dataclass(frozen=True)
class Shop:
    """Wire records by kind. Lists run from the newest to the oldest, `official` from the oldest day to the newest.

    A creator's has `partners` and no `conduct`, a shop's the other way round.

    `cases` gives the first after-sale of an order by the order's id.
    """

    subject: Record
    products: dict[str, Record]
    orders: list[Record]
    reviews: list[Record]
    after_sales: list[Record]
    official: list[Record]
    conduct: list[Record]
    service_days: list[Record]
    partners: list[Record]
    cases: dict[str, Record]


def shop_of(records: Iterable[Record]) -> Shop:
    """Merges copies (later ones win, field by field) of records that come in the order in which they were seen."""
    merged: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in records:
        kind = merged[record["kind"]]
        kind[record["id"]] = kind.get(record["id"], {}) | record

    def newest_first(kind: str, field: str) -> list[Record]:
        return sorted(merged[kind].values(), key=lambda record: (record[field], record["id"]), reverse=True)

    after_sales = newest_first("after_sale", "applied_at")
    return Shop(
        subject=next(iter(merged["subject"].values())),
        products=merged["product"],
        orders=newest_first("order", "created_at"),
        reviews=newest_first("review", "created_at"),
        after_sales=after_sales,
        official=newest_first("official", "id")[::-1],
        conduct=newest_first("conduct", "at"),
        service_days=newest_first("service_day", "date"),
        partners=newest_first("partner", "date"),
        cases={case["order_id"]: case for case in after_sales},
    )
