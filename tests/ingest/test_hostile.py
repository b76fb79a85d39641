"""Hostile input: one clear line, exit code 1, bounded memory and time, and nothing half written."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reportlab.lib import pdfencrypt  # type: ignore[import-untyped] # published without type information
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # published without type information
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.ingest import recheck, rows, sets
from gremiennetz.records import read_dataset

HEAD = "Amt;Gremium;Kosten\n"
MAPPING = '[columns]\nname = "Gremium"\ncost = "Kosten"\n[unit]\nfrom = "column"\ncolumns = "Amt"\n'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def altered(content: bytes, member: str, text: bytes) -> bytes:
    """Return a workbook with one member replaced."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, text if item.filename == member else old.read(item.filename))
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def bomb() -> bytes:
    return altered(workbook([["x"]]), SHEET, START + b"<sheetData>" + b" " * (20 * 2**20) + b"</sheetData></worksheet>")


def page(*, text: str = "", password: str = "") -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, encrypt=pdfencrypt.StandardEncryption(password) if password else None)
    if text:
        canvas.drawString(50, 700, text)
    canvas.rect(50, 50, 400, 600, fill=1)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def pdf_bomb() -> bytes:
    packed = zlib.compress(b"0" * (260 * 2**20), 1)
    return b"%PDF-1.4\n1 0 obj\n<</Length " + str(len(packed)).encode() + b"/Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream\nendobj\n"


