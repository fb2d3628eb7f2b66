"""How a text that a person reads is kept and said: in both languages, side by side."""

from typing import Literal

Lang = Literal["zh", "en"]
Both = tuple[str, str]
"""Chinese and English, with the same parameters in braces."""


def text_of(both: Both, lang: str, **params: object) -> str:
    chinese, english = both
    return (chinese if lang == "zh" else english).format(**params)
