"""Writing the report: both forms from one reading of the graph."""

from __future__ import annotations

from pathlib import Path

import attrs

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import read_toml, write_bytes, write_text
from gremiennetz.graph.chosen import of_sets
from gremiennetz.lists import listed, lists, newest
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, StoreEngine
from gremiennetz.report.comparison import compare
from gremiennetz.report.data import gather
from gremiennetz.report.page import render
from gremiennetz.report.review import Settings, read_settings, review
from gremiennetz.report.workbook import workbook

PROFILES = ("internal", "public")


def settings(root: Root, dataset: str) -> Settings:
    """Return the settings of the review list that a set gives."""
    file = f"data/records/{dataset}/dataset.toml"
    path = root.records / dataset / "dataset.toml"
    return read_settings(read_toml(path, file), file) if path.exists() else Settings()


def write(root: Root, engine: Engine, folder: Path, profile: str, dataset: str | None = None) -> list[Path]:
    """Write a page and a workbook for the newest list of each municipality, or for one chosen set, and return where they lie.

    They are called ``report`` where the graph holds one municipality, else ``report-<municipality>``, and ``report-<set>`` for a chosen set.
    The engine has to hold the graph of the profile: public means without people. Raises ``UnknownNameError`` for a set that is not there.
    """
    if profile not in PROFILES:
        raise GremiennetzError(f"{profile!r} is no profile; wanted: {', '.join(PROFILES)}")
    library = Library(root.shipped("queries"))
    known = lists(library, engine)
    cities = newest(known)
    suffix = "" if profile == "internal" else "-public"
    if not isinstance(engine, StoreEngine) and len(known) > 1:
        raise GremiennetzError(
            f"the graph holds {len(known)} lists; a report is about one, and can be written from the graph here, not from an endpoint"
        )
    if dataset is not None:
        return _write(root, library, engine, folder / f"report-{dataset}{suffix}", profile, listed(known, dataset).municipality, [dataset])
    paths = []
    for municipality, sets in cities.items():
        name = "report" if len(cities) == 1 else f"report-{municipality.rsplit('/', 1)[-1]}"
        paths += _write(root, library, engine, folder / f"{name}{suffix}", profile, municipality, sets)
    return paths


def _write(root: Root, library: Library, engine: Engine, stem: Path, profile: str, municipality: str, sets: list[str]) -> list[Path]:
    own = StoreEngine(of_sets(engine.store, sets)) if isinstance(engine, StoreEngine) else engine
    chosen = settings(root, sets[-1])
    data = attrs.evolve(gather(library, own), comparison=compare(library, engine, municipality))
    items = review(data, chosen)
    page, book = stem.with_name(f"{stem.name}.html"), stem.with_name(f"{stem.name}.xlsx")
    html, sheets = render(root, data, items, chosen, profile), workbook(data, items, profile)
    write_text(page, html)
    write_bytes(book, sheets)
    return [page, book]
