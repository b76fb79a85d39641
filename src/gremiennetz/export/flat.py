"""The flat forms of a set: CSV with CSVW metadata, a workbook, and the network as GEXF.

Columns and their meaning stand in ``viz/export/tables.toml``; what is in them, in ``queries/export``. The tables are written for spreadsheets as
much as for programs: a text that would start a formula gets an apostrophe in front, as everywhere in the house.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import networkx as nx
import pyoxigraph as ox
import xlsxwriter

from gremiennetz.errors import InputError, Problem
from gremiennetz.export.catalog import FORMATS, download
from gremiennetz.export.settings import Publication
from gremiennetz.export.site import Site
from gremiennetz.files import read_toml, write_bytes, write_text
from gremiennetz.graph.terms import integer
from gremiennetz.query import Engine, Library, Value, answer
from gremiennetz.results import Table, formatted, native, shown

METADATA = "csv-metadata.json"
_DATATYPES = ("string", "anyURI", "decimal", "integer", "boolean")


@attrs.frozen
class Column:
    """A column of a table."""

    name: str
    title: str
    description: str
    datatype: str = "string"
    required: bool = False
    separator: str = ""
    """What separates the values of a cell that holds several; empty where it holds one."""
    refers: str = ""
    """``table.column`` whose values a value has to be among."""


@attrs.frozen
class Sheet:
    """A table with its columns; ``key`` names the columns that make a row unique."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return f"{self.name}.csv"


def read_sheets(folder: Path) -> list[Sheet]:
    """Read what the tables are (``viz/export/tables.toml``). Raises ``InputError``."""
    name = "viz/export/tables.toml"
    found = []
    for table, value in read_toml(folder / "tables.toml", name).items():
        try:
            columns = tuple(Column(**column) for column in value["columns"])
            found.append(Sheet(table, value["title"], value["description"], columns, tuple(value.get("key", ()))))
        except (TypeError, KeyError) as error:
            raise InputError([Problem(name, f"is wrong at {table}: {error}")]) from None
        wrong = next((column.datatype for column in columns if column.datatype not in _DATATYPES), None)
        if wrong is not None:
            raise InputError([Problem(name, f"has the datatype {wrong!r}; wanted one of: {', '.join(_DATATYPES)}")])
    return found


class Source:
    """Asks the graph for the rows of all sets, once per query."""

    def __init__(self, library: Library, engine: Engine, site: Site) -> None:
        self.library, self.engine, self.site = library, engine, site
        self.asked: dict[str, Table] = {}

    def rows(self, name: str) -> Iterator[dict[str, Value]]:
        """Yield the rows of a query, with IRIs at the base of the site; one at a time, because they are those of all sets."""
        if name not in self.asked:
            table = answer(self.library.get(name), {}, self.library, self.engine)
            # two lists of one city say the same of a unit in two named graphs, and Oxigraph gives a row for each
            self.asked[name] = Table(table.columns, tuple(dict.fromkeys(table.rows)))
        table = self.asked[name]
        for row in table.rows:
            yield {key: self._moved(value) for key, value in zip(table.columns, row, strict=True)}

    def _moved(self, value: Value) -> Value:
        if isinstance(value, ox.NamedNode):
            return self.site.node(value)
        if isinstance(value, ox.Literal) and value.value.startswith(self.site.sources):
            return ox.Literal(" ".join(self.site.iri(part) for part in value.value.split(" ")))
        return value


