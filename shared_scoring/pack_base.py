"""What every part of a rule pack is made of: strict data, a grade for each number, texts in both languages."""

import datetime as dt
from typing import Literal

from msgspec import Struct

Grade = Literal["A", "B", "C", "?"]
"""A published by the platform, B several sources, C one, ? our choice."""


class Data(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Words(Data, frozen=True):
    """A text in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text in a language; `lang` is `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


class PackSource(Data, frozen=True, kw_only=True):
    title: str
    date: dt.date | None = None
    grade: Grade
