"""The overlap of each two units over a whole country: the same rows as the query ``overlap/unit-pairs``, counted outside the engine.

A SPARQL engine joins the connections with themselves and carries the texts of each meeting along; that is fine for one city and grows out of hand
with hundreds. Here the graph is asked for the connections alone, and the pairs are counted city by city (docs/performance.md says what else was
tried).
"""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from itertools import combinations

import attrs
import pyoxigraph as ox

from gremiennetz.graph.terms import decimal, integer
from gremiennetz.query import Engine, Library
from gremiennetz.results import Table, Value, shown

COLUMNS = (
    "a_label", "b_label", "bodies", "firm_bodies", "umbrellas", "firm_umbrellas", "persons", "jaccard", "coefficient", "body_labels", "deciding",
    "a", "b",
)  # fmt: skip
_Key = str
_CERTAIN: frozenset[str] = frozenset()


@attrs.define
class _Pair:
    """What two units share, as it is counted."""

    bodies: int = 0
    firm_bodies: int = 0
    umbrellas: int = 0
    firm_umbrellas: int = 0
    persons: int = 0
    shared: list[_Key] = attrs.field(factory=list)
    deciding: set[str] = attrs.field(factory=set)


def unit_pairs(library: Library, engine: Engine) -> Table:
    """Return all pairs of units that share a body, an umbrella or a person, those that share most first."""
    with _without_collection():
        return _counted(library, engine)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from looking for garbage: hundreds of thousands of rows are none, and going through them again and again
    takes as long as all else."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _counted(library: Library, engine: Engine) -> Table:
    units = {_name(row[0]): (row[0], row[1], _name(row[2])) for row in _rows(library, engine, "units")}
    edges = _edges(library, engine)
    held: defaultdict[_Key, set[_Key]] = defaultdict(set)
    for unit, body in edges:
        held[unit].add(body)
    umbrellas = {body: above for body, above in _closure(library, engine).items() if above}
    found: defaultdict[tuple[_Key, _Key], _Pair] = defaultdict(_Pair)
    for a, b, body, doubts in _meetings(edges.items(), units):
        pair = found[a, b]
        pair.bodies += 1
        pair.firm_bodies += not doubts
        pair.shared.append(body)
        pair.deciding |= doubts
    for a, b, _, doubts in _meetings(_under(edges, umbrellas).items(), units):
        pair = found[a, b]
        pair.umbrellas += 1
        pair.firm_umbrellas += not doubts
        pair.deciding |= doubts
    for pair_of, count in _shared_persons(library, engine).items():
        found[pair_of].persons += count
    wanted = [ox.NamedNode(body) for body in {body for pair in found.values() for body in pair.shared}]
    labels = {_name(row[0]): shown(row[1]) for row in engine.run(library.get("pairs/names").unordered({"body": wanted})).rows}
    rows = [_row(units[a], units[b], len(held[a]), len(held[b]), pair, labels) for (a, b), pair in found.items() if a in units and b in units]
    rows.sort(key=lambda row: row[0])
    return Table(COLUMNS, tuple(row for _, row in rows))


def _name(term: Value) -> _Key:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _rows(library: Library, engine: Engine, name: str) -> tuple[tuple[Value, ...], ...]:
    return engine.run(library.get(f"pairs/{name}").unordered()).rows


def _edges(library: Library, engine: Engine) -> dict[tuple[_Key, _Key], frozenset[str]]:
    """Return unit and body of each connection with the cells it hangs on; a connection with a certain record hangs on none."""
    with ThreadPoolExecutor(1) as beside:  # the engine counts on the second processor while the connections are read here
        repeated = beside.submit(_rows, library, engine, "repeated")
        found = {(_name(unit), _name(body)): _CERTAIN for unit, body in _rows(library, engine, "connections")}
    cells: defaultdict[tuple[_Key, _Key], defaultdict[_Key, set[str]]] = defaultdict(lambda: defaultdict(set))
    for unit, body, source, record, column in _rows(library, engine, "doubts"):
        cells[_name(unit), _name(body)][_name(source)].add(f"{shown(record)}: {shown(column)}")
    records = {(_name(unit), _name(body)): int(shown(count)) for unit, body, count in repeated.result()}
    for edge, doubtful in cells.items():
        if len(doubtful) == records.get(edge, 1):
            found[edge] = frozenset().union(*doubtful.values())
    return found


