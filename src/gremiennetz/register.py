"""The register: which record means which body, decided by people in files that git shows (``data/register/``).

``bodies.csv`` knows the bodies across all sets, ``aliases.csv`` their other names, ``decisions/<set>.csv`` which record is which body and why,
``fields.csv`` what a body deals with, ``persons.csv`` and ``mentions.csv`` the same for people. Nothing here is guessed: a record
without a decision keeps a provisional body of its own until somebody decides.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import MAX_BYTES, Row, read_table
from gremiennetz.records import HTTP, Dataset
from gremiennetz.records.model import SLUG

BODY_COLUMNS = ("body", "label", "short", "kind", "legal_form", "umbrella", "municipality", "wikidata", "note")
ALIAS_COLUMNS = ("alias", "body")
DECISION_COLUMNS = ("record", "body", "judgement", "justification", "author", "date", "comment")
FIELD_COLUMNS = ("body", "field", "justification")
PERSON_COLUMNS = ("person", "title", "given", "family", "note")
MENTION_COLUMNS = ("dataset", "record", "mention", "person", "justification", "author", "date")
LINK_COLUMNS = ("thing", "link", "justification", "author", "date")
MERGED_COLUMNS = ("old", "body", "date", "comment")
LINKED = ("municipality", "unit", "body")
JUDGEMENTS = ("same", "different", "unsure")
MAX_BODIES = 4 * MAX_BYTES
"""The bodies of a country stand in one file: 640,000 of 2,000 cities take 90 MB."""


@attrs.frozen
class Body:
    """A body as the register knows it. ``kind`` and ``legal_form`` are local names of vocabularies; ``umbrella`` is the direct parent.

    ``municipality`` is the city that the body belongs to (its own ``Bildungsbeirat``), empty for one that any city may take part in.
    """

    id: str
    label: str
    short: str = ""
    kind: str = "undecided"
    legal_form: str = ""
    umbrella: str = ""
    municipality: str = ""
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
class Link:
    """A reviewed link to the same thing elsewhere: OParl, Wikidata, GND, an official key. No other link is published."""

    thing: str
    """The end of our IRI, such as ``unit/musterstadt-hauptamt`` or ``body/kgst``."""
    link: str
    justification: str
    author: str
    date: str
    row: int


@attrs.frozen
class Field:
    """A policy field of a body, with the reason."""

    body: str
    field: str
    justification: str
    row: int


@attrs.frozen(slots=False)
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
    links: tuple[Link, ...] = ()

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

    def bound_elsewhere(self, body: Body, municipality: str) -> Body | None:
        """Return the body that keeps another city out: the body itself or one above it that belongs to one city, and not to this one."""
        return next((item for item in (body, *self.above(body)) if item.municipality not in {"", municipality}), None)

    @cached_property
    def _by_set(self) -> dict[str, list[Decision]]:
        found: dict[str, list[Decision]] = {}
        for item in self.decisions:
            found.setdefault(item.dataset, []).append(item)
        return found

    @cached_property
    def _by_thing(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for item in self.links:
            found.setdefault(item.thing, []).append(item.link)
        return found

    def links_of(self, thing: str) -> list[str]:
        """Return the reviewed links of a thing, by the end of its IRI."""
        return self._by_thing.get(thing, [])

    def decisions_on(self, dataset: str) -> list[Decision]:
        """Return the judgements on the records of one set, in the order of their file."""
        return self._by_set.get(dataset, [])

    def body_of(self, dataset: str) -> dict[str, str]:
        """Return record id → body id for one set, as far as decided."""
        return {item.record: item.body for item in self.decisions_on(dataset) if item.judgement == "same"}


def key(text: str) -> str:
    """Return the form in which an alias is looked up exactly: NFKC, casefold, single spaces, no quotes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip("\"'„“ ").split())


