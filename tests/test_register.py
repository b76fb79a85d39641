"""The register as people leave it: bad input is told in one line per problem, and nothing of the graph is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import InputError
from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files
from gremiennetz.places import Root
from gremiennetz.register import (
    ALIAS_COLUMNS,
    BODY_COLUMNS,
    DECISION_COLUMNS,
    FIELD_COLUMNS,
    LINK_COLUMNS,
    MENTION_COLUMNS,
    MERGED_COLUMNS,
    PERSON_COLUMNS,
)

Table = tuple[Sequence[str], list[list[str]]]

GOOD: dict[str, Table] = {
    "bodies.csv": (
        BODY_COLUMNS,
        [
            ["staedtetag", "Deutscher Städtetag", "DST", "umbrella-association", "", "", "", "", ""],
            ["umweltausschuss", "Umweltausschuss", "", "committee", "", "staedtetag", "small", "", ""],
        ],
    ),
    "aliases.csv": (ALIAS_COLUMNS, [["Städtetag", "staedtetag"]]),
    "decisions/small-2026.csv": (DECISION_COLUMNS, [["amt-a-01", "umweltausschuss", "same", "Gleicher Name", "Projektteam", "2026-11-22", ""]]),
    "fields.csv": (FIELD_COLUMNS, [["umweltausschuss", "environment-climate", "Name"]]),
    "persons.csv": (PERSON_COLUMNS, [["beispiel", "", "Ada", "Beispiel", ""]]),
    "mentions.csv": (MENTION_COLUMNS, [["small-2026", "amt-a-02", "ada-beispiel", "beispiel", "Gleicher Name", "Projektteam", "2026-11-22"]]),
    "links.csv": (
        LINK_COLUMNS,
        [
            ["unit/small-amt-a", "https://example.org/oparl/a", "Gleicher Name", "Projektteam", "2026-11-22"],
            ["body/staedtetag", "https://example.org/gnd/1", "Gleicher Name und Sitz", "Projektteam", "2026-11-22"],
        ],
    ),
    "merged.csv": (MERGED_COLUMNS, [["alter-ausschuss", "umweltausschuss", "2026-11-22", ""]]),
}

BAD = [
    ("bodies.csv", "umweltausschuss,Umwelt", "Umwelt Ausschuss,Umwelt", "row 3, column body: 'Umwelt Ausschuss' is no id"),
    ("bodies.csv", "Umweltausschuss", "", "row 3, column label: is empty"),
    ("bodies.csv", ",committee,", ",klub,", "row 3, column kind: 'klub' is no kind; wanted one of:"),
    ("bodies.csv", "committee,,", "committee,eV,", "row 3, column legal_form: 'eV' is no legal form"),
    ("bodies.csv", "small,,\n", "Small Town,,\n", "row 3, column municipality: 'Small Town' is no id of a municipality"),
    ("bodies.csv", "small,,\n", "small,http://wikidata,\n", "row 3, column wikidata: 'http://wikidata' is no Wikidata id"),
    ("bodies.csv", "body,label,short", "body,name,short", "row 1: the columns are not"),
    ("bodies.csv", ",", ";", "separated by semicolons"),
    ("aliases.csv", "Städtetag,staedtetag", "Städtetag,dst", "row 2, column body: there is no body 'dst'"),
    ("aliases.csv", "Städtetag,", " ,", "row 2, column alias: is empty"),
    ("aliases.csv", "Städtetag,staedtetag", "Städtetag,staedtetag\nSTÄDTETAG,umweltausschuss", "row 3, column alias: 'STÄDTETAG' already stands for"),
    ("decisions/small-2026.csv", "amt-a-01", "amt-z-01", "row 2, column record: there is no record 'amt-z-01' in the set 'small-2026'"),
    ("decisions/small-2026.csv", "umweltausschuss", "ausschuss", "row 2, column body: there is no body 'ausschuss'"),
    ("decisions/small-2026.csv", "same", "equal", "row 2, column judgement: 'equal' is no judgement; wanted one of: same, different, unsure"),
    ("decisions/small-2026.csv", "Gleicher Name", "", "row 2, column justification: is empty"),
    ("decisions/small-2026.csv", "2026-11-22", "2026-02-30", "row 2, column date: '2026-02-30' is no date; wanted: 2026-11-22"),
    ("decisions/small-2026.csv", "2026-11-22", "22.11.2026", "row 2, column date: '22.11.2026' is no date"),
    ("decisions/small-2026.csv", "Gleicher Name", '"""; DROP TABLE', "cannot be read as CSV"),
    ("fields.csv", "umweltausschuss", "ausschuss", "row 2, column body: there is no body 'ausschuss'"),
    ("fields.csv", "environment-climate", "umwelt", "row 2, column field: 'umwelt' is no policy field"),
    ("persons.csv", "beispiel,,Ada", "Ada Beispiel,,Ada", "row 2, column person: 'Ada Beispiel' is no id"),
    ("persons.csv", "Beispiel,\n", ",\n", "row 2, column family: is empty"),
    ("persons.csv", "Beispiel,\n", "Beispiel,\nbeispiel,,Eva,Beispiel,\n", "row 3, column person: the id 'beispiel' is already used in row 2"),
    ("mentions.csv", ",beispiel,", ",muster,", "row 2, column person: there is no person 'muster' in persons.csv"),
    ("mentions.csv", "ada-beispiel", "eva-beispiel", "row 2, column mention: small-2026/amt-a-02 does not mention 'eva-beispiel'"),
    ("mentions.csv", "2026-11-22", "gestern", "row 2, column date: 'gestern' is no date"),
    ("links.csv", "unit/small", "amt/small", "row 2, column thing: 'amt/small-amt-a' is no thing; wanted: municipality/…, unit/…, body/…"),
    ("links.csv", "body/staedtetag", "body/dst", "row 3, column thing: there is no body 'dst'"),
    ("links.csv", "unit/small-amt-a", "unit/small-amt-z", "row 2, column thing: there is no 'unit/small-amt-z' in data/records"),
    ("links.csv", "https://example.org/oparl/a", "javascript:alert(1)", "row 2, column link: 'javascript:alert(1)' is no http(s) address"),
    ("links.csv", ",Gleicher Name,", ",,", "row 2, column justification: is empty"),
    ("links.csv", "2026-11-22\nbody", "gestern\nbody", "row 2, column date: 'gestern' is no date"),
    ("merged.csv", "alter-ausschuss", "alter ausschuss", "row 2, column old: 'alter ausschuss' is no id"),
    ("merged.csv", "alter-ausschuss", "staedtetag", "row 2, column old: 'staedtetag' is still in bodies.csv"),
    ("merged.csv", ",umweltausschuss", ",ausschuss", "row 2, column body: there is no body 'ausschuss'"),
    ("merged.csv", "22,\n", "22,\nalter-ausschuss,staedtetag,2026-11-22,\n", "row 3, column old: the id 'alter-ausschuss' is already used in row 2"),
]