def tables(
    source: Source, publication: Publication, own_units: Container[str], bodies: Container[str] | None = None
) -> dict[str, list[dict[str, Value]]]:
    """Return the rows of the five tables of a set: its units and participations, and the bodies that belong to it.

    ``own_units`` and ``bodies`` are the IRIs of these; ``None`` stands for all bodies. Units and participations are counted within the set.
    """
    own = f"{source.site.base}id/dataset/{publication.id}"
    plain = _several(row for row in source.rows("export/memberships") if _name(row["set"]) == own)
    costs: dict[str, list[dict[str, Value]]] = {_name(row["membership"]): [] for row in plain}
    for row in source.rows("export/costs"):
        if (name := _name(row["membership"])) in costs:
            costs[name].append(row)
    memberships = [_with_costs(row, costs[_name(row["membership"])]) for row in plain]
    units: dict[str, set[str]] = defaultdict(set)
    participations: Counter[str] = Counter()
    for row in memberships:
        units[_name(row["body"])].add(_name(row["unit"]))
        participations[_name(row["body"])] += 1

    def counted(row: dict[str, Value]) -> dict[str, Value]:
        name = _name(row["body"])
        return {**row, "units": integer(len(units.get(name, ()))), "participations": integer(participations[name])}

    def kept(row: dict[str, Value], *columns: str) -> bool:
        return bodies is None or all(_name(row[column]) in bodies for column in columns)

    by_unit = Counter(_name(row["unit"]) for row in memberships)
    cities = {_name(row["municipality"]) for row in memberships}
    return {
        "memberships": memberships,
        "bodies": [counted(row) for row in _several(row for row in source.rows("export/bodies") if kept(row, "body"))],
        "units": [
            {**row, "participations": integer(by_unit[_name(row["unit"])])} for row in source.rows("export/units") if _name(row["unit"]) in own_units
        ],
        "umbrellas": [counted(row) for row in source.rows("export/umbrellas") if kept(row, "body", "umbrella")],
        "overlaps": [row for row in overlaps(source) if _name(row["municipality"]) in cities and kept(row, "body")],
    }


def _several(rows: Iterable[dict[str, Value]]) -> list[dict[str, Value]]:
    """Return rows with a body below several umbrellas as one: its umbrellas joined."""
    found: dict[str, dict[str, Value]] = {}
    for row in rows:
        key = _name(row.get("membership") or row["body"])
        first = found.setdefault(key, row)
        if first is not row:
            for column, separator in (("umbrella", " "), ("umbrella_label", "; ")):
                first[column] = ox.Literal(separator.join((_name(first[column]), _name(row[column]))))
    return list(found.values())


def _name(value: Value) -> str:
    return value.value if isinstance(value, ox.NamedNode | ox.Literal) else ""


def _with_costs(row: dict[str, Value], costs: Sequence[dict[str, Value]]) -> dict[str, Value]:
    amounts = "; ".join(_name(cost["amount"]) for cost in costs if cost["amount"] is not None)
    return {
        **row,
        "cost_eur": ox.Literal(amounts),
        "cost_kind": ox.Literal("; ".join(_name(cost["kind"]) or "–" for cost in costs)),
        "cost_exactness": ox.Literal("; ".join(_name(cost["exactness"]) for cost in costs)),
    }


def overlaps(source: Source) -> Iterator[dict[str, Value]]:
    """Yield the overlaps of all sets: shared bodies, then shared umbrellas."""
    for kind, name, key in (("Gremium", "overlap/shared-bodies", "body"), ("Dachverband", "overlap/shared-umbrellas", "umbrella")):
        for row in source.rows(name):
            yield {
                "kind": ox.Literal(kind),
                "body": row[key],
                "body_label": row["label"],
                "municipality": row["municipality_label"],
                "units": row["count"],
                "unit_labels": _relisted(row["unit_labels"], " | "),
                "firm": row["firm"],
                "records": row["records"],
                "deciding": row["deciding"],
            }


def _relisted(value: Value, separator: str) -> Value:
    return ox.Literal("; ".join(_name(value).split(separator)))


def write(folder: Path, publication: Publication, sheets: Sequence[Sheet], rows: Mapping[str, list[dict[str, Value]]], profile: str) -> None:
    """Write the tables of a set with their metadata, the workbook and the network below the folder of a package."""
    place = (folder / download(publication, FORMATS[0])).parent
    made = {sheet.name: _table(sheet, rows[sheet.name]) for sheet in sheets}
    for sheet in sheets:
        write_text(place / sheet.file, formatted(made[sheet.name], "csv").replace("\r\n", "\n"))
    write_text(place / METADATA, json.dumps(metadata(publication, sheets), ensure_ascii=False, indent=1) + "\n")
    write_bytes(place / f"{publication.id}.xlsx", workbook(publication, sheets, made, profile))
    write_text(place / f"{publication.id}.gexf", gexf(publication, rows))


def _table(sheet: Sheet, rows: Sequence[dict[str, Value]]) -> Table:
    return Table(tuple(column.name for column in sheet.columns), tuple(tuple(row.get(column.name) for column in sheet.columns) for row in rows))


