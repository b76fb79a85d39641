"""Charts as inline SVG: drawn from data, readable in print, each with a text for those who do not see it. Texts are escaped by the template."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from gremiennetz.report.data import EXACTNESS, Pair, Total

BAR_WIDTH = 420


@attrs.frozen
class Segment:
    """A part of a bar: offset and width in pixels, and what it is."""

    kind: str
    x: float
    width: float
    amount: Decimal


@attrs.frozen
class Bar:
    """One bar of the cost chart."""

    label: str
    y: int
    segments: tuple[Segment, ...]
    total: Decimal
    """Only for the length of the bar; never shown as a sum."""


def cost_bars(totals: Sequence[Total]) -> list[Bar]:
    """Return a bar for each division, its segments by exactness on one scale."""
    rows = [item for item in totals if item.name]
    longest = max((sum(item.amounts.values(), Decimal(0)) for item in rows), default=Decimal(0)) or Decimal(1)
    bars = []
    for number, item in enumerate(sorted(rows, key=lambda row: -sum(row.amounts.values(), Decimal(0)))):
        segments, x = [], 0.0
        for kind in EXACTNESS:
            width = float(item.amounts[kind] / longest) * BAR_WIDTH
            if width:
                segments.append(Segment(kind, round(x, 2), round(width, 2), item.amounts[kind]))
                x += width
        bars.append(Bar(item.name, number * 30, tuple(segments), sum(item.amounts.values(), Decimal(0))))
    return bars


@attrs.frozen
class Square:
    """A cell of the matrix of units."""

    x: int
    y: int
    shade: float
    bodies: int
    firm: bool
    title: str


@attrs.frozen
class Matrix:
    """Unit by unit: how many bodies they share."""

    units: tuple[str, ...]
    squares: tuple[Square, ...]


def matrix(pairs: Sequence[Pair], size: int = 24) -> Matrix:
    """Return the matrix of all units that share a body with another one."""
    sharing = [item for item in pairs if item.bodies]
    units = tuple(sorted({name for item in sharing for name in (item.a, item.b)}))
    place = {name: number for number, name in enumerate(units)}
    most = max((item.bodies for item in sharing), default=1)
    squares = []
    for item in sharing:
        for row, column in ((item.a, item.b), (item.b, item.a)):
            note = "" if item.firm == item.bodies else f", davon {item.bodies - item.firm} unter Vorbehalt"
            title = f"{row} und {column}: {item.bodies} gemeinsame Gremien{note}"
            shade = round(0.25 + 0.75 * item.bodies / most, 3)
            squares.append(Square(place[column] * size, place[row] * size, shade, item.bodies, item.firm == item.bodies, title))
    return Matrix(units, tuple(sorted(squares, key=lambda cell: (cell.y, cell.x))))
