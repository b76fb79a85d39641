"""The overview page: what was built, how it was checked, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import pyoxigraph as ox

from gremiennetz.files import write_text
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine, ask
from gremiennetz.templates import environment

INVENTORY = "quality/inventory"


@attrs.frozen
class Product:
    """A built file: where it lies (from the page), what it shows, and its size in words."""

    href: str
    what: str
    size: str

    @classmethod
    def of(cls, path: Path, folder: Path, what: str) -> Product:
        """Describe a file as seen from a folder."""
        kilobytes = path.stat().st_size / 1000
        return cls(_relative(path, folder), what, f"{kilobytes:.0f} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB".replace(".", ","))


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else "../" + path.relative_to(folder.parent).as_posix()


def write(root: Root, store: ox.Store, products: Sequence[Product], checks: Sequence[tuple[str, str]], titles: Sequence[str]) -> Path:
    """Write ``build/index.html`` and return where it lies."""
    library = Library(root.shipped("queries"))
    inventory = ask(library.get(INVENTORY), StoreEngine(store)).texts()
    page = environment(root).get_template("overview.html.jinja")
    path = root.build / "index.html"
    write_text(path, page.render(titles=titles, products=products, checks=checks, inventory=inventory, queries=list(library)))
    return path
