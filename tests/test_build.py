"""The main job: the same bytes twice, whole outputs whenever it is killed, nothing needed but what is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rdflib

from gremiennetz.places import Root

WORK = [sys.executable, "-m", "gremiennetz", "build", "--root"]


def outputs(root: Root) -> dict[str, bytes]:
    return {
        path.relative_to(root.path).as_posix(): path.read_bytes()
        for folder in (root.turtle, root.build)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "store" not in path.relative_to(root.path).as_posix()
    }


def run(root: Root, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WORK, str(root.path)], capture_output=True, text=True, encoding="utf-8", check=False, timeout=300, env={**os.environ, **environment}
    )


def test_twice_gives_the_same_bytes(small: Root) -> None:
    done = run(small)
    assert done.returncode == 0, done.stderr
    first = outputs(small)
    assert {"build/index.html", "build/report.html", "build/report.xlsx", "build/network.html", "data/ttl/small-2026/units.ttl"} <= set(first)
    assert run(small, PYTHONHASHSEED="7").returncode == 0
    assert outputs(small) == first


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; on Windows a replaced file is either old or new as well")
@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
def test_killed_at_any_point_the_earlier_outputs_are_whole(small: Root, share: float) -> None:
    start = time.monotonic()
    assert run(small).returncode == 0
    after = share * (time.monotonic() - start)
    before = outputs(small)
    units = small.records / "small-2026" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("amt-b,Amt B", "amt-b,Amt Bee"), encoding="utf-8")
    process = subprocess.Popen([*WORK, str(small.path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    for name in before:
        path = small.path / name
        assert path.exists(), name
        if path.suffix == ".ttl":
            rdflib.Graph().parse(path)
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), name
    assert run(small).returncode == 0


def test_it_asks_the_network_for_nothing(small: Root, tmp_path: Path) -> None:
    guard = tmp_path / "sitecustomize.py"
    guard.write_text(
        "import socket\n"
        "def refuse(*a, **k):\n"
        "    raise SystemExit('the build asked the network')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n",
        encoding="utf-8",
    )
    done = run(small, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_real_city_builds(repository: Root, tmp_path: Path) -> None:
    for folder in ("records", "register", "source"):
        shutil.copytree(repository.path / "data" / folder, tmp_path / "data" / folder)
    done = run(Root(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "Fehler: 0" in done.stdout
