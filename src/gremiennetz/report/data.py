"""What the report says, worked out once for both of its forms: totals, overlaps, and where each number comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

import attrs
import pyoxigraph as ox

from gremiennetz.analysis import Bridge, Community, bridges, communities, network
from gremiennetz.query import Engine, Library, Value, ask, shown
from gremiennetz.report.comparison import Comparison

SEPARATORS = (" | ", "; ")
EXACTNESS = ("exact", "about", "at-most", "range")
"""Kinds of amounts, never added up with one another."""


@attrs.frozen
class Participation:
    """One participation as the report shows it."""

    record: str
    unit: str
    division: str
    body: str
    """IRI."""
    body_label: str
    kind: str
    umbrella: str
    umbrella_label: str
    purpose: str
    status: str
    reach: str
    role: str
    cost: str
    lines: str
    uncertain: tuple[str, ...]
    """Labels of the uncertain columns."""
    note: str


@attrs.frozen
class Cost:
    """One cost statement; a cell that several records share comes once."""

    record: str
    division: str
    body_kind: str
    amount: Decimal | None
    up_to: Decimal | None
    exactness: str
    label: str
    kinds: str
    yearly: bool
    uncertain: bool


@attrs.frozen
class Total:
    """The stated yearly cost of some rows: amounts by exactness, and how many rows say nothing."""

    name: str
    amounts: Mapping[str, Decimal]
    """By exactness; a range by its lower bound."""
    range_to: Decimal
    uncertain: Decimal
    """Part of all amounts that hangs on an uncertain cell."""
    seldom: Decimal
    none: int
    no_amount: int
    empty: int


@attrs.frozen
class Overlap:
    """A body or umbrella that ties units together."""

    label: str
    units: tuple[str, ...]
    firm: bool
    records: tuple[str, ...]
    deciding: tuple[str, ...]
    bodies: int = 1
    depth: int = 0
    scope: str = ""
    payments: tuple[str, ...] = ()


@attrs.frozen
class Pair:
    """Two units and what they share, each kind of overlap on its own."""

    a: str
    b: str
    bodies: int
    firm: int
    umbrellas: int
    persons: int
    jaccard: Decimal
    coefficient: Decimal
    labels: tuple[str, ...]


@attrs.frozen
class State:
    """Status and period of one record."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    period: str
    end: str


@attrs.frozen
class ReportData:
    """Everything the report shows."""

    titles: tuple[str, ...]
    year: str
    documents: tuple[str, ...]
    licences: tuple[str, ...]
    """The terms under which the documents may be used, as far as they are stated."""
    inventory: tuple[tuple[str, int], ...]
    participations: tuple[Participation, ...]
    costs: tuple[Cost, ...]
    totals: tuple[Total, ...]
    shared_bodies: tuple[Overlap, ...]
    shared_umbrellas: tuple[Overlap, ...]
    double_payments: tuple[Overlap, ...]
    pairs: tuple[Pair, ...]
    units: tuple[str, ...]
    states: Mapping[str, State]
    persons: tuple[tuple[str, ...], ...]
    bridges: tuple[Bridge, ...]
    communities: tuple[Community, ...]
    fields: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    unsure: tuple[tuple[str, ...], ...]
    tree: tuple[str, tuple[tuple[str, int, tuple[str, ...]], ...]]
    """The umbrella with the most units: its label, and per body its label, depth and units."""
    comparison: Comparison | None = None
    """The municipality beside others, where the graph holds some."""


def _list(value: Value, separator: str) -> tuple[str, ...]:
    """Return the parts of a concatenated value in a stable order (SPARQL does not promise one)."""
    return tuple(sorted({part for part in shown(value).split(separator) if part}))


def _iri(value: Value) -> str:
    return value.value if isinstance(value, ox.NamedNode) else ""


def _number(value: Value) -> Decimal:
    return Decimal(shown(value) or "0")


