"""What changed between two lists of one city: which participation of the newer list continues which of the older one, and in what they differ.

The comparison works on what the graph says (``queries/changes``), and the same from both sides: what joined from the older list to the newer
one has left from the newer to the older. The identity of bodies is the register's; words decide nothing.

Where a set's ``dataset.toml`` names the list that it follows (``[dataset] revises``), its changes are a part of the graph: ``<set>/changes``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pyoxigraph as ox

from gremiennetz.errors import InputError, Problem
from gremiennetz.graph.bodies import Triple, register_triples
from gremiennetz.graph.build import Builder, german_amount
from gremiennetz.graph.terms import concept, date, decimal, iri, text
from gremiennetz.places import Root
from gremiennetz.records import setting
from gremiennetz.register import key

PART = "changes"
KINDS = ("joined", "left", "renamed", "cost", "role", "moved")
"""Names of the concepts of the vocabulary ``change``."""
DECIDES: Mapping[str, frozenset[str]] = {
    "joined": frozenset({"unit", "name", "umbrella"}),
    "left": frozenset({"unit", "name", "umbrella"}),
    "renamed": frozenset({"name", "umbrella"}),
    "cost": frozenset({"unit", "name", "umbrella", "cost"}),
    "role": frozenset({"unit", "name", "umbrella", "participation", "status"}),
    "moved": frozenset({"unit", "name", "umbrella"}),
}
"""The columns that a change of each kind hangs on: where one of them is uncertain, the change is with reservation."""

Row = Mapping[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]
Ask = Callable[[str], Iterable[Row]]
"""Runs a query of the library by its name and returns its rows."""


@attrs.frozen
class Cost:
    """One cost statement."""

    node: str
    exactness: str
    amount: Decimal | None
    up_to: Decimal | None
    kinds: tuple[str, ...]
    yearly: bool
    label: str

    @property
    def meaning(self) -> tuple[object, ...]:
        """Return what makes two statements the same, whatever their words and the year they are about."""
        return self.exactness, self.amount, self.up_to, self.kinds, self.yearly

    @property
    def euros(self) -> Decimal | None:
        """Return the amount to calculate with; a range has none, "no cost" is zero."""
        if self.exactness == "none":
            return Decimal(0)
        return None if self.exactness == "range" else self.amount

    def order(self) -> tuple[str, str, bool, Decimal, str]:
        """Return by what statements of one cell are put side by side."""
        return " ".join(self.kinds), self.exactness, self.yearly, self.amount or Decimal(-1), self.node


@attrs.frozen
class Membership:
    """A participation as one list states it."""

    node: str
    record: str
    unit: str
    unit_label: str
    division: str
    body: str
    body_label: str
    umbrella: str
    umbrella_label: str
    words: tuple[str, str]
    """What the list calls the body: umbrella and name."""
    lines: str
    roles: tuple[str, ...]
    role_labels: tuple[str, ...]
    doubts: frozenset[str]
    """Names of the uncertain columns."""
    costs: tuple[Cost, ...]

    @property
    def spelling(self) -> tuple[str, str]:
        """Return the words in the form in which they are compared."""
        return key(self.words[0]), key(self.words[1])

    @property
    def called(self) -> str:
        """Return the words as people read them."""
        return " – ".join(part for part in self.words if part)


@attrs.frozen
class Change:
    """One thing that is different. Joined has no ``before``, left has no ``after``."""

    kind: str
    before: Membership | None
    after: Membership | None
    cost_before: Cost | None = None
    cost_after: Cost | None = None
    whole: bool = True
    """Of joined and left: whether the city as a whole joined or left; not, where other units are in the body in both lists."""

    @property
    def one(self) -> Membership:
        """Return the membership of the newer list, else that of the older."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change has a membership before or after")
        return found

    @property
    def difference(self) -> Decimal | None:
        """Return by how many euros an amount changed, where both lists name one for the same span of time."""
        old, new = self.cost_before, self.cost_after
        if old is None or new is None or old.euros is None or new.euros is None:
            return None
        spans = {cost.yearly for cost in (old, new) if cost.amount is not None}
        return new.euros - old.euros if len(spans) <= 1 else None

    @property
    def percent(self) -> Decimal | None:
        """Return the difference as a share of the older amount, in per cent with one digit."""
        if self.difference is None or self.cost_before is None or not self.cost_before.euros:
            return None
        return (100 * self.difference / self.cost_before.euros).quantize(Decimal("0.1"))

    @property
    def deciding(self) -> tuple[tuple[str, str], ...]:
        """Return the uncertain cells that the change hangs on, as record and column; a change without any is firm."""
        return tuple(
            (side.record, column) for side in (self.before, self.after) if side is not None for column in sorted(side.doubts & DECIDES[self.kind])
        )


