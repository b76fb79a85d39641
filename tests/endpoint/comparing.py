"""When two engines gave the same answer: the rows as multisets of terms, numbers by value, lists in a cell without order."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pyoxigraph as ox

from gremiennetz.query import Query, Table

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float")}


def comparable(table: Table, query: Query) -> Counter[tuple[object, ...]]:
    """Return the rows of an answer so that those of two engines are equal when they mean the same.

    Deviations that hold for a whole engine and are named in docs/engines.md are evened out: a computed truth value may be a number, the joined
    text of a list may have a language or not.
    """
    separators = [query.lists.get(column) for column in table.columns]
    return Counter(tuple(_meaning(term, separator) for term, separator in zip(row, separators, strict=True)) for row in table.rows)


def _meaning(term: object, separator: str | None) -> object:
    if not isinstance(term, ox.Literal):
        return str(term)
    datatype = term.datatype.value
    if datatype in _NUMBERS:
        return Decimal(term.value).normalize()
    if datatype == f"{_XSD}boolean":
        return Decimal(term.value in {"true", "1"})
    if separator is not None:
        return tuple(sorted(part.strip() for part in term.value.split(separator.strip() or separator) if part.strip()))
    return str(term)
