"""Pairs of units, counted outside the engine: the same rows as the query, term by term."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.graph import files, store
from gremiennetz.pairs import unit_pairs
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine, answer


def same(root: Root, library: Library, *, people: bool = True) -> int:
    engine = StoreEngine(store.in_memory(root, people=people))
    counted, asked = unit_pairs(library, engine), answer(library.get("overlap/unit-pairs"), {}, library, engine)
    assert counted.columns == asked.columns
    assert counted.rows == asked.rows
    return len(counted)


@pytest.mark.parametrize("people", [True, False])
def test_the_real_graph(repository: Root, *, people: bool) -> None:
    assert same(repository, Library(repository.shipped("queries")), people=people) > 100


def test_the_small_city_whose_overlap_hangs_on_a_cell(small: Root) -> None:
    files.write(small)
    assert same(small, Library(small.shipped("queries"))) == 1


def test_units_of_two_cities_are_no_pair(repository: Root, tmp_path: Path) -> None:
    script = repository.path / "scripts" / "synthetic.py"
    words = [sys.executable, str(script), "--municipalities", "2", "--out", str(tmp_path), "--root", str(repository.path)]
    subprocess.run(words, check=True, capture_output=True)
    country, library = Root(tmp_path), Library(repository.shipped("queries"))
    store.from_records(country)
    engine = StoreEngine(store.opened(country))
    counted = unit_pairs(library, engine)
    assert counted.rows == answer(library.get("overlap/unit-pairs"), {}, library, engine).rows
    assert any(row["deciding"] for row in counted.to_dicts())
    cities = [[str(row[name]).split("-")[1] for name in ("a", "b")] for row in counted.to_dicts()]
    assert {city for pair in cities for city in pair} == {"0001", "0002"}
    assert all(a == b for a, b in cities)


def test_the_command(small: Root, cli: CliRunner) -> None:
    files.write(small)
    result = cli.invoke(app, ["analyse", "pairs", "--root", str(small.path), "--format", "csv"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("a_label,b_label,bodies,firm_bodies")
    assert len(result.stdout.splitlines()) == 2


def test_a_graph_without_units_has_no_pairs(small: Root) -> None:

    empty = StoreEngine(ox.Store())
    assert unit_pairs(Library(small.shipped("queries")), empty).rows == ()
