"""Publishing into two real servers, and the same answers from all engines for every query of the library."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pyoxigraph as ox
import pytest
from comparing import comparable  # type: ignore[import-not-found] # conftest.py shows Python the way
from servers import small_root  # type: ignore[import-not-found]
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.store import GRAPHS
from gremiennetz.places import Root
from gremiennetz.publish import MARKS, Publisher, parts
from gremiennetz.query import Engine, Library, answer, local_engine
from gremiennetz.remote import Patience, RemoteEngine, RemoteError


@pytest.fixture(params=["oxigraph", "virtuoso"])
def store(request: pytest.FixtureRequest) -> str:
    """Return the address of each server in turn, emptied of what other tests left."""
    url: str = request.getfixturevalue(request.param)
    publisher = Publisher(url)
    publisher.run(publisher.plan([], prune=True))
    return url


@pytest.fixture
def root(tmp_path: Path) -> Root:
    made = small_root(tmp_path)
    assert isinstance(made, Root)
    return made


def actions(root: Root, url: str, folder: Path, *, people: bool = False, prune: bool = False) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    return {step.graph.removeprefix(GRAPHS): step.action for step in Publisher(url).plan(parts(root, folder, people=people), prune=prune)}


def test_publishing_is_counted_resumed_and_pruned(store: str, root: Root, tmp_path: Path, cli: CliRunner) -> None:
    command = ["publish", "--root", str(root.path), "--endpoint", store]
    done = cli.invoke(app, [*command, "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "dry run: nothing was sent" in done.output
    assert set(actions(root, store, tmp_path / "a").values()) == {"new"}

    assert cli.invoke(app, command).exit_code == 0
    here, there = local_engine(root, people=False), RemoteEngine(store)
    for graph in actions(root, store, tmp_path / "a"):
        query = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{GRAPHS}{graph}> {{ ?s ?p ?o }} }}"
        assert set(there.run(query).rows) == set(here.run(query).rows), graph

    assert set(actions(root, store, tmp_path / "a").values()) == {"skip"}
    assert "0 graphs written and counted" in cli.invoke(app, command).output

    changed = root.turtle / "small-2026" / "units.ttl"
    changed.write_text("<a:b> <a:c> <a:d> .\n", encoding="utf-8")
    assert [name for name, action in actions(root, store, tmp_path / "a").items() if action == "replace"] == ["small-2026/units"]
    assert cli.invoke(app, command).exit_code == 0
    assert len(there.run(f"SELECT ?s WHERE {{ GRAPH <{GRAPHS}small-2026/units> {{ ?s ?p ?o }} }}")) == 1

    assert cli.invoke(app, [*command, "--profile", "internal"]).exit_code == 0
    refused = cli.invoke(app, command)
    assert isinstance(refused.exception, GremiennetzError)
    assert "the store holds people, whom the public profile leaves out" in str(refused.exception)
    assert cli.invoke(app, [*command, "--prune"]).exit_code == 0
    assert there.run(f"ASK {{ GRAPH <{GRAPHS}small-2026/people> {{ ?s ?p ?o }} }}").rows == ((ox.Literal(False),),)


def test_an_interrupted_run_goes_on(store: str, root: Root, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    wanted = parts(root, tmp_path / "a", people=False)
    publisher = Publisher(store)
    sent = 0

    def stop_in_the_third(count: int) -> None:
        nonlocal sent
        sent += count
        if sent > sum(part.size for part in wanted[:2]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publisher.run(publisher.plan(wanted, prune=False), stop_in_the_third)
    again = [step.action for step in Publisher(store).plan(wanted, prune=False)]
    assert again[:2] == ["skip", "skip"]
    assert "skip" not in again[2:]


def test_a_graph_that_was_changed_there_is_sent_again(store: str, root: Root, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    wanted = parts(root, tmp_path / "a", people=False)
    publisher = Publisher(store)
    publisher.run(publisher.plan(wanted, prune=False))
    publisher._request("DELETE", wanted[0].graph)
    assert [step.action for step in publisher.plan(wanted, prune=False)] == ["new", *["skip"] * (len(wanted) - 1)]
    assert MARKS not in {step.graph for step in publisher.plan(wanted, prune=False)}


def test_a_store_that_keeps_less_is_told(oxigraph: str, root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(oxigraph)
    (tmp_path / "a").mkdir()
    wanted = parts(root, tmp_path / "a", people=False)
    steps = publisher.plan(wanted, prune=False)
    monkeypatch.setattr(Publisher, "count", lambda *_: 1)
    with pytest.raises(RemoteError, match=r"has 1 triples in the store, .* were sent; publish again"):
        publisher.run([step for step in steps if step.part is None or step.part.count > 1])


def test_nobody_publishes_without_a_log_in(virtuoso: str, root: Root, cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREMIENNETZ_ENDPOINT_PASSWORD", "wrong")
    done = cli.invoke(app, ["publish", "--root", str(root.path), "--endpoint", virtuoso])
    assert isinstance(done.exception, RemoteError)
    assert "those that are set are not accepted" in str(done.exception)


def known_deviations(server: str) -> dict[str, str]:
    """Return what docs/engines.md says of a server: the queries whose answer differs, and why."""
    text = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    return {name: why for name, engine, why in re.findall(r"^\| `([\w/-]+)` \| (\w+)[^|]*\| (.+) \|$", text, re.MULTILINE) if engine == server}


def differing(library: Library, here: Engine, there: Engine) -> dict[str, str]:
    found: dict[str, str] = {}
    for query in library:
        calls = [dict(word.split("=", 1) for word in shlex.split(example) if "=" in word) for example in ("", query.example)]
        for given in calls if query.example else calls[:1]:
            try:
                expected, got = answer(query, given, library, here), answer(query, given, library, there)
            except GremiennetzError as error:
                found[query.name] = str(error)
                continue
            if expected.columns != got.columns or comparable(expected, query) != comparable(got, query):
                found[query.name] = f"{len(expected)} rows here, {len(got)} there"
    return found


@pytest.mark.parametrize("server", ["oxigraph", "virtuoso"])
def test_every_engine_gives_the_same_answers(server: str, repository: Root, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """All queries of the library, each as it stands and with its example; a deviation is in the matrix of docs/engines.md, or the test fails."""
    url: str = request.getfixturevalue(server)
    publisher = Publisher(url)
    publisher.run(publisher.plan(parts(repository, tmp_path, people=True), prune=True))
    there = RemoteEngine(url, Patience(timeout=120, attempts=2))
    library = Library(repository.shipped("queries"))
    found = differing(library, local_engine(repository), there)
    assert found.keys() == known_deviations(server.capitalize()).keys(), found
