"""The seam to remote stores: against our own endpoint, and against a server that misbehaves in every way we have heard of."""

from __future__ import annotations

import base64
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pyoxigraph as ox
import pytest
from servers import Served  # type: ignore[import-not-found] # conftest.py shows Python the way
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.remote import Patience, RemoteEngine, RemoteError, canonical

ONE = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#decimal","value":"567.50"}}]}}'
JSON = "application/sparql-results+json"


@attrs.define
class Script:
    """What a server does with each request in turn; the last step is repeated."""

    steps: list[Callable[[Any], None]] = attrs.field(factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = attrs.field(factory=list)
    url: str = ""


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked.append((self.path, dict(self.headers), body))
            made.steps[min(len(made.asked), len(made.steps)) - 1](self)

        do_GET = do_POST  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}/sparql"
        yield made
        server.shutdown()


def reply(status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> Callable[[Any], None]:
    def step(handler: Any) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return step


def hang_up(handler: Any) -> None:
    handler.close_connection = True
    handler.connection.close()


def break_off(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(ONE)
    handler.wfile.flush()
    hang_up(handler)


def slow(handler: Any) -> None:
    time.sleep(1.5)
    hang_up(handler)


@attrs.define
class Pauses:
    taken: list[float] = attrs.field(factory=list)

    def engine(self, url: str, timeout: float = 10, attempts: int = 4) -> RemoteEngine:
        return RemoteEngine(url, Patience(timeout, attempts, 0.5, self.taken.append))


def test_typed_rows_prefixes_and_comments(script: Script) -> None:
    script.steps = [reply(200, ONE, JSON)]
    table = RemoteEngine(script.url).run('# SELECT\n# DESCRIBE\nSELECT ?n WHERE { ?n a gn:Body ; rdfs:label "# stays" } # end')
    assert table.columns == ("n",)
    assert table.rows == ((ox.Literal("567.5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),),)
    path, headers, body = script.asked[0]
    assert (path, headers["Content-Type"]) == ("/sparql", "application/x-www-form-urlencoded")
    assert JSON in headers["Accept"]
    assert b"DESCRIBE" not in body
    assert b"stays" in body
    assert b"PREFIX+gn%3A" in body
    assert b"PREFIX+org%3A" not in body


def test_busy_servers_are_asked_again_with_growing_pauses(script: Script) -> None:
    script.steps = [reply(503, Retry_After="7"), reply(429), hang_up, reply(200, ONE, JSON)]
    pauses = Pauses()
    assert len(pauses.engine(script.url).run("SELECT ?n {}")) == 1
    assert pauses.taken == [7.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("step", "asked", "said"),
    [
        (reply(400, b"Parse error at line 3\nmore"), 1, "the endpoint cannot read the query (400): Parse error at line 3"),
        (reply(401, WWW_Authenticate='Basic realm="x"'), 1, "wants a log-in; set GREMIENNETZ_ENDPOINT_USER and GREMIENNETZ_ENDPOINT_PASSWORD (401)"),
        (reply(403, b"no"), 1, "does not allow this (403): no"),
        (reply(404, b"<html>lots of markup"), 1, "there is nothing at this address; does the path end in /sparql or /query? (404)"),
        (reply(500, b"boom\x1b[31m"), 4, "answered with an error (500, tried 4 times): boom [31m"),
        (reply(503), 4, "answered with an error (503, tried 4 times)"),
        (hang_up, 4, "cannot be reached"),
        (break_off, 4, "cannot be reached"),
        (slow, 1, "did not answer within 1 s"),
        (reply(200, b"<html></html>", "text/html"), 1, "answered with a web page, not with a result; is it the address of the endpoint itself?"),
        (reply(200, ONE[:60], JSON), 1, f"answered with what cannot be read ({JSON})"),
        (reply(200, b"", JSON), 1, f"answered with what cannot be read ({JSON})"),
        (reply(200, ONE, JSON, X_SPARQL_MaxRows="10000"), 1, "sends at most 10000 rows and cut the result short"),
        (reply(200, ONE, JSON, X_SQL_State="S1TAT"), 1, "ended the query at its time limit and sent a part of the result"),
        (reply(302, Location="http://example.org/sparql"), 1, "sends on to http://example.org/sparql; if you trust it, give that address"),
        (reply(301, Location="/other"), 1, "in a way that loses the query (301); give that address"),
    ],
)
def test_errors_say_what_to_do(script: Script, step: Callable[[Any], None], asked: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREMIENNETZ_ENDPOINT_USER", raising=False)
    script.steps = [step]
    with pytest.raises(RemoteError) as caught:
        Pauses().engine(script.url, timeout=1).run("SELECT ?n {}")
    assert said in str(caught.value)
    assert str(caught.value).startswith(script.url.removesuffix("/sparql"))
    assert "\n" not in str(caught.value)
    assert len(script.asked) == asked


def test_a_redirect_that_keeps_the_query_is_followed(script: Script) -> None:
    script.steps = [reply(308, Location="/other"), reply(200, ONE, JSON)]
    assert len(RemoteEngine(script.url).run("SELECT ?n {}")) == 1
    assert (script.asked[1][0], script.asked[1][2]) == ("/other", script.asked[0][2])


def test_basic_log_in_comes_from_the_environment(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREMIENNETZ_ENDPOINT_USER", "anna")
    monkeypatch.setenv("GREMIENNETZ_ENDPOINT_PASSWORD", "geheim:ü")
    script.steps = [reply(401, WWW_Authenticate='Basic realm="x"'), reply(200, ONE, JSON)]
    engine = RemoteEngine(script.url)
    engine.run("SELECT ?n {}")
    engine.run("SELECT ?n {}")
    sent = [headers.get("Authorization") for _, headers, _ in script.asked]
    assert (len(sent), sent[0]) == (3, None), "asked once, then sent along"
    assert {base64.b64decode((value or "").removeprefix("Basic ")).decode() for value in sent[1:]} == {"anna:geheim:ü"}
    script.asked.clear()
    script.steps = [reply(401, WWW_Authenticate='Basic realm="x"')]
    with pytest.raises(RemoteError, match="those that are set are not accepted") as caught:
        RemoteEngine(script.url, Patience(attempts=1)).run("SELECT ?n {}")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/", "x", "", "http://", "https:///sparql", "http://a b/", "http://x:99999/", "http://x:y/", "http://[/"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(RemoteError, match="is no address of an endpoint"):
        RemoteEngine(url)


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(RemoteError, match="leave user and password out of the address") as caught:
        RemoteEngine("https://anna:geheim@example.org/sparql")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("query", ["DROP ALL", "", "SELECT * { 'a }"])
def test_what_is_no_query_is_not_sent(script: Script, query: str) -> None:
    script.steps = [reply(200, ONE, JSON)]
    with pytest.raises(GremiennetzError, match="the query is no SPARQL"):
        RemoteEngine(script.url).run(query)
    assert script.asked == []


@pytest.mark.parametrize(
    ("rows", "expected"), [(b"", False), (b'{"r":{"type":"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"1"}}', True)]
)
def test_ask_as_virtuoso_answers_it(script: Script, rows: bytes, expected: bool) -> None:
    script.steps = [reply(200, b'{"head":{"link":[],"vars":["r"]},"results":{"bindings":[' + rows + b"]}}", JSON)]
    assert RemoteEngine(script.url).run("ASK { ?s ?p ?o }").rows == ((ox.Literal(expected),),)


def test_nobody_there() -> None:
    with pytest.raises(RemoteError, match=r"cannot be reached .*tried 4 times"):
        Pauses().engine("http://127.0.0.1:1/sparql").run("ASK {}")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("boolean", "1", "true"), ("boolean", "0", "false"), ("decimal", "+01.50", "1.5"), ("integer", "01", "01"), ("decimal", "x", "x")],
)
def test_canonical_values(kind: str, value: str, expected: str) -> None:
    datatype = ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}")
    assert canonical(ox.Literal(value, datatype=datatype)) == ox.Literal(expected, datatype=datatype)


def test_against_the_real_endpoint(served: Served, cli: CliRunner) -> None:
    engine = RemoteEngine(f"{served.url}sparql")
    assert engine.run("ASK { ?s a gn:Unit }").rows == ((ox.Literal(True),),)
    assert len(engine.run("CONSTRUCT WHERE { ?s a gn:Unit }")) == 2
    assert len(engine.run("DESCRIBE ?s WHERE { ?s a gn:Unit }")) > 2
    with pytest.raises(RemoteError, match=r"does not allow this \(403\): line 1: SERVICE is refused"):
        engine.run("SELECT * { SERVICE <http://x> {} }")
    done = cli.invoke(app, ["query", "overlap/memberships", "--endpoint", f"{served.url}sparql", "--format", "csv"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 2
    page = cli.invoke(app, ["query", "overlap/memberships", "--endpoint", f"{served.url}query"])
    assert isinstance(page.exception, RemoteError)
