"""A set that is read from a table: what lies in its folder, reading its source anew, and writing all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import attrs

from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.files import inert, read_table, table_text, verbatim, written_beside
from gremiennetz.ingest import schema
from gremiennetz.ingest.ids import numbered
from gremiennetz.ingest.interpret import Interpreter
from gremiennetz.ingest.mapping import read_mapping
from gremiennetz.ingest.outcome import Outcome
from gremiennetz.ingest.rows import Advance, read_rows
from gremiennetz.places import Root
from gremiennetz.records import PERSON_COLUMNS, TABLE_COLUMNS, TEXT_COLUMNS, UNIT_COLUMNS, Unit, read_settings
from gremiennetz.vocabulary import Vocabulary

RECORDS, REJECTS, MAPPING, UNITS, PERSONS = "records.csv", "rejects.csv", "mapping.toml", "units.csv", "persons.csv"
REJECT_COLUMNS = ("source_sheet", "source_page", "source_row", "source_box", "reason", "wanted", "words")
MAX_WORDS = 200
_FREE = frozenset({*TEXT_COLUMNS, "note", "source_sheet", "reason", "wanted", "words"})
_NAME = r"[A-ZÄÖÜ][\w-]+(?:\s+(?:(?:von|van|der|den|de|zu)\s+)*[A-ZÄÖÜ][\w-]+)?"
PERSON = re.compile(
    rf"\b(?:Herr|Herrn|Hr\.|Frau|Fr\.)\s+(?:(?:Prof|Dr|PD|OA|Dipl)[\w.-]*\s+)*{_NAME}|\b(?:Prof\.\s*)?Dr\.(?:-Ing\.)?\s+(?:[a-z]+\.\s+)*{_NAME}"
)


@attrs.frozen
class Reading:
    """A source as a mapping reads it."""

    outcome: Outcome
    records: list[dict[str, str]]
    """By column of ``TABLE_COLUMNS``."""
    rejects: list[dict[str, str]]
    """By column of ``REJECT_COLUMNS``."""
    source: str
    """The name of the file below ``data/source``."""
    persons: list[tuple[str, str]]
    """Record and words that look like the name of a person whom ``persons.csv`` does not list."""


def folder_of(root: Root, name: str) -> Path:
    """Return the folder of a set. Raises ``GremiennetzError`` for a name that is none, so that no path leads out of the root."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name) or len(name) > 100:
        raise GremiennetzError(f"„{name[:60]}“ ist keine Kennung; erlaubt sind Kleinbuchstaben, Ziffern und Bindestriche, z. B. musterstadt-2026")
    return root.records / name


def interpreted(root: Root, name: str, source: Path, mapping_file: Path, shown: str, advance: Advance = lambda _: None) -> Reading:
    """Read a source for a set, without writing anything.

    Raises ``InputError`` when dataset.toml, units.csv, the mapping or the source itself cannot be used; rows that cannot be placed are rejects.
    """
    folder = folder_of(root, name)
    if not (folder / "dataset.toml").is_file():
        raise GremiennetzError(f"{folder.as_posix()}: dort liegt keine dataset.toml; angelegt wird sie mit: gremiennetz init {name}")
    settings = read_settings(folder)
    if settings["document"].get("kind") != "table":
        raise InputError([Problem(f"data/records/{name}/dataset.toml", 'für ingest ist unter [document] kind = "table" nötig')])
    problems = schema.problems(root, "dataset", settings, f"data/records/{name}/dataset.toml")
    if problems:
        raise InputError(problems)
    file = settings["document"]["file"]
    if source.suffix.lower() != Path(file).suffix.lower():
        message = f"nennt als Datei {file}, die Liste heißt {source.name}; die Endung in dataset.toml ändern"
        raise InputError([Problem(f"data/records/{name}/dataset.toml, document.file", message)])
    mapping_shown = f"data/records/{name}/{MAPPING}" if mapping_file == folder / MAPPING else mapping_file.as_posix()
    mapping = read_mapping(root, mapping_file, mapping_shown)
    units = units_of(root, name)
    vocabulary = Vocabulary.read(root.shipped("ontology"))
    interpreter = Interpreter(
        mapping,
        units,
        {column: vocabulary.lexicon(column) for column in ("obligation", "termination")},
        frozenset(vocabulary.names("notice-to")),
        shown,
    )
    unknown = sorted({unit for unit in (*mapping.unit.codes.values(), mapping.unit.fixed) if unit} - set(units))
    if unknown:
        raise InputError([Problem(mapping_shown, f"die Einheit „{unit}“ steht nicht in units.csv") for unit in unknown])
    outcome = interpreter.run(read_rows(source, mapping.source, shown, advance))
    records = numbered(outcome.drafts, _before(folder, name), _decided(root, name), shown)
    rejects = [
        {
            "source_sheet": item.row.sheet,
            "source_page": str(item.row.page or ""),
            "source_row": str(item.row.row),
            "source_box": " ".join(f"{number:.1f}" for number in item.row.box) if item.row.box else "",
            "reason": item.reason,
            "wanted": item.wanted,
            "words": " | ".join(filter(None, (" ".join(cell.split()) for cell in item.row.cells)))[:MAX_WORDS].strip(),
        }
        for item in outcome.rejects
    ]
    return Reading(outcome, records, rejects, file, list(_persons(folder, name, records)))


