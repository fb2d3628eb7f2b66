"""A rule pack as tables a person enjoys reading."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from server.cli.pack_texts import text
from shared_scoring.pack import Bonus, Condition, Gate, Indicator, Pack, Packs, Shield
from shared_scoring.pack_check import Fault
from shared_scoring.pack_summary import summary
from shared_scoring.pack_words import in_words

_STYLE_OF_GRADE = {"A": "green", "B": "cyan", "C": "yellow", "?": "red"}


def print_packs(packs: Packs, files: Mapping[str, Path], lang: str) -> None:
    """The calendar, oldest first."""
    say = partial(text, lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("pack", "since", "until"):
        table.add_column(say(column), no_wrap=True)
    for column in ("whose", "grades", "from"):
        table.add_column(say(column), overflow="fold")
    for pack in packs.values():
        row = summary(pack)
        until = say("open") if row.until is None else str(row.until)
        grades = Text(" ").join(Text(f"{grade} {count}", _STYLE_OF_GRADE[grade]) for grade, count in row.grades.items())
        origin = say("bundled") if pack.id not in files else files[pack.id].name
        whose = f"{row.scope.platform} {say(row.scope.type)}"
        table.add_row(pack.id, str(row.since), until, whose, grades, origin)
    console = Console(highlight=False)
    console.print(table)
    console.print(say("grades_mean"), style="dim")


def print_faults(file: Path, pack: Pack | None, faults: Sequence[Fault], lang: str, *, err: bool = False) -> None:
    """Each fault with its line, or that there is none."""
    console = Console(highlight=False, stderr=err, soft_wrap=True)
    for fault in faults:
        where = text(lang, "fault", file=file, line=fault.line, path=fault.path or text(lang, "whole"))
        console.print(Text(where, style="yellow"), Text(fault.reason))
    if not faults and pack is not None:
        console.print(text(lang, "fine", file=file, id=pack.id), style="green", markup=False)


def print_pack(pack: Pack, lang: str) -> None:
    """Everything the pack says."""
    parts: list[RenderableType] = [Text(_headline(pack, lang), style="dim"), _dimensions(pack, lang)]
    parts += [_indicators(pack, lang), *_tables(pack, lang), _sources(pack, lang)]
    title = Text(f"{pack.id} · {pack.name.said(lang)}", style="bold")
    Console(highlight=False).print(Panel(Group(*parts), title=title, box=box.ROUNDED, expand=False))


def _grade(grade: str) -> Text:
    return Text(grade, style=_STYLE_OF_GRADE[grade])


def _headline(pack: Pack, lang: str) -> str:
    say = partial(text, lang)
    until = say("open") if pack.in_force.until is None else pack.in_force.until
    low, high = pack.scale
    scale = f"{low:g}–{high:g}"
    counted, least = in_words(pack.valid_orders).said(lang), pack.stages.valid_orders
    lines = [
        say("in_force", since=pack.in_force.since, until=until, days=pack.window_days, scale=scale),
        say("valid_orders", words=counted) + (say(f"below_{pack.stages.below}", count=least) if least else ""),
        say(f"response_{pack.response.kind}", band=f"{pack.response.band:g}", grade=pack.response.grade),
    ]
    if pack.half_life_days is not None:
        lines.append(say("decay", days=f"{pack.half_life_days:g}"))
    return "\n".join(lines)


def _table(lang: str, title: str, *columns: str) -> Table:
    table = Table(
        title=text(lang, title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for column in columns:
        table.add_column(text(lang, column))
    return table


def _dimensions(pack: Pack, lang: str) -> Table:
    table = _table(lang, "dimensions", "dimension", "weight", "grade")
    for one in pack.dimensions.values():
        table.add_row(one.name.said(lang), f"{one.weight:.0%}", _grade(one.grade))
        if one.bonus is not None:
            said = f"  +{one.bonus.points:g} {one.bonus.name.said(lang)}: {in_words(one.bonus.definition).said(lang)}"
            table.add_row(f"{said} ≥ {one.bonus.count_at_least}", "", _grade(one.bonus.grade))
    for row in pack.dimension_weights:
        where = f"  {row.industry}" + (text(lang, "cross_border") if row.cross_border else "")
        table.add_row(where, " / ".join(f"{weight:.0%}" for weight in row.weights.values()), _grade(row.grade))
    return table


def _indicators(pack: Pack, lang: str) -> Table:
    table = _table(lang, "indicators", "indicator", "definition", "weight", "grade")
    for one in pack.indicators:
        table.add_row(
            one.name.said(lang),
            _definition(pack, one, lang),
            _share(pack, one),
            _grade(one.grade),
        )
    if pack.indicator_weights:
        said = text(lang, "indicator_weights", count=len(pack.indicator_weights))
        table.add_row("", Text(said, style="dim"), "", "")
    return table


def _definition(pack: Pack, one: Indicator, lang: str) -> Text:
    lines = [in_words(one.definition).said(lang)]
    if one.window_days not in (None, pack.window_days):
        lines.append(text(lang, "own_window", days=one.window_days))
    if one.target is not None:
        lines.append(text(lang, f"target_{one.better}", target=f"{one.target:g}"))
    if one.steps:
        sign = "≥" if one.better == "higher" else "≤"
        lines.append(", ".join(f"{sign}{threshold:g} → {score:g}" for threshold, score in one.steps))
    return Text("\n".join(lines), overflow="fold")


def _share(pack: Pack, one: Indicator) -> str:
    siblings = sum(other.dimension == one.dimension for other in pack.indicators)
    return f"{1 / siblings if one.weight is None else one.weight:.0%}"


def _tables(pack: Pack, lang: str) -> Iterator[Table]:
    """The tables that not every pack has."""
    for rules, table in (
        (pack.deductions, _deductions),
        (pack.bonuses, _bonuses),
        (pack.shields, _shields),
        (pack.consumer, _consumer),
        (pack.gates, _gates),
    ):
        if rules:
            yield table(pack, lang)


def _deductions(pack: Pack, lang: str) -> Table:
    table = _table(lang, "deductions", "scene", "points", "cap", "grade")
    caps = {group.key: group.cap for group in pack.deduction_groups}
    for rule in pack.deductions:
        cap = text(lang, "once") if rule.once else ("" if rule.cap is None else f"{rule.cap:g}")
        if rule.group is not None:
            cap = text(lang, "together", cap=f"{caps[rule.group]:g}")
        table.add_row(text(lang, rule.scene), f"−{rule.points:g}", cap, _grade(rule.grade))
    return table


def _bonuses(pack: Pack, lang: str) -> Table:
    table = _table(lang, "bonuses", "bonus", "definition", "points", "grade")
    for bonus in pack.bonuses:
        table.add_row(
            bonus.name.said(lang),
            _bonus(bonus, lang),
            f"+{bonus.points:g}",
            _grade(bonus.grade),
        )
    return table


def _shields(pack: Pack, lang: str) -> Table:
    table = _table(lang, "shields", "indicator", "condition", "score", "grade")
    names = {one.key: one.name.said(lang) for one in pack.indicators}
    for shield in pack.shields:
        table.add_row(names[shield.indicator], _shield(shield, lang), f"{shield.score:g}", _grade(shield.grade))
    return table


def _consumer(pack: Pack, lang: str) -> Table:
    table = _table(lang, "consumer", "total", "shown", "stars")
    for points, shown in reversed(pack.consumer):
        table.add_row(f"≥ {points:g}", f"{shown:.1f}", f"{_stars(pack, shown):g} ★")
    return table


def _gates(pack: Pack, lang: str) -> Table:
    table = _table(lang, "gates", "gate", "condition", "grade")
    for gate in pack.gates:
        table.add_row(gate.name.said(lang), _needs(gate, lang), _grade(gate.grade))
    return table


def _bonus(bonus: Bonus, lang: str) -> Text:
    said = f"{in_words(bonus.definition).said(lang)} ≥ {bonus.count_at_least}"
    if bonus.share_at_least:
        said += text(lang, "and_share", share=f"{bonus.share_at_least:.0%}")
    if bonus.switch is not None:
        said += text(lang, "and_switch", days=bonus.switch_days)
    return Text(said, overflow="fold")


def _shield(shield: Shield, lang: str) -> str:
    if shield.cohort_at_most is not None:
        return text(lang, "shield_few", count=shield.cohort_at_most)
    return text(lang, "shield", bad=shield.bad_at_most, orders=shield.orders_below, special=shield.orders_below_special)


def _stars(pack: Pack, shown: float) -> float:
    return next((stars for least, stars in sorted(pack.stars, reverse=True) if shown >= least), 0)


def _needs(gate: Gate, lang: str) -> str:
    if gate.products is None:
        return _conditions(gate.conditions, lang)
    said = text(lang, "of_products", praise=f"{gate.products.praise_at_least:.0%}")
    return said if gate.products.limits is None else f"{said} ({gate.products.limits})"


def _conditions(conditions: Iterable[Condition], lang: str) -> str:
    said = []
    for one in conditions:
        least = text(lang, "unpublished") if one.at_least is None else f"≥ {one.at_least:g}"
        mean = text(lang, "mean", days=one.mean_days) if one.mean_days > 1 else ""
        each = text(lang, "each_of", days=one.each_of_days) if one.each_of_days > 1 else ""
        other = text(lang, "elsewhere", lines="/".join(f"{line:g}" for line in one.elsewhere)) if one.elsewhere else ""
        said.append(f"{text(lang, one.of)} {mean}{least}{each}" + (f" ({other})" if other else ""))
    return " · ".join(said)


def _sources(pack: Pack, lang: str) -> Table:
    table = _table(lang, "sources", "title", "date", "grade")
    for source in pack.sources:
        table.add_row(source.title, "" if source.date is None else str(source.date), _grade(source.grade))
    return table
