"""Actions on the way to the buyer: ship in time, chase parcels, another courier, separate pre-sale promises."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from statistics import mean

from msgspec.structs import replace

from shared_scoring.actions.scene import Candidate, Outcome, Ref, Scene
from shared_scoring.actions.shares import Share, excess, is_worse, percent
from shared_scoring.cohorts import is_cancelled_before_dispatch
from shared_scoring.measures import PICKUP_QUIET, clock_start
from shared_scoring.records import Order

_CHASED = 0.2  # a parcel less likely to be late is not worth a call
_SHIPPED = 0.05
_FEWEST = 20  # parcels a courier took to a place, before its rate means something
_FEWEST_LATE = 3
_PRESALE_SHARE = 0.02


def ship_orders(scene: Scene) -> Iterator[Candidate]:
    """Unshipped orders likely to miss their pickup, one action for each day on which they are due."""
    for deadline, orders in _by_due_day(scene, "late_pickup", _SHIPPED).items():
        soon = min(outcome.deadline for _, outcome in orders if outcome.deadline is not None)
        done = max(soon - dt.timedelta(hours=1), scene.now)
        yield Candidate(
            "ship_orders",
            str(deadline),
            [Ref("order", order.id) for order, _ in orders],
            [Order(id=order.id, shipped_at=order.shipped_at or done, picked_up_at=done) for order, _ in orders],
            gain_on=scene.calendar.day(done) + 1,
            params={"count": len(orders)},
            deadline=soon,
            things=len(orders),
            at_stake=_at_stake(orders),
            is_risk=True,
        )


def chase_parcels(scene: Scene) -> Iterator[Candidate]:
    """Parcels on their way that will probably be late, one call for each courier."""
    groups: defaultdict[str, list[tuple[Order, Outcome]]] = defaultdict(list)
    for orders in _by_due_day(scene, "late_delivery", _CHASED).values():
        for order, outcome in orders:
            if order.shipped_at is not None or order.picked_up_at is not None:
                groups[order.courier or ""].append((order, outcome))
    for courier, orders in groups.items():
        soon = min(outcome.deadline for _, outcome in orders if outcome.deadline is not None)
        yield Candidate(
            "chase_parcels",
            courier,
            [Ref("order", order.id) for order, _ in orders],
            [_in_time(order) for order, _ in orders],
            gain_on=max(scene.calendar.day(due) for order, _ in orders if (due := _due(order)) is not None) + 1,
            params={"courier": courier, "count": len(orders)},
            deadline=soon,
            things=len(orders),
            at_stake=_at_stake(orders),
            is_risk=True,
        )


def _by_due_day(scene: Scene, name: str, least: float) -> dict[int, list[tuple[Order, Outcome]]]:
    """Open orders an outcome threatens, by the day of its deadline, the likeliest first."""
    days: defaultdict[int, list[tuple[Order, Outcome]]] = defaultdict(list)
    for order_id, outcomes in scene.risks.items():
        outcome, case = outcomes.get(name), scene.cases.get(f"order:{order_id}")
        if outcome is None or outcome.deadline is None or outcome.probability < least:
            continue
        if case is not None and case.order is not None and outcome.deadline > scene.now:
            days[scene.calendar.day(outcome.deadline)].append((case.order, outcome))
    for orders in days.values():
        orders.sort(key=lambda one: (-one[1].probability, one[0].id))
    return dict(sorted(days.items()))


def _at_stake(orders: list[tuple[Order, Outcome]]) -> float | None:
    losses = [outcome.probability * outcome.loss for _, outcome in orders if outcome.loss is not None]
    return sum(losses) if losses else None


def switch_courier(scene: Scene) -> Iterator[Candidate]:
    """A courier that is late in a province more often than the others there, by more than chance."""
    lanes: defaultdict[str, defaultdict[str, list[Order]]] = defaultdict(lambda: defaultdict(list))
    for order, _ in scene.valid:
        province = order.region.province if order.region is not None else None
        if province and order.courier and scene.in_window(_due(order)) and not is_cancelled_before_dispatch(order):
            lanes[province][order.courier].append(order)
    for province, couriers in sorted(lanes.items()):
        whole = _lateness([order for orders in couriers.values() for order in orders])
        for courier, orders in sorted(couriers.items()):
            own = _lateness(orders)
            rest = whole.without(own)
            if own.bad < _FEWEST_LATE or own.whole < _FEWEST or rest.whole < _FEWEST or not is_worse(own, rest):
                continue
            late = sorted((one for one in orders if _is_late(one)), key=lambda one: (str(_due(one)), one.id))
            spared = late[-excess(own, rest) :]
            yield Candidate(
                "switch_courier",
                f"{courier}|{province}",
                [Ref("order", order.id) for order in spared],
                [_in_time(order) for order in spared],
                gain_on=scene.as_of + scene.pack.window_days,
                params={
                    "courier": courier,
                    "province": province,
                    "count": own.whole,
                    "rate": percent(own.rate),
                    "rest": percent(rest.rate),
                },
            )


def _lateness(orders: list[Order]) -> Share:
    return Share(sum(_is_late(order) for order in orders), len(orders))


def _due(order: Order) -> dt.datetime | None:
    """The last moment at which a parcel of the order was promised."""
    promised = [due for waybill in order.waybills or () if (due := waybill.deliver_by or order.deliver_by) is not None]
    return max(promised, default=order.deliver_by)


def _is_late(order: Order) -> bool:
    """Whether a parcel came after its promise, or has not come although the promise is over."""
    return _in_time(order) != Order(id=order.id)


def _in_time(order: Order) -> Order:
    """The change that has every parcel of the order arrive as promised; nothing but the id where all did."""
    if not order.waybills:
        if order.deliver_by is None or (order.delivered_at is not None and order.delivered_at <= order.deliver_by):
            return Order(id=order.id)
        return Order(id=order.id, delivered_at=order.deliver_by)
    mended = []
    for waybill in order.waybills:
        due = waybill.deliver_by or order.deliver_by
        is_late = due is not None and (waybill.delivered_at is None or waybill.delivered_at > due)
        mended.append(replace(waybill, delivered_at=due, trace_abnormal=None) if is_late else waybill)
    return Order(id=order.id) if mended == order.waybills else Order(id=order.id, waybills=mended)


def separate_presale(scene: Scene) -> Iterator[Candidate]:
    """Pre-sale orders that lengthen the mean time to pickup, in which they count."""
    picked = [order for order, _ in scene.valid if scene.in_window(order.picked_up_at) and order.paid_at is not None]
    took = {order.id: _hours_to_pickup(scene, order) for order in picked}
    presale = [order for order in picked if order.presale]
    ordinary = [took[order.id] for order in picked if not order.presale]
    if not ordinary or len(presale) < max(_PRESALE_SHARE * len(picked), 3):
        return
    usual = mean(ordinary)
    slow = [order for order in presale if took[order.id] > usual]
    if not slow:
        return
    yield Candidate(
        "separate_presale",
        "all",
        [Ref("order", order.id) for order in slow],
        [_picked_up_after(scene, order, usual) for order in slow],
        gain_on=scene.as_of + scene.pack.window_days,
        params={
            "count": len(presale),
            "presale": round(mean(took[order.id] for order in presale), 1),
            "ordinary": round(usual, 1),
        },
    )


def _hours_to_pickup(scene: Scene, order: Order) -> float:
    if order.paid_at is None or order.picked_up_at is None:
        return 0.0
    return max((order.picked_up_at - _clock(scene, order.paid_at)).total_seconds() / 3600, 0.0)


def _clock(scene: Scene, paid_at: dt.datetime) -> dt.datetime:
    return clock_start(paid_at, PICKUP_QUIET, scene.calendar)


def _picked_up_after(scene: Scene, order: Order, hours: float) -> Order:
    """The change that has an order picked up as fast as others are."""
    if order.paid_at is None:
        return Order(id=order.id)
    return Order(id=order.id, picked_up_at=_clock(scene, order.paid_at) + dt.timedelta(hours=hours))
