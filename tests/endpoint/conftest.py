"""Real servers for the tests: our endpoint as a process, Oxigraph for reading and writing, Virtuoso."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gremiennetz.endpoint.engine import binary, free_port

sys.path.insert(0, str(Path(__file__).parent))

from servers import VIRTUOSO, Served, process, serving, small_root  # type: ignore[import-not-found] # conftest.py shows Python the way


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield an endpoint with tight limits, so that the tests meet them."""
    folder = tmp_path_factory.mktemp("served")
    with serving(
        small_root(folder), folder, "--timeout", "2", "--running", "2", "--waiting", "8", "--max-result", "1", "--max-query", "16", "--memory", "3"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an empty Oxigraph server that can be written to."""
    folder, port = tmp_path_factory.mktemp("oxigraph"), free_port()
    with process([str(binary()), "serve", "--location", "db", "--bind", f"127.0.0.1:{port}", "--union-default-graph"], folder, port):
        yield f"http://127.0.0.1:{port}/query"


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an empty Virtuoso, with its factory password in the environment."""
    program = shutil.which("virtuoso-t")
    assert program, "Virtuoso is not installed: run scripts/install-test-programs.sh, or install the Debian package virtuoso-opensource"
    folder, port = tmp_path_factory.mktemp("virtuoso"), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(sql=free_port(), http=port), encoding="utf-8")
    with (
        pytest.MonkeyPatch.context() as patch,
        process([program, "-f", "+wait", "+configfile", "virtuoso.ini"], folder, port, "/sparql"),
    ):
        patch.setenv("GREMIENNETZ_ENDPOINT_USER", "dba")
        patch.setenv("GREMIENNETZ_ENDPOINT_PASSWORD", "dba")
        yield f"http://127.0.0.1:{port}/sparql"
