"""The gateway: the SPARQL 1.1 Protocol in front of the engine, read-only and within limits, and the pages beside it.

Every answer that is a refusal is one line of text that says what was refused and why; the statuses are 400 (no SPARQL, or a broken request),
403 (not allowed here), 406 (no such format), 413 and 414 (too long), 415 (a body that is no query), 422 (the result is too large), 503 (too many
queries, or the engine ended) and 504 (out of time).
"""

from __future__ import annotations

import hashlib
import html
import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
import attrs
import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gremiennetz.endpoint import describe, negotiate
from gremiennetz.endpoint.engine import Answer, EngineGoneError, OxigraphServer, SizeLimitError, TimeLimitError
from gremiennetz.endpoint.gate import BusyError, Gate
from gremiennetz.endpoint.guard import MalformedError, Plan, RefusedError, check, known_graph
from gremiennetz.endpoint.limits import Limits
from gremiennetz.endpoint.metrics import Log, Metrics
from gremiennetz.endpoint.page import Asset
from gremiennetz.endpoint.pages import Pages
from gremiennetz.errors import GremiennetzError
from gremiennetz.query import Table

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_SENDING = 30
"""Seconds in which a client has to send its query."""
_READ_ON = 16 * 2**20
_DATASET = ("default-graph-uri", "named-graph-uri")
_INTERNAL = (b"Profil: intern", b'"profile":"internal"')
"""What the internal report and the internal network page say of themselves."""


@attrs.frozen
class Site:
    """What the gateway serves."""

    server: OxigraphServer
    graphs: frozenset[str]
    base: str
    """The address under which people reach the endpoint, ends in a slash."""
    assets: Mapping[str, Asset]
    """The query page and what it loads, by path."""
    pages: Mapping[str, Path]
    """Files of ``build/`` by path; one that does not exist yet is answered with how to make it."""
    limits: Limits
    log: Log
    public: bool
    """Without people. With people, no other site may read along: no CORS, and only requests that name ``hosts``."""
    hosts: Collection[str] = ("*",)
    package: Pages | None = None
    """A page per thing, the dumps and the landing page, if there is a package."""


