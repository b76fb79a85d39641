"""The benchmarks measure what they say: the sides find the same, a side that takes too long is given up, and the tables are written."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from gremiennetz.places import Root

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def run() -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARKS / "run.py"))


def test_the_sides_find_the_same(run: dict[str, Any], small: Root) -> None:
    run["measure"]("prepare", small.path, 60)
    found = {side: run["measure"](side, small.path, 60) for side in ("build.ours", "load.ours", "load.plain", "build.plain")}
    assert found["build.ours"]["quads"] >= found["load.ours"]["quads"] >= found["load.plain"]["triples"] > 100
    assert found["build.plain"]["triples"] == found["load.plain"]["triples"]
    rows = {side: run["measure"](f"pairs.{side}", small.path, 60) for side in ("ours", "disk", "oxigraph", "plain")}
    assert {item["rows"] for item in rows.values()} == {1}, rows


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processor time are POSIX")
def test_what_takes_too_long_is_given_up(run: dict[str, Any], repository: Root, tmp_path: Path) -> None:
    country = Root(tmp_path)
    for name in ("data/records", "data/register", "data/source", "ontology", "shapes", "queries"):
        (country.path / name).parent.mkdir(exist_ok=True)
        (country.path / name).symlink_to(repository.path / name)
    run["measure"]("prepare", country.path, 60)
    counts = [run["measure"](f"counts.{side}", country.path, 60) for side in ("python", "scipy", "oxigraph")]
    assert len({(item["rows"], item["total"]) for item in counts}) == 1
    assert counts[0]["total"] > counts[0]["rows"] > 20
    found = run["measure"]("pairs.plain", country.path, 1)
    assert found == {"gave_up": 1}
    assert run["cell"]([found]) == "gave up after 1 s"
    assert run["measure"]("build.nonsense", country.path, 60)["failed"]


def test_the_tables_say_ratios_and_differences(run: dict[str, Any]) -> None:
    results = {
        "pairs.ours.1": [{"seconds": 2.0, "cpu": 1.0, "peak_mb": 50, "rows": 7}],
        "pairs.plain.1": [{"seconds": 400.0, "cpu": 150.0, "peak_mb": 90, "rows": 7}],
        "pairs.ours.20": [{"seconds": 4.0, "cpu": 2.0, "peak_mb": 50, "rows": 9}],
        "pairs.plain.20": [{"gave_up": 60}],
        "counts.python.1": [{"seconds": 1.0, "cpu": 1.0, "peak_mb": 1, "rows": 3, "total": 4}],
        "counts.scipy.1": [{"seconds": 1.0, "cpu": 1.0, "peak_mb": 1, "rows": 3, "total": 5}],
        "queries.ours.1": [{"seconds": 0.1, "each": {"a/b": 0.1}, "rows": {"a/b": 3}, "peak_mb": 1}],
    }
    text = run["tables"](results)
    assert "| 150 | > 30 |" in text
    assert "| 1 s (2), 50 MB | 2 s (4), 50 MB |" in text
    assert "4 total (Python); 5 total (scipy.sparse)" in text
    assert "| a/b | 100 |" in text
