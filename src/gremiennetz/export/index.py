"""The graph as the pages read it: what is said of a thing, what points to it, and what it is called, looked up by position, not by query."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox

from gremiennetz.export.site import Site, Triple
from gremiennetz.graph.terms import PREFIXES, iri

TYPE = iri("rdf:type")
LABELS = tuple(iri(name) for name in ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "skos:notation"))
"""The properties that name a thing, the best first."""

OWNED = {iri(name) for name in ("gn:CostStatement", "dct:PeriodOfTime", "adms:Identifier")}
"""Classes of things that are parts of one other thing: its documents describe them too."""

MOST = 500
"""How many things of one kind that point to a thing its documents list; the dumps have all of them."""


class Index:
    """A store in memory with the named graphs of a package."""

    def __init__(self, store: ox.Store, site: Site, terms: ox.Store) -> None:
        """``terms`` holds the labels of what others define."""
        self.store, self.site, self.terms = store, site, terms
        self.owned = {site.node(kind) for kind in OWNED}
        self.lines = site.node(iri("gn:sourceLines"))

    def about(self, node: ox.NamedNode) -> list[tuple[ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]]:
        """Return property and value of all that is said of a thing, in order."""
        found = {
            (quad.predicate, quad.object) for quad in self.store.quads_for_pattern(node, None, None, None) if not isinstance(quad.object, ox.Triple)
        }
        return sorted(found, key=lambda pair: (pair[0].value, str(pair[1])))

    def to(self, node: ox.NamedNode) -> list[tuple[ox.NamedNode, ox.NamedNode]]:
        """Return property and subject of all that points to a thing, in order."""
        quads = self.store.quads_for_pattern(None, None, node, None)
        found = {(quad.predicate, quad.subject) for quad in quads if isinstance(quad.subject, ox.NamedNode)}
        return sorted(found, key=lambda pair: (pair[0].value, pair[1].value))

    def values(self, node: ox.NamedNode, *names: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        """Return the values of the first of some properties that a thing has, in order."""
        for name in names:
            property_ = self.site.node(iri(name))
            found = {quad.object for quad in self.store.quads_for_pattern(node, property_, None, None) if not isinstance(quad.object, ox.Triple)}
            if found:
                return sorted(found, key=str)
        return []

    def nodes(self, node: ox.NamedNode, name: str) -> list[ox.NamedNode]:
        """Return the things that a thing has under a property, by their labels."""
        found = [value for value in self.values(node, name) if isinstance(value, ox.NamedNode)]
        return sorted(found, key=lambda value: (alphabetical(self.label(value)), value.value))

    def subjects(self, name: str, node: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the things that have a thing under a property, by their labels."""
        quads = self.store.quads_for_pattern(None, self.site.node(iri(name)), node, None)
        found = {quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)}
        return sorted(found, key=lambda value: (alphabetical(self.label(value)), value.value))

    def text(self, node: ox.NamedNode, *names: str) -> str:
        """Return the first value of some properties as text, German where there is a choice."""
        found = [value for value in self.values(node, *names) if isinstance(value, ox.Literal)]
        best = min(found, key=lambda value: ({"de": 0, None: 1}.get(value.language, 2), value.value), default=None)
        return best.value if best else ""

    def label(self, node: ox.NamedNode) -> str:
        """Return what a thing is called, in German where it can be; a file by its name, an IRI of somebody else by its host."""
        named = self.named(node)
        if named:
            return named
        if self.site.ours(node.value) and self.site.document(node.value) is None:
            return node.value.rstrip("/").rsplit("/", 1)[-1]  # a file of the package
        host = self._host(node)
        return f"{host}: {node.value.rstrip('/').rsplit('/', 1)[-1]}" if host else node.value

    def named(self, node: ox.NamedNode) -> str:
        """Return what a thing is called, or an empty text."""
        for data, labels in ((self.store, LABELS), (self.terms, LABELS[1:2])):
            for property_ in labels:
                found = [
                    quad.object
                    for quad in data.quads_for_pattern(node, property_, None, None)
                    if isinstance(quad.object, ox.Literal) and quad.object.value.strip()
                ]
                if found:
                    return min(found, key=lambda value: ({"de": 0, None: 1}.get(value.language, 2), value.value)).value
        return ""

    def _host(self, node: ox.NamedNode) -> str:
        parts = urlsplit(node.value)
        return self.named(ox.NamedNode(f"{parts.scheme}://{parts.netloc}/")) if parts.netloc else ""

    def kinds(self, node: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the classes of a thing."""
        return [value for value in self.values(node, "rdf:type") if isinstance(value, ox.NamedNode)]

    def description(self, node: ox.NamedNode) -> list[Triple]:
        """Return the triples of the documents about a thing, in order.

        What is said of it and of its parts, what points to it (``MOST`` per property), what everything that is mentioned is called, and the
        lines of the document behind the records among it.
        """
        found: set[Triple] = set()
        mentioned = {node}
        for thing in (node, *self.parts(node)):
            for predicate, value in self.about(thing):
                found.add((thing, predicate, value))
                mentioned |= {value} if isinstance(value, ox.NamedNode) else set()
        for _, subjects, _ in self.inverse(node):
            for subject, predicate in subjects:
                found.add((subject, predicate, node))
                mentioned.add(subject)
        for thing in mentioned:
            found.update(self._naming(thing))
            found.update((thing, self.lines, value) for value in self.values(thing, "gn:sourceLines"))
        return sorted(found, key=_order)

    def inverse(self, node: ox.NamedNode) -> Iterator[tuple[ox.NamedNode, list[tuple[ox.NamedNode, ox.NamedNode]], int]]:
        """Yield, per property, what points to a thing (at most ``MOST``, by name), and how many there are."""
        by_property: dict[ox.NamedNode, list[ox.NamedNode]] = {}
        for predicate, subject in self.to(node):
            by_property.setdefault(predicate, []).append(subject)
        for predicate, subjects in by_property.items():
            shown = subjects[:MOST]
            yield predicate, [(subject, predicate) for subject in shown], len(subjects)

    def parts(self, node: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the things that are parts of a thing and of nothing else."""
        found = {value for _, value in self.about(node) if isinstance(value, ox.NamedNode) and value != node and self.site.ours(value.value)}
        return sorted((value for value in found if self.owned.intersection(self.kinds(value))), key=lambda value: value.value)

    def _naming(self, node: ox.NamedNode) -> Iterator[Triple]:
        for property_ in LABELS:
            quads = [quad for quad in self.store.quads_for_pattern(node, property_, None, None) if isinstance(quad.object, ox.Literal)]
            for quad in quads:
                yield node, property_, quad.object  # type: ignore[misc] # the object is a literal, filtered one line above
            if quads:
                return


def alphabetical(label: str) -> str:
    """Return what to sort a label by: without case, umlauts as their vowels.

    >>> sorted(["Zoo", "Ämter", "arge", "Arbeit"], key=alphabetical)
    ['Ämter', 'Arbeit', 'arge', 'Zoo']
    """
    return "".join(sign for sign in unicodedata.normalize("NFKD", label.casefold()) if not unicodedata.combining(sign))


def _order(triple: Triple) -> tuple[str, str, str]:
    return str(triple[0]), triple[1].value, str(triple[2])


def in_order(triples: Iterable[Triple]) -> list[Triple]:
    """Return triples in the order of files."""
    return sorted(set(triples), key=_order)


def moved(store: ox.Store, site: Site) -> ox.Store:
    """Return a store with all IRIs of ours at the base of the site; the same store where nothing moves."""
    if not site.moves:
        return store
    target = ox.Store()
    target.bulk_extend(_moved(store, site))
    return target


def _moved(store: ox.Store, site: Site) -> Iterator[ox.Quad]:
    for quad in store:
        if isinstance(quad.object, ox.Triple) or isinstance(quad.subject, ox.Triple):
            raise TypeError(quad)
        graph = site.node(quad.graph_name) if isinstance(quad.graph_name, ox.NamedNode) else quad.graph_name
        yield ox.Quad(*site.triple((quad.subject, quad.predicate, quad.object)), graph)


def read_terms(folder: Path) -> ox.Store:
    """Read the labels of terms that others define (``viz/export/labels.ttl``)."""
    store = ox.Store()
    store.load(path=str(folder / "labels.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def shortened(value: str) -> str:
    """Return an IRI with a prefix where one fits."""
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace) and len(value) > len(namespace):
            return f"{prefix}:{value[len(namespace) :]}"
    return value
