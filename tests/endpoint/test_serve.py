"""The endpoint as a process, driven over HTTP as its users drive it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from servers import Served, serving, small_root, until  # type: ignore[import-not-found] # conftest.py shows Python the way

from gremiennetz.export import package
from gremiennetz.files import write_text
from gremiennetz.graph import store
from gremiennetz.network import write as write_network
from gremiennetz.places import Root
from gremiennetz.query import StoreEngine
from gremiennetz.report.write import write as write_report

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
FOR_EVER = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
MILLIONS = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"
GRAPH = "https://w3id.org/gremiennetz/graph/"


def number(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("accept", "style"),
    [
        ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
        ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
        ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
    ],
)
def test_select_in_every_format(served: Served, method: str, accept: str, style: ox.QueryResultsFormat) -> None:
    reply = served.ask("SELECT ?s WHERE { ?s a gn:Unit }".replace("gn:Unit", "<https://w3id.org/gremiennetz/ns#Unit>"), method=method, Accept=accept)
    assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, accept)
    solutions = ox.parse_query_results(reply.body, style)
    assert isinstance(solutions, ox.QuerySolutions)
    assert len(list(solutions)) == 2


def test_csv_and_ask(served: Served) -> None:
    rows = list(csv.reader(io.StringIO(served.ask(COUNT, Accept="text/csv").text)))
    assert rows[0] == ["n"]
    assert int(rows[1][0]) > 100
    answers = [json.loads(served.ask(f"ASK {{ {pattern} }}").body)["boolean"] for pattern in ("?s ?p ?o", "<a:b> ?p ?o")]
    assert answers == [True, False]


@pytest.mark.parametrize(
    ("accept", "style"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/ld+json", "json-ld"), ("application/rdf+xml", "xml")],
)
def test_construct_in_every_format(served: Served, accept: str, style: str) -> None:
    reply = served.ask("CONSTRUCT WHERE { ?s a <https://w3id.org/gremiennetz/ns#Unit> }", Accept=accept)
    assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, accept)
    assert len(rdflib.Graph().parse(data=reply.text, format=style)) == 2


def test_a_query_as_the_body(served: Served) -> None:
    reply = served.ask(body='SELECT ("ü" AS ?n) {}'.encode(), Content_Type="application/sparql-query; charset=utf-8", Accept="text/csv")
    assert reply.text.split() == ["n", "ü"]


def test_cors_and_compression(served: Served) -> None:
    reply = served.ask(COUNT, Origin="https://example.org")
    assert reply.headers["access-control-allow-origin"] == "*"
    preflight = served.ask(
        method="OPTIONS", Origin="https://example.org", Access_Control_Request_Method="POST", Access_Control_Request_Headers="content-type"
    )
    assert preflight.status == 200
    packed = served.ask("SELECT * { ?s ?p ?o } LIMIT 100", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept" in packed.headers["vary"].lower()


def test_from_is_what_it_says(served: Served) -> None:
    everything, part = (number(served.ask(query).body) for query in (COUNT, COUNT.replace("WHERE", f"FROM <{GRAPH}ontology> WHERE")))
    assert 0 < part < everything
    assert number(served.ask(COUNT, path=f"/sparql?default-graph-uri={GRAPH}ontology").body) == part
    only = served.ask(f"SELECT DISTINCT ?g FROM NAMED <{GRAPH}ontology> {{ GRAPH ?g {{ ?s ?p ?o }} }}", Accept="text/csv")
    assert only.text.split() == ["g", f"{GRAPH}ontology"]


def test_the_public_profile_has_no_people(served: Served) -> None:
    people = "ASK { ?s a <http://xmlns.com/foaf/0.1/Person> }"
    assert json.loads(served.ask(people).body)["boolean"] is False
    assert f"{GRAPH}small-2026/people" not in served.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", Accept="text/csv").text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT * {\nSERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403, "line 2: SERVICE is refused, this endpoint asks no other server"),
        ("DROP ALL", 403, "line 1: DROP is refused, this endpoint is read-only"),
        ("LOAD <http://127.0.0.1/>", 403, "line 1: LOAD is refused, this endpoint is read-only"),
        ("SELECT * FROM <http://127.0.0.1/x> { ?s ?p ?o }", 403, "line 1: there is no graph <http://127.0.0.1/x> here; there are <"),
        ("SELECT * { ?s ?p }", 400, "the query is no SPARQL that the engine can answer: error at 1:"),
        ("SELECT * { 'a }", 400, "the query is no SPARQL: line 1: the string that begins here has no end"),
        ("", 400, "the query is no SPARQL: wanted SELECT, ASK, CONSTRUCT, DESCRIBE, found nothing"),
        ("SELECT" + "(" * 5000, 403, "line 1: more than 64 brackets inside each other"),
        ("SELECT * { ?s ?p ?o } #" + "x" * 2**20, 413, "the query is longer than 16384 bytes, which is the limit of this endpoint"),
        (MILLIONS, 422, "the result is larger than 1048576 bytes, the limit of this endpoint"),
    ],
)
def test_what_is_refused_is_told_and_the_next_is_answered(served: Served, query: str, status: int, said: str) -> None:
    reply = served.ask(query)
    assert (reply.status, reply.text[: len(said)]) == (status, said)
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert served.ask(COUNT).status == 200


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "said"),
    [
        ("/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"update=DROP+ALL", 403, "updates are refused"),
        ("/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL", 403, "updates are refused"),
        (
            "/sparql",
            {"Content-Type": "text/plain"},
            b"ASK {}",
            415,
            "a query is sent as application/sparql-query or application/x-www-form-urlencoded",
        ),
        (
            "/sparql",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"query=ASK{}&query=ASK{}",
            400,
            "exactly one query is wanted, 2 were sent",
        ),
        ("/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"", 400, "exactly one query is wanted, 0 were sent"),
        ("/sparql", {"Content-Type": "application/sparql-query"}, b"ASK { \xff }", 400, "the query is not UTF-8: byte 0xff at position 6"),
        ("/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"query=%ff", 400, "the parameters cannot be read"),
        ("/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"&".join([b"a=1"] * 500), 400, "the parameters cannot be read"),
        (
            "/sparql?default-graph-uri=http://127.0.0.1/",
            {"Content-Type": "application/sparql-query"},
            b"ASK {}",
            403,
            "default-graph-uri: there is no graph",
        ),
        (
            "/sparql",
            {"Content-Type": "application/sparql-query", "Accept": "garbage"},
            b"ASK {}",
            406,
            "the Accept header cannot be read at 'garbage'",
        ),
        ("/sparql", {"Content-Type": "application/sparql-query", "Accept": "text/turtle"}, b"ASK {}", 406, "none of the accepted media types"),
    ],
)
def test_broken_requests(served: Served, path: str, headers: dict[str, str], body: bytes, status: int, said: str) -> None:
    reply = served.ask(path=path, body=body, **headers)
    assert (reply.status, reply.text[: len(said)]) == (status, said)


def test_a_long_address_is_told(served: Served) -> None:
    reply = served.ask("ASK {} #" + "x" * 60_000, method="GET")
    assert (reply.status, reply.text) == (414, "the address is too long; send the query by POST\n")
    assert served.ask(method="PUT", path="/sparql", body=b"").status == 405
    assert served.ask(method="POST", path="/store", body=b"").status == 404


def test_a_query_that_runs_for_ever_is_ended_and_others_are_answered(served: Served) -> None:
    with ThreadPoolExecutor(2) as pool:
        began = time.monotonic()
        endless = pool.submit(served.ask, FOR_EVER)
        time.sleep(0.3)
        for _ in range(5):
            assert served.ask(COUNT).status == 200
        assert time.monotonic() - began < 2, "the others waited for it"
        reply = endless.result()
    assert (reply.status, reply.text.split(";")[0]) == (504, "the query was ended after 2 s, the limit of this endpoint")
    assert served.ask(COUNT).status == 200


def test_a_query_that_eats_the_memory_ends_alone(served: Served) -> None:
    doubled = " ".join(f"BIND(CONCAT(?a{step}, ?a{step}) AS ?a{step + 1})" for step in range(34))
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        greedy = pool.submit(served.ask, f"SELECT (STRLEN(?a34) AS ?n) {{ BIND('0123456789' AS ?a0) {doubled} }}")
        replies = [served.ask(COUNT).status for _ in range(5)]
        reply = greedy.result()
    assert reply.status in {503, 504}, (reply, time.monotonic() - began)
    assert replies == [200] * 5
    until(lambda: served.ask(COUNT).status == 200)


def test_a_killed_engine_is_replaced(served: Served) -> None:
    before = served.engine()
    os.kill(before, signal.SIGKILL)
    assert served.ask(COUNT).status == 200
    assert served.engine() != before
    assert any(event["event"] == "engine-ended" for event in served.log())


def test_200_clients_at_once(served: Served) -> None:
    """Each one is answered, or told to come back: nobody hangs, nothing falls over."""
    barrier = threading.Barrier(200)

    def ask(_: int) -> tuple[int, bool]:
        barrier.wait()
        reply = served.ask(COUNT)
        return reply.status, "retry-after" in reply.headers

    with ThreadPoolExecutor(200) as pool:
        replies = Counter(pool.map(ask, range(200)))
    assert set(replies) <= {(200, False), (503, True)}
    assert replies[200, False] >= 10
    assert served.ask(COUNT).status == 200


def test_health_metrics_and_descriptions(served: Served) -> None:
    graphs = served.ask("SELECT DISTINCT ?g WHERE { GRAPH ?g { } }", Accept="text/csv").text.split()[1:]
    assert json.loads(served.get("/health").body) == {"status": "ok", "engine": "running", "graphs": len(graphs)}
    served.ask("DROP ALL")
    metrics = served.get("/metrics").text
    assert 'gremiennetz_queries_total{outcome="update"}' in metrics
    assert "\ngremiennetz_engine_up 1\n" in metrics
    for line in metrics.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2
    service = rdflib.Graph().parse(data=served.get("/sparql").text, format="turtle")
    assert (
        rdflib.URIRef(f"{served.url}sparql"),
        rdflib.RDF.type,
        rdflib.URIRef("http://www.w3.org/ns/sparql-service-description#Service"),
    ) in service
    void = rdflib.Graph().parse(data=served.get("/.well-known/void", Accept="application/ld+json").text, format="json-ld")
    total = void.value(rdflib.URIRef(f"{served.url}.well-known/void#data"), rdflib.VOID.triples)
    assert total is not None
    assert int(str(total)) == number(served.ask("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").body)
    assert served.get("/sparql", Accept="text/html,*/*;q=0.8").headers["location"] == "query"
    assert served.get("/.well-known/void", Accept="image/png").status == 406


def test_the_log_names_nobody(served: Served) -> None:
    served.ask('SELECT * { ?s ?p "Erika Mustermann" }')
    text = served.errors.read_text(encoding="utf-8")
    assert "Mustermann" not in text
    assert "127.0.0.1" not in text
    last = served.log()[-1]
    assert (last["event"], last["outcome"], last["length"]) == ("query", "ok", 37)


def test_pages(served: Served) -> None:
    reply = served.get("/report")
    assert (reply.status, reply.text) == (404, "report-public.html does not exist yet; make it with: gremiennetz build\n")
    page = served.get("/query")
    assert page.status == 200
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    script = served.get("/query/yasgui.min.js")
    assert served.get("/query/yasgui.min.js", If_None_Match=script.headers["etag"]).status == 304
    assert served.get("/").headers["location"] == "query"
    for wrong in ("/query/../../etc/passwd", "/query/%2e%2e/query", "/store", "/update"):
        assert served.get(wrong).status == 404, wrong


def built(root: Root, profile: str, folder: Path, suffix: str = "") -> None:
    """Write report and network page as ``gremiennetz build`` does."""
    write_report(root, StoreEngine(store.in_memory(root, people=profile == "internal")), folder, profile)
    write_network(root, profile, folder / f"network{suffix}.html")


def test_with_several_cities_there_is_a_report_of_each(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    for name in ("report-nord-public", "report-sued-public", "report-nord"):
        write_text(root.build / f"{name}.html", f"<title>{name}</title>")
    with serving(root, tmp_path) as running:
        listed = running.get("/report").text
        assert [part.split('"')[0] for part in listed.split('href="')[1:]] == ["report/nord", "report/sued"]
        assert running.get("/report/sued").text == "<title>report-sued-public</title>"
        for wrong in ("/report/west", "/report/..%2freport-nord", "/report/nord.html", "/report/%3Cscript%3E"):
            assert running.get(wrong).status == 404, wrong
        write_text(root.build / "report-public.html", "<title>the only one</title>")
        assert running.get("/report").text == "<title>the only one</title>"


def test_the_public_profile_serves_the_public_pages_and_nothing_else(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    built(root, "internal", root.build)
    with serving(root, tmp_path) as running:
        for name in ("report", "network"):  # only the internal ones are there
            assert running.get(f"/{name}").status == 404
        built(root, "public", root.build, "-public")
        for name in ("report", "network"):
            reply = running.get(f"/{name}")
            assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert reply.body == (root.build / f"{name}-public.html").read_bytes()
            assert "Beispiel" not in reply.text
            assert running.get(f"/{name}", If_None_Match=reply.headers["etag"]).status == 304
        assert "Beispiel" in (root.build / "network.html").read_text(encoding="utf-8"), "the internal page names a person"
        for path in ("report.html", "network.html", "report.xlsx", "index.html", "store", "build/report.html", "query/../report.html"):
            assert running.get(f"/{path}").status == 404, path
        for name in ("report", "network"):  # somebody puts an internal page in the place of the public one
            shutil.copyfile(root.build / f"{name}.html", root.build / f"{name}-public.html")
            reply = running.get(f"/{name}")
            assert reply.status == 503
            assert reply.text == f"{name}-public.html is an internal page under the name of a public one; make it anew with: gremiennetz build\n"


def test_the_internal_profile_serves_the_internal_pages(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    built(root, "internal", root.build)
    built(root, "public", root.build, "-public")
    with serving(root, tmp_path, "--profile", "internal") as running:
        for name in ("report", "network"):
            assert running.get(f"/{name}").body == (root.build / f"{name}.html").read_bytes()


def test_without_a_package_the_pages_are_told_how_to_make(served: Served) -> None:
    for path in ("/id/body/x", "/doc/body/x.ttl", "/vocab/status", "/ns"):
        reply = served.get(path)
        assert (reply.status, reply.text) == (404, "there are no pages per thing here; they are made with: gremiennetz export\n")


def test_a_package_in_build_is_served_and_one_that_takes_its_place_too(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    place = root.build / "export"
    package.write(root, place)
    with serving(root, tmp_path) as running:
        landing = running.get("/")
        assert landing.body == (place / "index.html").read_bytes()
        assert running.get("/query").status == 200
        assert json.loads(running.get("/sparql?query=ASK%7B%7D").body)["boolean"] is True
        moved = running.get("/id/unit/small-amt-a")
        assert (moved.status, moved.headers["location"]) == (303, "../../doc/unit/small-amt-a")
        before = running.get("/doc/unit/small-amt-a")
        (root.build / "export" / "doc" / "person").mkdir()
        (root.build / "export" / "doc" / "outside.ttl").symlink_to(root.records / "small-2026" / "records.csv")
        assert running.get("/doc/outside.ttl").status == 404, "a link leads out of the package"
        package.write(root, place, base="https://example.com/stadt/")
        after = running.get("/doc/unit/small-amt-a")
        assert (before.status, after.status) == (200, 200)
        assert "https://example.com/stadt/" in after.text
        package.write(root, place, people=True)
        refused = running.get("/doc/unit/small-amt-a")
        assert refused.status == 503
        assert "internal package with persons, which the public profile does not serve" in refused.text
        for path in ("/", "/doc/person/", "/download/small-2026/small-2026.ttl"):
            assert running.get(path).status == 503, path
        package.write(root, place)
        assert running.get("/doc/unit/small-amt-a").status == 200
        shutil.rmtree(place)
        assert running.get("/doc/unit/small-amt-a").status == 503


def test_a_public_server_refuses_an_internal_package_from_the_start(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    package.write(root, tmp_path / "internal", people=True)
    done = run("serve", "--root", str(root.path), "--port", "0", "--pages", str(tmp_path / "internal"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "internal is an internal package with persons, which the public profile does not serve"
    (tmp_path / "empty").mkdir()
    done = run("serve", "--root", str(root.path), "--port", "0", "--pages", str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "is no package of an export: it has no package.json" in done.stderr
    with serving(root, tmp_path, "--profile", "internal", "--pages", str(tmp_path / "internal")) as running:
        assert "Interne Fassung mit Personennamen" in running.get("/doc/person/").text


def test_each_answer_is_of_one_package(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    place = tmp_path / "pages"
    package.write(root, place)
    size = len((place / "doc" / "unit" / "small-amt-a.html").read_bytes())
    with serving(root, tmp_path, "--pages", str(place)) as running, ThreadPoolExecutor(2) as pool:
        stop = threading.Event()

        def ask() -> Counter[tuple[int, bool]]:
            seen: Counter[tuple[int, bool]] = Counter()
            while not stop.is_set():
                reply = running.get("/doc/unit/small-amt-a")
                seen[reply.status, len(reply.body) == size] += 1
            return seen

        asked = pool.submit(ask)
        for _ in range(3):
            package.write(root, place)
        stop.set()
        seen = asked.result()
    assert set(seen) <= {(200, True), (503, False)}, seen
    assert seen[200, True] > 20


def test_the_internal_profile_is_for_this_machine_only(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    with serving(root, tmp_path, "--profile", "internal") as running:
        people = running.ask("ASK { ?s a <http://xmlns.com/foaf/0.1/Person> }", Origin="https://example.org")
        assert json.loads(people.body)["boolean"] is True
        assert "access-control-allow-origin" not in people.headers, "another site could read along"
        assert running.ask("ASK {}", Host="evil.example").status == 400, "a name that points here by DNS could read along"
    done = run("serve", "--root", str(root.path), "--profile", "internal", "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "it is served on this machine only, not on 0.0.0.0" in done.stderr


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gremiennetz", *arguments], capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_end_is_in_order(tmp_path: Path, number: signal.Signals) -> None:
    root = small_root(tmp_path)
    with serving(root, tmp_path, "--timeout", "30") as running:
        engine = running.engine()
        with ThreadPoolExecutor(1) as pool:
            endless = pool.submit(running.ask, FOR_EVER)
            time.sleep(0.5)
            running.process.send_signal(number)
            assert running.process.wait(15) == 0
            with contextlib.suppress(OSError):
                endless.result()
        with pytest.raises(ProcessLookupError):
            os.kill(engine, 0)
        assert running.log()[-1]["event"] == "stopped"
        assert "Traceback" not in running.errors.read_text(encoding="utf-8")
    assert not list(root.build.glob(".serve-*"))


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("serve", "--root", str(root.path), "--port", str(port))
    assert (done.returncode, done.stderr) == (1, f"port {port} is in use by another program; choose another with --port\n")


def test_a_graph_made_anew_does_not_disturb(tmp_path: Path) -> None:
    root = small_root(tmp_path)
    with serving(root, tmp_path) as running:
        before = number(running.ask(COUNT).body)
        (root.turtle / "small-2026" / "units.ttl").write_text("<a:b> <a:c> <a:d> .\n", encoding="utf-8")
        assert run("query", "--root", str(root.path), "--profile", "public", "quality/inventory").returncode == 0
        os.kill(running.engine(), signal.SIGKILL)
        assert number(running.ask(COUNT).body) == before