@pytest.fixture
def city(small: Root) -> Root:
    for name, (columns, rows) in GOOD.items():
        write_text(small.register / name, table_text(columns, rows))
    return small


def told(cli: CliRunner, root: Root, command: str) -> str:
    result = cli.invoke(app, [command, "--root", str(root.path)])
    assert result.exit_code == 1
    assert isinstance(result.exception, InputError)
    return str(result.exception)


def test_the_good_one_is_good(city: Root, cli: CliRunner) -> None:
    assert cli.invoke(app, ["check", "--root", str(city.path)]).exit_code == 0
    assert city.turtle / "bodies.ttl" in files.write(city)
    assert "alter-ausschuss" in (city.turtle / "bodies.ttl").read_text(encoding="utf-8")


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD)
def test_bad_input_is_told(city: Root, cli: CliRunner, file: str, old: str, new: str, message: str) -> None:
    before = {path: path.read_bytes() for path in files.write(city)}
    path = city.register / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    write_text(path, content.replace(old, new))
    for command in ("check", "build", "convert"):
        said = told(cli, city, command)
        assert f"data/register/{file}" in said
        assert message in said
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: (path.unlink(), path.mkdir()), "is a directory, a file was expected"),
        (lambda path: path.write_bytes(b""), "is empty; its first line has to be"),
        (lambda path: path.write_bytes("Bürgeramt\n".encode("cp1252")), "is not UTF-8: byte 0xfc in line 1"),
        (lambda path: os.truncate(path, 300 * 2**20), "is 300 MB; files of this kind have at most"),
    ],
    ids=["directory", "empty", "encoding", "300 MB"],
)
def test_any_file_of_the_register_can_be_unusable(city: Root, cli: CliRunner, name: str, damage: Callable[[Path], object], message: str) -> None:
    damage(city.register / name)
    assert f"data/register/{name}: {message}" in told(cli, city, "convert")


def test_all_problems_of_all_files_at_once(city: Root, cli: CliRunner) -> None:
    for file, old, new in (
        ("bodies.csv", ",committee,", ",klub,"),
        ("persons.csv", "Beispiel,\n", ",\n"),
        ("decisions/small-2026.csv", "same", "equal"),
    ):
        path = city.register / file
        write_text(path, path.read_text(encoding="utf-8").replace(old, new))
    assert told(cli, city, "convert").count("\n") == 2


def test_only_reviewed_links_are_in_the_graph(city: Root) -> None:
    """The columns ``oparl`` and ``wikidata`` propose; what links.csv does not name is not published."""
    graph = dict(files.files(city))
    linked = [line.strip() for text in graph.values() for line in text.splitlines() if "exactMatch" in line]
    assert len(linked) == 2
    assert all("https://example.org/" in line for line in linked)
