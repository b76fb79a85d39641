"""The graph from Python: opened like in a notebook, asked, and handed on as rows of Python values."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest

import gremiennetz
from gremiennetz import GremiennetzError, Table, UnknownNameError, open_graph
from gremiennetz.graph import files
from gremiennetz.places import Root


def test_everything_that_is_exported_is_there() -> None:
    for name in gremiennetz.__all__:
        assert getattr(gremiennetz, name) is not None


def test_a_graph_is_opened_and_asked(small: Root) -> None:
    files.write(small)
    graph = open_graph(small.path)
    assert {query.name for query in graph.queries("lists")} >= {"lists/units", "lists/bodies"}
    assert len(graph.queries()) > len(graph.queries("lists"))
    portrait = graph.ask("portrait/unit", unit="Amt A")
    assert isinstance(portrait, Table)
    assert sorted(str(row["body_label"]) for row in portrait.to_dicts()) == ["Netzwerk Rad", "Umweltausschuss"]
    assert graph.ask("portrait/unit", unit=None).columns == portrait.columns


def test_values_are_typed_on_the_way_in_and_out(small: Root) -> None:
    files.write(small)
    graph = open_graph(str(small.path))
    (row,) = graph.ask("cost/largest", minimum=Decimal("60.5")).to_dicts()
    assert (row["amount"], row["up_to"]) == (Decimal(100), None)
    assert [item["amount"] for item in graph.ask("cost/largest", minimum=50).to_dicts()] == [Decimal(100), Decimal(50), Decimal(50)]
    assert graph.ask("status/ending", until=dt.date(2020, 1, 1)).to_dicts() == []
    assert graph.run("SELECT (COUNT(*) AS ?n) (true AS ?yes) { ?x a gn:Unit }").to_dicts() == [{"n": 2, "yes": True}]
    assert set(graph.prefixes) >= {"gn", "org", "skos"}


def test_rows_are_what_data_frames_are_made_of(small: Root) -> None:
    """Equal keys in equal order, one value of Python per cell: what the constructors of pandas and polars take."""
    files.write(small)
    table = open_graph(small.path).ask("portrait/unit")
    rows = table.to_dicts()
    assert len(rows) == len(table) == 5
    assert all(tuple(row) == table.columns for row in rows)
    assert all(isinstance(value, str | int | Decimal | bool | None) for row in rows for value in row.values())


def test_the_public_profile_has_no_persons(small: Root) -> None:
    files.write(small)
    assert len(open_graph(small.path).ask("people/seats")) == 1
    assert len(open_graph(small.path, profile="public").ask("people/seats")) == 0


def test_wrong_names_values_and_places_are_told(small: Root) -> None:
    with pytest.raises(GremiennetzError, match="no graph in"):
        open_graph(small.path)
    files.write(small)
    graph = open_graph(small.path)
    with pytest.raises(UnknownNameError, match="did you mean overlap/shared-bodies"):
        graph.ask("shared-bodis")
    with pytest.raises(UnknownNameError, match="did you mean 'Amt"):
        graph.ask("portrait/unit", unit="Amt Z")
    with pytest.raises(UnknownNameError, match="no parameter 'body'"):
        graph.ask("portrait/unit", body="x")
    with pytest.raises(UnknownNameError, match="internal or public"):
        open_graph(small.path, profile="secret")
    with pytest.raises(GremiennetzError, match="no SPARQL"):
        graph.run("DROP ALL")


def test_the_graph_cannot_be_changed_through_it(small: Root) -> None:
    files.write(small)
    graph = open_graph(small.path)
    before = graph.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").to_dicts()
    for text in ("INSERT DATA { <x:a> <x:b> 1 }", "CLEAR ALL", "DELETE WHERE { ?s ?p ?o }"):
        with pytest.raises(GremiennetzError):
            graph.run(text)
    assert graph.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").to_dicts() == before


def test_two_processes_can_read_the_same_store(small: Root) -> None:
    files.write(small)
    graph = open_graph(small.path)
    code = f"from gremiennetz import open_graph; print(len(open_graph({str(small.path)!r}).ask('overlap/memberships')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert (done.stdout.strip(), done.stderr) == (str(len(graph.ask("overlap/memberships"))), "")
