"""Validation: the SHACL shapes over the graph, and a report that says which record to mend and how.

Core shapes run on an rdflib graph; those with SPARQL constraints on the Oxigraph store, where a query is many times faster. pySHACL takes
either, and the results are the same in form, so the two ways meet again in one report. On the store a query sees the union of all graphs and
can look at a single one with ``GRAPH``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from itertools import count, groupby
from pathlib import Path

import attrs
import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.terms import PREFIXES, from_rdflib, iri, to_rdflib

SEVERITIES = {"Violation": "Fehler", "Warning": "Warnung", "Info": "Hinweis"}
"""Severity → what it is called in German, the gravest first."""

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf, SH.target)
_TOWARDS_RECORD = ("org:subOrganizationOf", "org:organization", "org:member", "gn:costStatement", "org:memberDuring")
"""Properties that lead, backwards and in this order, from a thing to the participation or seat whose record it comes from."""


class Profile(StrEnum):
    """For whom the graph is."""

    internal = "internal"
    """For the city itself: people included."""
    public = "public"
    """For everybody: no natural person, no text that names one."""


@attrs.frozen
class Finding:
    """One result of validation, in words."""

    severity: str
    """``Violation``, ``Warning`` or ``Info``."""
    focus: str
    """IRI of the thing that is wrong."""
    label: str
    path: str
    """IRI of the property, where it is a single one."""
    value: str
    """What was found: the text, or the name of the thing."""
    message: dict[str, str]
    """By language."""
    shape: str
    file: str = ""
    """File and row of the record behind the thing, as far as there is one."""
    row: str = ""
    value_file: str = ""
    """The same for what was found, where it is a thing with a record of its own."""
    value_row: str = ""


@attrs.frozen
class Report:
    """The outcome over all shapes."""

    findings: tuple[Finding, ...]
    """The gravest first."""
    graph: rdflib.Graph
    """The SHACL validation report; ``sh:conforms`` is ``conforms``."""

    @property
    def conforms(self) -> bool:
        """Say whether there is no violation; warnings and hints do not count."""
        return not any(finding.severity == "Violation" for finding in self.findings)


@attrs.frozen
class Shapes:
    """Shapes, ready to run on the engine that suits them."""

    graph: rdflib.Graph
    """All of them."""
    core: rdflib.Graph
    """The same, where only the shapes of SHACL Core say what to look at: the others are there to be referred to, and do not run."""
    queries: rdflib.Graph
    """The same for the shapes with SPARQL constraints."""

    @classmethod
    def of(cls, graph: rdflib.Graph) -> Shapes:
        """Sort the shapes of a graph."""
        queries = set(graph.subjects(SH.sparql))
        core = rdflib.Graph()
        other = rdflib.Graph()
        for triple in graph:
            if triple[1] not in _TARGETS or triple[0] not in queries:
                core.add(triple)
            if triple[1] not in _TARGETS or triple[0] in queries:
                other.add(triple)
        return cls(graph, core, other)


def read_shapes(folder: Path, profile: Profile = Profile.internal) -> Shapes:
    """Read the shapes of a folder, and those of its subfolder for the profile.

    Raises ``GremiennetzError`` for a file that is no Turtle, and when there is no shape at all.
    """
    shapes = rdflib.Graph()
    for path in (*sorted(folder.glob("*.ttl")), *sorted((folder / profile).glob("*.ttl"))):
        try:
            # rdflib's parser raises whatever it meets in a broken file
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
                shapes.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
        except (SyntaxError, ValueError) as error:
            raise GremiennetzError(f"{path}: is not Turtle: {' '.join(str(error).split())}") from None
    if not any(True for target in _TARGETS for _ in shapes.subjects(target)):
        raise GremiennetzError(f"no shape in {folder}: a shape is a .ttl file that says what to look at, such as sh:targetClass")
    return Shapes.of(shapes)


def validate(store: ox.Store, folder: Path, profile: Profile = Profile.internal) -> Report:
    """Validate a store's graphs against the shapes of a folder.

    Raises ``GremiennetzError`` for shapes that cannot be read or run.
    """
    return check(store, read_shapes(folder, profile))


def check(store: ox.Store, shapes: Shapes) -> Report:
    """Validate a store's graphs against shapes that are already read. Raises ``GremiennetzError`` for shapes that cannot be run."""
    with _quiet("rdflib.term", "pyshacl-validate"):
        return _report([*_run(_union(store), shapes.core), *_run(_Store(store), shapes.queries)], shapes.graph, store)


