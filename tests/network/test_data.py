"""The payload says what the graph says, and for the public nothing of people."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest

from gremiennetz.graph import store
from gremiennetz.network.data import payload
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine


@pytest.fixture(scope="module")
def data(toy: Root, toy_store: ox.Store) -> dict[str, Any]:
    return payload(toy_store, Library(toy.shipped("queries")))


def test_every_participation_of_the_graph_is_there(repository: Root, real_store: ox.Store) -> None:
    found = payload(real_store, Library(repository.shipped("queries")))
    engine = StoreEngine(real_store)
    for key, kind in (("units", "gn:Unit"), ("bodies", "gn:Body"), ("parts", "gn:Participation"), ("seats", "gn:Seat")):
        (row,) = engine.run(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a {kind} }}").texts()
        assert len(found[key]) == int(row[0]), key


def test_a_participation_carries_role_cost_lines_and_doubt(data: dict[str, Any]) -> None:
    part = next(item for item in data["parts"] if item["id"] == "toy-6")
    assert part["costs"] == [{"label": "100", "amount": 100.0, "upto": 250.0, "exact": "range", "kind": "cost-kind/fee", "text": "100"}]
    assert part["lines"] == "6-8"
    assert part["roles"] == ["role/member"]
    assert "unsure" not in part
    doubtful = next(item for item in data["parts"] if item["id"] == "toy-7")
    assert doubtful["unsure"] == ["name"]
    assert doubtful["loose"] is True
    assert doubtful["note"] == "Der Name kann auch zur Zeile davor gehören."


def test_only_unit_name_and_umbrella_make_an_overlap_loose(data: dict[str, Any]) -> None:
    assert {item["id"] for item in data["parts"] if item.get("loose")} == {"toy-7", "toy-9"}
    assert {item["id"] for item in data["parts"] if item.get("unsure")} == {"toy-3", "toy-7", "toy-9"}


def test_an_amount_of_zero_is_an_amount(toy: Root, city: dict[str, Any]) -> None:
    made = ox.Store()
    small = city["City"]()
    city["frame"](small)
    office = city["division"](small, "a", "Amt", "A")
    city["part"](small, 1, office, city["body"](small, "b", "B"), cost=("exact", "0", ""))
    for triples in small.graphs.values():
        made.extend(ox.Quad(item.subject, item.predicate, item.object) for item in triples)
    (part,) = payload(made, Library(toy.shipped("queries")))["parts"]
    assert part["costs"][0]["amount"] == 0


def test_sets_name_document_year_and_licence(data: dict[str, Any]) -> None:
    (item,) = data["sets"]
    assert (item["title"], item["english"], item["year"], item["licence"]) == (
        "Gremien von Musterstadt",
        "Bodies of Musterstadt",
        "2031",
        "dl-de/by-2-0",
    )


def test_the_public_payload_knows_no_person(repository: Root, toy: Root) -> None:
    for root in (repository, toy):
        library = Library(root.shipped("queries"))
        inside, public = payload(store.in_memory(root), library), payload(store.in_memory(root, people=False), library)
        assert inside["persons"]
        assert public["persons"] == {}
        assert public["seats"] == []
        words = json.dumps(public, ensure_ascii=False)
        engine = StoreEngine(store.in_memory(root))
        for (name,) in engine.run("SELECT DISTINCT ?name WHERE { ?p a foaf:Person ; foaf:name ?name }").texts():
            if " " in name:
                assert name not in words


def test_the_payload_is_the_same_on_every_run(toy: Root) -> None:
    library = Library(toy.shipped("queries"))
    assert payload(store.in_memory(toy), library) == payload(store.in_memory(toy), library)
