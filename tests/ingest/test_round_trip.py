"""Round trip: the transcribed records, written out as CSV, XLSX and a landscape PDF table and read again, give the same graph.

What is compared: all triples of the parts ``units``, ``participations``, ``records`` and ``people``, as sets. Left out are the places where
a record comes from, which must differ: the lines of the document (``gn:sourceLines``, ``gn:linesName`` …), the file and row of the records,
and the new sheet, page, row and box. What people wrote beside the table is taken over: ``units.csv``, the register, the footnotes of the
ledger, and ``persons.csv`` with the rows of the new source in the place of lines.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import attrs
import pyoxigraph as ox
import pytest
import xlsxwriter
from reportlab.lib import colors  # type: ignore[import-untyped] # published without type information
from reportlab.lib.pagesizes import A4, landscape  # type: ignore[import-untyped] # published without type information
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped] # published without type information
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle  # type: ignore[import-untyped] # published without type information

from gremiennetz.files import table_text, write_text
from gremiennetz.graph.build import PARTS, Builder
from gremiennetz.graph.sets import load_register
from gremiennetz.ingest import recheck, sets
from gremiennetz.places import Root
from gremiennetz.records import PERSON_COLUMNS, TEXT_COLUMNS, UNIT_COLUMNS, Dataset, read_dataset
from gremiennetz.register import with_decisions
from gremiennetz.vocabulary import Vocabulary

HEADS = ("Nr.", "Einheit", "Dachverband", "Gremium", "Status", "Reichweite", "Beteiligung", "Ziele und Nutzen", "Kosten", "unsicher", "Anmerkung")
LINES = {f"lines{column.capitalize()}" for column in TEXT_COLUMNS}
PLACES = {"sourceLines", "file", "row", "sourceRow", "sourcePage", "sourceSheet", "sourceBox", *LINES}
MAPPING = """[columns]
record = "Nr."
umbrella = "Dachverband"
name = "Gremium"
status = "Status"
reach = "Reichweite"
participation = "Beteiligung"
purpose = "Ziele und Nutzen"
cost = "Kosten"
uncertain = "unsicher"
note = "Anmerkung"
[unit]
from = "column"
columns = "Einheit"
"""


@pytest.fixture(scope="module")
def original(repository: Root) -> Dataset:
    name = next(name for name in repository.datasets() if read_dataset(repository, name).kind == "text")
    return read_dataset(repository, name)


def rows(original: Dataset) -> Iterator[list[str]]:
    for record in original.records.values():
        number, label = record.id.removeprefix(f"{record.unit}-"), original.units[record.unit].label
        yield [number, label, *map(record.text, TEXT_COLUMNS), " ".join(record.uncertain), record.note]


def as_csv(original: Dataset, path: Path) -> None:
    path.write_bytes(table_text(HEADS, list(rows(original))).replace("\n", "\r\n").encode("cp1252"))


def as_xlsx(original: Dataset, path: Path) -> None:
    """A workbook with a title, two rows of heads, and the unit merged over its rows."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Liste")
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, "Gremien, Netzwerke und Verbände")
    sheet.merge_range(1, 2, 1, 3, "Gremium")
    for column, head in enumerate(HEADS):
        sheet.write_string(2, column, "Name" if head == "Gremium" else head)
    all_rows = list(rows(original))
    at = 0
    while at < len(all_rows):
        end = at
        while end + 1 < len(all_rows) and all_rows[end + 1][1] == all_rows[at][1]:
            end += 1
        if end > at:
            sheet.merge_range(at + 3, 1, end + 3, 1, all_rows[at][1])
        for number in range(at, end + 1):
            for column, text in enumerate(all_rows[number]):
                if text and (column != 1 or end == at):
                    sheet.write_string(number + 3, column, text)
        at = end + 1
    book.close()


def as_pdf(original: Dataset, path: Path, *, ruled: bool = True) -> None:
    """A landscape table of narrow columns: cells wrap, long words are cut, rows run over to the next page, and the head is repeated."""
    style = ParagraphStyle("cell", fontName="Helvetica", fontSize=6, leading=7.2)
    cells = [[Paragraph(escape(text), style) for text in row] for row in (list(HEADS), *rows(original))]
    lines = [(side, (0, 0), (-1, -1), 0.4, colors.black) for side in ("LINEBELOW", "LINEABOVE", "LINEBEFORE", "LINEAFTER") if ruled]
    padding = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)]
    table = Table(cells, colWidths=(22, 70, 70, 100, 55, 55, 70, 150, 70, 50, 100), repeatRows=1, splitInRow=1)
    table.setStyle(TableStyle([*lines, *padding]))
    SimpleDocTemplate(str(path), pagesize=landscape(A4), leftMargin=12, rightMargin=12, topMargin=20, bottomMargin=20).build([table])


def mapping(kind: str) -> str:
    return (
        MAPPING.replace('"Gremium"', '"Gremium / Name"').replace("[columns]", "[source]\nheader_rows = 2\n[columns]") if kind == "xlsx" else MAPPING
    )


def triples(dataset: Dataset, repository: Root, vocabulary: Vocabulary) -> set[tuple[Any, ...]]:
    register = with_decisions(load_register(repository, vocabulary, decisions=False), repository.register, dataset.id)
    builder = Builder(dataset, register, vocabulary)
    found = {triple for part in PARTS for triple in builder.part(part)}
    return {(s, p, o) for s, p, o in found if re.split("[#/]", p.value)[-1] not in PLACES}


