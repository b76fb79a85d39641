"""What the report says about other municipalities: who is where, who pays what, and where only the others are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import attrs

from gremiennetz.graph.build import german_amount
from gremiennetz.query import Engine, Library, Value, answer, shown


@attrs.frozen
class City:
    """A municipality by its newest list."""

    id: str
    label: str
    dataset: str
    year: str
    inhabitants: int | None
    units: int
    bodies: int
    participations: int
    costs: tuple[str, ...]
    """What it states a year, in words, by exactness."""


@attrs.frozen
class Shared:
    """A body, and what each municipality that is in it says it pays."""

    label: str
    firm: bool
    deciding: tuple[str, ...]
    cities: tuple[str, ...]
    costs: Mapping[str, tuple[str, ...]]
    """Municipality → amounts in words; none where it names no amount."""
    kind: str = ""
    stated: Decimal = Decimal(0)
    """All amounts named for it, whatever their exactness: only to put what costs most first, never shown."""


@attrs.frozen
class Coverage:
    """An umbrella: how many of its bodies that any municipality is in each of them has."""

    label: str
    bodies: int
    counts: Mapping[str, int]
    only_others: tuple[str, ...]
    """Bodies below it that others are in and the municipality of the report is not."""


@attrs.frozen
class Comparison:
    """One municipality beside the others."""

    own: City
    others: tuple[City, ...]
    common: tuple[Shared, ...]
    missing: tuple[Shared, ...]
    """Bodies that others are in and the own municipality is not; those that most are in, and that cost most, first."""
    alone: tuple[tuple[str, tuple[str, ...]], ...]
    """Kind of body → bodies that only the own municipality is in."""
    umbrellas: tuple[Coverage, ...]

    @property
    def cities(self) -> tuple[City, ...]:
        """Return all municipalities, the own one first."""
        return (self.own, *self.others)


Rows = Iterator[dict[str, Value]]


def compare(library: Library, engine: Engine, municipality: str) -> Comparison | None:
    """Compare a municipality (its id, such as ``municipality/mycity``) with all others in the graph; nothing when there is no other."""

    def rows(name: str, **given: str) -> Rows:
        table = answer(library.get(name), given, library, engine)
        return (dict(zip(table.columns, row, strict=True)) for row in table.rows)

    costs: dict[str, list[str]] = defaultdict(list)
    for row in rows("comparison/cost-by-municipality"):
        costs[shown(row["municipality_label"])].append(_amount(row))
    cities = [_city(row, costs) for row in rows("comparison/key-figures") if shown(row["newest"]) == "true"]
    own = next((city for city in cities if city.id == municipality), None)
    # several lists of one city in its newest year are one city here
    others = {city.id: city for city in sorted(cities, key=lambda city: (city.label, city.id)) if city.id != municipality}
    if own is None or not others:
        return None
    paid: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("comparison/cost-by-body"):
        paid[shown(row["body"])][shown(row["municipality_label"])].append(_amount(row))
        sums[shown(row["body"])] += Decimal(shown(row["sum"]))
    common = [_shared(row, paid, sums, "municipality_labels", own.label) for row in rows("comparison/common-bodies", municipalities="2")]
    missing = [_shared(row, paid, sums, "other_labels", own.label) for row in rows("comparison/not-in", municipality=municipality.rsplit("/", 1)[-1])]
    alone: dict[str, list[str]] = defaultdict(list)
    for row in rows("comparison/only-in", municipality=municipality.rsplit("/", 1)[-1]):
        alone[shown(row["kind_label"])].append(shown(row["label"]))
    return Comparison(
        own,
        tuple(others.values()),
        tuple(item for item in common if own.label in item.cities),
        tuple(sorted(missing, key=lambda item: (-len(item.cities), -item.stated, item.label))),
        tuple(sorted(((kind, tuple(labels)) for kind, labels in alone.items()), key=lambda item: (-len(item[1]), item[0]))),
        tuple(_umbrellas(rows("comparison/umbrella-coverage"), rows("comparison/sub-bodies"), own.label)),
    )


def _city(row: Mapping[str, Value], costs: Mapping[str, list[str]]) -> City:
    label = shown(row["municipality_label"])
    counted = shown(row["inhabitants"])
    numbers = [int(shown(row[name])) for name in ("units", "bodies", "participations")]
    return City(
        shown(row["municipality"]),
        label,
        shown(row["dataset"]),
        shown(row["year"]),
        int(counted) if counted else None,
        numbers[0],
        numbers[1],
        numbers[2],
        tuple(costs.get(label, ())),
    )


def _amount(row: Mapping[str, Value]) -> str:
    """Return an amount with how exact it is, and for a thousand inhabitants where their number is known."""
    low, high = Decimal(shown(row["sum"])), Decimal(shown(row["sum_to"]))
    words = f"{german_amount(low)} Euro" if low == high else f"{german_amount(low)} bis {german_amount(high)} Euro"
    notes = [shown(row["exactness_label"])] if low == high else []
    if shown(row["yearly"]) != "im Jahr":
        notes.append(shown(row["yearly"]))
    count, unsure = int(shown(row["count"])), int(shown(row["uncertain"]) or 0)
    if unsure:
        notes.append("unter Vorbehalt" if count == 1 else f"{unsure} von {count} Angaben unter Vorbehalt")
    if shown(row["per_inhabitant"]):
        notes.append(f"{german_amount(1000 * Decimal(shown(row['per_inhabitant'])))} je 1.000 Einwohner")
    return f"{words} ({'; '.join(notes)})" if notes else words


def _shared(row: Mapping[str, Value], paid: Mapping[str, Mapping[str, list[str]]], sums: Mapping[str, Decimal], column: str, own: str) -> Shared:
    cities = sorted((part for part in shown(row[column]).split(" | ") if part), key=lambda label: (label != own, label))
    costs = paid.get(shown(row["body"]), {})
    return Shared(
        shown(row["label"]),
        shown(row.get("firm")) != "false",
        tuple(part for part in shown(row.get("deciding")).split("; ") if part),
        tuple(cities),
        {city: tuple(costs.get(city, ())) for city in cities},
        shown(row.get("kind_label")),
        sums.get(shown(row["body"]), Decimal(0)),
    )


def _umbrellas(coverage: Iterable[dict[str, Value]], bodies: Iterable[dict[str, Value]], own: str) -> Iterator[Coverage]:
    """Yield the umbrellas below which two or more municipalities sit, the own one among them, those with the most bodies first."""
    others: dict[str, list[str]] = defaultdict(list)
    for row in bodies:
        if own not in shown(row["municipality_labels"]).split(" | "):
            others[shown(row["umbrella"])].append(shown(row["label"]))
    found: dict[str, list[dict[str, Value]]] = defaultdict(list)
    for row in coverage:
        found[shown(row["umbrella"])].append(row)
    for umbrella, rows in found.items():
        counts = {shown(row["municipality_label"]): int(shown(row["bodies"])) for row in rows}
        if own in counts and len(counts) > 1:
            yield Coverage(shown(rows[0]["umbrella_label"]), int(shown(rows[0]["all"])), counts, tuple(others.get(umbrella, ())))
