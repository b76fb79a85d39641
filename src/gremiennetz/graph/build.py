"""From a set of records to triples, streamed: one named graph per part, nothing kept in memory but the set itself.

Parts of a set: ``units``, ``participations``, ``records`` and ``people``; what is known of bodies across sets is made in ``bodies.py``.
Every natural person, and every text that names one, goes to ``people`` and to no other part, so leaving that graph out is all that a public
export has to do (docs/design.md, section 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs
import pyoxigraph as ox

from gremiennetz.graph.bodies import Names, Triple, body_triples, provisional
from gremiennetz.graph.terms import concept, date, decimal, integer, iri, plain, slug, text, true
from gremiennetz.readers.cost import CostStatement
from gremiennetz.readers.period import Period, read_period, read_phase
from gremiennetz.records import TEXT_COLUMNS, Dataset, Facts, Mention, Place, Record
from gremiennetz.records.model import LedgerEntry
from gremiennetz.register import Body, Register
from gremiennetz.vocabulary import Vocabulary

PARTS = ("units", "participations", "records", "people")
PEOPLE = "people"
NOT_STATED = "not-stated"
_TYPE = iri("rdf:type")


@attrs.define(slots=False)
class Builder:
    """Turns one set of records into triples."""

    dataset: Dataset
    register: Register
    vocabulary: Vocabulary

    @cached_property
    def names(self) -> Names:
        """Return the names of this set's base."""
        return Names(self.dataset.settings["dataset"]["base"])

    @cached_property
    def municipality(self) -> ox.NamedNode:
        """Return the IRI of the city."""
        return self.names.thing("municipality", self.dataset.settings["municipality"]["id"])

    @cached_property
    def document(self) -> ox.NamedNode:
        """Return the IRI of the document."""
        return self.names.thing("document", self.dataset.settings["document"]["id"])

    @cached_property
    def collection(self) -> ox.NamedNode:
        """Return the IRI of the set of records."""
        return self.names.thing("dataset", self.dataset.id)

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """Return record id → body: the register's where somebody decided, else a provisional one of the record's own."""
        decided = self.register.body_of(self.dataset.id)
        city = self.dataset.settings["municipality"]["id"]
        return {
            record.id: self.register.bodies[decided[record.id]] if record.id in decided else provisional(record, city)
            for record in self.dataset.records.values()
        }

    @cached_property
    def _named(self) -> dict[str, list[re.Pattern[str]]]:
        """Return, per record, what finds the persons it mentions in a text."""
        found: dict[str, list[re.Pattern[str]]] = {}
        for mention in self.dataset.mentions:
            found.setdefault(mention.record, []).append(re.compile(rf"(?<!\w){re.escape(mention.family)}(?!\w)"))
        return found

    def names_person(self, record: str, words: str) -> bool:
        """Say whether a text of a record names one of the persons that the record mentions."""
        return any(pattern.search(words) for pattern in self._named.get(record, ()))

    def unit(self, name: str) -> ox.NamedNode:
        """Return the IRI of a unit."""
        return self.names.thing("unit", f"{self.dataset.settings['municipality']['id']}-{name}")

    def participation(self, record: str) -> ox.NamedNode:
        """Return the IRI of the participation that a record states."""
        return self.names.thing("participation", f"{self.dataset.id}-{record}")

    def record(self, record: str) -> ox.NamedNode:
        """Return the IRI of a record."""
        return self.names.thing("record", f"{self.dataset.id}-{record}")

    def body(self, body: Body) -> ox.NamedNode:
        """Return the IRI of a body."""
        return self.names.thing("body", body.id)

    def part(self, name: str) -> Iterator[Triple]:
        """Yield the triples of one part (``PARTS``)."""
        yield from {"units": self._units, "participations": self._participations, "records": self._records, PEOPLE: self._people}[name]()

    # units

    def _units(self) -> Iterator[Triple]:
        settings, city = self.dataset.settings, self.municipality
        label = settings["municipality"]["label"]
        yield city, _TYPE, iri("gn:Municipality")
        yield city, iri("skos:prefLabel"), text(label)
        yield from self._links(city, f"municipality/{settings['municipality']['id']}")
        counted = settings["municipality"].get("inhabitants")
        if counted:
            yield city, iri("gn:inhabitants"), integer(counted["number"])
            yield city, iri("gn:inhabitantsOn"), date(counted["on"])
            yield city, iri("gn:inhabitantsSource"), text(counted["source"])
        yield self.collection, _TYPE, iri("dcat:Dataset")
        yield self.collection, iri("dct:title"), text(settings["dataset"]["title"]["de"])
        yield self.collection, iri("dct:title"), text(settings["dataset"]["title"]["en"], "en")
        yield self.collection, iri("dct:identifier"), plain(self.dataset.id)
        yield self.collection, iri("dct:subject"), city
        yield self.collection, iri("prov:wasDerivedFrom"), self.document
        yield self.document, _TYPE, iri("gn:Document")
        yield self.document, iri("dct:title"), text(settings["document"]["title"])
        yield self.document, iri("dct:identifier"), plain(settings["document"]["id"])
        yield self.document, iri("dct:issued"), date(str(settings["document"]["year"]))
        if licence := settings["document"].get("licence"):
            yield self.document, iri("dct:rights"), text(licence)
        for unit in self.dataset.units.values():
            node = self.unit(unit.id)
            yield node, _TYPE, iri("gn:Unit")
            yield node, iri("skos:prefLabel"), text(unit.label)
            yield node, iri("org:classification"), concept("unit-kind", unit.kind)
            parent = self.unit(unit.parent) if unit.parent else city
            yield node, iri("org:unitOf"), parent
            yield parent, iri("org:hasUnit"), node
            yield node, iri("gn:division"), self.unit(self.dataset.division(unit.id))
            if unit.code:
                code = self.names.thing("code", f"{self.dataset.id}-{unit.id}")
                yield node, iri("adms:identifier"), code
                yield code, _TYPE, iri("adms:Identifier")
                yield code, iri("skos:notation"), plain(unit.code)
                yield code, iri("dct:issued"), date(str(settings["document"]["year"]))
            yield from self._links(node, f"unit/{settings['municipality']['id']}-{unit.id}")
            if unit.note:
                yield node, iri("skos:editorialNote"), text(unit.note)

    def _links(self, node: ox.NamedNode, thing: str) -> Iterator[Triple]:
        for link in self.register.links_of(thing):
            yield node, iri("skos:exactMatch"), ox.NamedNode(link)

    # participations

    def _participations(self) -> Iterator[Triple]:
        provisional_bodies: set[str] = set()
        for record in self.dataset.records.values():
            body = self.bodies[record.id]
            if body.id not in self.register.bodies and body.id not in provisional_bodies:
                provisional_bodies.add(body.id)
                yield from self._provisional(record, body, provisional_bodies)
            yield from self._participation(record, body)

    def _provisional(self, record: Record, body: Body, made: set[str]) -> Iterator[Triple]:
        yield from body_triples(self.names, body, ())
        umbrella = record.text("umbrella")
        if umbrella:
            parent = Body(f"{slug(umbrella)}-{self.dataset.settings['municipality']['id']}", umbrella)
            yield self.body(body), iri("org:subOrganizationOf"), self.body(parent)
            yield self.body(parent), iri("org:hasSubOrganization"), self.body(body)
            if parent.id not in made:  # two spellings of an umbrella can give one id; the first is its name
                made.add(parent.id)
                yield from body_triples(self.names, parent, ())

    def _participation(self, record: Record, body: Body) -> Iterator[Triple]:
        node, unit = self.participation(record.id), self.unit(record.unit)
        yield node, _TYPE, iri("gn:Participation")
        yield node, iri("rdfs:label"), text(f"{self.dataset.units[record.unit].label}: {body.label}")
        yield node, iri("org:member"), unit
        yield node, iri("org:organization"), self.body(body)
        yield unit, iri("org:memberOf"), self.body(body)
        yield node, iri("prov:wasDerivedFrom"), self.record(record.id)
        yield node, iri("dct:isPartOf"), self.collection
        status = record.text("status")
        state = self.vocabulary.find(status, "status", "role")
        period, rest = read_period(status)
        work = record.text("participation")
        roles = self.vocabulary.find(work, "status", "role")
        for name in dict.fromkeys((*state.concepts, *roles.concepts)):
            yield node, iri("org:role" if name.startswith("role/") else "gn:status"), iri(f"vocab:{name}")
        yield from self._period(node, record, period or read_phase(record.text("name")))
        reach = self.vocabulary.find(record.text("reach"), "reach")
        for name in reach.concepts:
            yield node, iri("gn:reach"), iri(f"vocab:{name}")
        yield from self._costs(node, record)
        yield from _facts(node, record.facts)
        purpose = self._with_footnotes(record.text("purpose"))
        if purpose and not self.names_person(record.id, purpose):
            yield node, iri("gn:purpose"), text(purpose)
        unread = (self.vocabulary.find(rest, "status", "role").unread, reach.unread, roles.unread)
        for words in dict.fromkeys(words for words in unread if words):
            if not self.names_person(record.id, words):
                yield node, iri("gn:unread"), plain(words)

    @cached_property
    def _footnotes(self) -> dict[str, LedgerEntry]:
        return self.dataset.footnotes()

    def _with_footnotes(self, words: str) -> str:
        for mark, entry in self._footnotes.items():
            if re.search(rf"(?<!\S){re.escape(mark)}$", words):
                words = words.removesuffix(mark) + entry.text.removeprefix(mark).strip()
        return words

    def _period(self, node: ox.NamedNode, record: Record, period: Period) -> Iterator[Triple]:
        if not period:
            return
        interval = self.names.thing("period", f"{self.dataset.id}-{record.id}")
        yield node, iri("org:memberDuring"), interval
        yield interval, _TYPE, iri("dct:PeriodOfTime")
        yield interval, iri("rdfs:label"), text(_period_label(period))
        if period.start:
            yield interval, iri("dcat:startDate"), date(period.start)
        if period.end:
            yield interval, iri("dcat:endDate"), date(period.end)
        if period.years:
            yield interval, iri("time:hasXSDDuration"), ox.Literal(f"P{period.years}Y", datatype=iri("xsd:duration"))

    def _costs(self, node: ox.NamedNode, record: Record) -> Iterator[Triple]:
        words = record.text("cost")
        if not words:
            return
        statements, unread = self.vocabulary.read_costs(words)
        reasons = self.vocabulary.names("exactness")
        for number, statement in enumerate(statements, 1):
            cost = self.names.thing("cost", f"{self.dataset.id}-{record.id}-{number}")
            yield node, iri("gn:costStatement"), cost
            yield from _cost(cost, statement, reasons)
            if not self.names_person(record.id, statement.text):
                yield cost, iri("gn:statementText"), plain(statement.text)
        if unread and not self.names_person(record.id, unread):
            yield node, iri("gn:unread"), plain(unread)

    # records

    def _records(self) -> Iterator[Triple]:
        for record in self.dataset.records.values():
            node = self.record(record.id)
            yield node, _TYPE, iri("gn:Record")
            yield node, iri("rdfs:label"), text(f"Datensatz {record.id}")
            yield node, iri("dct:identifier"), plain(record.id)
            yield node, iri("dct:isPartOf"), self.collection
            yield node, iri("prov:hadPrimarySource"), self.document
            yield node, iri("gn:sourceLines"), plain(line_ranges(number for cell in record.cells.values() for number in cell.lines))
            yield node, iri("gn:file"), plain(f"data/records/{self.dataset.id}/{record.file}")
            yield node, iri("gn:row"), integer(record.row)
            if record.place:
                yield from _place(node, record.place)
            for column in record.uncertain:
                yield node, iri("gn:uncertainColumn"), concept("column", column)
            for column, cell in record.cells.items():
                if cell.reference:
                    yield node, iri(f"gn:lines{column.capitalize()}"), plain(cell.reference)
                if self.names_person(record.id, cell.text):
                    yield node, iri("gn:personalColumn"), concept("column", column)
            yield from self._texts(record, personal=False)

    def _texts(self, record: Record, *, personal: bool) -> Iterator[Triple]:
        """Yield the verbatim cells of a record: those that name a person, or those that do not."""
        node = self.record(record.id)
        for column in TEXT_COLUMNS:
            cell = record.cells.get(column)
            if cell and self.names_person(record.id, cell.text) is personal:
                yield node, iri(f"gn:source{column.capitalize()}"), text(cell.text)
        if record.note and self.names_person(record.id, record.note) is personal:
            yield node, iri("gn:note"), text(record.note)

    # people

    def _people(self) -> Iterator[Triple]:
        for record in self.dataset.records.values():
            if record.id in self._named:
                yield from self._texts(record, personal=True)
                yield from self._personal_readings(record)
        for number, mention in enumerate(self.dataset.mentions, 1):
            yield from self._seat(mention, number)

    def _personal_readings(self, record: Record) -> Iterator[Triple]:
        node, purpose = self.participation(record.id), self._with_footnotes(record.text("purpose"))
        if purpose and self.names_person(record.id, purpose):
            yield node, iri("gn:purpose"), text(purpose)
        for number, statement in enumerate(self.vocabulary.read_costs(record.text("cost"))[0], 1):
            if self.names_person(record.id, statement.text):
                yield self.names.thing("cost", f"{self.dataset.id}-{record.id}-{number}"), iri("gn:statementText"), plain(statement.text)

    def _seat(self, mention: Mention, number: int) -> Iterator[Triple]:
        record = self.dataset.records[mention.record]
        known = self.register.persons.get(self.register.mentions.get((self.dataset.id, mention.record, mention.person), ""))
        name = known.id if known else f"{self.dataset.division(record.unit)}-{mention.person}"
        title, given, family = (known.title, known.given, known.family) if known else (mention.title, mention.given, mention.family)
        person = self.names.thing("person", name)
        full = " ".join(part for part in (given, family) if part)
        yield person, _TYPE, iri("foaf:Person")
        yield person, iri("foaf:name"), plain(" ".join(part for part in (title, full) if part))
        yield person, iri("foaf:familyName"), plain(family)
        if given:
            yield person, iri("foaf:givenName"), plain(given)
        if title:
            yield person, iri("foaf:title"), plain(title)
        seat = self.names.thing("seat", f"{self.dataset.id}-{number:03d}-{slug(mention.record)}")
        body = self.bodies[record.id]
        yield seat, _TYPE, iri("gn:Seat")
        yield seat, iri("rdfs:label"), text(f"{full}: {body.label}")
        yield seat, iri("org:member"), person
        yield seat, iri("org:organization"), self.body(body)
        yield seat, iri("prov:wasDerivedFrom"), self.record(record.id)
        yield seat, iri("dct:isPartOf"), self.collection
        yield seat, iri("gn:sourceLines"), plain(mention.lines)
        yield seat, iri("dct:description"), text(mention.text)
        if mention.on_behalf_of:
            yield seat, iri("gn:onBehalfOf"), self.unit(mention.on_behalf_of)
        for role in self.vocabulary.find(mention.role, "role").concepts:
            yield seat, iri("org:role"), iri(f"vocab:{role}")
        if mention.role:
            yield seat, iri("gn:roleText"), text(mention.role)