def write(root: Root, name: str, reading: Reading, source: Path, mapping_file: Path) -> list[Path]:
    """Write records, rejects, the mapping and the source to their places; all of them are written beside first, then moved."""
    folder = folder_of(root, name)
    target = root.source / reading.source
    contents: dict[Path, bytes] = {
        folder / REJECTS: _table(REJECT_COLUMNS, reading.rejects),
        folder / RECORDS: _table(TABLE_COLUMNS, reading.records),
    }
    for origin, place in ((mapping_file, folder / MAPPING), (source, target)):
        if not (place.exists() and place.samefile(origin)):
            contents[place] = origin.read_bytes()
    with ExitStack() as stack:
        for path, content in contents.items():
            stack.enter_context(written_beside(path)).write_bytes(content)
    return sorted(contents)


def committed(root: Root, name: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the records and rejects of a set as they lie in its files."""
    folder, shown = folder_of(root, name), f"data/records/{name}"
    rejects = read_table(folder / REJECTS, REJECT_COLUMNS, f"{shown}/{REJECTS}")
    return _before(folder, name), [{column: verbatim(text) for column, text in row.cells.items()} for row in rejects]


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    # what the list's authors wrote never runs in a spreadsheet; the other columns hold ids, numbers and facts of ours
    written = [[inert(row[column]) if column in _FREE else row[column] for column in columns] for row in rows]
    return table_text(columns, written).encode("utf-8")


def units_of(root: Root, name: str) -> dict[str, Unit]:
    """Return the units of a set by their id."""
    rows = read_table(folder_of(root, name) / UNITS, UNIT_COLUMNS, f"data/records/{name}/{UNITS}")
    texts = ((row.number, row.cells) for row in rows)
    return {
        cells["unit"]: Unit(
            cells["unit"], cells["label"], cells["code"], cells["kind"], cells["parent"], cells["lines"], cells["oparl"], cells["note"], number
        )
        for number, cells in texts
    }


def _before(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / RECORDS
    rows = read_table(path, TABLE_COLUMNS, f"data/records/{name}/{RECORDS}") if path.exists() else []
    return [{column: verbatim(text) for column, text in row.cells.items()} for row in rows]


def _decided(root: Root, name: str) -> Iterator[str]:
    """Yield the ids that decisions of the register name: a record that is gone from the list keeps its id to itself."""
    path = root.register / "decisions" / f"{name}.csv"
    if path.exists():
        columns = ("record", "body", "judgement", "justification", "author", "date", "comment")
        yield from (row.cells["record"] for row in read_table(path, columns, f"data/register/decisions/{name}.csv"))


def _persons(folder: Path, name: str, records: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what looks like the name of a person, unless persons.csv has that family name for the record."""
    path = folder / PERSONS
    listed: dict[str, set[str]] = {}
    if path.exists():
        for row in read_table(path, PERSON_COLUMNS, f"data/records/{name}/{PERSONS}"):
            listed.setdefault(row.cells["record"], set()).add(row.cells["family"])
    for record in records:
        for column in (*TEXT_COLUMNS, "note"):
            for match in PERSON.finditer(record[column]):
                if not any(family in match[0] for family in listed.get(record["record"], ())):
                    yield record["record"], match[0]
