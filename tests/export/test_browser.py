"""The pages in a browser: inert, accessible, readable on a phone, and without anything from elsewhere."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from gremiennetz.places import Root

PAGES = [
    "index.html",
    "doc/body/rad.html",
    "doc/body/umweltausschuss.html",
    "doc/body/staedtetag.html",
    "doc/body/ak-eins.html",
    "doc/body/index.html",
    "doc/unit/small-amt-a.html",
    "doc/participation/small-2026-amt-b-01.html",
    "doc/vocab/status.html",
    "doc/dataset/small-2026.html",
    "doc/ns.html",
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(small_package: tuple[Root, Path]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(small_package[1])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 360, "height": 740})
    opened.goto(address)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_inert_accessible_and_fits_a_phone(page: Page, address: str, name: str) -> None:
    seen: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: seen.append(message.text))
    page.on("dialog", lambda dialog: seen.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + name)
    assert seen == []
    assert {url for url in asked if not url.startswith(address)} == set()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).overflowWrap") == "anywhere"
    assert [(item["id"], [node["html"] for node in item["nodes"]][:2]) for item in Axe().run(page).response["violations"]] == []


def test_the_search_finds_other_names_too(page: Page, address: str) -> None:
    page.goto(address)
    assert page.locator("#verzeichnis li:visible").count() == 0
    page.fill("#suche", "netz rad")
    assert page.inner_text("#treffer") == "1 Treffer"
    assert page.locator("#verzeichnis li:visible").count() == 1
    page.fill("#suche", "gibt es nicht")
    assert page.inner_text("#treffer") == "0 Treffer"


def test_who_else_is_a_member(page: Page, address: str) -> None:
    page.goto(f"{address}doc/participation/small-2026-amt-a-02.html")
    table = page.locator("table")
    assert page.locator("h2").all_inner_texts()[0] == "Wer ist hier noch Mitglied?"
    assert "Amt B" in table.inner_text()
    assert "unsicher: Einheit" in table.inner_text()
    table.get_by_role("link", name="Amt B").click()
    assert page.inner_text("h1") == "Amt B"
    assert page.locator(".crumbs li").all_inner_texts() == ["Start", "Einheiten", "Kleine Stadt", "Amt B"]


def test_a_fact_names_its_lines(page: Page, address: str) -> None:
    page.goto(f"{address}doc/participation/small-2026-amt-a-01.html")
    assert "Datensatz amt-a-01 Zeilen 3-8" in page.inner_text("dl")
