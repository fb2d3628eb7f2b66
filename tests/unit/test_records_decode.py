"""What is wrong with a bad record, in words and with its path; and what of it may be kept."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_scoring.decode import BadRecordError, decode_record, known_fields
from shared_scoring.records import KINDS, Order
from tests.unit.strategies import examples

ORDER = {"kind": "order", "id": "9"}
OFFICIAL = {"kind": "official", "id": "2026-11-06"}
TIME = "2026-11-20T18:03:11+08:00"
SENTINEL = "sentinel-13800000000"

BAD: list[tuple[Any, str, str]] = [
    ([], "", "object"),
    (None, "", "object"),
    ("order", "", "object"),
    (7, "", "object"),
    ({}, "kind", "required"),
    ({"kind": None, "id": "9"}, "kind", "required"),
    ({"kind": 7, "id": "9"}, "kind", "unknown"),
    ({"kind": "Order", "id": "9"}, "kind", "unknown"),
    ({"kind": "order"}, "id", "required"),
    ({"kind": "order", "id": None}, "id", "string"),
    ({"kind": "order", "id": ""}, "id", "1..128"),
    ({"kind": "order", "id": "9" * 129}, "id", "1..128"),
    ({"kind": "order", "id": 2**53 + 1}, "id", "2^53"),
    ({"kind": "order", "id": 1.5}, "id", "string"),
    ({"kind": "order", "id": ["9"]}, "id", "string"),
    (ORDER | {"buyer_name": "x"}, "buyer_name", "no field"),
    (ORDER | {"region": {"province": "浙江", "street": "x"}}, "region.street", "no field"),
    (ORDER | {"region": "浙江"}, "region", "object"),
    (ORDER | {"lines": [{}, {"colour": "red"}]}, "lines[1].colour", "no field"),
    (ORDER | {"lines": [{"id": 5}]}, "lines[0].id", "2^53"),
    (ORDER | {"lines": {}}, "lines", "list"),
    (ORDER | {"lines": [None]}, "lines[0]", "object"),
    (ORDER | {"waybills": [{"deliver_by": "2026-11-20"}]}, "waybills[0].deliver_by", "offset"),
    (ORDER | {"paid_at": "2026-11-20T18:03:11"}, "paid_at", "offset"),
    (ORDER | {"paid_at": "2026-02-30T18:03:11Z"}, "paid_at", "RFC 3339"),
    (ORDER | {"paid_at": "2026-11-20T24:00:00Z"}, "paid_at", "RFC 3339"),
    (ORDER | {"paid_at": "yesterday"}, "paid_at", "RFC 3339"),
    (ORDER | {"paid_at": 1763632991}, "paid_at", "RFC 3339"),
    (ORDER | {"seen_at": "2026-11-20T18:03:11"}, "seen_at", "offset"),
    (ORDER | {"presale": 1}, "presale", "true or false"),
    (ORDER | {"presale": "true"}, "presale", "true or false"),
    (ORDER | {"amount": 12.5}, "amount", "integer"),
    (ORDER | {"amount": "1250"}, "amount", "integer"),
    (ORDER | {"amount": True}, "amount", "integer"),
    (ORDER | {"amount": 10**18}, "amount", ".."),
    (ORDER | {"currency": "yuan"}, "currency", "fits"),
    (ORDER | {"excluded": "gift"}, "excluded", "list"),
    (ORDER | {"excluded": ["gift", "fake"]}, "excluded[1]", "lucky_bag"),
    (ORDER | {"cancelled_by": "seller"}, "cancelled_by", "merchant"),
    (ORDER | {"clear": ["colour"]}, "clear[0]", "colour"),
    (ORDER | {"clear": ["paid_at", "id"]}, "clear[1]", "cleared"),
    (ORDER | {"clear": "paid_at"}, "clear", "list"),
    ({"kind": "review", "id": "9", "stars": 0}, "stars", "1..5"),
    ({"kind": "review", "id": "9", "stars": 6}, "stars", "1..5"),
    ({"kind": "review", "id": "9", "stars": 4.5}, "stars", "integer"),
    ({"kind": "review", "id": "9", "logistics_stars": "5"}, "logistics_stars", "integer"),
    ({"kind": "review", "id": "9", "tags": [1]}, "tags[0]", "string"),
    ({"kind": "after_sale", "id": "9", "reason": {"class": "broken"}}, "reason.class", "damage"),
    ({"kind": "after_sale", "id": "9", "reason": {"class_": "damage"}}, "reason.class_", "no field"),
    ({"kind": "after_sale", "id": "9", "arbitration": {"blame": "seller"}}, "arbitration.blame", "merchant"),
    ({"kind": "after_sale", "id": "9", "ruling": ["late"]}, "ruling[0]", "late_shipment"),
    ({"kind": "chat", "id": "9", "rounds": -1}, "rounds", ".."),
    ({"kind": "chat", "id": "9", "reply_seconds": -0.5}, "reply_seconds", "0"),
    ({"kind": "chat", "id": "9", "text": "hello"}, "text", "no field"),
    ({"kind": "conduct", "id": "9", "scene": "late"}, "scene", "fake_orders"),
    ({"kind": "subject", "id": "s", "time_zone": "Mars/Phobos"}, "time_zone", "IANA"),
    ({"kind": "subject", "id": "s", "time_zone": "../etc/passwd"}, "time_zone", "IANA"),
    ({"kind": "subject", "id": "s", "type": "mall"}, "type", "shop"),
    (OFFICIAL | {"id": "2026-02-30"}, "id", "exists"),
    (OFFICIAL | {"id": "6.11.2026"}, "id", "YYYY-MM-DD"),
    (OFFICIAL | {"dimensions": {"price": {}}}, "dimensions.price", "no field"),
    (OFFICIAL | {"dimensions": {"goods": {"score": "80"}}}, "dimensions.goods.score", "number"),
    (OFFICIAL | {"indicators": {"goods.rating": {"rank": 1}}}, "indicators.goods.rating.rank", "no field"),
    (OFFICIAL | {"indicators": {"goods.a": {}, "goods.b": {"value": "x"}}}, "indicators.goods.b.value", "number"),
    (OFFICIAL | {"indicators": {"goods.a": {"steps": [[1, 50], [2]]}}}, "indicators.goods.a.steps[1]", "list of 2"),
    ({"kind": "partner", "id": "s|d", "date": "2026-11-31"}, "date", "YYYY-MM-DD"),
    ({"kind": "product", "id": "9", "name": "a\0b"}, "name", "NUL"),
    ({"kind": "product", "id": "9", "category": ["a", "b\0"]}, "category[1]", "NUL"),
    ({"kind": "product", "id": "\0"}, "id", "NUL"),
]
NOT_JSON = [b"", b"{", b"{'kind': 'order'}", b'{"kind": "order", "id": "\xff"}', b"[" * 100_000, b"{} {}", b"NaN"]


def refusal(data: bytes) -> BadRecordError:
    with pytest.raises(BadRecordError) as caught:
        decode_record(data)
    return caught.value


@pytest.mark.parametrize(("record", "path", "word"), BAD, ids=lambda one: str(one)[:60].replace("\0", "NUL"))
def test_says_where_and_what(record: Any, path: str, word: str) -> None:
    error = refusal(json.dumps(record).encode())
    assert error.path == path
    assert word in error.reason


@pytest.mark.parametrize("data", NOT_JSON, ids=lambda data: repr(data[:20]))
def test_what_is_no_json_has_no_path(data: bytes) -> None:
    error = refusal(data)
    assert error.path == ""
    assert error.reason


def test_null_is_the_same_as_absent() -> None:
    for kind, struct in KINDS.items():
        least = {"kind": kind, "id": "2026-11-06"}
        nulls = dict.fromkeys((one for one in struct.__struct_encode_fields__ if one != "id"), None)
        assert decode_record(json.dumps(least | nulls).encode()) == decode_record(json.dumps(least).encode())


def test_times_keep_their_moment_and_money_its_digits() -> None:
    record = decode_record(json.dumps(ORDER | {"paid_at": TIME, "amount": 10**15}).encode())
    assert isinstance(record, Order)
    assert record.paid_at == dt.datetime(2026, 11, 20, 10, 3, 11, tzinfo=dt.UTC)
    assert record.amount == 10**15


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4)
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner))


FIELDS = sorted({field for kind in KINDS.values() for field in kind.__struct_encode_fields__} - {"id"})


@examples(400)
@given(value=values, field=st.sampled_from(FIELDS), kind=st.sampled_from(sorted(KINDS)))
def test_any_value_anywhere_is_accepted_or_explained(value: Any, field: str, kind: str) -> None:
    path, reason = field, "accepted"
    try:
        decode_record(json.dumps({"kind": kind, "id": "2026-11-06", field: value}).encode())
    except BadRecordError as error:
        path, reason = error.path, error.reason
    assert path == field or path.startswith((f"{field}.", f"{field}["))
    assert reason


# Records with objects and lists at every depth that the kinds know, to plant something nobody asked for in.
WHOLE: list[dict[str, Any]] = [
    ORDER
    | {
        "region": {"province": "浙江"},
        "waybills": [{"id": "1"}, {"id": "2"}],
        "lines": [{"id": "1"}],
        "services": ["qic"],
        "amount": 5,
    },
    {"kind": "after_sale", "id": "9", "reason": {"class": "quality"}, "arbitration": {"blame": "both"}, "ruling": []},
    OFFICIAL
    | {
        "dimensions": {"goods": {"score": 80}},
        "indicators": {"goods.rating": {"value": 4.8, "steps": [[4.5, 60], [4.8, 80]]}},
    },
    {"kind": "nonsense", "id": "9"},
    {"id": "9"},
]
HIDING = st.recursive(
    st.just(SENTINEL),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.just("phone"), inner, min_size=1),
    max_leaves=3,
)


def objects_in(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(one for part in inner for one in objects_in(part))]


def is_mapping(record: dict[str, Any], place: dict[str, Any]) -> bool:
    """The one object whose keys are data: `indicators`."""
    return place is record.get("indicators")


@examples(300)
@given(data=st.data(), hidden=HIDING, name=st.sampled_from(["buyer", "phone", "extra", "kind2", "Name", "地址"]))
def test_what_nobody_asked_for_never_comes_back(data: st.DataObject, hidden: Any, name: str) -> None:
    record = json.loads(json.dumps(data.draw(st.sampled_from(WHOLE))))
    place = data.draw(st.sampled_from([one for one in objects_in(record) if not is_mapping(record, one)]))
    place[name] = hidden
    kept, unknown = known_fields(json.dumps(record).encode())
    assert SENTINEL not in json.dumps(kept)
    assert SENTINEL not in json.dumps(unknown)
    found = [one for one in unknown if one.path.split(".")[-1] == name]
    kinds = {dict: "object", list: "array", str: "string"}
    assert [one.type for one in found] == [kinds[type(hidden)]]
    del place[name]
    assert {k: v for k, v in kept.items() if k != "kind"} == {k: v for k, v in record.items() if k != "kind"}


NESTED = st.recursive(
    st.dictionaries(st.just("phone"), st.just(SENTINEL), min_size=1)
    | st.lists(st.just({"phone": SENTINEL}), min_size=1),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.just("x"), inner, min_size=1),
    max_leaves=3,
)


@examples(300)
@given(nested=NESTED, kind=st.sampled_from(sorted(KINDS)), data=st.data())
def test_an_object_in_place_of_a_value_is_not_kept(nested: Any, kind: str, data: st.DataObject) -> None:
    fields = set(KINDS[kind].__struct_encode_fields__) - {"indicators"}  # whose keys are data
    field = data.draw(st.sampled_from(sorted(fields)))
    kept, unknown = known_fields(json.dumps({"kind": kind, "id": "9", field: nested}).encode())
    assert SENTINEL not in json.dumps([kept, unknown])
    assert unknown


@pytest.mark.parametrize("data", [*NOT_JSON, b"7", b'"' + SENTINEL.encode() + b'"', b"[]"])
def test_of_what_is_no_object_nothing_is_kept(data: bytes) -> None:
    assert known_fields(data) == ({}, [])


def test_a_wrong_scalar_is_kept_to_be_mended() -> None:
    bad = ORDER | {"amount": "12.50", "paid_at": "20.11.2026", "presale": 1}
    kept, unknown = known_fields(json.dumps(bad).encode())
    assert (kept, unknown) == (bad, [])
    mended = kept | {"amount": 1250, "paid_at": TIME, "presale": True}
    assert isinstance(decode_record(json.dumps(mended).encode()), Order)
