"""Which lists a graph holds: of which city, of which year, and which are the newest."""

from __future__ import annotations

import attrs

from gremiennetz.errors import UnknownNameError
from gremiennetz.query import Engine, Library, ask, near_names, shown


@attrs.frozen
class Listed:
    """A list of a city, as the graph holds it."""

    id: str
    title: str
    year: str
    municipality: str
    """Short id of the city, such as ``municipality/mycity``."""
    municipality_label: str
    newest: bool
    """Whether no list of the city is of a later year."""
    follows: str = ""
    """The older list that it is compared with in the graph, if its ``dataset.toml`` names one."""


def lists(library: Library, engine: Engine) -> dict[str, Listed]:
    """Return all lists of a graph by their id."""
    described = {shown(row[2]): (shown(row[1]), shown(row[4])) for row in ask(library.get("lists/datasets"), engine).rows}
    table = ask(library.get("comparison/key-figures"), engine)
    found = {}
    for row in table.texts():
        cells = dict(zip(table.columns, row, strict=True))
        name = cells["dataset"]
        title, follows = described.get(name, (name, ""))
        city = (cells["municipality"], cells["municipality_label"])
        found[name] = Listed(name, title, cells["year"], *city, cells["newest"] == "true", follows)
    return found


def listed(known: dict[str, Listed], name: str) -> Listed:
    """Return a list by its id. Raises ``UnknownNameError`` with near ones."""
    if name not in known:
        near = near_names(name, list(known)) or list(known)[:5]
        raise UnknownNameError(f"there is no set {name!r} in the graph; it has {', '.join(near)}")
    return known[name]


def newest(known: dict[str, Listed]) -> dict[str, list[str]]:
    """Return, for each city, its newest list (several, where a city has several in one year)."""
    found: dict[str, list[str]] = {}
    for item in known.values():
        if item.newest:
            found.setdefault(item.municipality, []).append(item.id)
    return found
