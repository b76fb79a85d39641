"""A strict check of tables against their CSVW metadata: every rule that our metadata use (W3C Tabular Data, sections 6 and 11), and no other."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from gremiennetz.errors import InputError
from gremiennetz.export.flat import METADATA
from gremiennetz.files import read_text

_TYPES: Mapping[str, Callable[[str], bool]] = {
    "string": lambda text: "\x00" not in text,
    "anyURI": lambda text: re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text) is not None,
    "decimal": lambda text: re.fullmatch(r"-?\d+(\.\d+)?", text) is not None and Decimal(text).is_finite(),
    "integer": lambda text: re.fullmatch(r"-?\d+", text) is not None,
    "boolean": lambda text: text in {"true", "false", "1", "0"},
}


@attrs.frozen
class _Read:
    columns: list[dict[str, Any]]
    rows: list[dict[str, list[str]]]


def check(folder: Path) -> tuple[int, list[str]]:
    """Check the tables of a folder against its metadata; return the number of rows and the problems."""
    try:
        metadata = json.loads(read_text(folder / METADATA))
        tables = {table["url"]: table["tableSchema"] for table in metadata["tables"]}
    except (InputError, ValueError, KeyError, TypeError) as error:
        return 0, [f"{METADATA}: cannot be read: {error}"]
    problems: list[str] = []
    read = {}
    for name, schema in tables.items():
        read[name] = _read(folder / name, schema, problems)
    for name, schema in tables.items():
        problems += _keys(name, schema, read)
    return sum(len(item.rows) for item in read.values()), problems


def _read(path: Path, schema: Mapping[str, Any], problems: list[str]) -> _Read:
    columns = schema["columns"]
    found = _Read(columns, [])
    try:
        text = read_text(path)
    except InputError as error:
        problems.append(str(error))
        return found
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError) as error:
        problems.append(f"{path.name}: cannot be read as CSV: {error}")
        return found
    names = [column["name"] for column in columns]
    if header != [column["titles"] for column in columns]:
        problems.append(f"{path.name}: the header is {', '.join(header)}; the metadata say {', '.join(names)}")
        return found
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(columns):
            problems.append(f"{path.name}, row {number}: has {len(cells)} cells, the metadata {len(columns)} columns")
            continue
        row = {column["name"]: _values(cell, column) for column, cell in zip(columns, cells, strict=True)}
        found.rows.append(row)
        for column in columns:
            problems += [f"{path.name}, row {number}, column {column['name']}: {problem}" for problem in _wrong(row[column["name"]], column)]
    return found


def _values(cell: str, column: Mapping[str, Any]) -> list[str]:
    if cell == "":
        return []
    return cell.split(column["separator"]) if column.get("separator") else [cell]


def _wrong(values: list[str], column: Mapping[str, Any]) -> Iterator[str]:
    if column.get("required") and not values:
        yield "is empty and required"
    kind = column["datatype"]
    fits = _TYPES.get(kind)
    if fits is None:
        yield f"has the datatype {kind!r}, which is not checked here"
        return
    for value in values:
        if not fits(value):
            yield f"{value[:60]!r} is no {kind}"


def _keys(name: str, schema: Mapping[str, Any], read: Mapping[str, _Read]) -> Iterator[str]:
    key = schema.get("primaryKey", [])
    seen: set[tuple[str, ...]] = set()
    for row in read[name].rows if key else []:
        value = tuple(" ".join(row[column]) for column in key)
        if value in seen:
            yield f"{name}: two rows have the key {', '.join(value)}"
        seen.add(value)
    for reference in schema.get("foreignKeys", []):
        column, target = reference["columnReference"], reference["reference"]
        other = read.get(target["resource"])
        if other is None:
            yield f"{name}: {column} refers to {target['resource']}, which the metadata do not describe"
            continue
        known = {" ".join(row[target["columnReference"]]) for row in other.rows}
        for missing in sorted({" ".join(row[column]) for row in read[name].rows if row[column]} - known):
            yield f"{name}: {column} {missing} is not in {target['resource']}"
