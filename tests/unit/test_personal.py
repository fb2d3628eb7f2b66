"""The net for personal data: what it catches, what it leaves alone, and that no score and no id changes by it."""

import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.generator import generate
from shared_scoring.block import Block
from shared_scoring.decode import decode_block, decode_masked, decode_record, known_fields
from shared_scoring.personal import MASKS, mask, mask_record
from shared_scoring.records import KINDS

CAUGHT = [
    ("请打 13812345678 找我", "请打 [电话] 找我"),
    ("+86 138-1234-5678", "[电话]"),
    ("电话138 1234 5678谢谢", "电话[电话]谢谢"),
    ("座机 0571-88886666", "座机 [电话]"),
    ("身份证11010519491231002X。", "身份证[证件号]。"),
    ("号码 330106 19900307 1234", "号码 [证件号]"),
    ("写信到 wang.li+shop@mail.example.com.cn", "写信到 [邮箱]"),
    ("加微信：wangli_2020 有礼", "加微信：[账号] 有礼"),
    ("vx wangli2020", "vx [账号]"),
    ("加V：abc12345", "加V：[账号]"),
    ("QQ号 123456789", "QQ号 [账号]"),
    ("我是wxid_abc123def", "我是[账号]"),
    ("寄到浙江省杭州市西湖区文三路 123 号 5 幢 2 单元 301 室", "寄到[地址]"),
    ("我家在幸福小区3号楼201室", "[地址]"),
]
LEFT_ALONE = [
    "质量很好，穿了 3 天就坏了",
    "订单 4781234567890123456 还没到",
    "运单号 SF1234567890123",
    "尺码 175/92A，买了 2 件",
    "2026-11-20 18:03 下单",
    "原价 199.00 元，到手 13.80 元",
    "Qatar 世界杯同款",
    "路上包装破了 2 个",
    "一号店的货",
    "",
]


@pytest.mark.parametrize(("text", "wanted"), CAUGHT)
def test_what_looks_personal_is_masked(text: str, wanted: str) -> None:
    masked, count = mask(text)
    if wanted == "[地址]" or wanted.endswith("[地址]"):  # how much of the words before a street belongs to it is open
        assert masked.endswith("[地址]")
        assert not any(character.isdigit() for character in masked)
    else:
        assert masked == wanted
    assert count == 1


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_does_not_is_left_alone(text: str) -> None:
    assert mask(text) == (text, 0)


@given(st.text(alphabet="微信号qQvxV：: @.路小区号室栋1398-0 +86wxid_aXx中", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    once, _ = mask(text)
    assert mask(once)[0] == once


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="中文 ,。abc!", max_size=10),
    st.text(alphabet="中文 ,。!", max_size=10),
)
def test_a_mobile_number_never_passes(number: str, before: str, after: str) -> None:
    assert number not in mask(before + number + after)[0]


FREE = {
    "subject": {"name": "x"},
    "product": {"name": "x"},
    "review": {"text": "x", "tags": ["x"]},
    "after_sale": {"reason": {"label": "x"}},
    "chat": {"topic": "x"},
    "partner": {"name": "x"},
    "live_room": {"title": "x"},
}


@pytest.mark.parametrize("kind", FREE)
def test_every_free_text_of_a_record_is_looked_through(kind: str) -> None:
    said = json.dumps({"kind": kind, "id": "13812345678", **FREE[kind]}).replace('"x"', '"13812345678"').encode()
    record, count = decode_masked(said)
    assert count == len(FREE[kind])
    text = msgspec.json.encode(record).decode()
    assert text.count(MASKS["phone"]) == len(FREE[kind])
    assert record.id == "13812345678", "an id stays"
    assert decode_block(Block.of(said)) == [record], "files go the same way"


def test_a_record_that_failed_keeps_nothing_personal_either() -> None:
    said = '{"kind":"review","id":"13812345678","stars":"叫我13812345678","text":"微信 wangli2020","seen_at":"x"}'
    known, _ = known_fields(said.encode())
    assert known == {
        "kind": "review",
        "id": "13812345678",
        "stars": "叫我[电话]",
        "text": "微信 [账号]",
        "seen_at": "x",
    }


def test_a_shop_without_personal_data_is_not_touched() -> None:
    for record in generate(seed=5, last_day=dt.date(2026, 11, 1), days=30, orders_per_day=5, official=5):
        decoded = msgspec.convert(record, KINDS[record["kind"]], strict=False)
        assert mask_record(decoded) == (decoded, 0)
        assert decode_record(json.dumps(record).encode()) == decoded
