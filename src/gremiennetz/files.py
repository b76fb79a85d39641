"""Files as people and programs leave them: strict reading, and writing that never leaves half a file behind."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gremiennetz.errors import InputError, Problem

MAX_BYTES = 64 * 2**20
"""Files that people edit are far smaller; a larger one is a mistake and would only fill the memory."""

MAX_CELL = 100_000


@dataclass(frozen=True)
class Row:
    """One line of a table with the number of its row in the file (the header is row 1)."""

    number: int
    cells: dict[str, str]


def read_text(path: Path, shown: str | None = None, most: int = MAX_BYTES) -> str:
    """Read a UTF-8 file (with or without a byte order mark).

    Raises ``InputError`` when it is missing, a directory, larger than ``most`` bytes or in another encoding.
    """
    name = shown or path.name or str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError([Problem(name, "is a directory, a file was expected")])
        if size > most:
            message = f"is {size / 2**20:.0f} MB; files of this kind have at most {most // 2**20} MB"
            raise InputError([Problem(name, message)])
        with path.open("rb") as file:
            raw = file.read(most + 1)  # the size above is that of a file; a pipe or a device has none
    except FileNotFoundError:
        raise InputError([Problem(name, f"does not exist (looked for at {path})")]) from None
    except OSError as error:
        raise InputError([Problem(name, f"cannot be read: {error.strerror}")]) from None
    return decoded(raw, name, most)


def decoded(raw: bytes, name: str, most: int = MAX_BYTES) -> str:
    """Return bytes as text. Raises ``InputError`` when they are too many, no UTF-8, or hold a NUL; ``name`` is what messages call them."""
    if len(raw) > most:
        raise InputError([Problem(name, f"is larger than {most // 2**20} MB")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte 0x{raw[error.start]:02x} in line {line}; save it as UTF-8"
        raise InputError([Problem(name, message)]) from None
    if "\x00" in text:
        raise InputError([Problem(name, f"holds a NUL character in line {text[: text.index(chr(0))].count(chr(10)) + 1}")])
    return text


def read_table(path: Path, columns: Sequence[str], shown: str | None = None, most: int = MAX_BYTES) -> list[Row]:
    """Read a comma-separated table whose header is exactly ``columns``.

    Raises ``InputError`` with every problem of the file: a header that differs, rows with too few or too many cells, broken quoting.
    """
    name = shown or path.name or str(path)
    text = read_text(path, name, most)
    if not text.strip():
        raise InputError([Problem(name, f"is empty; its first line has to be {','.join(columns)}")])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    csv.field_size_limit(MAX_CELL)
    problems: list[Problem] = []
    rows: list[Row] = []
    try:
        header = next(reader)
        if header != list(columns):
            raise InputError([Problem(name, _header_message(header, columns), row=1)])
        for number, cells in enumerate(reader, 2):
            if len(cells) != len(columns):
                message = f"has {len(cells)} cells, the header has {len(columns)}; a text with a comma stands in quotes"
                problems.append(Problem(name, message, row=number))
                continue
            rows.append(Row(number, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        problems.append(Problem(name, f"cannot be read as CSV in line {reader.line_num}: {error}"))
    if problems:
        raise InputError(problems)
    return rows


def _header_message(header: Sequence[str], columns: Sequence[str]) -> str:
    if len(header) == 1 and header[0].count(";") >= len(columns) - 1:
        return "the cells are separated by semicolons; save the file with commas"
    missing = [column for column in columns if column not in header]
    surplus = [column for column in header if column not in columns]
    parts = []
    if missing:
        parts.append(f"missing {', '.join(missing)}")
    if surplus:
        parts.append(f"unknown {', '.join(repr(column) for column in surplus)}")
    return f"the columns are not {','.join(columns)}" + (f" ({'; '.join(parts)})" if parts else " in this order")


def read_toml(path: Path, shown: str | None = None) -> dict[str, Any]:
    """Read a TOML file. Raises ``InputError`` when it is missing or broken."""
    try:
        return tomllib.loads(read_text(path, shown))
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(shown or path.name, f"is not TOML: {error}")]) from None


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Yield a file beside ``path`` to write to, and move it into place when all went well.

    Whatever happens in between, ``path`` holds either what it held before or all of the new content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file with ``\\n`` line ends, all or nothing."""
    with written_beside(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, all or nothing."""
    with written_beside(path) as beside:
        beside.write_bytes(data)


def table_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as the CSV that ``read_table`` reads."""
    return "".join(f"{_line(cells)}\n" for cells in (columns, *rows))


_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")


def inert(text: str) -> str:
    """Return a text as a spreadsheet shows it and never runs it: one that would start a formula gets an apostrophe in front.

    ``verbatim`` undoes it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def verbatim(text: str) -> str:
    """Return the text that ``inert`` was given.

    >>> verbatim(inert("=1+1")), verbatim(inert("'-x")), verbatim("'tis")
    ('=1+1', "'-x", "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _line(cells: Sequence[str]) -> str:
    # the writer puts a carriage return in quotes only when it stands in its own line end
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n")
