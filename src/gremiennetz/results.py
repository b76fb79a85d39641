"""Results of queries: a table of RDF terms, and the forms in which people and programs read it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pyoxigraph as ox
import rdflib
from rdflib.query import Result
from rdflib.term import Identifier

from gremiennetz.graph.terms import PREFIXES, to_rdflib

Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
FORMATS = ("table", "csv", "json", "md", "xml", "tsv")
Native = str | int | float | Decimal | bool | dt.date | None
"""A value of Python that data frames know what to do with."""

_WHOLE = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")


def _decimal(text: str) -> Decimal:
    """Read a decimal as XML Schema writes it (part 2, section 3.3.3), which knows no exponent and no NaN. Raises ``ValueError``."""
    if not re.fullmatch(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*", text):
        raise ValueError(text)
    return Decimal(text)


_NUMBERS: dict[str, Callable[[str], Native]] = {**dict.fromkeys(_WHOLE, int), "decimal": _decimal, "double": float, "float": float}
_READERS: dict[str, Callable[[str], Native]] = {**_NUMBERS, "date": dt.date.fromisoformat, "boolean": lambda text: text in ("true", "1")}


Order = tuple[tuple[str, bool], ...]
"""The columns to sort by, each with whether downwards."""


@attrs.frozen
class Table:
    """A result: the names of the columns and the rows of terms.

    >>> table = Table(("unit", "bodies"), ((ox.Literal("Amt 33", language="de"), ox.Literal(3)),))
    >>> table.to_dicts()
    [{'unit': 'Amt 33', 'bodies': 3}]
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self) -> list[list[str]]:
        """Return the rows as texts people read: labels and values bare, IRIs shortened."""
        return [[shown(value) for value in row] for row in self.rows]

    def in_order(self, keys: Order) -> Table:
        """Return the rows sorted as SPARQL 1.1 orders them (section 15.1): no value, blank nodes, IRIs, numbers by value, texts by code point.

        >>> table = Table(("n",), ((ox.Literal(10),), (None,), (ox.Literal(9),)))
        >>> table.in_order((("n", True),)).texts()
        [['10'], ['9'], ['']]
        """
        rows = list(self.rows)
        for column, downwards in reversed(keys):
            place = self.columns.index(column)
            rows.sort(key=lambda row: _rank(row[place]), reverse=downwards)
        return Table(self.columns, tuple(rows))

    def to_dicts(self) -> list[dict[str, Native]]:
        """Return each row as a dictionary of Python values; a cell without a value is ``None``.

        That is what data frames are made from: ``pandas.DataFrame(table.to_dicts(), columns=table.columns)`` or
        ``polars.DataFrame(table.to_dicts())``. Decimals stay ``Decimal``, so that sums of money are exact.
        """
        return [dict(zip(self.columns, map(native, row), strict=True)) for row in self.rows]


def _rank(value: Value) -> tuple[object, ...]:
    if isinstance(value, ox.NamedNode):
        return 2, value.value
    if isinstance(value, ox.Literal):
        number = native(value) if _datatype(value) in _NUMBERS else None
        if isinstance(number, int | Decimal) or (isinstance(number, float) and not math.isnan(number)):
            return 3, number
        return 4, value.value, value.language or ""
    if value is None:
        return (0,)
    return (1, value.value) if isinstance(value, ox.BlankNode) else (5, str(value))


def native(value: Value) -> Native:
    """Return a term as a value of Python: numbers, booleans and dates typed, IRIs in full, everything else as text.

    A literal that is not what its datatype says stays text.
    """
    if value is None or isinstance(value, ox.NamedNode):
        return value and value.value
    if not isinstance(value, ox.Literal):
        return str(value)
    reader = _READERS.get(_datatype(value))
    try:
        return reader(value.value) if reader else value.value
    except (ValueError, ArithmeticError):
        return value.value


def _datatype(value: ox.Literal) -> str:
    return value.datatype.value.removeprefix(PREFIXES["xsd"])


def shown(value: Value) -> str:
    """Return a term as people read it."""
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        return short(value.value)
    if isinstance(value, ox.Literal):
        return value.value
    return str(value)


def short(value: str) -> str:
    """Return an IRI with a prefix, if one fits; a thing of the graph as ``type/slug``.

    >>> short("https://w3id.org/gremiennetz/vocab/reach/regional"), short("https://example.org/id/unit/x-amt-a")
    ('vocab:reach/regional', 'unit/x-amt-a')
    """
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace) and re.fullmatch(r"[\w./-]*", value[len(namespace) :]):
            return f"{prefix}:{value[len(namespace) :]}"
    match = re.search(r"/id/([\w-]+/[\w.-]+)$", value)
    return match[1] if match else value


def formatted(table: Table, style: str) -> str:
    """Return a result as ``json``, ``xml`` or ``tsv`` (the W3C result formats), as ``csv`` or as ``md`` (a Markdown table).

    CSV is for spreadsheets and cannot start a formula there; TSV is the W3C format for programs, with terms in Turtle.
    """
    if style == "md":
        return markdown(table.columns, table.texts())
    if style == "csv":
        return _csv(table)
    if style == "tsv":
        lines = ["\t".join(f"?{column}" for column in table.columns)]
        lines += ["\t".join("" if value is None else str(value).replace("\t", "\\t") for value in row) for row in table.rows]
        return "\n".join(lines) + "\n"
    return _serialised(table, style)


def markdown(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    """Return a Markdown table in which no cell is read as markup."""
    lines = [list(columns), ["---"] * len(columns), *([_markdown_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _markdown_cell(cell: str) -> str:
    return re.sub(r"[\\`*\[\]|<>&~]|(?<!\w)_|_(?!\w)", r"\\\g<0>", " ".join(cell.split()))


def _csv(table: Table) -> str:
    """Return CSV that a spreadsheet opens without running anything: a text that would start a formula gets an apostrophe in front."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_spreadsheet_cell(value) for value in row])
    return buffer.getvalue()


def _spreadsheet_cell(value: Value) -> str:
    cell = value.value if isinstance(value, ox.NamedNode) else shown(value)
    if isinstance(value, ox.Literal) and _datatype(value) in _NUMBERS and re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", cell):
        return cell
    return f"'{cell}" if re.match(r"[=+\-@＝＋－＠\t\r\n]", cell) else cell


def _serialised(table: Table, style: str) -> str:
    result = Result("SELECT")
    result.vars = [rdflib.Variable(column) for column in table.columns]
    result.bindings = [{name: _identifier(value) for name, value in zip(result.vars, row, strict=True) if value is not None} for row in table.rows]
    written: Any = result.serialize(format=style, encoding="utf-8")
    text = str(written.decode("utf-8")) + "\n"
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text) if style == "xml" else text


_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _identifier(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Identifier:
    """Return a term for rdflib's writers; a triple term, which the formats of SPARQL 1.1 do not know, as its text."""
    term = rdflib.Literal(str(value)) if isinstance(value, ox.Triple) else to_rdflib(value)
    if not isinstance(term, Identifier):
        raise TypeError(type(term))
    return term
