"""Putting the endpoint together: the store, the engine, the gateway, and an end in order."""

from __future__ import annotations

import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import pyoxigraph as ox

from gremiennetz.endpoint.engine import OxigraphServer, own_copy
from gremiennetz.endpoint.limits import Limits
from gremiennetz.endpoint.metrics import Log, ServerLog
from gremiennetz.endpoint.pages import find
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph import store as stores
from gremiennetz.places import Root

LOCAL = ("127.0.0.1", "::1", "localhost")
_PAGES = {
    "public": {"/network": "network-public.html", "/report": "report-public.html"},
    "internal": {"/network": "network.html", "/report": "report.html"},
}


def serve(
    root: Root, host: str, port: int, profile: str, limits: Limits, url: str | None, told: Callable[[str], None], package: Path | None = None
) -> None:
    """Serve the graph of a root, and the pages of a package, until Ctrl-C or SIGTERM; ``told`` gets the lines that say where.

    Raises ``GremiennetzError`` when the extra is missing, the port is in use, the engine does not start, or the package is none.
    """
    try:
        import starlette  # noqa: F401, PLC0415 - asked for first, so that the extra's name is all that is said
        import uvicorn  # noqa: PLC0415
    except ImportError as error:
        raise GremiennetzError(f"the endpoint needs {error.name}; install the extra: pip install 'gremiennetz[serve]'") from None
    if profile == "internal" and host not in LOCAL:
        raise GremiennetzError(
            f"the internal profile names people and has no login: it is served on this machine only, not on {host}; leave --host away, "
            "and let a server that asks who is there stand in front"
        )
    from gremiennetz.endpoint.gateway import Site, application  # noqa: PLC0415 - needs the extra
    from gremiennetz.endpoint.page import assets  # noqa: PLC0415

    log = Log()
    with _ending_in_order(), ExitStack() as stack:
        place = stack.enter_context(listening(host, port))
        folder = stack.enter_context(own_copy(stores.on_disk(root, people=profile == "internal")))
        graphs = frozenset(name.value for name in ox.Store.read_only(str(folder)).named_graphs() if isinstance(name, ox.NamedNode))
        server = OxigraphServer.read_only(folder, limits.seconds, log, limits.memory)
        stack.callback(server.stop)
        server.start()
        used = place.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        base = (url or f"http://{shown}:{used}").rstrip("/") + "/"
        pages = {path: root.build / name for path, name in _PAGES[profile].items()}
        hosts = ("*",) if profile == "public" else (*LOCAL, "[::1]")
        notes: list[str] = []
        things = find(root.build, package, public=profile == "public", told=notes.append)
        site = Site(server, graphs, base, assets(root, server, profile), pages, limits, log, profile == "public", hosts, things)
        log("started", profile=profile, graphs=len(graphs), engine=server.pid, pages=things is not None)
        told(f"SPARQL: {base}sparql, in the browser: {base}query (profile {profile}; Ctrl-C ends it)")
        for note in [f"Pages: {base} (from {things.folder.as_posix()})"] if things else notes:
            told(note)
        config = uvicorn.Config(
            application(site),
            log_config=None,
            access_log=False,  # it names addresses; ours does not
            server_header=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=10,
            limit_concurrency=2000,
            h11_max_incomplete_event_size=4 * limits.query_bytes + 2**16,  # so that a long address gets an answer that says so
        )
        with _logging_to(log):
            uvicorn.Server(config).run(sockets=[place])
    log("stopped")


@contextmanager
def _logging_to(log: Log) -> Iterator[None]:
    logger, handler = logging.getLogger("uvicorn.error"), ServerLog(log)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


class _EndError(BaseException):
    """Ctrl-C or SIGTERM."""


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into leaving the block, whenever they come; uvicorn hands them on when it has closed its connections."""

    def end(_: int, __: FrameType | None) -> None:
        raise _EndError

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except _EndError:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens. Raises ``GremiennetzError`` when the port is in use, may not be used, or the host is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, OverflowError, UnicodeError):
        raise GremiennetzError(f"there is no address {host!r} with port {port} on this machine") from None
    with socket.socket(family, kind, protocol) as place:
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was in use a moment ago may be used again
        try:
            place.bind(address)
            place.listen(512)
        except PermissionError:
            raise GremiennetzError(f"port {port} may not be used without further rights; choose one above 1023 with --port") from None
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, 10048}:  # Windows has a number of its own
                raise GremiennetzError(f"port {port} is in use by another program; choose another with --port") from None
            raise GremiennetzError(f"cannot listen on {host}, port {port}: {error.strerror}") from None
        yield place
