"""How the tests start and ask real servers, on loopback, on free ports, stopped at the end."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import attrs

from gremiennetz.graph import files
from gremiennetz.places import Root

SMALL = Path(__file__).parents[1] / "fixtures" / "small"


@attrs.frozen
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@attrs.define
class Served:
    """A running ``gremiennetz serve``."""

    process: subprocess.Popen[str]
    url: str
    errors: Path

    def ask(self, query: str | None = None, *, method: str = "POST", path: str = "/sparql", body: bytes | None = None, **headers: str) -> Reply:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if query is not None and method == "GET":
            path += "?" + urlencode({"query": query})
        elif query is not None:
            body = urlencode({"query": query}).encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Reply(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask(None, method="GET", path=path, body=None, **headers)

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.errors.read_text(encoding="utf-8").splitlines()]

    def engine(self) -> int:
        """Return the id of the engine's process: the child of ours that is called oxigraph."""
        done = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(self.process.pid)], check=True, capture_output=True, text=True)
        return next(int(line.split()[0]) for line in done.stdout.splitlines() if "oxigraph" in line)


def small_root(folder: Path) -> Root:
    shutil.copytree(SMALL, folder / "city")
    root = Root(folder / "city")
    files.write(root)
    return root


@contextlib.contextmanager
def serving(root: Root, folder: Path, *options: str) -> Iterator[Served]:
    errors = folder / "serve.log"
    with errors.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gremiennetz", "serve", "--root", str(root.path), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"(http://\S+/)sparql", line)
            assert found, line + errors.read_text(encoding="utf-8")
            yield Served(process, found[1], errors)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
            if process.stdout:
                process.stdout.close()


def until(check: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def answers(port: int, path: str = "/") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


@contextlib.contextmanager
def process(command: list[str], folder: Path, port: int, path: str = "/") -> Iterator[None]:
    with (folder / "server.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            until(lambda: running.poll() is not None or answers(port, path), 60)
            assert running.poll() is None, (folder / "server.log").read_text(encoding="utf-8", errors="replace")
            yield
        finally:
            running.kill()
            running.wait()


VIRTUOSO = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
ThreadsPerQuery = 1
AsyncQueueMaxThreads = 0

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 20

[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 120
"""
