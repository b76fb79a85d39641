"""From records to triples: what a row says is in the graph, persons are only where they may be, and the files are the same every time."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files, store
from gremiennetz.graph.build import line_ranges
from gremiennetz.graph.terms import from_rdflib, iri, slug, to_rdflib
from gremiennetz.places import Root
from gremiennetz.query import StoreEngine

PREFIX = "https://example.org/id"


def ask(root: Root, pattern: str, *, people: bool = True) -> bool:
    files.write(root)
    table = StoreEngine(store.in_memory(root, people=people)).run(f"PREFIX e: <{PREFIX}/> ASK {{ {pattern} }}")
    return table.rows[0][0] == ox.Literal(True)


@pytest.mark.parametrize(
    "pattern",
    [
        "<P/participation/small-2026-amt-a-01> org:member <P/unit/small-amt-a> ; gn:status <V/status/permanent> ; gn:reach <V/reach/national>",
        "<P/participation/small-2026-amt-a-01> org:role <V/role/member> ; gn:purpose 'Austausch'@de",
        "<P/participation/small-2026-amt-a-01> prov:wasDerivedFrom <P/record/small-2026-amt-a-01>",
        "<P/participation/small-2026-amt-a-01> gn:costStatement ?c . ?c gn:amount 100.0 ; gn:exactness <V/exactness/exact> ; gn:currency 'EUR'",
        "<P/participation/small-2026-amt-b-02> gn:costStatement ?c . ?c gn:amount 50.0 ; gn:exactness <V/exactness/about>",
        "<P/participation/small-2026-amt-b-02> gn:purpose 'gemeinsame Fußnote'@de",
        "<P/participation/small-2026-amt-a-02> org:memberDuring ?t . ?t dcat:startDate '2020'^^xsd:gYear",
        "<P/record/small-2026-amt-a-01> gn:linesCost '8' ; gn:sourceLines '3-8' ; gn:sourceName 'Umweltausschuss'@de",
        "<P/record/small-2026-amt-a-01> prov:hadPrimarySource <P/document/list>",
        "<P/record/small-2026-amt-b-01> gn:uncertainColumn <V/column/unit> ; gn:note ?note ; gn:row 4",
        "?sub org:subOrganizationOf ?top . ?top org:hasSubOrganization ?sub ; skos:prefLabel 'Städtetag'@de",
        "<P/unit/small-amt-a> org:unitOf <P/municipality/small> ; org:memberOf ?body ; adms:identifier/skos:notation 'A 1'",
        "?seat a gn:Seat ; org:member/foaf:name 'Ada Beispiel' ; gn:onBehalfOf <P/unit/small-amt-a> ; org:role <V/role/member>",
    ],
)
def test_the_graph_says_what_the_rows_say(small: Root, pattern: str) -> None:
    assert ask(small, pattern.replace("<P/", f"<{PREFIX}/").replace("<V/", "<https://w3id.org/gremiennetz/vocab/"))


def test_two_records_without_a_decision_are_two_bodies(small: Root) -> None:
    assert ask(small, "?a skos:prefLabel 'Netzwerk Rad'@de . ?b skos:prefLabel 'Netzwerk Rad'@de . FILTER(?a != ?b)")


def test_without_the_people_no_person_is_left(small: Root) -> None:
    assert ask(small, "?x ?y ?z . FILTER(CONTAINS(STR(?z), 'Beispiel'))")
    assert not ask(small, "?x ?y ?z . FILTER(CONTAINS(STR(?z), 'Beispiel') || CONTAINS(STR(?x), 'beispiel'))", people=False)
    assert ask(small, "?record gn:personalColumn <https://w3id.org/gremiennetz/vocab/column/participation>", people=False)


def test_the_same_bytes_on_every_run_and_nothing_stale(small: Root) -> None:
    first = {path: path.read_bytes() for path in files.write(small)}
    assert files.stale(small) == []
    assert {path: path.read_bytes() for path in files.write(small)} == first
    changed = small.turtle / "small-2026" / "units.ttl"
    changed.write_text("# changed\n", encoding="utf-8")
    assert files.stale(small) == [changed]


def test_the_committed_graph_is_up_to_date(repository: Root) -> None:
    assert files.stale(repository) == [], "run: gremiennetz convert"


def test_both_libraries_read_the_same_graph(small: Root, tmp_path: Path) -> None:
    for path in files.write(small):
        with_rdflib = rdflib.Graph().parse(path)
        again = rdflib.Graph()
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            again.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
        assert isomorphic(with_rdflib, again), path
    assert tmp_path.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(note=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40))
def test_any_text_that_a_table_can_hold_comes_out_of_the_turtle_as_it_went_in(small: Root, note: str) -> None:
    path = small.records / "small-2026" / "units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        units = list(csv.reader(file))
    units[1][-1] = note
    write_text(path, table_text(units[0], units[1:]))
    (content,) = (content for path, content in files.files(small) if path.name == "units.ttl")
    beside = small.path / "units.ttl"
    write_text(beside, content)
    found = [quad.object for quad in ox.parse(path=str(beside), format=ox.RdfFormat.TURTLE) if quad.predicate == iri("skos:editorialNote")]
    assert found == [ox.Literal(note, language="de")]
    with_rdflib = rdflib.Graph().parse(beside)
    assert [str(value) for value in with_rdflib.objects(None, rdflib.SKOS.editorialNote)] == [note]


@pytest.mark.parametrize(
    "term",
    [
        ox.NamedNode("https://example.org/a"),
        ox.BlankNode("b1"),
        ox.Literal("x"),
        ox.Literal("x", language="de"),
        ox.Literal(1.5),
        ox.Literal("2026", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear")),
    ],
)
def test_terms_cross_the_bridge_unharmed(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
    assert from_rdflib(to_rdflib(term)) == term


@pytest.mark.parametrize(("numbers", "text"), [([], ""), ([3], "3"), ([5, 3, 4], "3-5"), ([1, 3, 4, 9, 9], "1;3-4;9")])
def test_line_ranges(numbers: list[int], text: str) -> None:
    assert line_ranges(numbers) == text


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Städte- und Gemeindetag (SSG)", "staedte-und-gemeindetag-ssg"),
        ("../../etc/passwd", "etc-passwd"),
        ("🙂", "x"),
        ("Straße & Weg", "strasse-und-weg"),
    ],
)
def test_slug(label: str, name: str) -> None:
    assert slug(label) == name


def test_the_store_on_disk_is_made_anew_only_when_the_graph_changes(small: Root) -> None:
    files.write(small)
    folder = store.on_disk(small)
    stamp = folder.with_suffix(".fingerprint").stat().st_mtime_ns
    assert store.on_disk(small).with_suffix(".fingerprint").stat().st_mtime_ns == stamp
    units = small.records / "small-2026" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("amt-b,Amt B", "amt-b,Amt Bee"), encoding="utf-8")
    files.write(small)
    engine = StoreEngine(ox.Store.read_only(str(store.on_disk(small))))
    assert engine.run("ASK { ?unit skos:prefLabel 'Amt Bee'@de }").rows[0][0] == ox.Literal(True)
