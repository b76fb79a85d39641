"""A small city whose register breaks what can be broken."""

from __future__ import annotations

import shutil
from pathlib import Path

from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files
from gremiennetz.places import Root
from gremiennetz.register import ALIAS_COLUMNS, BODY_COLUMNS, DECISION_COLUMNS, FIELD_COLUMNS, MERGED_COLUMNS

SMALL = Path(__file__).parents[1] / "fixtures" / "small"
MARKUP = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
LONG = "Sehr langer Name " * 18 + "Ende"
BODIES = [
    ["staedtetag", "Städtetag", "ST", "umbrella-association", "", "", "", "Q1", ""],
    ["umweltausschuss", f"Umweltausschuss {MARKUP}", "", "committee", "", "staedtetag", "", "", ""],
    ["rad", "../../../etc/passwd 🚲 =1+1", "Rad", "network", "ev", "", "", "", f"Anmerkung {MARKUP}"],
    ["ak-eins", LONG, "", "committee", "", "staedtetag", "", "", ""],
    ["ak-zwei", "AK „Zwei“ & 'Drei' {{ 7*7 }} {% raw %}", "", "committee", "", "staedtetag", "", "", ""],
]
DECIDED = {"amt-a-01": "umweltausschuss", "amt-a-02": "rad", "amt-b-01": "rad", "amt-b-02": "ak-eins", "amt-b-03": "ak-zwei"}


def register(root: Root, bodies: list[list[str]], merged: list[list[str]]) -> None:
    """Write the register of the small city, and its graph."""
    folder = root.register
    decisions = [[record, body, "same", "Name", "Projektteam", "2026-01-01", ""] for record, body in DECIDED.items()]
    for name, columns, rows in (
        ("bodies", BODY_COLUMNS, bodies),
        ("aliases", ALIAS_COLUMNS, [["Netz Rad", "rad"]]),
        ("decisions/small-2026", DECISION_COLUMNS, decisions),
        ("fields", FIELD_COLUMNS, [["rad", "mobility", "Radverkehr"]]),
        ("merged", MERGED_COLUMNS, merged),
    ):
        write_text(folder / f"{name}.csv", table_text(columns, rows))
    files.write(root)


def small_city(path: Path) -> Root:
    """Return a fresh small city with a hostile register."""
    shutil.copytree(SMALL, path)
    root = Root(path)
    register(root, BODIES, [["radnetz", "rad", "2026-01-01", ""]])
    return root


NORTH = "nord-2026"


def two_cities(path: Path) -> Root:
    """Return the small city and another one, whose name begins like that of the first; they share a body, and each has one of its own."""
    root = small_city(path)
    shutil.copytree(root.records / "small-2026", root.records / NORTH)
    shutil.copyfile(root.source / "list.txt", root.source / "nord.txt")
    settings = root.records / NORTH / "dataset.toml"
    text = settings.read_text(encoding="utf-8").replace("small-2026", NORTH).replace('id = "small"', 'id = "small-nord"')
    text = text.replace("Kleine Stadt", "Nordstadt").replace('id = "list"', 'id = "nordlist"').replace("list.txt", "nord.txt")
    write_text(settings, text)
    bodies = [*BODIES, ["nordrad", "Rad im Norden", "", "network", "", "", "small-nord", "", ""]]
    decided = [[record, body, "same", "Name", "Projektteam", "2026-01-01", ""] for record, body in NORTH_DECIDED.items()]
    write_text(root.register / "decisions" / f"{NORTH}.csv", table_text(DECISION_COLUMNS, decided))
    register(root, bodies, [["radnetz", "rad", "2026-01-01", ""], ["nordradnetz", "nordrad", "2026-01-01", ""]])
    return root


NORTH_DECIDED = {"amt-a-01": "umweltausschuss", "amt-a-02": "nordrad", "amt-b-01": "nordrad", "amt-b-02": "ak-eins"}
