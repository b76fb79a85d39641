"""Records: bad input is told in one line per problem, all at once, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.files import read_table, table_text, write_text
from gremiennetz.graph import files
from gremiennetz.places import Root
from gremiennetz.records import HTTP, RECORD_COLUMNS, read_dataset

RECORDS = "records.csv"
UNITS = "units.csv"


def replace(old: str, new: str) -> Callable[[str], str]:
    def change(content: str) -> str:
        assert old in content
        return content.replace(old, new, 1)

    return change


BAD = [
    ("missing column", RECORDS, replace("reach,participation", "participation"), "missing reach"),
    ("renamed column", RECORDS, replace("record,unit", "id,unit"), "unknown 'id'"),
    ("semicolons", RECORDS, lambda text: text.replace(",", ";"), "separated by semicolons"),
    ("duplicate id", RECORDS, replace("amt-a-02,amt-a", "amt-a-01,amt-a"), "already used in row 2"),
    ("unknown unit", RECORDS, replace("amt-b-01,amt-b", "amt-c-01,amt-c"), "there is no unit 'amt-c'"),
    ("id of another unit", RECORDS, replace("amt-b-01", "amt-a-07"), "is not the unit"),
    ("line outside the source", RECORDS, replace(",12,,,,,,,unit", ",99,,,,,,,unit"), "line 99 is outside the source, which has 19 lines"),
    ("line that is no number", RECORDS, replace(",12,,,,,,,unit", ",zwölf,,,,,,,unit"), "is no line reference"),
    ("no name", RECORDS, replace("amt-b-01,amt-b,,Netzwerk Rad", "amt-b-01,amt-b,,"), "column name: is empty"),
    ("text without lines", RECORDS, replace(",,,12,", ",,,,"), "has words and no lines"),
    ("unknown uncertain column", RECORDS, replace(",unit,Die", ",einheit,Die"), "'einheit' is no column"),
    ("uncertain without note", RECORDS, replace("Die Überschrift kann auch zu Amt A gehören.", ""), "has to say why a cell is uncertain"),
    ("too few cells", RECORDS, replace("amt-b-01,amt-b,,Netzwerk Rad", "amt-b-01,amt-b,Netzwerk Rad"), "has 17 cells, the header has 18"),
    ("broken quoting", RECORDS, replace('"100,00 Euro"', '"100,00 Euro'), "cannot be read as CSV"),
    ("line break in a cell", RECORDS, replace("Umweltausschuss", '"Umwelt\nausschuss"'), "line breaks"),
    ("SQL in a cell", RECORDS, replace("Umweltausschuss,", '"""; DROP TABLE units; --",'), "does not stand on these lines"),
    ("NUL", RECORDS, replace("Umweltausschuss", "Umwelt\x00"), "NUL"),
    ("empty file", RECORDS, lambda _: "", "is empty"),
    ("empty units", UNITS, lambda _: "", "is empty"),
    ("unit without label", UNITS, replace("amt-b,Amt B", "amt-b,"), "column label: is empty"),
    ("unknown parent", UNITS, replace("office,,2", "office,amt-x,2"), "there is no unit 'amt-x'"),
    ("unit above itself", UNITS, replace("office,,2", "office,amt-a,2"), "stands above itself"),
    ("person of no record", "persons.csv", replace("amt-a-02,", "amt-a-77,"), "there is no record 'amt-a-77'"),
    ("person who is not there", "persons.csv", replace("Fr. Ada Beispiel", "Fr. Eva Beispiel"), "'Eva' stands in no cell"),
    ("ledger kind", "ledger.csv", replace("title,", "rest,"), "'rest' is no kind"),
    ("ledger without reason", "ledger.csv", replace("Mitgliedschaften,Titel", "Mitgliedschaften,"), "column reason: is empty"),
    ("no base", "dataset.toml", replace('base = "https://example.org/"', ""), "dataset.base: is missing"),
    ("base without slash", "dataset.toml", replace("example.org/", "example.org"), "ends in /"),
    ("no TOML", "dataset.toml", replace("[dataset]", "[dataset"), "is not TOML"),
    ("wrong folder", "dataset.toml", replace('id = "small-2026"', 'id = "big-2026"'), "wanted: the folder's name, 'small-2026'"),
    ("year as text", "dataset.toml", replace("year = 2026", 'year = "MMXXVI"'), "document.year: holds 'MMXXVI'"),
    ("year as truth", "dataset.toml", replace("year = 2026", "year = true"), "document.year: holds True"),
    ("year of no calendar", "dataset.toml", replace("year = 2026", "year = 20260"), "document.year: holds 20260"),
    ("licence that is no text", "dataset.toml", replace("year = 2026", "year = 2026\nlicence = 5"), "document.licence: holds 5"),
    ("label of spaces", "dataset.toml", replace('label = "Kleine Stadt"', 'label = " "'), "municipality.label: holds ' '"),
    ("base that is no IRI", "dataset.toml", replace("https://example.org/", "https://exa[mple.org/"), "dataset.base: holds"),
    ("a document elsewhere", "dataset.toml", replace('"list.txt"', '"../../list.txt"'), "document.file: holds '../../list.txt'"),
    ("a document of another system", "dataset.toml", replace('"list.txt"', "'C:\\list.txt'"), "document.file: holds"),
    ("empty settings", "dataset.toml", lambda _: "", "dataset.id: is missing"),
    (
        "unknown unit kind",
        UNITS,
        replace("amt-b,Amt B,,office", "amt-b,Amt B,,offize"),
        "'offize' is not in the vocabulary unit-kind",
    ),
    ("link that is no link", UNITS, replace("office,,11,,", "office,,11,siehe OParl,"), "column oparl: 'siehe OParl' is no http(s) address"),
    ("far too many lines", RECORDS, replace(",12,,,,,,,unit", ",1-900,,,,,,,unit"), "names 900 lines"),
    ("person on other lines", "persons.csv", replace("amt-a,10", "amt-a,9"), "'Fr.' does not stand on the lines 9"),
]


