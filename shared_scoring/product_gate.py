"""Which products are kept out of the alliance, by the rates their pages show.

A product's limit is the one its page shows, else that of its category. Sources: scoring.md, "Gates"; limits/.
"""

from msgspec import Struct

from shared_scoring.calendar import iso
from shared_scoring.facts import Facts
from shared_scoring.pack import ProductRule
from shared_scoring.product_limits import all_limits
from shared_scoring.records import Product, ProductDay


class ProductState(Struct, frozen=True):
    """`date` is the day whose page it is. `missing` as fractions, 0 where met, null where not known."""

    product_id: str
    name: str | None
    open: bool | None
    missing: dict[str, float | None]
    limit: float | None
    date: str


def product_states(rule: ProductRule, known: Facts, as_of: int, days: int) -> list[ProductState]:
    """Each product whose page was seen in the last `days` days, the largest miss first."""
    states = [
        _state(rule, one, day, known.products.get(product))
        for product, (day, one) in known.product_days.items()
        if as_of - days <= day < as_of
    ]
    return sorted(states, key=lambda one: (-sum(gap or 0.0 for gap in one.missing.values()), one.product_id))


def _state(rule: ProductRule, page: ProductDay, day: int, product: Product | None) -> ProductState:
    limit = page.limit
    if limit is None and rule.limits is not None and product is not None and product.category:
        limit = all_limits()[rule.limits].of(product.category)
    missing = {
        "quality_return": None if limit is None or page.quality_return is None else max(page.quality_return - limit, 0),
        "praise": None if page.praise is None else max(rule.praise_at_least - page.praise, 0),
    }
    gaps = list(missing.values())
    is_open = False if any(gaps) else (None if None in gaps else True)
    name = None if product is None else product.name
    return ProductState(page.product_id or "", name, is_open, missing, limit, iso(day))
