"""The landing page of a package: search, the story of each set, the overlaps, the downloads; and what search engines read."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox
from markupsafe import Markup

from gremiennetz.export.catalog import FORMATS, dataset_iri, download
from gremiennetz.export.flat import METADATA
from gremiennetz.export.folder import Folder
from gremiennetz.export.pages import Group, Pages, Shown, embedded
from gremiennetz.export.settings import Publication
from gremiennetz.graph.terms import iri
from gremiennetz.query import Value
from gremiennetz.results import shown


@attrs.frozen
class OverlapRow:
    """An overlap as the landing page shows it."""

    label: str
    href: str
    city: str
    units: str
    names: str
    firm: bool
    deciding: str


@attrs.frozen
class OverlapTable:
    """The overlaps of one kind."""

    label: str
    rows: tuple[OverlapRow, ...]


@attrs.frozen
class File:
    """A download."""

    href: str
    name: str
    title: str
    size: str


_FIGURES = ("unit", "body", "participation", "record", "decision")


def write(
    folder: Folder,
    pages: Pages,
    publications: Sequence[Publication],
    overlaps: Sequence[Mapping[str, Value]],
    counts: Counter[str],
    script: str,
) -> None:
    """Write ``index.html``. All downloads lie in the folder already, since their sizes are told."""
    site = pages.site
    endpoint = next((item.endpoint for item in publications if item.endpoint), "")
    text = pages.environment.get_template("export/landing.html.jinja").render(
        **pages.common,
        root="",
        base=site.base,
        description=publications[0].catalogue_description["de"],
        figures=[(counts[kind], pages.many(kind), f"doc/{kind}/index.html") for kind in _FIGURES if counts[kind]],
        directory=_directory(pages),
        overlaps=_overlaps(pages, overlaps),
        several=pages.several,
        sets=[
            {
                "title": item.title["de"],
                "description": item.description["de"],
                "provenance": item.provenance,
                "href": f"{site.document(dataset_iri(site, item).value)}.html",
                "document": f"{site.document(site.thing('document', item.document).value)}.html",
                "files": _files(folder.path, item),
            }
            for item in publications
        ],
        endpoint=endpoint,
        schema=[embedded(_schema(pages, item)) for item in publications],
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=script_hash(script),
    )
    folder.write("index.html", text)


def script_hash(script: str) -> str:
    """Return what the content security policy says of the one script of the landing page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode()}"


def _directory(pages: Pages) -> list[Group]:
    """Return what the search finds: units, umbrellas, bodies and policy fields, with the other names of each."""
    site, index = pages.site, pages.index
    kinds: dict[str, list[Shown]] = {"Einheiten": [], "Dachverbände": [], "Gremien": [], "Politikfelder": []}
    for kind, label in (("gn:Unit", "Einheiten"), ("gn:Body", "Gremien"), ("skos:Concept", "Politikfelder")):
        for node in index.subjects("rdf:type", site.node(iri(kind))):
            document = site.document(node.value)
            if document is None or (kind == "skos:Concept" and not node.value.startswith(f"{site.base}vocab/policy-field/")):
                continue
            group = "Dachverbände" if kind == "gn:Body" and index.subjects("org:subOrganizationOf", node) else label
            others = [shown(value) for value in index.values(node, "skos:altLabel")] if kind == "gn:Body" else []
            others += [pages.city(node)] if kind == "gn:Unit" and pages.several else []
            kinds[group].append(Shown(index.label(node), f"{document}.html", ", ".join(others)))
    return [Group(label, tuple(values), len(values)) for label, values in kinds.items() if values]


def _overlaps(pages: Pages, rows: Sequence[Mapping[str, Value]]) -> list[OverlapTable]:
    found: dict[str, list[OverlapRow]] = {"Gremium": [], "Dachverband": []}
    for row in rows:
        document = pages.site.document(row["body"].value) if isinstance(row["body"], ox.NamedNode) else None
        found[shown(row["kind"])].append(
            OverlapRow(
                shown(row["body_label"]),
                f"{document}.html" if document else "",
                shown(row["municipality"]),
                shown(row["units"]),
                shown(row["unit_labels"]),
                shown(row["firm"]) == "true",
                shown(row["deciding"]),
            )
        )
    labels = {"Gremium": "Gemeinsame Gremien", "Dachverband": "Gemeinsame Dachverbände"}
    return [OverlapTable(labels[kind], tuple(items)) for kind, items in found.items() if items]


def _files(folder: Path, item: Publication) -> list[File]:
    found = []
    for form in FORMATS:
        href = download(item, form)
        found.append(File(href, href.rsplit("/", 1)[-1], form.title, _size((folder / href).stat().st_size)))
    metadata = f"{download(item, FORMATS[0]).rsplit('/', 1)[0]}/{METADATA}"
    return [*found, File(metadata, METADATA, "Beschreibung der Tabellen (CSVW)", _size((folder / metadata).stat().st_size))]


def _size(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _schema(pages: Pages, item: Publication) -> dict[str, Any]:
    """Return a set as ``schema.org/Dataset``, as search engines for data read it."""
    base = pages.site.base
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dataset_iri(pages.site, item).value,
        "name": item.title["de"],
        "alternateName": item.title.get("en", ""),
        "description": item.description["de"],
        "url": base,
        "identifier": item.id,
        "keywords": list(item.keywords),
        "license": item.licence,
        "creditText": item.attribution,
        "inLanguage": "de",
        "isAccessibleForFree": True,
        "datePublished": item.issued,
        "dateModified": item.modified,
        "spatialCoverage": {"@type": "Place", "name": item.geocoding_label, "sameAs": item.geocoding_key},
        "creator": {"@type": "GovernmentOrganization", "name": item.publisher, "url": item.publisher_homepage},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": item.catalogue_title["de"], "url": base},
        "distribution": [
            {"@type": "DataDownload", "name": form.title, "encodingFormat": form.media, "contentUrl": base + download(item, form)} for form in FORMATS
        ],
    }
