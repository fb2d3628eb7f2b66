"""Does this order count, where, and until when: its case taken apart."""

import datetime as dt

from sqlalchemy import Engine

from server.http.problems import ProblemError
from server.http.snapshot import snapshot
from server.orders.schemas import CaseRecord, OrderCase
from shared_scoring.calendar import iso
from shared_scoring.case_view import CaseView, Key
from shared_scoring.delta import Window
from shared_scoring.standing import Standing, standing, worded


def read_order(
    app: Engine, subject_id: str, order_id: str, as_of: dt.date | None, rules: str, lang: str | None
) -> tuple[OrderCase, int]:
    """The case, with texts where `lang` is given, and the input version; 404 where no record names the order."""
    with snapshot(app, subject_id) as seen:
        folder, asked = seen.folder, seen.day(as_of)
        pack, day = seen.pack_of_cases(rules, asked), asked.toordinal()
        told = folder.records_of_cases([f"order:{order_id}"])
        if not told:
            raise ProblemError("order-unknown", f"No record of {subject_id!r} names the order {order_id[:200]!r}")
        view = CaseView(told, day, folder.viewpoint)
        window = Window(pack, day, folder.sums(pack, day), folder.facts(day), folder.calendar)
        records = [
            CaseRecord(_standing(standing(pack, day, view, key), lang), window.delta(view, key))
            for key in sorted(view.records, key=_order_first)
        ]
        return OrderCase(order_id, pack.id, iso(day), records), seen.input_version


def _standing(found: Standing, lang: str | None) -> Standing:
    return found if lang is None else worded(found, lang)


def _order_first(key: Key) -> tuple[bool, Key]:
    return key[0] != "order", key
