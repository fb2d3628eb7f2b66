"""Small charts as SVG: axes, lines, bands and dots, written out by hand so that no drawing library is needed."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

Point = tuple[float, float]

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 40, 36
_TICKS = 5
_FONT = "font-family='system-ui, sans-serif' font-size='12'"


class Line(NamedTuple):
    """`dots` draws the points alone; `wide` fills between the points and those of another line.

    Without a name it stands in no legend.
    """

    name: str
    colour: str
    points: Sequence[Point]
    dots: bool = False
    wide: Sequence[Point] = ()


class Chart(NamedTuple):
    """`marks` name places on the x axis; without them its numbers stand there. `floor` is in view in any case."""

    title: str
    lines: Sequence[Line]
    marks: Sequence[tuple[float, str]] = ()
    floor: float | None = None
    ceiling: float | None = None


def document(charts: Sequence[Chart], empty: str) -> str:
    """One picture with the charts below each other; `empty` stands where a chart has nothing to show."""
    height = HEIGHT * len(charts)
    body = "".join(
        f"<g transform='translate(0 {HEIGHT * at})'>{_chart(chart, empty)}</g>" for at, chart in enumerate(charts)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'"
        f" {_FONT}><rect width='100%' height='100%' fill='#ffffff'/>{body}</svg>\n"
    )


def _chart(chart: Chart, empty: str) -> str:
    title = f"<text x='{_LEFT}' y='18' font-weight='600'>{escape(chart.title)}</text>"
    points = [point for line in chart.lines for point in (*line.points, *line.wide)]
    if not points:
        return title + f"<text x='{_LEFT}' y='{HEIGHT // 2}' fill='#777777'>{escape(empty)}</text>"
    frame = _Frame(points, chart)
    drawn = "".join(_line(line, frame) for line in chart.lines)
    return title + frame.axes(chart.marks) + drawn + _legend(chart.lines)


class _Frame:
    """Where a value lies in the picture."""

    def __init__(self, points: Iterable[Point], chart: Chart) -> None:
        xs, ys = zip(*points, strict=True)
        self.x0, self.x1 = min(xs), max(xs)
        low = min(ys) if chart.floor is None else min(chart.floor, *ys)
        high = max(ys) if chart.ceiling is None else max(chart.ceiling, *ys)
        self.step = _nice((high - low or 1.0) / (_TICKS - 1))
        self.y0 = math.floor(low / self.step) * self.step
        self.y1 = math.ceil(high / self.step) * self.step or self.y0 + self.step

    def at(self, point: Point) -> str:
        x = _LEFT + (point[0] - self.x0) / (self.x1 - self.x0 or 1.0) * (WIDTH - _LEFT - _RIGHT)
        y = HEIGHT - _BOTTOM - (point[1] - self.y0) / (self.y1 - self.y0 or 1.0) * (HEIGHT - _TOP - _BOTTOM)
        return f"{x:.1f},{y:.1f}"

    def axes(self, marks: Sequence[tuple[float, str]]) -> str:
        drawn: list[str] = []
        for count in range(round((self.y1 - self.y0) / self.step) + 1):
            value = self.y0 + count * self.step
            x, _, y = self.at((self.x0, value)).partition(",")
            drawn.append(f"<line x1='{x}' x2='{WIDTH - _RIGHT}' y1='{y}' y2='{y}' stroke='#e4e4e4'/>")
            drawn.append(
                f"<text x='{_LEFT - 8}' y='{float(y) + 4:.1f}' text-anchor='end' fill='#555555'>{value:g}</text>"
            )
        for place, word in marks:
            x = self.at((place, self.y0)).partition(",")[0]
            drawn.append(f"<text x='{x}' y='{HEIGHT - 14}' text-anchor='middle' fill='#555555'>{escape(word)}</text>")
        return "".join(drawn)


def _line(line: Line, frame: _Frame) -> str:
    places = [frame.at(point) for point in line.points]
    if line.dots:
        return "".join(
            f"<circle cx='{x}' cy='{y}' r='2.5' fill='{line.colour}'/>"
            for x, _, y in (p.partition(",") for p in places)
        )
    if line.wide:
        back = [frame.at(point) for point in reversed(line.wide)]
        return f"<polygon points='{' '.join([*places, *back])}' fill='{line.colour}' fill-opacity='0.18'/>"
    return f"<polyline points='{' '.join(places)}' fill='none' stroke='{line.colour}' stroke-width='2'/>"


def _legend(lines: Sequence[Line]) -> str:
    drawn, x = [], float(_LEFT)
    for line in lines:
        if not line.name:
            continue
        faint = " fill-opacity='0.3'" if line.wide else ""
        drawn.append(f"<rect x='{x:.0f}' y='25' width='10' height='10' fill='{line.colour}'{faint}/>")
        drawn.append(f"<text x='{x + 14:.0f}' y='34'>{escape(line.name)}</text>")
        # Chinese characters are as wide as they are high.
        x += 34 + sum(12.5 if ord(one) > 0x2E7F else 6.8 for one in line.name)
    return "".join(drawn)


def _nice(step: float) -> float:
    """The next step people count in: 1, 2 or 5 of a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(size * power for size in (1, 2, 5, 10) if size * power >= step * 0.999)
