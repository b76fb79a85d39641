"""The change note between two packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_city import BODIES, DECIDED, register  # type: ignore[import-not-found] # conftest.py shows Python the way
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.export import diff, package
from gremiennetz.files import read_text, write_text
from gremiennetz.places import Root


@pytest.fixture
def two(city: Root, tmp_path: Path) -> tuple[Path, Path]:
    """Return a package, and one of the city a year later: a body new, one gone, one merged, one renamed, a cost changed."""
    bodies = [*BODIES, ["alt", "Alter Kreis", "", "network", "", "", "", "", ""], ["doppelt", "Doppelter Kreis", "", "network", "", "", "", "", ""]]
    register(city, bodies, [])
    package.write(city, tmp_path / "old")
    assert "ak-zwei" in DECIDED.values()
    changed = [[row[0], "AK Zwei, umbenannt", *row[2:]] if row[0] == "ak-zwei" else row for row in BODIES]
    table = city.records / "small-2026" / "records.csv"
    write_text(table, read_text(table).replace('"100,00 Euro"', '"120,00 Euro"'))
    source = city.source / "list.txt"
    write_text(source, read_text(source).replace("100,00 Euro", "120,00 Euro"))
    register(city, [*changed, ["neu", "Neuer Kreis", "", "network", "", "", "", "", ""]], [["doppelt", "rad", "2026-01-01", ""]])
    package.write(city, tmp_path / "new", base="https://neu.example/")
    return tmp_path / "old", tmp_path / "new"


def test_the_note_tells_what_changed_and_nothing_else(two: tuple[Path, Path]) -> None:
    note = diff.note(*two)
    assert "1 neu:\n\n- Neuer Kreis\n" in note
    assert "1 entfallen:\n\n- Alter Kreis\n" in note
    assert "- Doppelter Kreis → ../../../etc/passwd" in note
    assert "- AK Zwei, umbenannt\n" in note
    assert "→ „AK Zwei, umbenannt“" in note
    assert "„100“ → „120“" in note
    assert "Einheiten" not in note.replace("Organisationseinheiten", "")


def test_the_same_package_has_not_changed(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    assert "Nichts, was" in diff.note(folder, folder)


def test_the_command(two: tuple[Path, Path], cli: CliRunner, tmp_path: Path) -> None:
    done = cli.invoke(app, ["export", "--diff", *map(str, two)])
    assert done.exit_code == 0, done.output
    assert done.output == diff.note(*two)
    refused = cli.invoke(app, ["export", "--diff", str(two[0]), str(tmp_path / "nothing")])
    assert refused.exit_code == 1
    assert isinstance(refused.exception, GremiennetzError)
