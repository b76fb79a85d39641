"""docs/your-city.md is true: every command runs in order, what it shows is printed, and what it links to exists."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.places import Root

PAGE = Path(__file__).resolve().parents[2] / "docs" / "your-city.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith(("gremiennetz ", "cp "))]


def test_every_command_of_the_page_runs_and_prints_what_the_page_shows(
    repository: Root, cli: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repository.path / "docs" / "example", tmp_path / "docs" / "example")
    monkeypatch.chdir(tmp_path)
    said = ""
    assert len(COMMANDS) == 11
    for command in COMMANDS:
        program, *words = command.split()
        if program == "cp":
            shutil.copy(*words)
            continue
        done = cli.invoke(app, words)
        assert done.exit_code == 0, f"{command}\n{done.output}{done.exception}"
        said += done.stdout
    shown = [line for block in BLOCKS for line in block.splitlines() if line not in COMMANDS]
    assert shown
    for line in shown:
        assert line in said


def test_the_page_names_every_key_of_the_schema(repository: Root) -> None:
    schema = (repository.path / "shapes" / "schema" / "mapping.json").read_text(encoding="utf-8")
    columns = schema.partition('"columns": {')[2].partition('"unit": {')[0]
    for key in re.findall(r'"(\w+)": \{"\$ref": "#/\$defs/column"\}', columns):
        assert f"`{key}`" in TEXT, key
    for section in ("source", "columns", "unit", "unit.codes", "words.obligation", "words.termination", "notice", "split"):
        assert f"[{section}]" in TEXT, section
    for section in ("skip", "uncertain"):
        assert f"[[{section}]]" in TEXT, section


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_links_lead_somewhere(target: str) -> None:
    assert (PAGE.parent / target).exists()
