"""Dumps of a set in every serialisation, and what VoID says of them; the counts are those of the very triples that were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.export.catalog import FORMATS, dataset_iri, distribution_iri, download
from gremiennetz.export.index import TYPE, in_order
from gremiennetz.export.jsonld import Context, dumps
from gremiennetz.export.settings import OURS, Publication
from gremiennetz.export.site import MORE_PREFIXES, Site, Triple
from gremiennetz.files import write_text
from gremiennetz.graph.files import BODIES
from gremiennetz.graph.store import ONTOLOGY
from gremiennetz.graph.terms import PREFIXES, integer, iri, text

VOID = "void.ttl"
RDF_DUMPS = {form.name: form for form in FORMATS[:5]}


def graphs(store: ox.Store, site: Site, publication: Publication, bodies: Container[str] | None = None) -> dict[str, list[Triple]]:
    """Return the named graphs of a set with their triples in order: its own, its part of the register, and the ontology.

    ``bodies`` are the things of the register that belong to the set (``registered``); ``None`` stands for all.
    """
    prefix = f"{site.base}graph/"
    own = f"{prefix}{publication.id}/"
    found = {}
    for node in sorted((node for node in store.named_graphs() if isinstance(node, ox.NamedNode)), key=lambda node: node.value):
        if node.value == prefix + BODIES and bodies is not None:
            found[node.value] = in_order(triple for triple in triples_of(store, node) if belongs(triple, bodies, {f"{site.base}id/body/"}))
        elif node.value.startswith(own) or node.value in {prefix + BODIES, prefix + ONTOLOGY}:
            found[node.value] = in_order(triples_of(store, node))
    return found


def belongs(triple: Triple, kept: Container[str], bodies: Iterable[str]) -> bool:
    """Say whether a triple of the register belongs to a set: it is about what is kept, and points to no body (below ``bodies``) that is not."""
    subject, _, target = triple
    if not isinstance(subject, ox.NamedNode) or subject.value not in kept:
        return False
    return not (isinstance(target, ox.NamedNode) and target.value.startswith(tuple(bodies)) and target.value not in kept)


def registered(store: ox.Store, base: str, graphs: str, publication: Publication) -> set[str]:
    """Return the IRIs of what the register knows for a set: its bodies and all umbrellas above them, what was decided on its records, and why.

    ``base`` is that of the things in the store, ``graphs`` what the names of its graphs begin with.
    """
    site = Site(base if graphs == f"{base}graph/" else OURS, (OURS,))  # the terms are at the base of the graphs
    names = {name: site.node(iri(name)) for name in ("org:organization", "org:subOrganizationOf", "prov:wasDerivedFrom", "gn:judgedBody")}
    names |= {name: site.node(iri(name)) for name in ("gn:assignedBody", "dct:isReplacedBy")}
    own, register = f"{graphs}{publication.id}/", ox.NamedNode(f"{graphs}{BODIES}")
    kept: set[str] = set()
    waiting = [quad.object for quad in store.quads_for_pattern(None, names["org:organization"], None, ox.NamedNode(f"{own}participations"))]
    records = {quad.subject for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(f"{own}records"))}
    for quad in store.quads_for_pattern(None, names["prov:wasDerivedFrom"], None, register):
        if quad.object in records and isinstance(quad.subject, ox.NamedNode):
            kept.add(quad.subject.value)
            waiting += [other.object for other in store.quads_for_pattern(quad.subject, names["gn:judgedBody"], None, register)]
    while waiting:
        body = waiting.pop()
        if isinstance(body, ox.NamedNode) and body.value not in kept:
            kept.add(body.value)
            waiting += [quad.object for quad in store.quads_for_pattern(body, names["org:subOrganizationOf"], None, None)]
            for name in ("gn:assignedBody", "dct:isReplacedBy"):
                found = store.quads_for_pattern(None, names[name], body, register)
                kept |= {quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)}
    return kept


def units(store: ox.Store, site: Site, publication: Publication) -> set[str]:
    """Return the IRIs of the units of a set."""
    found = store.quads_for_pattern(None, None, None, ox.NamedNode(f"{site.base}graph/{publication.id}/units"))
    return {quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)}


def triples_of(store: ox.Store, graph: ox.NamedNode) -> Iterator[Triple]:
    """Yield the triples of a named graph."""
    for quad in store.quads_for_pattern(None, None, None, graph):
        if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
            yield quad.subject, quad.predicate, quad.object


def merged(named: Mapping[str, list[Triple]]) -> list[Triple]:
    """Return the triples of all graphs in order, each once."""
    return in_order(triple for triples in named.values() for triple in triples)


def serialised(triples: Iterable[Triple], form: ox.RdfFormat, prefixes: Mapping[str, str] | None = None) -> str:
    """Return triples as N-Triples, RDF/XML or Turtle, in the order in which they come.

    Turtle too is written by Oxigraph here: rdflib's serialiser turns the decimal ``800`` into ``800.0``, another term than in the other dumps.
    """
    found = ox.serialize((ox.Triple(*triple) for triple in triples), format=form, prefixes=dict(prefixes or {}))
    if found is None:
        raise TypeError(form)
    return found.decode("utf-8")


def write(folder: Path, site: Site, publication: Publication, named: Mapping[str, list[Triple]], context: Context) -> list[Triple]:
    """Write all dumps of a set below the folder of a package, and return the triples that they hold."""
    triples = merged(named)
    prefixes = site.prefixes()
    path = {name: folder / download(publication, form) for name, form in RDF_DUMPS.items()}
    write_text(path["turtle"], serialised(triples, ox.RdfFormat.TURTLE, prefixes))
    write_text(path["n-triples"], serialised(triples, ox.RdfFormat.N_TRIPLES))
    write_text(path["json-ld"], dumps(context.document(triples)))
    write_text(path["rdf-xml"], serialised(triples, ox.RdfFormat.RDF_XML, prefixes))
    quads = (ox.Quad(*triple, ox.NamedNode(name)) for name, items in named.items() for triple in items)
    trig = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes)
    if trig is None:
        raise TypeError(path["trig"])
    write_text(path["trig"], trig.decode("utf-8"))
    return triples


def check_characters(triples: Iterable[Triple]) -> None:
    """Refuse texts that XML cannot hold, before anything is written. Raises ``GremiennetzError`` that names the thing."""
    for subject, _, target in triples:
        if isinstance(target, ox.Literal):
            bad = next((char for char in target.value if (char < " " and char not in "\t\n\r") or char in "\ufffe\uffff"), "")
            if bad:
                raise GremiennetzError(
                    f"a text of {subject} holds the character U+{ord(bad):04X}, which no RDF/XML, HTML or XLSX can hold; remove it"
                )


def void(site: Site, publications: Sequence[Publication], statistics: Mapping[str, Counter[tuple[str, str]]]) -> list[Triple]:
    """Return what VoID says of the dumps of each set (``counted``)."""
    return in_order(triple for item in publications for triple in _void(site, item, statistics[item.id]))


def counted(triples: Iterable[Triple]) -> Counter[tuple[str, str]]:
    """Return how often what occurs: ``("class", iri)``, ``("property", iri)``, and ``("", "triples" | "entities" | "subjects" | "objects" | …)``."""
    counts: Counter[tuple[str, str]] = Counter()
    subjects, targets = set(), set()
    for subject, predicate, target in triples:
        counts["", "triples"] += 1
        counts["property", predicate.value] += 1
        if predicate == TYPE and isinstance(target, ox.NamedNode):
            counts["class", target.value] += 1
        subjects.add(subject)
        targets.add(target)
    counts["", "distinctSubjects"] = len(subjects)
    counts["", "distinctObjects"] = len(targets)
    counts["", "properties"] = sum(1 for kind, _ in counts if kind == "property")
    counts["", "classes"] = sum(1 for kind, _ in counts if kind == "class")
    counts["", "entities"] = len(subjects)
    return counts


def _void(site: Site, item: Publication, counts: Counter[tuple[str, str]]) -> Iterator[Triple]:
    node, term = dataset_iri(site, item), _term
    yield node, TYPE, term("void:Dataset")
    yield node, term("dct:title"), text(item.title["de"])
    yield node, term("void:uriSpace"), ox.Literal(f"{site.base}id/")
    yield node, term("foaf:homepage"), ox.NamedNode(site.base)
    yield node, term("dct:license"), ox.NamedNode(item.licence)
    yield node, term("void:vocabulary"), ox.NamedNode(f"{site.base}ns#")
    for name in ("org", "skos", "dct", "prov"):
        yield node, term("void:vocabulary"), ox.NamedNode(PREFIXES[name])
    if item.endpoint:
        yield node, term("void:sparqlEndpoint"), ox.NamedNode(item.endpoint)
    for form in RDF_DUMPS.values():
        yield node, term("void:dataDump"), ox.NamedNode(site.base + download(item, form))
        yield distribution_iri(site, item, form), term("void:triples"), integer(counts["", "triples"])
    for (kind, name), count in sorted(counts.items()):
        if not kind:
            yield node, term(f"void:{name}"), integer(count)
            continue
        part = ox.NamedNode(f"{site.base}{VOID}#{item.id}-{kind}-{_fragment(name)}")
        yield node, term(f"void:{kind}Partition"), part
        yield part, term(f"void:{kind}"), ox.NamedNode(name)
        yield part, term("void:entities" if kind == "class" else "void:triples"), integer(count)


def _fragment(iri: str) -> str:
    for prefix, namespace in {**PREFIXES, **MORE_PREFIXES}.items():
        if iri.startswith(namespace):
            return f"{prefix}-{iri[len(namespace) :].replace('/', '-')}"
    return iri.split("://", 1)[-1].replace("/", "-").replace("#", "-")


def _term(name: str) -> ox.NamedNode:
    prefix, local = name.split(":", 1)
    return ox.NamedNode({**PREFIXES, **MORE_PREFIXES}[prefix] + local)


def graph_notes(store: ox.Store, site: Site) -> list[Triple]:
    """Return what is said of the named graphs themselves, so that their IRIs lead somewhere."""
    found: list[Triple] = []
    for node in (node for node in store.named_graphs() if isinstance(node, ox.NamedNode)):
        found.append((node, TYPE, _term("void:Dataset")))
        found.append((node, _term("dct:title"), text(f"Benannter Graph {node.value.removeprefix(site.base + 'graph/')}")))
        found.append((node, _term("void:triples"), integer(sum(1 for _ in store.quads_for_pattern(None, None, None, node)))))
    return found