class _Asking:
    def __init__(self, library: Library, engine: Engine) -> None:
        self.library, self.engine = library, engine

    def rows(self, name: str) -> list[dict[str, Value]]:
        table = ask(self.library.get(name), self.engine)
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def gather(library: Library, engine: Engine) -> ReportData:
    """Ask the graph for everything the report shows."""
    ask = _Asking(library, engine)
    uncertain = _uncertain(ask)
    participations = _participations(ask, uncertain)
    costs = _costs(ask, uncertain)
    graph = network(library, engine)
    documents = ask.rows("report/documents")
    inventory = tuple((shown(row["thing"]), int(shown(row["count"]))) for row in ask.rows("quality/inventory"))
    shared_umbrellas = _overlaps(ask, "overlap/shared-umbrellas")
    return ReportData(
        titles=tuple(dict.fromkeys(shown(row["title"]) for row in documents)),
        year=max((shown(row["year"]) for row in documents), default=""),
        documents=tuple(dict.fromkeys(shown(row["document"]) for row in documents)),
        licences=tuple(dict.fromkeys(shown(row["rights"]) for row in documents if row["rights"] is not None)),
        inventory=inventory,
        participations=tuple(participations),
        costs=tuple(costs),
        totals=tuple(totals(participations, costs)),
        shared_bodies=_overlaps(ask, "overlap/shared-bodies"),
        shared_umbrellas=shared_umbrellas,
        double_payments=_overlaps(ask, "cost/double-payments"),
        pairs=_pairs(ask),
        units=tuple(sorted({item.unit for item in participations})),
        states=_states(ask),
        persons=tuple(
            (
                shown(row["name"]),
                shown(row["seats"]),
                "; ".join(_list(row["bodies"], " | ")),
                "; ".join(_list(row["unit_labels"], " | ")),
                " ".join(_list(row["records"], " ")),
            )
            for row in ask.rows("people/several-seats")
        ),
        bridges=tuple(item for item in bridges(graph) if item.betweenness > 0),
        communities=tuple(communities(graph)),
        fields=_fields(ask),
        unsure=tuple(
            tuple(shown(row[key]) for key in ("own_label", "other_label", "reason", "unit_label", "record"))
            for row in ask.rows("quality/unsure-identity")
        ),
        tree=_tree(ask, shared_umbrellas),
    )


def _uncertain(ask: _Asking) -> dict[str, tuple[dict[str, str], str]]:
    """Return record → (column name → label, note)."""
    found: dict[str, tuple[dict[str, str], str]] = {}
    for row in ask.rows("report/uncertain"):
        columns, _ = found.get(shown(row["record"]), ({}, ""))
        columns[shown(row["column"]).rsplit("/", 1)[-1]] = shown(row["column_label"])
        found[shown(row["record"])] = (columns, shown(row["note"]))
    return found


def _participations(ask: _Asking, uncertain: Mapping[str, tuple[dict[str, str], str]]) -> list[Participation]:
    found = []
    for row in ask.rows("report/participations"):
        record = shown(row["record"])
        columns, note = uncertain.get(record, ({}, ""))
        found.append(
            Participation(
                record,
                shown(row["unit_label"]),
                shown(row["division_label"]),
                _iri(row["body"]),
                shown(row["body_label"]),
                shown(row["kind_label"]),
                _iri(row["umbrella"]),
                shown(row["umbrella_label"]),
                shown(row["purpose"]),
                shown(row["status_text"]),
                shown(row["reach_text"]),
                shown(row["role_text"]),
                shown(row["cost_text"]),
                shown(row["lines"]),
                tuple(columns.values()),
                note,
            )
        )
    return found


def _costs(ask: _Asking, uncertain: Mapping[str, tuple[dict[str, str], str]]) -> list[Cost]:
    """Return the cost statements; a cell shared by several records (the same lines) and a statement with two kinds come once."""
    kinds: dict[str, list[str]] = defaultdict(list)
    rows: dict[str, dict[str, Value]] = {}
    for row in ask.rows("report/costs"):
        kinds[shown(row["cost"])].append(shown(row["kind_label"]))
        rows.setdefault(shown(row["cost"]), row)
    found: dict[tuple[str, str, str], Cost] = {}
    for name, row in rows.items():
        record = shown(row["record"])
        columns, _ = uncertain.get(record, ({}, ""))
        key = (shown(row["lines"]), shown(row["division_label"]), f"{name.rsplit('-', 1)[-1]} {shown(row['label'])}")
        amount, up_to = row["amount"], row["up_to"]
        found.setdefault(
            key,
            Cost(
                record,
                shown(row["division_label"]),
                shown(row["body_kind"]),
                None if amount is None else _number(amount),
                None if up_to is None else _number(up_to),
                shown(row["exactness"]).rsplit("/", 1)[-1],
                shown(row["label"]),
                " und ".join(sorted(kinds[name])),
                shown(row["not_yearly"]) != "true",
                "cost" in columns,
            ),
        )
    return list(found.values())


def totals(participations: Iterable[Participation], costs: Iterable[Cost]) -> list[Total]:
    """Return the stated yearly cost for each division and, last, for all; amounts of different exactness are never added up."""
    rows, statements = list(participations), list(costs)
    names = [*sorted({item.division for item in rows}), ""]
    return [
        _total(name, [i for i in rows if not name or i.division == name], [i for i in statements if not name or i.division == name]) for name in names
    ]


