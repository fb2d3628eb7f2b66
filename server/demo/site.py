"""Where the demo's pages are: the addresses of the real ones where they are public (spec/pages.md)."""

from typing import Final

from server.demo.hosts import CREATOR, DESK, SERVICE, SHOP

_DESK_PAGE: Final = "/pc_seller_v2/main/data/customerService/index"
# `service` asks another host for its answers, `service_alone` its own. `penalties` is an address of the demo's own; an
# order's detail wants `?id=`.
PAGES: Final = {
    "home": f"https://{SHOP}/ffa/mshop/homepage/index",
    "orders": f"https://{SHOP}/ffa/morder/order/list",
    "order": f"https://{SHOP}/ffa/morder/order/detail",
    "score": f"https://{SHOP}/ffa/eco/experience-score",
    "after_sales": f"https://{SHOP}/ffa/merchant-aftersale-workbench/aftersale/list",
    "reviews": f"https://{SHOP}/ffa/maftersale/comment",
    "penalties": f"https://{SHOP}/ffa/governance/penalty",
    "service": f"https://{DESK}{_DESK_PAGE}",
    "service_alone": f"https://{SERVICE}{_DESK_PAGE}",
    "creator": f"https://{CREATOR}/dashboard/servicehall/daren-profile",
    "selection": f"https://{CREATOR}/dashboard/merch-picking-library",
}
