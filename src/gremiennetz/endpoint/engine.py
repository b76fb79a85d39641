"""The Oxigraph server as a process of ours: started, watched, restarted, stopped; and asking it within limits.

What was found out about it and is taken care of here: its own time limit (``--timeout-s``) does not end every query (a count over a cross product
and a stream of rows go on), it ends a stream that ran out of time with a sentence in the middle of a well-formed answer, and a query may make it
run out of memory or stack. So the gateway measures time and size itself, and an engine that does not let go of a query is replaced by a new
one, which takes a fraction of a second because it only reads.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import attrs

from gremiennetz.errors import GremiennetzError

LOOPBACK = "127.0.0.1"
CANCELLED = b"The SPARQL operation has been cancelled"
"""What Oxigraph says, or writes behind a half answer, when its own time limit ends a query."""

_LONG_LIFE = 60.0
"""Seconds after which an engine counts as sound, so that the next end is answered by a restart at once."""

Event = Callable[..., None]
"""Where events go: a name and values, without personal data."""


class EngineGoneError(GremiennetzError):
    """The engine ended, or broke the connection, while it answered."""


class TimeLimitError(GremiennetzError):
    """A query took longer than it may; ``stuck`` says that the engine is still at it."""

    def __init__(self, *, stuck: bool) -> None:
        self.stuck = stuck
        super().__init__("the query took too long")


class SizeLimitError(GremiennetzError):
    """A result is larger than it may be."""


@attrs.frozen
class Answer:
    """What the engine answered."""

    status: int
    body: bytes


def binary() -> Path:
    """Return where the Oxigraph program lies. Raises ``GremiennetzError`` when it is not installed."""
    beside = Path(sys.executable).parent
    found = shutil.which("oxigraph", path=str(beside)) or shutil.which("oxigraph")
    if found is None:
        raise GremiennetzError("the Oxigraph server is not installed; install the extra: pip install 'gremiennetz[serve]'")
    return Path(found)


def free_port() -> int:
    """Return a port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@attrs.define(slots=False)
