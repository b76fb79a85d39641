"""The ontology: inside OWL 2 RL, bilingual, no term that is not used, and none used that nobody defines.

The official ontologies that ours builds on are under ``fixtures/ontologies`` or come with rdflib; nothing is fetched.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import Graph, URIRef
from rdflib import namespace as ns

from gremiennetz.graph import files
from gremiennetz.graph.terms import PREFIXES
from gremiennetz.places import Root
from gremiennetz.records import TEXT_COLUMNS, UNCERTAIN_COLUMNS

REPOSITORY = Root(Path(__file__).resolve().parents[1])
OFFICIAL = Path(__file__).parent / "fixtures" / "ontologies"
GN, VOCAB, ORG, CV, ADMS = (PREFIXES[prefix] for prefix in ("gn", "vocab", "org", "cv", "adms"))

KINDS = {ns.OWL.Class, ns.OWL.ObjectProperty, ns.OWL.DatatypeProperty, ns.OWL.AnnotationProperty}
AXIOMS = {ns.RDF.type, ns.RDFS.subClassOf, ns.RDFS.subPropertyOf, ns.RDFS.domain, ns.RDFS.range}
DATATYPES_OF_OWL_RL = {ns.XSD.decimal, ns.XSD.string, ns.XSD.boolean, ns.XSD.integer, ns.XSD.dateTime, ns.XSD.anyURI}
CLOSED = {
    str(namespace): namespace
    for namespace in (
        ns.DCAT,
        ns.DCTERMS,
        ns.FOAF,
        ns.OWL,
        ns.PROV,
        ns.RDF,
        ns.RDFS,
        ns.SDO,
        ns.SKOS,
        ns.TIME,
        ns.VANN,
    )
}
"""Namespaces of which rdflib carries every term."""
ADMS_TERMS = {"Identifier", "identifier"}
"""Asset Description Metadata Schema (W3C Working Group Note of 1 August 2013), sections on Identifier and on adms:identifier."""


@cache
def ontology() -> Graph:
    return Graph().parse(REPOSITORY.shipped("ontology") / "gremiennetz.ttl")


@cache
def vocabularies() -> Graph:
    graph = Graph()
    for path in sorted((REPOSITORY.shipped("ontology") / "vocab").glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def official() -> dict[str, Graph]:
    return {ORG: Graph().parse(OFFICIAL / "org.ttl"), CV: Graph().parse(OFFICIAL / "core-public-organisation-ap.ttl")}


@cache
def committed() -> Graph:
    graph = Graph()
    for path in sorted(REPOSITORY.turtle.rglob("*.ttl")):
        graph.parse(path)
    return graph


def own(graph: Graph) -> set[URIRef]:
    return {
        term
        for term in graph.subjects()
        if isinstance(term, URIRef) and str(term).startswith((GN, VOCAB)) and (term, ns.RDF.type, ns.OWL.Ontology) not in graph
    }


def namespace(term: URIRef) -> str:
    return re.sub(r"[^#/]+$", "", term)


def exists(term: URIRef) -> bool:
    """Say whether a term of others exists."""
    home, local = namespace(term), term.removeprefix(namespace(term))
    if home in official():
        return (term, ns.RDF.type, None) in official()[home]
    if home == ADMS:
        return local in ADMS_TERMS
    return home in CLOSED and term in CLOSED[home]


def written(path: Path) -> Iterator[URIRef]:
    """Yield the terms that a module names as ``iri("prefix:name")``; for a name made of a column, those of all columns."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "iri":
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    prefix, local = str(argument.value).split(":", 1)
                    yield URIRef(PREFIXES[prefix] + local)
                elif isinstance(argument, ast.JoinedStr) and ast.unparse(argument).startswith(("f'gn:", 'f"gn:')):
                    stem = str(argument.values[0].value).removeprefix("gn:") if isinstance(argument.values[0], ast.Constant) else ""
                    yield from (URIRef(f"{GN}{stem}{column.capitalize()}") for column in TEXT_COLUMNS)


def terms(graph: Graph) -> set[URIRef]:
    """Return the properties and classes that a graph of data uses."""
    used = set(graph.predicates()) | set(graph.objects(None, ns.RDF.type))
    return {term for term in used if isinstance(term, URIRef)}


@pytest.fixture
def city(small: Root) -> Graph:
    """Return the graph of the small city."""
    graph = Graph()
    for path in files.write(small):
        graph.parse(path)
    return graph


@pytest.fixture(params=["small city", "committed graph"])
def data(request: pytest.FixtureRequest) -> Graph:
    graph: Graph = request.getfixturevalue("city") if request.param == "small city" else committed()
    assert len(graph) > 100
    return graph


# what it says


