"""XLSX: the sheets of a workbook, streamed; merged cells are told, and the archive is weighed before anything is unpacked."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped] # published without type information
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from gremiennetz.errors import GremiennetzError
from gremiennetz.ingest.mapping import Source
from gremiennetz.ingest.rows import MAX_COLUMNS, Advance, SourceRow, refused

MAX_UNPACKED = 128 * 2**20
MAX_RATIO = 200
"""Sheets shrink ten- to thirtyfold in the archive; a bomb shrinks a thousandfold."""
MAX_MEMBERS = 2_000
MAX_MERGES = 50_000

Merge = tuple[int, int, int, int]
"""First column and row, last column and row of a merged cell, from 1."""


def read(path: Path, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    """Yield the filled rows of the sheets that are to be read (without a choice: of all that are visible)."""
    _weigh(path, name)
    try:
        yield from _sheets(path, source, name, advance)
    except GremiennetzError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken workbook makes openpyxl and lxml raise whatever they stumble over
        raise refused(name, f"ist als Arbeitsmappe beschädigt ({type(error).__name__}); in Excel öffnen und neu speichern") from None


def _weigh(path: Path, name: str) -> None:
    """Refuse an archive that is a bomb, is encrypted or no workbook, from its directory alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refused(name, "ist kein lesbares ZIP-Archiv, also auch keine Arbeitsmappe (.xlsx)") from None
    unpacked = sum(member.file_size for member in members)
    steep = any(member.file_size > 2**20 and member.file_size > MAX_RATIO * max(member.compress_size, 1) for member in members)
    if unpacked > MAX_UNPACKED or steep or len(members) > MAX_MEMBERS:
        raise refused(
            name,
            f"würde entpackt {unpacked / 2**20:.0f} MB groß und wird nicht geöffnet (höchstens {MAX_UNPACKED // 2**20} MB und {MAX_RATIO}-fach)",
        )
    if any(member.flag_bits & 1 for member in members):
        raise refused(name, "ist mit einem Passwort geschützt; ohne Passwort speichern")
    if "xl/workbook.xml" not in names:
        raise refused(name, "ist ein ZIP-Archiv, aber keine Arbeitsmappe (.xlsx); in Excel oder LibreOffice als .xlsx speichern")


def _sheets(path: Path, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    with path.open("rb") as file:  # by a path, openpyxl would ask for a known ending
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        missing = [wanted for wanted in source.sheets if wanted not in sheets]
        if missing:
            raise refused(name, f"hat kein Blatt „{missing[0]}“; vorhanden: {', '.join(sheets)}")
        chosen = [sheets[wanted] for wanted in source.sheets] or [sheet for sheet in sheets.values() if sheet.sheet_state == "visible"]
        for number, sheet in enumerate(chosen, 1):
            shown = f"{name}, Blatt „{sheet.title}“"
            merges = _merges(path, sheet._worksheet_path, shown)  # noqa: SLF001 - openpyxl streams no merged cells
            sheet.reset_dimensions()
            yield from _rows(sheet, merges, source.amounts, shown)
            advance(number / len(chosen))


def _merges(path: Path, member: str, shown: str) -> list[Merge]:
    """Return the merged cells of a sheet, by their first row. Raises ``InputError`` for a formula whose value the workbook does not hold."""
    found: list[Merge] = []
    with zipfile.ZipFile(path) as archive, archive.open(member.lstrip("/")) as file:
        for _, element in etree.iterparse(file, events=("end",), tag=("{*}mergeCell", "{*}c"), resolve_entities=False, no_network=True):
            if etree.QName(element).localname == "mergeCell":
                found.append(range_boundaries(element.get("ref")))
                if len(found) > MAX_MERGES:
                    raise refused(shown, f"hat mehr als {MAX_MERGES} verbundene Zellen")
            else:
                value = element.find("{*}v")
                if element.find("{*}f") is not None and element.get("t") != "str" and (value is None or not value.text):
                    raise refused(
                        f"{shown}, Zelle {element.get('r')}", "enthält eine Formel ohne gespeicherten Wert; in Excel öffnen und neu speichern"
                    )
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    return sorted(found, key=lambda merge: merge[1])


def _rows(sheet: Any, merges: list[Merge], amounts: str, shown: str) -> Iterator[SourceRow]:
    carried: dict[Merge, str] = {}
    waiting = list(reversed(merges))
    for number, row in enumerate(sheet.iter_rows(), 1):
        carried = {merge: text for merge, text in carried.items() if merge[3] >= number}
        texts = {cell.column - 1: _text(cell.value, cell.number_format, amounts) for cell in row if cell.value is not None}
        while waiting and waiting[-1][1] <= number:
            merge = waiting.pop()
            carried[merge] = texts.get(merge[0] - 1, "")
        filled = {column for column, text in texts.items() if text.strip()}
        if not filled:
            continue
        if max(filled) >= MAX_COLUMNS:
            raise refused(f"{shown}, Zeile {number}", f"reicht bis Spalte {get_column_letter(max(filled) + 1)}; gelesen werden {MAX_COLUMNS} Spalten")
        merged: dict[int, int] = {}
        for merge, text in carried.items():
            if merge[0] > MAX_COLUMNS:
                continue
            merged |= dict.fromkeys(range(merge[0], min(merge[2], MAX_COLUMNS)), merge[0] - 1)
            if text:
                texts[merge[0] - 1] = text
        yield SourceRow(number, tuple(texts.get(column, "") for column in range(max(texts) + 1)), sheet=sheet.title, merged=merged)


def _text(value: object, number_format: str, amounts: str) -> str:
    """Return what a cell shows, with numbers in the language of the list."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int | float):
        return _number(value, number_format, amounts)
    if isinstance(value, dt.datetime):
        return value.strftime("%d.%m.%Y" if value.time() == dt.time() else "%d.%m.%Y %H:%M")
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%Y")
    return str(value)


def _number(value: float, number_format: str, amounts: str) -> str:
    exact = Decimal(repr(value))
    if "%" in number_format:
        exact, unit = exact * 100, " %"
    else:
        currency = re.search(r"\[\$([^\]-]+)|\"(CHF|\$|£)", number_format)
        unit = f" {(currency[1] or currency[2]).strip()}" if currency else ""
    if exact == exact.to_integral_value() and "0.00" not in number_format:
        return f"{int(exact)}{unit}"
    digits = f"{exact:.2f}" if "0.00" in number_format or exact == round(exact, 2) else f"{exact:f}"
    return (digits.replace(".", ",") if amounts == "de" else digits) + unit
