"""Where things stand on the page: computed here once, so that the browser has nothing to simulate and the picture is the same every time.

The first sight is a table-like picture: units stand in panels, one for each Geschäftsbereich, left and right; between them stands what ties them
together, each on a place of its own. Which place is settled by forces (igraph's Fruchterman-Reingold with the units held fast) and then by the
cheapest assignment of the found positions to the free places (scipy), so that no label ever covers another.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import igraph
import numpy as np
from scipy.optimize import linear_sum_assignment

Json = dict[str, Any]
Point = tuple[float, float]

SEED = 20260101
MOST_GROUPS = 250
"""More units than this are drawn by Geschäftsbereich, and more of those by municipality: beyond it nobody can read a picture."""
MOST_TIES = 120
"""More bodies between the units than this are not drawn at first sight; those that tie most units are."""

UNIT_WIDTH, UNIT_HEIGHT, UNIT_GAP, HEAD, PANEL_GAP = 300, 34, 3, 22, 8
SLOT_WIDTH, SLOT_HEIGHT, SIDE_GAP = 176, 58, 92
NARROW_WIDTH, NARROW_HEIGHT, NARROW_GAP = 200, 50, 44
RING_STEP = 34


@attrs.frozen
class Ties:
    """What the units are tied together by, at the level at which they are drawn."""

    level: str
    """``unit``, ``division`` or ``place``."""
    group: dict[str, str]
    """Unit → what it is drawn as: itself, its division or its municipality."""
    links: dict[str, frozenset[str]]
    """Body to draw → groups that take part in it or, for an umbrella, below it."""
    hidden: int
    """Bodies that tie groups together but exceed ``MOST_TIES``."""


def ties(data: Json) -> Ties:
    """Return what is drawn at first sight."""
    units = {unit["id"]: unit for unit in data["units"]}
    active = {part["unit"] for part in data["parts"]}
    level, group = "unit", {key: key for key in units}
    for name in ("division", "place"):
        if len({group[key] for key in active}) <= MOST_GROUPS:
            break
        level, group = name, {key: _above(unit, name, units) for key, unit in units.items()}
    parents = {body["id"]: body["up"] for body in data["bodies"] if "up" in body}
    direct: defaultdict[str, set[str]] = defaultdict(set)
    below: defaultdict[str, set[str]] = defaultdict(set)
    umbrellas = set(parents.values())
    for part in data["parts"]:
        direct[part["body"]].add(group[part["unit"]])
        top = root(part["body"], parents)
        if top in umbrellas:
            below[top].add(group[part["unit"]])
    found = {key: below[key] | direct[key] for key in {*direct, *below} if len(below[key] | direct[key]) > 1}
    ranked = sorted(found, key=lambda key: (-len(found[key]), key))
    return Ties(level, group, {key: frozenset(found[key]) for key in ranked[:MOST_TIES]}, len(ranked[MOST_TIES:]))


def _above(unit: Json, name: str, units: Mapping[str, Json]) -> str:
    division = unit["division"]
    return str(division if name == "division" else units.get(division, unit).get("place") or division)


def root(body: str, parents: Mapping[str, str]) -> str:
    """Return the topmost umbrella of a body; the body itself if it has none. A circle of umbrellas, which SHACL reports, ends the climb."""
    seen = {body}
    while body in parents and parents[body] not in seen:
        body = parents[body]
        seen.add(body)
    return body


def layout(data: Json) -> Json:
    """Return positions for all that the first sight shows, for wide and for narrow screens, and for the ring of overlaps."""
    found = ties(data)
    panels = _panels(data, found)
    return {
        "level": found.level,
        "group": {} if found.level == "unit" else found.group,
        "hidden": found.hidden,
        "wide": _wide(panels, found.links),
        "tall": _tall(panels, found.links),
        "ring": _ring(panels),
    }


@attrs.frozen
class Panel:
    """The units of one Geschäftsbereich (or the divisions of one municipality), drawn together."""

    id: str
    label: str
    rows: tuple[str, ...]
    """What is drawn in the panel, one below the other."""
    place: str = ""
    """The municipality, where units of several are drawn."""

    @property
    def head(self) -> int:
        """Return the height of the heading; a panel of one row needs none."""
        return HEAD if len(self.rows) > 1 else 6

    def tall(self, row: int = UNIT_HEIGHT) -> int:
        """Return the height of the panel for rows of a height."""
        return self.head + len(self.rows) * (row + UNIT_GAP) + 4


def _panels(data: Json, found: Ties) -> list[Panel]:
    units = {unit["id"]: unit for unit in data["units"]}
    labels = {key: unit["label"] for key, unit in units.items()} | data["places"]
    rows: defaultdict[str, set[str]] = defaultdict(set)
    for part in data["parts"]:
        unit = units[part["unit"]]
        key = {"unit": unit["division"], "division": unit.get("place", ""), "place": ""}[found.level]
        rows[key].add(found.group[unit["id"]])

    def order(key: str) -> tuple[int, tuple[int | str, ...], str]:
        unit = units.get(key, {})
        return (0 if unit.get("division") == key else 1, _natural(unit.get("code", "~")), labels.get(key, key))

    return [
        Panel(
            key, labels.get(key, ""), tuple(sorted(rows[key], key=order)), str(units.get(key, {}).get("place", "")) if found.level == "unit" else ""
        )
        for key in sorted(rows, key=lambda key: (_natural(units.get(key, {}).get("code", "")), labels.get(key, key)))
    ]


def _natural(code: str) -> tuple[int | str, ...]:
    """Order codes as people count: ``GB 2`` before ``GB 10``.

    >>> sorted(["GB 10", "GB 2"], key=_natural)
    ['GB 2', 'GB 10']
    """
    digits = re.search(r"\d+", code)
    return (code[: digits.start()], int(digits[0]), code) if digits else (code, 0, code)


def _wide(panels: Sequence[Panel], links: Mapping[str, frozenset[str]]) -> Json:
    """Panels in columns left and right, what ties them together between."""
    stacks = _balanced(panels)
    tallest = max((sum(panel.tall() + PANEL_GAP for panel in stack) for stack in stacks), default=SLOT_HEIGHT)
    rows = max(1, min(len(links), int(tallest // SLOT_HEIGHT)))
    while rows < len(links) and math.ceil(len(links) / rows) * SLOT_WIDTH > 1.6 * rows * SLOT_HEIGHT:
        rows += 1
    width = max(1, math.ceil(len(links) / rows)) * SLOT_WIDTH
    left = (len(stacks) + 1) // 2
    step = UNIT_WIDTH + 34
    places: dict[str, Point] = {}
    boxes: list[Json] = []
    for number, stack in enumerate(stacks):
        if number < left:
            x = -width / 2 - SIDE_GAP - UNIT_WIDTH / 2 - (left - 1 - number) * step
        else:
            x = width / 2 + SIDE_GAP + UNIT_WIDTH / 2 + (number - left) * step
        _stack(stack, x, -sum(panel.tall() + PANEL_GAP for panel in stack) / 2, places, boxes)
    slots = _slots(len(links), rows, -width / 2)
    return {"nodes": _rounded(places | _seated(places, links, slots)), "panels": boxes}


def _balanced(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Share the panels out to columns of nearly the same height; no column holds units of two municipalities."""
    total = sum(panel.tall() + PANEL_GAP for panel in panels)
    count = 2 * max(1, round(math.sqrt(total / 2 / 1100)))
    groups = [[panel for panel in panels if panel.place == place] for place in sorted({panel.place for panel in panels})]
    shares = [sum(panel.tall() + PANEL_GAP for panel in group) / total for group in groups]
    return [stack for group, share in zip(groups, shares, strict=True) for stack in _columns(group, max(1, round(count * share)))] or [[]]


