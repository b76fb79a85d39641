"""A package from a remote store: to the byte what the graph here gives."""

from __future__ import annotations

import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hostile_city import two_cities  # type: ignore[import-not-found] # conftest.py shows Python the way
from typer.testing import CliRunner
from web_servers import free_port, running  # type: ignore[import-not-found] # the same

from gremiennetz.cli import app
from gremiennetz.endpoint.engine import binary
from gremiennetz.export import package
from gremiennetz.graph.store import GRAPHS
from gremiennetz.places import Root
from gremiennetz.remote import RemoteEngine, RemoteError


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """Yield the address of an empty Oxigraph server that can be written to."""
    port = free_port()
    with running([str(binary()), "serve", "--location", str(tmp_path / "db"), "--bind", f"127.0.0.1:{port}"], port, tmp_path / "log"):
        yield f"http://127.0.0.1:{port}/query"


@pytest.fixture
def cities(tmp_path: Path) -> Root:
    made: Root = two_cities(tmp_path / "cities")
    return made


def published(root: Root, endpoint: str, cli: CliRunner, *options: str) -> None:
    done = cli.invoke(app, ["publish", "--root", str(root.path), "--endpoint", endpoint, *options])
    assert done.exit_code == 0, (done.output, done.exception)


def test_the_package_is_the_same(cities: Root, endpoint: str, tmp_path: Path, cli: CliRunner) -> None:
    published(cities, endpoint, cli)
    for sets in ((), ("small-2026",)):
        here, there = (tmp_path / f"{name}-{len(sets)}" for name in ("here", "there"))
        package.write(cities, here, sets=sets)
        command = ["export", "--root", str(cities.path), "--out", str(there), "--endpoint", endpoint]
        done = cli.invoke(app, [*command, *(part for name in sets for part in ("--set", name))])
        assert done.exit_code == 0, (done.output, done.exception)
        assert content(there) == content(here)


def test_the_package_of_the_real_data_is_the_same(repository: Root, real_package: Path, endpoint: str, tmp_path: Path, cli: CliRunner) -> None:
    published(repository, endpoint, cli)
    package.write(repository, tmp_path / "there", endpoint=endpoint)
    assert content(tmp_path / "there") == content(real_package)


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_report_and_network_are_the_same(repository: Root, endpoint: str, tmp_path: Path, cli: CliRunner, profile: str) -> None:
    published(repository, endpoint, cli, "--profile", profile)
    for command, name in (("report", ""), ("network", "network.html")):
        for place, options in (("here", ()), ("there", ("--endpoint", endpoint))):
            out = tmp_path / place / name
            done = cli.invoke(app, [command, "--root", str(repository.path), "--profile", profile, "--out", str(out), *options])
            assert done.exit_code == 0, (done.output, done.exception)
    assert len(content(tmp_path / "here")) > 2
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_people_come_with_the_internal_profile_only(cities: Root, endpoint: str, tmp_path: Path, cli: CliRunner) -> None:
    published(cities, endpoint, cli)
    with pytest.raises(RemoteError, match="has no graph of people; bring it there with: gremiennetz publish --profile internal"):
        package.write(cities, tmp_path / "out", people=True, endpoint=endpoint)
    published(cities, endpoint, cli, "--profile", "internal")
    for people, name in ((False, "public"), (True, "internal")):
        package.write(cities, tmp_path / f"here-{name}", people=people)
        package.write(cities, tmp_path / f"there-{name}", people=people, endpoint=endpoint)
        assert content(tmp_path / f"there-{name}") == content(tmp_path / f"here-{name}")
    assert not (tmp_path / "there-public" / "doc" / "person").exists()


def test_a_store_without_our_graphs_is_told(cities: Root, endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="has no graph bodies and no graph ontology of ours; bring the graph there with: gremiennetz publish"):
        package.write(cities, tmp_path / "out", endpoint=endpoint)
    assert not (tmp_path / "out").exists()


def test_an_answer_that_was_cut_short_is_noticed(
    cities: Root, endpoint: str, tmp_path: Path, cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(cities, endpoint, cli)
    asked = RemoteEngine.run

    def cut(self: RemoteEngine, query: str) -> object:
        return asked(self, f"{query} LIMIT 100" if query.startswith("CONSTRUCT") and f"{GRAPHS}ontology" in query else query)

    monkeypatch.setattr(RemoteEngine, "run", cut)
    with pytest.raises(RemoteError, match=r"sent 100 of the \d+ triples of <https://w3id.org/gremiennetz/graph/ontology>"):
        package.write(cities, tmp_path / "out", endpoint=endpoint)
    assert not (tmp_path / "out").exists()


def test_other_graphs_in_the_store_stay_out(cities: Root, endpoint: str, tmp_path: Path, cli: CliRunner) -> None:
    published(cities, endpoint, cli)
    engine = RemoteEngine(endpoint)
    for name in ("https://example.org/mine", f"{GRAPHS}notes", f"{GRAPHS}small-2026/drafts"):
        data = ox.serialize([ox.Triple(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.Literal("other people's"))], format=ox.RdfFormat.N_TRIPLES)
        put(endpoint, name, data or b"")
    assert len(engine.run("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }").rows) > 8
    package.write(cities, tmp_path / "here")
    package.write(cities, tmp_path / "there", endpoint=endpoint)
    assert content(tmp_path / "there") == content(tmp_path / "here")


def put(endpoint: str, graph: str, data: bytes) -> None:

    address = f"{endpoint.removesuffix('query')}store?graph={urllib.parse.quote(graph, safe='')}"
    with urllib.request.urlopen(urllib.request.Request(address, data, {"Content-Type": "application/n-triples"}, method="PUT")) as reply:
        assert reply.status in {201, 204}
