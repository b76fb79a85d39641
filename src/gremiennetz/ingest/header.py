"""The head of a table: which column of the source is which column of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import attrs

from gremiennetz.ingest.mapping import ColumnName, Mapping, folded
from gremiennetz.ingest.rows import SourceRow

UNIT = "unit"


@attrs.frozen
class Head:
    """A head that was found: column of the record → number of the column of the source, from 0."""

    columns: dict[str, int]
    units: tuple[int, ...]
    skips: tuple[int | None, ...]
    """For each rule of ``[[skip]]`` its column; ``None`` for the whole row."""
    width: int
    """How many columns the head has; 0 when there is none."""
    rows: tuple[tuple[str, ...], ...]
    """The texts of its rows, to know it again on the next page."""
    unread: tuple[str, ...]
    """Headers of columns that the mapping does not use."""

    def repeats(self, row: SourceRow) -> bool:
        """Say whether a row is one of the head's once more."""
        return comparable(row) in self.rows


def comparable(row: SourceRow) -> tuple[str, ...]:
    """Return the texts of a row as heads are compared."""
    return tuple(_plain(cell) for cell in row.cells)


def find_head(rows: Sequence[SourceRow], mapping: Mapping) -> tuple[Head | None, list[str]]:
    """Return the head that some rows make, and the columns of the mapping that it lacks.

    A head has the name of the body; that others are missing is a mistake to be told.
    """
    texts = _texts(rows)
    at: dict[str, int] = {}
    for number, names in enumerate(texts):
        for text in names:
            at.setdefault(text, number)

    def place(names: Sequence[ColumnName]) -> int | None:
        for name in names:
            if isinstance(name, int):
                return name - 1
            if _plain(name) in at:
                return at[_plain(name)]
        return None

    columns = {column: found for column, names in mapping.columns.items() if (found := place(names)) is not None}
    if "name" not in columns:
        return None, []
    missing = [_wanted(names, column, at) for column, names in mapping.columns.items() if column not in columns]
    units = []
    for name in mapping.unit.columns:
        found = place([name])
        if found is None:
            missing.append(_wanted([name], UNIT, at))
        else:
            units.append(found)
    skips: list[int | None] = []
    for rule in mapping.skip:
        where = place([rule.column]) if rule.column is not None else None
        if rule.column is not None and where is None:
            missing.append(_wanted([rule.column], "skip", at))
        skips.append(where)
    used = {*columns.values(), *units}
    unread = (
        tuple(" ".join(rows[-1].cells[number].split()) or f"Spalte {number + 1}" for number in range(len(rows[-1].cells)) if number not in used)
        if rows
        else ()
    )
    return Head(columns, tuple(units), tuple(skips), len(texts), tuple(comparable(row) for row in rows), unread), missing


def headers(mapping: Mapping) -> Iterator[str]:
    """Yield the texts of headers that the mapping names."""
    for names in (*mapping.columns.values(), mapping.unit.columns):
        yield from (name for name in names if isinstance(name, str))


def _wanted(names: Sequence[ColumnName], column: str, seen: dict[str, int]) -> str:
    shown = " oder ".join(f"„{name}“" if isinstance(name, str) else f"Nummer {name}" for name in names)
    near = [match for name in names if isinstance(name, str) for match in get_close_matches(_plain(name), list(seen), n=1)]
    return f"keine Spalte {shown} (für {column})" + (f"; gemeint ist vielleicht „{near[0]}“" if near else "")


def _plain(text: str) -> str:
    """Return a header without capitals and line breaks; a word that is cut at the end of a line is put together."""
    return folded(re.sub(r"(?<=\w)[-\u00ad]\n(?=[a-zäöü])", "", text)).rstrip(":")


def _texts(rows: Sequence[SourceRow]) -> list[list[str]]:
    """Return, per column, what may be said to be its header: the text of each row, and all of them together."""
    width = max((len(row.cells) for row in rows), default=0)
    for row in rows:
        width = max(width, *(column + 1 for column in row.merged)) if row.merged else width
    found = []
    for column in range(width):
        texts = []
        for row in rows:
            at = row.merged.get(column, column)
            text = _plain(row.cells[at]) if at < len(row.cells) else ""
            if text and text not in texts:
                texts.append(text)
        # the lowest text is the most exact one
        found.append([*(separator.join(texts) for separator in (" ", " / ") if len(texts) > 1), *reversed(texts)])
    return found
