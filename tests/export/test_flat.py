"""The flat forms: the columns that were asked for, valid against their metadata, and safe to open."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
import zipfile
from decimal import Decimal
from pathlib import Path

import networkx as nx
import openpyxl
import pytest

from gremiennetz.export import csvw, package
from gremiennetz.files import read_text
from gremiennetz.places import Root

MEMBERSHIPS = (
    "municipality, division, unit, unit_label, body, body_label, body_kind, umbrella, umbrella_label, source_name, status, reach, participation, "
    "purpose, cost_text, cost_eur, cost_kind, cost_exactness, source_document, source_lines, uncertain"
)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_text(path), newline="")))


@pytest.fixture(scope="module")
def downloads(small_package: tuple[Root, Path]) -> Path:
    return small_package[1] / "download" / "small-2026"


def test_the_memberships_have_the_columns_of_the_issue(downloads: Path) -> None:
    assert read_text(downloads / "memberships.csv").splitlines()[0] == MEMBERSHIPS.replace(", ", ",")


def test_a_row_says_what_the_record_says(downloads: Path) -> None:
    rows = {row["source_lines"]: row for row in table(downloads / "memberships.csv")}
    assert len(rows) == 5
    row = rows["3-8"]
    assert row["unit_label"] == "Amt A"
    assert (row["source_name"], row["status"], row["reach"], row["participation"]) == ("Umweltausschuss", "dauerhaft", "bundesweit", "Mitglied")
    assert (row["cost_text"], row["cost_eur"], row["cost_exactness"]) == ("100,00 Euro", "100", "genau")
    assert row["umbrella"] == "https://example.org/id/body/staedtetag"
    assert row["source_document"] == "https://example.org/id/document/list"
    assert [row["uncertain"] for row in rows.values() if row["uncertain"]] == ["Einheit"]
    # the cell names a person, so the public table leaves it out
    assert [row["participation"] for row in rows.values() if row["source_lines"] == "9-10"] == [""]


def test_the_tables_are_valid(downloads: Path) -> None:
    rows, problems = csvw.check(downloads)
    assert problems == []
    assert rows == 17


def test_a_validator_of_others_agrees(downloads: Path, real_package: Path) -> None:
    validator = pytest.importorskip("csvw", reason="the independent validator is not installed")
    for folder in (downloads, real_package / "download" / "dresden-2026"):
        group = validator.TableGroup.from_file(folder / "csv-metadata.json")
        assert [str(item.url) for item in group.tables] == [f"{name}.csv" for name in ("memberships", "bodies", "units", "umbrellas", "overlaps")]
        for item in group.tables:
            assert len(list(item.iterdicts(strict=True))) == len(table(folder / str(item.url)))
            assert item.check_primary_key()
        assert group.check_referential_integrity()
        checked = validator.CSVW(str(folder / "csv-metadata.json"), validate=True)
        assert checked.is_valid
        assert [str(warning.message) for warning in checked.warnings] == []


def test_what_would_be_a_formula_is_none(downloads: Path) -> None:
    cells = [cell for name in ("bodies", "memberships") for row in table(downloads / f"{name}.csv") for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]
    book = openpyxl.load_workbook(downloads / "small-2026.xlsx")
    assert book.sheetnames == ["Mitwirkungen", "Gremien", "Einheiten", "Dachverbände", "Überschneidungen", "Spalten"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert "../../../etc/passwd 🚲 =1+1" in [cell.value for cell in book["Gremien"]["B"]]


def test_the_workbook_holds_the_tables(downloads: Path) -> None:
    book = openpyxl.load_workbook(downloads / "small-2026.xlsx", read_only=True)
    for sheet, name in zip(book.worksheets, ("memberships", "bodies", "units", "umbrellas", "overlaps"), strict=False):
        assert sheet.max_row == len(table(downloads / f"{name}.csv")) + 1


def test_the_overlap_tells_what_it_hangs_on(downloads: Path) -> None:
    (rad,) = [row for row in table(downloads / "overlaps.csv") if row["body"].endswith("/rad")]
    assert rad["firm"] == "false"
    assert rad["unit_labels"] == "Amt A; Amt B"
    assert rad["deciding"].startswith("amt-b-01:")


def test_the_network_opens(downloads: Path) -> None:
    graph = nx.read_gexf(downloads / "small-2026.gexf")
    kinds = [data["kind"] for _, data in graph.nodes(data=True)]
    assert (kinds.count("unit"), kinds.count("body")) == (2, 5)
    relations = [data["relation"] for _, _, data in graph.edges(data=True)]
    assert (relations.count("participation"), relations.count("umbrella")) == (5, 3)
    assert ET.parse(downloads / "small-2026.gexf").getroot()[0].get("lastmodifieddate") == "2026-02-03"


def test_the_archive_holds_all_downloads(downloads: Path) -> None:
    with zipfile.ZipFile(downloads / "small-2026.zip") as archive:
        assert archive.testzip() is None
        names = {name.removeprefix("small-2026/") for name in archive.namelist()}
        assert names == {path.name for path in downloads.iterdir()} - {"small-2026.zip"} | {"catalog.ttl", "void.ttl", "context.jsonld"}
        assert {info.date_time for info in archive.infolist()} == {(2026, 2, 3, 0, 0, 0)}
        assert archive.read("small-2026/units.csv") == (downloads / "units.csv").read_bytes()


def test_the_tables_and_the_graph_count_alike(real_package: Path) -> None:
    folder = real_package / "download" / "dresden-2026"
    things = package.read_manifest(real_package)["things"]
    assert len(table(folder / "memberships.csv")) == things["participation"]
    assert len(table(folder / "bodies.csv")) == things["body"]
    assert len(table(folder / "units.csv")) == things["unit"]
    amounts = [Decimal(part) for row in table(folder / "memberships.csv") for part in row["cost_eur"].split("; ") if part]
    text = read_text(folder / "dresden-2026.nt")
    assert len(amounts) == text.count('gremiennetz/ns#amount> "')
    assert sum(amounts) > 0
