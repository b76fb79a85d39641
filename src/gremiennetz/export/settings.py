"""What a city says about its publication: the table ``[publication]`` of ``dataset.toml``, checked as a whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.places import Root
from gremiennetz.records import read_settings, setting

OURS = "https://w3id.org/gremiennetz/"
"""The base of the ontology and the vocabularies, and of things where a set does not choose another."""

_IRI = r"https?://[^\s<>\"{}|\\^`]+"


@attrs.frozen
class Publication:
    """One set as the catalogue describes it. Values that end in ``iri`` by meaning are IRIs of official code lists."""

    id: str
    base: str
    municipality: str
    """Id of the city; the city is the publisher."""
    document: str
    title: dict[str, str]
    description: dict[str, str]
    keywords: tuple[str, ...]
    issued: str
    modified: str
    licence: str
    attribution: str
    theme: str
    frequency: str
    contributor: str
    references: tuple[str, ...]
    provenance: str
    publisher: str
    publisher_homepage: str
    publisher_type: str
    contact: str
    contact_url: str
    geocoding_level: str
    geocoding_key: str
    geocoding_label: str
    catalogue_title: dict[str, str]
    catalogue_description: dict[str, str]
    endpoint: str
    """IRI of a SPARQL endpoint that the package names, or empty."""


_TEXTS = {
    "description.de": "a German description",
    "description.en": "an English description",
    "attribution": "the text that users of the data have to name",
    "provenance.de": "where the data come from",
    "publisher.name": "who publishes",
    "contact.name": "whom to ask",
    "geocoding.label": "the name of the area",
    "catalogue.title.de": "a German title of the catalogue",
    "catalogue.title.en": "an English title of the catalogue",
    "catalogue.description.de": "a German description of the catalogue",
    "catalogue.description.en": "an English description of the catalogue",
}
_DATES = {"issued": "the day of publication, such as 2026-11-22", "modified": "the day of the last change, such as 2026-11-22"}
_IRIS = {
    "licence": (r"http://dcat-ap\.de/def/licenses/\S*[^/\s]", "a licence of http://dcat-ap.de/def/licenses, without a slash at the end"),
    "theme": (r"http://publications\.europa\.eu/resource/authority/data-theme/[A-Z]{4}", "an EU data theme, such as …/data-theme/GOVE"),
    "frequency": (r"http://publications\.europa\.eu/resource/authority/frequency/[A-Z0-9_]+", "an EU frequency, such as …/frequency/NEVER"),
    "contributor": (
        r"http://dcat-ap\.de/def/contributors/\w+",
        "the contributor id of whoever delivers to GovData, from http://dcat-ap.de/def/contributors; ask them, none is invented",
    ),
    "publisher.homepage": (_IRI, "the publisher's public web address"),
    "publisher.type": (
        r"http://purl\.org/adms/publishertype/\w+",
        "the kind of publisher, such as http://purl.org/adms/publishertype/LocalAuthority",
    ),
    "contact.url": (_IRI, "a public web address for questions"),
    "geocoding.level": (r"http://dcat-ap\.de/def/politicalGeocoding/Level/\w+", "a level, such as …/politicalGeocoding/Level/municipality"),
    "geocoding.key": (
        r"http://dcat-ap\.de/def/politicalGeocoding/(municipalityKey/\d{8}|regionalKey/\d{12}|districtKey/\d{5})",
        "the area's key, such as …/politicalGeocoding/municipalityKey/14612000",
    ),
}


def read_publication(root: Root, name: str) -> Publication:
    """Read what a set says about its publication. Raises ``InputError`` with everything that is missing or wrong."""
    settings = read_settings(root.records / name)
    problems = list(_problems(settings, f"data/records/{name}/dataset.toml"))
    if problems:
        raise InputError(problems)
    value = settings["publication"]
    return Publication(
        id=name,
        base=settings["dataset"]["base"],
        municipality=settings["municipality"]["id"],
        document=settings["document"]["id"],
        title=settings["dataset"]["title"],
        description=value["description"],
        keywords=tuple(value["keywords"]),
        issued=str(value["issued"]),
        modified=str(value["modified"]),
        licence=value["licence"],
        attribution=value["attribution"],
        theme=value["theme"],
        frequency=value["frequency"],
        contributor=value["contributor"],
        references=tuple(value.get("references", ())),
        provenance=value["provenance"]["de"],
        publisher=value["publisher"]["name"],
        publisher_homepage=value["publisher"]["homepage"],
        publisher_type=value["publisher"]["type"],
        contact=value["contact"]["name"],
        contact_url=value["contact"]["url"],
        geocoding_level=value["geocoding"]["level"],
        geocoding_key=value["geocoding"]["key"],
        geocoding_label=value["geocoding"]["label"],
        catalogue_title=value["catalogue"]["title"],
        catalogue_description=value["catalogue"]["description"],
        endpoint=value.get("endpoint", ""),
    )


def _problems(settings: dict[str, Any], shown: str) -> Iterable[Problem]:
    wanted = {**_TEXTS, **_DATES, **{path: meaning for path, (_, meaning) in _IRIS.items()}}
    for path, meaning in wanted.items():
        value = setting(settings, f"publication.{path}")
        column = f"publication.{path}"
        if value is None or value == "":
            yield Problem(shown, f"is missing: {meaning}", column=column)
        elif path in _DATES:
            if not _is_date(str(value)):
                yield Problem(shown, f"holds {value!r}; wanted: {meaning}", column=column)
        elif not isinstance(value, str) or not value.strip() or (path in _IRIS and not re.fullmatch(_IRIS[path][0], value)):
            yield Problem(shown, f"holds {value!r}; wanted: {meaning}", column=column)
    for path, required, pattern, meaning in (
        ("keywords", True, r".*\S.*", "a list of at least one keyword"),
        ("references", False, _IRI, "a list of IRIs"),
    ):
        value = setting(settings, f"publication.{path}")
        if value is None and not required:
            continue
        if (
            not isinstance(value, list)
            or (required and not value)
            or not all(isinstance(item, str) and re.fullmatch(pattern, item) for item in value)
        ):
            yield Problem(shown, "is missing: " + meaning if value is None else f"holds {value!r}; wanted: {meaning}", column=f"publication.{path}")
    endpoint = setting(settings, "publication.endpoint")
    if endpoint is not None and not (isinstance(endpoint, str) and re.fullmatch(_IRI, endpoint)):
        yield Problem(shown, f"holds {endpoint!r}; wanted: the address of a SPARQL endpoint, or no such line", column="publication.endpoint")


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def read_publications(root: Root, wanted: Sequence[str] = ()) -> list[Publication]:
    """Read what the sets say that are published: the wanted ones, else all that have a table ``[publication]``.

    Raises ``InputError`` with the problems of all of them, ``GremiennetzError`` for a set that does not exist.
    """
    names = root.datasets()
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise GremiennetzError(f"there is no set {', '.join(map(repr, unknown))}; there are: {', '.join(names)}")
    # a single set that says nothing, or several of which none does, are told everything that is missing
    chosen = [name for name in names if name in wanted] or [name for name in names if "publication" in read_settings(root.records / name)] or names
    found, problems = [], []
    for name in chosen:
        try:
            found.append(read_publication(root, name))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def choose_base(publications: Iterable[Publication], wanted: str | None) -> str:
    """Return the base of a package: the wanted one, else the one that all sets share. Raises ``GremiennetzError``."""
    if wanted is not None:
        if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/\w[\w.~-]*)*/", wanted, re.ASCII):
            raise GremiennetzError(
                f"--base {wanted!r} is no base; wanted: an http(s) address that ends in /, such as https://daten.example.org/gremien/"
            )
        return wanted
    bases = sorted({item.base for item in publications})
    if len(bases) > 1:
        raise GremiennetzError(f"the sets have different bases ({', '.join(bases)}); a package has one: name it with --base")
    return bases[0]
