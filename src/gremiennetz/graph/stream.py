"""The graph as a stream of quads, one set after the other: what builds countries, whose graph fits neither in memory nor in published Turtle.

Turtle that people look at in git has to be sorted, so a whole graph has to be in memory to write it, and rdflib takes its time for it
(``files.py``). Here nothing is sorted and nothing kept: each quad goes to a file or to the store as it is made. The order is that of the sets and
of their rows, so the same records give the same bytes here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import written_beside
from gremiennetz.graph.bodies import decision_triples, register_triples
from gremiennetz.graph.build import PARTS, PEOPLE
from gremiennetz.graph.changes import PART as CHANGES
from gremiennetz.graph.sets import Sets
from gremiennetz.places import Root

GRAPHS = "https://w3id.org/gremiennetz/graph/"
BODIES = "bodies"
ONTOLOGY = "ontology"


def quads(root: Root, *, people: bool = True) -> Iterator[ox.Quad]:
    """Yield the graph of a root, named graphs as everywhere, straight from records and register; without persons for the public profile.

    Raises ``InputError`` with everything that is wrong, after the last set; what came before has to be thrown away then.
    """
    sets = Sets.of(root)
    bodies = ox.NamedNode(GRAPHS + BODIES)
    first = True
    for builder in sets:
        if first:
            first = False
            for triple in register_triples(builder.names, sets.register):
                yield ox.Quad(*triple, bodies)
        for triple in decision_triples(builder.names, builder.register):
            yield ox.Quad(*triple, bodies)
        for part in PARTS:
            if people or part != PEOPLE:
                graph = ox.NamedNode(f"{GRAPHS}{builder.dataset.id}/{part}")
                for triple in builder.part(part):
                    yield ox.Quad(*triple, graph)
        if history := sets.history(builder):
            graph = ox.NamedNode(f"{GRAPHS}{builder.dataset.id}/{CHANGES}")
            for triple in history.triples(builder.dataset.id):
                yield ox.Quad(*triple, graph)


def ontology_quads(root: Root) -> Iterator[ox.Quad]:
    """Yield the ontology and its vocabularies, which queries read too. Raises ``GremiennetzError`` for a file that is no Turtle."""
    graph = ox.NamedNode(GRAPHS + ONTOLOGY)
    for path in sorted(root.shipped("ontology").rglob("*.ttl")):
        try:
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        except (SyntaxError, ValueError) as error:
            raise GremiennetzError(f"{path}: is not Turtle: {error}") from None


def write_nquads(root: Root, path: Path, *, people: bool = True) -> int:
    """Write the graph with the ontology as N-Quads, all or nothing, and return how many quads there are."""
    count = 0

    def counted() -> Iterator[ox.Quad]:
        nonlocal count
        for source in (ontology_quads(root), quads(root, people=people)):
            for quad in source:
                count += 1
                yield quad

    with written_beside(path) as beside:
        ox.serialize(counted(), str(beside), format=ox.RdfFormat.N_QUADS)
    return count
