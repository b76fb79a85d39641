"""The report with its comparison, and the page of changes, in a real browser: no serious barrier, nothing runs over, nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from gremiennetz.changes import write_pages
from gremiennetz.graph import files, store
from gremiennetz.query import StoreEngine
from gremiennetz.report.write import write as write_report
from made_lists import SMALL, List, Row, write  # type: ignore[import-not-found] # conftest.py shows Python the way

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    long = Row("personal", "", "Arbeitsgemeinschaft " + "für Donaudampfschifffahrtsgesellschaftskapitänsangelegenheiten" * 3, "1,00 Euro")
    altered = [attrs.evolve(SMALL[0], cost="1.234.567,89 Euro"), attrs.evolve(SMALL[3], unit="gruen"), *SMALL[4:8], long]
    lists = [List("klein", 2026, SMALL), List("klein", 2028, altered, revises="klein-2026", inhabitants=9000), List("gross", 2026, SMALL[:4])]
    root = write(tmp_path_factory.mktemp("pages"), lists)
    files.write(root)
    engine = StoreEngine(store.in_memory(root))
    return [
        path
        for path in [*write_report(root, engine, root.build, "internal"), *write_pages(root, engine, root.build, "internal")]
        if path.suffix == ".html"
    ]


def watched(page: Page) -> list[str]:
    """Return a list that fills with requests that leave the file and with what the browser complains about."""
    seen: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(("file:", "data:")):
            seen.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.append(message.text)

    page.on("request", asked)
    page.on("console", said)
    return seen


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_pages_have_no_serious_barrier_and_do_not_run_over(browser: Browser, pages: list[Path], size: tuple[int, int], look: str) -> None:
    assert sorted(path.name for path in pages) == ["changes-klein-2026-klein-2028.html", "report-gross.html", "report-klein.html"]
    for path in pages:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if look == "dark" else "light")
        context.set_offline(True)
        page = context.new_page()
        complaints = watched(page)
        page.goto(path.as_uri())
        found = Axe().run(page).response["violations"]
        serious = [(item["id"], [node["html"][:160] for node in item["nodes"]][:3]) for item in found if item["impact"] in {"serious", "critical"}]
        assert serious == [], path.name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path.name
        assert complaints == [], path.name
        context.close()