def _closure(library: Library, engine: Engine) -> dict[_Key, set[_Key]]:
    """Return, for each body, the umbrellas that it stands below at any height, and itself if it is one."""
    direct: defaultdict[_Key, set[_Key]] = defaultdict(set)
    for body, umbrella in _rows(library, engine, "umbrellas"):
        direct[_name(body)].add(_name(umbrella))
    tops = {umbrella for above in direct.values() for umbrella in above}
    closed: dict[_Key, set[_Key]] = {}
    for start in {*direct, *tops}:
        reached, ahead = {start}, list(direct.get(start, ()))
        while ahead:
            one = ahead.pop()
            if one not in reached:
                reached.add(one)
                ahead += direct.get(one, ())
        closed[start] = reached & tops
    return closed


def _under(edges: dict[tuple[_Key, _Key], frozenset[str]], umbrellas: dict[_Key, set[_Key]]) -> dict[tuple[_Key, _Key], frozenset[str]]:
    """Return unit and umbrella of each connection with an umbrella, as ``_edges`` does for bodies."""
    found: dict[tuple[_Key, _Key], frozenset[str]] = {}
    for (unit, body), doubts in edges.items():
        for umbrella in umbrellas.get(body, ()):
            before = found.get((unit, umbrella), doubts)
            found[unit, umbrella] = before | doubts if before and doubts else _CERTAIN
    return found


def _meetings(
    edges: Iterable[tuple[tuple[_Key, _Key], frozenset[str]]], units: dict[_Key, tuple[Value, Value, _Key]]
) -> Iterator[tuple[_Key, _Key, _Key, frozenset[str]]]:
    """Yield each two units of one city that meet in a thing, with the cells that this hangs on."""
    there: defaultdict[tuple[_Key, _Key], list[tuple[_Key, frozenset[str]]]] = defaultdict(list)
    for (unit, thing), doubts in edges:
        if unit in units:
            there[units[unit][2], thing].append((unit, doubts))
    for (_, thing), members in there.items():
        if len(members) > 1:
            for (a, a_doubts), (b, b_doubts) in combinations(sorted(members), 2):
                yield a, b, thing, a_doubts | b_doubts


def _shared_persons(library: Library, engine: Engine) -> Counter[tuple[_Key, _Key]]:
    seats: defaultdict[_Key, set[_Key]] = defaultdict(set)
    for unit, person in _rows(library, engine, "persons"):
        seats[_name(person)].add(_name(unit))
    return Counter(pair for units in seats.values() for pair in combinations(sorted(units), 2))


def _row(
    a: tuple[Value, Value, _Key], b: tuple[Value, Value, _Key], a_bodies: int, b_bodies: int, pair: _Pair, labels: dict[_Key, str]
) -> tuple[tuple[int, int, str, str, str, str], tuple[Value, ...]]:
    """Return a row with what it is sorted by."""
    fewer, every = min(a_bodies, b_bodies), a_bodies + b_bodies - pair.bodies
    row = (
        a[1],
        b[1],
        *map(integer, (pair.bodies, pair.firm_bodies, pair.umbrellas, pair.firm_umbrellas, pair.persons)),
        _share(pair.bodies, every if fewer else 0),
        _share(pair.bodies, fewer),
        ox.Literal(" | ".join(sorted({labels[body] for body in pair.shared}))),
        ox.Literal("; ".join(sorted(pair.deciding))),
        a[0],
        b[0],
    )
    return (-pair.bodies, -pair.umbrellas, shown(a[1]), shown(b[1]), _name(a[0]), _name(b[0])), row


def _share(part: int, whole: int) -> ox.Literal:
    """Return a share with three digits, rounded as SPARQL rounds."""
    return decimal(Decimal((2000 * part + whole) // (2 * whole)) / 1000 if whole else Decimal(0))
