"""What the tests share: the repository's own graph, and a small city to break."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from typer.testing import CliRunner

from gremiennetz.places import Root

sys.path.insert(0, str(Path(__file__).parent))  # made_lists.py

# a shared machine can make any single example slow; what the tests are about is never the time
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
REPOSITORY = Path(__file__).resolve().parents[1]
SMALL = Path(__file__).parent / "fixtures" / "small"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium; needs the Debian package chromium or the path of one in CHROMIUM")


@pytest.fixture(scope="session")
def repository() -> Root:
    """Return the repository itself: the real data."""
    return Root(REPOSITORY)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once for all tests of a worker: Playwright cannot be started twice."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("the browser tests need Chromium: sudo apt-get install chromium, or set CHROMIUM to the path of one", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


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
