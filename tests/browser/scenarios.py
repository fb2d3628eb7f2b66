"""What the merchant's backend may be like, and what must come of it: one list, played in every browser.

`CI` is played with every change; `wide()` is the whole cross product, for `make matrix`.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from server.demo.host import DemoHost
from server.demo.life import Record
from server.demo.payloads import HOME
from server.demo.shop import Shop
from server.demo.site import PAGES
from tests.days import now

# Kind → the ids that must be stored, or how many where the page's ids become pseudonyms.
Truth = Callable[[DemoHost, int], dict[str, set[str] | int]]


@dataclass(frozen=True)
class Read:
    """A page koubei reads: the answers it reads there, the records that come of them, whether there are badges.

    `looks` is false for a page on which nothing is drawn, `empty` is what the page says when there is nothing yet,
    `left` the kinds that it tells of even then: counts, and a day's number of orders.
    """

    answers: tuple[str, ...]
    truth: Truth
    badges: bool = False
    looks: bool = True
    empty: str = "ok"
    left: tuple[str, ...] = ()


SCORE: Final = "/governance/shop/experiencescore"
COUNTS: Final = ("comment_count_30d", "negative_comment_count_30d")
PENALTIES: Final = ("penalty_all", "penalty_pending", "penalty_can_appeal", "penalty_appealing")
READ: Final = {
    "orders": Read(
        ("/api/order/searchlist",),
        lambda host, size: {"order": {order["id"] for order in host.shop.orders[:size]}},
        badges=True,
    ),
    # Reached from the list, which has read the order.
    "order": Read((), lambda _host, _size: {}, badges=True),
    "after_sales": Read(
        ("/after_sale/pc/list",),
        lambda host, size: {"after_sale": {case["id"] for case in host.shop.after_sales[:size]}},
        badges=True,
    ),
    "reviews": Read(
        ("/product/tcomment/commentList", "/product/tcomment/statistics"),
        lambda host, size: {
            "review": {review["id"] for review in host.shop.reviews[:size]},
            "counter": {f"{name}|{_today(host)}" for name in COUNTS},
        },
        badges=True,
        left=("counter",),
    ),
    "score": Read(
        (f"{SCORE}/getOverviewByVersion", f"{SCORE}/getAnalysisScore"),
        lambda host, _: {"official": {_today(host)}},
        left=("official",),
    ),
    "home": Read((HOME,), lambda host, _: _shown(host), empty="unread"),
    "penalties": Read(
        ("/governance/shop/penalty/v3/overview_data",),
        lambda host, _: {"counter": {f"{name}|{_today(host)}" for name in PENALTIES}},
        looks=False,
    ),
    "service": Read(
        ("/backstage/queryStaffData",),
        lambda host, _: {
            "service_day": sum(d["date"] == host.shop.service_days[0]["date"] for d in host.shop.service_days)
        },
    ),
    "creator": Read((), lambda host, _: {"official": {_creator(host).official[-1]["id"]}}),
    "selection": Read(
        ("/pc/selection/common/material_list",),
        lambda host, _: {
            "product": set(_creator(host).products),
            "partner": {f"{partner['merchant_id']}|{_today(host)}" for partner in _creator(host).partners},
        },
        badges=True,
        empty="unread",
    ),
}


def _today(host: DemoHost) -> str:
    return str(host.shop.official[-1]["id"])


def _yesterday(host: DemoHost) -> list[Record]:
    days = host.shop.service_days
    return [day for day in days if day["date"] == days[0]["date"]]


def _shown(host: DemoHost) -> dict[str, set[str] | int]:
    """The card has no date, and a new score comes out around noon: in between nobody can tell whose day it is."""
    hour = now().hour
    if 9 <= hour < 14:
        return {}
    return {"official": {host.shop.official[-1 if hour >= 14 else -2]["id"]}}


def _creator(host: DemoHost) -> Shop:
    assert host.creator is not None
    return host.creator


@dataclass(frozen=True)
class Scenario:
    """`says` is what the dock's state must become (`ok`, `unread`, `unplaced`, `other_shop`), None for no dock at all.

    `then` are labels that the merchant presses one after the other, `ends` the page on which that leaves them; `scroll`
    goes to the end of a virtual list. `variant` is how all answers of the page are, `login` whose browser it is.
    `keeps` is for an answer that is refused while the page's own labels still tell the day's figures, `nobodys` for a
    page in whose tab nothing has said which shop it is.
    """

    page: str
    says: str | None = "ok"
    variant: str = "ok"
    login: str = "owner"
    layout: str = "table"
    transport: str = "fetch"
    strict: bool = False
    storm: bool = False
    dark: bool = False
    scroll: bool = False
    then: tuple[str, ...] = ()
    ends: str = ""
    keeps: bool = False
    nobodys: bool = False

    @property
    def name(self) -> str:
        said = (
            self.page,
            self.variant if self.variant != "ok" else "",
            self.login if self.login != "owner" else "",
            self.layout if self.layout != "table" else "",
            self.transport if self.transport != "fetch" else "",
            *(word for word in ("strict", "storm", "dark") if getattr(self, word)),
            *self.then,
        )
        return "-".join(filter(None, said))

    @property
    def last(self) -> str:
        return self.ends or self.page

    @property
    def stores(self) -> bool:
        """Whether anything may reach the server: only what was read without a doubt."""
        good = self.says in {"ok", "unplaced", None} and self.variant not in {*BAD, "empty"} and not self.nobodys
        return self.keeps or (good and self.login in {"owner", "sub_account"})

    @property
    def marks(self) -> bool:
        """Whether each row gets a badge."""
        return self.says == "ok" and self.stores and READ[self.last].badges

    @property
    def size(self) -> int:
        return 60 if self.layout == "virtual" else 20

    @property
    def url(self) -> str:
        words = {"layout": self.layout, "transport": self.transport, "size": str(self.size)}
        words |= {"storm": "1"} if self.storm else {}
        words |= {"theme": "dark"} if self.dark else {}
        return f"{PAGES[self.page]}?{'&'.join(f'{key}={value}' for key, value in words.items())}"


TRANSPORTS: Final = ("fetch", "text", "clone", "stream", "xhr", "xhr-json")
LAYOUTS: Final = ("table", "cards", "virtual", "modal")
OPEN_LIST: Final = ("打开列表",)
# What an answer that is wrong in this way makes of a page.
BAD: Final = ("renamed", "moved", "code", "truncated", "error", "logged_out", "redirect")
GOOD: Final = ("large", "slow", "empty", "chatty")


def _then(layout: str) -> tuple[str, ...]:
    return OPEN_LIST if layout == "modal" else ()


CI: Final = (
    Scenario("orders", strict=True),
    Scenario("orders", layout="cards", transport="xhr"),
    Scenario("orders", layout="virtual", transport="stream", scroll=True),
    Scenario("orders", layout="modal", transport="clone", then=OPEN_LIST, dark=True),
    Scenario("orders", storm=True, transport="text"),
    Scenario("orders", then=("下一页",)),
    Scenario("orders", then=("商家体验分", "订单管理")),
    Scenario("orders", then=("详情",), ends="order"),
    # All digits reach the server; the page itself has rounded the numbers that its rows show.
    Scenario("orders", "unplaced", "numeric_ids"),
    Scenario("orders", variant="large"),
    Scenario("orders", variant="empty"),
    Scenario("orders", variant="enum_new"),
    *(Scenario("orders", "unread", variant) for variant in ("renamed", "moved", "truncated", "redirect")),
    Scenario("orders", "other_shop", login="other_shop"),
    Scenario("orders", "unread", login="logged_out"),
    Scenario("orders", login="sub_account"),
    Scenario("score", strict=True, transport="xhr-json"),
    Scenario("score", variant="slow"),
    *(Scenario("score", "unread", variant) for variant in ("code", "error")),
    Scenario("score", "unread", "enum_new"),
    Scenario("score", "other_shop", login="other_shop"),
    Scenario("score", "unread", login="sub_account"),
    Scenario("home", strict=True),
    Scenario("home", "unread", "renamed"),
    Scenario("after_sales", layout="cards", strict=True),
    Scenario("after_sales", "unread", "enum_new"),
    Scenario("after_sales", variant="chatty", transport="xhr"),
    Scenario("reviews", storm=True),
    Scenario("reviews", variant="chatty", layout="virtual"),
    Scenario("reviews", "unread", "renamed"),
    Scenario("service", strict=True),
    Scenario("service", "unread", "renamed"),
    Scenario("service", "other_shop", login="other_shop"),
    # Its answer does not say whose it is: the home page did.
    Scenario("home", None, transport="xhr", then=("违规管理",), ends="penalties"),
    Scenario("penalties", None, "renamed"),
    Scenario("creator", strict=True),
    Scenario("creator", layout="cards"),
    Scenario("creator", "other_shop", login="other_shop"),
    Scenario("selection", strict=True),
    Scenario("selection", layout="cards", then=("联系商家",)),
    Scenario("selection", "unread", "renamed"),
)


def wide() -> Iterator[Scenario]:
    """Every page in every layout, over every transport, under both policies; and every way to answer badly."""
    pages = {name: read for name, read in READ.items() if name != "order"}
    lists = [name for name, read in pages.items() if read.badges]
    # The violations' answer does not say whose it is: the home page did.
    for transport, strict in itertools.product(TRANSPORTS, (False, True)):
        yield Scenario("home", None, transport=transport, strict=strict, then=("违规管理",), ends="penalties")
        yield Scenario("penalties", None, transport=transport, strict=strict, nobodys=True)
    for page, transport, strict in itertools.product(pages, TRANSPORTS, (False, True)):
        if not pages[page].looks:
            continue
        for layout in LAYOUTS if page in lists else ("table",):
            yield Scenario(page, layout=layout, transport=transport, strict=strict, then=_then(layout))
    for (page, read), transport in itertools.product(pages.items(), TRANSPORTS):
        if not read.answers or not read.looks:
            continue
        for variant in BAD:
            yield Scenario(page, "unread", variant, transport=transport)
        for variant in GOOD:
            yield Scenario(page, read.empty if variant == "empty" else "ok", variant, transport=transport)
    # A number that was rounded before anybody could see it is refused.
    yield from (Scenario("orders", "unplaced", "numeric_ids", transport=way) for way in TRANSPORTS if way != "xhr-json")
    yield Scenario("orders", "unread", "numeric_ids", transport="xhr-json")
    for page, layout in itertools.product(lists, LAYOUTS):
        yield Scenario(page, layout=layout, storm=True, then=_then(layout))
        yield Scenario(page, layout=layout, dark=True, then=_then(layout))
    yield from (Scenario(page, "other_shop", login="other_shop") for page, read in pages.items() if read.looks)
