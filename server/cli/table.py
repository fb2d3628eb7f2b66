"""A score as a table a person enjoys reading."""

from collections.abc import Sequence
from functools import partial

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from server.cli.intake import Input, Quarantined
from server.cli.texts import text
from shared_scoring.code_words import METHODS
from shared_scoring.gates import GateState
from shared_scoring.pack import Gate, Indicator, Pack
from shared_scoring.records import Subject
from shared_scoring.score import IndicatorValue, Score
from shared_scoring.score_words import gate_text, note_text

_SHOWN_LINES = 5
_SHOWN_PRODUCTS = 3
_RATES = ("quality_return", "praise")


def print_score(score: Score, pack: Pack, account: Input | None, subject: Subject | None, lang: str) -> None:
    """Print the whole answer. `account` is the input's, None for a score that came from the server."""
    console = Console(highlight=False)
    tables: list[RenderableType] = [_dimensions(score, pack, lang)] if score.dimensions else []
    tables += [_indicators(score, pack, lang), _notes(score, pack, lang)]
    tables += [_adjustments(score, pack, lang), _gates(score, pack, lang)]
    title = Text(_headline(score, subject, lang), style="bold")
    console.print(Panel(Group(_summary(score, lang), *tables), title=title, box=box.ROUNDED, expand=False))
    if account is not None:
        _print_account(console, account, lang)


def _headline(score: Score, subject: Subject | None, lang: str) -> str:
    name = (subject.name if subject else None) or score.subject or text(lang, "unknown_subject")
    return text(lang, "score_of", subject=name, date=score.as_of)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _band(low: float | None, high: float | None) -> str:
    return "" if low is None or low == high else f"{_points(low)} – {_points(high)}"


def _summary(score: Score, lang: str) -> Text:
    say = partial(text, lang)
    lines = Text()
    if score.total is None:
        lines.append(say("no_total") + "\n", style="yellow")
    else:
        lines.append(f"{say('total')} {_points(score.total)}", style="bold cyan")
        if score.official is not None and score.official.total is not None:
            lines.append(f"  {say('official')}")
            if score.estimate.total is not None:
                lines.append(f" · {say('estimate')} {_points(score.estimate.total)}", style="dim")
        else:
            lines.append(f"  {say('estimate')}  {_band(score.low, score.high)}{_method(score, lang)}", style="yellow")
        if score.consumer_score is not None:
            lines.append(f"  ·  {say('consumer')} {score.consumer_score:.1f} ({score.stars:g} ★)")
        lines.append("\n")
    lines.append(f"{say(f'stage_{score.stage}')} · {say('valid_orders', count=score.valid_orders)}\n")
    lines.append(say("window", first=score.window.first, last=score.window.last, rules=score.rules), style="dim")
    return lines


def _method(score: Score, lang: str) -> str:
    words = METHODS.get(score.estimate.method or "")
    return "" if words is None else f"  ({words.said(lang).format(day=score.estimate.based_on)})"


def _dimensions(score: Score, pack: Pack, lang: str) -> Table:
    say = partial(text, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("dimension"))
    for column in ("score", "weight", "band"):
        table.add_column(say(column), justify="right")
    table.add_column(say("source"))
    for key, dimension in pack.dimensions.items():
        one = score.dimensions[key]
        band = _band(one.low, one.high)
        table.add_row(dimension.name.said(lang), _points(one.score), f"{one.weight:.0%}", band, say(one.source))
    return table


def _indicators(score: Score, pack: Pack, lang: str) -> Table:
    say = partial(text, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("indicator"))
    for column in ("value", "counted", "coverage", "grade"):
        table.add_column(say(column), justify="right")
    for indicator in pack.indicators:
        one = score.indicators[indicator.key]
        coverage = f"{one.coverage:.0%}" if one.official is not None else ""
        counted = f"{one.numerator:,.10g} / {one.denominator:,}" if one.value is not None else ""
        table.add_row(indicator.name.said(lang), _value(indicator, one, lang), counted, coverage, one.grade)
    return table