def _columns(panels: Sequence[Panel], most: int) -> list[list[Panel]]:
    """Share panels out, the highest first; within a column they keep their order."""
    count = min(len(panels), most)
    heights = [0.0] * count
    column: dict[str, int] = {}
    for panel in sorted(panels, key=lambda panel: -panel.tall()):
        lowest = min(range(count), key=lambda number: (heights[number], number))
        column[panel.id] = lowest
        heights[lowest] += panel.tall() + PANEL_GAP
    return [[panel for panel in panels if column[panel.id] == number] for number in range(count)]


def _tall(panels: Sequence[Panel], links: Mapping[str, frozenset[str]]) -> Json:
    """All panels in one column, what ties them together in another: for screens that are higher than wide."""
    places: dict[str, Point] = {}
    boxes: list[Json] = []
    columns = max(1, len(links) // 120)
    rows = math.ceil(len(links) / columns)
    slots = _slots(len(links), rows, NARROW_GAP)
    top = min((y for _, y in slots), default=0.0) - SLOT_HEIGHT / 2
    _stack(panels, -NARROW_WIDTH / 2, top, places, boxes, (NARROW_WIDTH, NARROW_HEIGHT))
    return {"nodes": _rounded(places | _seated(places, links, slots)), "panels": boxes}


def _stack(
    panels: Sequence[Panel], x: float, top: float, places: dict[str, Point], boxes: list[Json], size: tuple[int, int] = (UNIT_WIDTH, UNIT_HEIGHT)
) -> None:
    width, high = size
    for panel in panels:
        box = {"id": panel.id, "label": panel.label if len(panel.rows) > 1 else "", "x": round(x - width / 2 - 8), "y": round(top)}
        boxes.append(box | {"w": width + 16, "h": panel.tall(high)})
        y = top + panel.head
        for key in panel.rows:
            places[key] = (x, y + high / 2)
            y += high + UNIT_GAP
        top += panel.tall(high) + PANEL_GAP


def _slots(count: int, rows: int, left: float) -> list[Point]:
    """Return places for so many labels, column by column, the last one centred."""
    made = []
    for number in range(count):
        column, row = divmod(number, max(1, rows))
        filled = min(rows, count - column * rows)
        made.append((left + (column + 0.5) * SLOT_WIDTH, (row - (filled - 1) / 2) * SLOT_HEIGHT))
    return made


def _seated(fixed: Mapping[str, Point], links: Mapping[str, frozenset[str]], slots: Sequence[Point]) -> dict[str, Point]:
    """Give each body the place that suits the units it ties together."""
    if not links:
        return {}
    keys = sorted(links)
    wanted = _forces(fixed, keys, links)
    area = np.array(slots)
    low, high = area.min(axis=0), area.max(axis=0)
    ranks = wanted.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(1, len(keys) - 1)
    goal = low + ranks * (high - low)
    cost = ((goal[:, None, :] - area[None, :, :]) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(cost)
    return {keys[row]: slots[column] for row, column in zip(rows, columns, strict=True)}


def _forces(fixed: Mapping[str, Point], keys: Sequence[str], links: Mapping[str, frozenset[str]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Let bodies be drawn to their units, which stay where they are."""
    units = sorted(fixed)
    index = {key: number for number, key in enumerate([*units, *keys])}
    start = [fixed[key] for key in units]
    for key in keys:
        near = [fixed[unit] for unit in sorted(links[key]) if unit in fixed] or [(0.0, 0.0)]
        start.append((sum(x for x, _ in near) / len(near), sum(y for _, y in near) / len(near)))
    graph = igraph.Graph(len(start), [(index[unit], index[key]) for key in keys for unit in sorted(links[key]) if unit in index])
    far = 1e6
    bounds = [[*(point[axis] for point in start[: len(units)]), *[sign * far] * len(keys)] for axis in (0, 1) for sign in (-1, 1)]
    igraph.set_random_number_generator(random.Random(SEED))  # noqa: S311 - a fixed layout is wanted, nothing secret
    placed = graph.layout_fruchterman_reingold(
        seed=start, niter=60, start_temp=40, grid=False, minx=bounds[0], maxx=bounds[1], miny=bounds[2], maxy=bounds[3]
    )
    return np.array(placed.coords[len(units) :])


def _ring(panels: Sequence[Panel]) -> dict[str, list[int]]:
    """Units on a ring, Geschäftsbereich by Geschäftsbereich, with a gap between two of them.

    They follow each other down the right side and up the left one at even heights, so that the labels outside never meet.
    """
    steps = [key for panel in panels for key in (*panel.rows, "")][:-1]
    half = max(1, math.ceil(len(steps) / 2))
    high = max(150.0, half * RING_STEP / 2)
    placed = {}
    for number, key in enumerate(steps):
        if key:
            side, row = (1, number) if number < half else (-1, len(steps) - 1 - number)
            y = -high + (row + 0.5) * 2 * high / half
            placed[key] = [round(side * (0.35 + 0.65 * math.sqrt(1 - (y / high) ** 2)) * max(260.0, high)), round(y)]
    return placed


def _rounded(places: Mapping[str, Point]) -> dict[str, list[int]]:
    return {key: [round(x), round(y)] for key, (x, y) in places.items()}
