"""No natural person of the source is in the public package: every byte of the real one, every spelling of the lists, looked for independently."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from gremiennetz.export.persons import Persons
from gremiennetz.files import read_text
from gremiennetz.places import Root
from gremiennetz.validate import Profile, validate

PEOPLE = [("Ada", "Beispiel", ("Fr. Dr. Ada Beispiel", "Frau Beispiel")), ("", "Starke", ("Frau Starke",)), ("", "Darmstadt", ("Herr Darmstadt",))]
CHOSEN = ["Stadt Darmstadt", "Netzwerk Rad"]


def every_text(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file's name and its content as text; archives are opened, and escapes undone."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield from decoded(path.relative_to(folder).as_posix(), path.read_bytes())


def decoded(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    text = unicodedata.normalize("NFC", data.decode("utf-8", "replace"))
    yield name, f"{name}\n{text}"
    if "&#" in text:
        yield f"{name} (HTML)", html.unescape(text)
    if "\\u00" in text:
        yield f"{name} (JSON)", re.sub(r"\\u(00[0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)
    if name.endswith((".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from decoded(f"{name}!{member}", archive.read(member))


def spellings(row: dict[str, str]) -> set[str]:
    family, given, title = row["family"], row["given"], row["title"]
    found = {row["text"]} if " " in row["text"] else set()
    for salutation in ("Herr", "Herrn", "Hr.", "Frau", "Fr.", "Dr.", "Prof.", title):
        found |= {f"{salutation} {family}", f"{salutation} {title} {family}", f"{salutation} {given} {family}"} if salutation else set()
    if given:
        found |= {f"{given} {family}", f"{family}, {given}", f"{title} {given} {family}", f"{given[0]}. {family}"}
    return {" ".join(item.split()) for item in found} - {family}


def test_no_person_of_the_lists_is_in_the_package(repository: Root, real_package: Path) -> None:
    rows = [
        row for name in repository.datasets() for row in csv.DictReader(io.StringIO(read_text(repository.records / name / "persons.csv"), newline=""))
    ]
    assert len(rows) > 50
    words = {spelling for row in rows for spelling in spellings(row)}
    families = {row["family"] for row in rows} - Persons.read(repository).common
    assert len(families) > 30
    quick = re.compile("|".join(re.escape(row["family"]) for row in rows))
    slow = re.compile("|".join(re.escape(word) for word in sorted(words)), re.IGNORECASE)
    alone = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(families)))})(?!\w)")
    looked = 0
    for name, text in every_text(real_package):
        looked += 1
        if quick.search(text):
            assert not slow.search(text), name
            assert not alone.search(text), name
    assert looked > 10_000


def test_the_shapes_for_the_public_are_content(repository: Root, real_package: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=str(real_package / "download" / "dresden-2026" / "dresden-2026.trig"), format=ox.RdfFormat.TRIG)
    report = validate(store, repository.shipped("shapes"), Profile.public)
    assert [item for item in report.findings if item.severity == "Violation"] == []


@pytest.fixture(scope="module")
def persons() -> Persons:
    return Persons.of(PEOPLE, CHOSEN)


@pytest.mark.parametrize(
    "text",
    [
        "Mitglied (Fr. Dr. Ada Beispiel)",
        "fr. dr. ADA BEISPIEL",
        "Ada Beispiel",
        "Beispiel, Ada",
        "Ada\u00a0Beispiel",
        "Ada\nBeispiel",
        "Herrn Beispiel",
        "Prof. Dr. Beispiel",
        "A. Beispiel",
        "Beispiel",
        "Frau Darmstadt",
        "Hr. Darmstadt",
        "die Starke sagt",
        "https://example.org/id/person/x-ada-beispiel",
        "Ad&#97; Beispiel",
        "\\u0041da Beispiel",
        "Ada%20Beispiel",
    ],
)
def test_a_person_is_found(persons: Persons, text: str) -> None:
    assert persons.find(text)


@pytest.mark.parametrize(
    "text", ["zum Beispielsweise", "starke Partner", "Stadt Darmstadt", "Darmstadt", "Darmstadt, Stadt", "Beispielhaft", "Netzwerk Rad", ""]
)
def test_a_word_is_no_person(persons: Persons, text: str) -> None:
    assert not persons.find(text)


def test_a_common_family_name_is_one_that_people_chose_for_something_else(persons: Persons) -> None:
    assert persons.common == {"Darmstadt"}
