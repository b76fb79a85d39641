"""The synthetic country: every command takes it, its ledger closes, and the same seed gives the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.query import StoreEngine
from gremiennetz.records import check_ledger, read_dataset


def make(repository: Root, out: Path, seed: int = 1) -> Root:
    script = repository.path / "scripts" / "synthetic.py"
    words = [sys.executable, str(script), "--municipalities", "2", "--out", str(out), "--seed", str(seed), "--root", str(repository.path)]
    subprocess.run(words, check=True, capture_output=True)
    return Root(out)


def content(root: Root) -> dict[str, bytes]:
    return {path.relative_to(root.path).as_posix(): path.read_bytes() for path in root.path.rglob("*") if path.is_file()}


def test_a_country_of_two(repository: Root, tmp_path: Path) -> None:
    country = make(repository, tmp_path / "a")
    assert content(make(repository, tmp_path / "b")) == content(country)
    assert content(make(repository, tmp_path / "c", seed=2)) != content(country)
    for name in country.datasets():
        assert check_ledger(read_dataset(country, name))[1] == []
    files.write(country)
    engine = StoreEngine(store.in_memory(country))
    shared = engine.run(
        "SELECT DISTINCT ?body WHERE { ?p a gn:Participation ; org:organization ?body ; org:member/org:unitOf+ ?x . "
        "?q a gn:Participation ; org:organization ?body ; org:member/org:unitOf+ ?y . ?x a gn:Municipality . "
        "?y a gn:Municipality . FILTER(?x != ?y) }"
    )
    assert len(shared.rows) > 50
    assert not any("stadt-" in str(row[0]) for row in shared.rows)
