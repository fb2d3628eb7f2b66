"""The answers behind the order list, an order's own page and the after-sale list (shapes of spec/pages.md)."""

from typing import Any, Final

from server.demo import sentinels
from server.demo.envelope import PAGE_SIZE, Query, envelope, epoch, number, paged
from server.demo.life import Record
from server.demo.shop import Shop

STATUS: Final = {1: "待支付", 2: "待发货", 3: "已发货", 4: "已关闭", 5: "已完成"}
TABS: Final = {"unpaid": {1}, "unship": {2}, "shipped": {3}, "closed": {4}, "finished": {5}}
DETAIL_TIMES: Final = {"exp_ship_time": "ship_by", "ship_time": "shipped_at", "finish_time": "finished_at"}
AFTER_SALE_TYPES: Final = {
    "return_refund": (0, "退货退款"),
    "refund_shipped": (1, "已发货仅退款"),
    "refund_unshipped": (2, "未发货仅退款"),
    "exchange": (3, "换货"),
    "price_protect": (6, "价保"),
    "resend": (7, "补寄"),
    "repair": (8, "维修"),
}


def order_status(order: Record) -> int:
    """1 unpaid, 2 to be sent, 3 on its way or delivered, 4 closed, 5 done."""
    if "cancelled_at" in order:
        return 4
    if "finished_at" in order:
        return 5
    if "shipped_at" in order:
        return 3
    return 2 if "paid_at" in order else 1


def orders(shop: Shop, query: Query) -> dict[str, Any]:
    """`/api/order/searchlist`, pages from 0; `tab` of `TABS`, anything else is all."""
    wanted = TABS.get(query.get("tab", "all"), set(STATUS))
    rows = [order for order in shop.orders if order_status(order) in wanted]
    page, size = number(query, "page", 0), number(query, "pageSize", PAGE_SIZE)
    return envelope([_order(shop, order) for order in paged(rows, page, size)], total=len(rows), page=page, size=size)


def _order(shop: Shop, order: Record) -> dict[str, Any]:
    status = order_status(order)
    case = shop.cases.get(order["id"])
    return {
        "shop_id": shop.subject["id"],
        "shop_name": shop.subject["name"],
        "shop_order_id": order["id"],
        "order_status": status,
        "order_status_info": {"order_status_text": STATUS[status]},
        "create_time": epoch(order["created_at"]),
        "pay_time": epoch(order.get("paid_at")),
        "update_time": epoch(order["updated_at"]),
        "pay_amount": order["amount"],
        "total_pay_amount": order["amount"],
        "post_amount": order["freight"],
        "product_count": sum(line["quantity"] for line in order["lines"]),
        "product_item": [_item(shop, line, case) for line in order["lines"]],
        "receiver_info": sentinels.receiver(order["region"]),
        "user_info": sentinels.buyer(),
        "buyer_words": sentinels.WORDS,
    }


def order_detail(shop: Shop, query: Query) -> dict[str, Any]:
    """One order and its parcels; no such answer is public, so the address and `logistics_info` are the demo's."""
    order = next((order for order in shop.orders if order["id"] == query.get("order_id")), None)
    if order is None:
        return envelope(None) | {"code": 40004, "msg": "订单不存在"}
    parcels = [
        {
            "tracking_no": parcel["id"],
            "company": order["courier"],
            "ship_time": epoch(order["shipped_at"]),
            "collect_time": epoch(parcel.get("picked_up_at")),
            "sign_time": epoch(parcel.get("delivered_at")),
        }
        for parcel in order.get("waybills", [])
    ]
    times = {name: epoch(order.get(field)) for name, field in DETAIL_TIMES.items()}
    return envelope(_order(shop, order) | times | {"logistics_info": parcels})


def _item(shop: Shop, line: Record, case: Record | None) -> dict[str, Any]:
    text = _after_sale_text(case) if case and case["line_id"] == line["id"] else ""
    return {
        "product_id": line["product_id"],
        "product_name": shop.products[line["product_id"]]["name"],
        "item_order_id": line["id"],
        "combo_num": line["quantity"],
        "combo_amount": line["amount"] // line["quantity"],
        "pay_amount": line["amount"],
        "merchant_sku_code": f"SKU-{line['sku_id'][-4:]}",
        "sku_spec": [{"name": "款式", "value": f"款式{int(line['sku_id'][-1]) + 1}"}],
        "after_sale_info": {"after_sale_text": text},
    }


def after_sale_status(case: Record) -> int:
    """SDK: 6 waiting for the merchant, 12 success, 28 closed; 7 for the steps between."""
    if "refunded_at" in case:
        return 12
    if "closed_at" in case:
        return 28
    return 7 if "agreed_at" in case else 6


def _after_sale_text(case: Record) -> str:
    return {6: "待商家处理", 7: "处理中", 12: "售后成功", 28: "售后关闭"}[after_sale_status(case)]


def after_sales(shop: Shop, query: Query) -> dict[str, Any]:
    """`POST /after_sale/pc/list`, pages from 1."""
    page, size = max(1, number(query, "page", 1)), number(query, "pageSize", PAGE_SIZE)
    by_id = {order["id"]: order for order in shop.orders}
    items = [_after_sale(shop, case, by_id[case["order_id"]]) for case in paged(shop.after_sales, page - 1, size)]
    return envelope({"shop_id": shop.subject["id"], "items": items, "total": len(shop.after_sales)})


def _after_sale(shop: Shop, case: Record, order: Record) -> dict[str, Any]:
    number, text = AFTER_SALE_TYPES[case["type"]]
    status = after_sale_status(case)
    lines = [line for line in order["lines"] if line["id"] == case["line_id"]]
    return {
        "after_sale_info": {
            "after_sale_id": case["id"],
            "related_id": case["line_id"],
            "after_sale_type": number,
            "after_sale_status": status,
            "apply_time": epoch(case["applied_at"]),
            "create_time": epoch(case["applied_at"]),
            "update_time": epoch(case["updated_at"]),
            "status_deadline": epoch(case["audit_by"]) if status == 6 else 0,
            "refund_amount": case["amount"],
        },
        "order_info": {
            "shop_order_id": case["order_id"],
            "related_order_info": [
                {
                    "sku_order_id": line["id"],
                    "product_id": line["product_id"],
                    "product_name": shop.products[line["product_id"]]["name"],
                }
                for line in lines
            ],
            "receiver_info": sentinels.receiver(order["region"]),
        },
        "text_part": {
            "after_sale_status_text": _after_sale_text(case),
            "after_sale_type_text": text,
            "reason_text": case["reason"]["label"],
        },
        "user_info": sentinels.buyer(),
        "apply_remark": sentinels.WORDS,
    }
