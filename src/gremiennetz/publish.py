"""Publishing: the named graphs of a root into a remote store, by the SPARQL 1.1 Graph Store Protocol.

One request replaces one graph. A graph of marks in the store (``…/graph/published``) says for each graph what was sent, by SHA-256 and count of
triples; a graph whose mark and count are those of here is skipped, so that a run that was interrupted goes on where it stopped. The mark is
taken away before a graph is sent and set after its triples have been counted in the store.
"""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import attrs
import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph import store as stores
from gremiennetz.graph.store import GRAPHS
from gremiennetz.places import Root
from gremiennetz.query import Table
from gremiennetz.remote import PATIENCE, Patience, RemoteEngine, RemoteError, StatusError, Web, address

MARKS = GRAPHS + "published"
PEOPLE = "people"
_HASH, _COUNT = "http://purl.org/dc/terms/identifier", "http://rdfs.org/ns/void#triples"
_BLOCK = 1 << 16
_SLOWEST = 50_000
"""Bytes a second that a store is expected to take in at least; what is longer than that takes too long."""

GRAPH_STORES = {"oxigraph": "store", "virtuoso": "/sparql-graph-crud-auth", "fuseki": "data"}
"""Where known servers have the Graph Store Protocol, seen from their query endpoint."""


@attrs.frozen
class Part:
    """A named graph of here, written to a file."""

    graph: str
    file: Path
    count: int
    mark: str

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return self.file.stat().st_size


@attrs.frozen
class Step:
    """What happens to a graph: ``new``, ``replace``, ``skip``, ``remove``, or ``other`` for one that is not of here and stays."""

    action: str
    graph: str
    count: int = 0
    part: Part | None = None


def parts(root: Root, folder: Path, *, people: bool) -> list[Part]:
    """Write the named graphs of a root to files of a folder, as N-Triples, which every reader of Turtle understands."""
    store = ox.Store.read_only(str(stores.on_disk(root, people=people)))
    found = []
    for number, graph in enumerate(sorted((name for name in store.named_graphs() if isinstance(name, ox.NamedNode)), key=lambda name: name.value)):
        path = folder / f"{number}.nt"
        store.dump(str(path), ox.RdfFormat.N_TRIPLES, from_graph=graph)
        digest, count = hashlib.sha256(), 0
        with path.open("rb") as lines:
            for line in lines:
                digest.update(line)
                count += 1
        found.append(Part(graph.value, path, count, f"sha256:{digest.hexdigest()}"))
    return found


