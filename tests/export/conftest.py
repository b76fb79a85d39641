"""What the tests of the export share: a small city with a register that breaks what can be broken, its package, and the package of the real data."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from gremiennetz.export import package
from gremiennetz.places import Root

sys.path.insert(0, str(Path(__file__).parent))

from hostile_city import small_city  # type: ignore[import-not-found] # the line above shows Python the way


@pytest.fixture
def city(tmp_path: Path) -> Root:
    """Return a fresh small city to change."""
    made: Root = small_city(tmp_path / "city")
    return made


@pytest.fixture(scope="session")
def small_package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, Path]:
    """Return the small city and its package, both to be read only."""
    folder = tmp_path_factory.mktemp("export")
    root = small_city(folder / "city")
    package.write(root, folder / "gremien")
    return root, folder / "gremien"


@pytest.fixture(scope="session")
def real_package(repository: Root, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of the repository's own data, made once for all processes of a run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    out = shared / "real-package"
    try:
        (shared / "real-package.lock").mkdir()
    except FileExistsError:
        for _ in range(600):
            if out.is_dir():  # it comes into place as a whole
                return out
            time.sleep(1)
        raise
    package.write(repository, out)
    return out