@pytest.mark.parametrize("graph", [ontology(), vocabularies()], ids=["ontology", "vocabularies"])
def test_every_term_has_one_name_and_one_definition_in_german_and_in_english(graph: Graph) -> None:
    assert len(own(graph)) > 40
    for term in own(graph):
        kind = graph.value(term, ns.RDF.type)
        name, definition = {
            ns.SKOS.Concept: (ns.SKOS.prefLabel, ns.SKOS.definition),
            ns.SKOS.ConceptScheme: (ns.DCTERMS.title, ns.DCTERMS.description),
        }.get(URIRef(str(kind)), (ns.RDFS.label, ns.SKOS.definition))
        for said in (name, definition):
            texts = list(graph.objects(term, said))
            assert sorted(text.language or "" for text in texts if isinstance(text, rdflib.Literal)) == ["de", "en"], (term, said)
            assert all(str(text).strip() for text in texts), term


def test_names_are_told_apart() -> None:
    for language in ("de", "en"):
        for kinds in ({ns.OWL.Class}, KINDS - {ns.OWL.Class}):
            names = [str(label) for term in own(ontology()) if ontology().value(term, ns.RDF.type) in kinds for label in labels(term, language)]
            assert sorted(names) == sorted(set(names))


def labels(term: URIRef, language: str) -> list[rdflib.Literal]:
    return [label for label in ontology().objects(term, ns.RDFS.label) if isinstance(label, rdflib.Literal) and label.language == language]


# ns.OWL 2 RL


def test_the_ontology_stays_inside_owl_2_rl() -> None:
    """Named classes in subclass axioms, domains and ranges only: no restriction, union or other expression, so no blank node at all."""
    graph = ontology()
    assert not [node for triple in graph for node in triple if isinstance(node, rdflib.BNode)]
    for subject, predicate, target in graph:
        if isinstance(subject, URIRef) and (subject, ns.RDF.type, ns.OWL.Ontology) not in graph:
            annotation = predicate in {ns.RDFS.label, ns.RDFS.comment} or (predicate, ns.RDF.type, ns.OWL.AnnotationProperty) in graph
            assert predicate in AXIOMS or annotation, (subject, predicate, target)
            assert predicate != ns.RDF.type or target in KINDS, (subject, target)


def test_every_term_is_of_one_kind_and_declared() -> None:
    graph = ontology()
    for term in set(graph.subjects()) - set(graph.subjects(ns.RDF.type, ns.OWL.Ontology)):
        assert len(set(graph.objects(term, ns.RDF.type))) == 1, term
    for axiom, kinds in ((ns.RDFS.subClassOf, {ns.OWL.Class}), (ns.RDFS.domain, {ns.OWL.Class})):
        for target in graph.objects(None, axiom):
            assert set(graph.objects(target, ns.RDF.type)) <= kinds, target
            assert (target, ns.RDF.type, None) in graph, target
    for term, parent in graph.subject_objects(ns.RDFS.subPropertyOf):
        assert graph.value(term, ns.RDF.type) == graph.value(parent, ns.RDF.type), (term, parent)


def test_ranges_fit_the_kind_of_property_and_the_datatypes_of_owl() -> None:
    graph = ontology()
    for term, target in graph.subject_objects(ns.RDFS.range):
        if graph.value(term, ns.RDF.type) == ns.OWL.DatatypeProperty:
            assert target in DATATYPES_OF_OWL_RL, term
        else:
            assert (target, ns.RDF.type, ns.OWL.Class) in graph, term


# terms of others


def foreign() -> list[URIRef]:
    named = {node for triple in ontology() for node in triple if isinstance(node, URIRef)} - own(ontology())
    documents = {node for node in named if (node, ns.RDF.type, ns.OWL.Ontology) in ontology()} | set(ontology().objects(None, ns.RDFS.seeAlso))
    return sorted(named - documents - set(ontology().objects(None, ns.DCTERMS.license)) - DATATYPES_OF_OWL_RL - {URIRef(str(ns.OWL))})


@pytest.mark.parametrize("term", foreign())
def test_every_term_of_others_exists(term: URIRef) -> None:
    assert exists(term)


def test_what_we_take_for_a_class_or_property_is_one() -> None:
    for term in foreign():
        graph = official().get(namespace(term))
        if graph:
            kinds = set(graph.objects(term, ns.RDF.type))
            ours = ontology().value(term, ns.RDF.type)
            assert ours in kinds, (term, ours)


def test_a_term_that_nobody_defines_is_noticed() -> None:
    assert not exists(URIRef(ORG + "memberSince"))
    assert not exists(URIRef(PREFIXES["dct"] + "uri"))
    assert not exists(URIRef("https://example.org/unknown"))
    assert exists(URIRef(ORG + "Membership"))


# use


def test_every_term_of_the_graph_is_defined(data: Graph) -> None:
    for term in terms(data):
        assert term in own(ontology()) if term.startswith(GN) else exists(term), term


