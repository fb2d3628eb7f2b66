"""Every kind of action, by the name it has in the catalogue."""

from collections.abc import Callable, Iterator

from shared_scoring.actions import (
    after_sales,
    conduct,
    creators,
    fulfilment,
    products,
    reviews,
    service_hours,
    services,
)
from shared_scoring.actions.scene import Candidate, Scene

KINDS: dict[str, Callable[[Scene], Iterator[Candidate]]] = {
    function.__name__: function
    for function in (
        fulfilment.ship_orders,
        fulfilment.chase_parcels,
        fulfilment.switch_courier,
        fulfilment.separate_presale,
        after_sales.answer_after_sales,
        after_sales.appeal_after_sale,
        conduct.appeal_conduct,
        reviews.answer_review,
        service_hours.cover_hours,
        products.fix_product,
        products.inspect_product,
        products.improve_packaging,
        products.improve_description,
        services.reach_bonus,
        services.extend_service,
        creators.drop_partner,
        creators.drop_product,
    )
}


def candidates(scene: Scene) -> list[Candidate]:
    """Everything that can still be done, in the catalogue's order. Deterministic."""
    found = (candidate for kind in KINDS.values() for candidate in kind(scene))
    return [candidate for candidate in found if not candidate.is_over(scene.now)]