def document() -> bytes:
    """Return a ZIP archive as a word processor writes one."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return buffer.getvalue()


FILES: dict[str, tuple[Any, str]] = {
    "empty": (b"", "ist leer"),
    "blank": (b" \n\n", "ist leer"),
    "protected workbook": (OLE + b"\x00" * 600, "mit einem Passwort geschützt"),
    "zip bomb": (bomb, "wird nicht geöffnet"),
    "no workbook": (document, "keine Arbeitsmappe"),
    "broken zip": (b"PK\x03\x04 and nothing more", "kein lesbares ZIP-Archiv"),
    "cut workbook": (lambda: workbook([["a", "b"]] * 50)[:-40], "kein lesbares ZIP-Archiv"),
    "broken sheet": (lambda: altered(workbook([["x"]]), SHEET, START + b"<sheetData><row><c"), "beschädigt"),
    "formula without value": (lambda: workbook([["Amt", "Gremium", "Kosten"], ["10", "AG", "=1+1"]]), "Formel ohne gespeicherten Wert"),
    "far cell": (
        lambda: altered(
            workbook([["x"]]), SHEET, START + b'<sheetData><row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
        ),
        "gelesen werden 100 Spalten",
    ),
    "huge merge": (
        lambda: altered(
            workbook([["x"]]),
            SHEET,
            START
            + b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
            + b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>',
        ),
        "kein Tabellenkopf",
    ),
    "entities": (
        lambda: altered(
            workbook([["x"]]),
            SHEET,
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + b"&a;" * 1000 + b'">]>' + START + b"<sheetData>&b;</sheetData></worksheet>",
        ),
        "",
    ),
    "scanned page": (page, "enthält keinen Text"),
    "protected PDF": (lambda: page(text="Gremium", password="x"), "mit einem Passwort geschützt"),
    "broken PDF": (b"%PDF-1.7\nnothing", "beschädigt"),
    "PDF bomb": (pdf_bomb, "wird nicht geöffnet"),
    "200 columns": (
        ";".join(f"Spalte {number}" for number in range(200)) + "\n" + ";" * 199 + "x\n",
        "hat 200 Spalten; gelesen werden höchstens 100",
    ),
    "mixed encodings": (
        (HEAD + "10;Städtetag;1\n").encode() + "10;Verein für Grün;2\n".encode("cp1252"),
        "mischt Kodierungen: Textzeile 2 ist UTF-8, Textzeile 3 nicht",
    ),
    "NUL": (HEAD + "10;AG\x00;1\n", "enthält in Textzeile 2 ein NUL-Zeichen"),
    "binary": (bytes(range(256)) * 40, "NUL"),
    "open quote": (HEAD + '10;"AG;1\n' + "10;B;2\n" * 3, "lässt sich nicht als CSV lesen"),
    "huge cell": (HEAD + "10;" + "A" * 150_000 + ";1\n", "lässt sich nicht als CSV lesen"),
    "no table in HTML": ("<html><body><p>Gremium</p></body></html>", "enthält keine Tabelle"),
    "huge spans": (
        '<table><tr><td rowspan="999999999" colspan="999999999">x</td></tr><tr><td>y</td></tr></table>',
        "",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_list_is_refused_in_one_line(name: str, city: Any) -> None:
    content, words = FILES[name]
    said = city.refused(content() if callable(content) else content)
    assert words in said
    assert said.startswith("liste.csv")
    assert "\n" not in said
    assert "\x00" not in said
    assert {path.name for path in city.folder.iterdir()} == {"dataset.toml", "units.csv"}


def test_too_many_rows_are_refused(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 1_000)
    assert "hat mehr als 1.000 Zeilen" in city.refused(HEAD + "10;A;1\n" * 1_000)
    assert len(city.read(HEAD + "10;A;1\n" * 999).records) == 999


def test_a_csv_of_300_mb_is_refused_at_once(city: Any) -> None:
    path = city.root.path / "groß.csv"
    with path.open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(300 * 2**20)
    assert "ist 300 MB groß; gelesen werden höchstens 64 MB" in city.refused(path)


def test_the_largest_csv_that_is_read_takes_bounded_memory(city: Any, record_property: Any) -> None:
    path = city.file(HEAD + "10;" + "Arbeitskreis der Städte " * 40 + ";1.000,00\n" * 1)
    line = path.read_bytes().split(b"\n", 1)[1]
    with path.open("ab") as file:
        for _ in range(20_000_000 // len(line)):
            file.write(line)
    city.mapping(MAPPING)
    done = run(city, path, "--dry-run")
    assert done.returncode == 0, done.stderr
    # of the largest child of this process; every other one of these tests is smaller
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    record_property("measured", f"CSV of {path.stat().st_size / 2**20:.0f} MB: at most {used:.2f} GiB")
    assert used < 2


def run(city: Any, path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "gremiennetz", "ingest", str(path), "--root", str(city.root.path)),
            *("--mapping", str(city.root.path / "mapping.toml"), "--dataset", "stadt-2026", *more),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--dataset", "../../etc"], "ist keine Kennung"),
        (["--dataset", "a/b"], "ist keine Kennung"),
        (["--dataset", "x" * 300], "ist keine Kennung"),
        (["--dataset", "anderswo-2026"], "gremiennetz init anderswo-2026"),
    ],
)
def test_ids_lead_nowhere_else(words: list[str], wanted: str, city: Any, cli: CliRunner) -> None:
    path = city.file(HEAD + "10;AG;1\n")
    done = cli.invoke(app, ["ingest", str(path), "--root", str(city.root.path), *words])
    assert done.exit_code == 1
    assert isinstance(done.exception, GremiennetzError)
    assert wanted in str(done.exception)
    assert "\n" not in str(done.exception)


@pytest.mark.parametrize("name", ["zip bomb", "mixed encodings"])
def test_the_command_says_it_in_one_line_and_exits_with_1(name: str, city: Any) -> None:
    content, words = FILES[name]
    path = city.file(content() if callable(content) else content)
    city.mapping(MAPPING)
    before = sorted(city.root.path.rglob("*"))
    done = run(city, path)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(city.root.path.rglob("*")) == before


FORMULAS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "'=1+1", "＝1+1", "'tis"]


def test_formulas_are_inert_in_the_files_and_verbatim_in_the_records(city: Any) -> None:
    lines = [f'10;{formula};"{formula}"' for formula in FORMULAS] + [f"99;{formula};1" for formula in FORMULAS]
    city.write(HEAD + "\n".join(lines) + "\n")
    for name in (sets.RECORDS, sets.REJECTS):
        with (city.folder / name).open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.DictReader(file) for cell in row.values()]
        assert not [cell for cell in cells if cell[:1] in "=+@＝" and cell]
    records = read_dataset(city.root, "stadt-2026").records.values()
    assert [record.text("name") for record in records] == FORMULAS
    assert [record.text("cost") for record in records] == FORMULAS
    assert recheck(city.root, "stadt-2026") == []


def test_what_lies_there_stays_when_a_later_list_is_refused(city: Any) -> None:
    city.write(HEAD + "10;AG;1\n")
    before = {path: path.read_bytes() for path in city.root.path.rglob("*") if path.is_file() and path.name not in {"liste.csv", "mapping.toml"}}
    city.refused(OLE + b"\x00" * 600)
    assert {path: path.read_bytes() for path in before} == before


def test_writing_is_all_or_nothing(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = city.write(HEAD + "10;AG;1\n")
    before = {path: path.read_bytes() for path in city.folder.iterdir()}
    real = Path.write_bytes
    written: list[Path] = []

    def full(self: Path, data: Any) -> int:
        written.append(self)
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    reading.records[0]["name"] = "anders"
    with pytest.raises(OSError, match="No space"):
        sets.write(city.root, "stadt-2026", reading, city.root.path / "liste.csv", city.root.path / "mapping.toml")
    assert {path: path.read_bytes() for path in city.folder.iterdir()} == before


def test_no_escape_reaches_the_terminal(city: Any, cli: CliRunner) -> None:
    path = city.file(HEAD + "10;\x1b]0,böse\x07AG\u202e;1\n")
    where = ["--root", str(city.root.path), "--mapping", str(city.mapping(MAPPING)), "--dataset", "stadt-2026"]
    done = cli.invoke(app, ["ingest", str(path), *where, "--dry-run"])
    assert done.exit_code == 0
    assert "AG" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_a_link_out_of_the_folder_is_not_followed_when_writing(city: Any, tmp_path: Path) -> None:
    """A name that was a link becomes a file; what the link led to stays as it was."""
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("keep", encoding="utf-8")
    city.folder.mkdir(exist_ok=True)
    (city.folder / sets.REJECTS).symlink_to(elsewhere)
    city.write(HEAD + "10;AG;1\n")
    assert elsewhere.read_text(encoding="utf-8") == "keep"
    assert not (city.folder / sets.REJECTS).is_symlink()