class _Reading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def rows(self, name: str, columns: tuple[str, ...], most: int = MAX_BYTES) -> list[Row]:
        path = self.folder / name
        if not path.exists():
            return []
        try:
            return read_table(path, columns, f"data/register/{name}", most)
        except InputError as error:
            self.problems.extend(error.problems)
            return []

    def add(self, name: str, row: int, column: str, message: str) -> None:
        self.problems.append(Problem(f"data/register/{name}", message, row=row, column=column))

    def new_id(self, name: str, row: Row, column: str, seen: dict[str, int]) -> None:
        """Check that a cell is an id that no row before has."""
        value = row.cells[column]
        if not SLUG.fullmatch(value):
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


def read_register(folder: Path, kinds: Mapping[str, str], forms: Mapping[str, str], fields: Mapping[str, str], *, decisions: bool = True) -> Register:
    """Read the register; a file that does not exist is an empty one.

    ``kinds``, ``forms`` and ``fields`` are the names that the vocabularies allow. The decisions on a country's sets are more than all else together:
    without ``decisions`` they are left out, to be read set by set (``with_decisions``). Raises ``InputError`` with the problems of all files.
    """
    reading = _Reading(folder)
    if (folder / "decisions.csv").exists():
        reading.problems.append(Problem("data/register/decisions.csv", "is not read; decisions on a set stand in decisions/<set>.csv"))
    bodies = _bodies(reading, kinds, forms)
    aliases = _aliases(reading, bodies)
    judged = _decisions(reading, bodies) if decisions else ()
    assigned = _fields(reading, bodies, fields)
    persons = _persons(reading)
    mentions, mention_rows = _mentions(reading, persons)
    merged = _merged(reading, bodies)
    links = _links(reading, bodies)
    if reading.problems:
        raise InputError(reading.problems)
    return Register(bodies, aliases, judged, assigned, persons, mentions, merged, mention_rows, links)


