"""What the tests of the network page share: made-up cities, one browser per session, and pages that count every request that leaves the file."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Page, Request

from gremiennetz.graph import store
from gremiennetz.network import html, write
from gremiennetz.places import Root

CITY = runpy.run_path(str(Path(__file__).with_name("city.py")))
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def city() -> dict[str, Any]:
    """Return the generators of made-up cities."""
    return CITY


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """Return a small city with hostile names."""
    return Root(CITY["small"]().write(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="session")
def toy_store(toy: Root) -> ox.Store:
    return store.in_memory(toy)


@pytest.fixture(scope="session")
def toy_page(toy: Root) -> Path:
    """Return the page of the small city."""
    return write(toy, "internal", toy.build / "network.html")


@pytest.fixture(scope="session")
def real_store(repository: Root) -> ox.Store:
    """Return the graph of the repository, with people."""
    return store.in_memory(repository)


@pytest.fixture(scope="session")
def real_page(repository: Root, real_store: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the repository's own graph."""
    path = tmp_path_factory.mktemp("real") / "network.html"
    path.write_text(html(repository, real_store, "internal"), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def screenshots(repository: Root) -> Path:
    """Return the folder of the pictures that people look at; it is built, not committed."""
    folder = repository.build / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a file in a browser without a network; at the end no request has left it and the page has reported no error."""
    contexts, leaving, errors = [], [], []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            leaving.append(request.url)

    def opened(path: Path, address: str = "", size: tuple[int, int] = (1366, 768), **settings: Any) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True, reduced_motion="reduce", **settings)
        contexts.append(context)
        context.set_offline(True)
        context.on("request", note)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{path.as_uri()}{address}")
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert leaving == []
    assert errors == []