def _total(name: str, rows: list[Participation], costs: list[Cost]) -> Total:
    amounts = dict.fromkeys(EXACTNESS, Decimal(0))
    seldom, range_to, unsure = Decimal(0), Decimal(0), Decimal(0)
    for item in costs:
        if item.amount is None:
            continue
        if not item.yearly:
            seldom += item.amount
            continue
        amounts[item.exactness] += item.amount
        range_to += item.up_to or Decimal(0) if item.exactness == "range" else Decimal(0)
        unsure += item.amount if item.uncertain else Decimal(0)
    none = sum(1 for item in costs if item.exactness == "none")
    no_amount = sum(1 for item in costs if item.amount is None and item.exactness != "none")
    return Total(name, amounts, range_to, unsure, seldom, none, no_amount, sum(1 for item in rows if not item.cost))


def _overlaps(ask: _Asking, query: str) -> tuple[Overlap, ...]:
    found = [
        Overlap(
            label=shown(row["label"]),
            units=_list(row.get("unit_labels"), " | "),
            firm=shown(row["firm"]) == "true",
            records=_list(row["records"], " "),
            deciding=_list(row["deciding"], "; "),
            bodies=int(shown(row.get("bodies")) or 1),
            depth=int(shown(row.get("depth")) or 0),
            scope=shown(row.get("scope")),
            payments=_list(row.get("payments"), " | "),
        )
        for row in ask.rows(query)
    ]
    return tuple(sorted(found, key=lambda item: (item.scope, -len(item.units), -len(item.payments), item.label)))


def _pairs(ask: _Asking) -> tuple[Pair, ...]:
    found = []
    for row in ask.rows("overlap/unit-pairs"):
        a, b = sorted((shown(row["a_label"]), shown(row["b_label"])))
        counts = [int(shown(row[key])) for key in ("bodies", "firm_bodies", "umbrellas", "persons")]
        labels = _list(row["body_labels"], " | ")
        found.append(Pair(a, b, counts[0], counts[1], counts[2], counts[3], _number(row["jaccard"]), _number(row["coefficient"]), labels))
    return tuple(sorted(found, key=lambda item: (-item.bodies, -item.umbrellas, item.a, item.b)))


def _states(ask: _Asking) -> dict[str, State]:
    rows: dict[str, list[dict[str, Value]]] = defaultdict(list)
    for row in ask.rows("report/states"):
        rows[shown(row["record"])].append(row)
    return {
        record: State(
            tuple(sorted({shown(row["status_label"]) for row in items if row["status_label"]})),
            tuple(sorted({shown(row["status"]).rsplit("/", 1)[-1] for row in items if row["status"]})),
            shown(items[0]["period"]),
            shown(items[0]["end"]),
        )
        for record, items in rows.items()
    }


def _fields(ask: _Asking) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in ask.rows("themes/by-field"):
        found[shown(row["field_label"])].append((shown(row["unit_label"]), int(shown(row["bodies"]))))
    return tuple((label, tuple(units)) for label, units in sorted(found.items()))


def _tree(ask: _Asking, umbrellas: tuple[Overlap, ...]) -> tuple[str, tuple[tuple[str, int, tuple[str, ...]], ...]]:
    """Return the umbrella with the most units as a tree in reading order."""
    if not umbrellas:
        return "", ()
    top = max(umbrellas, key=lambda item: (len(item.units), item.bodies, item.label)).label
    children: dict[str, list[str]] = defaultdict(list)
    labels, units = {}, defaultdict(set)
    for row in ask.rows("umbrella/tree"):
        child, parent = shown(row["body"]), shown(row["parent"])
        labels[child], labels[parent] = shown(row["label"]), shown(row["parent_label"])
        if child not in children[parent]:
            children[parent].append(child)
    for row in ask.rows("overlap/memberships"):
        units[shown(row["body"])].add(shown(row["unit_label"]))
    roots = [node for node, label in labels.items() if label == top]
    found: list[tuple[str, int, tuple[str, ...]]] = []

    def walk(node: str, depth: int) -> None:
        found.append((labels[node], depth, tuple(sorted(units[node]))))
        for child in sorted(children[node], key=lambda item: labels[item]):
            walk(child, depth + 1)

    for root in sorted(roots):
        walk(root, 0)
    return top, tuple(found)


def median_by_kind(costs: Iterable[Cost]) -> dict[str, Decimal]:
    """Return the median of the yearly amounts above zero for each kind of body with three or more of them."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for item in costs:
        if item.amount and item.yearly:
            found[item.body_kind].append(item.amount)
    return {kind: median(amounts) for kind, amounts in found.items() if len(amounts) >= 3}
