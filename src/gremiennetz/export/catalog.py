"""Catalogue metadata: one DCAT-AP.de record set that conforms to 2.0 with conventions and to 3.0.

What the two versions contradict each other on is left out (``dcat:byteSize``, checksums), and so is what 3.0 deprecates
(``dcatde:politicalGeocodingURI``; the area stands in ``dct:spatial``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import OWL, RDF, SH

from gremiennetz.errors import GremiennetzError
from gremiennetz.export.settings import Publication
from gremiennetz.export.site import MORE_PREFIXES, Site, Triple
from gremiennetz.graph.terms import PREFIXES, date, plain, text

_EU = "http://publications.europa.eu/resource/authority/"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA = "https://www.iana.org/assignments/media-types/"
CATALOG = "catalog"


@attrs.frozen
class Format:
    """A form in which a set can be downloaded."""

    name: str
    """Part of the distribution's id."""
    file: str
    """Name of the file, ``{set}`` for the set."""
    title: str
    type: str
    """Name in the EU list of file types."""
    media: str


FORMATS = (
    Format("turtle", "{set}.ttl", "Turtle", "RDF_TURTLE", "text/turtle"),
    Format("n-triples", "{set}.nt", "N-Triples", "RDF_N_TRIPLES", "application/n-triples"),
    Format("json-ld", "{set}.jsonld", "JSON-LD", "JSON_LD", "application/ld+json"),
    Format("rdf-xml", "{set}.rdf", "RDF/XML", "RDF_XML", "application/rdf+xml"),
    Format("trig", "{set}.trig", "TriG, mit benannten Graphen", "RDF_TRIG", "application/trig"),
    Format("memberships", "memberships.csv", "Tabelle der Mitwirkungen (CSV)", "CSV", "text/csv"),
    Format("bodies", "bodies.csv", "Tabelle der Gremien (CSV)", "CSV", "text/csv"),
    Format("units", "units.csv", "Tabelle der Einheiten (CSV)", "CSV", "text/csv"),
    Format("umbrellas", "umbrellas.csv", "Tabelle der Dachverbände (CSV)", "CSV", "text/csv"),
    Format("overlaps", "overlaps.csv", "Tabelle der Überschneidungen (CSV)", "CSV", "text/csv"),
    Format(
        "workbook",
        "{set}.xlsx",
        "Arbeitsmappe mit allen Tabellen (XLSX)",
        "XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Format("network", "{set}.gexf", "Netzwerk für Gephi (GEXF)", "XML", "application/xml"),
    Format("zip", "{set}.zip", "Alles in einem Archiv (ZIP)", "ZIP", "application/zip"),
)


def download(publication: Publication, form: Format) -> str:
    """Return where a form of a set lies in the package."""
    return f"download/{publication.id}/{form.file.format(set=publication.id)}"


def catalogue(site: Site, publications: Sequence[Publication]) -> Iterator[Triple]:
    """Yield the catalogue with its datasets and distributions. The catalogue speaks with the words of the first set."""
    yield from _catalogue(site, publications)
    for item in publications:
        yield from _publisher(site, item)
        yield from _dataset(site, item)
        for form in FORMATS:
            yield from _distribution(site, item, form)


def catalogue_iri(site: Site, publications: Sequence[Publication]) -> ox.NamedNode:
    """Return the IRI of the catalogue."""
    return site.thing("catalog", publications[0].municipality)


def dataset_iri(site: Site, publication: Publication) -> ox.NamedNode:
    """Return the IRI of a set."""
    return site.thing("dataset", publication.id)


def distribution_iri(site: Site, publication: Publication, form: Format) -> ox.NamedNode:
    """Return the IRI of a form of a set."""
    return site.thing("distribution", f"{publication.id}-{form.name}")


def _iri(name: str) -> ox.NamedNode:
    prefix, local = name.split(":", 1)
    return ox.NamedNode({**PREFIXES, **MORE_PREFIXES}[prefix] + local)


_TYPE = _iri("rdf:type")
_GERMAN = ox.NamedNode(f"{_EU}language/DEU")


def _texts(subject: ox.NamedNode, name: str, texts: dict[str, str]) -> Iterator[Triple]:
    for language, words in texts.items():
        yield subject, _iri(name), text(words, language)


def _catalogue(site: Site, publications: Sequence[Publication]) -> Iterator[Triple]:
    node, first = catalogue_iri(site, publications), publications[0]
    yield node, _TYPE, _iri("dcat:Catalog")
    yield from _texts(node, "dct:title", first.catalogue_title)
    yield from _texts(node, "dct:description", first.catalogue_description)
    yield node, _iri("dct:publisher"), site.thing("municipality", first.municipality)
    yield node, _iri("dct:license"), ox.NamedNode(first.licence)
    yield node, _iri("dct:language"), _GERMAN
    yield node, _iri("foaf:homepage"), ox.NamedNode(site.base)
    yield ox.NamedNode(site.base), _TYPE, _iri("foaf:Document")
    yield ox.NamedNode(site.base), _iri("dct:title"), text(first.catalogue_title["de"])
    yield node, _iri("dcat:themeTaxonomy"), ox.NamedNode(f"{_EU}data-theme")
    yield node, _iri("dct:issued"), date(min(item.issued for item in publications))
    yield node, _iri("dct:modified"), date(max(item.modified for item in publications))
    for key, label in {item.geocoding_key: item.geocoding_label for item in publications}.items():
        yield node, _iri("dct:spatial"), ox.NamedNode(key)
        yield ox.NamedNode(key), _TYPE, _iri("dct:Location")
        yield ox.NamedNode(key), _iri("skos:prefLabel"), text(label)
    for item in publications:
        yield node, _iri("dcat:dataset"), dataset_iri(site, item)


def _publisher(site: Site, item: Publication) -> Iterator[Triple]:
    node = site.thing("municipality", item.municipality)
    yield node, _TYPE, _iri("foaf:Agent")
    yield node, _iri("foaf:name"), text(item.publisher)
    yield node, _iri("foaf:homepage"), ox.NamedNode(item.publisher_homepage)
    yield node, _iri("dct:type"), ox.NamedNode(item.publisher_type)


def _dataset(site: Site, item: Publication) -> Iterator[Triple]:
    node = dataset_iri(site, item)
    contact, provenance = site.thing("contact", item.id), site.thing("provenance", item.id)
    document = site.thing("document", item.document)
    yield node, _TYPE, _iri("dcat:Dataset")
    yield from _texts(node, "dct:title", item.title)
    yield from _texts(node, "dct:description", item.description)
    yield node, _iri("dct:identifier"), plain(item.id)
    yield node, _iri("dct:publisher"), site.thing("municipality", item.municipality)
    yield node, _iri("dct:license"), ox.NamedNode(item.licence)
    yield node, _iri("dct:language"), _GERMAN
    yield node, _iri("dct:issued"), date(item.issued)
    yield node, _iri("dct:modified"), date(item.modified)
    yield node, _iri("dct:accessRights"), ox.NamedNode(f"{_EU}access-right/PUBLIC")
    yield node, _iri("dct:accrualPeriodicity"), ox.NamedNode(item.frequency)
    yield node, _iri("dct:spatial"), ox.NamedNode(item.geocoding_key)
    yield node, _iri("dcat:theme"), ox.NamedNode(item.theme)
    yield node, _iri("dcat:landingPage"), ox.NamedNode(site.base)
    yield node, _iri("dcatde:politicalGeocodingLevelURI"), ox.NamedNode(item.geocoding_level)
    yield node, _iri("dcatde:contributorID"), ox.NamedNode(item.contributor)
    yield node, _iri("dcatap:availability"), ox.NamedNode(f"{_EU}planned-availability/AVAILABLE")
    for word in item.keywords:
        yield node, _iri("dcat:keyword"), text(word)
    for reference in (document.value, *item.references):
        yield node, _iri("dct:references"), ox.NamedNode(reference)
    yield node, _iri("dcat:contactPoint"), contact
    yield contact, _TYPE, _iri("vcard:Kind")
    yield contact, _TYPE, _iri("vcard:Organization")
    yield contact, _iri("vcard:fn"), plain(item.contact)
    yield contact, _iri("rdfs:label"), text(f"Kontakt: {item.contact}")
    yield contact, _iri("vcard:hasURL"), ox.NamedNode(item.contact_url)
    yield node, _iri("dct:provenance"), provenance
    yield provenance, _TYPE, _iri("dct:ProvenanceStatement")
    yield provenance, _iri("rdfs:label"), text(item.provenance)
    for form in FORMATS:
        yield node, _iri("dcat:distribution"), distribution_iri(site, item, form)


def _distribution(site: Site, item: Publication, form: Format) -> Iterator[Triple]:
    node, address = distribution_iri(site, item, form), ox.NamedNode(site.base + download(item, form))
    yield node, _TYPE, _iri("dcat:Distribution")
    yield node, _iri("dct:title"), text(f"{item.title['de']}: {form.title}")
    yield node, _iri("dcat:accessURL"), address
    yield node, _iri("dcat:downloadURL"), address
    yield node, _iri("dct:format"), ox.NamedNode(f"{_EU}file-type/{form.type}")
    yield node, _iri("dcat:mediaType"), ox.NamedNode(_MEDIA + form.media)
    yield node, _iri("dct:license"), ox.NamedNode(item.licence)
    yield node, _iri("dcatde:licenseAttributionByText"), text(item.attribution)
    yield node, _iri("dct:language"), _GERMAN
    yield node, _iri("dct:issued"), date(item.issued)
    yield node, _iri("dct:modified"), date(item.modified)
    yield node, _iri("dcatap:availability"), ox.NamedNode(f"{_EU}planned-availability/AVAILABLE")


PROFILES = {
    "DCAT-AP.de 2.0 mit Konventionen": ("v2.0/*.ttl",),
    "DCAT-AP.de 3.0": ("v3.0/*.ttl", "dcat-ap-3.0.0-SHACL.ttl"),
}
"""Name → the official shapes below ``shapes/dcat-ap-de``."""


@attrs.frozen
class Result:
    """What an official shape says of the metadata."""

    profile: str
    severity: str
    focus: str
    path: str
    value: str
    message: str

    def __str__(self) -> str:
        shown = f"{self.profile}: {self.message} ({self.focus}"
        return shown + "".join(f", {part}" for part in (self.path, self.value) if part) + ")"


def validate(metadata: rdflib.Graph, shapes: Path) -> list[Result]:
    """Validate metadata against both official profiles, offline, and return what they report.

    The concepts of the code lists that the shapes look up are those of ``vocab/used-concepts.ttl``; ``owl:imports`` are not followed.
    """
    data = rdflib.Graph()
    data += metadata
    data.parse(shapes / "vocab" / "used-concepts.ttl")
    found = []
    for profile, patterns in PROFILES.items():
        rules = rdflib.Graph()
        for file in sorted(file for pattern in patterns for file in shapes.glob(pattern)):
            rules.parse(file)
        if not len(rules):
            raise GremiennetzError(f"no official shapes for {profile} in {shapes}")
        rules.remove((None, OWL.imports, None))
        _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none", advanced=True)
        if not isinstance(report, rdflib.Graph):
            raise GremiennetzError(f"the official shapes of {profile} cannot be run: {report}")
        for result in report.subjects(RDF.type, SH.ValidationResult):
            messages = sorted(report.objects(result, SH.resultMessage), key=lambda item: getattr(item, "language", None) != "de")
            severity, focus, about, value = (
                str(report.value(result, key) or "") for key in (SH.resultSeverity, SH.focusNode, SH.resultPath, SH.value)
            )
            found.append(Result(profile, severity.removeprefix(str(SH)), focus, about, value, str(messages[0]) if messages else ""))
    return sorted(found, key=str)
