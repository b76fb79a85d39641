"""Records: a city's table as files that people wrote by reading, one row of the table per record.

A set lies in ``data/records/<set>/``: ``dataset.toml`` (city, document), ``units.csv``, any number of tables of records, ``persons.csv`` and
``ledger.csv``. Columns and their meaning: docs/records.md. Reading a set reports the problems of all its files at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import Row, read_table, read_text, read_toml
from gremiennetz.ledger import Balance, Claim, balance, parse_lines
from gremiennetz.places import Root
from gremiennetz.readers.person import read_person

TEXT_COLUMNS = ("umbrella", "name", "status", "reach", "participation", "purpose", "cost")
"""The cells of a record that hold words of the source."""

RECORD_COLUMNS = (
    "record", "unit", "umbrella", "name", "status", "reach", "participation", "purpose", "cost",
    "lines_name", "lines_umbrella", "lines_status", "lines_reach", "lines_participation", "lines_purpose", "lines_cost", "uncertain", "note",
)  # fmt: skip
UNIT_COLUMNS = ("unit", "label", "code", "kind", "parent", "lines", "oparl", "note")
PERSON_COLUMNS = ("record", "person", "text", "title", "given", "family", "role", "on_behalf_of", "lines")
LEDGER_COLUMNS = ("lines", "kind", "text", "reason")
LEDGER_KINDS = ("title", "column-header", "heading", "footnote", "split")
UNCERTAIN_COLUMNS = ("unit", *TEXT_COLUMNS)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HTTP = re.compile(r"https?://[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*(?::\d{1,5})?(?:/[\w.~!$&'()*+,;=:@/-]*)?(?:\?[\w.~!$&'()*+,;=:@/?-]*)?", re.ASCII)
"""An http(s) address as files may name one: plain ASCII without percent signs, so that it is an IRI to every library."""


@attrs.frozen
class Cell:
    """Words of the source with the lines they stand on, in the order in which the text runs."""

    text: str
    lines: tuple[int, ...]
    reference: str
    """The lines as the file writes them: ``23-25;28``."""


@attrs.frozen
class Record:
    """One row of the table: one body that a unit takes part in."""

    id: str
    unit: str
    cells: dict[str, Cell]
    """The filled cells by column name (``TEXT_COLUMNS``)."""
    uncertain: tuple[str, ...]
    """Columns whose alignment the source does not settle (``UNCERTAIN_COLUMNS``); ``note`` says why."""
    note: str
    file: str
    row: int

    def text(self, column: str) -> str:
        """Return a cell's words, or an empty text."""
        cell = self.cells.get(column)
        return cell.text if cell else ""


@attrs.frozen
class Unit:
    """A part of the city that takes part in bodies."""

    id: str
    label: str
    code: str
    kind: str
    parent: str
    """Id of the unit above; empty for one that stands directly below the city."""
    lines: str
    oparl: str
    note: str
    row: int


@attrs.frozen
class Mention:
    """A place where the source names a natural person."""

    record: str
    person: str
    text: str
    title: str
    given: str
    family: str
    role: str
    on_behalf_of: str
    lines: str
    row: int


@attrs.frozen
class LedgerEntry:
    """Words of the source that belong to no cell, and why; or a word that the extraction glued from two (kind ``split``)."""

    lines: tuple[int, ...]
    kind: str
    text: str
    reason: str
    row: int


@attrs.frozen
class Dataset:
    """A set of records, complete and free of formal problems."""

    id: str
    settings: dict[str, Any]
    """``dataset.toml`` as it stands."""
    units: dict[str, Unit]
    records: dict[str, Record]
    mentions: tuple[Mention, ...]
    ledger: tuple[LedgerEntry, ...]
    source: tuple[str, ...]
    """The document, line by line."""

    def division(self, unit: str) -> str:
        """Return the id of the topmost unit above ``unit``: its Geschäftsbereich."""
        seen = self.units[unit]
        while seen.parent:
            seen = self.units[seen.parent]
        return seen.id

    def footnotes(self) -> dict[str, LedgerEntry]:
        """Return the footnotes of the document by their mark, such as ``1)``."""
        return {entry.text.split(maxsplit=1)[0]: entry for entry in self.ledger if entry.kind == "footnote"}


