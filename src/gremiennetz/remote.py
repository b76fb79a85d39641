"""Remote stores: any SPARQL 1.1 endpoint, asked through SPARQLWrapper, which is wrapped here and nowhere else (design, section 8).

Added to it: a query is sent without comments (two leading ones make SPARQLWrapper take a SELECT for a DESCRIBE) and with the prefixes it needs;
both ways to log in, chosen by the server; attempts with growing pauses; answers that are complete or an error; and errors that say what to do.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from email.message import Message
from typing import IO, cast
from urllib.parse import urlsplit

import attrs
import pyoxigraph as ox
import SPARQLWrapper

from gremiennetz import __version__, tokens
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.terms import PREFIXES, decimal
from gremiennetz.query import Engine, Table, Value

USER, PASSWORD = "GREMIENNETZ_ENDPOINT_USER", "GREMIENNETZ_ENDPOINT_PASSWORD"
AGENT = f"gremiennetz/{__version__}"
_LARGEST = 512 * 2**20
_AGAIN = frozenset({429, 500, 502, 503, 504})
_LONGEST_PAUSE = 30.0


class RemoteError(GremiennetzError):
    """A remote store did not answer, or not with what was asked for."""


def address(url: str) -> str:
    """Return the address of a remote store. Raises ``RemoteError`` for one that is not of the web, or that holds a password."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, named = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not named or parts.fragment or any(sign <= " " for sign in url):
        raise RemoteError(f"{url!r} is no address of an endpoint; wanted: https://… or http://…")
    if parts.username is not None or parts.password is not None:
        raise RemoteError(f"leave user and password out of the address and set {USER} and {PASSWORD}")
    return url


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the same server only: another one must not get the user's password, nor the query."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],  # noqa: ARG002 - the parent's signature, here and below
        code: int,
        msg: str,  # noqa: ARG002
        headers: http.client.HTTPMessage,  # noqa: ARG002
        newurl: str,
    ) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise RemoteError(f"{req.full_url} sends on to {newurl}; if you trust it, give that address")
        if req.data is not None and code not in {307, 308}:
            raise RemoteError(f"{req.full_url} sends on to {newurl} in a way that loses the query ({code}); give that address")
        return urllib.request.Request(newurl, req.data, dict(req.header_items()), method=req.get_method())  # noqa: S310 - same scheme and host


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Digest authentication that remembers the challenge, so that a large upload is not sent twice each time."""

    challenge: dict[str, str] | None = None

    def get_authorization(self, req: urllib.request.Request, chal: dict[str, str]) -> str | None:  # type: ignore[override] # typeshed wants a Mapping
        self.challenge = dict(chal)
        return super().get_authorization(req, chal)

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        """Add the authorization for a challenge that is known."""
        if self.challenge is not None and not req.has_header(self.auth_header):
            written = super().get_authorization(req, self.challenge)
            if written:
                req.add_unredirected_header(self.auth_header, f"Digest {written}")
        return req

    https_request = http_request


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Basic authentication that goes with every request once the server has asked for it."""

    asked = False

    def retry_http_basic_auth(self, host: str, req: urllib.request.Request, realm: str) -> http.client.HTTPResponse | None:
        """Answer the server's question, and remember that it asked."""
        self.asked = True
        return cast("http.client.HTTPResponse | None", super().retry_http_basic_auth(host, req, realm))

    def http_request(self, req: urllib.request.Request) -> urllib.request.Request:
        """Add user and password for a server that has asked."""
        user, password = self.passwd.find_user_password(None, req.full_url)  # type: ignore[arg-type] # any realm
        if self.asked and user and not req.has_header(self.auth_header):
            raw = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
            req.add_unredirected_header(self.auth_header, f"Basic {raw}")
        return req

    https_request = http_request


@attrs.frozen
class Patience:
    """How long and how often a remote store is asked."""

    timeout: float = 60.0
    """Seconds without a sign of the server after which a request is given up; it is not tried again, a slow query stays slow."""
    attempts: int = 4
    """Most attempts when the server is busy (429, 5xx) or the connection breaks."""
    pause: float = 0.5
    """Seconds before the second attempt; each further pause is twice as long, or as long as the server asks for."""
    sleep: Callable[[float], None] = time.sleep


