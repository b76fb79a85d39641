"""What the tests of the export share: a small city with a register that breaks what can be broken, its package, and the package of the real data."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from gremiennetz.export import package
from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files
from gremiennetz.places import Root
from gremiennetz.register import ALIAS_COLUMNS, BODY_COLUMNS, DECISION_COLUMNS, FIELD_COLUMNS, MERGED_COLUMNS

sys.path.insert(0, str(Path(__file__).parent))

SMALL = Path(__file__).parents[1] / "fixtures" / "small"
MARKUP = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
LONG = "Sehr langer Name " * 18 + "Ende"
BODIES = [
    ["staedtetag", "Städtetag", "ST", "umbrella-association", "", "", "Q1", ""],
    ["umweltausschuss", f"Umweltausschuss {MARKUP}", "", "committee", "", "staedtetag", "", ""],
    ["rad", "../../../etc/passwd 🚲 =1+1", "Rad", "network", "ev", "", "", f"Anmerkung {MARKUP}"],
    ["ak-eins", LONG, "", "committee", "", "staedtetag", "", ""],
    ["ak-zwei", "AK „Zwei“ & 'Drei' {{ 7*7 }} {% raw %}", "", "committee", "", "staedtetag", "", ""],
]
DECIDED = {"amt-a-01": "umweltausschuss", "amt-a-02": "rad", "amt-b-01": "rad", "amt-b-02": "ak-eins", "amt-b-03": "ak-zwei"}


def register(root: Root, bodies: list[list[str]], merged: list[list[str]]) -> None:
    """Write the register of the small city, and its graph."""
    folder = root.register
    decisions = [["small-2026", record, body, "same", "Name", "Projektteam", "2026-01-01", ""] for record, body in DECIDED.items()]
    for name, columns, rows in (
        ("bodies", BODY_COLUMNS, bodies),
        ("aliases", ALIAS_COLUMNS, [["Netz Rad", "rad"]]),
        ("decisions", DECISION_COLUMNS, decisions),
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


@pytest.fixture
def city(tmp_path: Path) -> Root:
    return small_city(tmp_path / "city")


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, Path]:
    """Return the small city and its package, both to be read only."""
    folder = tmp_path_factory.mktemp("export")
    root = small_city(folder / "city")
    package.write(root, folder / "gremien")
    return root, folder / "gremien"


@pytest.fixture(scope="session")
def real_package(repository: Root, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of the repository's own data."""
    out = tmp_path_factory.mktemp("real") / "package"
    package.write(repository, out)
    return out