class _Reading:
    """Collects the problems of all files of a set, so that they are told at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def table(self, name: str, columns: tuple[str, ...]) -> list[Row]:
        try:
            return read_table(self.folder / name, columns, self.shown(name))
        except InputError as error:
            self.problems.extend(error.problems)
            return []

    def shown(self, name: str) -> str:
        return f"data/records/{self.folder.name}/{name}"

    def add(self, name: str, row: Row | int, column: str | None, message: str) -> None:
        number = row.number if isinstance(row, Row) else row
        self.problems.append(Problem(self.shown(name), message, row=number, column=column))

    def lines(self, name: str, row: Row, column: str, last: int) -> tuple[int, ...]:
        try:
            numbers = tuple(parse_lines(row.cells[column]))
        except ValueError as error:
            self.add(name, row, column, str(error))
            return ()
        outside = [number for number in numbers if number > last]
        if outside and last:
            self.add(name, row, column, f"line {outside[0]} is outside the source, which has {last} lines")
            return ()
        return numbers


_SETTINGS: tuple[tuple[str, type, str], ...] = (
    ("dataset.id", str, "the name of the folder"),
    ("dataset.title.de", str, "a German title"),
    ("dataset.title.en", str, "an English title"),
    ("dataset.base", str, "the base of the IRIs, ending in /"),
    ("municipality.id", str, "a short id such as dresden"),
    ("municipality.label", str, "the city's official name"),
    ("document.id", str, "a short id of the document"),
    ("document.title", str, "the document's title"),
    ("document.file", str, "its file in data/source"),
    ("document.year", int, "the year the list describes"),
)
_OPTIONAL = (("document.licence", str, "the terms under which the document may be used"),)


def setting(settings: dict[str, Any], path: str) -> Any:
    """Return a value of ``dataset.toml`` by its dotted path, or ``None``."""
    value: Any = settings
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def read_settings(folder: Path) -> dict[str, Any]:
    """Read and check ``dataset.toml``. Raises ``InputError`` with everything that is missing."""
    shown = f"data/records/{folder.name}/dataset.toml"
    settings = read_toml(folder / "dataset.toml", shown)
    problems: list[Problem] = []

    def check(path: str, fits: Callable[[Any], bool], wanted: str) -> None:
        value = setting(settings, path)
        if value is not None and not any(problem.column == path for problem in problems) and not fits(value):
            problems.append(Problem(shown, f"holds {value!r}; wanted: {wanted}", column=path))

    for path, kind, meaning in (*_SETTINGS, *_OPTIONAL):
        if setting(settings, path) is None and (path, kind, meaning) not in _OPTIONAL:
            problems.append(Problem(shown, f"is missing: {meaning}", column=path))
        check(path, partial(_filled, kind), meaning)
    check("dataset.base", lambda value: bool(HTTP.fullmatch(value)) and value.endswith("/") and "?" not in value, "an http(s) IRI that ends in /")
    check("document.year", lambda value: 1000 <= value <= 9999, "a year of four digits")
    check("document.file", _below, "a file in data/source, such as list.txt")
    for path in ("dataset.id", "municipality.id", "document.id"):
        check(path, lambda value: bool(_SLUG.fullmatch(value)), "lower-case letters, digits and hyphens")
    check("dataset.id", lambda value: value == folder.name, f"the folder's name, {folder.name!r}")
    if problems:
        raise InputError(problems)
    return settings


def _filled(kind: type, value: object) -> bool:
    """Say whether a value is of a kind and no blank text; a truth value is no number, though Python takes it for one."""
    return type(value) is kind and str(value).strip() != ""


def _below(file: str) -> bool:
    """Say whether a path stays below its folder, on every system."""
    parts = file.split("/")
    return not re.search(r'[\x00-\x1f\\:*?"<>|]', file) and ".." not in parts and all(parts)


def record_files(folder: Path) -> list[Path]:
    """Return the tables of records of a set: every CSV that is not one of the three with a fixed name."""
    return sorted(path for path in folder.glob("*.csv") if path.name not in {"units.csv", "persons.csv", "ledger.csv"})


def read_dataset(root: Root, name: str) -> Dataset:
    """Read a set of records.

    Raises ``InputError`` with all problems of all its files: columns, ids, units, line numbers, persons. Whether the words are those of the
    source is a second question, answered by ``check_ledger``.
    """
    folder = root.records / name
    reading = _Reading(folder)
    settings: dict[str, Any] = {}
    source: tuple[str, ...] = ()
    try:
        settings = read_settings(folder)
        file = settings["document"]["file"]
        source = _lines(read_text(root.source / file, f"data/source/{file}"))
    except InputError as error:
        reading.problems.extend(error.problems)
    units = _units(reading, len(source))
    records = _records(reading, units, len(source))
    mentions = _mentions(reading, records, units, source)
    ledger = _ledger(reading, len(source))
    if reading.problems:
        raise InputError(reading.problems)
    return Dataset(name, settings, units, records, tuple(mentions), tuple(ledger), source)


def _lines(text: str) -> tuple[str, ...]:
    """Cut a document at line feeds only, as editors count lines (``str.splitlines`` also cuts at form feeds and Unicode separators)."""
    return tuple(line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))


def _unique(reading: _Reading, name: str, column: str, rows: Iterable[Row]) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in rows:
        value = row.cells[column]
        if not _SLUG.fullmatch(value):
            reading.add(name, row, column, f"{value!r} is no id; wanted: lower-case letters, digits and hyphens")
        elif value in seen:
            reading.add(name, row, column, f"the id {value!r} is already used in row {seen[value]}")
        else:
            seen[value] = row.number
            yield row


def _units(reading: _Reading, last: int) -> dict[str, Unit]:
    name = "units.csv"
    units: dict[str, Unit] = {}
    for row in _unique(reading, name, "unit", reading.table(name, UNIT_COLUMNS)):
        cells = row.cells
        reading.lines(name, row, "lines", last)
        for column in ("label", "kind"):
            if not cells[column].strip():
                reading.add(name, row, column, "is empty")
        if cells["oparl"] and not HTTP.fullmatch(cells["oparl"]):
            reading.add(name, row, "oparl", f"{cells['oparl']!r} is no http(s) address")
        units[cells["unit"]] = Unit(
            cells["unit"],
            cells["label"],
            cells["code"],
            cells["kind"],
            cells["parent"],
            cells["lines"],
            cells["oparl"],
            cells["note"],
            row.number,
        )
    for unit in units.values():
        if unit.parent and unit.parent not in units:
            reading.add(name, unit.row, "parent", f"there is no unit {unit.parent!r}")
        seen, above = {unit.id}, unit.parent
        while above in units and above not in seen:
            seen.add(above)
            above = units[above].parent
        if above in seen:
            reading.add(name, unit.row, "parent", f"{unit.id!r} stands above itself")
    if any(problem.column == "parent" for problem in reading.problems):
        return {key: attrs.evolve(unit, parent="") for key, unit in units.items()}
    return units


def _records(reading: _Reading, units: dict[str, Unit], last: int) -> dict[str, Record]:
    records: dict[str, Record] = {}
    files = record_files(reading.folder)
    if not files:
        reading.problems.append(Problem(reading.shown(""), "holds no table of records"))
    for path in files:
        for row in _unique(reading, path.name, "record", reading.table(path.name, RECORD_COLUMNS)):
            record = _record(reading, path.name, row, units, last)
            if record.id in records:
                other = records[record.id]
                reading.add(path.name, row, "record", f"the id {record.id!r} is already used in {other.file} row {other.row}")
            records[record.id] = record
    return records


def _record(reading: _Reading, file: str, row: Row, units: dict[str, Unit], last: int) -> Record:
    cells = row.cells
    add: Callable[[str, str], None] = lambda column, message: reading.add(file, row, column, message)  # noqa: E731 - a shorthand for this row
    if units and cells["unit"] not in units:
        add("unit", f"there is no unit {cells['unit']!r} in units.csv")
    elif not re.fullmatch(re.escape(cells["unit"]) + r"-\d{2,}", cells["record"]):
        add("record", f"{cells['record']!r} is not the unit, a hyphen and two or more digits")
    if not cells["name"].strip():
        add("name", "is empty; a record is a body that a unit takes part in")
    filled: dict[str, Cell] = {}
    for column in TEXT_COLUMNS:
        text, reference = cells[column], cells[f"lines_{column}"]
        numbers = reading.lines(file, row, f"lines_{column}", last)
        if text and not reference:
            add(column, f"has words and no lines; lines_{column} has to say where they stand")
        elif reference and not text:
            add(column, f"is empty and has the lines {reference}")
        elif text != " ".join(text.split()):
            add(column, "has line breaks, double or outer spaces; the lines of a wrapped cell are joined by one space")
        elif text:
            filled[column] = Cell(text, numbers, reference)
    uncertain = tuple(cells["uncertain"].split())
    for column in uncertain:
        if column not in UNCERTAIN_COLUMNS:
            add("uncertain", f"{column!r} is no column; wanted some of: {' '.join(UNCERTAIN_COLUMNS)}")
    if uncertain and not cells["note"].strip():
        add("note", "is empty; it has to say why a cell is uncertain and what else it could be")
    return Record(cells["record"], cells["unit"], filled, uncertain, cells["note"], file, row.number)


def _mentions(reading: _Reading, records: dict[str, Record], units: dict[str, Unit], source: tuple[str, ...]) -> list[Mention]:
    name = "persons.csv"
    mentions = []
    for row in reading.table(name, PERSON_COLUMNS):
        cells = row.cells
        lines = reading.lines(name, row, "lines", len(source))
        if lines and source:
            there = " ".join(source[number - 1] for number in lines)
            missing = [word for word in cells["text"].split() if word not in there]
            if missing:
                reading.add(name, row, "text", f"{missing[0]!r} does not stand on the lines {cells['lines']}")
        if not _SLUG.fullmatch(cells["person"]):
            reading.add(name, row, "person", f"{cells['person']!r} is no id; wanted: lower-case letters, digits and hyphens")
        if not cells["family"].strip():
            reading.add(name, row, "family", "is empty")
        name_read = read_person(cells["text"])
        for column, value in (("title", name_read.title), ("given", name_read.given), ("family", name_read.family)):
            if cells[column] != value:
                reading.add(name, row, column, f"holds {cells[column]!r}, the text {cells['text']!r} says {value!r}")
        if cells["on_behalf_of"] and units and cells["on_behalf_of"] not in units:
            reading.add(name, row, "on_behalf_of", f"there is no unit {cells['on_behalf_of']!r} in units.csv")
        record = records.get(cells["record"])
        if records and record is None:
            reading.add(name, row, "record", f"there is no record {cells['record']!r}")
        if record is not None:
            cell_texts = " ".join(cell.text for cell in record.cells.values())
            missing = [word for word in cells["text"].split() if word.strip("();/,") not in cell_texts]
            if missing:
                reading.add(name, row, "text", f"{missing[0]!r} stands in no cell of the record {record.id}")
        mentions.append(Mention(**cells, row=row.number))
    return mentions


def _ledger(reading: _Reading, last: int) -> list[LedgerEntry]:
    name = "ledger.csv"
    entries = []
    for row in reading.table(name, LEDGER_COLUMNS):
        cells = row.cells
        lines = reading.lines(name, row, "lines", last)
        if cells["kind"] not in LEDGER_KINDS:
            reading.add(name, row, "kind", f"{cells['kind']!r} is no kind; wanted one of: {', '.join(LEDGER_KINDS)}")
        for column in ("text", "reason"):
            if not cells[column].strip():
                reading.add(name, row, column, "is empty")
        if cells["kind"] == "split" and (len(lines) != 1 or "|" not in cells["text"]):
            reading.add(name, row, "text", "a split names one line, and parts one word with |")
        entries.append(LedgerEntry(lines, cells["kind"], cells["text"], cells["reason"], row.number))
    return entries


def read_datasets(root: Root) -> list[Dataset]:
    """Read all sets of a root. Raises ``InputError`` with the problems of all of them."""
    sets, problems = [], []
    for name in root.datasets():
        try:
            sets.append(read_dataset(root, name))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return sets


def claims(dataset: Dataset) -> Iterator[Claim]:
    """Yield what the cells and the ledger say they use of the source; a cell that the sub-bodies of one row share is one claim."""
    shared: set[tuple[object, ...]] = set()
    for record in dataset.records.values():
        umbrella = record.cells.get("umbrella")
        for column, cell in record.cells.items():
            key = (record.unit, umbrella.lines if umbrella else record.id, column, cell.lines, cell.text)
            if key in shared:
                continue
            shared.add(key)
            owner = f"{record.file} row {record.row} {column} ({record.id})"
            yield Claim(owner, cell.lines, cell.text, dataset.division(record.unit))
    for entry in dataset.ledger:
        if entry.kind != "split":
            yield Claim(f"ledger.csv row {entry.row}", entry.lines, entry.text, f"ledger: {entry.kind}")


def check_ledger(dataset: Dataset) -> tuple[Balance, list[Problem]]:
    """Prove that every word of the source is used exactly once; return the balance and, where it does not close, the problems."""
    splits: dict[int, list[str]] = {}
    for entry in dataset.ledger:
        if entry.kind == "split":
            splits.setdefault(entry.lines[0], []).append(entry.text)
    result = balance(dataset.source, claims(dataset), splits)
    source = f"data/source/{dataset.settings['document']['file']}"
    problems = [Problem(source if defect.owner == "source" else defect.owner, defect.message, lines=defect.lines) for defect in result.defects]
    return result, problems