PATIENCE = Patience()


class Web:
    """Requests to one server: log-in, attempts with growing pauses, errors that say what to do."""

    def __init__(self, url: str, patience: Patience = PATIENCE) -> None:
        self.url, self.patience = address(url), patience
        handlers: list[urllib.request.BaseHandler] = [_SameHost()]
        user, password = os.environ.get(USER), os.environ.get(PASSWORD)
        if user and password is not None:
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            parts = urlsplit(url)
            known.add_password(None, f"{parts.scheme}://{parts.netloc}/", user, password)
            handlers += [_Digest(known), _Basic(known)]
        self._opener = urllib.request.build_opener(*handlers)

    def open(self, request: urllib.request.Request, timeout: float | None = None) -> tuple[Message, bytes]:
        """Send a request until it is answered, and return head and body of the answer.

        Raises ``RemoteError``; for a status of 400 and more with the ``status`` in it.
        """
        limit = timeout or self.patience.timeout
        for attempt in range(1, self.patience.attempts + 1):
            wait = min(_LONGEST_PAUSE, self.patience.pause * 2 ** (attempt - 1))
            last = attempt == self.patience.attempts
            try:
                with self._opener.open(request, timeout=limit) as response:
                    return response.headers, _read(response, self.url)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in _AGAIN or last:
                        raise StatusError(self.url, error.code, _first_line(error), attempt) from None
                    wait = max(wait, min(_LONGEST_PAUSE, _seconds(error.headers.get("Retry-After"))))
            except (OSError, http.client.HTTPException) as error:
                reason = error.reason if isinstance(error, urllib.error.URLError) else error
                if isinstance(reason, TimeoutError):
                    raise RemoteError(f"{self.url} did not answer within {limit:g} s") from None
                if last:
                    shown = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
                    raise RemoteError(f"{self.url} cannot be reached ({shown}), tried {attempt} times") from None
            except ValueError as error:  # urllib's word for a kind of log-in that it does not know
                raise RemoteError(f"{self.url}: {error}") from None
            self.patience.sleep(wait)
        raise AssertionError  # the last attempt returns or raises


class StatusError(RemoteError):
    """A remote store answered with an error."""

    def __init__(self, url: str, status: int, said: str, attempts: int) -> None:
        self.status = status
        hints = {
            400: "the endpoint cannot read the query",
            401: f"wants a log-in; set {USER} and {PASSWORD}" + (" (those that are set are not accepted)" if os.environ.get(USER) else ""),
            403: "does not allow this",
            404: "there is nothing at this address; does the path end in /sparql or /query?",
            405: "the address does not take this kind of request; is it that of the query endpoint?",
        }
        tried = f", tried {attempts} times" if attempts > 1 else ""
        super().__init__(f"{url}: {hints.get(status, 'answered with an error')} ({status}{tried})" + (f": {said}" if said else ""))


def _read(response: http.client.HTTPResponse, url: str) -> bytes:
    body = response.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise RemoteError(f"{url}: the answer is larger than {_LARGEST // 2**20} MiB; ask for less")
    if response.length:  # http.client does not complain when read() with a limit meets the end too early
        raise http.client.IncompleteRead(body, response.length)
    return body


def _first_line(error: urllib.error.HTTPError) -> str:
    """Return what an error says in its first line, without control signs; web pages say nothing that helps here."""
    try:
        text = error.read(4000).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        return ""
    if text.startswith("<"):
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in text.split("\n", 1)[0])[:300]


def _seconds(value: str | None) -> float:
    """Return the seconds of a ``Retry-After``; a date there is rare and counts as no wish."""
    return float(value) if value is not None and value.strip().isdecimal() else 0.0