@attrs.frozen
class Comparison:
    """Which participation continues which, and all that changed."""

    pairs: tuple[tuple[Membership, Membership], ...]
    changes: tuple[Change, ...]


def _text(value: object) -> str:
    return str(value.value) if isinstance(value, ox.Literal | ox.NamedNode) else ""


def _number(value: object) -> Decimal | None:
    return Decimal(_text(value)) if value is not None else None


def _local(value: str) -> str:
    return value.rsplit("/", 1)[-1]


def memberships(ask: Ask) -> list[Membership]:
    """Return the participations of one list. ``ask`` has to answer for that list alone."""
    costs: defaultdict[str, dict[str, Cost]] = defaultdict(dict)
    for row in ask("changes/costs"):
        made = Cost(
            _text(row["cost"]),
            _local(_text(row["exactness"])),
            _number(row["amount"]),
            _number(row["up_to"]),
            tuple(sorted(_text(row["kinds"]).split())),
            _text(row["not_yearly"]) != "true",
            _text(row["label"]),
        )
        costs[_text(row["participation"])].setdefault(made.node, made)
    found: dict[str, Membership] = {}
    for row in ask("changes/memberships"):  # a thing with two names in one graph (two lists in one store) comes once
        node = _text(row["participation"])
        found.setdefault(node, _membership(row, tuple(sorted(costs[node].values(), key=Cost.order))))
    return sorted(found.values(), key=lambda item: (item.record, item.node))


def _membership(row: Row, costs: tuple[Cost, ...]) -> Membership:
    return Membership(
        node=_text(row["participation"]),
        record=_text(row["record"]),
        unit=_text(row["unit"]),
        unit_label=_text(row["unit_label"]),
        division=_text(row["division"]),
        body=_text(row["body"]),
        body_label=_text(row["body_label"]),
        umbrella=_text(row["umbrella"]),
        umbrella_label=_text(row["umbrella_label"]),
        words=(_text(row["umbrella_words"]), _text(row["name_words"])),
        lines=_text(row["lines"]),
        roles=tuple(sorted(_text(row["roles"]).split())),
        role_labels=tuple(sorted(part for part in _text(row["role_labels"]).split(" | ") if part)),
        doubts=frozenset(map(_local, _text(row["doubts"]).split())),
        costs=costs,
    )


def compare(before: Sequence[Membership], after: Sequence[Membership]) -> Comparison:
    """Compare two lists: first the same unit in the same body, then the same body in another unit; what is left over has left or joined."""
    pairs: list[tuple[Membership, Membership]] = []
    old, new = list(before), list(after)
    for same in _TIERS:
        found, old, new = _side_by_side(old, new, same, lambda item: (item.spelling, item.record, item.node))
        pairs += found
    pairs.sort(key=lambda pair: (pair[1].record, pair[1].node))
    bodies = {item.body for item in before} & {item.body for item in after}
    changes = [Change("left", item, None, whole=item.body not in bodies) for item in old]
    changes += [Change("joined", None, item, whole=item.body not in bodies) for item in new]
    for pair in pairs:
        changes += _differences(*pair)
    return Comparison(tuple(pairs), tuple(sorted(changes, key=_order)))


def _order(change: Change) -> tuple[int, str, str, str]:
    return KINDS.index(change.kind), change.one.unit_label, change.one.body_label, change.one.node


_TIERS: tuple[Callable[[Membership], object], ...] = (
    lambda item: (item.body, item.unit, item.spelling),
    lambda item: (item.body, item.unit),
    lambda item: (item.body, item.spelling, item.division),
    lambda item: (item.body, item.division),
    lambda item: (item.body, item.spelling),
    lambda item: item.body,
)
"""What two participations have to share to continue one another, the strictest first."""

_Item = TypeVar("_Item")


def _side_by_side(
    old: Iterable[_Item], new: Iterable[_Item], same: Callable[[_Item], object], order: Callable[[_Item], Any]
) -> tuple[list[tuple[_Item, _Item]], list[_Item], list[_Item]]:
    """Pair the items of two sides that are the same in some respect, in order; return the pairs and what is left over on either side."""
    sides: defaultdict[object, tuple[list[_Item], list[_Item]]] = defaultdict(lambda: ([], []))
    for number, items in enumerate((old, new)):
        for item in sorted(items, key=order):
            sides[same(item)][number].append(item)
    pairs = [pair for some, others in sides.values() for pair in zip(some, others, strict=False)]
    rest = [[item for both in sides.values() for item in both[side][min(map(len, both)) :]] for side in (0, 1)]
    return pairs, rest[0], rest[1]


