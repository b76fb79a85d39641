"""The graph in a store that answers SPARQL: Oxigraph, in memory or on disk, with one named graph per file."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.files import graph_files
from gremiennetz.places import Root

GRAPHS = "https://w3id.org/gremiennetz/graph/"
ONTOLOGY = "ontology"


def _sources(root: Root, *, people: bool) -> Iterator[tuple[str, Path]]:
    yield from graph_files(root, people=people).items()
    for path in sorted(root.shipped("ontology").rglob("*.ttl")):
        yield ONTOLOGY, path


def fingerprint(root: Root, *, people: bool = True) -> str:
    """Return a value that changes when any file that goes into the store changes."""
    digest = hashlib.sha256(ox.__version__.encode())
    for name, path in _sources(root, people=people):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fill(store: ox.Store, root: Root, *, people: bool = True) -> None:
    """Load the graph and the ontology into a store. Raises ``GremiennetzError`` for a file that is no Turtle."""
    for name, path in _sources(root, people=people):
        try:
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPHS + name))
        except (SyntaxError, ValueError) as error:
            raise GremiennetzError(f"{path}: is not Turtle: {error}") from None


def in_memory(root: Root, *, people: bool = True) -> ox.Store:
    """Return a store in memory with the graph of a root."""
    store = ox.Store()
    fill(store, root, people=people)
    return store


def on_disk(root: Root, *, people: bool = True) -> Path:
    """Return the folder of an on-disk store of the graph, made anew when the graph has changed since.

    The store lies in ``build/store`` (with people) or ``build/store-public``. It is made beside and moved into place.
    """
    folder = root.build / ("store" if people else "store-public")
    mark = fingerprint(root, people=people)
    stamp = folder.with_suffix(".fingerprint")
    if folder.is_dir() and stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return folder
    root.build.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".store-", dir=root.build))
    try:
        store = ox.Store(str(beside / "db"))
        fill(store, root, people=people)
        store.optimize()
        store.flush()
        del store
        stamp.unlink(missing_ok=True)
        if folder.exists():
            shutil.rmtree(folder)
        (beside / "db").replace(folder)
        stamp.write_text(mark, encoding="utf-8")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