class ProblemError(Exception):
    """A request that is not answered: the status, the reason for the statistics, and the line for the reader."""

    def __init__(self, status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.reason, self.message, self.headers = status, reason, message, dict(headers or {})
        super().__init__(message)


@attrs.define
class Asked:
    """A query on its way, as far as the log may know it."""

    text: str = ""
    form: str = ""
    media: str = ""
    dataset: list[tuple[str, str]] = attrs.field(factory=list)

    def traits(self) -> dict[str, object]:
        """Return what the log may say about the query."""
        raw = self.text.encode("utf-8", "replace")
        return {"form": self.form, "media": self.media, "length": len(raw), "sha256": hashlib.sha256(raw).hexdigest()[:16]}


class Gateway:
    """The handlers of the gateway."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gate = Gate(site.limits)
        self.metrics = Metrics()
        self._alone = anyio.Lock()
        self._void_lock = anyio.Lock()
        self._void: dict[str, bytes] = {}
        self._threads = anyio.CapacityLimiter(site.limits.running + 4)

    async def sparql(self, request: Request) -> Response:
        """Answer a query, or say what this endpoint is."""
        began, asked = time.monotonic(), Asked()
        try:
            response = await self._answer(request, asked)
            outcome, size = "ok" if asked.text else "description", len(bytes(response.body))
        except ProblemError as problem:
            outcome, size = problem.reason, 0
            response = PlainTextResponse(problem.message + "\n", problem.status, {"Cache-Control": "no-store", **problem.headers})
        except ClientDisconnect:
            outcome, size, response = "client-left", 0, Response(status_code=499)
        seconds = time.monotonic() - began
        self.metrics.query(outcome, seconds, size)
        self.site.log("query", outcome=outcome, status=response.status_code, ms=round(1000 * seconds, 1), bytes=size, **asked.traits())
        response.headers["Vary"] = "Accept"
        return response

    async def _answer(self, request: Request, asked: Asked) -> Response:
        values = await self._parameters(request)
        queries = [value for key, value in values if key == "query"]
        if any(key in {"update", "using-graph-uri", "using-named-graph-uri"} for key, _ in values):
            raise ProblemError(403, "update", "updates are refused, this endpoint is read-only")
        if not queries and request.method != "POST":
            return self._describe(request)
        if len(queries) != 1:
            raise ProblemError(400, "malformed", f"exactly one query is wanted, {len(queries)} were sent (SPARQL 1.1 Protocol, section 2.1.4)")
        asked.text = queries[0]
        if len(asked.text.encode("utf-8", "replace")) > self.site.limits.query_bytes:
            self._too_long()
        try:
            plan = await anyio.to_thread.run_sync(check, asked.text, self.site.graphs)
            asked.dataset = self._dataset(plan, values)
        except RefusedError as error:
            raise ProblemError(403, error.reason, str(error)) from None
        except MalformedError as error:
            raise ProblemError(400, "malformed", str(error)) from None
        asked.form = plan.form
        offered = negotiate.RESULTS if plan.form in {"SELECT", "ASK"} else negotiate.GRAPHS
        asked.media = _chosen(request, offered)
        answer = await self._in_turn(request, asked)
        if answer.status != 200:
            message = " ".join(answer.body.decode("utf-8", "replace").split())[:500]
            raise ProblemError(400 if answer.status < 500 else 502, "malformed", f"the query is no SPARQL that the engine can answer: {message}")
        return Response(answer.body, media_type=asked.media)

    async def _parameters(self, request: Request) -> list[tuple[str, str]]:
        """Return the parameters of a request of the SPARQL Protocol, from the address and from the body."""
        raw = request.scope["query_string"]
        values = _pairs(raw)
        if request.method != "POST":
            if len(raw) > 3 * self.site.limits.query_bytes:
                raise ProblemError(414, "too-long", "the address is too long; send the query by POST")
            return values
        kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        if kind == "application/sparql-update":
            raise ProblemError(403, "update", "updates are refused, this endpoint is read-only")
        if kind not in {_FORM, _QUERY}:
            raise ProblemError(415, "malformed", f"a query is sent as {_QUERY} or {_FORM}, not as {kind[:80] or 'nothing'!r}")
        # percent encoding makes a byte three, and a form may name graphs as well
        body = await self._body(request, 3 * self.site.limits.query_bytes + 4096 if kind == _FORM else self.site.limits.query_bytes)
        if kind == _FORM:
            return [*values, *_pairs(bytes(body))]
        try:
            return [*values, ("query", body.decode("utf-8"))]
        except UnicodeDecodeError as error:
            raise ProblemError(400, "malformed", f"the query is not UTF-8: byte 0x{body[error.start]:02x} at position {error.start}") from None

    async def _body(self, request: Request, most: int) -> bytes:
        """Return the body. One that is too long is read on for a while and thrown away, because most clients listen only when they have sent it."""
        body, length = bytearray(), 0
        try:
            with anyio.fail_after(_SENDING):
                async for block in request.stream():
                    length += len(block)
                    if length <= most:
                        body += block
                    elif length > most + _READ_ON:
                        break
        except TimeoutError:
            raise ProblemError(408, "slow", f"the query was not sent within {_SENDING} s", {"Connection": "close"}) from None
        if length > most:
            self._too_long()
        return bytes(body)

    def _too_long(self) -> NoReturn:
        raise ProblemError(413, "too-long", f"the query is longer than {self.site.limits.query_bytes} bytes, which is the limit of this endpoint")

    def _dataset(self, plan: Plan, values: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the dataset of a query as the protocol writes it; what the request names goes before what the query names."""
        wanted = [(key, known_graph(value, self.site.graphs, key)) for key, value in values if key in _DATASET]
        return wanted or [*((_DATASET[0], name) for name in plan.graphs), *((_DATASET[1], name) for name in plan.named)]

    async def _in_turn(self, request: Request, asked: Asked) -> Answer:
        try:
            async with self.gate.turn():
                if await request.is_disconnected():
                    raise ClientDisconnect
                return await self._within_limits(asked)
        except BusyError:
            message = f"{self.site.limits.running} queries run and {self.gate.waiting} wait, which is all that this endpoint takes; try again shortly"
            raise ProblemError(503, "busy", message, {"Retry-After": "2"}) from None

    async def _within_limits(self, asked: Asked) -> Answer:
        """Ask the engine; a query whose engine ended is asked once more, one such query at a time, so that the one to blame is alone."""
        server = self.site.server
        if not await anyio.to_thread.run_sync(server.wait_ready, 10.0, limiter=self._threads):
            raise self._gone("the engine is not there; it is being started again")
        generation = server.generation
        try:
            return await self._ask(asked, generation)
        except EngineGoneError:
            pass
        async with self._alone:
            if not await anyio.to_thread.run_sync(server.wait_renewed, generation, 10.0, limiter=self._threads):
                raise self._gone("the engine ended; it is being started again")
            try:
                return await self._ask(asked, server.generation)
            except EngineGoneError:
                message = "the engine ended twice while it answered this query, which probably wants too much memory; a new engine is starting"
                raise self._gone(message) from None

    def _gone(self, message: str) -> ProblemError:
        return ProblemError(503, "engine-gone", message, {"Retry-After": "5"})

    async def _ask(self, asked: Asked, generation: int) -> Answer:
        server, limits = self.site.server, self.site.limits
        try:
            return await anyio.to_thread.run_sync(
                lambda: server.ask(asked.text, asked.media, asked.dataset, seconds=limits.seconds + limits.grace, most=limits.result_bytes),
                limiter=self._threads,
            )
        except TimeLimitError as error:
            if error.stuck:
                self.site.log("engine-replaced", reason="a query did not end in time")
                server.replace(generation)
            message = f"the query was ended after {limits.seconds} s, the limit of this endpoint; ask for less, or take the data home as a dump"
            raise ProblemError(504, "timeout", message) from None
        except SizeLimitError:
            message = f"the result is larger than {limits.result_bytes} bytes, the limit of this endpoint; add LIMIT, or ask for less"
            raise ProblemError(422, "too-large", message) from None

    def _describe(self, request: Request) -> Response:
        """Answer a request without a query: the service description to programs, the query page to people."""
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("query", 303)
        media = _chosen(request, negotiate.GRAPHS)
        return Response(describe.written(describe.service(self.site.base, self.site.graphs), media), media_type=media)

    async def void(self, request: Request) -> Response:
        """Answer with the VoID description, which is worked out once."""
        try:
            media = _chosen(request, negotiate.GRAPHS)
            async with self._void_lock:
                if media not in self._void:
                    graph = await anyio.to_thread.run_sync(describe.void, self.site.base, self._table)
                    self._void[media] = describe.written(graph, media)
        except ProblemError as problem:
            return PlainTextResponse(problem.message + "\n", problem.status)
        except GremiennetzError as error:
            return PlainTextResponse(f"the description cannot be made now: {error}\n", 503, {"Retry-After": "10"})
        return Response(self._void[media], media_type=media, headers={"Vary": "Accept"})

    def _table(self, query: str) -> Table:
        """Ask a query of our own, outside the gate."""
        limits = self.site.limits
        answer = self.site.server.ask(query, "application/sparql-results+json", (), seconds=limits.seconds, most=limits.result_bytes)
        result = ox.parse_query_results(answer.body, ox.QueryResultsFormat.JSON)
        if not isinstance(result, ox.QuerySolutions):
            raise EngineGoneError("the engine answered with no table")
        names = tuple(variable.value for variable in result.variables)
        return Table(names, tuple(tuple(row[index] for index in range(len(names))) for row in result))

    async def health(self, _: Request) -> Response:
        """Say whether queries can be answered now."""
        running = self.site.server.pid is not None and self.site.server.wait_ready(0)
        state = {"status": "ok" if running else "starting", "engine": "running" if running else "not running", "graphs": len(self.site.graphs)}
        return JSONResponse(state, 200 if running else 503, {"Cache-Control": "no-store"})

    async def numbers(self, _: Request) -> Response:
        """Return the metrics."""
        server = self.site.server
        text = self.metrics.text(
            {
                "queries_running": ("gauge", "Queries in the engine.", self.gate.running),
                "queries_waiting": ("gauge", "Queries that wait for their turn.", self.gate.waiting),
                "engine_up": ("gauge", "Whether the engine runs.", float(server.pid is not None)),
                "engine_restarts_total": ("counter", "Restarts of the engine.", server.restarts),
            }
        )
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"})

    async def asset(self, request: Request) -> Response:
        """Return the query page or what it loads."""
        asset = self.site.assets[request.scope["path"]]
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers={"ETag": asset.etag})
        return Response(asset.body, media_type=asset.media, headers={"ETag": asset.etag, **asset.headers})

    async def page(self, request: Request) -> Response:
        """Return a page of ``build/``."""
        return await self._built(request, self.site.pages[request.scope["path"]])

    async def report(self, request: Request) -> Response:
        """Return the report of a city, or of the only one; where there are several, a list of them."""
        only = self.site.pages["/report"]
        suffix = only.stem.removeprefix("report")
        if name := request.path_params.get("city"):
            if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
                return PlainTextResponse("there is no such report\n", 404)
            return await self._built(request, only.with_name(f"report-{name}{suffix}.html"))
        found = await anyio.to_thread.run_sync(lambda: sorted(only.parent.glob(f"report-*{suffix}.html")), limiter=self._threads)
        cities = [path.stem.removeprefix("report-").removesuffix(suffix) for path in found]
        cities = [city for city in cities if not city.endswith("-public")]
        if only.exists() or not cities:
            return await self._built(request, only)
        links = "".join(f'<li><a href="report/{html.escape(city)}">{html.escape(city)}</a></li>' for city in cities)
        page = f'<!doctype html><html lang="de"><meta charset="utf-8"><title>Berichte</title><h1>Berichte</h1><ul>{links}</ul></html>'
        return Response(page, media_type="text/html", headers={"Cache-Control": "no-cache"})

    async def _built(self, request: Request, path: Path) -> Response:
        """Return a built page. In public, one that says of itself that it is internal is not sent, whatever its name."""
        try:
            body = await anyio.to_thread.run_sync(path.read_bytes, limiter=self._threads)
        except OSError:
            return PlainTextResponse(f"{path.name} does not exist yet; make it with: gremiennetz build\n", 404)
        if self.site.public and any(mark in body for mark in _INTERNAL):
            self.site.log("page-refused", page=path.name)
            return PlainTextResponse(f"{path.name} is an internal page under the name of a public one; make it anew with: gremiennetz build\n", 503)
        page = Asset(body, "text/html", {"Cache-Control": "no-cache"})
        if request.headers.get("if-none-match") == page.etag:
            return Response(status_code=304, headers={"ETag": page.etag})
        return Response(page.body, media_type=page.media, headers={"ETag": page.etag, **page.headers})

    async def thing(self, request: Request) -> Response:
        """Return a page of the package, or another of its files."""
        if self.site.package is None:
            return PlainTextResponse("there are no pages per thing here; they are made with: gremiennetz export\n", 404)
        accept, seen = (", ".join(request.headers.getlist(name)) for name in ("accept", "if-none-match"))
        reply = await anyio.to_thread.run_sync(self.site.package.answer, request.scope["path"], accept, seen, limiter=self._threads)
        if reply.file is None:
            return PlainTextResponse(f"{reply.text}\n", reply.status, reply.headers) if reply.text else Response(None, reply.status, reply.headers)
        return StreamingResponse(reply.blocks(), reply.status, reply.headers)


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise ProblemError(400, "malformed", f"the parameters cannot be read: {error}") from None