def _differences(before: Membership, after: Membership) -> Iterator[Change]:
    if before.spelling != after.spelling and before.words[1] and after.words[1]:  # a name that tells a person is not in every graph
        yield Change("renamed", before, after)
    if before.unit != after.unit:
        yield Change("moved", before, after)
    if before.roles != after.roles:
        yield Change("role", before, after)
    for old, new in _cost_pairs(before.costs, after.costs):
        yield Change("cost", before, after, old, new)


def _cost_pairs(before: Sequence[Cost], after: Sequence[Cost]) -> Iterator[tuple[Cost | None, Cost | None]]:
    """Put the statements that differ side by side: those of one kind of cost first, then in order; one may have no counterpart."""
    found, old, new = _side_by_side(_without(before, after), _without(after, before), lambda cost: cost.kinds, Cost.order)
    yield from found
    found, old, new = _side_by_side(old, new, lambda _: None, Cost.order)
    yield from found
    yield from ((item, None) for item in old)
    yield from ((None, item) for item in new)


def _without(some: Iterable[Cost], others: Iterable[Cost]) -> list[Cost]:
    """Return the statements that have no equal one on the other side."""
    spare = Counter(item.meaning for item in others)
    left = []
    for item in sorted(some, key=Cost.order):
        if spare[item.meaning]:
            spare[item.meaning] -= 1
        else:
            left.append(item)
    return left


NO_STATEMENT = "keine Angabe"


def described(change: Change) -> tuple[str, str]:
    """Return what was before and what is after, in German words."""
    old, new = change.before, change.after
    if change.kind == "cost":
        return (change.cost_before.label if change.cost_before else NO_STATEMENT), (change.cost_after.label if change.cost_after else NO_STATEMENT)
    if change.kind == "role":
        return (", ".join(old.role_labels) or NO_STATEMENT if old else ""), (", ".join(new.role_labels) or NO_STATEMENT if new else "")
    if change.kind == "moved":
        return (old.unit_label if old else ""), (new.unit_label if new else "")
    return (old.called if old else ""), (new.called if new else "")


def signed(value: Decimal) -> str:
    """Return a difference in euros as German readers write it, with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{german_amount(abs(value))}"


# in the graph


def problems(known: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Check what sets say of the list that they follow: it exists, is of the same city and older. ``known`` are the settings of all sets."""
    found = []
    for name, settings in known.items():
        older = setting(dict(settings), "dataset.revises")
        if older is None:
            continue
        wrong = ""
        if older not in known:
            wrong = f"there is no set {older!r}; the sets are: {', '.join(known)}"
        elif known[older]["municipality"]["id"] != settings["municipality"]["id"]:
            wrong = f"{older!r} is a list of {known[older]['municipality']['id']!r}, not of {settings['municipality']['id']!r}"
        elif known[older]["document"]["year"] >= settings["document"]["year"]:
            wrong = f"{older!r} is of {known[older]['document']['year']} and not older than this list ({settings['document']['year']})"
        if wrong:
            found.append(Problem(f"data/records/{name}/dataset.toml", wrong, column="dataset.revises"))
    return found