def with_decisions(register: Register, folder: Path, dataset: str) -> Register:
    """Return the register with the decisions on one set and no others. Raises ``InputError`` with the problems of their file."""
    reading = _Reading(folder)
    decisions = tuple(_decisions_on(dataset, reading, register.bodies))
    if reading.problems:
        raise InputError(reading.problems)
    return attrs.evolve(register, decisions=decisions)


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
    for row in reading.rows(name, BODY_COLUMNS, MAX_BODIES):
        cells, number = row.cells, row.number
        body = Body(
            cells["body"],
            cells["label"],
            cells["short"],
            cells["kind"],
            cells["legal_form"],
            cells["umbrella"],
            cells["municipality"],
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
        if body.municipality and not SLUG.fullmatch(body.municipality):
            reading.add(name, number, "municipality", f"{body.municipality!r} is no id of a municipality such as musterstadt")
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


def decisions_path(folder: Path, dataset: str) -> Path:
    """Return the file with the decisions on a set, in the folder of the register."""
    return folder / "decisions" / f"{dataset}.csv"


def decisions_file(dataset: str) -> str:
    """Return how messages call the file with the decisions on a set."""
    return f"data/register/decisions/{dataset}.csv"


def _decisions(reading: _Reading, bodies: Mapping[str, Body]) -> tuple[Decision, ...]:
    return tuple(item for name in _judged_sets(reading.folder) for item in _decisions_on(name, reading, bodies))


def _judged_sets(folder: Path) -> list[str]:
    """Return the names of the sets that there are decisions on."""
    return sorted(path.stem for path in (folder / "decisions").glob("*.csv"))


def _decisions_on(dataset: str, reading: _Reading, bodies: Mapping[str, Body]) -> list[Decision]:
    name = f"decisions/{dataset}.csv"
    decisions = []
    chosen: dict[str, Decision] = {}
    judged: dict[tuple[str, str], Decision] = {}
    for row in reading.rows(name, DECISION_COLUMNS):
        item = Decision(dataset, **row.cells, row=row.number)
        if bodies and item.body not in bodies:
            reading.add(name, row.number, "body", f"there is no body {item.body!r}")
        if item.judgement not in JUDGEMENTS:
            reading.add(name, row.number, "judgement", f"{item.judgement!r} is no judgement; wanted one of: {', '.join(JUDGEMENTS)}")
        for column in ("justification", "author"):
            if not row.cells[column].strip():
                reading.add(name, row.number, column, "is empty")
        reading.date(name, row)
        if item.judgement == "same":
            other = chosen.setdefault(item.record, item)
            if other.body != item.body:
                message = f"{item.record} is {item.body!r} here and {other.body!r} in row {other.row}; only one can be the same"
                reading.add(name, row.number, "body", message)
        before = judged.setdefault((item.record, item.body), item)
        if before.judgement != item.judgement:
            message = f"{item.record} and {item.body!r} are {item.judgement!r} here and {before.judgement!r} in row {before.row}"
            reading.add(name, row.number, "judgement", message)
        decisions.append(item)
    return decisions


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


def _links(reading: _Reading, bodies: Mapping[str, Body]) -> tuple[Link, ...]:
    name = "links.csv"
    found = []
    seen: dict[tuple[str, str], int] = {}
    for row in reading.rows(name, LINK_COLUMNS):
        item = Link(**row.cells, row=row.number)
        kind, _, thing = item.thing.partition("/")
        if kind not in LINKED or not SLUG.fullmatch(thing):
            reading.add(name, row.number, "thing", f"{item.thing!r} is no thing; wanted: {', '.join(f'{kind}/…' for kind in LINKED)}")
        elif kind == "body" and thing not in bodies:
            reading.add(name, row.number, "thing", f"there is no body {thing!r}")
        if not HTTP.fullmatch(item.link):
            reading.add(name, row.number, "link", f"{item.link!r} is no http(s) address")
        for column in ("justification", "author"):
            if not row.cells[column].strip():
                reading.add(name, row.number, column, "is empty")
        reading.date(name, row)
        if seen.setdefault((item.thing, item.link), row.number) != row.number:
            reading.add(name, row.number, "link", f"is already in row {seen[item.thing, item.link]}")
        found.append(item)
    return tuple(found)


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


def check_sets(folder: Path, register: Register, datasets: Iterable[str]) -> list[Problem]:
    """Check that the register speaks of no set that does not exist."""
    known = set(datasets)
    problems = [Problem(decisions_file(name), f"there is no set {name!r} in data/records") for name in _judged_sets(folder) if name not in known]
    return problems + [_no_mention(register, key) for key in register.mentions if key[0] not in known]


def check_set(register: Register, dataset: Dataset) -> list[Problem]:
    """Check what the register says about one set."""
    problems = []
    for item in register.decisions_on(dataset.id):
        if item.record not in dataset.records:
            message = f"there is no record {item.record!r} in the set {dataset.id!r}"
            problems.append(Problem(decisions_file(dataset.id), message, row=item.row, column="record"))
    there = {(dataset.id, item.record, item.person) for item in dataset.mentions}
    problems += [_no_mention(register, key) for key in register.mentions if key[0] == dataset.id and key not in there]
    return problems + guards(dataset, register)


def _no_mention(register: Register, key: tuple[str, str, str]) -> Problem:
    dataset, record, mention = key
    message = f"{dataset}/{record} does not mention {mention!r}"
    return Problem("data/register/mentions.csv", message, row=register.mention_rows.get(key), column="mention")


def guards(dataset: Dataset, register: Register) -> list[Problem]:
    """Check what must hold between the rows and the register.

    A body that belongs to one city takes no row of another. A row that puts an umbrella in front has to mean a body below an umbrella of that
    name, unless the cell itself is uncertain: rows with different parents are never one body. (Two kinds or two parents of one body cannot be
    written down, and a ``different`` against a ``same`` is found when the register is read.)
    """
    problems = _bound_elsewhere(dataset, register)
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


def _bound_elsewhere(dataset: Dataset, register: Register) -> list[Problem]:
    problems = []
    for item in register.decisions_on(dataset.id):
        body = register.bodies.get(item.body)
        if item.judgement != "same" or body is None:
            continue
        bound = register.bound_elsewhere(body, dataset.municipality)
        if bound:
            message = f"{item.record} is of {dataset.municipality!r}, but {bound.id} (bodies.csv row {bound.row}) belongs to {bound.municipality!r}"
            problems.append(Problem(decisions_file(dataset.id), message, row=item.row, column="body"))
    return problems
