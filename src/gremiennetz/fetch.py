"""The graph of a remote store, into which ``gremiennetz publish`` has brought it, as a store in memory: every product is then made as from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from gremiennetz.graph.build import PARTS, PEOPLE
from gremiennetz.graph.changes import PART as CHANGES
from gremiennetz.graph.files import BODIES
from gremiennetz.graph.store import GRAPHS, ONTOLOGY
from gremiennetz.remote import RemoteEngine, RemoteError

_SIZES = "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
_CONTENT = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
SHARED = (BODIES, ONTOLOGY)
"""The graphs that belong to no set."""


def fetched(endpoint: str, *, people: bool) -> ox.Store:
    """Return our graphs of a remote store, each one counted, so that no limit of the server makes a graph smaller than it is.

    Raises ``RemoteError`` when the store does not answer, or a graph is missing or comes cut.
    """
    engine = RemoteEngine(endpoint)
    target = ox.Store()
    for name, count in _sizes(engine):
        if name.rpartition("/")[2] == PEOPLE and not people:
            continue
        content = engine.run(_CONTENT.format(graph=name)).rows
        if len(content) != count:
            raise RemoteError(f"{endpoint}: sent {len(content)} of the {count} triples of <{name}>; is there a limit on the size of results?")
        graph = ox.NamedNode(name)
        target.bulk_extend(ox.Quad(*_triple(row, endpoint), graph) for row in content)
    missing = [name for name in SHARED if next(target.quads_for_pattern(None, None, None, ox.NamedNode(GRAPHS + name)), None) is None]
    if missing:
        raise RemoteError(f"{endpoint}: has no graph {' and no graph '.join(missing)} of ours; bring the graph there with: gremiennetz publish")
    if people and not any(name.value.endswith(f"/{PEOPLE}") for name in target.named_graphs()):
        raise RemoteError(f"{endpoint}: has no graph of people; bring it there with: gremiennetz publish --profile internal")
    return target


def _sizes(engine: RemoteEngine) -> Iterator[tuple[str, int]]:
    for graph, count in engine.run(_SIZES).rows:
        if not isinstance(graph, ox.NamedNode) or not isinstance(count, ox.Literal) or not graph.value.startswith(GRAPHS):
            continue  # other people's graphs may lie in the same store
        parts = graph.value.removeprefix(GRAPHS).split("/")
        if parts[-1] in {*PARTS, CHANGES} if len(parts) == 2 else graph.value.removeprefix(GRAPHS) in SHARED:
            yield graph.value, int(count.value)


def _triple(row: Sequence[object], endpoint: str) -> tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]:
    subject, predicate, target = row
    if (
        isinstance(subject, ox.NamedNode | ox.BlankNode)
        and isinstance(predicate, ox.NamedNode)
        and isinstance(target, ox.NamedNode | ox.BlankNode | ox.Literal)
    ):
        return subject, predicate, target
    raise RemoteError(f"{endpoint}: sent what is no triple: {row}")
