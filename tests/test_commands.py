"""The command line as people mistype it: exit code 1 for what the data says, 2 for how it was called, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gremiennetz.graph import files
from gremiennetz.places import Root

WRONG_CALLS = [
    (["--nope"], "No such option"),
    (["frobnicate"], "No such command"),
    (["query"], "give the name of a query, --file, or --list"),
    (["query", "quality/inventory", "--format", "yaml"], "--format"),
    (["query", "quality/inventory", "--param", "units"], "'units' is not name=value"),
    (["query", "quality/inventory", "--file", "my.rq"], "goes alone"),
    (["validate", "--format", "yaml"], "--format"),
    (["report", "--profile", "secret"], "--profile"),
    (["resolve", "amt-a-01", "--same", "x", "--different", "y"], "give one record and one of"),
]

WRONG_INPUT = [
    (["query", "nope"], "there is no query 'nope'"),
    (["query", "../../etc/passwd"], "there is no query '../../etc/passwd'"),
    (["query", "\udcff"], "there is no query"),
    (["query", "overlap/shared-bodies", "--param", 'units=3") } DROP ALL'], "is no integer"),
    (["query", "overlap/shared-bodies", "--param", "size=3"], "has no parameter 'size'"),
    (["query", "--file", "missing.rq"], "missing.rq: does not exist"),
    (["query", "--file", "."], "is a directory, a file was expected"),
    (["query", "--file", "syntax.rq"], "the query is no SPARQL: error at 2:1"),
    (["query", "--file", "update.rq"], "the query is no SPARQL"),
    (["query", "--file", "latin.rq"], "latin.rq: is not UTF-8: byte 0xe4 in line 1"),
    (["query", "--file", "empty.rq"], "the query is no SPARQL"),
    (["query", "--file", "-"], "standard input: is not UTF-8: byte 0xe4 in line 1"),
    (["build", "--root", "elsewhere"], "no data/records below elsewhere"),
    (["check", "--root", "latin.rq"], "no data/records below latin.rq"),
    (["validate", "--root", "elsewhere"], "no graph in"),
    (["query", "quality/inventory", "--root", "elsewhere"], "no graph in"),
    (["report", "--root", "elsewhere"], "no graph in"),
    (["network", "--root", "elsewhere"], "no graph in"),
    (["network", "--out", "."], "cannot be read or written"),
    (["report", "--out", "latin.rq"], "cannot be read or written"),
    (["resolve", "amt-z-01"], "there is no record 'amt-z-01'"),
    (["resolve", "amt-a-01", "--same", "nobody", "--because", "x"], "nobody"),
]


@pytest.fixture
def city(small: Root) -> Root:
    files.write(small)
    (small.path / "syntax.rq").write_text("SELECT * WHERE { ?s ?p\n", encoding="utf-8")
    (small.path / "update.rq").write_text("DROP ALL", encoding="utf-8")
    (small.path / "latin.rq").write_bytes("SELECT ('ä' AS ?x) {}".encode("cp1252"))
    (small.path / "empty.rq").write_bytes(b"")
    return small


def run(root: Root, *words: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [os.fsencode(word) for word in (sys.executable, "-m", "gremiennetz", *words)]
    return subprocess.run(command, cwd=root.path, input=stdin, capture_output=True, check=False, timeout=120, env={**os.environ, **environment})


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(done.stderr.decode("utf-8").split())


@pytest.mark.parametrize(("words", "message"), WRONG_CALLS, ids=[" ".join(words) for words, _ in WRONG_CALLS])
def test_a_wrong_call_is_exit_code_2(city: Root, words: list[str], message: str) -> None:
    done = run(city, *words)
    assert (done.returncode, message in said(done), "Traceback" in said(done)) == (2, True, False), said(done)


@pytest.mark.skipif(sys.platform == "win32", reason="words that are no Unicode exist on POSIX only")
@pytest.mark.parametrize(("words", "message"), WRONG_INPUT, ids=[ascii(" ".join(words)) for words, _ in WRONG_INPUT])
def test_wrong_input_is_exit_code_1_and_one_line(city: Root, words: list[str], message: str) -> None:
    done = run(city, *words, stdin="SELECT ('ä' AS ?x) {}".encode("cp1252"))
    assert (done.returncode, message in said(done), "Traceback" in said(done)) == (1, True, False), said(done)
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("words", "place"),
    [(["build"], "build"), (["convert"], "data/ttl"), (["report"], "build"), (["network"], "build")],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_place_that_cannot_be_written_to_is_told(city: Root, words: list[str], place: str) -> None:
    """A file where a folder should be stands in for a folder without permission, which the superuser would pass."""
    if place == "data/ttl":
        (city.turtle / "bodies.ttl").unlink()
        (city.turtle / "bodies.ttl").mkdir()
        (city.turtle / "bodies.ttl" / "inside").touch()
    else:
        (city.path / place).write_text("in the way", encoding="utf-8")
    done = run(city, *words)
    assert (done.returncode, "cannot be read or written" in said(done), "Traceback" in said(done)) == (1, True, False), said(done)


def test_a_query_from_standard_input_is_utf_8_wherever_it_runs(city: Root) -> None:
    done = run(city, "query", "--file", "-", "--format", "csv", stdin="SELECT ('ä' AS ?x) {}".encode(), PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert (done.returncode, done.stdout.decode("utf-8").splitlines()) == (0, ["x", "ä"])


def test_a_pipe_that_closes_early_is_no_error(city: Root) -> None:
    command = [sys.executable, "-m", "gremiennetz", "query", "--list"]
    with subprocess.Popen(command, cwd=city.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["convert"],
        ["validate"],
        ["query", "--list"],
        ["query", "quality/inventory"],
        ["report"],
        ["network"],
        ["resolve"],
    ],
    ids=" ".join,
)
def test_every_file_is_opened_with_its_encoding_named(city: Root, words: list[str]) -> None:
    done = run(city, *words, PYTHONWARNDEFAULTENCODING="1")
    assert done.returncode == 0, said(done)
    assert [line for line in done.stderr.decode("utf-8").splitlines() if "EncodingWarning" in line and "gremiennetz" in line] == []


@pytest.mark.parametrize(
    ("folder", "message"),
    [("ontology", "no vocabulary in ontology/vocab"), ("shapes", "no shape in shapes"), ("queries", "there is no query"), ("viz", "not found")],
)
def test_an_empty_folder_of_ones_own_is_told(city: Root, folder: str, message: str) -> None:
    (city.path / folder).mkdir()
    done = run(city, "build")
    assert (done.returncode, message in said(done), "Traceback" in said(done)) == (1, True, False), said(done)


@pytest.mark.parametrize("words", [["validate"], ["query", "quality/inventory"], ["report"], ["network"]], ids=" ".join)
@pytest.mark.parametrize("content", [b"no Turtle", b"\xff", b'<x:a> <x:b> "open'])
def test_a_broken_file_of_the_graph_is_told(city: Root, words: list[str], content: bytes) -> None:
    (city.turtle / "bodies.ttl").write_bytes(content)
    done = run(city, *words)
    assert (done.returncode, "bodies.ttl: is not Turtle" in said(done), "Traceback" in said(done)) == (1, True, False), said(done)


def test_an_empty_folder_of_records_is_told(tmp_path: Path) -> None:
    (tmp_path / "data" / "records" / "nothing").mkdir(parents=True)
    done = run(Root(tmp_path), "check")
    assert (done.returncode, "no set of records in" in said(done)) == (1, True)


def test_a_set_without_settings_is_not_passed_over(city: Root) -> None:
    other = city.records / "other-2026"
    other.mkdir()
    (other / "units.csv").write_text("unit\n", encoding="utf-8")
    assert "data/records/other-2026/dataset.toml: does not exist" in said(run(city, "check"))
