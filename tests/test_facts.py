"""Facts found by reading the document, against what the query library answers from the committed graph: exactly these, no more and no fewer.

The lists in ``tests/facts`` that name no city were made by reading ``data/source/af1078-26.txt``, and compared with the graph of that set afterwards
(``test_facts_cities.py`` has the others). Bodies carry the label of the register, and each row says on which lines of the document it stands.
``hold`` says whether an overlap is firm (``fest``) or with reservation, ``reservation`` which cells of the row the document leaves open. Records have
no ids here: a row is found by its unit, its words and their lines.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from gremiennetz.graph import store
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, StoreEngine, answer

FACTS = Path(__file__).parent / "facts"
SOURCE = "data/source/af1078-26.txt"
MEMBERSHIP = {"Einheit", "Name", "Dachverband"}
MONEY = {*MEMBERSHIP, "Kosten pro Jahr"}
_WORD = re.compile(r"[^\W_]+")
HOLD = {"true": "fest", "false": "unter Vorbehalt"}

RECORDS = """
SELECT ?record ?unit ?name ?lines ?cost_lines (GROUP_CONCAT(DISTINCT ?column; SEPARATOR=", ") AS ?uncertain) WHERE {
  ?source a gn:Record ; dct:identifier ?record ; gn:sourceName ?name ; gn:linesName ?lines .
  ?participation prov:wasDerivedFrom ?source ; a gn:Participation ; org:member/skos:prefLabel ?unit .
  OPTIONAL { ?source gn:linesCost ?cost_lines }
  OPTIONAL { ?source gn:uncertainColumn/skos:prefLabel ?column FILTER(LANG(?column) = "de") }
} GROUP BY ?record ?unit ?name ?lines ?cost_lines
"""


@attrs.frozen
class Row:
    """A row of the document, as the graph tells it."""

    unit: str
    name: str
    lines: str
    cost_lines: str
    uncertain: frozenset[str]

    def reservation(self, deciding: set[str]) -> str:
        return ", ".join(sorted(self.uncertain & deciding))


@pytest.fixture(scope="module")
def library(repository: Root) -> Library:
    return Library(repository.shipped("queries"))


@pytest.fixture(scope="module")
def engine(repository: Root) -> Engine:
    return StoreEngine(store.in_memory(repository, sets=["dresden-2026"]))


@pytest.fixture(scope="module")
def rows(engine: Engine) -> dict[str, Row]:
    """Return the rows of the document by the id of their record."""
    found = {}
    for record, unit, name, lines, cost_lines, uncertain in engine.run(RECORDS).texts():
        found[record] = Row(unit, name, lines, cost_lines, frozenset(filter(None, uncertain.split(", "))))
    return found


def table(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(library: Library, engine: Engine, name: str, **given: str) -> list[dict[str, str]]:
    result = answer(library.get(name), given, library, engine)
    return [dict(zip(result.columns, row, strict=True)) for row in result.texts()]


def numbers(lines: str) -> set[int]:
    """Return the numbers that lines such as ``3348;3332`` or ``17-19`` stand for."""
    found: set[int] = set()
    for part in lines.split(";"):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def differences(found: Iterable[object], expected: Iterable[object]) -> str:
    """Return what is too much and what is missing, as text; nothing when both are the same, repetitions included."""
    one, two = Counter(found), Counter(expected)
    return "\n".join([*(f"not in the facts: {item}" for item in one - two), *(f"not in the graph: {item}" for item in two - one)])


@pytest.mark.parametrize(
    ("name", "column", "known"),
    [("shared_bodies", "name", 44), ("umbrella_seats", "name", 80), ("several_seats", "name", 50), ("double_payments", "stated", 48)],
)
def test_each_fact_stands_on_the_lines_it_names(repository: Root, name: str, column: str, known: int) -> None:
    """Words are looked for as parts, because the text extraction glued some cells together (``Verkehrsbehördendauerhaft``)."""
    text = dict(enumerate((repository.path / SOURCE).read_text(encoding="utf-8").splitlines(), start=1))
    facts = table(name)
    assert len(facts) == known
    for fact in facts:
        there = " ".join(text[line] for line in sorted(numbers(fact["lines"])))
        missing = [word for word in _WORD.findall(fact[column]) if word not in there]
        assert not missing, (fact, missing)


def test_bodies_shared_by_two_or_more_units(library: Library, engine: Engine, rows: dict[str, Row]) -> None:
    found = [
        (item["label"], HOLD[item["firm"]], rows[record].unit, rows[record].name, rows[record].lines, rows[record].reservation(MEMBERSHIP))
        for item in asked(library, engine, "overlap/shared-bodies")
        for record in item["records"].split()
    ]
    assert not differences(found, [tuple(fact.values()) for fact in table("shared_bodies")])


def test_which_shared_bodies_are_firm_follows_from_the_rows() -> None:
    """A body is firm when two units remain without the rows that the document leaves open; the tables must not contradict themselves."""
    facts = defaultdict(list)
    for fact in table("shared_bodies"):
        facts[fact["body"]].append(fact)
    assert len(facts) == 21
    for body, items in facts.items():
        assert len({item["unit"] for item in items}) >= 2, body
        firm = len({item["unit"] for item in items if not item["reservation"]}) >= 2
        assert {item["hold"] for item in items} == {HOLD["true" if firm else "false"]}, body


@pytest.mark.parametrize(
    ("umbrella", "seats", "bodies"),
    [
        ("Deutscher Städtetag", 53, 51),
        ("Sächsischer Städte- und Gemeindetag", 18, 18),
        ("Kommunale Gemeinschaftsstelle für Verwaltungsmanagement", 9, 8),
    ],
)
def test_all_seats_under_an_umbrella(library: Library, engine: Engine, rows: dict[str, Row], umbrella: str, seats: int, bodies: int) -> None:
    found = []
    for item in asked(library, engine, "umbrella/participations", umbrella=umbrella):
        row = rows[item["record"]]
        assert (item["unit_label"], row.uncertain) == (row.unit, frozenset(filter(None, item["uncertain"].split(", "))))
        assert numbers(row.lines) <= numbers(item["lines"])
        found.append((item["umbrella_label"], item["body_label"], row.unit, row.name, row.lines, row.reservation(MEMBERSHIP)))
    facts = [tuple(fact.values()) for fact in table("umbrella_seats") if fact["umbrella"] == umbrella]
    assert not differences(found, facts)
    assert (len(facts), len({fact[1] for fact in facts})) == (seats, bodies)


def test_the_staedtetag_has_more_than_fifty_sub_bodies(library: Library, engine: Engine) -> None:
    """Fifty with a seat of Dresden, and two that only stand between: the main committee and the Saxon group of the heads of fire brigades."""
    above: dict[str, str] = {item["label"]: item["parent_label"] for item in asked(library, engine, "umbrella/tree")}
    below = {"Deutscher Städtetag"}
    while more := {label for label, parent in above.items() if parent in below} - below:
        below |= more
    between = {
        "Hauptausschuss des Deutschen Städtetages",
        "Arbeitsgemeinschaft der Leiterinnen und Leiter der Berufsfeuerwehren (Sachsen)",
    }
    with_seat = {fact["body"] for fact in table("umbrella_seats") if fact["umbrella"] == "Deutscher Städtetag"}
    assert not differences(below, with_seat | between)
    assert len(below - {"Deutscher Städtetag"}) == 52


def test_persons_with_two_or_more_seats(library: Library, engine: Engine) -> None:
    several = asked(library, engine, "people/several-seats")
    facts = [tuple(fact.values()) for fact in table("several_seats")]
    names = {item["person"]: item["name"] for item in several}
    assert len(names) == len(set(names.values())) == 16
    seats = [(item["name"], item["body_label"], item["lines"]) for item in asked(library, engine, "people/seats") if item["person"] in names]
    assert not differences(seats, [(name, body, lines) for name, body, _, lines in facts])
    counted = [(item["name"], int(item["seats"]), tuple(item["bodies"].split(" | "))) for item in several]
    expected = [
        (name, len([fact for fact in facts if fact[0] == name]), tuple(sorted({fact[1] for fact in facts if fact[0] == name})))
        for name in {fact[0] for fact in facts}
    ]
    assert not differences(counted, expected)


def test_bodies_and_umbrellas_paid_for_by_two_or_more_units(library: Library, engine: Engine, rows: dict[str, Row]) -> None:
    payments, heads, cells = [], [], set()
    for item in asked(library, engine, "cost/double-payments"):
        payments += [(item["scope"], item["label"], payment) for payment in item["payments"].split(" | ")]
        heads.append((item["scope"], item["label"], HOLD[item["firm"]], int(item["count"])))
        for row in map(rows.__getitem__, item["records"].split()):
            cells.add((item["label"], row.unit, frozenset(numbers(row.cost_lines)), row.reservation(MONEY)))
    facts = table("double_payments")
    assert not differences(payments, [(fact["scope"], fact["payee"], _payment(fact)) for fact in facts])
    units = defaultdict(set)
    for fact in facts:
        units[fact["scope"], fact["payee"], fact["hold"]].add(fact["unit"])
    assert not differences(heads, [(*head, len(members)) for head, members in units.items()])
    for fact in facts:
        fits = [cell for cell in cells if cell[:2] == (fact["payee"], fact["unit"]) and numbers(fact["lines"]) <= cell[2]]
        assert [cell[3] for cell in fits] == [fact["reservation"]], fact


def _payment(fact: dict[str, str]) -> str:
    amount = f"{Decimal(fact['amount']):,.2f}".translate(str.maketrans(",.", ".,"))
    about = {"exact": "", "about": "ca. "}[fact["exactness"]]
    below = f", {fact['body']}" if fact["scope"] == "Dachverband" else ""
    return f"{fact['unit']}: {about}{amount} Euro ({fact['kind']}{below})"


def test_which_double_payments_are_firm_follows_from_the_rows() -> None:
    facts = defaultdict(list)
    for fact in table("double_payments"):
        assert Decimal(fact["amount"]) > 0
        facts[fact["scope"], fact["payee"]].append(fact)
    assert Counter(scope for scope, _ in facts) == {"Dachverband": 4, "Gremium": 7}
    for payee, items in facts.items():
        firm = len({item["unit"] for item in items if not item["reservation"]}) >= 2
        assert {item["hold"] for item in items} == {HOLD["true" if firm else "false"]}, payee
