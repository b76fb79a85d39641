"""Validation: the SHACL shapes over the graph, and a report that says which record to mend and how.

Core shapes run on an rdflib graph; the shapes with SPARQL constraints on an Oxigraph store, where they are many times faster.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import RDF, SH

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.terms import PREFIXES, iri, to_rdflib

SEVERITIES = {"Violation": "Fehler", "Warning": "Warnung", "Info": "Hinweis"}


@attrs.frozen
class Finding:
    """One result of validation, in words."""

    severity: str
    """``Violation``, ``Warning`` or ``Info``."""
    focus: str
    """IRI of the thing that is wrong."""
    label: str
    path: str
    value: str
    message: dict[str, str]
    """By language."""
    shape: str
    file: str = ""
    row: str = ""


@attrs.frozen
class Report:
    """The outcome over all shapes."""

    findings: tuple[Finding, ...]
    graph: rdflib.Graph
    """The SHACL validation report."""

    @property
    def conforms(self) -> bool:
        """Say whether there is no violation; warnings and hints do not count."""
        return not any(finding.severity == "Violation" for finding in self.findings)


def shape_graphs(folder: Path) -> tuple[rdflib.Graph, rdflib.Graph]:
    """Read the shapes: those of SHACL Core, and those with SPARQL constraints.

    A file is of the second kind when it holds ``sh:sparql`` or ``sh:SPARQLTarget``. Raises ``GremiennetzError`` for a file that is no Turtle.
    """
    core, sparql = rdflib.Graph(), rdflib.Graph()
    for path in sorted(folder.glob("*.ttl")):
        graph = rdflib.Graph()
        try:
            graph.parse(path, format="turtle")
        except Exception as error:  # noqa: BLE001 - rdflib raises whatever its parser meets; the file is named to the user
            raise GremiennetzError(f"shapes/{path.name}: is not Turtle: {error}") from None
        target = sparql if (None, SH.sparql, None) in graph else core
        target += graph
    return core, sparql


def validate(store: ox.Store, shapes: Path) -> Report:
    """Validate the union of a store's graphs against all shapes of a folder."""
    union = ox.Store()
    union.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(None, None, None, None))
    core, sparql = shape_graphs(shapes)
    results = rdflib.Graph()
    if len(core):
        data = rdflib.Graph()
        for quad in union.quads_for_pattern(None, None, None, None):
            data.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
        results += _run(data, core)
    if len(sparql):
        results += _run(union, sparql)
    for prefix, namespace in PREFIXES.items():
        results.bind(prefix, namespace)
    return Report(tuple(sorted(_findings(results, union), key=lambda item: (list(SEVERITIES).index(item.severity), item.label, item.path))), results)


def _run(data: Any, shapes: rdflib.Graph) -> rdflib.Graph:
    try:
        _, graph, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none", meta_shacl=False)
    except Exception as error:
        raise GremiennetzError(f"the shapes cannot be run: {error}") from error
    if not isinstance(graph, rdflib.Graph):
        raise GremiennetzError(f"the shapes cannot be run: {graph}")
    return graph


def _findings(results: rdflib.Graph, data: ox.Store) -> Iterator[Finding]:
    for node in results.subjects(RDF.type, SH.ValidationResult):
        focus = results.value(node, SH.focusNode)
        term = ox.NamedNode(str(focus)) if isinstance(focus, rdflib.URIRef) else None
        file, row = _place(data, term) if term else ("", "")
        messages = {
            message.language or "": str(message) for message in results.objects(node, SH.resultMessage) if isinstance(message, rdflib.Literal)
        }
        path, value, severity = (results.value(node, key) for key in (SH.resultPath, SH.value, SH.resultSeverity))
        yield Finding(
            str(severity).rsplit("#", 1)[-1],
            str(focus),
            label_of(data, term) if term else str(focus),
            str(path or ""),
            str(value if value is not None else ""),
            messages,
            str(results.value(node, SH.sourceShape) or ""),
            file,
            row,
        )


def label_of(data: ox.Store, term: ox.NamedNode) -> str:
    """Return the German name of a thing, or its IRI where it has none."""
    for predicate in ("skos:prefLabel", "rdfs:label", "foaf:name"):
        for quad in data.quads_for_pattern(term, iri(predicate), None, None):
            if isinstance(quad.object, ox.Literal) and quad.object.language in {"de", None}:
                return quad.object.value
    return term.value


def _place(data: ox.Store, term: ox.NamedNode) -> tuple[str, str]:
    """Return the file and row of the record behind a thing."""
    candidates: list[ox.NamedNode] = [term]
    for quad in data.quads_for_pattern(term, iri("prov:wasDerivedFrom"), None, None):
        candidates.append(quad.object)  # type: ignore[arg-type]
    for path in ("gn:costStatement", "org:memberDuring", "org:organization"):
        for quad in data.quads_for_pattern(None, iri(path), term, None):
            for origin in data.quads_for_pattern(quad.subject, iri("prov:wasDerivedFrom"), None, None):
                candidates.append(origin.object)  # type: ignore[arg-type]
    for candidate in candidates:
        file = _first(data, candidate, "gn:file")
        if file:
            return file, _first(data, candidate, "gn:row")
    return "", ""


def _first(data: ox.Store, term: ox.NamedNode, predicate: str) -> str:
    for quad in data.quads_for_pattern(term, iri(predicate), None, None):
        if isinstance(quad.object, ox.Literal):
            return quad.object.value
    return ""


def as_text(findings: Iterable[Finding], language: str = "de") -> str:
    """Return the findings as lines for people: what, where, what to do."""
    lines = []
    for item in findings:
        where = f" [{item.file}, Zeile {item.row}]" if item.file else ""
        message = item.message.get(language) or next(iter(item.message.values()), "")
        lines.append(f"{SEVERITIES.get(item.severity, item.severity)}: {item.label}{where}: {message}")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Return the report as JSON."""
    return json.dumps({"conforms": report.conforms, "results": [attrs.asdict(finding) for finding in report.findings]}, ensure_ascii=False, indent=2)
