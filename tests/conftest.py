"""What the tests share: the repository's own graph, and a small city to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from gremiennetz.places import Root

# a shared machine can make any single example slow; what the tests are about is never the time
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

REPOSITORY = Path(__file__).resolve().parents[1]
SMALL = Path(__file__).parent / "fixtures" / "small"


@pytest.fixture(scope="session")
def repository() -> Root:
    """Return the repository itself: the real data."""
    return Root(REPOSITORY)


@pytest.fixture
def small(tmp_path: Path) -> Root:
    """Return a fresh copy of a small city: two units, four records, one person."""
    shutil.copytree(SMALL, tmp_path / "city")
    return Root(tmp_path / "city")


@pytest.fixture
def cli() -> CliRunner:
    """Return a runner of the command line."""
    return CliRunner()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (``record_property("measured", …)``) at the end of the run, also when worker processes ran them."""
    texts = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "measured"
    ]
    if texts:
        terminalreporter.section("measured")
        for text in texts:
            terminalreporter.write_line(text)