def _notes(score: Score, pack: Pack, lang: str) -> Text:
    """What is said of the indicators that have a value; those without one show that already. Then what grades mean."""
    notes = [note_text(one, pack, lang) for one in score.notes if one.code != "no_cohort"]
    lines = Text("\n".join(notes), style="yellow")
    return lines.append(("\n" if notes else "") + text(lang, "grades_mean"), style="dim")


def _value(indicator: Indicator, one: IndicatorValue, lang: str) -> str:
    if one.value is None:
        return "–"
    if indicator.unit == "seconds":
        return text(lang, "seconds", value=f"{one.value:,.0f}")
    return f"{one.value:.4f}" if indicator.unit == "stars" else f"{one.value:.2%}"


def _adjustments(score: Score, pack: Pack, lang: str) -> Text:
    lines = Text()
    for held in score.deductions:
        scene = text(lang, held.scene)
        lines.append(f"−{held.points:g}  {text(lang, 'deducted', scene=scene, count=held.count)}\n", style="red")
    names = {bonus.key: bonus.name for bonus in pack.bonuses}
    for bonus in score.bonuses:
        lines.append(f"+{bonus.points:g}  {text(lang, 'bonus', name=names[bonus.key].said(lang))}\n", style="green")
    lines.rstrip()
    return lines


def _gates(score: Score, pack: Pack, lang: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(text(lang, "gate"))
    table.add_column("", overflow="fold")
    table.add_column(text(lang, "consequence"), overflow="fold")
    table.add_column(text(lang, "grade"), justify="center")
    for gate, state in zip(pack.gates, score.gates, strict=True):
        style = {True: "green", False: "red", None: "dim"}[state.open]
        table.add_row(
            gate.name.said(lang), Text(_gate(gate, state, lang), style=style), gate_text(state, lang), state.grade
        )
    return table


def _gate(gate: Gate, state: GateState, lang: str) -> str:
    say = partial(text, lang)
    said = [say({True: "open", False: "shut", None: "gate_unknown"}[state.open])]
    if missing := [f"{say(key)} {_gap(key, gap)}" for key, gap in state.missing.items() if gap]:
        said = [say("closed", missing=", ".join(missing))]
    if state.products:
        named = "、" if lang == "zh" else ", "
        said.append(named.join(one.name or one.product_id for one in state.products[:_SHOWN_PRODUCTS]))
    if lines := sorted({line for one in gate.conditions for line in one.elsewhere}):
        said.append(say("elsewhere", lines="/".join(f"{line:g}" for line in lines)))
    if state.of is not None and state.known != state.of:
        said.append(say("known_of", known=state.known, of=state.of))
    for name, days in (("days_to_open", state.days_to_open), ("days_to_close", state.days_to_close)):
        if days is not None:
            said.append(say(name, days=days))
    return " · ".join(said)


def _gap(key: str, gap: float) -> str:
    return f"{gap:.2%}" if key in _RATES else f"{gap:.2f}"


def _print_account(console: Console, account: Input, lang: str) -> None:
    count = len(account.quarantined)
    said = text(
        lang, "lines", lines=account.lines, accepted=account.accepted, unchanged=account.unchanged, quarantined=count
    )
    console.print(said, style="dim")
    print_quarantined(console, account.quarantined, lang)


def print_quarantined(console: Console, quarantined: Sequence[Quarantined], lang: str) -> None:
    """The first lines that failed, each with its place and reason."""
    for bad in quarantined[:_SHOWN_LINES]:
        where = text(lang, "quarantined", file=bad.file, line=bad.line, path=bad.path, reason=bad.reason)
        console.print(f"  {where}", style="yellow", markup=False)
    if len(quarantined) > _SHOWN_LINES:
        console.print("  " + text(lang, "more_quarantined", count=len(quarantined) - _SHOWN_LINES), style="yellow")
