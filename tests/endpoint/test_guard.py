from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gremiennetz.endpoint.guard import MalformedError, Plan, RefusedError, check
from gremiennetz.tokens import DEEPEST

GRAPHS = frozenset({"http://g/a", "http://g/b"})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { ?service ?drop ?from }",
        'SELECT * WHERE { ?s ex:SERVICE "DROP ALL; SERVICE" } # LOAD',
        "ASK { <http://x/SERVICE/LOAD> ?p '''INSERT\nDELETE''' }",
        "PREFIX load: <http://x/> CONSTRUCT WHERE { ?s load:clear _:drop }",
        "SELECT ?x { BIND('a'@add AS ?x) }",
        'SELECT * { BIND("a \\u0022 SERVICE" AS ?x) }',
    ],
)
def test_a_word_that_only_looks_like_one_is_none(query: str) -> None:
    assert check(query, GRAPHS).graphs == ()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {\n SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * {\n service silent ?x { } }",
        "SELECT*{\nSERVICE<http://x>{}}",
        "PREFIX : <http://x/> SELECT * {\n SERVICE:x { } }",
        "PREFIX : <http://x/> SELECT * {\n ?a ?b trueSERVICE:x { } }",
        "PREFIX : <http://x/> SELECT * {\n ?a ?b 1e0SERVICE:x { } }",
        "PREFIX : <http://x/> SELECT * {\n ?a ?b true.SERVICE:x { } }",
        "SELECT * {\n ?s a.SERVICE <x> {} }",
        "SELECT * {# comment ends at a carriage return\r\nSERVICE <x> {} }",
        "SELECT * {\n S\\u0045RVICE <x> {} }",
        'SELECT * {\n ?s ?p "\\u0022 . SERVICE <x> {} }#" }',
        "SELECT * {\n OPTIONAL { { SELECT * { GRAPH ?g { SERVICE <x> {} } } } } }",
    ],
)
def test_service_is_refused_with_its_line(query: str) -> None:
    with pytest.raises(RefusedError, match="line 2: SERVICE is refused, this endpoint asks no other server") as caught:
        check(query, GRAPHS)
    assert caught.value.reason == "service"


@pytest.mark.parametrize("word", ["INSERT DATA", "DELETE WHERE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "copy", "DrOp"])
def test_updates_are_refused(word: str) -> None:
    with pytest.raises(RefusedError, match=f"line 3: {word.split(maxsplit=1)[0].upper()} is refused, this endpoint is read-only"):
        check(f"PREFIX a: <b>\n# note\n{word} ALL", GRAPHS)
    with pytest.raises(RefusedError):
        check(f"SELECT * {{}} ;\n{word} ALL", GRAPHS)


def test_from_is_for_graphs_of_here() -> None:
    query = "SELECT * FROM <http://g/a> FROM NAMED <http://g/b> from named <http://g/a> { ?s ?p ?o }"
    assert check(query, GRAPHS) == Plan("SELECT", ("http://g/a",), ("http://g/b", "http://g/a"))
    with pytest.raises(RefusedError, match=r"line 1: there is no graph <http://127\.0\.0\.1/x> here; there are <http://g/a>, <http://g/b>"):
        check("SELECT * FROM <http://127.0.0.1/x> { ?s ?p ?o }", GRAPHS)
    for relative in ("FROM g:a", "FROM:a", "FROM NAMED g:a", "FROM"):
        with pytest.raises(RefusedError, match="the full IRI of a graph"):
            check(f"PREFIX g: <http://g/> SELECT * {relative} {{ ?s ?p ?o }}", GRAPHS)


def test_depth_has_an_end() -> None:
    check("SELECT * WHERE " + "{" * DEEPEST + "}" * DEEPEST, GRAPHS)
    for opened in ("{", "(", "[", "<<", "<<("):
        with pytest.raises(RefusedError, match="brackets inside each other"):
            check("SELECT * WHERE " + f"{opened} " * (DEEPEST + 1), GRAPHS)
    with pytest.raises(RefusedError, match="signs in a row"):
        check("SELECT * { FILTER(" + "!" * 100 + "true) }", GRAPHS)


@pytest.mark.parametrize("query", ["", "# only a comment", "FOO", "SELECT * { 'a }", "{}"])
def test_what_is_no_query_is_malformed(query: str) -> None:
    with pytest.raises(MalformedError, match="the query is no SPARQL"):
        check(query, GRAPHS)


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server on loopback and the list of what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(500)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


_MARKS = "{ } ( ) ; , . - < > \" ' # a 1 && ^^ | \\ é \u00b7 \u00aa \u0300"
_WORDS = "SERVICE service SERVICE:x trueSERVICE:x ſERVICE true 1. SILENT <URL> <x :x e:x e:. e:a\\# e:%23 ?x ?p ?a<?b @en _:b [] {} %41"
_MORE = 'OPTIONAL UNION FILTER FILTER(?x<?y) MINUS LATERAL VALUES """ \'\'\' "a" \\u0022 \\u0053'
PIECES = [*_MARKS.split(), *_WORDS.split(), *_MORE.split(), " ", "\n", "\r", "# ", "?x ?y ?z", "GRAPH ?g", "BIND(1 AS ?q)", "VALUES ?v {UNDEF}"]


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["SERVICE <URL>{}", "SERVICE:x{}", "SERVICE?x{}", "trueSERVICE:x{}"]), st.data()
)
def test_what_passes_makes_the_engine_fetch_nothing(listener: tuple[str, list[str]], pieces: list[str], call: str, data: st.DataObject) -> None:
    """The engine itself says what SERVICE is: no text that the guard lets through may make it ask the server on loopback."""
    url, asked = listener
    place = data.draw(st.integers(0, len(pieces)))
    inside = "".join([*pieces[:place], call, *pieces[place:]]).replace("URL", url)
    query = f"PREFIX : <{url}> PREFIX e: <{url}> SELECT * {{ VALUES ?x {{ <{url}> }} {inside} }}"
    try:
        check(query, GRAPHS)
    except (RefusedError, MalformedError):
        return
    asked.clear()
    with contextlib.suppress(SyntaxError, OSError, ValueError, RuntimeError):
        list(ox.Store().query(query))  # type: ignore[arg-type] # a SELECT
    assert asked == [], query


def test_the_listener_hears_a_service_call(listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    asked.clear()
    with pytest.raises(OSError):  # noqa: PT011 - the words are the engine's
        list(ox.Store().query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"))  # type: ignore[arg-type] # a SELECT
    assert asked
