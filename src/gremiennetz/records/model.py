"""What a set of records is made of: cells, records, units, mentions of persons, and what the ledger adds."""

from __future__ import annotations

import re
from typing import Any

import attrs

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
FACT_COLUMNS = ("obligation", "termination", "notice_period", "notice_by", "notice_to")
"""What a list may say about how binding a membership is, already read as facts: names of concepts, an ``xsd:duration``, an ``xsd:gMonthDay``."""
PLACE_COLUMNS = ("source_sheet", "source_page", "source_row", "source_line", "source_box")
TABLE_COLUMNS = ("record", "unit", *TEXT_COLUMNS, *FACT_COLUMNS, *PLACE_COLUMNS, "uncertain", "note")
"""The columns of ``records.csv`` in a set that was read from a table through a mapping."""
UNCERTAIN_COLUMNS = ("unit", *TEXT_COLUMNS, *FACT_COLUMNS)

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@attrs.frozen
class Cell:
    """Words of the source with the lines they stand on, in the order in which the text runs."""

    text: str
    lines: tuple[int, ...]
    reference: str
    """The lines as the file writes them: ``23-25;28``."""


@attrs.frozen
class Facts:
    """How binding a membership is, as far as the list says so; an empty text means that it does not."""

    obligation: str = ""
    """Name of a concept of the vocabulary ``obligation``."""
    termination: str = ""
    """Name of a concept of the vocabulary ``termination``."""
    notice_period: str = ""
    """``xsd:duration`` between the notice and the end, such as ``P3M``; ``P0D`` for none."""
    notice_by: str = ""
    """``xsd:gMonthDay`` by which notice has to be given, such as ``--06-30``."""
    notice_to: str = ""
    """When the membership then ends: name of a concept of the vocabulary ``notice-to``."""


@attrs.frozen
class Place:
    """Where a row of a table stands in its source; numbers count from 1, an empty text means that it does not apply."""

    sheet: str = ""
    page: str = ""
    row: str = ""
    line: str = ""
    """Line in the original document, if the table was itself transcribed from one."""
    box: str = ""
    """Left, top, right and bottom on the page, in PDF points."""


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
    facts: Facts = Facts()
    place: Place | None = None
    """Where the row stands, for a set that was read from a table."""

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


def document_kind(settings: dict[str, Any]) -> str:
    """Return the kind of the document that a ``dataset.toml`` describes."""
    return str(settings["document"].get("kind", "text"))


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
    """The document, line by line; empty for a set that was read from a table."""

    @property
    def kind(self) -> str:
        """Return how the set came to be: ``text`` (transcribed from a document) or ``table`` (read through a mapping)."""
        return document_kind(self.settings)

    @property
    def municipality(self) -> str:
        """Return the id of the city."""
        return str(self.settings["municipality"]["id"])

    def division(self, unit: str) -> str:
        """Return the id of the topmost unit above ``unit``: its Geschäftsbereich."""
        seen = self.units[unit]
        while seen.parent:
            seen = self.units[seen.parent]
        return seen.id

    def footnotes(self) -> dict[str, LedgerEntry]:
        """Return the footnotes of the document by their mark, such as ``1)``."""
        return {entry.text.split(maxsplit=1)[0]: entry for entry in self.ledger if entry.kind == "footnote"}
