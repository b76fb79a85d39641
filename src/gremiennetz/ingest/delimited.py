"""CSV in any dialect and encoding: both are detected, and a file that mixes encodings is refused by the lines that differ."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from gremiennetz.files import MAX_BYTES, MAX_CELL
from gremiennetz.ingest.mapping import Source
from gremiennetz.ingest.rows import Advance, SourceRow, refused

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SINGLE_BYTE = ["cp1252", "iso8859_15", "mac_roman", "cp850", "cp1250"]
_LETTERS = frozenset("äöüÄÖÜßéèáàâôçñ€–—„“”‚‘’…§°²³")
"""What stands in German lists beyond ASCII."""
_DELIMITERS = ";,\t|"
_SAMPLE_LINES = 200


def read(path: Path, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    """Yield the rows of a CSV file; a row counts once, however many lines it runs over."""
    with path.open("rb") as file:
        text = decoded(file.read(MAX_BYTES + 1), source.encoding, name)
    csv.field_size_limit(MAX_CELL)
    buffer = io.StringIO(text, newline="")
    reader = csv.reader(buffer, delimiter=source.delimiter or delimiter_of(text), strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            if not row % 200:
                advance(buffer.tell() / len(text))
            yield SourceRow(row, tuple(cells))
    except csv.Error as error:
        raise refused(f"{name}, Zeile {row + 1}", f"lässt sich nicht als CSV lesen (Textzeile {reader.line_num}): {error}") from None


def decoded(raw: bytes, encoding: str, name: str) -> str:
    """Return the text of a file, in the encoding that is named or detected. Raises ``InputError`` when there is no one encoding."""
    for mark, known in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            encoding = known
            break
    else:
        if b"\x00" in raw:
            line = raw.count(b"\n", 0, raw.index(b"\x00")) + 1
            raise refused(name, f"enthält in Textzeile {line} ein NUL-Zeichen; das ist keine Textdatei, oder sie ist beschädigt")
    encoding = encoding or _detected(raw, name)
    try:
        text = raw.decode(encoding)
    except LookupError:
        raise refused(name, f"die Kodierung „{encoding}“ ist unbekannt; üblich sind utf-8 und cp1252") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused(name, f"ist nicht {encoding}: in Textzeile {line} steht das Byte 0x{raw[error.start]:02x}") from None
    if not isinstance(text, str):  # codecs such as "hex" give bytes
        raise refused(name, f"„{encoding}“ ist keine Kodierung von Text; üblich sind utf-8 und cp1252")
    if "\x00" in text:
        raise refused(name, f"enthält in Textzeile {text.count(chr(10), 0, text.index(chr(0))) + 1} ein NUL-Zeichen")
    return text


def _detected(raw: bytes, name: str) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    as_utf8, other = _lines_by_encoding(raw)
    if as_utf8 and other:
        message = f"mischt Kodierungen: Textzeile {as_utf8[0]} ist UTF-8, Textzeile {other[0]} nicht; einheitlich als UTF-8 speichern"
        raise refused(name, message)
    # on short texts a detector made for all languages mistakes one single-byte encoding for the other; German letters tell them apart
    found = {encoding: _familiar(raw[: 2**20], encoding) for encoding in _SINGLE_BYTE}
    likely = max(found, key=lambda encoding: found[encoding])
    if found[likely] > 0.5:
        return likely
    best = from_bytes(raw[: 2**20], cp_isolation=_SINGLE_BYTE).best()
    if best is None:
        raise refused(name, "die Kodierung ist nicht zu erkennen; als UTF-8 speichern oder in der Zuordnung unter [source] encoding nennen")
    # the two differ in a handful of characters, and a German office writes cp1252
    return "cp1252" if best.encoding in {"latin_1", "iso8859_15"} else best.encoding


def _familiar(raw: bytes, encoding: str) -> float:
    """Return the share of the letters beyond ASCII that German uses, if the text is in some encoding."""
    beyond = [char for char in raw.decode(encoding, errors="replace") if char > "\x7f"]
    return sum(char in _LETTERS for char in beyond) / len(beyond) if beyond else 0.0


def _lines_by_encoding(raw: bytes) -> tuple[list[int], list[int]]:
    """Return the numbers of the lines whose letters beyond ASCII are UTF-8, and of those where they are not (at most one each)."""
    as_utf8: list[int] = []
    other: list[int] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            found = as_utf8
        except UnicodeDecodeError:
            found = other
        if not found:
            found.append(number)
        if as_utf8 and other:
            break
    return as_utf8, other


def delimiter_of(text: str) -> str:
    """Return the character that parts the cells: the one that gives most rows the same number of cells, and then the most cells."""
    sample = "".join(re.findall(r"[^\n]*\n|[^\n]+$", text[:200_000])[:_SAMPLE_LINES])
    best, delimiter = (0.0, 0), ","
    for candidate in _DELIMITERS:
        widths = Counter(len(row) for row in _parsed(sample, candidate) if row)
        if not widths:
            continue
        width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        score = (rows / widths.total(), width)
        if width > 1 and score > best:
            best, delimiter = score, candidate
    return delimiter


def _parsed(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" not in str(error):  # with this delimiter a cell would end in the middle; else only the sample does
            return []
    return rows
