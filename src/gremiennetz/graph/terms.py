"""Terms: the namespaces in use, how IRIs are minted, and the one bridge between pyoxigraph's and rdflib's terms.

The graph is built from pyoxigraph's terms, which are fast and streamed; rdflib writes the published Turtle and is the API for others.
Literals are written in the canonical form that Oxigraph would give them, so that both libraries agree on equality.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

import pyoxigraph as ox
import rdflib
from rdflib.term import Node

Term = ox.NamedNode | ox.BlankNode | ox.Literal

PREFIXES = {
    "gn": "https://w3id.org/gremiennetz/ns#",
    "vocab": "https://w3id.org/gremiennetz/vocab/",
    "adms": "http://www.w3.org/ns/adms#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of queries and files."""

_SPECIAL = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "&": " und "})


@lru_cache(maxsize=4096)
def iri(name: str) -> ox.NamedNode:
    """Return the IRI of a prefixed name such as ``org:member``.

    Raises ``KeyError`` for an unknown prefix.
    """
    prefix, local = name.split(":", 1)
    return ox.NamedNode(PREFIXES[prefix] + local)


def concept(scheme: str, name: str) -> ox.NamedNode:
    """Return the IRI of a concept of one of our vocabularies."""
    return iri(f"vocab:{scheme}/{name}")


def text(value: str, language: str = "de") -> ox.Literal:
    """Return a text in a language, German unless told otherwise."""
    return ox.Literal(value, language=language)


def plain(value: str) -> ox.Literal:
    """Return a string without language."""
    return ox.Literal(value)


@lru_cache(maxsize=4096)
def decimal(value: Decimal) -> ox.Literal:
    """Return a decimal in canonical form (``1439.9``, ``0``)."""
    shown = format(value.normalize(), "f") if value else "0"
    return ox.Literal(shown, datatype=iri("xsd:decimal"))


@lru_cache(maxsize=4096)
def integer(value: int) -> ox.Literal:
    """Return a whole number."""
    return ox.Literal(str(value), datatype=iri("xsd:integer"))


def date(value: str) -> ox.Literal:
    """Return an ISO date as ``xsd:date``, or a bare year as ``xsd:gYear``."""
    return ox.Literal(value, datatype=iri("xsd:gYear" if len(value) == 4 else "xsd:date"))


def true() -> ox.Literal:
    """Return the boolean true."""
    return ox.Literal("true", datatype=iri("xsd:boolean"))


def slug(value: str, longest: int = 80) -> str:
    """Return a text as a part of an IRI or a file name: ASCII lower case, digits and hyphens.

    >>> slug("Städte- und Gemeindetag (SSG)")
    'staedte-und-gemeindetag-ssg'
    """
    flat = unicodedata.normalize("NFKD", value.translate(_SPECIAL)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:longest].strip("-") or "x"


def to_rdflib(term: Term | ox.Triple) -> Node:
    """Return the same term for rdflib. Raises ``ValueError`` for a triple term, which RDF 1.1 does not have."""
    if isinstance(term, ox.Triple):
        raise ValueError(f"no term of RDF 1.1: {term}")  # noqa: TRY004 - the kind of term is a value here
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    return rdflib.Literal(term.value, datatype=None if datatype == PREFIXES["xsd"] + "string" else rdflib.URIRef(datatype), normalize=False)


def from_rdflib(term: Node) -> Term:
    """Return the same term for pyoxigraph. Raises ``ValueError`` for a term that RDF 1.1 does not have."""
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))) if term.datatype else ox.Literal(str(term))
    raise ValueError(f"no term of RDF: {term!r}")