def _facts(node: ox.NamedNode, facts: Facts) -> Iterator[Triple]:
    yield node, iri("gn:obligation"), concept("obligation", facts.obligation or NOT_STATED)
    yield node, iri("gn:termination"), concept("termination", facts.termination or NOT_STATED)
    if facts.notice_period:
        yield node, iri("gn:noticePeriod"), ox.Literal(facts.notice_period, datatype=iri("xsd:duration"))
    if facts.notice_by:
        yield node, iri("gn:noticeBy"), ox.Literal(facts.notice_by, datatype=iri("xsd:gMonthDay"))
    if facts.notice_to:
        yield node, iri("gn:noticeTo"), concept("notice-to", facts.notice_to)


def _place(node: ox.NamedNode, place: Place) -> Iterator[Triple]:
    yield node, iri("gn:sourceRow"), integer(int(place.row))
    if place.page:
        yield node, iri("gn:sourcePage"), integer(int(place.page))
    if place.sheet:
        yield node, iri("gn:sourceSheet"), plain(place.sheet)
    if place.box:
        yield node, iri("gn:sourceBox"), plain(place.box)


def _cost(node: ox.NamedNode, statement: CostStatement, reasons: Mapping[str, str]) -> Iterator[Triple]:
    yield node, _TYPE, iri("gn:CostStatement")
    yield node, iri("rdfs:label"), text(cost_label(statement, reasons))
    yield node, iri("gn:exactness"), concept("exactness", statement.exactness)
    for kind in statement.kinds:
        yield node, iri("gn:costKind"), concept("cost-kind", kind)
    if statement.amount is not None:
        yield node, iri("gn:amount"), decimal(statement.amount)
        yield node, iri("gn:currency"), plain("EUR")
    if statement.up_to is not None:
        yield node, iri("gn:amountUpTo"), decimal(statement.up_to)
    if statement.year:
        yield node, iri("gn:referenceYear"), date(str(statement.year))
    if statement.not_yearly:
        yield node, iri("gn:notYearly"), true()