def _union(store: ox.Store) -> rdflib.Graph:
    """Return all triples of a store, whatever graph they are in."""
    union = rdflib.Graph()
    term = cache(to_rdflib)
    for quad in store:
        union.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return union


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep libraries from writing what a finding or an error says anyway: rdflib logs a traceback for each malformed literal."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


class _Store(OxigraphDataGraph):
    """A store as pySHACL sees it, which asks three times per result whether it is there at all, and for an answer would count its triples."""

    def __bool__(self) -> bool:
        return True


@attrs.frozen
class _Result:
    """A result as pySHACL gives it."""

    severity: str
    shape: Node
    component: Node
    focus: Node
    path: Node | None
    value: Node | None
    messages: tuple[Node, ...]

    def order(self) -> tuple[int, str, str, str, str, str]:
        return (
            list(SEVERITIES).index(self.severity),
            str(self.shape),
            str(self.focus),
            "" if isinstance(self.path, rdflib.BNode) else str(self.path),
            repr(self.value),
            str(self.component),
        )


def _run(data: rdflib.Graph | OxigraphDataGraph, shapes: rdflib.Graph) -> Iterator[_Result]:
    try:
        results = _results(data, shapes)
    except Exception as error:  # people edit shapes, and pySHACL raises whatever it meets in them, such as the errors of regular expressions
        first = str(error).strip().partition("\n")[0]
        raise GremiennetzError(f"{_culprit(data, shapes)} cannot be run: {first}") from error
    for node in results.objects(None, SH.result):
        severity = str(results.value(node, SH.resultSeverity)).removeprefix(str(SH))
        shape, component, focus = (results.value(node, key) for key in (SH.sourceShape, SH.sourceConstraintComponent, SH.focusNode))
        if severity not in SEVERITIES or shape is None or component is None or focus is None:
            raise GremiennetzError(f"the shape {shape} has the severity {severity}; wanted one of: {', '.join('sh:' + name for name in SEVERITIES)}")
        value = results.value(node, SH.value)
        if value is not None:
            # over Oxigraph a plain string comes back as xsd:string
            value = to_rdflib(from_rdflib(value))
        messages = tuple(results.objects(node, SH.resultMessage))
        yield _Result(severity, shape, component, focus, results.value(node, SH.resultPath), value, messages)


def _results(data: rdflib.Graph | OxigraphDataGraph, shapes: rdflib.Graph) -> rdflib.Graph:
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none", meta_shacl=False)
    if not isinstance(results, rdflib.Graph):
        raise results
    return results


def _culprit(data: rdflib.Graph | OxigraphDataGraph, shapes: rdflib.Graph) -> str:
    """Return the shape that cannot be run; ``the shapes`` when they cannot be run even without targets, so that none can be told."""
    alone = sorted({str(shape) for target in _TARGETS for shape in shapes.subjects(target)})
    for name in ("", *alone):
        only = rdflib.Graph()
        for triple in shapes:
            if triple[1] not in _TARGETS or str(triple[0]) == name:
                only.add(triple)
        try:
            _results(data, only)
        except Exception:  # noqa: BLE001 - told by the caller
            return f"the shape {name}" if name else "the shapes"
    return "the shapes"


def _report(results: Iterable[_Result], shapes: rdflib.Graph, store: ox.Store) -> Report:
    """Put the results into words and into one SHACL report. Both are the same on every run, blank nodes included.

    The messages come from the shapes, since pySHACL drops the languages of those that belong to a query.
    """
    findings = []
    graph = rdflib.Graph()
    numbers = count(1)
    root = rdflib.BNode("report")
    for number, result in enumerate(sorted(results, key=_Result.order), 1):
        node = rdflib.BNode(f"result{number:06d}")
        # a path that is more than one property stands in the shape
        path = shapes.value(result.shape, SH.path) if isinstance(result.path, rdflib.BNode) else result.path
        messages = sorted(set(shapes.objects(result.shape, SH.message)) or result.messages, key=repr)
        graph.add((root, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.resultSeverity, SH[result.severity]))
        graph.add((node, SH.sourceShape, result.shape))
        graph.add((node, SH.sourceConstraintComponent, result.component))
        graph.add((node, SH.focusNode, result.focus))
        if path is not None:
            graph.add((node, SH.resultPath, _copied(path, shapes, graph, numbers)))
        if result.value is not None:
            graph.add((node, SH.value, result.value))
        for message in messages:
            graph.add((node, SH.resultMessage, message))
        findings.append(_finding(result, messages, store))
    report = Report(tuple(findings), graph)
    graph.add((root, RDF.type, SH.ValidationReport))
    graph.add((root, SH.conforms, rdflib.Literal(report.conforms)))
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return report


