"""The part of a graph that belongs to chosen sets: their own named graphs, and of the register what they have to do with."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyoxigraph as ox

from gremiennetz.graph.files import BODIES
from gremiennetz.graph.terms import concept, iri

_ABOVE = iri("org:subOrganizationOf")
_BELOW = iri("org:hasSubOrganization")


def of_sets(store: ox.Store, sets: Collection[str]) -> ox.Store:
    """Return a store in memory with the graphs of some sets, the vocabularies, and the bodies that the sets take part in with all above them.

    What the register says of other bodies and of the records of other sets is left out, so that counts are those of the chosen sets; that a
    record does not mean some body of another city is left out with that body.
    """
    made = ox.Store()
    register = []
    for graph in store.named_graphs():
        name = graph.value.rsplit("/graph/", 1)[-1] if isinstance(graph, ox.NamedNode) else ""
        if name == BODIES:
            register.append(graph)
        elif "/" not in name or name.split("/", 1)[0] in sets:
            made.extend(store.quads_for_pattern(None, None, None, graph))
    for graph in register:
        made.extend(_register(store, graph, made))
    return made


def _register(store: ox.Store, graph: ox.NamedNode | ox.BlankNode, made: ox.Store) -> Iterator[ox.Quad]:
    bodies = _used(store, graph, made)
    kinds: dict[object, object] = {quad.subject: quad.object for quad in store.quads_for_pattern(None, iri("rdf:type"), None, graph)}
    about: dict[object, ox.NamedNode] = {iri("gn:Decision"): iri("prov:wasDerivedFrom"), iri("gn:FieldAssignment"): iri("gn:assignedBody")}
    for quad in store.quads_for_pattern(None, None, None, graph):
        kind = kinds.get(quad.subject)
        if kind == iri("gn:Body"):
            if quad.subject in bodies and (quad.predicate != _BELOW or quad.object in bodies):
                yield quad
        elif kind in about:
            targets = [item.object for item in store.quads_for_pattern(quad.subject, about[kind], None, graph)]
            judged = list(store.quads_for_pattern(quad.subject, iri("gn:judgedBody"), None, graph))
            if any(target in bodies or _there(made, target) for target in targets) and all(item.object in bodies for item in judged):
                yield quad
        elif quad.object in bodies:  # a former id of a body
            yield quad


def _there(store: ox.Store, node: object) -> bool:
    return isinstance(node, ox.NamedNode) and next(store.quads_for_pattern(node, None, None), None) is not None


def _used(store: ox.Store, graph: ox.NamedNode | ox.BlankNode, made: ox.Store) -> set[object]:
    """Return the bodies of the participations, those that one of their records may mean, and all above them."""
    found: set[object] = {quad.object for quad in made.quads_for_pattern(None, iri("org:organization"), None)}
    for quad in store.quads_for_pattern(None, iri("gn:judgedBody"), None, graph):
        if next(store.quads_for_pattern(quad.subject, iri("gn:judgement"), concept("judgement", "unsure"), graph), None) is None:
            continue
        if any(_there(made, item.object) for item in store.quads_for_pattern(quad.subject, iri("prov:wasDerivedFrom"), None, graph)):
            found.add(quad.object)
    waiting = list(found)
    while waiting:
        node = waiting.pop()
        for quad in store.quads_for_pattern(node if isinstance(node, ox.NamedNode) else None, _ABOVE, None):
            if quad.subject == node and quad.object not in found:
                found.add(quad.object)
                waiting.append(quad.object)
    return found
