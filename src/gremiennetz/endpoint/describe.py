"""What the endpoint says about itself: a SPARQL 1.1 service description, and a VoID description of the data."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyoxigraph as ox
import rdflib
from rdflib import DCTERMS, RDF, VOID, XSD, BNode, Literal, Namespace, URIRef

from gremiennetz.endpoint.negotiate import GRAPHS
from gremiennetz.graph.terms import to_rdflib
from gremiennetz.query import Table

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = "http://www.w3.org/ns/formats/"
_WRITTEN = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_WRITERS = {"text/turtle": "turtle", "application/n-triples": "nt", "application/ld+json": "json-ld", "application/rdf+xml": "xml"}

Ask = Callable[[str], Table]

_GRAPH_SIZES = "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
_CLASSES = "SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY ?class"
_PROPERTIES = "SELECT ?property (COUNT(*) AS ?triples) WHERE { ?s ?property ?o } GROUP BY ?property ORDER BY ?property"
_SETS = """SELECT ?set ?property ?value WHERE {
  ?set a <http://www.w3.org/ns/dcat#Dataset> ; ?property ?value
  FILTER(?property IN (<http://purl.org/dc/terms/title>, <http://purl.org/dc/terms/license>, <http://purl.org/dc/terms/issued>))
} ORDER BY ?set ?property ?value"""


def written(graph: rdflib.Graph, media: str) -> bytes:
    """Return a description in one of the media types of graphs."""
    if media not in GRAPHS:
        raise ValueError(media)
    return graph.serialize(format=_WRITERS[media], encoding="utf-8")


def service(base: str, graphs: Collection[str]) -> rdflib.Graph:
    """Return the service description of the endpoint at an address (ends in a slash)."""
    graph = _graph()
    node, dataset, default = URIRef(f"{base}sparql"), BNode("dataset"), BNode("default")
    graph.add((node, RDF.type, SD.Service))
    graph.add((node, SD.endpoint, node))
    graph.add((node, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((node, SD.feature, SD.UnionDefaultGraph))
    for name in _WRITTEN:
        graph.add((node, SD.resultFormat, URIRef(_FORMATS + name)))
    graph.add((node, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    for name in sorted(graphs):
        part = BNode(name)
        graph.add((dataset, SD.namedGraph, part))
        graph.add((part, RDF.type, SD.NamedGraph))
        graph.add((part, SD.name, URIRef(name)))
    return graph


def void(base: str, ask: Ask) -> rdflib.Graph:
    """Return the VoID description of the data behind the endpoint at an address."""
    graph = _graph()
    node = URIRef(f"{base}.well-known/void#data")
    graph.add((URIRef(f"{base}.well-known/void"), RDF.type, VOID.DatasetDescription))
    graph.add((node, RDF.type, VOID.Dataset))
    graph.add((node, VOID.sparqlEndpoint, URIRef(f"{base}sparql")))
    total = 0
    for name, count in ask(_GRAPH_SIZES).rows:
        part = URIRef(f"{base}.well-known/void#{_last(name)}")
        graph.add((node, VOID.subset, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, DCTERMS.identifier, Literal(_value(name))))
        graph.add((part, VOID.triples, _number(count)))
        total += int(_value(count))
    graph.add((node, VOID.triples, Literal(total, datatype=XSD.integer)))
    for query, link, key, counted in (
        (_CLASSES, VOID.classPartition, VOID["class"], VOID.entities),
        (_PROPERTIES, VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        for term, count in ask(query).rows:
            partition = BNode()
            graph.add((node, link, partition))
            graph.add((partition, key, URIRef(_value(term))))
            graph.add((partition, counted, _number(count)))
    for item, trait, value in ask(_SETS).rows:
        graph.add((node, DCTERMS.source, URIRef(_value(item))))
        if value is not None:
            graph.add((URIRef(_value(item)), URIRef(_value(trait)), to_rdflib(value)))
    return graph


def _graph() -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in {"sd": SD, "void": VOID, "dct": DCTERMS, "formats": _FORMATS, "xsd": XSD}.items():
        graph.bind(prefix, namespace)
    return graph


def _value(term: object) -> str:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    raise TypeError(f"no IRI and no literal: {term!r}")


def _number(term: object) -> Literal:
    return Literal(int(_value(term)), datatype=XSD.integer)


def _last(term: object) -> str:
    return _value(term).split("/graph/", 1)[-1]
