"""The readers of files: dialects, encodings, merged cells, heads of several rows, tables with and without lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reportlab.lib import colors  # type: ignore[import-untyped] # published without type information
from reportlab.lib.pagesizes import A4, landscape  # type: ignore[import-untyped] # published without type information
from reportlab.lib.styles import getSampleStyleSheet  # type: ignore[import-untyped] # published without type information
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table  # type: ignore[import-untyped] # published without type information

from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.ingest.mapping import Source
from gremiennetz.ingest.rows import SourceRow, plain, read_rows

LIST = [["Amt", "Gremium", "Kosten"], ["10", "Städtetag; Ausschuss", "1.000,50 €"], ["36", 'Verein "Grün", e. V.', ""]]


def read(path: Path, **source: Any) -> list[SourceRow]:
    return list(read_rows(path, Source(**source), path.name))


def cells(path: Path, **source: Any) -> list[list[str]]:
    return [list(row.cells) for row in read(path, **source)]


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    return [row[: max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)] for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_dialect_and_encoding_are_detected(encoding: str, delimiter: str, end: str, tmp_path: Path) -> None:
    buffer = io.StringIO(newline="")
    body = LIST + [["66", "Straßen- und Brückenbauausschüsse für die Städte", "Gebühr"]] * 6
    rows = body if encoding != "mac_roman" else [[cell.replace("€", "Euro") for cell in row] for row in body]
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    path = tmp_path / "list.txt"
    path.write_bytes(buffer.getvalue().encode(encoding))
    assert cells(path) == trimmed(rows)


def test_what_is_detected_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("a,b;c\nd,e;f\n".encode("cp850"))
    assert cells(path, delimiter=",") == [["a", "b;c"], ["d", "e;f"]]
    with pytest.raises(InputError, match="„klingon“ ist unbekannt"):
        cells(path, encoding="klingon")
    with pytest.raises(InputError, match="„hex“"):
        cells(path, encoding="hex")
    path.write_bytes("ä;b\n".encode("cp1252"))
    with pytest.raises(InputError, match="ist nicht ascii: in Textzeile 1 steht das Byte 0xe4"):
        cells(path, encoding="ascii")


def test_a_row_over_several_lines_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('a;"b\nc\n\nd"\ne;f\n', encoding="utf-8")
    assert [(row.row, row.cells) for row in read(path)] == [(1, ("a", "b\nc\n\nd")), (2, ("e", "f"))]


def test_sheets_merged_cells_and_values_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ämter"
    sheet.append(["Amt", "Gremium", None, "Kosten", "seit"])
    sheet.append([10, "A", None, 1234.5, dt.date(2025, 7, 1)])
    sheet.append([None, "B", None, 100, True])
    sheet.append([])
    sheet.append([None, "über zwei", None, 0.25])
    sheet["D2"].number_format = "#,##0.00"
    sheet["D5"].number_format = "0%"
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("A2:A3")
    other = book.create_sheet("Andere")
    other.append(["x"])
    hidden = book.create_sheet("Geheim")
    hidden.append(["y"])
    hidden.sheet_state = "hidden"
    path = tmp_path / "list.xlsx"
    book.save(path)
    rows = read(path)
    assert [(row.sheet, row.row, row.cells) for row in rows] == [
        ("Ämter", 1, ("Amt", "Gremium", "", "Kosten", "seit")),
        ("Ämter", 2, ("10", "A", "", "1234,50", "01.07.2025")),
        ("Ämter", 3, ("10", "B", "", "100", "ja")),
        ("Ämter", 5, ("", "über zwei", "", "25 %")),
        ("Andere", 1, ("x",)),
    ]
    assert rows[0].merged == {2: 1}
    assert cells(path, sheets=("Geheim",)) == [["y"]]
    assert cells(path, sheets=("Ämter",), amounts="en")[1][3] == "1234.50"
    with pytest.raises(InputError, match="hat kein Blatt „Nichts“; vorhanden: Ämter, Andere, Geheim"):
        cells(path, sheets=("Nichts",))


def test_tables_of_a_page_are_laid_out_as_they_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    path.write_text(
        "<!DOCTYPE html><html><head><meta charset='utf-8'><style>td{}</style></head><body><table><tr><td>"
        "<table><caption>Liste</caption><tr><th>Amt<th colspan=2>Gremium<tr><td rowspan=2>10<td>A<br>B<td>C &amp; D"
        "<tr><td><ul><li>E</li><li>F</li></ul><td><script>x()</script>G<!-- no --></table></td></tr></table>"
        "<table><tr><td>zweite</td><td>Ä</td></tr></table></body></html>",
        encoding="utf-8",
    )
    rows = read(path)
    assert [(row.sheet, row.row, row.cells) for row in rows] == [
        ("Liste", 1, ("Amt", "Gremium")),
        ("Liste", 2, ("10", "A\nB", "C & D")),
        ("Liste", 3, ("10", "E\nF", "G")),
        ("Tabelle 2", 1, ("zweite", "Ä")),
    ]
    assert rows[0].merged == {2: 1}
    assert len(read(path, sheets=("Liste",))) == 3


STYLE = getSampleStyleSheet()["BodyText"]
BODY = [
    ["10", "Deutscher Städtetag, Arbeitskreis der Leiterinnen und Leiter großer Städte", "dauerhaft", "1.000,00 Euro"],
    ["36", "Netzwerk Klima", "seit 2020", ""],
    ["66", "Forschungsgesellschaft für Straßenwesen mit einem langen Namen über mehrere Zeilen", "dauerhaft", "Reisekosten"],
    ["66", "Verkehrsverbund", "", "keine"],
]
HEAD = ["Amt", "Gremium", "Status", "Kosten"]


def pdf(path: Path, *, ruled: bool, pages: int = 2) -> None:
    made: list[Any] = [Paragraph("Liste der Mitgliedschaften der Stadt im laufenden Jahr", STYLE)]
    for _ in range(pages):
        rows = [[Paragraph(cell, STYLE) for cell in row] for row in (HEAD, *BODY)]
        made += [Table(rows, colWidths=(50, 200, 120, 150), style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else []), PageBreak()]
    SimpleDocTemplate(str(path), pagesize=landscape(A4)).build(made)


@pytest.mark.parametrize("ruled", [True, False])
def test_tables_of_a_document_with_and_without_lines(ruled: bool, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    pdf(path, ruled=ruled)
    rows = [row for row in read(path) if "Liste der" not in row.text()]
    texts = [[" ".join(cell.split()) for cell in row.cells] for row in rows]
    assert texts == trimmed([HEAD, *BODY]) * 2
    assert [row.page for row in rows] == [1] * 5 + [2] * 5
    for row in rows:
        assert row.box is not None
        left, top, right, bottom = row.box
        assert 0 < left < right < A4[1]
        assert 0 < top < bottom < A4[0]
    assert {row.page for row in read(path, first_page=2, last_page=2)} == {2}
    with pytest.raises(InputError, match="hat nur"):
        read(path, first_page=9)


def test_a_column_with_few_words_is_a_column_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    rows = [["Amt", "Dachverband", "Gremium"], *([str(number), "Bund" if number == 17 else "", f"Arbeitskreis {number}"] for number in range(10, 40))]
    SimpleDocTemplate(str(path)).build([Table(rows, colWidths=(60, 120, 200), hAlign="LEFT")])
    assert [list(row.cells) for row in read(path)] == rows


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(texts, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from(";,\t|"))
@example([["\ufeffa", "b"]], ";")
@example([["'", '"']], "|")
def test_every_csv_that_python_writes_is_read(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    path = tmp_path / "any.csv"
    path.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8"))
    assert cells(path, delimiter=delimiter) == trimmed([[plain(cell) for cell in row] for row in rows])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(bytes.__add__, st.sampled_from([b"PK\x03\x04", b"%PDF-1.4\n", b"<table><tr><td>", b"a;b\n"]), st.binary(max_size=200)),
    )
)
def test_any_bytes_are_rows_or_a_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    said = ""
    found: list[SourceRow] = []
    try:
        found = read(path)
    except GremiennetzError as error:
        said = str(error)
    assert not any(char in cell for row in found for cell in row.cells for char in "\x00\x1b\u202e\r")
    assert bool(found) != said.startswith("any")
    assert "\n" not in said


@pytest.mark.parametrize("name", ["list.csv", "list.html", "list.xlsx", "list.pdf"])
def test_progress_runs_to_the_end(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "list.csv":
        path.write_text("a;b\n" * 900, encoding="utf-8")
    elif name == "list.html":
        path.write_text("<table><tr><td>a</td></tr></table>" * 3, encoding="utf-8")
    elif name == "list.xlsx":
        openpyxl.Workbook().save(path)
        book = openpyxl.load_workbook(path)
        book.active.append(["a"])
        book.save(path)
    else:
        pdf(path, ruled=True)
    shares: list[float] = []
    assert list(read_rows(path, Source(), name, shares.append))
    assert shares == sorted(shares)
    assert shares
    assert 0 < shares[0] <= shares[-1] <= 1
