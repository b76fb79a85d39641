"""A page per thing, in German and without a script, and beside it the same triples as Turtle, JSON-LD and N-Triples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import attrs
import jinja2
import pyoxigraph as ox
from markupsafe import Markup

from gremiennetz.errors import InputError, Problem
from gremiennetz.export import drawing
from gremiennetz.export.dumps import serialised
from gremiennetz.export.folder import Folder
from gremiennetz.export.index import MOST, Index, alphabetical, shortened
from gremiennetz.export.jsonld import Context, dumps
from gremiennetz.export.site import FORMATS, Triple, relative
from gremiennetz.files import read_toml
from gremiennetz.graph.build import german_date
from gremiennetz.graph.terms import PREFIXES, iri

_TYPE = iri("rdf:type")
_FIRST = (
    "skos:definition", "dct:description", "org:classification", "gn:legalForm", "org:subOrganizationOf", "org:unitOf", "gn:division",
    "adms:identifier", "org:member", "org:organization", "gn:status", "org:role", "org:memberDuring", "gn:reach", "gn:purpose", "gn:costStatement",
    "gn:obligation", "gn:termination", "gn:noticePeriod", "gn:noticeBy", "gn:noticeTo",
    "gn:policyField", "skos:altLabel", "prov:wasDerivedFrom", "prov:hadPrimarySource", "gn:sourceUmbrella", "gn:sourceName", "gn:sourceStatus",
    "gn:sourceReach", "gn:sourceParticipation", "gn:sourcePurpose", "gn:sourceCost", "gn:sourceLines", "gn:uncertainColumn", "gn:note",
)  # fmt: skip
"""The properties that come first on a page, in this order; the others follow by name."""

_NAMING = ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name")


@attrs.frozen
class Shown:
    """A value as the page shows it: the label first, a link where there is one."""

    label: str
    href: str = ""
    note: str = ""
    """What stands behind it in small: a prefixed IRI, a language."""
    language: str = ""
    title: str = ""
    """The IRI behind the label."""


@attrs.frozen
class Fact:
    """A property with its values."""

    property: Shown
    values: tuple[Shown, ...]


@attrs.frozen
class Row:
    """One line of the table of participations."""

    first: Shown
    second: Shown
    lines: Shown
    reserve: str
    part: Shown | None = None
    """The body below an umbrella that the row is about."""


@attrs.frozen
class Members:
    """The participations that a page lists."""

    title: str
    first: str
    second: str
    rows: tuple[Row, ...]
    part: str = ""
    """What stands over the column of the bodies below an umbrella; empty where there is none."""
    more: int = 0
    """How many rows there are beyond those that are listed."""


@attrs.frozen
class Group:
    """Things that point to the thing of the page, under one property."""

    label: str
    values: tuple[Shown, ...]
    total: int


class Pages:
    """Writes the pages of a package."""

    def __init__(self, folder: Folder, index: Index, context: Context, environment: jinja2.Environment, common: Mapping[str, object]) -> None:
        """``common`` is what every page shows: name, profile, licence."""
        self.folder, self.index, self.site, self.context = folder, index, index.site, context
        self.environment, self.common = environment, common
        self.kinds = _kinds(environment)
        self.first = {self.site.node(iri(name)): number for number, name in enumerate(_FIRST)}
        self.naming = {iri(name) for name in _NAMING}
        self.several = len(index.subjects("rdf:type", self.site.node(iri("gn:Municipality")))) > 1

    # what is written

    def thing(self, node: ox.NamedNode, document: str) -> None:
        """Write the page of a thing and its other forms."""
        page, triples = f"{document}.html", self.index.description(node)
        label = self.index.label(node)
        replaced = self.index.nodes(node, "dct:isReplacedBy")
        values = {
            "node": node.value,
            "label": label if self.index.named(node) or not replaced else f"{node.value.rsplit('/', 1)[-1]} (zusammengeführt)",
            "kind": self.kind(node, document),
            "classes": [self._value(kind, page) for kind in self.index.kinds(node)],
            "crumbs": self._crumbs(node, document, page),
            "reserve": self._reserve(node),
            "replaced": [self._value(other, page) for other in replaced],
            "facts": self._facts(node, page),
            "members": list(self._members(node, page)),
            "groups": self._groups(node, page),
            "drawing": drawing.drawing(label, self._around(node)),
            "terms": (),
        }
        self._write(document, triples, node, values)

    def ontology(self, document: str = "doc/ns") -> None:
        """Write the page of the ontology with all its terms."""
        header = ox.NamedNode(f"{self.site.base}ns#")
        page = f"{document}.html"
        nodes = self._terms()
        triples = sorted(
            {(node, predicate, value) for node in (header, *nodes) for predicate, value in self.index.about(node)},
            key=lambda item: tuple(map(str, item)),
        )
        terms = [
            {"id": node.value.split("#", 1)[1], "label": self.index.label(node), "node": node.value, "facts": self._facts(node, page)}
            for node in nodes
        ]
        values = {
            "node": header.value,
            "label": self.index.label(header),
            "kind": "Ontologie",
            "classes": [],
            "crumbs": [Shown("Start", relative("index.html", page))],
            "reserve": (),
            "replaced": [],
            "facts": self._facts(header, page),
            "members": [],
            "groups": [],
            "drawing": Markup(""),
            "terms": terms,
        }
        self._write(document, triples, header, values)

    def _terms(self) -> list[ox.NamedNode]:
        prefix = f"{self.site.base}ns#"
        found = {quad.subject for quad in self.index.store.quads_for_pattern(None, _TYPE, None, None) if isinstance(quad.subject, ox.NamedNode)}
        return sorted((node for node in found if node.value.startswith(prefix) and node.value != prefix), key=lambda node: node.value)

    def _write(self, document: str, triples: Sequence[Triple], node: ox.NamedNode, values: Mapping[str, object]) -> None:
        data = self.context.document(triples, node)
        page = f"{document}.html"
        text = self.environment.get_template("export/thing.html.jinja").render(
            **self.common,
            **values,
            root=relative("index.html", page).removesuffix("index.html"),
            name=document.rsplit("/", 1)[-1],
            formats=[(ending, media) for ending, media in FORMATS.items() if ending != "html"],
            jsonld=embedded(data),
            most=MOST,
        )
        self.folder.write(page, text)
        self.folder.write(f"{document}.ttl", serialised(triples, ox.RdfFormat.TURTLE, self.site.prefixes()))
        self.folder.write(f"{document}.nt", serialised(triples, ox.RdfFormat.N_TRIPLES))
        self.folder.write(f"{document}.jsonld", dumps(data))

    def listing(self, kind: str, things: Sequence[tuple[str, str]]) -> None:
        """Write the page that lists all things of a kind, given as label and document."""
        page = f"doc/{kind}/index.html"
        shown = [Shown(label, relative(f"{document}.html", page)) for label, document in things]
        text = self.environment.get_template("export/list.html.jinja").render(
            **self.common, heading=self.many(kind), things=shown, root=relative("index.html", page).removesuffix("index.html")
        )
        self.folder.write(page, text)

    # what stands on a page

    def one(self, kind: str) -> str:
        """Return what a thing of a kind is called."""
        return self.kinds.get(kind, (kind, kind))[0]

    def many(self, kind: str) -> str:
        """Return what things of a kind are called."""
        return self.kinds.get(kind, (kind, kind))[1]

    def kind(self, node: ox.NamedNode, document: str) -> str:
        """Return what kind of thing this is, in a word."""
        kind = document.split("/")[1]
        if kind == "body" and self.index.subjects("org:subOrganizationOf", node):
            return "Dachverband"
        if kind == "vocab" and document.count("/") == 2:
            return "Vokabular"
        return self.one(kind)

    def _value(self, value: ox.NamedNode | ox.BlankNode | ox.Literal, page: str) -> Shown:
        if isinstance(value, ox.Literal):
            return _literal(value)
        if isinstance(value, ox.BlankNode):
            return Shown("ohne Namen")
        href = self._href(value.value, page)
        outside = not self.site.ours(value.value)
        lines = "" if outside else self.index.text(value, "gn:sourceLines")
        note = shortened(value.value) if outside else _lines(lines)
        return Shown(self.index.label(value), href, note, "", value.value)

    def _href(self, name: str, page: str) -> str:
        document = self.site.document(name)
        if document is not None:
            fragment = f"#{quote(name.split('#', 1)[1])}" if "#" in name and name.split("#", 1)[1] else ""
            return relative(f"{document}.html", page) + fragment
        if self.site.ours(name):
            file, _, fragment = name[len(self.site.base) :].partition("#")
            return relative(file or "index.html", page) + (f"#{quote(fragment)}" if fragment and file.endswith(".html") else "")
        return name if name.startswith(("http://", "https://")) else ""

    def _facts(self, node: ox.NamedNode, page: str) -> list[Fact]:
        by_property: dict[ox.NamedNode, list[Shown]] = {}
        for predicate, value in self.index.about(node):
            if predicate != _TYPE and not (predicate in self.naming and isinstance(value, ox.Literal) and value.value == self.index.label(node)):
                by_property.setdefault(predicate, []).append(self._value(value, page))
        order = sorted(by_property, key=lambda item: (self.first.get(item, len(self.first)), self.index.label(item).casefold(), item.value))
        return [
            Fact(
                self._value(item, page),
                tuple(sorted(by_property[item], key=lambda value: (value.language == "en", alphabetical(value.label), value.label))),
            )
            for item in order
        ]

    def _crumbs(self, node: ox.NamedNode, document: str, page: str) -> list[Shown]:
        kind = document.split("/")[1]
        found = [Shown("Start", relative("index.html", page)), Shown(self.many(kind), relative(f"doc/{kind}/index.html", page))]
        above: list[ox.NamedNode] = []
        step: ox.NamedNode | None = node
        while step is not None and step not in above:
            above.append(step)
            step = next(
                (
                    other
                    for name in ("org:subOrganizationOf", "org:unitOf", "skos:broader", "skos:inScheme")
                    for other in self.index.nodes(step, name)
                ),
                None,
            )
        return found + [self._value(other, page) for other in reversed(above[1:])]

    def _reserve(self, node: ox.NamedNode) -> tuple[str, ...]:
        """Return the labels of the columns that are uncertain in the record behind a thing, or in it itself."""
        records = [node, *self.index.nodes(node, "prov:wasDerivedFrom")]
        return tuple(self.index.label(column) for record in records for column in self.index.nodes(record, "gn:uncertainColumn"))

    def _row(self, participation: ox.NamedNode, first: str, page: str, part: ox.NamedNode | None = None) -> Row:
        records = self.index.nodes(participation, "prov:wasDerivedFrom")
        lines = self.index.text(records[0], "gn:sourceLines") if records else ""
        source = Shown(_lines(lines), self._href(records[0].value, page)) if records else Shown("")
        things = self.index.nodes(participation, first)
        thing = self._value(things[0], page) if things else Shown("")
        return Row(
            attrs.evolve(thing, note=self.city(things[0])) if things and first == "org:member" else thing,
            Shown(self._how(participation), self._href(participation.value, page)),
            source,
            ", ".join(self._reserve(participation)),
            self._value(part, page) if part else None,
        )

    def _how(self, participation: ox.NamedNode) -> str:
        """Return in which role and with which status somebody takes part."""
        found = [self.index.label(value) for name in ("org:role", "gn:status") for value in self.index.nodes(participation, name)]
        return ", ".join(found) or "Mitwirkung"

    def city(self, unit: ox.NamedNode) -> str:
        """Return the name of a unit's municipality where the package has several."""
        above = [city for division in self.index.nodes(unit, "gn:division") for city in self.index.nodes(division, "org:unitOf")]
        return ", ".join(self.index.label(city) for city in above) if self.several else ""

    def _members(self, node: ox.NamedNode, page: str) -> Iterator[Members]:
        """Yield the tables of participations: who else is a member here, and where a unit takes part."""
        participation = self.site.node(iri("gn:Participation"))
        if participation in self.index.kinds(node):
            for body in self.index.nodes(node, "org:organization")[:1]:
                others = [item for item in self._participations("org:organization", body) if item != node]
                yield self._table("Wer ist hier noch Mitglied?", "org:member", others, page)
            return
        for title, first, items in (
            ("Wer ist hier Mitglied?", "org:member", self._participations("org:organization", node)),
            ("Wo wirkt diese Einheit mit?", "org:organization", self._participations("org:member", node)),
        ):
            if items:
                yield self._table(title, first, items, page)
        below = [(part, item) for part in self._below(node) for item in self._participations("org:organization", part)]
        if below:
            rows = tuple(self._row(item, "org:member", page, part) for part, item in below[:MOST])
            yield Members("Wer wirkt in den Untergremien mit?", "Einheit", "Mitwirkung", rows, "Untergremium", len(below) - len(rows))

    def _table(self, title: str, first: str, items: Sequence[ox.NamedNode], page: str) -> Members:
        heading = "Einheit" if first == "org:member" else "Gremium"
        rows = tuple(self._row(item, first, page) for item in items[:MOST])
        return Members(title, heading, "Mitwirkung", rows, more=len(items) - len(rows))

    def _below(self, node: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the bodies below an umbrella, at any depth, each after the one that it is below."""
        found: list[ox.NamedNode] = []
        waiting = self.index.subjects("org:subOrganizationOf", node)
        while waiting:
            body = waiting.pop(0)
            if body not in found and body != node:
                found.append(body)
                waiting = [*self.index.subjects("org:subOrganizationOf", body), *waiting]
        return found

    def _participations(self, name: str, node: ox.NamedNode) -> list[ox.NamedNode]:
        participation = self.site.node(iri("gn:Participation"))
        return [item for item in self.index.subjects(name, node) if participation in self.index.kinds(item)]

    def _groups(self, node: ox.NamedNode, page: str) -> list[Group]:
        found = []
        for predicate, subjects, total in self.index.inverse(node):
            values = sorted((self._value(subject, page) for subject, _ in subjects), key=lambda value: (alphabetical(value.label), value.href))
            found.append(Group(self.index.label(predicate), tuple(values), total))
        return sorted(found, key=lambda group: (group.label.casefold(), group.total))

    def _around(self, node: ox.NamedNode) -> list[tuple[str, str]]:
        """Return relation and label of the neighbours: organisations and concepts, not the bookkeeping about them."""
        found: dict[str, str] = {}
        for name in (
            "org:member",
            "org:organization",
            "org:subOrganizationOf",
            "org:unitOf",
            "org:memberOf",
            "org:hasUnit",
            "skos:broader",
            "skos:inScheme",
        ):
            for other in self.index.nodes(node, name):
                found.setdefault(self.index.label(other), self.index.label(self.site.node(iri(name))))
        for name in ("org:memberOf", "org:subOrganizationOf", "skos:inScheme", "gn:policyField"):
            for other in self.index.subjects(name, node):
                found.setdefault(self.index.label(other), self.index.label(self.site.node(iri(name))))
        return [(relation, label) for label, relation in found.items()]


def _kinds(environment: jinja2.Environment) -> dict[str, tuple[str, str]]:
    loader = environment.loader
    if not isinstance(loader, jinja2.FileSystemLoader):
        raise TypeError(loader)
    name = "viz/export/kinds.toml"
    value = read_toml(Path(loader.searchpath[0]) / "export" / "kinds.toml", name).get("kinds")
    if not isinstance(value, dict) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value.values()):
        raise InputError([Problem(name, "holds no table [kinds] with two names for each kind")])
    return {kind: (str(one), str(many)) for kind, (one, many) in value.items()}


def embedded(document: object) -> Markup:
    """Return JSON for a data block of a page: nothing in it can end the block or start another element."""
    text = json.dumps(document, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - it holds no character that HTML reads


def _lines(lines: str) -> str:
    """Return where something stands in the document, as readers see it: ``Zeilen 3-5, 9``."""
    if not lines:
        return ""
    return f"Zeile {lines}" if lines.isdecimal() else f"Zeilen {lines.replace(';', ', ')}"


def _literal(value: ox.Literal) -> Shown:
    kind = value.datatype.value.removeprefix(PREFIXES["xsd"])
    if kind == "boolean":
        return Shown("ja" if value.value in {"true", "1"} else "nein")
    if kind in {"date", "gYear"} and all(part.isdigit() for part in value.value.split("-")):
        return Shown(german_date(value.value))
    if kind == "decimal":
        return Shown(value.value.replace(".", ","))
    if kind == "duration":
        return Shown(german_duration(value.value))
    if kind == "gMonthDay" and re.fullmatch(r"--\d\d-\d\d", value.value):
        return Shown(f"{int(value.value[5:])}. {_MONTHS[int(value.value[2:4]) - 1]}")
    return Shown(value.value, language=value.language or "", note="englisch" if value.language == "en" else "")


_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_SPANS = {"Y": ("Jahr", "Jahre"), "M": ("Monat", "Monate"), "W": ("Woche", "Wochen"), "D": ("Tag", "Tage")}


def german_duration(value: str) -> str:
    """Return an ISO duration as German readers say it; one with hours stays as it is.

    >>> german_duration("P3M"), german_duration("P1Y6M"), german_duration("P28D"), german_duration("P0D")
    ('3 Monate', '1 Jahr 6 Monate', '28 Tage', 'ohne Frist')
    """
    parts = re.findall(r"(\d+)([YMWD])", value)
    if "".join(["P", *(number + unit for number, unit in parts)]) != value:
        return value
    return " ".join(f"{int(number)} {_SPANS[unit][int(number) != 1]}" for number, unit in parts if int(number)) or "ohne Frist"
