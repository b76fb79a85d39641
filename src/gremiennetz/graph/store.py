"""The graph in a store that answers SPARQL: Oxigraph, in memory or on disk, with one named graph per file.

A store is filled from the published Turtle, or, where a country has too much of it, straight from the records (``stream.py``). What a store was
made from stands in its stamp, so that one that is out of date is never asked.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from gremiennetz import __version__
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.files import graph_files
from gremiennetz.graph.stream import GRAPHS, ONTOLOGY, ontology_quads, quads
from gremiennetz.places import Root

__all__ = ["GRAPHS", "ONTOLOGY", "fill", "fingerprint", "from_records", "in_memory", "on_disk", "opened"]

_FROM_RECORDS = "records:"


def _sources(root: Root, *, people: bool, sets: Collection[str] | None = None) -> Iterator[tuple[str, Path]]:
    yield from graph_files(root, people=people, sets=sets).items()
    for path in sorted(root.shipped("ontology").rglob("*.ttl")):
        yield ONTOLOGY, path


def fingerprint(root: Root, *, people: bool = True) -> str:
    """Return a value that changes when any file that goes into the store changes."""
    digest = hashlib.sha256(ox.__version__.encode())
    for name, path in _sources(root, people=people):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _records_fingerprint(root: Root) -> str:
    """Return a value that changes when any file changes that the graph is made from.

    Size and time of each file stand for its content: the records of a country are thousands of files, and this is asked before every query.
    """
    digest = hashlib.sha256(f"{ox.__version__} {__version__}".encode())
    for folder in (root.records, root.register, root.source, root.shipped("ontology")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                status = path.stat()
                digest.update(f"{path.relative_to(folder).as_posix()}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return _FROM_RECORDS + digest.hexdigest()


def fill(store: ox.Store, root: Root, *, people: bool = True, sets: Collection[str] | None = None) -> None:
    """Load the graph (of some ``sets`` only) and the ontology into a store. Raises ``GremiennetzError`` for a file that is no Turtle."""
    for name, path in _sources(root, people=people, sets=sets):
        try:
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPHS + name))
        except (SyntaxError, ValueError) as error:
            raise GremiennetzError(f"{path}: is not Turtle: {error}") from None


def in_memory(root: Root, *, people: bool = True, sets: Collection[str] | None = None) -> ox.Store:
    """Return a store in memory with the graph of a root, or of some of its sets."""
    store = ox.Store()
    fill(store, root, people=people, sets=sets)
    return store


def _folder(root: Root, *, people: bool) -> tuple[Path, Path]:
    folder = root.build / ("store" if people else "store-public")
    return folder, folder.with_suffix(".fingerprint")


def on_disk(root: Root, *, people: bool = True) -> Path:
    """Return the folder of an on-disk store of the graph, made anew when the graph has changed since.

    The store lies in ``build/store`` (with people) or ``build/store-public``. It is made beside and moved into place. One that was made from the
    records is used as long as they are the same. Raises ``GremiennetzError`` when they are not and there is no Turtle to make it from.
    """
    folder, stamp = _folder(root, people=people)
    made_of = stamp.read_text(encoding="utf-8") if folder.is_dir() and stamp.is_file() else ""
    if made_of.startswith(_FROM_RECORDS):
        if made_of == _records_fingerprint(root):
            return folder
        if not any(root.turtle.rglob("*.ttl")):
            message = f"the records have changed since {folder} was made from them"
            raise GremiennetzError(f"{message}; make it anew with: gremiennetz convert --format store")
    mark = fingerprint(root, people=people)
    return folder if made_of == mark else _made(root, lambda store: fill(store, root, people=people), mark, people=people)


def from_records(root: Root, *, people: bool = True) -> Path:
    """Make the on-disk store straight from the records, set by set, and return its folder. Raises ``InputError`` with everything that is wrong."""
    mark = _records_fingerprint(root)  # taken before: a file that changes while it is read makes the store out of date
    return _made(root, lambda store: store.bulk_extend(chain(ontology_quads(root), quads(root, people=people))), mark, people=people)


def _made(root: Root, fill_it: Callable[[ox.Store], None], mark: str, *, people: bool) -> Path:
    folder, stamp = _folder(root, people=people)
    root.build.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".store-", dir=root.build))
    try:
        store = ox.Store(str(beside / "db"))
        fill_it(store)
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


def opened(root: Root, *, people: bool = True) -> ox.Store:
    """Return the graph to work on as a whole: in memory, unless there is only a store on disk that was made from the records."""
    if _folder(root, people=people)[1].is_file() and not any(root.turtle.rglob("*.ttl")):
        return ox.Store.read_only(str(on_disk(root, people=people)))
    return in_memory(root, people=people)
