"""Rows of a table, whatever file they come from: the one thing that the readers of CSV, XLSX, PDF and HTML give to the mapping.

The kind of a file is told by its first bytes, not by its name. Every reader streams; the limits keep hostile files from filling memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import attrs

from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.files import MAX_BYTES, MAX_CELL
from gremiennetz.ingest.mapping import Source

MAX_ROWS = 100_000
MAX_COLUMNS = 100
"""A list of memberships has a dozen columns; many more mean a wrong delimiter or a whole database."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = {"csv": "delimited", "xlsx": "spreadsheet", "pdf": "paper", "html": "web"}

Advance = Callable[[float], None]
"""Told the share of the file (0 to 1) that is read."""


@attrs.frozen
class SourceRow:
    """One row of a table of the source."""

    row: int
    """Number of the row in the file, on the sheet or on the page, from 1."""
    cells: tuple[str, ...]
    """Texts as they stand, line breaks included."""
    sheet: str = ""
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    merged: Mapping[int, int] = attrs.field(factory=dict)
    """Column → the column where the cell begins that is merged across it (both from 0)."""
    doubtful: frozenset[int] = frozenset()
    """Columns (from 0) where a word cut at the end of a line was put together; whether it is one word is not certain."""
    opens_page: bool = False
    """The row is the first of its page, so it may go on with the last of the page before."""

    def shown(self) -> str:
        """Return where the row stands, in German."""
        parts = [f"Blatt „{self.sheet}“" if self.sheet else "", f"Seite {self.page}" if self.page else "", f"Zeile {self.row}"]
        return ", ".join(part for part in parts if part)

    def text(self) -> str:
        """Return the words of the whole row."""
        return " ".join(" ".join(self.cells).split())


def refused(name: str, message: str) -> InputError:
    """Return the error of a file that cannot be read as a table."""
    return InputError([Problem(name, message)])


def kind_of(path: Path, name: str) -> str:
    """Return ``csv``, ``xlsx``, ``pdf`` or ``html`` by the first bytes. Raises ``InputError`` for anything else, and for what is too large."""
    try:
        if path.is_dir():
            raise refused(name, "ist ein Ordner; erwartet wird eine Datei mit einer Tabelle")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise refused(name, f"gibt es nicht (gesucht: {path})") from None
    except OSError as error:
        raise refused(name, f"lässt sich nicht lesen: {error.strerror}") from None
    except ValueError:
        raise refused(name, "hat einen Namen, den es nicht geben kann") from None
    if size > MAX_BYTES:
        raise refused(name, f"ist {size / 2**20:.0f} MB groß; gelesen werden höchstens {MAX_BYTES // 2**20} MB")
    if not head.strip():
        raise refused(name, "ist leer")
    if head.startswith(_OLE):
        raise refused(name, "ist mit einem Passwort geschützt oder im alten Format .xls; ohne Passwort als .xlsx speichern")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<!--")):
        return "html"
    return "csv"


def read_rows(path: Path, source: Source, name: str, advance: Advance = lambda _: None) -> Iterator[SourceRow]:
    """Yield the rows of all tables of a file that are to be read.

    Raises ``InputError`` for a file that is no table, is protected, broken, or larger than the limits; ``name`` is what messages call it.
    """
    kind = kind_of(path, name)
    try:
        module = import_module(f"gremiennetz.ingest.{_KINDS[kind]}")
    except ModuleNotFoundError as error:
        raise GremiennetzError(f"zum Lesen von {kind} fehlt {error.name}; installieren mit: pip install 'gremiennetz[ingest]'") from None
    cleaned: Iterator[SourceRow] = (limited(row, name) for row in module.read(path, source, name, advance))
    count = 0
    for count, row in enumerate(cleaned, 1):
        if count > MAX_ROWS:
            raise refused(name, f"hat mehr als {MAX_ROWS:,} Zeilen".replace(",", "."))
        yield row
    if not count:
        raise refused(name, "enthält keine Tabelle")


def limited(row: SourceRow, name: str) -> SourceRow:
    """Return a row within the limits: without control characters and empty cells at its end. Raises ``InputError`` when it is too wide."""
    cells = [plain(cell) for cell in row.cells]
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        hint = "; stimmt das Trennzeichen?" if not (row.sheet or row.page) else ""
        raise refused(f"{name}, {row.shown()}", f"hat {len(cells)} Spalten; gelesen werden höchstens {MAX_COLUMNS}{hint}")
    for number, cell in enumerate(cells, 1):
        if len(cell) > MAX_CELL:
            raise refused(f"{name}, {row.shown()}, Spalte {number}", f"enthält {len(cell)} Zeichen; gelesen werden höchstens {MAX_CELL}")
    return attrs.evolve(row, cells=tuple(cells))


def plain(text: str) -> str:
    """Return a text without control characters and lone surrogates; line breaks stay, all written ``\\n``."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")
    return "".join(char for char in text if char == "\n" or not _control(char))


def _control(char: str) -> bool:
    code = ord(char)
    return (
        code < 0x20
        or 0x7F <= code < 0xA0
        or 0xD800 <= code <= 0xDFFF
        or char in "\ufeff\ufffe\uffff"
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )
