"""What of a text breaks a rule, and which."""

import re
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

from shared_scoring.pack_base import Words


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """`patterns` are regular expressions; any one found breaks the rule."""

    key: str
    name: Words
    source: Words
    advice: Words
    patterns: tuple[str, ...]


class Finding(Struct, frozen=True):
    """`start` and `end` are characters of the text, `end` after the last."""

    rule: str
    name: str
    source: str
    advice: str
    start: int
    end: int
    excerpt: str


# A text may say what must not be done. What follows one of these within the same clause is a warning, not an offer.
_FORBIDDEN = re.compile(
    r"(不要|不得|(?<!可)不可|(?<!能)不能|(?<!会)不会|不应|不做|不提供|请勿|切勿|严禁|禁止|绝不|从不|杜绝|拒绝(?=补单|刷单|刷)|远离"
    r"|\b(never|do not|don't|does not|doesn't|must not|may not|cannot|without|no)\b)[^。！!；;.?？\n]{0,12}$",
    re.IGNORECASE,
)


@cache
def rules() -> tuple[Rule, ...]:
    text = (resources.files(__package__) / "rules.json").read_bytes()
    return tuple(msgspec.json.decode(text, type=list[Rule]))


@cache
def _compiled(rule: Rule) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule.patterns)


def check(text: str, lang: str = "zh") -> list[Finding]:
    """Every place that breaks a rule, in the order of the text; of one rule, overlapping places once."""
    found = []
    for rule in rules():
        end = 0
        for place in sorted({match.span() for one in _compiled(rule) for match in one.finditer(text)}):
            if place[0] < end or _FORBIDDEN.search(text[: place[0]]):
                continue
            end = place[1]
            name, source, advice = (words.said(lang) for words in (rule.name, rule.source, rule.advice))
            found.append(Finding(rule.key, name, source, advice, *place, text[place[0] : place[1]]))
    return sorted(found, key=lambda one: (one.start, one.rule))