@pytest.mark.parametrize(("name", "file", "change", "told"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_is_told(small: Root, cli: CliRunner, name: str, file: str, change: Callable[[str], str], told: str) -> None:
    files.write(small)
    before = {path: path.read_bytes() for path in small.turtle.rglob("*") if path.is_file()}
    path = small.records / "small-2026" / file
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for command in ("check", "build"):
        message = _told(cli, small, command)
        assert told in message, name
        assert file in message
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("name", [RECORDS, UNITS, "persons.csv", "ledger.csv", "dataset.toml"])
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.unlink(), "does not exist"),
        (lambda path: (path.unlink(), path.mkdir()), "is a directory, a file was expected"),
        (lambda path: path.write_bytes("Bürgeramt\n".encode("cp1252")), "is not UTF-8: byte 0xfc in line 1"),
        (lambda path: path.write_bytes(b"a,b\n\x00\n"), "holds a NUL character in line 2"),
        (lambda path: os.truncate(path, 200 * 2**20), "is 200 MB; files of this kind have at most 64 MB"),
    ],
    ids=["missing", "directory", "encoding", "NUL", "200 MB"],
)
def test_any_file_of_a_set_can_be_unusable(small: Root, cli: CliRunner, name: str, damage: Callable[[Path], object], told: str) -> None:
    damage(small.records / "small-2026" / name)
    message = _told(cli, small, "check")
    if name == RECORDS and told == "does not exist":
        told, name = "holds no table of records", ""
    assert f"data/records/small-2026/{name}" in message
    assert told in message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "data/source/list.txt: does not exist"),
        (b"", "is outside the source, which has 1 lines"),
        ("Bürgeramt".encode("cp1252"), "data/source/list.txt: is not UTF-8"),
    ],
)
def test_the_document_can_be_unusable(small: Root, cli: CliRunner, content: bytes | None, told: str) -> None:
    path = small.source / "list.txt"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert told in _told(cli, small, "check")


def test_the_problems_of_all_sets_are_told_at_once(small: Root, cli: CliRunner) -> None:
    shutil.copytree(small.records / "small-2026", small.records / "other-2026")
    (small.records / "small-2026" / UNITS).unlink()
    for command in ("check", "build"):
        message = _told(cli, small, command)
        assert "small-2026/units.csv: does not exist" in message
        assert "other-2026/dataset.toml, column dataset.id: holds 'small-2026'" in message


@given(st.from_regex(HTTP, fullmatch=True))
def test_what_is_taken_for_an_address_is_an_iri(address: str) -> None:
    assert ox.NamedNode(address).value == address


def _told(cli: CliRunner, root: Root, command: str) -> str:
    result = cli.invoke(app, [command, "--root", str(root.path)])
    assert result.exit_code == 1
    assert isinstance(result.exception, GremiennetzError)
    return str(result.exception)


def test_all_problems_at_once(small: Root) -> None:
    path = small.records / "small-2026" / RECORDS
    content = path.read_text(encoding="utf-8").replace(",12,,,,,,,unit", ",99,,,,,,,einheit").replace("amt-a-02,amt-a", "amt-a-01,amt-a")
    path.write_text(content, encoding="utf-8")
    units = small.records / "small-2026" / UNITS
    units.write_text(units.read_text(encoding="utf-8").replace("amt-b,Amt B", "amt-b,"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(small, "small-2026")
    assert len(caught.value.problems) >= 4
    files_named = {problem.file.rsplit("/", 1)[-1] for problem in caught.value.problems}
    assert files_named == {RECORDS, UNITS, "persons.csv"}  # the person's record has lost its id


def test_a_byte_order_mark_is_welcome(small: Root) -> None:
    path = small.records / "small-2026" / RECORDS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_dataset(small, "small-2026").records) == 5


def test_no_data_below_the_root(tmp_path: Path) -> None:
    with pytest.raises(GremiennetzError, match="no data/records below"):
        Root(tmp_path).datasets()


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.ttl"
    write_text(path, "before")

    def broken(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", broken)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "after")
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


_cell = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(_cell, min_size=3, max_size=3), max_size=5))
@example(rows=[["\r", "a\r\nb", "\n"]])
def test_what_is_written_is_read_again(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "table.csv"
    write_text(path, table_text(("a", "b", "c"), rows))
    assert [list(row.cells.values()) for row in read_table(path, ("a", "b", "c"))] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_reading_never_raises_anything_but_input_errors(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        read_table(path, RECORD_COLUMNS)
