"""What a package is made of: the named graphs of the sets that it publishes, from the graph here or from a remote store, as one store in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.export import dumps
from gremiennetz.export.settings import Publication
from gremiennetz.graph import store
from gremiennetz.graph.build import PARTS, PEOPLE
from gremiennetz.graph.changes import PART as CHANGES
from gremiennetz.graph.files import BODIES
from gremiennetz.graph.store import GRAPHS, ONTOLOGY
from gremiennetz.graph.terms import iri
from gremiennetz.places import Root
from gremiennetz.remote import RemoteEngine, RemoteError

_SIZES = "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
_CONTENT = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
_SHARED = (BODIES, ONTOLOGY)


def read(root: Root, publications: Sequence[Publication], *, people: bool, endpoint: str | None = None) -> ox.Store:
    """Return a store with the graphs of some sets, the register as far as it belongs to them, and the ontology.

    With ``endpoint`` they come from the remote store there, into which ``gremiennetz publish`` has brought them.
    Raises ``GremiennetzError`` when a graph is missing.
    """
    found = store.in_memory(root, people=people) if endpoint is None else _fetched(RemoteEngine(endpoint), endpoint, people=people)
    _leave_out(found, publications)
    return found


def _fetched(engine: RemoteEngine, endpoint: str, *, people: bool) -> ox.Store:
    """Return our graphs of a remote store, each one counted, so that no limit of the server makes a graph smaller than it is."""
    target = ox.Store()
    for name, count in _sizes(engine):
        if name.rpartition("/")[2] == PEOPLE and not people:
            continue
        content = engine.run(_CONTENT.format(graph=name)).rows
        if len(content) != count:
            raise RemoteError(f"{endpoint}: sent {len(content)} of the {count} triples of <{name}>; is there a limit on the size of results?")
        graph = ox.NamedNode(name)
        target.bulk_extend(ox.Quad(*_triple(row, endpoint), graph) for row in content)
    missing = [name for name in _SHARED if not _has(target, name)]
    if missing:
        raise RemoteError(f"{endpoint}: has no graph {' and no graph '.join(missing)} of ours; bring the graph there with: gremiennetz publish")
    if people and not any(name.endswith(f"/{PEOPLE}") for name in _names(target)):
        raise RemoteError(f"{endpoint}: has no graph of people; bring it there with: gremiennetz publish --profile internal")
    return target


def _sizes(engine: RemoteEngine) -> Iterator[tuple[str, int]]:
    for graph, count in engine.run(_SIZES).rows:
        if not isinstance(graph, ox.NamedNode) or not isinstance(count, ox.Literal) or not graph.value.startswith(GRAPHS):
            continue  # other people's graphs may lie in the same store
        parts = graph.value.removeprefix(GRAPHS).split("/")
        if parts[-1] in {*PARTS, CHANGES} if len(parts) == 2 else graph.value.removeprefix(GRAPHS) in _SHARED:
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


def _names(found: ox.Store) -> list[str]:
    """Return the names of the graphs, without what is in front of all of them."""
    return sorted(name.value.removeprefix(GRAPHS) for name in found.named_graphs() if isinstance(name, ox.NamedNode))


def _has(found: ox.Store, name: str) -> bool:
    return next(iter(found.quads_for_pattern(None, None, None, ox.NamedNode(GRAPHS + name))), None) is not None


def _leave_out(found: ox.Store, publications: Sequence[Publication]) -> None:
    """Take away the graphs of other sets, and what is said about them in the graphs that stay."""
    kept = {item.id for item in publications}
    sets = {name.partition("/")[0] for name in _names(found) if "/" in name}
    if kept - sets:
        raise GremiennetzError(f"there is no graph of {', '.join(sorted(kept - sets))}; make it with: gremiennetz build")
    if sets == kept:
        return
    others = [name for name in _names(found) if "/" in name and name.partition("/")[0] not in kept]
    theirs = {quad.subject for name in others for quad in found.quads_for_pattern(None, None, None, ox.NamedNode(GRAPHS + name))}
    for name in others:
        found.remove_graph(ox.NamedNode(GRAPHS + name))
    registered: set[str] = set()
    for item in publications:
        registered |= dumps.registered(found, item.base, GRAPHS, item)
    bases = {f"{item.base}id/body/" for item in publications}
    register = ox.NamedNode(GRAPHS + BODIES)
    for triple in [triple for triple in dumps.triples_of(found, register) if not dumps.belongs(triple, registered, bases)]:
        found.remove(ox.Quad(*triple, register))
    _forget(found, theirs)


def _forget(found: ox.Store, theirs: Collection[object]) -> None:
    """Take away what is said of things that are described no more; a change between a list that is here and one that is not goes as a whole."""
    described = {quad.subject for quad in found if not _of_changes(quad)}
    gone = {thing for thing in theirs if thing not in described}
    events = {quad.subject for quad in found if _of_changes(quad) and quad.object in gone and quad.subject not in described}
    for quad in [quad for quad in found if quad.object in gone or quad.subject in gone or (_of_changes(quad) and quad.subject in events)]:
        found.remove(quad)
    used = {quad.object for quad in found}
    periods = {quad.subject for quad in found if _of_changes(quad) and quad.object == iri("dct:PeriodOfTime") and quad.subject not in used}
    for quad in [quad for quad in found if quad.subject in periods]:
        found.remove(quad)


def _of_changes(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.endswith(f"/{CHANGES}")
