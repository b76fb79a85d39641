"""The register: which record means which body, decided by people in files that git shows (``data/register/``).

``bodies.csv`` knows the bodies across all sets, ``aliases.csv`` their other names, ``decisions.csv`` which record is which body and why,
``fields.csv`` what a body deals with, ``persons.csv`` and ``mentions.csv`` the same for people. Nothing here is guessed: a record
without a decision keeps a provisional body of its own until somebody decides.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import Row, read_table
from gremiennetz.records import Dataset

BODY_COLUMNS = ("body", "label", "short", "kind", "legal_form", "umbrella", "wikidata", "note")
ALIAS_COLUMNS = ("alias", "body")
DECISION_COLUMNS = ("dataset", "record", "body", "judgement", "justification", "author", "date", "comment")
FIELD_COLUMNS = ("body", "field", "justification")
PERSON_COLUMNS = ("person", "title", "given", "family", "note")
MENTION_COLUMNS = ("dataset", "record", "mention", "person", "justification", "author", "date")
MERGED_COLUMNS = ("old", "body", "date", "comment")
JUDGEMENTS = ("same", "different", "unsure")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@attrs.frozen
class Body:
    """A body as the register knows it. ``kind`` and ``legal_form`` are local names of vocabularies; ``umbrella`` is the direct parent."""

    id: str
    label: str
    short: str = ""
    kind: str = "undecided"
    legal_form: str = ""
    umbrella: str = ""
    wikidata: str = ""
    note: str = ""
    row: int = 0


@attrs.frozen
class Decision:
    """One person's judgement on one record."""

    dataset: str
    record: str
    body: str
    judgement: str
    justification: str
    author: str
    date: str
    comment: str = ""
    row: int = 0


@attrs.frozen
class Person:
    """A natural person, known across records."""

    id: str
    title: str
    given: str
    family: str
    note: str = ""


@attrs.frozen
class Field:
    """A policy field of a body, with the reason."""

    body: str
    field: str
    justification: str
    row: int


@attrs.frozen
class Register:
    """All that is known across sets."""

    bodies: dict[str, Body]
    aliases: dict[str, tuple[str, ...]]
    """Body id → its other names, as listed."""
    decisions: tuple[Decision, ...]
    fields: tuple[Field, ...]
    persons: dict[str, Person]
    mentions: dict[tuple[str, str, str], str]
    """Set, record and mention (``person`` of ``persons.csv``) → person id."""
    merged: dict[str, str]
    """Former body id → the id that it redirects to."""
    mention_rows: dict[tuple[str, str, str], int] = attrs.field(factory=dict)
    """Where ``mentions`` stand, for messages."""

    def names(self, body: Body) -> list[str]:
        """Return all names of a body: label, abbreviation, aliases."""
        return [name for name in (body.label, body.short, *self.aliases.get(body.id, ())) if name]

    def above(self, body: Body) -> list[Body]:
        """Return the bodies above a body, the nearest first."""
        chain: list[Body] = []
        while body.umbrella and body.umbrella in self.bodies:
            body = self.bodies[body.umbrella]
            chain.append(body)
        return chain

    def body_of(self, dataset: str) -> dict[str, str]:
        """Return record id → body id for one set, as far as decided."""
        return {item.record: item.body for item in self.decisions if item.dataset == dataset and item.judgement == "same"}