class History:
    """The changes of all sets of a root that follow another one."""

    def __init__(self, root: Root, builders: Sequence[Builder]) -> None:
        self.builders = {builder.dataset.id: builder for builder in builders}
        self._root = root
        self._comparisons: dict[str, Comparison] = {}
        self._lists: dict[str, list[Membership]] = {}

    def older(self, name: str) -> str:
        """Return the set that a set follows, or an empty text."""
        return str(setting(self.builders[name].dataset.settings, "dataset.revises") or "")

    def _year(self, name: str) -> str:
        return str(self.builders[name].dataset.settings["document"]["year"])

    def _list(self, name: str) -> list[Membership]:
        """Return the participations of a set as its graph will say them, without what only the graph of people says."""
        if name not in self._lists:
            builder = self.builders[name]
            store = ox.Store()
            triples = [*register_triples(builder.names, builder.register)]
            for part in ("units", "participations", "records"):
                triples += builder.part(part)
            store.extend(ox.Quad(*triple) for triple in triples)
            for path in sorted((self._root.shipped("ontology") / "vocab").glob("*.ttl")):
                store.load(path=str(path), format=ox.RdfFormat.TURTLE)
            self._lists[name] = memberships(lambda query: _asked(store, self._root.shipped("queries") / f"{query}.rq"))
        return self._lists[name]

    def comparison(self, name: str) -> Comparison:
        """Return a set compared with the one that it follows."""
        if name not in self._comparisons:
            self._comparisons[name] = compare(self._list(self.older(name)), self._list(name))
        return self._comparisons[name]

    def _start(self, name: str) -> dict[str, str]:
        """Return, for each participation of a set, the year of the first list that names it without a gap since."""
        older = self.older(name)
        before = self._start(older) if older else {}
        continued = {new.node: before[old.node] for old, new in self.comparison(name).pairs} if older else {}
        return {item.node: continued.get(item.node, self._year(name)) for item in self._list(name)}

    def triples(self, name: str) -> Iterator[Triple]:
        """Yield the part ``changes`` of a set that follows another one."""
        builder, older = self.builders[name], self.older(name)
        made, years = self.comparison(name), (self._year(older), self._year(name))
        span = builder.names.thing("period", f"{name}-since-{older}")
        yield builder.collection, iri("prov:wasRevisionOf"), self.builders[older].collection
        yield from _period(span, *years)
        for old, new in made.pairs:
            yield ox.NamedNode(new.node), iri("prov:wasRevisionOf"), ox.NamedNode(old.node)
        ids: Counter[str] = Counter()
        for change in made.changes:
            stem = f"{name}-{change.kind}-{change.one.record}"
            ids[stem] += 1
            node = builder.names.thing("change", stem if change.kind != "cost" else f"{stem}-{ids[stem]}")
            yield from self._event(node, change, builder, span)
        yield from self._listed(name)
        if not self.older(older):
            yield from self._listed(older)

    def _event(self, node: ox.NamedNode, change: Change, builder: Builder, span: ox.NamedNode) -> Iterator[Triple]:
        kind = builder.vocabulary.names("change")[change.kind]
        yield node, iri("rdf:type"), iri("org:ChangeEvent")
        yield node, iri("rdfs:label"), text(f"{kind}: {change.one.unit_label}, {change.one.body_label}")
        yield node, iri("gn:changeKind"), concept("change", change.kind)
        yield node, iri("dct:isPartOf"), builder.collection
        yield node, iri("dct:temporal"), span
        for side, link in ((change.before, "prov:used"), (change.after, "prov:generated")):
            if side is not None:
                yield node, iri(link), ox.NamedNode(side.node)
        for cost, link in ((change.cost_before, "prov:used"), (change.cost_after, "prov:generated")):
            if cost is not None:
                yield node, iri(link), ox.NamedNode(cost.node)
        if change.before and change.after and change.kind in {"moved", "renamed"}:
            ends = (change.before.unit, change.after.unit) if change.kind == "moved" else (change.before.body, change.after.body)
            yield node, iri("org:originalOrganization"), ox.NamedNode(ends[0])
            yield node, iri("org:resultingOrganization"), ox.NamedNode(ends[1])
        if change.before and change.after:
            was, now = described(change)
            yield node, iri("dct:description"), text(f"{was} → {now}")
        if change.difference is not None:
            yield node, iri("gn:difference"), decimal(change.difference)
        if change.percent is not None:
            yield node, iri("gn:differencePercent"), decimal(change.percent)

    def _listed(self, name: str) -> Iterator[Triple]:
        builder, last = self.builders[name], self._year(name)
        periods: set[str] = set()
        for participation, first in self._start(name).items():
            period = builder.names.thing("period", f"{name}-listed-{first}")
            yield ox.NamedNode(participation), iri("gn:listedDuring"), period
            if first not in periods:
                periods.add(first)
                yield from _period(period, first, last)


def _period(node: ox.NamedNode, first: str, last: str) -> Iterator[Triple]:
    yield node, iri("rdf:type"), iri("dct:PeriodOfTime")
    yield node, iri("rdfs:label"), text(first if first == last else f"{first} bis {last}")
    yield node, iri("dcat:startDate"), date(first)
    yield node, iri("dcat:endDate"), date(last)


def _asked(store: ox.Store, path: Path) -> Iterator[Row]:
    """Run a query file as it stands: it asks for everything in the store."""
    try:
        query = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError([Problem(f"queries/{path.parent.name}/{path.name}", f"cannot be read: {error.strerror}")]) from None
    found = store.query(query)
    if not isinstance(found, ox.QuerySolutions):
        raise InputError([Problem(f"queries/{path.parent.name}/{path.name}", "is no SELECT query")])
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: row[name] for name in names}
