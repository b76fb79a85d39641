"""The bodies and what is decided about them, as triples: the part ``bodies`` of the graph, across sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
import pyoxigraph as ox

from gremiennetz.graph.terms import concept, date, iri, plain, slug, text
from gremiennetz.records import Record
from gremiennetz.register import Body, Register

Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]

_TYPE = iri("rdf:type")


@attrs.frozen
class Names:
    """How the things of one base are named (design, section 6)."""

    base: str

    def thing(self, kind: str, name: str) -> ox.NamedNode:
        """Return the IRI of a thing."""
        return ox.NamedNode(f"{self.base}id/{kind}/{name}")

    def graph(self, name: str) -> ox.NamedNode:
        """Return the IRI of a named graph."""
        return ox.NamedNode(f"{self.base}graph/{name}")


def provisional(record: Record, city: str) -> Body:
    """Return the body of a record that nobody has decided yet; its id carries the city's and the record's, so it is never taken for another."""
    return Body(f"{slug(record.text('name'), 60)}-{city}-{record.id}", record.text("name"))


def body_triples(names: Names, body: Body, aliases: Iterable[str]) -> Iterator[Triple]:
    """Yield what is known of one body."""
    node = names.thing("body", body.id)
    yield node, _TYPE, iri("gn:Body")
    yield node, iri("skos:prefLabel"), text(body.label)
    yield node, iri("org:classification"), concept("body-kind", body.kind)
    for alias in dict.fromkeys(name for name in (body.short, *aliases) if name and name != body.label):
        yield node, iri("skos:altLabel"), text(alias)
    if body.legal_form:
        yield node, iri("gn:legalForm"), concept("legal-form", body.legal_form)
    if body.umbrella:
        parent = names.thing("body", body.umbrella)
        yield node, iri("org:subOrganizationOf"), parent
        yield parent, iri("org:hasSubOrganization"), node
    if body.municipality:
        yield node, iri("gn:boundTo"), names.thing("municipality", body.municipality)
    if body.note:
        yield node, iri("skos:editorialNote"), text(body.note)


def register_triples(names: Names, register: Register) -> Iterator[Triple]:
    """Yield the bodies, their policy fields, and the decisions that the register holds."""
    for body in register.bodies.values():
        yield from body_triples(names, body, register.aliases.get(body.id, ()))
        for link in register.links_of(f"body/{body.id}"):
            yield names.thing("body", body.id), iri("skos:exactMatch"), ox.NamedNode(link)
    for item in register.fields:
        node = names.thing("body", item.body)
        yield node, iri("gn:policyField"), concept("policy-field", item.field)
        reason = names.thing("field-assignment", f"{item.body}-{item.field}")
        yield reason, _TYPE, iri("gn:FieldAssignment")
        yield reason, iri("gn:assignedBody"), node
        yield reason, iri("gn:assignedField"), concept("policy-field", item.field)
        yield reason, iri("rdfs:label"), text(f"{register.bodies[item.body].label}: {item.field}")
        yield reason, iri("dct:description"), text(item.justification)
    yield from decision_triples(names, register)
    for old, new in register.merged.items():
        yield names.thing("body", old), iri("dct:isReplacedBy"), names.thing("body", new)


def decision_triples(names: Names, register: Register) -> Iterator[Triple]:
    """Yield the decisions, with who took them and why."""
    for decision in register.decisions:
        node = names.thing("decision", f"{decision.dataset}-{decision.record}-{decision.body}")
        yield node, _TYPE, iri("gn:Decision")
        yield node, iri("rdfs:label"), text(f"{decision.record}: {register.bodies[decision.body].label}")
        yield node, iri("prov:wasDerivedFrom"), names.thing("record", f"{decision.dataset}-{decision.record}")
        yield node, iri("gn:judgedBody"), names.thing("body", decision.body)
        yield node, iri("gn:judgement"), concept("judgement", decision.judgement)
        yield node, iri("dct:description"), text(decision.justification)
        yield node, iri("dct:creator"), plain(decision.author)
        yield node, iri("dct:date"), date(decision.date)