def key(text: str) -> str:
    """Return the form in which an alias is looked up exactly: NFKC, casefold, single spaces, no quotes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip("\"'„“ ").split())


class _Reading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def rows(self, name: str, columns: tuple[str, ...]) -> list[Row]:
        path = self.folder / name
        if not path.exists():
            return []
        try:
            return read_table(path, columns, f"data/register/{name}")
        except InputError as error:
            self.problems.extend(error.problems)
            return []

    def add(self, name: str, row: int, column: str, message: str) -> None:
        self.problems.append(Problem(f"data/register/{name}", message, row=row, column=column))

    def new_id(self, name: str, row: Row, column: str, seen: dict[str, int]) -> None:
        """Check that a cell is an id that no row before has."""
        value = row.cells[column]
        if not _SLUG.fullmatch(value):
            self.add(name, row.number, column, f"{value!r} is no id; wanted: lower-case letters, digits and hyphens")
        if seen.setdefault(value, row.number) != row.number:
            self.add(name, row.number, column, f"the id {value!r} is already used in row {seen[value]}")

    def date(self, name: str, row: Row) -> None:
        """Check that the cell ``date`` is one."""
        value = row.cells["date"]
        try:
            fits = dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            fits = False
        if not fits:
            self.add(name, row.number, "date", f"{value!r} is no date; wanted: 2026-11-22")


def read_register(folder: Path, kinds: Mapping[str, str], forms: Mapping[str, str], fields: Mapping[str, str]) -> Register:
    """Read the register; a file that does not exist is an empty one.

    ``kinds``, ``forms`` and ``fields`` are the names that the vocabularies allow. Raises ``InputError`` with the problems of all files.
    """
    reading = _Reading(folder)
    bodies = _bodies(reading, kinds, forms)
    aliases = _aliases(reading, bodies)
    decisions = _decisions(reading, bodies)
    assigned = _fields(reading, bodies, fields)
    persons = _persons(reading)
    mentions, mention_rows = _mentions(reading, persons)
    merged = _merged(reading, bodies)
    if reading.problems:
        raise InputError(reading.problems)
    return Register(bodies, aliases, decisions, assigned, persons, mentions, merged, mention_rows)


def _persons(reading: _Reading) -> dict[str, Person]:
    name = "persons.csv"
    persons: dict[str, Person] = {}
    seen: dict[str, int] = {}
    for row in reading.rows(name, PERSON_COLUMNS):
        cells = row.cells
        reading.new_id(name, row, "person", seen)
        if not cells["family"].strip():
            reading.add(name, row.number, "family", "is empty")
        persons[cells["person"]] = Person(cells["person"], cells["title"], cells["given"], cells["family"], cells["note"])
    return persons


def _bodies(reading: _Reading, kinds: Mapping[str, str], forms: Mapping[str, str]) -> dict[str, Body]:
    name = "bodies.csv"
    bodies: dict[str, Body] = {}
    seen: dict[str, int] = {}
    for row in reading.rows(name, BODY_COLUMNS):
        cells, number = row.cells, row.number
        body = Body(
            cells["body"],
            cells["label"],
            cells["short"],
            cells["kind"],
            cells["legal_form"],
            cells["umbrella"],
            cells["wikidata"],
            cells["note"],
            number,
        )
        reading.new_id(name, row, "body", seen)
        if not body.label.strip():
            reading.add(name, number, "label", "is empty")
        if body.kind not in kinds:
            reading.add(name, number, "kind", f"{body.kind!r} is no kind; wanted one of: {', '.join(kinds)}")
        if body.legal_form and body.legal_form not in forms:
            reading.add(name, number, "legal_form", f"{body.legal_form!r} is no legal form; wanted one of: {', '.join(forms)}")
        if body.wikidata and not re.fullmatch(r"Q[1-9]\d*", body.wikidata):
            reading.add(name, number, "wikidata", f"{body.wikidata!r} is no Wikidata id such as Q1234")
        bodies[body.id] = body
    for body in bodies.values():
        if body.umbrella and body.umbrella not in bodies:
            reading.add(name, body.row, "umbrella", f"there is no body {body.umbrella!r}")
        chain, above = [body.id], body.umbrella
        while above in bodies and above not in chain:
            chain.append(above)
            above = bodies[above].umbrella
        if above and above in chain:
            rows = ", ".join(f"{item} (row {bodies[item].row})" for item in chain)
            reading.add(name, body.row, "umbrella", f"the umbrellas run in a circle: {rows}")
    return bodies


def _aliases(reading: _Reading, bodies: Mapping[str, Body]) -> dict[str, tuple[str, ...]]:
    name = "aliases.csv"
    found: dict[str, list[str]] = {}
    seen: dict[str, tuple[str, int]] = {}
    for row in reading.rows(name, ALIAS_COLUMNS):
        alias, body = row.cells["alias"], row.cells["body"]
        if body not in bodies:
            reading.add(name, row.number, "body", f"there is no body {body!r}")
        if not alias.strip():
            reading.add(name, row.number, "alias", "is empty")
        if alias.casefold() in seen:
            other, number = seen[alias.casefold()]
            reading.add(name, row.number, "alias", f"{alias!r} already stands for {other!r} in row {number}")
        seen[alias.casefold()] = (body, row.number)
        found.setdefault(body, []).append(alias)
    return {body: tuple(names) for body, names in found.items()}


def _decisions(reading: _Reading, bodies: Mapping[str, Body]) -> tuple[Decision, ...]:
    name = "decisions.csv"
    decisions = []
    chosen: dict[tuple[str, str], Decision] = {}
    judged: dict[tuple[str, str, str], Decision] = {}
    for row in reading.rows(name, DECISION_COLUMNS):
        item = Decision(**row.cells, row=row.number)
        if item.body not in bodies:
            reading.add(name, row.number, "body", f"there is no body {item.body!r}")
        if item.judgement not in JUDGEMENTS:
            reading.add(name, row.number, "judgement", f"{item.judgement!r} is no judgement; wanted one of: {', '.join(JUDGEMENTS)}")
        for column in ("justification", "author"):
            if not row.cells[column].strip():
                reading.add(name, row.number, column, "is empty")
        reading.date(name, row)
        if item.judgement == "same":
            other = chosen.setdefault((item.dataset, item.record), item)
            if other.body != item.body:
                message = f"{item.record} is {item.body!r} here and {other.body!r} in row {other.row}; only one can be the same"
                reading.add(name, row.number, "body", message)
        before = judged.setdefault((item.dataset, item.record, item.body), item)
        if before.judgement != item.judgement:
            message = f"{item.record} and {item.body!r} are {item.judgement!r} here and {before.judgement!r} in row {before.row}"
            reading.add(name, row.number, "judgement", message)
        decisions.append(item)
    return tuple(decisions)


def _fields(reading: _Reading, bodies: Mapping[str, Body], fields: Mapping[str, str]) -> tuple[Field, ...]:
    name = "fields.csv"
    found = []
    for row in reading.rows(name, FIELD_COLUMNS):
        item = Field(**row.cells, row=row.number)
        if item.body not in bodies:
            reading.add(name, row.number, "body", f"there is no body {item.body!r}")
        if item.field not in fields:
            reading.add(name, row.number, "field", f"{item.field!r} is no policy field; wanted one of: {', '.join(fields)}")
        if not item.justification.strip():
            reading.add(name, row.number, "justification", "is empty")
        found.append(item)
    return tuple(found)


def _mentions(reading: _Reading, persons: Mapping[str, Person]) -> tuple[dict[tuple[str, str, str], str], dict[tuple[str, str, str], int]]:
    name = "mentions.csv"
    found: dict[tuple[str, str, str], str] = {}
    rows: dict[tuple[str, str, str], int] = {}
    for row in reading.rows(name, MENTION_COLUMNS):
        cells = row.cells
        if cells["person"] not in persons:
            reading.add(name, row.number, "person", f"there is no person {cells['person']!r} in persons.csv")
        if not cells["justification"].strip():
            reading.add(name, row.number, "justification", "is empty")
        reading.date(name, row)
        key = (cells["dataset"], cells["record"], cells["mention"])
        rows.setdefault(key, row.number)
        if found.setdefault(key, cells["person"]) != cells["person"]:
            reading.add(name, row.number, "person", f"{cells['mention']!r} of {cells['record']} already is {found[key]!r}")
    return found, rows


def _merged(reading: _Reading, bodies: Mapping[str, Body]) -> dict[str, str]:
    name = "merged.csv"
    found = {}
    seen: dict[str, int] = {}
    for row in reading.rows(name, MERGED_COLUMNS):
        old, new = row.cells["old"], row.cells["body"]
        reading.new_id(name, row, "old", seen)
        if old in bodies:
            reading.add(name, row.number, "old", f"{old!r} is still in bodies.csv; a merged id is never used again")
        if new not in bodies:
            reading.add(name, row.number, "body", f"there is no body {new!r}")
        found[old] = new
    return found


def check_against(register: Register, datasets: Iterable[Dataset]) -> list[Problem]:
    """Check the register against the sets: decisions and mentions name records that exist, and the rows agree with it (``guards``)."""
    known = {dataset.id: dataset for dataset in datasets}
    problems = []
    for item in register.decisions:
        dataset = known.get(item.dataset)
        if dataset is None or item.record not in dataset.records:
            message = f"there is no record {item.record!r} in the set {item.dataset!r}"
            problems.append(Problem("data/register/decisions.csv", message, row=item.row, column="record"))
    for dataset_id, record, mention in register.mentions:
        dataset = known.get(dataset_id)
        if dataset is None or not any(item.record == record and item.person == mention for item in dataset.mentions):
            message = f"{dataset_id}/{record} does not mention {mention!r}"
            row = register.mention_rows.get((dataset_id, record, mention))
            problems.append(Problem("data/register/mentions.csv", message, row=row, column="mention"))
    return problems + [problem for dataset in known.values() for problem in guards(dataset, register)]


def guards(dataset: Dataset, register: Register) -> list[Problem]:
    """Check what must hold between the rows and the register.

    A row that puts an umbrella in front has to mean a body below an umbrella of that name, unless the cell itself is uncertain: rows with
    different parents are never one body. (Two kinds or two parents of one body cannot be written down, and a ``different`` against a ``same``
    is found when the register is read.)
    """
    problems = []
    decided = register.body_of(dataset.id)
    for record in dataset.records.values():
        body = register.bodies.get(decided.get(record.id, ""))
        umbrella = record.text("umbrella")
        if body is None or not umbrella or "umbrella" in record.uncertain:
            continue
        names = {key(name) for item in (body, *register.above(body)) for name in register.names(item)}
        if key(umbrella) not in names:
            message = (
                f"puts „{umbrella}“ in front, but {body.id} (bodies.csv row {body.row}) stands below "
                f"{' / '.join(item.id for item in register.above(body)) or 'no umbrella'}; add the umbrella or the alias"
            )
            problems.append(Problem(f"data/records/{dataset.id}/{record.file}", message, row=record.row, column="umbrella"))
    return problems
