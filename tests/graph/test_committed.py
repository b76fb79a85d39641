"""The committed graph against the committed tables, read with nothing but ``csv``: all rows, flags and words have arrived, and nothing else."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from gremiennetz.graph.terms import PREFIXES, iri

REPOSITORY = Path(__file__).resolve().parents[2]
SET = "dresden-2026"
FOLDER = REPOSITORY / "data" / "records" / SET
TURTLE = REPOSITORY / "data" / "ttl" / SET
BASE = "https://w3id.org/gremiennetz/id/"
TEXTS = ("umbrella", "name", "status", "reach", "participation", "purpose", "cost")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def table() -> dict[str, dict[str, str]]:
    """Return record id → its row, with file and row number."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.glob("*.csv")):
        if path.name not in {"units.csv", "persons.csv", "ledger.csv"}:
            for number, row in enumerate(rows(path.name), 2):
                assert row["record"] not in found
                found[row["record"]] = {**row, "file": f"data/records/{SET}/{path.name}", "row": str(number)}
    return found


@cache
def graph(*parts: str) -> ox.Store:
    store = ox.Store()
    for part in parts:
        store.load(path=str(TURTLE / f"{part}.ttl"), format=ox.RdfFormat.TURTLE, to_graph=iri(f"vocab:{part}"))
    return store


def everything() -> ox.Store:
    return graph("units", "participations", "records", "people")


def values(store: ox.Store, subject: ox.NamedNode, predicate: str) -> list[str]:
    return sorted(
        quad.object.value
        for quad in store.quads_for_pattern(subject, iri(predicate), None, None)
        if isinstance(quad.object, ox.NamedNode | ox.Literal)
    )


def of_class(store: ox.Store, name: str) -> list[ox.NamedNode]:
    return [quad.subject for quad in store.quads_for_pattern(None, iri("rdf:type"), iri(name), None) if isinstance(quad.subject, ox.NamedNode)]


def record(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}record/{SET}-{name}")


def numbers(reference: str) -> set[int]:
    found: set[int] = set()
    for low, high in re.findall(r"(\d+)(?:-(\d+))?", reference):
        found |= set(range(int(low), int(high or low) + 1))
    return found


def test_every_row_is_one_record_and_one_participation() -> None:
    store = everything()
    assert len(table()) > 500
    records = of_class(store, "gn:Record")
    assert sorted(node.value for node in records) == sorted(record(name).value for name in table())
    derived = Counter(value for node in of_class(store, "gn:Participation") for value in values(store, node, "prov:wasDerivedFrom"))
    assert derived == Counter(record(name).value for name in table())


@pytest.mark.parametrize("column", TEXTS)
def test_every_cell_is_in_the_graph_word_for_word_with_its_lines(column: str) -> None:
    store = everything()
    for name, row in table().items():
        assert values(store, record(name), f"gn:source{column.capitalize()}") == [row[column]] * bool(row[column]), name
        assert values(store, record(name), f"gn:lines{column.capitalize()}") == [row[f"lines_{column}"]] * bool(row[column]), name


def test_every_uncertain_cell_is_flagged_and_no_other() -> None:
    store = everything()
    flagged = 0
    for name, row in table().items():
        wanted = sorted(f"{PREFIXES['vocab']}column/{column}" for column in set(row["uncertain"].split()))
        assert values(store, record(name), "gn:uncertainColumn") == wanted, name
        assert values(store, record(name), "gn:note") == [row["note"]] * bool(row["note"]), name
        flagged += len(wanted)
    assert flagged == len(list(store.quads_for_pattern(None, iri("gn:uncertainColumn"), None, None)))
    assert flagged > 50


def test_every_record_says_where_it_stands() -> None:
    store = everything()
    (document,) = of_class(store, "gn:Document")
    for name, row in table().items():
        node = record(name)
        assert values(store, node, "prov:hadPrimarySource") == [document.value]
        assert (values(store, node, "gn:file"), values(store, node, "gn:row")) == ([row["file"]], [row["row"]])
        (lines,) = values(store, node, "gn:sourceLines")
        assert numbers(lines) == set().union(*(numbers(row[f"lines_{column}"]) for column in TEXTS)), name


def test_every_participation_is_of_the_rows_unit_in_one_body_with_a_name() -> None:
    store = everything()
    names = ox.Store()
    names.load(path=str(REPOSITORY / "data" / "ttl" / "bodies.ttl"), format=ox.RdfFormat.TURTLE)
    for name, row in table().items():
        node = ox.NamedNode(f"{BASE}participation/{SET}-{name}")
        assert values(store, node, "org:member") == [f"{BASE}unit/dresden-{row['unit']}"]
        (body,) = values(store, node, "org:organization")
        known = values(names, ox.NamedNode(body), "skos:prefLabel") or values(store, ox.NamedNode(body), "skos:prefLabel")
        assert len(known) == 1, name


def test_every_unit_is_there_with_its_parent() -> None:
    store = everything()
    units = rows("units.csv")
    assert len(of_class(store, "gn:Unit")) == len(units)
    for row in units:
        node = ox.NamedNode(f"{BASE}unit/dresden-{row['unit']}")
        assert values(store, node, "skos:prefLabel") == [row["label"]]
        assert values(store, node, "org:classification") == [f"{PREFIXES['vocab']}unit-kind/{row['kind']}"]
        assert values(store, node, "org:unitOf") == [f"{BASE}unit/dresden-{row['parent']}" if row["parent"] else f"{BASE}municipality/dresden"]


def test_every_mention_is_one_seat_and_stands_among_the_people_only() -> None:
    mentions = rows("persons.csv")
    seats = of_class(graph("people"), "gn:Seat")
    assert len(seats) == len(mentions)
    told = Counter((value, text) for node in seats for value in values(graph("people"), node, "prov:wasDerivedFrom") for text in _mention(node))
    assert told == Counter((record(row["record"]).value, row["text"]) for row in mentions)
    public = graph("units", "participations", "records")
    for name in {row["family"] for row in mentions}:
        assert not [text for text in _literals(public) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)], name


def _mention(node: ox.NamedNode) -> list[str]:
    return values(graph("people"), node, "dct:description")


def _literals(store: ox.Store) -> Iterator[str]:
    yield from (quad.object.value for quad in store if isinstance(quad.object, ox.Literal))


def test_every_title_before_a_name_belongs_to_a_mention() -> None:
    """A person of the source who is in no row of ``persons.csv`` would be told to the public; this looks for them by their titles."""
    title = re.compile(r"(?<!\w)(?:Frau|Fr\.|Herrn?|Hr\.|Dr\.|Prof\.|OA) ?(?=[A-ZÄÖÜ])")
    mentions = rows("persons.csv")
    assert sum(bool(title.search(row["text"])) for row in mentions) > 50
    for name, row in table().items():
        for column in TEXTS:
            rest = row[column]
            for mention in sorted((item["text"] for item in mentions if item["record"] == name), key=len, reverse=True):
                rest = rest.replace(mention, "")
            assert not title.search(rest), f"{name} {column}: {rest}"