def read_again(original: Dataset, folder: Path, kind: str, write: Callable[[Dataset, Path], None], repository: Root) -> tuple[Root, sets.Reading]:
    """Write the records as a list, and read it into a set of the same name below ``folder``."""
    root, file = Root(folder), folder / f"liste.{kind}"
    place = root.records / original.id
    settings = (repository.records / original.id / "dataset.toml").read_text(encoding="utf-8")
    write_text(place / "dataset.toml", re.sub(r'(?m)^file = ".*"', f'file = "liste.{kind}"\nkind = "table"', settings))
    with (repository.records / original.id / "units.csv").open(encoding="utf-8", newline="") as units:
        write_text(place / "units.csv", table_text(UNIT_COLUMNS, [[*row.values()] for row in csv.DictReader(units)]))
    write_text(root.path / "mapping.toml", mapping(kind))
    write(original, file)
    reading = sets.interpreted(root, original.id, file, root.path / "mapping.toml", file.name)
    at = {record["record"]: record["source_row"] for record in reading.records}
    mentions = [[getattr(item, column) for column in PERSON_COLUMNS[:-1]] + [at[item.record]] for item in original.mentions if item.record in at]
    write_text(place / "persons.csv", table_text(PERSON_COLUMNS, mentions))
    sets.write(root, original.id, reading, file, root.path / "mapping.toml")
    return root, reading


@pytest.fixture(scope="module")
def vocabulary(repository: Root) -> Vocabulary:
    return Vocabulary.read(repository.shipped("ontology"))


@pytest.mark.parametrize(("kind", "write"), [("csv", as_csv), ("xlsx", as_xlsx)])
def test_csv_and_xlsx_give_the_same_graph(
    kind: str,
    write: Callable[[Dataset, Path], None],
    original: Dataset,
    repository: Root,
    vocabulary: Vocabulary,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    root, reading = read_again(original, tmp_path, kind, write, repository)
    assert not reading.rejects
    again = attrs.evolve(read_dataset(root, original.id), ledger=original.ledger)
    ours, theirs = triples(again, repository, vocabulary), triples(original, repository, vocabulary)
    wrong = len(theirs ^ ours)
    record_property(
        "measured", f"round trip {kind}: {len(again.records)} of {len(original.records)} records, {len(theirs)} triples compared, {wrong} differ"
    )
    assert ours == theirs
    assert recheck(root, original.id) == []


def test_pdf_gives_all_records_and_nearly_all_cells(
    original: Dataset, repository: Root, vocabulary: Vocabulary, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    began = time.process_time()
    root, reading = read_again(original, tmp_path, "pdf", as_pdf, repository)
    seconds = time.process_time() - began
    again = attrs.evolve(read_dataset(root, original.id), ledger=original.ledger)
    right, silent, total = 0, [], 0
    for record in original.records.values():
        other = again.records.get(record.id)
        for column in TEXT_COLUMNS:
            total += 1
            if other is not None and other.text(column) == record.text(column):
                right += 1
            elif other is not None and column not in other.uncertain:
                silent.append((record.id, column, record.text(column), other.text(column)))
    flagged = sum(
        len(set(again.records[name].uncertain) - set(record.uncertain)) for name, record in original.records.items() if name in again.records
    )
    record_property(
        "measured",
        f"round trip pdf: {len(again.records)} of {len(original.records)} records, {right} of {total} cells ({100 * right / total:.2f} %), "
        f"{flagged} flagged, {len(reading.rejects)} rejects, {len(silent)} wrong without a flag, {reading.outcome.rows} rows, {seconds:.0f} s",
    )
    assert again.records.keys() == original.records.keys()
    assert right / total >= 0.99
    assert silent == []
    assert seconds < 60
    # what is neither wrong nor flagged is in the graph as it was
    changed = {
        name
        for name, record in again.records.items()
        if record.uncertain != original.records[name].uncertain or record.note != original.records[name].note
    }
    touched = {ox.NamedNode(f"{base}{name}") for name in changed for base in bases(original)}
    differing = {s for s, _, _ in triples(again, repository, vocabulary) ^ triples(original, repository, vocabulary)}
    assert {node for node in differing if "/record/" in node.value or "/participation/" in node.value} <= touched


def bases(original: Dataset) -> list[str]:
    base = original.settings["dataset"]["base"]
    return [f"{base}id/{kind}/{original.id}-" for kind in ("record", "participation")]


def test_pdf_without_lines_gives_all_records_too(
    original: Dataset, repository: Root, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The same table without a single line."""
    root, reading = read_again(original, tmp_path, "pdf", partial(as_pdf, ruled=False), repository)
    again = read_dataset(root, original.id)
    cells = [(record, column) for record in original.records.values() for column in TEXT_COLUMNS]
    there = [(record, column) for record, column in cells if record.id in again.records]
    right = sum(again.records[record.id].text(column) == record.text(column) for record, column in there)
    silent = sum(
        again.records[record.id].text(column) != record.text(column) and column not in again.records[record.id].uncertain for record, column in there
    )
    record_property(
        "measured",
        f"round trip pdf without lines: {len(again.records)} of {len(original.records)} records, {right} of {len(cells)} cells "
        f"({100 * right / len(cells):.2f} %), {len(reading.rejects)} rejects, {silent} wrong without a flag",
    )
    assert again.records.keys() == original.records.keys()
    assert right / len(cells) >= 0.99
    assert silent == 0


def test_what_is_written_out_has_a_reader_of_its_own(original: Dataset, tmp_path: Path) -> None:
    """The lists are read by Python's own csv module to what they were made of, so that the round trip proves something."""
    as_csv(original, tmp_path / "l.csv")
    found = list(csv.reader(StringIO((tmp_path / "l.csv").read_bytes().decode("cp1252"), newline="")))
    assert found[1:] == list(rows(original))