def _copied(term: Node, source: rdflib.Graph, target: rdflib.Graph, numbers: Iterator[int]) -> Node:
    """Copy what is said of a blank node, to whatever depth, under names that are the same on every run."""
    if not isinstance(term, rdflib.BNode):
        return term
    copy = rdflib.BNode(f"path{next(numbers):06d}")
    for predicate, value in sorted(source.predicate_objects(term), key=lambda pair: str(pair[0])):
        target.add((copy, predicate, _copied(value, source, target, numbers)))
    return copy


def _finding(result: _Result, messages: Iterable[Node], store: ox.Store) -> Finding:
    value = None if result.value == result.focus else result.value
    place, other = _place(store, result.focus), _place(store, value)
    return Finding(
        result.severity,
        str(result.focus),
        _words(store, result.focus),
        str(result.path) if isinstance(result.path, rdflib.URIRef) else "",
        "" if value is None else _words(store, value),
        {message.language or "": str(message) for message in messages if isinstance(message, rdflib.Literal)},
        str(result.shape),
        *place,
        *(("", "") if place == other else other),
    )


def _words(store: ox.Store, term: Node) -> str:
    return label_of(store, ox.NamedNode(str(term))) if isinstance(term, rdflib.URIRef) else str(term)


def label_of(data: ox.Store, term: ox.NamedNode) -> str:
    """Return the German name of a thing, or its IRI where it has none."""
    for predicate in ("skos:prefLabel", "rdfs:label", "foaf:name", "dct:title"):
        names = [quad.object for quad in data.quads_for_pattern(term, iri(predicate), None, None) if isinstance(quad.object, ox.Literal)]
        found = sorted(name.value for name in names if name.language in {"de", None} and name.value.strip())
        if found:
            return found[0]
    return term.value


def _place(store: ox.Store, term: Node | None) -> tuple[str, str]:
    """Return the file and row of the first record behind a thing, or empty texts.

    A unit is not looked for: it stands in units.csv, not in the records that name it.
    """
    if not isinstance(term, rdflib.URIRef):
        return "", ""
    found = [ox.NamedNode(str(term))]
    if any(store.quads_for_pattern(found[0], iri("rdf:type"), iri("gn:Unit"), None)):
        return "", ""
    for name in _TOWARDS_RECORD:
        for thing in list(found):
            found += [quad.subject for quad in store.quads_for_pattern(None, iri(name), thing, None) if isinstance(quad.subject, ox.NamedNode)]
    for thing in list(found):
        quads = store.quads_for_pattern(thing, iri("prov:wasDerivedFrom"), None, None)
        found += [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)]
    places = [
        (file.object.value, len(row.object.value), row.object.value)
        for record in found
        for file in store.quads_for_pattern(record, iri("gn:file"), None, None)
        for row in store.quads_for_pattern(record, iri("gn:row"), None, None)
        if isinstance(file.object, ox.Literal) and isinstance(row.object, ox.Literal)
    ]
    file, _, row = min(places, default=("", 0, ""))
    return file, row


def as_text(findings: Iterable[Finding], language: str = "de", most: int | None = None) -> str:
    """Return the findings for people: what to do, and below it where.

    ``most`` is how many places are shown of each message; violations are always shown in full.
    """
    lines = []
    for (severity, _, message), group in groupby(findings, key=lambda item: (item.severity, item.shape, _message(item, language))):
        places = list(group)
        lines.append(f"{SEVERITIES[severity]}: {message}")
        shown = places if most is None or severity == "Violation" else places[:most]
        lines += [f"  - {_line(item)}" for item in shown]
        if len(shown) < len(places):
            lines.append(f"  … und {len(places) - len(shown)} weitere; mit --all stehen alle da")
    return "\n".join("".join(char if char.isprintable() else "�" for char in line) for line in lines)


def _message(item: Finding, language: str) -> str:
    return item.message.get(language) or next(iter(item.message.values()), item.shape)


def _line(item: Finding) -> str:
    found = [(item.label, item.file, item.row), (item.value, item.value_file, item.value_row)]
    return ": ".join(f"{words} [{file}, Zeile {row}]" if file else words for words, file, row in found if words)


def summary(report: Report) -> str:
    """Return how many findings there are of each severity: ``Fehler: 0, Warnung: 2, Hinweis: 12``."""
    return ", ".join(f"{name}: {sum(item.severity == key for item in report.findings)}" for key, name in SEVERITIES.items())


def as_json(report: Report) -> str:
    """Return the report as JSON."""
    return json.dumps({"conforms": report.conforms, "results": [attrs.asdict(finding) for finding in report.findings]}, ensure_ascii=False, indent=2)