class _Wrapper(SPARQLWrapper.SPARQLWrapper):
    """SPARQLWrapper with our way of sending: its own installs a global opener for log-ins and leaks passwords into redirects."""

    def __init__(self, web: Web) -> None:
        super().__init__(web.url, agent=AGENT)
        self.web = web
        self.setMethod(SPARQLWrapper.POST)
        self.setOnlyConneg(True)  # some stores take its format=… parameters for something else

    def ask(self, query: str, form: str) -> tuple[Message, bytes]:
        """Send a query of a form and return head and body of the answer."""
        self.setReturnFormat(SPARQLWrapper.JSON if form in {"SELECT", "ASK"} else SPARQLWrapper.TURTLE)
        # not setQuery(): it looks for the form with expressions that comments and long prefixes lead astray
        self.queryString, self.queryType = query, form
        return self.web.open(self._createRequest())


class RemoteEngine(Engine):
    """Queries on a remote store. Its default graph has to be the union of its named graphs, as docs/engines.md says."""

    def __init__(self, endpoint: str, patience: Patience = PATIENCE) -> None:
        self.web = Web(endpoint, patience)
        self._wrapper = _Wrapper(self.web)
        self.server = ""
        """What the server calls itself, once it has answered."""

    def run(self, query: str) -> Table:
        """Run a query on the remote store. Raises ``RemoteError``."""
        try:
            text = tokens.without_comments(query)
            form = tokens.form(tokens.meaningful(text))
        except tokens.UnreadableError as error:
            raise GremiennetzError(f"the query is no SPARQL: {error}") from None
        if form is None:
            raise GremiennetzError(f"the query is no SPARQL: it does not begin with {', '.join(tokens.FORMS)}")
        head, body = self._wrapper.ask(tokens.with_prefixes(text, PREFIXES), form)
        self.server = head.get("Server", "")
        self._complete(head)
        kind = head.get_content_type()
        if kind in {"text/html", "application/xhtml+xml"}:
            raise RemoteError(f"{self.web.url} answered with a web page, not with a result; is it the address of the endpoint itself?")
        try:
            return _results(body, form) if form in {"SELECT", "ASK"} else _triples(body, kind)
        except (SyntaxError, ValueError, OSError) as error:
            raise RemoteError(f"{self.web.url} answered with what cannot be read ({kind}): {str(error)[:200]}") from None

    def _complete(self, head: Message) -> None:
        """Raise an error when Virtuoso says in the head that it cut the result short; the body looks complete."""
        if head.get("X-SQL-State", "").startswith("S1TAT"):
            raise RemoteError(f"{self.web.url} ended the query at its time limit and sent a part of the result; ask for less")
        if (most := head.get("X-SPARQL-MaxRows")) is not None:
            raise RemoteError(f"{self.web.url} sends at most {most} rows and cut the result short; ask for less, or page with LIMIT and OFFSET")


def _results(body: bytes, form: str) -> Table:
    result = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    if isinstance(result, ox.QueryBoolean):
        return Table(("answer",), ((ox.Literal(bool(result)),),))
    if form == "ASK":  # Virtuoso 7 answers with a table: no row for no, one with 1 for yes
        cells = [row[0] for row in result]
        return Table(("answer",), ((ox.Literal(bool(cells) and not (isinstance(cells[0], ox.Literal) and cells[0].value == "0")),),))
    columns = tuple(variable.value for variable in result.variables)
    return Table(columns, tuple(tuple(canonical(row[index]) for index in range(len(columns))) for row in result))


def canonical(term: Value) -> Value:
    """Return a boolean or decimal in the form that Oxigraph writes; other stores write ``1`` for ``true`` and ``567.50`` for ``567.5``."""
    if not isinstance(term, ox.Literal):
        return term
    kind = term.datatype.value.removeprefix(PREFIXES["xsd"])
    if kind == "boolean" and term.value in {"0", "1"}:
        return ox.Literal("true" if term.value == "1" else "false", datatype=term.datatype)
    if kind == "decimal" and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", term.value, re.ASCII):
        return decimal(Decimal(term.value))
    return term


def _triples(body: bytes, kind: str) -> Table:
    style = ox.RdfFormat.from_media_type(kind) or ox.RdfFormat.TURTLE
    triples = (quad.triple for quad in ox.parse(body, format=style))
    return Table(("subject", "predicate", "object"), tuple((item.subject, item.predicate, canonical(item.object)) for item in triples))
