"""What is known of the products and shops of a selection page: the newest figures that any page showed of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from server.db import stored
from server.db.bulk import driver
from server.db.reading import Folder
from server.overlay.schemas import Card, ProductFigure, ShopFigure
from shared_scoring.records import Partner, Product, ProductDay, Record


def read_cards(connection: Connection, folder: Folder, ids: Sequence[str]) -> dict[str, Card]:
    """By id of a product or of a shop; an id of which nothing is known is absent."""
    products: dict[str, Product] = {}
    for told in folder.records([("product", id_) for id_ in ids]):
        if isinstance(told.merged, Product):
            products[told.merged.id] = told.merged
    days = _newest(connection, "product_day", ids)
    of_product = {id_: one.merchant_id for id_, one in products.items() if one.merchant_id is not None}
    shops = _newest(connection, "partner", {*ids, *of_product.values()})
    found: dict[str, Card] = {}
    for id_ in ids:
        shop = shops.get(of_product.get(id_, id_))
        if id_ in products or id_ in days or shop is not None:
            found[id_] = _card(products.get(id_), days.get(id_), shop)
    return found


def _newest(connection: Connection, kind: str, ids: Collection[str]) -> dict[str, Record]:
    """The record of the newest day of each id; such a record is called "id|date"."""
    rows = driver(connection).execute(
        """
        SELECT DISTINCT ON (split_part(id, '|', 1)) split_part(id, '|', 1), copies::text FROM records
        WHERE subject_id = current_setting('koubei.subject') AND kind = %s AND split_part(id, '|', 1) = ANY(%s)
        ORDER BY split_part(id, '|', 1), split_part(id, '|', 2) DESC
        """,
        (kind, list(ids)),
    )
    told = ((id_, stored.told(copies).merged) for id_, copies in rows)
    return {id_: merged for id_, merged in told if merged is not None}


def _card(product: Product | None, day: Record | None, shop: Record | None) -> Card:
    name = None if product is None else product.name
    figures = partner = None
    if isinstance(day, ProductDay):
        date = None if day.date is None else day.date.isoformat()
        figures = ProductFigure(date, day.quality_return, day.praise, day.limit)
    if isinstance(shop, Partner):
        name = name or (shop.name if product is None and day is None else None)
        date = None if shop.date is None else shop.date.isoformat()
        own = shop.merchant_id or shop.id.split("|")[0]
        partner = ShopFigure(own, shop.name, date, shop.total, shop.goods, shop.logistics, shop.service)
    return Card(name, figures, partner)
