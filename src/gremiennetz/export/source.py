"""What a package is made of: the named graphs of the sets that it publishes, from the graph here or from a remote store, as one store in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.export import dumps
from gremiennetz.export.settings import Publication
from gremiennetz.fetch import fetched
from gremiennetz.graph import store
from gremiennetz.graph.changes import PART as CHANGES
from gremiennetz.graph.files import BODIES
from gremiennetz.graph.store import GRAPHS
from gremiennetz.graph.terms import iri
from gremiennetz.places import Root


def read(root: Root, publications: Sequence[Publication], *, people: bool, endpoint: str | None = None) -> ox.Store:
    """Return a store with the graphs of some sets, the register as far as it belongs to them, and the ontology.

    With ``endpoint`` they come from the remote store there, into which ``gremiennetz publish`` has brought them.
    Raises ``GremiennetzError`` when a graph is missing.
    """
    found = store.in_memory(root, people=people) if endpoint is None else fetched(endpoint, people=people)
    _leave_out(found, publications)
    return found


def _names(found: ox.Store) -> list[str]:
    """Return the names of the graphs, without what is in front of all of them."""
    return sorted(name.value.removeprefix(GRAPHS) for name in found.named_graphs() if isinstance(name, ox.NamedNode))


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
