"""The streamed graph: the same as the published one, the same on every run, one set at a time, and all or nothing."""

from __future__ import annotations

import gc
import shutil
import weakref
from pathlib import Path

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.graph import files, store, stream
from gremiennetz.graph.sets import Sets
from gremiennetz.places import Root
from gremiennetz.query import StoreEngine, local_engine


def read(path: Path) -> ox.Store:
    made = ox.Store()
    made.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
    return made


def canonical(made: ox.Store) -> ox.Dataset:
    """Return what a store holds, blank nodes named by what is said of them."""
    found = ox.Dataset(made)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return found


@pytest.mark.parametrize("people", [True, False])
def test_it_is_the_published_graph(small: Root, tmp_path: Path, *, people: bool) -> None:
    files.write(small)
    count = stream.write_nquads(small, tmp_path / "graph.nq", people=people)
    streamed = read(tmp_path / "graph.nq")
    assert canonical(streamed) == canonical(store.in_memory(small, people=people))
    assert 0 < len(streamed) <= count
    assert (b"Beispiel" in (tmp_path / "graph.nq").read_bytes()) == people


def test_the_real_graph_too_with_its_two_cities(repository: Root, tmp_path: Path) -> None:
    stream.write_nquads(repository, tmp_path / "graph.nq")
    assert canonical(read(tmp_path / "graph.nq")) == canonical(store.in_memory(repository))


def test_the_same_bytes_on_every_run(small: Root, tmp_path: Path, cli: CliRunner) -> None:
    for name in ("a.nq", "b.nq"):
        result = cli.invoke(app, ["convert", "--root", str(small.path), "--format", "nq", "--out", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
        assert f"{name}: " in result.output
    named = [line for line in (tmp_path / "a.nq").read_bytes().splitlines() if b"/graph/ontology>" not in line]
    assert named == [line for line in (tmp_path / "b.nq").read_bytes().splitlines() if b"/graph/ontology>" not in line]
    assert not any(small.turtle.rglob("*.ttl"))


def more_cities(small: Root, count: int) -> None:
    """Copy the small city under other names."""
    for number in range(count):
        name = f"other-{number}-2026"
        folder = small.records / name
        shutil.copytree(small.records / "small-2026", folder)
        settings = (folder / "dataset.toml").read_text(encoding="utf-8")
        (folder / "dataset.toml").write_text(settings.replace('"small-2026"', f'"{name}"').replace('"small"', f'"other-{number}"'), encoding="utf-8")


def test_no_more_than_one_set_is_in_memory(small: Root) -> None:
    more_cities(small, 3)
    seen: list[weakref.ref[object]] = []
    for builder in Sets.of(small):
        gc.collect()
        assert [item for item in seen if item() is not None] == []
        seen.append(weakref.ref(builder))
        for part in ("units", "participations", "records", "people"):
            assert list(builder.part(part))
        del builder
    assert len(seen) == 4


def test_everything_that_is_wrong_is_told_and_nothing_is_written(small: Root, tmp_path: Path) -> None:
    more_cities(small, 2)
    for name in ("small-2026", "other-1-2026"):
        units = small.records / name / "units.csv"
        units.write_text(units.read_text(encoding="utf-8").replace("office", "offize"), encoding="utf-8")
    (tmp_path / "graph.nq").write_text("as it was", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        stream.write_nquads(small, tmp_path / "graph.nq")
    assert {problem.file for problem in caught.value.problems} == {f"data/records/{name}/units.csv" for name in ("small-2026", "other-1-2026")}
    assert (tmp_path / "graph.nq").read_text(encoding="utf-8") == "as it was"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["graph.nq"]
    with pytest.raises(InputError):
        store.from_records(small)
    assert not any(small.build.iterdir())


def test_a_store_from_the_records_answers_until_they_change(small: Root, cli: CliRunner) -> None:
    def convert() -> None:
        result = cli.invoke(app, ["convert", "--root", str(small.path), "--format", "store"])
        assert result.exit_code == 0, result.output

    convert()
    count = "SELECT (COUNT(?u) AS ?n) WHERE { ?u a gn:Unit }"
    assert local_engine(small).run(count).to_dicts() == [{"n": 2}]
    assert StoreEngine(store.opened(small)).run(count).to_dicts() == [{"n": 2}]
    assert cli.invoke(app, ["validate", "--root", str(small.path)]).exit_code == 0
    units = small.records / "small-2026" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Amt A", "Amt Aha"), encoding="utf-8")
    with pytest.raises(GremiennetzError, match="convert --format store"):
        local_engine(small)
    convert()
    assert local_engine(small).run("ASK { ?u skos:prefLabel 'Amt Aha'@de }").to_dicts() == [{"answer": True}]
    files.write(small)  # from now on there is a published graph again
    units.write_text(units.read_text(encoding="utf-8").replace("Amt Aha", "Amt Oho"), encoding="utf-8")
    assert local_engine(small).run("ASK { ?u skos:prefLabel 'Amt Aha'@de }").to_dicts() == [{"answer": True}]


def test_the_public_store_holds_no_person(small: Root, cli: CliRunner) -> None:
    assert cli.invoke(app, ["convert", "--root", str(small.path), "--format", "store", "--profile", "public"]).exit_code == 0
    everything = "SELECT ?s WHERE { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'Beispiel')) }"
    assert len(local_engine(small, people=False).run(everything)) == 0
    with pytest.raises(GremiennetzError, match="gremiennetz build"):
        local_engine(small)


@pytest.mark.parametrize("options", [["--out", "x.nq"], ["--profile", "public"], ["--format", "store", "--out", "x"]])
def test_options_that_do_not_fit_are_refused(small: Root, cli: CliRunner, options: list[str]) -> None:
    result = cli.invoke(app, ["convert", "--root", str(small.path), *options])
    assert result.exit_code == 2
    assert not any(small.turtle.rglob("*.ttl"))
