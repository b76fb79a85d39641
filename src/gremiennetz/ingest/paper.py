"""PDF: tables with lines (pdfplumber finds their cells) and without (cells are told by the gaps between words).

A row that runs over to the next page is given in two parts, the second one marked ``opens_page``; who knows the columns joins them.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.text import extract_words

from gremiennetz.errors import GremiennetzError
from gremiennetz.ingest.mapping import Source
from gremiennetz.ingest.rows import MAX_COLUMNS, Advance, SourceRow, refused
from gremiennetz.ingest.unruled import Layout, joined, lines_in, lines_of

MAX_PAGES = 1_000
MAX_CHARS = 200_000
"""A page that can be read holds some thousand letters."""
MAX_UNPACKED = 256 * 2**20
_SAMPLE = 6

Box = tuple[float, float, float, float]


def read(path: Path, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    """Yield the rows of the tables of all pages, and what stands beside the tables as rows of one cell."""
    _weigh(path, name)
    try:
        with pdfplumber.open(path) as document:
            yield from _pages(document, source, name, advance)
    except GremiennetzError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken document makes pdfminer raise whatever it stumbles over
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFPasswordIncorrect):
            raise refused(name, "ist mit einem Passwort geschützt; ohne Passwort speichern") from None
        raise refused(name, f"ist als PDF beschädigt ({type(cause).__name__})") from None


def _weigh(path: Path, name: str) -> None:
    """Refuse a document whose packed streams would fill the memory; pdfminer unpacks each as a whole."""
    raw = path.read_bytes()
    at = unpacked = 0
    while (at := raw.find(b"stream", at)) >= 0:
        start = at + 6 + (2 if raw[at + 6 : at + 8] == b"\r\n" else 1)
        at += 6
        if raw[start : start + 1] not in {b"\x78", b"\x48", b"\x68", b"\x58"}:
            continue
        stream = zlib.decompressobj()
        block, place = raw[start : start + 2**16], start + 2**16
        try:
            while block and not stream.eof:
                unpacked += len(stream.decompress(block, 2**20))
                block = stream.unconsumed_tail
                if not block:
                    block, place = raw[place : place + 2**16], place + 2**16
                if unpacked > MAX_UNPACKED:
                    raise refused(name, f"würde entpackt mehr als {MAX_UNPACKED // 2**20} MB groß und wird nicht geöffnet")
        except zlib.error:
            continue


def _pages(document: Any, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    count = len(document.pages)
    last = min(source.last_page or count, count)
    if source.first_page > count:
        raise refused(name, f"hat nur {count} Seiten; in der Zuordnung steht pages ab Seite {source.first_page}")
    if last - source.first_page >= MAX_PAGES:
        raise refused(name, f"hat {count} Seiten; gelesen werden höchstens {MAX_PAGES}")
    chosen = document.pages[source.first_page - 1 : last]
    sample = [page for page in chosen[:_SAMPLE] if _text_of(page, name)]
    if not sample and not any(_text_of(page, name) for page in chosen):
        raise refused(name, "enthält keinen Text, wohl nur eingescannte Bilder; zuerst eine Texterkennung (OCR) darüber laufen lassen")
    ruled = source.tables == "ruled" or (not source.tables and any(_tables(page) for page in sample))
    layout = None if ruled else Layout.of([lines_of(page) for page in sample])
    for number, page in enumerate(chosen, 1):
        _text_of(page, name)
        yield from _ruled(page) if layout is None else layout.rows(lines_of(page), page.page_number)
        page.close()  # what was read of a page is kept until then
        advance(number / len(chosen))


def _text_of(page: Any, name: str) -> bool:
    """Say whether a page holds text. Raises ``InputError`` when it holds more than anyone can read."""
    chars = len(page.chars)
    if chars > MAX_CHARS:
        raise refused(f"{name}, Seite {page.page_number}", f"enthält {chars} Zeichen; gelesen werden höchstens {MAX_CHARS}")
    return chars > 0


def _tables(page: Any) -> list[Any]:
    return [table for table in page.find_tables() if len(table.rows) > 1 and 1 < len(table.columns) <= MAX_COLUMNS]


def _ruled(page: Any) -> Iterator[SourceRow]:
    """Yield the rows of the tables of a page from top to bottom, with the lines of text between them."""
    tables = _tables(page)
    found: list[tuple[Box, tuple[str, ...], dict[int, int], frozenset[int]]] = [
        ((line.x0, line.top, line.x1, line.bottom), (line.text,), {}, frozenset())
        for line in lines_of(page)
        if not any(table.bbox[1] - 1 <= (line.top + line.bottom) / 2 <= table.bbox[3] + 1 for table in tables)
    ]
    for table in tables:
        found += _cells(table)
    first = True
    for number, (box, cells, merged, doubtful) in enumerate(sorted(found, key=lambda item: (item[0][1], item[0][0])), 1):
        in_table = len(cells) > 1
        yield SourceRow(number, cells, page=page.page_number, box=box, merged=merged, doubtful=doubtful, opens_page=in_table and first)
        first = first and not (in_table and any(cells) and not _head(cells))


def _head(cells: tuple[str, ...]) -> bool:
    """Say whether a row may be the head of the table: every cell has a text (so the next row may still go on with the page before)."""
    return all(cell.strip() for cell in cells)


def _cells(table: Any) -> Iterator[tuple[Box, tuple[str, ...], dict[int, int], frozenset[int]]]:
    above: dict[int, tuple[float, str]] = {}
    """Column → how far down its last cell reaches, and its text."""
    chars = sorted(table.page.chars, key=lambda char: char["top"] + char["bottom"])
    middles = [(char["top"] + char["bottom"]) / 2 for char in chars]
    for row in table.rows:
        inside = chars[bisect_left(middles, row.bbox[1]) : bisect_left(middles, max(cell[3] for cell in row.cells if cell))]
        cells: list[str] = []
        merged: dict[int, int] = {}
        doubtful = set()
        start, right = 0, 0.0
        for column, cell in enumerate(row.cells):
            if cell is not None:
                words, mended = _words(
                    [char for char in inside if cell[0] <= (char["x0"] + char["x1"]) / 2 < cell[2] and char["bottom"] <= cell[3] + 1], cell
                )
                above[column] = (cell[3], words)
                doubtful |= {column} if mended else set()
                start, right = column, cell[2]
                cells.append(words)
            elif column in above and above[column][0] >= row.bbox[3] - 1:
                cells.append(above[column][1])
            else:
                cells.append("")
                if right > row.bbox[0]:
                    merged[column] = start
        x0, top, x1, bottom = row.bbox
        yield (x0, top, x1, bottom), tuple(cells), merged, frozenset(doubtful)


def _words(chars: list[dict[str, Any]], cell: Box) -> tuple[str, bool]:
    """Return the words of a cell, line by line, and whether a word that was cut is put together."""
    lines = lines_in(extract_words(chars, x_tolerance=1.5, y_tolerance=2, return_chars=True))
    margin = max(min((line.x0 for line in lines), default=cell[0]) - cell[0], 0.0)
    return joined([line.words for line in lines], cell[0] + margin, cell[2] - margin)
