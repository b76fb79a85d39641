"""Reading a set of records from its files, with the problems of all of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import Row, read_table, read_text, verbatim
from gremiennetz.ledger import parse_lines
from gremiennetz.places import Root
from gremiennetz.readers.person import read_person
from gremiennetz.records.model import (
    FACT_COLUMNS,
    LEDGER_COLUMNS,
    LEDGER_KINDS,
    PERSON_COLUMNS,
    PLACE_COLUMNS,
    RECORD_COLUMNS,
    SLUG,
    TABLE_COLUMNS,
    TEXT_COLUMNS,
    UNCERTAIN_COLUMNS,
    UNIT_COLUMNS,
    Cell,
    Dataset,
    Facts,
    LedgerEntry,
    Mention,
    Place,
    Record,
    Unit,
    document_kind,
)
from gremiennetz.records.settings import HTTP, read_settings


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


def record_files(folder: Path) -> list[Path]:
    """Return the tables of records of a transcribed set: every CSV that is not one of the three with a fixed name."""
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
    table = False
    try:
        settings = read_settings(folder)
        table = document_kind(settings) == "table"
        source = _source(root, settings["document"]["file"], table=table)
    except InputError as error:
        reading.problems.extend(error.problems)
    units = _units(reading, len(source))
    records = _table(reading, units) if table else _records(reading, units, len(source))
    named = not table or (folder / "persons.csv").exists()
    mentions = _mentions(reading, records, units, source) if named else []
    ledger = [] if table else _ledger(reading, len(source))
    if reading.problems:
        raise InputError(reading.problems)
    return Dataset(name, settings, units, records, tuple(mentions), tuple(ledger), source)


def _source(root: Root, file: str, *, table: bool) -> tuple[str, ...]:
    """Return the lines of a document that was transcribed; a table only has to be there (reading it is the work of a mapping)."""
    shown = f"data/source/{file}"
    if not table:
        return _lines(read_text(root.source / file, shown))
    if not (root.source / file).is_file():
        raise InputError([Problem(shown, f"does not exist (looked for at {root.source / file})")])
    return ()


def _lines(text: str) -> tuple[str, ...]:
    """Cut a document at line feeds only, as editors count lines (``str.splitlines`` also cuts at form feeds and Unicode separators)."""
    return tuple(line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))


def _unique(reading: _Reading, name: str, column: str, rows: Iterable[Row]) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in rows:
        value = row.cells[column]
        if not SLUG.fullmatch(value):
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
    filled: dict[str, Cell] = {}
    for column in TEXT_COLUMNS:
        text, reference = cells[column], cells[f"lines_{column}"]
        numbers = reading.lines(file, row, f"lines_{column}", last)
        if text and not reference:
            add(column, f"has words and no lines; lines_{column} has to say where they stand")
        elif reference and not text:
            add(column, f"is empty and has the lines {reference}")
        elif _fits(text, column, add) and text:
            filled[column] = Cell(text, numbers, reference)
    return Record(cells["record"], cells["unit"], filled, _common(row, units, add), cells["note"], file, row.number)


def _common(row: Row, units: dict[str, Unit], add: Callable[[str, str], None]) -> tuple[str, ...]:
    """Check what every kind of record has, and return its uncertain columns."""
    cells = row.cells
    if units and cells["unit"] not in units:
        add("unit", f"there is no unit {cells['unit']!r} in units.csv")
    elif not re.fullmatch(re.escape(cells["unit"]) + r"-\d{2,}", cells["record"]):
        add("record", f"{cells['record']!r} is not the unit, a hyphen and two or more digits")
    if not cells["name"].strip():
        add("name", "is empty; a record is a body that a unit takes part in")
    uncertain = tuple(cells["uncertain"].split())
    for column in uncertain:
        if column not in UNCERTAIN_COLUMNS:
            add("uncertain", f"{column!r} is no column; wanted some of: {' '.join(UNCERTAIN_COLUMNS)}")
    if uncertain and not cells["note"].strip():
        add("note", "is empty; it has to say why a cell is uncertain and what else it could be")
    return uncertain


def _fits(text: str, column: str, add: Callable[[str, str], None]) -> bool:
    if text == " ".join(text.split()):
        return True
    add(column, "has line breaks, double or outer spaces; the lines of a wrapped cell are joined by one space")
    return False


_TYPED = (
    ("notice_period", r"P(?=\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?", "a duration such as P3M"),
    ("notice_by", r"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", "a day of the year such as --06-30"),
    *((column, r"(?:[a-z]+(?:-[a-z]+)*)?", "the name of a concept") for column in ("obligation", "termination", "notice_to")),
    ("source_page", r"[1-9]\d*", "a number"),
    ("source_line", r"[1-9]\d*", "a number"),
    ("source_box", r"-?\d+(?:\.\d+)?(?: -?\d+(?:\.\d+)?){3}", "four numbers: left, top, right, bottom"),
)


def _table(reading: _Reading, units: dict[str, Unit]) -> dict[str, Record]:
    """Read the records of a set that came through a mapping: ``records.csv``."""
    file = "records.csv"
    records: dict[str, Record] = {}
    for row in _unique(reading, file, "record", reading.table(file, TABLE_COLUMNS)):
        cells = {column: verbatim(text) for column, text in row.cells.items()}
        add: Callable[[str, str], None] = partial(reading.add, file, row)
        if not re.fullmatch(r"[1-9]\d*", cells["source_row"]):
            add("source_row", f"holds {cells['source_row']!r}; wanted: the number of the row in the source")
            continue
        for column, pattern, wanted in _TYPED:
            if cells[column] and not re.fullmatch(pattern, cells[column]):
                add(column, f"holds {cells[column]!r}; wanted: {wanted}")
        place = Place(*(cells[column] for column in PLACE_COLUMNS))
        number = place.line or place.row
        filled = {
            column: Cell(cells[column], (int(number),) if number.isdigit() else (), number)
            for column in TEXT_COLUMNS
            if cells[column] and _fits(cells[column], column, add)
        }
        facts = Facts(*(cells[column] for column in FACT_COLUMNS))
        records[cells["record"]] = Record(
            cells["record"], cells["unit"], filled, _common(row, units, add), cells["note"], file, row.number, facts, place
        )
    return records


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
        if not SLUG.fullmatch(cells["person"]):
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
