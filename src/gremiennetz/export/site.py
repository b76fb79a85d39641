"""The place that a package is for: its base, the names of things below it, and the file in which each thing is described.

An IRI of ours is below one base: ``<base>id/<type>/<slug>`` names a thing, ``<base>vocab/<scheme>/<concept>`` a concept, ``<base>ns#<term>`` a
term of the ontology, ``<base>graph/<name>`` a named graph. The document about it lies at ``doc/<type>/<slug>``, ``doc/vocab/…``, ``doc/ns`` and
``doc/graph/…`` with the endings of ``FORMATS``; what is below the base and none of these is a file of the package.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import urlsplit

import attrs
import pyoxigraph as ox

from gremiennetz.graph.terms import PREFIXES, slug

Triple = tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]

FORMATS = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
"""Ending → media type of the documents about a thing; the first is what a client gets that does not say what it wants."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
_NAMESPACE = ox.NamedNode("http://purl.org/vocab/vann/preferredNamespaceUri")


@attrs.frozen
class Site:
    """Where a package will lie. ``sources`` are the bases that its data has so far; everything below them moves to ``base``."""

    base: str
    sources: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Say whether any IRI changes."""
        return set(self.sources) != {self.base}

    @property
    def prefix(self) -> str:
        """Return the path of the base on its server: ``/`` or ``/gremien/``."""
        return urlsplit(self.base).path

    def iri(self, value: str) -> str:
        """Return an IRI as the package writes it."""
        for source in self.sources:
            if value.startswith(source):
                return self.base + value[len(source) :]
        return value

    def thing(self, kind: str, name: str) -> ox.NamedNode:
        """Return the IRI of a thing."""
        return ox.NamedNode(f"{self.base}id/{kind}/{name}")

    def triple(self, triple: Triple) -> Triple:
        """Return a triple as the package writes it. The namespace that an ontology states as text moves along."""
        subject, predicate, target = triple
        if predicate == _NAMESPACE and isinstance(target, ox.Literal):
            moved: ox.NamedNode | ox.BlankNode | ox.Literal = ox.Literal(self.iri(target.value))
        else:
            moved = self.node(target) if isinstance(target, ox.NamedNode) else target
        return (self.node(subject) if isinstance(subject, ox.NamedNode) else subject, self.node(predicate), moved)

    def node(self, node: ox.NamedNode) -> ox.NamedNode:
        """Return an IRI as the package writes it."""
        moved = self.iri(node.value)
        return node if moved == node.value else ox.NamedNode(moved)

    def prefixes(self) -> dict[str, str]:
        """Return the prefixes of files, ours at the base."""
        return {**{name: self.iri(namespace) for name, namespace in PREFIXES.items()}, **MORE_PREFIXES}

    def ours(self, iri: str) -> bool:
        """Say whether an IRI is below the base."""
        return iri.startswith(self.base)

    def document(self, iri: str) -> str | None:
        """Return the document about a thing of ours, relative to the package and without ending; ``None`` for anything else.

        A name that is no plain file name gets one of its own, made of what is plain in it and a digest, so that no IRI leads out of the package.
        """
        if not self.ours(iri):
            return None
        return _document(iri[len(self.base) :])

    def address(self, iri: str) -> str | None:
        """Return the path of an IRI on a server, relative to the base; ``None`` when it is not ours."""
        return iri[len(self.base) :].split("#", 1)[0] if self.ours(iri) else None


MORE_PREFIXES = {
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "schema": "https://schema.org/",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
}


@lru_cache(maxsize=4096)
def _document(rest: str) -> str | None:
    if rest == "ns" or rest.startswith("ns#"):
        return "doc/ns"
    room, _, name = rest.partition("/")
    if room not in {"id", "vocab", "graph"} or not name:
        return None
    parts = name.split("/")
    if room == "id":
        # an id is its type and a name; whatever else stands behind the type belongs to the name
        parts = [parts[0], "/".join(parts[1:])] if len(parts) > 1 else parts
    shown = [part if _SAFE.fullmatch(part) else _plain(part) for part in parts]
    return "/".join(["doc", *([] if room == "id" else [room]), *shown])


def _plain(part: str) -> str:
    return f"{slug(part, 60)}-{hashlib.sha256(part.encode()).hexdigest()[:12]}"


def relative(target: str, page: str) -> str:
    """Return a file of the package as seen from another one.

    >>> relative("doc/unit/x.html", "doc/body/y.html"), relative("style.css", "index.html")
    ('../unit/x.html', 'style.css')
    """
    here, there = page.split("/")[:-1], target.split("/")
    common = 0
    while common < min(len(here), len(there) - 1) and here[common] == there[common]:
        common += 1
    return "/".join([*[".."] * (len(here) - common), *there[common:]])
