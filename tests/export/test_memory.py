"""Pages are written one at a time: what Python holds does not grow with their number."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hostile_city import BODIES, register, small_city  # type: ignore[import-not-found] # conftest.py shows Python the way

from gremiennetz.export import package
from gremiennetz.export.index import MOST


def growth(folder: Path, more: int) -> tuple[int, int]:
    """Return the bytes that writing the pages takes at most beyond what was there before, and the number of pages."""
    root = small_city(folder / "city")
    register(root, [*BODIES, *([f"kreis-{number}", f"Kreis {number}", "", "network", "", "", "", "", ""] for number in range(more))], [])
    measured: dict[str, int] = {}

    def track(items: Sequence[str], label: str) -> Iterator[str]:
        if label != "Seiten":
            yield from items
            return
        tracemalloc.start()
        for number, item in enumerate(items):
            if number == 150:  # templates and caches are warm
                tracemalloc.reset_peak()
                measured["before"] = tracemalloc.get_traced_memory()[0]
            yield item
        measured["after"] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    done = package.write(root, folder / "out", track=track)
    return measured["after"] - measured["before"], sum(done.things.values())


def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    # a page lists MOST things that point to it, so beyond that no single page grows either
    few, pages = growth(tmp_path / "few", MOST + 20)
    many, more = growth(tmp_path / "many", MOST + 620)
    assert more == pages + 600
    written = sum(path.stat().st_size for path in (tmp_path / "many" / "out" / "doc").rglob("*"))
    assert written > 6_000_000
    # the list of what was written is kept, and nothing of the pages
    assert many - few == pytest.approx(0, abs=1_000_000)
