"""The house rules that a reader would otherwise have to trust: imports go one way, the wheel carries the folders, nothing names a machine."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gremiennetz.places import SHIPPED, Root

# from the bottom up; a module may import from its own floor and from those below it
FLOORS = (
    ("errors",),
    ("files", "places"),
    ("ledger", "readers"),
    ("records",),
    ("register",),
    ("graph.terms",),
    ("vocabulary",),
    ("graph",),
    ("results", "tokens", "scans", "terminal"),
    ("query", "validate", "templates"),
    ("lists",),
    ("analysis", "notebook", "resolve", "overview", "report", "network", "export", "endpoint", "ingest", "remote", "fetch", "publish"),
    ("changes", "pairs", "proof"),
    ("cli_build", "cli_convert", "cli_diff", "cli_export", "cli_ingest", "cli_resolve", "cli_serve"),
    ("cli", "__main__", "__init__"),
)
SOURCE = Path(__file__).resolve().parents[1] / "src" / "gremiennetz"


def floor(module: str) -> int:
    for number, names in enumerate(FLOORS):
        if any(module == name or module.startswith(f"{name}.") for name in names if "." in name):
            return number
    for number, names in enumerate(FLOORS):
        if module.split(".", 1)[0] in names:
            return number
    raise AssertionError(f"{module} has no floor in this test: say where it belongs")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gremiennetz"):
            base = node.module.removeprefix("gremiennetz").lstrip(".")
            found |= (
                {base} if base else {alias.name for alias in node.names if (SOURCE / f"{alias.name}.py").exists() or (SOURCE / alias.name).is_dir()}
            )
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("gremiennetz.") for alias in node.names if alias.name.startswith("gremiennetz.")}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for other in imported(path):
        assert floor(other) <= floor(name), f"{name} imports {other}, which stands above it"


def test_the_wheel_does_the_main_job_outside_the_checkout(repository: Root, small: Root, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(repository.path)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    for folder in SHIPPED:
        shipped = tmp_path / "installed" / "gremiennetz" / "shipped" / folder
        ours = {path.relative_to(repository.path / folder) for path in (repository.path / folder).rglob("*") if path.is_file()}
        assert {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()} == ours

    def run(*words: str) -> str:
        command = "import gremiennetz; from gremiennetz.cli import main; print(gremiennetz.__file__); main()"
        done = subprocess.run(
            [sys.executable, "-c", command, *words],
            cwd=small.path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        where, _, said = done.stdout.partition("\n")
        assert Path(where).is_relative_to(tmp_path / "installed")
        return said

    assert "overlap/shared-bodies" in run("query", "--list")
    assert "SHACL: Fehler: 0" in run("build")
    assert "Netzwerk Rad" in run("query", "quality/same-name")


@pytest.mark.parametrize("folder", SHIPPED)
def test_a_root_has_its_own_folder_or_the_one_that_came_with_the_package(small: Root, folder: str) -> None:
    shipped = small.shipped(folder)
    assert not shipped.is_relative_to(small.path)
    assert any(shipped.iterdir())
    (small.path / folder).mkdir()
    assert small.shipped(folder) == small.path / folder


def tracked(root: Root) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root.path, check=True, capture_output=True, text=True, encoding="utf-8")
    return [root.path / name for name in done.stdout.split("\0") if name and (root.path / name).is_file()]


@pytest.mark.parametrize(
    "word", ["py" + "pi.org", "files.python" + "hosted", "deb." + "debian.org", "registry." + "npmjs", "/work" + "/main", "--index" + "-url"]
)
def test_no_file_names_a_registry_or_a_machine(repository: Root, word: str) -> None:
    for path in tracked(repository):
        assert word.encode() not in path.read_bytes(), path
