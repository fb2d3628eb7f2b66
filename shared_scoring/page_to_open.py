"""Which page of the backend would show what the records lack."""

from collections.abc import Collection, Mapping

PAGE_OF_INDICATOR: Mapping[str, str] = {
    "goods.rating": "reviews",
    "goods.quality_return": "after_sales",
    "logistics.damage_return": "after_sales",
    "logistics.quality_return": "after_sales",
    "logistics.pickup_seconds": "orders",
    "logistics.pickup_rate": "orders",
    "logistics.pickup_score": "orders",
    "logistics.delivery_rate": "orders",
    "service.audit_seconds": "after_sales",
    "service.after_sale_rate": "after_sales",
    "service.help_rate": "after_sales",
}
"""The page that fills an indicator's records (pages.md, "What a page can and cannot fill")."""


def page_to_open(coverage: Mapping[str, float], seen: Collection[str] = ()) -> str | None:
    """The page that would close the widest gap of coverage below 0.9, None where there is none."""
    gaps = [
        (value, PAGE_OF_INDICATOR[key])
        for key, value in coverage.items()
        if value < 0.9 and key in PAGE_OF_INDICATOR and PAGE_OF_INDICATOR[key] not in seen
    ]
    return min(gaps)[1] if gaps else None
