"""The catalogue metadata: both official profiles are content with it, and report what is broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rdflib
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, Namespace

from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.export.catalog import PROFILES, Result, validate
from gremiennetz.export.settings import choose_base, read_publications
from gremiennetz.files import read_text, write_text
from gremiennetz.places import Root

DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
TWO, THREE = PROFILES
LITERAL = rdflib.Literal("Text")
DATASET, CATALOG, FORM = "dataset/small-2026", "catalog/small", "distribution/small-2026-turtle"


def metadata(package: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(package / "catalog.ttl")


def thing(name: str) -> URIRef:
    return URIRef(f"https://example.org/id/{name}")


def violations(graph: rdflib.Graph, root: Root) -> list[Result]:
    return [item for item in validate(graph, root.shipped("shapes") / "dcat-ap-de") if item.severity == "Violation"]


def test_both_profiles_are_content(small_package: tuple[Root, Path], real_package: Path) -> None:
    root, package = small_package
    assert violations(metadata(package), root) == []
    assert violations(metadata(real_package), root) == []


def test_what_the_issue_asks_for_is_there(real_package: Path) -> None:
    graph = metadata(real_package)
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    (publisher,) = graph.objects(dataset, DCTERMS.publisher)
    assert (publisher, DCTERMS.type, URIRef("http://purl.org/adms/publishertype/LocalAuthority")) in graph
    assert (dataset, DCAT.theme, URIRef("http://publications.europa.eu/resource/authority/data-theme/GOVE")) in graph
    assert (dataset, DCTERMS.spatial, URIRef("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/14612000")) in graph
    assert (dataset, DCATDE.politicalGeocodingLevelURI, URIRef("http://dcat-ap.de/def/politicalGeocoding/Level/municipality")) in graph
    assert any("AF1078/26" in str(label) for note in graph.objects(dataset, DCTERMS.provenance) for label in graph.objects(note))
    assert set(graph.objects(None, DCTERMS.license)) == {URIRef("http://dcat-ap.de/def/licenses/dl-by-de/2.0")}
    for name in (DCTERMS.identifier, DCTERMS.issued, DCTERMS.modified, DCTERMS.language, DCTERMS.references, DCAT.contactPoint):
        assert list(graph.objects(dataset, name)), name
    forms = list(graph.objects(dataset, DCAT.distribution))
    assert len(forms) == 13
    assert all(list(graph.objects(form, DCATDE.licenseAttributionByText)) for form in forms)
    assert not list(graph.objects(None, DCAT.byteSize))
    assert "spdx" not in read_text(real_package / "catalog.ttl")


# (what is done, subject, property, new value or None to take it away, which profile reports it, a word of the report)
DEFECTS = [
    ("no title", DATASET, DCTERMS.title, None, TWO, "title"),
    ("no description", DATASET, DCTERMS.description, None, THREE, "description"),
    ("no publisher", DATASET, DCTERMS.publisher, None, TWO, "publisher"),
    ("no contributor", DATASET, DCATDE.contributorID, None, TWO, "contributorID"),
    ("an invented contributor", DATASET, DCATDE.contributorID, URIRef("http://dcat-ap.de/def/contributors/dresden"), TWO, "contributorID"),
    ("no name of the publisher", "municipality/small", FOAF.name, None, THREE, "foaf:name"),
    ("no title of the catalogue", CATALOG, DCTERMS.title, None, THREE, "title"),
    ("no publisher of the catalogue", CATALOG, DCTERMS.publisher, None, THREE, "publisher"),
    ("a text for a publisher", DATASET, DCTERMS.publisher, LITERAL, TWO, "publisher"),
    ("a text for a level", DATASET, DCATDE.politicalGeocodingLevelURI, LITERAL, THREE, "politicalGeocodingLevelURI"),
    ("a text for a reference", DATASET, DCTERMS.references, LITERAL, THREE, "references"),
    ("a text for a contact point", DATASET, DCAT.contactPoint, LITERAL, TWO, "contactPoint"),
    ("a contact without address", "contact/small-2026", VCARD.hasURL, None, TWO, "K01"),
    ("a contact of no kind", "contact/small-2026", RDF.type, None, THREE, "vcard:Kind"),
    ("no address of a download", FORM, DCAT.accessURL, None, TWO, "accessURL"),
    ("a text for a licence", FORM, DCTERMS.license, LITERAL, THREE, "license"),
    ("a text for an address", FORM, DCAT.downloadURL, LITERAL, THREE, "downloadURL"),
    ("a word for a date", DATASET, DCTERMS.issued, rdflib.Literal("gestern"), TWO, "issued"),
    ("a theme that does not exist", DATASET, DCAT.theme, URIRef("http://publications.europa.eu/resource/authority/data-theme/XXXX"), TWO, "theme"),
]


@pytest.mark.parametrize(("defect", "subject", "name", "value", "profile", "word"), DEFECTS, ids=[row[0] for row in DEFECTS])
def test_a_planted_defect_is_reported(
    defect: str,
    subject: str,
    name: URIRef,
    value: rdflib.term.Node | None,
    profile: str,
    word: str,
    small_package: tuple[Root, Path],
) -> None:
    root, package = small_package
    graph = metadata(package)
    graph.remove((thing(subject), name, None))
    if value is not None:
        graph.add((thing(subject), name, value))
    found = [item for item in violations(graph, root) if item.profile == profile]
    assert any(word.lower() in f"{item.message} {item.path}".lower() for item in found), (defect, list(map(str, found)))


def settings_file(root: Root) -> Path:
    return root.records / "small-2026" / "dataset.toml"


def test_everything_that_is_missing_is_told_at_once(city: Root) -> None:
    path = settings_file(city)
    write_text(path, read_text(path).split("[publication]")[0])
    with pytest.raises(InputError) as caught:
        read_publications(city)
    columns = {problem.column for problem in caught.value.problems}
    assert {"publication.licence", "publication.contributor", "publication.issued", "publication.geocoding.key", "publication.keywords"} <= columns
    assert all("data/records/small-2026/dataset.toml" in str(problem) and "is missing" in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("licenses/dl-by-de/2.0", "licenses/dl-by-de/2.0/", "publication.licence"),
        ("2026-01-02", "2026-02-30", "publication.issued"),
        ('issued = "2026-01-02"', 'issued = "2026"', "publication.issued"),
        ("contributors/freistaatSachsen", "contributors/", "publication.contributor"),
        ("municipalityKey/14612000", "municipalityKey/146", "publication.geocoding.key"),
        ('["Gremien"]', "[]", "publication.keywords"),
        ('["Gremien"]', '"Gremien"', "publication.keywords"),
        ('url = "https://stadt.example/kontakt"', 'url = "javascript:alert(1)"', "publication.contact.url"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(city: Root, old: str, new: str, column: str) -> None:
    path = settings_file(city)
    assert old in read_text(path)
    write_text(path, read_text(path).replace(old, new))
    with pytest.raises(InputError) as caught:
        read_publications(city)
    (problem,) = caught.value.problems
    assert problem.column == column
    assert "wanted" in problem.message


@pytest.mark.parametrize(
    "base", ["example.org/", "https://example.org", "https://example.org/a/../b/", "https://example.org/?x/", "ftp://example.org/", ""]
)
def test_a_base_that_is_none_is_refused(city: Root, base: str) -> None:
    with pytest.raises(GremiennetzError, match=re.escape(repr(base))):
        choose_base(read_publications(city), base)