_QUALIFIERS: Mapping[str, str] = {"about": "ca. ", "at-most": "höchstens "}


def cost_label(statement: CostStatement, reasons: Mapping[str, str]) -> str:
    """Return a cost statement in German words, such as ``ca. 300,00 Euro``; ``reasons`` are the labels of the vocabulary ``exactness``."""
    if statement.amount is None:
        return reasons[statement.exactness]
    shown = german_amount(statement.amount)
    if statement.exactness == "range" and statement.up_to is not None:
        return f"{shown} bis {german_amount(statement.up_to)} Euro"
    return f"{_QUALIFIERS.get(statement.exactness, '')}{shown} Euro"


def german_amount(value: object) -> str:
    """Return an amount as German readers write it: ``1.439,90``."""
    return f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _period_label(period: Period) -> str:
    if period.years:
        return f"{period.years} Jahre"
    shown = [f"ab {german_date(period.start)}" if period.start else "", f"bis {german_date(period.end)}" if period.end else ""]
    return " ".join(part for part in shown if part)


def german_date(value: str) -> str:
    """Return an ISO date or year as German readers write it."""
    return value if len(value) == 4 else ".".join(reversed(value.split("-")))


def line_ranges(numbers: Iterable[int]) -> str:
    """Return line numbers in order as ranges: ``23-25;28``."""
    ordered = sorted(set(numbers))
    ranges: list[list[int]] = []
    for number in ordered:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ";".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)