class Publisher:
    """Brings graphs into a remote store."""

    def __init__(self, endpoint: str, graph_store: str | None = None, patience: Patience = PATIENCE) -> None:
        self.engine = RemoteEngine(endpoint, patience)
        self.engine.run("ASK { }")  # whether it is an endpoint at all, before anything is prepared
        self._patience = patience
        self.web = Web(graph_store or _graph_store(endpoint, self.engine.server), patience)

    def plan(self, wanted: Iterable[Part], *, prune: bool) -> list[Step]:
        """Return what there is to do."""
        marks, steps, names = self.marks(), [], {MARKS}
        for part in wanted:
            names.add(part.graph)
            count = self.count(part.graph)
            if count == part.count and marks.get(part.graph) == (part.mark, count):
                steps.append(Step("skip", part.graph, count, part))
            else:
                steps.append(Step("replace" if count else "new", part.graph, count, part))
        listed = self.engine.run(f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPHS}")) }}')
        others = sorted(row[0].value for row in listed.rows if isinstance(row[0], ox.NamedNode) and row[0].value not in names)
        return steps + [Step("remove" if prune else "other", name, self.count(name)) for name in others]

    def run(self, steps: Iterable[Step], sent: Callable[[int], None] = lambda _: None) -> None:
        """Carry out a plan; ``sent`` is told how many bytes went out. Raises ``RemoteError`` when the store does not hold what was sent."""
        marks = self.marks()
        todo = [step for step in steps if step.action not in {"skip", "other"}]
        if todo:
            # A small write first: it shows that writing is allowed, and it makes the server ask who is there. One that is asked to take a large
            # graph by a stranger hangs up before it has read it, and its question is lost.
            self._write_marks(marks)
        for step in todo:
            if marks.pop(step.graph, None):
                self._write_marks(marks)
            if step.part is None:
                self._request("DELETE", step.graph)
                self._expect(step.graph, 0)
                continue
            self._request("PUT", step.graph, step.part.file, sent)
            self._expect(step.graph, step.part.count)
            marks[step.graph] = (step.part.mark, step.part.count)
            self._write_marks(marks)

    def marks(self) -> dict[str, tuple[str, int]]:
        """Return what the store says it was sent: mark and count by graph."""
        found = self.engine.run(f"SELECT ?g ?mark ?count WHERE {{ GRAPH <{MARKS}> {{ ?g <{_HASH}> ?mark ; <{_COUNT}> ?count }} }}")
        return {_value(graph): (_value(mark), int(_value(count))) for graph, mark, count in found.rows}

    def count(self, graph: str) -> int:
        """Return how many triples a graph has in the store."""
        table: Table = self.engine.run(f"SELECT (COUNT(*) AS ?count) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(_value(table.rows[0][0]))

    def _expect(self, graph: str, count: int) -> None:
        held = self.count(graph)
        if held != count:
            raise RemoteError(f"{self.web.url}: the graph <{graph}> has {held} triples in the store, {count} were sent; publish again")

    def _write_marks(self, marks: dict[str, tuple[str, int]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "marks.nt"
            lines = [
                f'<{graph}> <{_HASH}> "{mark}" .\n<{graph}> <{_COUNT}> "{count}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
                for graph, (mark, count) in sorted(marks.items())
            ]
            path.write_text("".join(lines), encoding="utf-8", newline="\n")
            # an empty graph is none to some stores, and sending one an error
            self._request("PUT" if marks else "DELETE", MARKS, path if marks else None)

    def _request(self, method: str, graph: str, path: Path | None = None, sent: Callable[[int], None] = lambda _: None) -> None:
        url = f"{self.web.url}{'&' if '?' in self.web.url else '?'}graph={quote(graph, safe='')}"
        request = urllib.request.Request(url, method=method)  # noqa: S310 - Web has checked the scheme
        size = 0
        if path is not None:
            size = path.stat().st_size
            request.data = _Blocks(path, sent)
            request.add_header("Content-Type", "text/turtle; charset=utf-8")
            request.add_header("Content-Length", str(size))
        try:
            self.web.open(request, timeout=self._patience.timeout + size / _SLOWEST)
        except StatusError as error:
            if method == "DELETE" and error.status == 404:
                return
            raise


@attrs.define
class _Blocks:
    """A file that can be sent again from its beginning, when the server first wants to know who is there."""

    path: Path
    sent: Callable[[int], None]
    told: int = 0

    def __iter__(self) -> Iterator[bytes]:
        if self.told:
            self.sent(-self.told)
            self.told = 0
        with self.path.open("rb") as source:
            while block := source.read(_BLOCK):
                yield block
                self.told += len(block)
                self.sent(len(block))


def _graph_store(endpoint: str, server: str) -> str:
    for name, path in GRAPH_STORES.items():
        if name in server.lower():
            return urljoin(address(endpoint), path)
    raise GremiennetzError(
        f"{endpoint} does not say what kind of server it is ({server or 'no name'}); give the address of its Graph Store Protocol with --graph-store"
    )


def _value(term: object) -> str:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    raise RemoteError(f"the store answered with {term!r} where an IRI or a value was expected")


def people_left(steps: Iterable[Step], *, people: bool) -> list[str]:
    """Return the graphs of people that a store would keep although the profile is public."""
    return [] if people else [step.graph for step in steps if step.action == "other" and step.graph.rsplit("/", 1)[-1] == PEOPLE]