def metadata(publication: Publication, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Return the CSVW metadata of the tables (W3C Metadata Vocabulary for Tabular Data), one group for all of them."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "de"}],
        "dc:title": publication.title["de"],
        "dc:license": {"@id": publication.licence},
        "dc:rights": publication.attribution,
        "dc:modified": {"@value": publication.modified, "@type": "xsd:date"},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\n"]},
        "tables": [
            {
                "url": sheet.file,
                "dc:title": sheet.title,
                "dc:description": f"{sheet.description} Ein Text, der in einer Tabellenkalkulation eine Formel begänne, hat einen Apostroph davor.",
                "tableSchema": _schema(sheet),
            }
            for sheet in sheets
        ],
    }


def _schema(sheet: Sheet) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in sheet.columns]}
    if sheet.key:
        schema["primaryKey"] = list(sheet.key)
    keys = []
    for column in sheet.columns:
        if column.refers:
            table, name = column.refers.split(".")
            keys.append({"columnReference": column.name, "reference": {"resource": f"{table}.csv", "columnReference": name}})
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _column(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "titles": column.name, "dc:title": column.title, "dc:description": column.description}
    found["datatype"] = column.datatype
    if column.required:
        found["required"] = True
    if column.separator:
        found["separator"] = column.separator
    return found


def workbook(publication: Publication, sheets: Sequence[Sheet], made: Mapping[str, Table], profile: str) -> bytes:
    """Return the tables as a workbook with real numbers and no text that a spreadsheet would run; the same data give the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    created = dt.datetime.fromisoformat(publication.modified).replace(tzinfo=dt.UTC)
    book.set_properties({"title": publication.title["de"], "comments": f"{publication.attribution}; Profil: {profile}", "created": created})
    bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.title[:31])
        table = made[sheet.name]
        for number, column in enumerate(sheet.columns):
            page.write_string(0, number, column.title, bold)
            page.set_column(number, number, 28, wrapped)
        for row, cells in enumerate(table.rows, 1):
            for number, value in enumerate(cells):
                _cell(page, row, number, value)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(table), 1), len(sheet.columns) - 1)
    notes = book.add_worksheet("Spalten")
    for row, (table_title, column) in enumerate([(sheet.title, column) for sheet in sheets for column in sheet.columns]):
        for number, words in enumerate((table_title, column.title, column.name, column.description)):
            notes.write_string(row, number, words, wrapped)
    notes.set_column(0, 3, 36)
    book.close()
    return buffer.getvalue()


def _cell(page: Any, row: int, number: int, value: Value) -> None:
    known = native(value)
    if isinstance(known, bool):
        page.write_string(row, number, "ja" if known else "nein")
    elif isinstance(known, int | float | Decimal):
        page.write_number(row, number, known)
    elif known:
        page.write_string(row, number, shown(value) if not isinstance(value, ox.NamedNode) else value.value)


def gexf(publication: Publication, rows: Mapping[str, list[dict[str, Value]]]) -> str:
    """Return the units and bodies of a set as a network: who takes part where, and what belongs under which umbrella."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for row in rows["units"]:
        graph.add_node(_name(row["unit"]), label=_name(row["unit_label"]), kind="unit", detail=_name(row["unit_kind"]))
    for row in rows["bodies"]:
        graph.add_node(_name(row["body"]), label=_name(row["body_label"]), kind="body", detail=_name(row["body_kind"]))
    for row in rows["memberships"]:
        source, target = _name(row["unit"]), _name(row["body"])
        weight = graph.edges[source, target]["weight"] + 1 if graph.has_edge(source, target) else 1
        graph.add_edge(source, target, relation="participation", weight=weight)
    for row in rows["umbrellas"]:
        if _name(row["depth"]) == "1":
            graph.add_edge(_name(row["body"]), _name(row["umbrella"]), relation="umbrella", weight=1)
    text = "\n".join(nx.generate_gexf(graph))
    # networkx writes the day of the run
    return re.sub(r'lastmodifieddate="[^"]*"', f'lastmodifieddate="{publication.modified}"', text) + "\n"


def archive(folder: Path, publication: Publication, more: Sequence[Path]) -> None:
    """Write the ZIP of a set: all its other downloads, and some files of the package; times are fixed, so it is the same on every run."""
    place = folder / download(publication, FORMATS[-1])
    stamp = dt.date.fromisoformat(publication.modified)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for path in sorted([path for path in place.parent.iterdir() if path != place and path.suffix != ".tmp"]) + sorted(more):
            info = zipfile.ZipInfo(f"{publication.id}/{path.name}", (max(stamp.year, 1980), stamp.month, stamp.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            target.writestr(info, path.read_bytes(), compresslevel=9)
    write_bytes(place, buffer.getvalue())
