"""The mapping: what a city's table means, as a file that people write (``mapping.toml``; its rule is ``shapes/schema/mapping.json``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import read_toml
from gremiennetz.ingest.schema import problems
from gremiennetz.places import Root

ColumnName = str | int
"""The text of a header, or the number of a column from 1."""


@attrs.frozen
class Source:
    """How the file is to be read; what is empty is detected."""

    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    first_page: int = 1
    last_page: int | None = None
    tables: str = ""
    header_rows: int = 1
    amounts: str = "de"
    hyphens: str = "keep"


@attrs.frozen
class UnitRule:
    """Where the unit of a row comes from."""

    origin: str
    columns: tuple[ColumnName, ...] = ()
    pattern: re.Pattern[str] | None = None
    fixed: str = ""
    blank: str = "reject"
    codes: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Split:
    """How a cell that lists several bodies is cut."""

    at: re.Pattern[str]
    umbrella: re.Pattern[str] | None = None


@attrs.frozen
class Skip:
    """Rows that are no records, and why."""

    pattern: re.Pattern[str]
    reason: str
    column: ColumnName | None = None


@attrs.frozen
class Uncertain:
    """A row with cells that the list does not settle."""

    row: int
    columns: tuple[str, ...]
    note: str
    sheet: str = ""
    page: int = 0


@attrs.frozen
class Mapping:
    """A mapping as it was read."""

    columns: dict[str, tuple[ColumnName, ...]]
    """Column of the record → the headers or numbers that may hold it, the first that is there counts."""
    unit: UnitRule
    source: Source = Source()
    words: dict[str, dict[str, str]] = attrs.field(factory=dict)
    """Column → word in lower case → concept."""
    keep: str = "facts"
    split: Split | None = None
    skip: tuple[Skip, ...] = ()
    uncertain: tuple[Uncertain, ...] = ()


def read_mapping(root: Root, path: Path, shown: str | None = None) -> Mapping:
    """Read a mapping. Raises ``InputError`` with everything that breaks the schema."""
    name = shown or path.name
    data = read_toml(path, name)
    return mapping_of(root, data, name)


def mapping_of(root: Root, data: dict[str, Any], shown: str) -> Mapping:
    """Build a mapping from what its file says. Raises ``InputError`` with everything that breaks the schema."""
    found = problems(root, "mapping", data, shown)
    if not found:
        found = [
            Problem(f"{shown}, words.{column}", f"„{word}“ steht bei zwei Bedeutungen; eine davon ist zu streichen")
            for column, meanings in data.get("words", {}).items()
            for word in _twice(meanings)
        ]
    if found:
        raise InputError(found)
    unit = data["unit"]
    split = data.get("split")
    return Mapping(
        columns={column: tuple(_listed(value)) for column, value in data["columns"].items()},
        unit=UnitRule(
            unit["from"],
            tuple(_listed(unit.get("columns", []))),
            re.compile(unit["pattern"]) if "pattern" in unit else None,
            unit.get("fixed", ""),
            unit.get("blank", "reject"),
            {folded(code): name for code, name in unit.get("codes", {}).items()},
        ),
        source=_source(data.get("source", {})),
        words={
            column: {folded(word): concept for concept, words in meanings.items() for word in words}
            for column, meanings in data.get("words", {}).items()
        },
        keep=data.get("notice", {}).get("keep", "facts"),
        split=Split(re.compile(split["at"]), re.compile(split["umbrella"]) if "umbrella" in split else None) if split else None,
        skip=tuple(Skip(re.compile(item["pattern"]), item["reason"], item.get("column")) for item in data.get("skip", [])),
        uncertain=tuple(
            Uncertain(row, tuple(item["columns"]), " ".join(item["note"].split()), item.get("sheet", ""), item.get("page", 0))
            for item in data.get("uncertain", [])
            for row in _listed(item["row"])
        ),
    )


def folded(text: str) -> str:
    """Return a text as headers, codes and words are compared: without capitals, outer and double spaces."""
    return " ".join(text.split()).casefold()


def _source(data: dict[str, Any]) -> Source:
    first, _, last = str(data.get("pages", "")).partition("-")
    return Source(
        encoding=data.get("encoding", ""),
        delimiter=data.get("delimiter", ""),
        sheets=tuple(data.get("sheets", ())),
        first_page=int(first or 1),
        last_page=int(last or first) if first else None,
        tables=data.get("tables", ""),
        header_rows=data.get("header_rows", 1),
        amounts=data.get("amounts", "de"),
        hyphens=data.get("hyphens", "keep"),
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _twice(meanings: dict[str, list[str]]) -> list[str]:
    words = [folded(word) for listed in meanings.values() for word in dict.fromkeys(listed)]
    return sorted({word for word in words if words.count(word) > 1})
