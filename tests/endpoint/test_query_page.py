"""The query page in a real browser: it works, it is ours, and it asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from servers import Served  # type: ignore[import-not-found] # conftest.py shows Python the way

from gremiennetz import __version__
from gremiennetz.places import Root
from gremiennetz.query import Library


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """Yield the query page; whatever it asks of another address, and whatever its policy blocks, fails the test."""
    context = browser.new_context(locale="de-DE")
    opened = context.new_page()
    foreign: list[str] = []
    said: list[str] = []
    host = urlsplit(served.url).netloc
    opened.on("request", lambda request: foreign.append(request.url) if urlsplit(request.url).netloc not in {host, ""} else None)
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(f"{served.url}query")
    yield opened
    context.close()
    assert foreign == []
    assert said == []


def test_the_page_says_which_profile_and_version_it_is(page: Page) -> None:
    expect(page.locator("header > p")).to_contain_text(f". Gremiennetz {__version__}.")


def test_a_query_of_the_library_is_chosen_and_run(page: Page, repository: Root) -> None:
    chosen = Library(repository.shipped("queries")).get("overlap/memberships")
    expect(page.locator("#address")).to_have_text(page.url.replace("query", "sparql"))
    editor = page.locator(".yasgui .tabPanel.active .CodeMirror")
    expect(editor).to_contain_text("PREFIX gn: <https://w3id.org/gremiennetz/ns#>")
    page.get_by_label("Mitgelieferte Frage").select_option("overlap/memberships")
    expect(page.locator("#description")).to_have_text(chosen.description["de"])
    expect(editor).to_contain_text(next(line for line in chosen.text.splitlines() if line.startswith("SELECT")))
    page.locator(".yasgui .tabPanel.active .yasqe_queryButton").click()
    expect(page.locator(".yasgui .tabPanel.active .yasr_results td").first).to_be_visible(timeout=15_000)


def test_the_first_query_runs_as_it_stands(page: Page) -> None:
    page.locator(".yasgui .tabPanel.active .yasqe_queryButton").click()
    expect(page.locator(".yasgui .tabPanel.active .yasr_results td").first).to_be_visible(timeout=15_000)


def test_prefixes_are_completed_from_here(page: Page) -> None:
    editor = page.locator(".yasgui .tabPanel.active .CodeMirror")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("PREFIX sko")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hints li").first).to_contain_text("skos: <http://www.w3.org/2004/02/skos/core#>")
