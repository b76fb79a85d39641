"""Every shape is broken by graphs of its own, in each way it can be broken, and passed by others.

``fixtures/shapes/<shape>.trig`` holds the graphs ``<good/…>`` and ``<bad/…>`` of one shape, each of which is added to ``base.ttl``. A graph
``<bad/x/people>`` belongs to the case ``bad/x`` and keeps its name, for the shapes that look at single graphs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from gremiennetz import validate
from gremiennetz.validate import SEVERITIES, Profile, Report, Shapes, check, read_shapes

SHAPES = Path(__file__).resolve().parents[1] / "shapes"
FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
NAMESPACE = "https://w3id.org/gremiennetz/shapes#"
BASE = "https://example.org/"

TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
NO_CONSTRAINT = {*TARGETS, RDF.type, SH.path, SH.severity, SH.message, SH.qualifiedValueShape}
"""What a shape says that is not a constraint by itself."""


@cache
def shapes(profile: Profile) -> Shapes:
    return read_shapes(SHAPES, profile)


def named(profile: Profile) -> set[str]:
    """Return the names of the shapes: of whatever says what to look at."""
    return {str(shape).removeprefix(NAMESPACE) for target in TARGETS for shape in shapes(profile).graph.subjects(target)}


def profile_of(name: str) -> Profile:
    return Profile.internal if name in named(Profile.internal) else Profile.public


def said(name: str) -> list[tuple[Node, Node]]:
    return list(shapes(Profile.public).graph.predicate_objects(rdflib.URIRef(NAMESPACE + name)))


def local(term: Node) -> str:
    return str(term).removeprefix(str(SH)).removeprefix(NAMESPACE)


@cache
def cases(name: str) -> dict[str, list[ox.Quad]]:
    """Return the cases of a shape by name, such as ``bad/missing``."""
    found: dict[str, list[ox.Quad]] = {}
    for quad in ox.parse(path=str(FIXTURES / f"{name}.trig"), format=ox.RdfFormat.TRIG, base_iri=BASE):
        assert isinstance(quad.graph_name, ox.NamedNode), f"{name}.trig: a triple stands outside a graph"
        found.setdefault("/".join(quad.graph_name.value.removeprefix(BASE).split("/")[:2]), []).append(quad)
    return found


@cache
def base() -> list[ox.Quad]:
    parsed = ox.parse(path=str(FIXTURES / "base.ttl"), format=ox.RdfFormat.TURTLE, base_iri=BASE)
    return [ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(BASE + "base")) for quad in parsed]


def store(name: str, case: str) -> ox.Store:
    made = ox.Store()
    made.extend([*base(), *cases(name)[case]])
    return made


def sources(report: Report) -> set[str]:
    return {finding.shape.removeprefix(NAMESPACE) for finding in report.findings}


ALL = sorted(named(Profile.internal) | named(Profile.public))


def test_every_shape_has_graphs_and_every_graph_a_shape() -> None:
    assert sorted(path.stem for path in FIXTURES.glob("*.trig")) == ALL
    kinds = {name: sorted({case.split("/")[0] for case in cases(name)}) for name in ALL}
    assert kinds == {name: ["bad", "good"] for name in ALL}


def test_no_shape_hides_inside_another() -> None:
    graph = shapes(Profile.public).graph
    assert not list(graph.subject_objects(SH.property))
    assert not list(graph.subject_objects(SH.node))


@pytest.mark.parametrize("name", ALL)
def test_messages_and_severity(name: str) -> None:
    messages = [value for key, value in said(name) if key == SH.message]
    assert sorted(str(message.language) for message in messages if isinstance(message, rdflib.Literal)) == ["de", "en"]
    assert all(message.endswith((".", "?")) for message in map(str, messages))
    assert [local(value) in SEVERITIES for key, value in said(name) if key == SH.severity] == [True]
    assert sum(key == SH.sparql for key, _ in said(name)) <= 1, "one query per shape, since the shape's name is what a report shows"


@pytest.mark.parametrize("profile", list(Profile))
def test_base_conforms(profile: Profile) -> None:
    made = ox.Store()
    made.extend(base())
    assert check(made, shapes(profile)).findings == ()


@pytest.mark.parametrize("name", ALL)
def test_graphs(name: str) -> None:
    """Good graphs pass all shapes, bad ones break this one alone; together the bad ones break each of its constraints."""
    reports = {case: check(store(name, case), shapes(profile_of(name))) for case in cases(name)}
    assert {case: sources(report) for case, report in reports.items()} == {case: {name} if case.startswith("bad/") else set() for case in reports}
    constraints = {local(key) for key, _ in said(name) if key not in NO_CONSTRAINT}
    broken = {local(component) for report in reports.values() for component in report.graph.objects(None, SH.sourceConstraintComponent)}
    assert broken == {f"{'SPARQL' if key == 'sparql' else key[0].upper() + key[1:]}ConstraintComponent" for key in constraints}


@pytest.mark.parametrize("name", [name for name in ALL if name != "person-named-elsewhere"])
def test_both_engines_agree(name: str) -> None:
    """Core shapes over Oxigraph, and queries over rdflib, find the same. The one that is left out names graphs, which an rdflib graph has not."""
    only = rdflib.Graph()
    for triple in shapes(Profile.public).graph:
        if triple[1] not in TARGETS or local(triple[0]) == name:
            only.add(triple)
    made = store(name, next(case for case in cases(name) if case.startswith("bad/")))
    over_rdflib, over_oxigraph = (
        sorted(item.order() for item in validate._run(engine, only)) for engine in (validate._union(made), validate._Store(made))
    )
    assert over_rdflib == over_oxigraph
    assert over_rdflib


def test_people_are_refused_in_public() -> None:
    made = store("seat-person", "good/one")
    assert check(made, shapes(Profile.internal)).findings == ()
    assert sources(check(made, shapes(Profile.public))) == {"public-person", "public-seat", "public-member"}


def test_shapes_are_shapes() -> None:
    conforms, _, text = pyshacl.validate(shapes(Profile.public).graph, shacl_graph="http://www.w3.org/ns/shacl-shacl.ttl")
    assert conforms, text
