"""What a backtest shows: error by horizon, coverage, and single answers beside what came."""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from server.backtests.svg import Chart, Line, document
from server.texts import Both, text_of
from shared_scoring.forecast.backtest import HorizonRecord, PastAnswer
from shared_scoring.proof import Proof
from shared_scoring.risk.figures import RiskRecord
from shared_scoring.risk.outcomes import OUTCOME_WORDS

_OWN, _STAYS, _TREND, _CAME = "#1664ff", "#8a8f99", "#e0913a", "#1b1f26"
_MARKS = 6

TEXTS: dict[str, Both] = {
    "error": ("平均误差（分），按提前天数", "Mean error in points, by days ahead"),
    "coverage": ("八成区间实际包住的比例，按提前天数", "Share of truths inside the 80 % band, by days ahead"),
    "ahead": ("提前 {days} 天的预测与实际总分", "Predictions {days} days ahead and the totals that came"),
    "used": ("预测", "prediction"),
    "stays": ("保持现状", "stays as it is"),
    "trend": ("近 7 天趋势", "last 7 days' trend"),
    "came": ("实际", "what came"),
    "band": ("八成区间", "80 % band"),
    "wanted": ("应为 80 %", "meant to be 80 %"),
    "calibration": (
        "{outcome}：预测的概率与实际比例（过去 {answers} 次回答，{hits} 次发生）",
        "{outcome}: the chance that was said and the share that came ({answers} past answers, {hits} came true)",
    ),
    "as_said": ("与预测一致", "as it was said"),
    "tenths": ("每十分之一的回答", "each tenth of the answers"),
    "nothing": ("官方分数的天数还太少", "too few official days yet"),
}


def picture(found: Proof, lang: str) -> str:
    """The whole backtest as one SVG document."""
    say = partial(_say, lang)
    records = [one for one in found.total if one.answers]
    charts = [_errors(records, lang), _coverage(records, lang)]
    charts += [_answers(days, answers, lang) for days, answers in found.answers.items()]
    if found.risk is not None:
        charts += [_calibration(outcome, one, lang) for outcome, one in found.risk.outcomes.items() if one.hits]
    return document(charts, say("nothing"))


def _say(lang: str, key: str, **params: object) -> str:
    return text_of(TEXTS[key], lang, **params)


def _errors(records: Sequence[HorizonRecord], lang: str) -> Chart:
    colours = {"used": _OWN, "stays": _STAYS, "trend": _TREND}
    lines = [
        Line(
            _say(lang, name),
            colour,
            [(float(one.days), value) for one in records if (value := getattr(one, name)) is not None],
        )
        for name, colour in colours.items()
    ]
    return Chart(_say(lang, "error"), lines, _days(records), floor=0.0)


def _coverage(records: Sequence[HorizonRecord], lang: str) -> Chart:
    shown = [(float(one.days), one.coverage) for one in records if one.coverage is not None]
    wanted = [(place, 0.8) for place, _ in shown]
    lines = [Line(_say(lang, "wanted"), _STAYS, wanted), Line(_say(lang, "band"), _OWN, shown)] if shown else []
    return Chart(_say(lang, "coverage"), lines, _days(records), floor=0.5, ceiling=1.0)


def _days(records: Sequence[HorizonRecord]) -> list[tuple[float, str]]:
    return [(float(one.days), str(one.days)) for one in records if one.days not in {2, 3}]


def _answers(days: str, answers: Sequence[PastAnswer], lang: str) -> Chart:
    title = _say(lang, "ahead", days=days)
    if not answers:
        return Chart(title, [])
    places = [float(dt.date.fromisoformat(one.date).toordinal()) for one in answers]

    def points(name: str) -> list[tuple[float, float]]:
        return [(place, getattr(one, name)) for place, one in zip(places, answers, strict=True)]

    lines = [
        Line(_say(lang, "band"), _OWN, points("low"), wide=points("high")),
        Line(_say(lang, "used"), _OWN, points("mid")),
        Line(_say(lang, "came"), _CAME, points("came"), dots=True),
    ]
    return Chart(title, lines, _marks(places, [one.date for one in answers]))


def _calibration(outcome: str, record: RiskRecord, lang: str) -> Chart:
    """Right of the line more was said than came; left of it less."""
    title = _say(
        lang,
        "calibration",
        outcome=OUTCOME_WORDS[outcome].said(lang),
        answers=record.answers,
        hits=record.hits,
    )
    points = [(one.said, one.came) for one in record.bins]
    most = max(said for said, _ in points)
    lines = [
        Line(_say(lang, "as_said"), _STAYS, [(0.0, 0.0), (most, most)]),
        Line(_say(lang, "tenths"), _OWN, points),
        Line("", _OWN, points, dots=True),
    ]
    places = [most * part / _MARKS for part in range(_MARKS + 1)]
    return Chart(title, lines, [(place, f"{place:.1%}") for place in places], floor=0.0)


def _marks(places: Sequence[float], dates: Sequence[str]) -> list[tuple[float, str]]:
    """A few dates, far enough apart to be read."""
    every = max((places[-1] - places[0]) / _MARKS, 1.0)
    marks = [(places[0], dates[0])]
    for (_, _), (place, date) in pairwise(zip(places, dates, strict=True)):
        if place - marks[-1][0] >= every:
            marks.append((place, date))
    return marks
