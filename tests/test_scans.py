"""Reading in a row: what is rewritten, what is left, and that the answer stays."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.graph.terms import PREFIXES
from gremiennetz.places import Root
from gremiennetz.query import Library, Query, StoreEngine, Table, ask
from gremiennetz.scans import scanning

EX = "https://example.org/"
RDF_TYPE, LABEL = ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{PREFIXES['skos']}prefLabel")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?a <x:p> ?b", "{ SELECT ?a ?b WHERE { ?a <x:p> ?b } } "),
        ("?a <x:p>/<x:q> ?b .", "{ SELECT ?a ?via_5_0_1 WHERE { ?a <x:p> ?via_5_0_1 } } { SELECT ?via_5_0_1 ?b WHERE { ?via_5_0_1 <x:q> ?b } } "),
        ("?a a <x:C> ; <x:p> ?b .", "?a a <x:C> . { SELECT ?a ?b WHERE { ?a <x:p> ?b } } "),
        ("?a <x:p> ?b ; <x:q> <x:d> .", "?a <x:q> <x:d> . { SELECT ?a ?b WHERE { ?a <x:p> ?b } } "),
        ('?a <x:p> ?b . FILTER(LANG(?b) = "de")', '{ SELECT ?a ?b WHERE { ?a <x:p> ?b } } FILTER(LANG(?b) = "de")'),
        ("?a skos:prefLabel ?b .", "{ SELECT ?a ?b WHERE { ?a skos:prefLabel ?b } } "),
        ("OPTIONAL { ?a <x:p> ?b }", "OPTIONAL { { SELECT ?a ?b WHERE { ?a <x:p> ?b } } }"),
    ],
)
def test_patterns_become_sub_selects(pattern: str, expected: str) -> None:
    assert scanning(f"SELECT ?a WHERE {{ {pattern} }}").split() == f"SELECT ?a WHERE {{ {expected} }}".split()


def test_of_labels_in_a_language_only_those_of_concepts_are_read_where_the_query_says_so() -> None:
    text = 'SELECT ?a WHERE { ?a <x:p>/skos:prefLabel ?b ; skos:prefLabel ?c . FILTER(LANG(?b) = "de") }'
    label = "{ SELECT ?via_5_0_1 ?b WHERE { ?via_5_0_1 skos:prefLabel ?b } }"
    of_a_concept = "{ SELECT ?via_5_0_1 ?b WHERE { ?via_5_0_1 a skos:Concept ; skos:prefLabel ?b } }"
    assert label in scanning(text)
    assert scanning(text, concepts=True) == scanning(text).replace(label, of_a_concept)


def test_a_query_that_wants_bodies_in_a_language_gets_them_from_a_store_on_disk_too() -> None:
    store = ox.Store()
    graph = ox.NamedNode("x:graph")
    for predicate, value in ((RDF_TYPE, ox.NamedNode(f"{PREFIXES['gn']}Body")), (LABEL, ox.Literal("A", language="de"))):
        store.add(ox.Quad(ox.NamedNode("x:a"), predicate, value, graph))
    query = Query("a/b", {}, {}, {}, 'SELECT ?label WHERE { ?body a gn:Body ; skos:prefLabel ?label . FILTER(LANG(?label) = "de") }\n')
    assert ask(query, StoreEngine(store, on_disk=True)).rows == ((ox.Literal("A", language="de"),),)


@pytest.mark.parametrize(
    "pattern",
    [
        "?a <x:p>+ ?b",
        "?a <x:p>*/<x:q> ?b",
        "?a (<x:p>|<x:q>) ?b",
        "?a ^<x:p> ?b",
        "?a ?p ?b",
        "?a <x:p> ?b, ?c",
        "?a <x:p> ?a",
        '?a <x:p> "b"',
        "?a <x:p> [ <x:q> ?b ]",
        "<x:a> <x:p> ?b",
        "FILTER EXISTS { ?a <x:p> ?b . { ?b <x:q> ?c } }",
        "FILTER(NOT EXISTS { ?a <x:p> ?b })",
        "VALUES ?a { <x:a> }",
    ],
)
def test_other_patterns_are_left_alone(pattern: str) -> None:
    text = f"SELECT * WHERE {{ {pattern} }}"
    assert scanning(text).replace(" .", "").split() == text.replace(" .", "").split()


def test_what_is_no_query_stays() -> None:
    for text in ("", "?", "{ ?a", "SELECT", "} } ?a <x:p> ?b", "{ ?a <x:p>", "{ ?a <x:p>/", "{ ?a <x:p> ?b ;", "{ ?a a <x:C> ; <x:p> ?b, ?c }"):
        assert scanning(text) == text


NODES = st.sampled_from("abc").map(lambda end: ox.NamedNode(EX + end))
QUADS = st.builds(
    ox.Quad,
    NODES,
    st.sampled_from("pq").map(lambda end: ox.NamedNode(EX + end)),
    NODES,
    st.sampled_from("gh").map(lambda end: ox.NamedNode(EX + end)),
)
PATTERNS = st.lists(
    st.sampled_from(
        [
            "?a ex:p ?b .",
            "?b ex:q ?c ; ex:p ?d .",
            "?a ex:p/ex:q ?c .",
            "OPTIONAL { ?b ex:p ?c }",
            "MINUS { ?a ex:q ?b }",
            "FILTER NOT EXISTS { ?a ex:q ?c }",
            "{ ?a ex:q ?b } UNION { ?b ex:q ?a }",
        ]
    ),
    min_size=1,
    max_size=4,
)


@given(st.lists(QUADS, max_size=12), PATTERNS)
def test_the_answer_is_the_same(quads: list[ox.Quad], patterns: list[str]) -> None:
    """Also with a triple in two graphs, which Oxigraph gives twice, and with variables that OPTIONAL leaves without a value."""
    store = ox.Store()
    store.extend(quads)
    engine = StoreEngine(store)
    text = f"PREFIX ex: <{EX}>\nSELECT ?a ?b ?c ?d WHERE {{ {' '.join(patterns)} }}"
    assert sorted(map(str, engine.run(scanning(text)).rows)) == sorted(map(str, engine.run(text).rows))


def test_only_a_store_on_disk_reads_in_a_row_and_only_for_all() -> None:
    asked: list[str] = []

    class Listening(StoreEngine):
        def run(self, query: str) -> Table:
            asked.append(query)
            return super().run(query)

    text = "PREFIX gn: <https://w3id.org/gremiennetz/ns#>\nSELECT ?a WHERE { VALUES ?b { UNDEF } ?a a gn:Participation ; gn:reach ?b }\n"
    query = Query("a/b", {}, {}, {}, text)
    for engine in (Listening(ox.Store()), Listening(ox.Store(), on_disk=True)):
        for terms in ({}, {"b": ox.Literal(1)}, {"b": ox.NamedNode(EX)}):
            ask(query, engine, terms)
    assert ["{ SELECT ?a ?b" in item for item in asked] == [False, False, False, True, True, False]


def test_what_a_country_has_many_of_is_read_in_a_row(repository: Root) -> None:
    whole = {query.name for query in Library(repository.shipped("queries")) if query.is_whole()}
    assert {"umbrella/tree", "lists/bodies", "lists/records", "pairs/repeated", "provenance/decisions", "portrait/unit"} <= whole
    assert not {"lists/roles", "lists/reaches", "lists/columns", "lists/datasets", "network/terms", "report/documents"} & whole


def test_each_query_that_wants_labels_of_concepts_says_so(repository: Root) -> None:
    queries = list(Library(repository.shipped("queries")))
    said = {query.name for query in queries if query.concepts}
    assert {"cost/by-unit", "overlap/shared-bodies", "search/words"} <= said
    assert said == {query.name for query in queries if query.is_whole() and scanning(query.text, concepts=True) != scanning(query.text)}
