"""The net under everything: what looks like a person's data in a free text is masked before anyone keeps it.

The extension leaves such data in the page; this is for files, other plugins and a page that changed. Only fields that
`records.py` declares as free text are looked at: ids, amounts and times are never touched, so that no score changes.
Rather too much is masked than too little: a masked word costs a merchant nothing.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

import msgspec
from msgspec import inspect

from shared_scoring.records import KINDS, Record

MASKS: Final = {
    "email": "[邮箱]",
    "id_card": "[证件号]",
    "phone": "[电话]",
    "account": "[账号]",
    "address": "[地址]",
}

_HAN = r"[\u4e00-\u9fff]"
_GAP = r"[ \-‐–·]?"
# 6 digits of a region, a birthday, 3 digits and a check digit; the check itself is not asked: a typo hides nobody.
_BIRTHDAY = r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PATTERNS: Final = (
    ("email", re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+")),
    ("id_card", re.compile(rf"(?<!\d)[1-9]\d{{5}}{_GAP}{_BIRTHDAY}{_GAP}\d{{3}}[\dXx](?![\dA-Za-z])")),
    # A mobile number, also with its country and in groups; then a land line with its area.
    ("phone", re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)0\d{2,3}[ \-–]?\d{7,8}(?!\d)")),
    ("account", re.compile(r"(?<![A-Za-z0-9_])wxid_[A-Za-z0-9_\-]{4,30}")),
    (
        "account",
        re.compile(
            r"(?:微信|薇信|威信|卫星号|v信|加[vV微薇]|we?i?chat|weixin|(?<![A-Za-z0-9])[vw]x|qq|扣扣|企鹅号)"
            r"(?:号码?|id)?\s*(?:是|为|[:：=])?\s*([A-Za-z0-9][A-Za-z0-9_\-]{4,19})",
            re.IGNORECASE,
        ),
    ),
    # A street or village with a house number, and what follows it: building, flat, room.
    (
        "address",
        re.compile(
            rf"(?:{_HAN}{{2,8}}(?:省|自治区|市|州|盟|区|县|旗|镇|乡|街道))*{_HAN}{{1,10}}?"
            rf"(?:路|街|大道|胡同|巷|弄|村|里|小区|花园|公寓|大厦|广场)\s*(?:{_HAN}{{0,4}}?)"
            r"\d{1,5}\s*(?:号|弄|栋|幢|座|单元|室|楼|层|组)"
            rf"(?:\s*(?:{_HAN}{{0,6}}?)[\dA-Za-z]{{1,5}}\s*(?:号楼?|弄|栋|幢|座|单元|室|楼|层|组)|[\-－]\d{{1,4}})*"
        ),
    ),
)
# Without one of these nothing above can match: most texts are let through here.
_SUSPECT = re.compile(r"[\d@]|wxid|微信|薇信|威信|卫星号|v信|加[v微薇]|wechat|weixin|[vw]x|qq|扣扣|企鹅", re.IGNORECASE)


def mask(text: str) -> tuple[str, int]:
    """The text without what looks personal, and how many places were masked. Masking twice is masking once."""
    if not _SUSPECT.search(text):
        return text, 0
    count = 0
    for kind, pattern in _PATTERNS:
        text, found = pattern.subn(partial(_replace, MASKS[kind]), text)
        count += found
    return text, count


def _replace(word: str, match: re.Match[str]) -> str:
    """The whole match, or only its group: of an account the word before it stays."""
    if not match.re.groups:
        return word
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:start] + word + match[0][end:]


def mask_record(record: Record) -> tuple[Record, int]:
    """The record with its free texts masked; the same object where there was nothing."""
    changed: dict[str, Any] = {}
    count = 0
    for name, masked in _free_fields(type(record)):
        value = getattr(record, name)
        if value is not None:
            new, found = masked(value)
            if found:
                changed[name] = new
                count += found
    return (msgspec.structs.replace(record, **changed), count) if count else (record, 0)


_Masking = Callable[[Any], tuple[Any, int]]


@cache
def _free_fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, _Masking], ...]:
    """The fields of a struct that hold free text, however deep, and how each is masked."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)  # noqa: S101 -- of structs only
    found = ((field.name, _masking(field.type)) for field in info.fields)
    return tuple((name, masking) for name, masking in found if masking is not None)


def _masking(kind: inspect.Type) -> _Masking | None:
    """How a value of this type is masked; None where no free text can be in it."""
    match kind:
        case inspect.Metadata(extra={"free_text": True}):
            return mask
        case inspect.Metadata(type=inner):
            return _masking(inner)
        case inspect.UnionType(types=types):
            return next((masking for one in types if (masking := _masking(one)) is not None), None)
        case inspect.ListType(item_type=item):
            each = _masking(item)
            return None if each is None else lambda values: _mask_list(values, each)
        case inspect.StructType(cls=cls) if _free_fields(cls):
            return _mask_part
        case _:
            return None


def _mask_list(values: list[Any], masking: _Masking) -> tuple[list[Any], int]:
    pairs = [masking(value) for value in values]
    return [value for value, _ in pairs], sum(count for _, count in pairs)


def _mask_part(part: msgspec.Struct) -> tuple[msgspec.Struct, int]:
    found = {name: masking(value) for name, masking in _free_fields(type(part)) if (value := getattr(part, name))}
    changed = {name: value for name, (value, count) in found.items() if count}
    count = sum(count for _, count in found.values())
    return (msgspec.structs.replace(part, **changed), count) if changed else (part, 0)


FREE_TEXT_KINDS: Final = frozenset(kind for kind in KINDS.values() if _free_fields(kind))