class OxigraphServer:
    """An Oxigraph server on loopback that is there until it is stopped."""

    arguments: Sequence[str]
    """What follows the program's name, without the address."""
    report: Event = lambda *_, **__: None
    memory: int = 0
    """Most bytes of address space, 0 for no limit. An engine that wants more ends, and a new one takes its place."""
    port: int = 0
    restarts: int = 0
    generation: int = 0
    """Counts the processes: who wants one replaced says which one."""
    _process: subprocess.Popen[bytes] | None = None
    _last: deque[str] = attrs.field(factory=lambda: deque(maxlen=20))
    _ready: threading.Event = attrs.field(factory=threading.Event)
    _stopping: threading.Event = attrs.field(factory=threading.Event)
    _lock: threading.Lock = attrs.field(factory=threading.Lock)
    _watcher: threading.Thread | None = None

    @classmethod
    def read_only(cls, store: Path, seconds: int, report: Event, memory: int) -> OxigraphServer:
        """Return a server for a store that nobody writes, with the union of its graphs as the default graph."""
        arguments = ["serve-read-only", "--location", str(store), "--union-default-graph", "--timeout-s", str(seconds)]
        return cls(arguments, report, memory)

    @property
    def url(self) -> str:
        """Return the address of the server."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Return the id of the process, if it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it listens. Raises ``GremiennetzError`` with what it said when it does not."""
        self._launch()
        self._watcher = threading.Thread(target=self._watch, name="engine-watcher", daemon=True)
        self._watcher.start()

    def _launch(self) -> None:
        for attempt in range(3):
            # Oxigraph cannot choose a port and say which, so one is looked for; somebody else may be faster, hence three attempts
            self.port = free_port()
            command = [str(binary()), *self.arguments, "--bind", f"{LOOPBACK}:{self.port}"]
            process = subprocess.Popen(  # noqa: S603 - the program of the package, with our own arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C reaches the gateway, which ends the engine in order
            )
            self._limit(process)
            threading.Thread(target=self._drain, args=(process,), name="engine-messages", daemon=True).start()
            with self._lock:
                self._process = process
                self.generation += 1
            if self._stopping.is_set():  # stop() came in between and saw the process before this one
                process.kill()
                return
            if self._listens(process):
                self._ready.set()
                return
            if attempt == 2:
                process.kill()
                said = " ".join(self._last) or f"it ended with code {process.wait()}"
                raise GremiennetzError(f"the Oxigraph server does not start: {said}")

    def _limit(self, process: subprocess.Popen[bytes]) -> None:
        if not self.memory or sys.platform != "linux":
            return
        import resource  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(ProcessLookupError):  # it ended at once, which _listens tells
            resource.prlimit(process.pid, resource.RLIMIT_AS, (self.memory, self.memory))

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        """Read what the server says, so that it never waits for a reader. It is kept for a failing start and never logged: it may quote queries."""
        if process.stderr is not None:
            with process.stderr as lines:
                for line in lines:
                    self._last.append(line.decode("utf-8", "replace").strip())

    def _listens(self, process: subprocess.Popen[bytes]) -> bool:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=1):
                return True
            time.sleep(0.02)
        return False

    def _watch(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            process, began = self._process, time.monotonic()
            if process is None:
                return
            code = process.wait()
            self._ready.clear()
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - began > _LONG_LIFE else failures + 1
            self.restarts += 1
            self.report("engine-ended", code=code, restarts=self.restarts)
            # a first end is answered at once; an engine that keeps ending gets a growing pause of at most ten seconds
            if self._stopping.wait(min(10.0, 0.1 * 2 ** (failures - 2)) if failures > 1 else 0):
                return
            try:
                self._launch()
            except (GremiennetzError, OSError) as error:
                self.report("engine-start-failed", message=str(error)[:200])
            else:
                self.report("engine-started", generation=self.generation)

    def replace(self, generation: int) -> None:
        """End the process of a generation, so that the watcher starts another one; nothing happens when it is gone already."""
        with self._lock:
            if generation == self.generation and self._process is not None:
                self._ready.clear()
                self._process.kill()

    def wait_ready(self, seconds: float) -> bool:
        """Wait until the server listens, and return whether it does."""
        return self._ready.wait(seconds)

    def wait_renewed(self, generation: int, seconds: float) -> bool:
        """Wait until another process than the given one listens; a process that lives on after a broken connection is as good."""
        end = time.monotonic() + min(0.5, seconds)
        while self.generation == generation and time.monotonic() < end:
            time.sleep(0.02)  # the end of a process is noticed a little later than that of its connections
        return self.wait_ready(seconds)

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._watcher is not None:
            self._watcher.join(5)
        self._ready.clear()

    def get(self, path: str) -> bytes:
        """Return a file that the server carries. Raises ``EngineGoneError``."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise EngineGoneError(f"the engine does not answer: {error}") from None
        finally:
            connection.close()
        if response.status != 200:
            raise GremiennetzError(f"the Oxigraph server carries no {path}")
        return body

    def ask(self, query: str, media: str, dataset: Sequence[tuple[str, str]], *, seconds: float, most: int) -> Answer:
        """Ask a query and return the answer as a whole.

        Nothing is passed on before the answer is complete: only so does a query that fails half way get an honest status.
        Raises ``TimeLimitError``, ``SizeLimitError`` and ``EngineGoneError``.
        """
        end = time.monotonic() + seconds
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=seconds)
        try:
            connection.request(
                "POST",
                "/query" + (f"?{urlencode(dataset)}" if dataset else ""),
                query.encode("utf-8"),
                {"Content-Type": "application/sparql-query", "Accept": media},
            )
            response = connection.getresponse()
            body = bytearray()
            for block in _blocks(response, connection, end):
                body += block
                if len(body) > most:
                    raise SizeLimitError(f"the result is larger than {most} bytes")
        except TimeoutError:
            raise TimeLimitError(stuck=True) from None
        except (OSError, http.client.HTTPException) as error:
            raise EngineGoneError(f"the engine ended while it answered ({type(error).__name__})") from None
        finally:
            connection.close()
        if body.endswith(CANCELLED):
            raise TimeLimitError(stuck=False)
        return Answer(response.status, bytes(body))


def _blocks(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, end: float) -> Iterator[bytes]:
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:  # http.client lets go of the socket once the answer is read as far as it announced
            connection.sock.settimeout(left)
        block = response.read1(1 << 16)
        if not block:
            return
        yield block


@contextlib.contextmanager
def own_copy(store: Path) -> Iterator[Path]:
    """Yield a copy of a store that stays while the store itself is made anew; large files are linked, not copied."""
    folder = Path(tempfile.mkdtemp(prefix=".serve-", dir=store.parent))

    def copy(source: str, target: str) -> str:
        if source.endswith(".sst"):  # RocksDB writes these once
            with contextlib.suppress(OSError):
                os.link(source, target)
                return target
        return str(shutil.copy2(source, target))

    try:
        shutil.copytree(store, folder, copy_function=copy, dirs_exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
