"""The README is true: what it shows as output is what the commands print, and what it links to exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gremiennetz.places import Root

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```\n\$ (?:\.venv/bin/gremiennetz|make) (.+?)\n(.*?)```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data, so that the build of this test touches nothing."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("records", "register", "source", "ttl"):
        shutil.copytree(Path(__file__).resolve().parents[1] / "data" / name, folder / "data" / name)
    return folder


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_shown_output_is_real(copy: Path, command: str, output: str) -> None:
    words = [sys.executable, "-m", "gremiennetz", *command.split()]
    done = subprocess.run(words, cwd=copy, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == output.strip()


def test_the_readme_shows_the_build_and_a_query() -> None:
    assert {command.split()[0] for command, _ in SHOWN} == {"build", "query"}


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(repository: Root, target: str) -> None:
    assert (repository.path / target).exists()
