"""Writing the report: both forms from one reading of the graph."""

from __future__ import annotations

from pathlib import Path

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import read_toml, write_bytes, write_text
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library
from gremiennetz.report.data import gather
from gremiennetz.report.page import render
from gremiennetz.report.review import Settings, read_settings, review
from gremiennetz.report.workbook import workbook

PROFILES = ("internal", "public")


def settings(root: Root) -> Settings:
    """Return the settings of the review list, from the first set that has any."""
    for name in root.datasets():
        file = f"data/records/{name}/dataset.toml"
        content = read_toml(root.records / name / "dataset.toml", file)
        if "review" in content:
            return read_settings(content, file)
    return Settings()


def write(root: Root, engine: Engine, folder: Path, profile: str) -> list[Path]:
    """Write ``report.html`` and ``report.xlsx`` to a folder. The engine has to hold the graph of the profile: public means without people."""
    if profile not in PROFILES:
        raise GremiennetzError(f"{profile!r} is no profile; wanted: {', '.join(PROFILES)}")
    chosen = settings(root)
    data = gather(Library(root.shipped("queries")), engine)
    items = review(data, chosen)
    suffix = "" if profile == "internal" else "-public"
    page, book = folder / f"report{suffix}.html", folder / f"report{suffix}.xlsx"
    html, sheets = render(root, data, items, chosen, profile), workbook(data, items, profile)
    write_text(page, html)
    write_bytes(book, sheets)
    return [page, book]