def test_every_term_that_code_names_is_defined() -> None:
    named = {term for path in sorted((REPOSITORY.path / "src").rglob("*.py")) for term in written(path)}
    assert URIRef(GN + "linesCost") in named
    for term in named:
        if namespace(term) == namespace(URIRef(PREFIXES["xsd"] + "x")):
            assert term in ns.XSD
        elif not term.startswith(VOCAB):
            assert term in own(ontology()) if term.startswith(GN) else exists(term), term


def test_no_term_of_ours_is_unused(city: Graph) -> None:
    used = terms(city) | terms(committed()) | terms(vocabularies())
    used |= {term for path in sorted((REPOSITORY.path / "src" / "gremiennetz" / "graph").glob("*.py")) for term in written(path)}
    parents = ontology()
    while (
        above := {parent for term in used for axiom in (ns.RDFS.subClassOf, ns.RDFS.subPropertyOf) for parent in parents.objects(term, axiom)} - used
    ):
        used |= {term for term in above if isinstance(term, URIRef)}
    assert own(parents) - used == set()


def test_subjects_and_values_are_of_the_domain_and_range(data: Graph) -> None:
    """A reasoner would take a subject outside of a property's domain for one inside of it."""
    everything = data + vocabularies()
    for term, domain in ontology().subject_objects(ns.RDFS.domain):
        for subject in set(everything.subjects(term)):
            assert (subject, ns.RDF.type, domain) in everything, (term, subject)
    for term, target in ontology().subject_objects(ns.RDFS.range):
        for value in set(data.objects(None, term)):
            if isinstance(value, rdflib.Literal):
                assert (value.datatype or ns.XSD.string) == target, (term, value)
            else:
                assert (value, ns.RDF.type, target) in everything, (term, value)


# concepts


def test_every_concept_of_the_graph_exists(data: Graph) -> None:
    concepts = {node for node in data.objects() if isinstance(node, URIRef) and node.startswith(VOCAB)}
    assert concepts <= set(vocabularies().subjects(ns.RDF.type, ns.SKOS.Concept))


def test_every_concept_that_code_queries_or_shapes_name_exists() -> None:
    named = set()
    for folder in ("src", "queries", "shapes", "viz"):
        for path in sorted((REPOSITORY.path / folder).rglob("*")):
            if path.suffix in {".py", ".rq", ".ttl", ".jinja", ".js"}:
                text = path.read_text(encoding="utf-8")
                pairs = re.findall(r'concept\("([a-z-]+)", "([a-z-]+)"\)', text) + re.findall(r"gremiennetz/vocab/([a-z-]+)/([a-z-]+)", text)
                named |= {URIRef(f"{VOCAB}{scheme}/{name}") for scheme, name in pairs}
    assert len(named) > 3
    assert named <= set(vocabularies().subjects(ns.RDF.type, ns.SKOS.Concept)), named - set(vocabularies().subjects())


def test_the_columns_are_those_of_the_records() -> None:
    graph = vocabularies()
    scheme = URIRef(f"{VOCAB}column")
    columns = {str(concept).rsplit("/", 1)[1]: concept for concept in graph.subjects(ns.SKOS.inScheme, scheme)}
    assert set(columns) == set(UNCERTAIN_COLUMNS)
    for column in TEXT_COLUMNS:
        for kind in ("text", "lines"):
            target = graph.value(columns[column], URIRef(f"{GN}{kind}Property"))
            assert target == URIRef(f"{GN}{'source' if kind == 'text' else 'lines'}{column.capitalize()}")
            assert target in own(ontology())


def test_labels_of_a_concept_are_disjoint() -> None:
    """SKOS Reference, S13: no label is both the preferred and another one of the same concept."""
    graph = vocabularies()
    for concept in graph.subjects(ns.RDF.type, ns.SKOS.Concept):
        texts = [label for kind in (ns.SKOS.prefLabel, ns.SKOS.altLabel, ns.SKOS.hiddenLabel) for label in graph.objects(concept, kind)]
        assert len(texts) == len(set(texts)), concept


def test_every_vocabulary_is_a_file_of_its_name_with_its_concepts_on_top() -> None:
    for path in sorted((REPOSITORY.shipped("ontology") / "vocab").glob("*.ttl")):
        graph = Graph().parse(path)
        scheme = URIRef(VOCAB + path.stem)
        assert set(graph.subjects(ns.RDF.type, ns.SKOS.ConceptScheme)) == {scheme}
        concepts = set(graph.subjects(ns.RDF.type, ns.SKOS.Concept))
        assert concepts == set(graph.subjects(ns.SKOS.inScheme, scheme))
        assert all(set(graph.objects(concept, ns.SKOS.topConceptOf)) | set(graph.objects(concept, ns.SKOS.broader)) for concept in concepts)