def _chosen(request: Request, offered: dict[str, tuple[str, ...]]) -> str:
    try:
        return negotiate.choose(", ".join(request.headers.getlist("accept")), offered)
    except negotiate.NotAcceptableError as error:
        raise ProblemError(406, "not-acceptable", str(error)) from None


class _SafeHeaders:
    """Adds to every answer what keeps a browser from guessing types, framing pages and telling other sites where it came from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("X-Frame-Options", "DENY")
            await send(message)

        await self._app(scope, receive, with_headers)


_THINGS = ("/id/{path:path}", "/doc/{path:path}", "/vocab/{path:path}", "/graph/{path:path}", "/ns")
_PACKAGE = ("/{path:path}",)


async def _start(_: Request) -> Response:
    return RedirectResponse("query", 303)


def application(site: Site) -> Starlette:
    """Return the gateway as an ASGI application. The engine has to run; it is stopped when the application shuts down."""
    gateway = Gateway(site)
    middleware = [Middleware(GZipMiddleware, minimum_size=1000)]
    if site.public:
        middleware.append(Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"], max_age=86400))
    else:
        middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=list(site.hosts), www_redirect=False))
    return Starlette(
        routes=[
            *([] if site.package else [Route("/", _start)]),
            Route("/sparql", gateway.sparql, methods=["GET", "POST"]),
            Route("/.well-known/void", gateway.void),
            Route("/health", gateway.health),
            Route("/metrics", gateway.numbers),
            *(Route(path, gateway.asset) for path in site.assets),
            *(Route(path, gateway.report if path == "/report" else gateway.page) for path in site.pages),
            Route("/report/{city}", gateway.report),
            *(Route(path, gateway.thing) for path in (_PACKAGE if site.package else _THINGS)),
        ],
        middleware=[Middleware(_SafeHeaders), *middleware],
        lifespan=_lifespan(site),
    )


def _lifespan(site: Site) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await anyio.to_thread.run_sync(site.server.stop)

    return lifespan
