"""Content negotiation with real servers: nginx and Apache, configured by the export, and ``gremiennetz serve``; one table of cases for all three."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import attrs
import pyoxigraph as ox
import pytest
from hostile_city import BODIES, register, small_city  # type: ignore[import-not-found] # conftest.py shows Python the way
from web_servers import apache, get, gremiennetz, nginx  # type: ignore[import-not-found] # the same

from gremiennetz.export import package
from gremiennetz.export.servers import choose
from gremiennetz.places import Root

PREFIX = "/stadt/gremien/"
ACCEPTS = [
    (None, "html"),
    ("", "html"),
    ("*/*", "html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("text/turtle", "ttl"),
    ("TEXT/TURTLE", "ttl"),
    ("text/turtle;charset=utf-8;q=1.0", "ttl"),
    ("text/html;q=0.5, text/turtle", "ttl"),
    ("text/html;q=0.8,text/turtle;q=0.9", "ttl"),
    ("text/turtle;q=0, text/html;q=0.2", "html"),
    ("application/ld+json", "jsonld"),
    ("text/turtle;q=0.3, application/ld+json;q=0.9", "jsonld"),
    ("application/n-triples, */*;q=0.1", "nt"),
    ("application/rdf+xml, text/turtle;q=0.5", "ttl"),
    ("image/png", "html"),
]
TYPES = {"html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples"}


@attrs.frozen
class Served:
    """A server that has a package: its port, and the path of the package on it."""

    port: int
    prefix: str
    package: Path

    def get(self, path: str, accept: str | None = None, method: str = "GET", **more: str) -> tuple[int, dict[str, str], bytes]:
        reply: tuple[int, dict[str, str], bytes] = get(self.port, self.prefix + path, accept, method, **more)
        return reply

    def target(self, path: str, headers: dict[str, str]) -> str:
        """Return where a redirect leads, relative to the package."""
        to = urlsplit(urljoin(f"http://127.0.0.1:{self.port}{self.prefix}{path}", headers["location"]))
        assert to.hostname == "127.0.0.1"
        assert to.path.startswith(self.prefix)
        return to.path.removeprefix(self.prefix)


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Root, Path]]:
    """Yield a city and its package below a path of its own; a body was there once and is no more, another was merged."""
    work = tmp_path_factory.mktemp("server")
    root, folder = small_city(work / "city"), work / "www" / PREFIX.strip("/")
    folder.parent.mkdir(parents=True)
    merged = [["radnetz", "rad", "2026-01-01", ""]]
    register(root, [*BODIES, ["frueher", "Gab es einmal", "", "network", "", "", "", "", ""]], merged)
    package.write(root, folder, base=f"http://127.0.0.1{PREFIX}")
    register(root, BODIES, merged)
    package.write(root, folder, base=f"http://127.0.0.1{PREFIX}")
    for path in (work, *work.parents):
        if path.owner() == work.owner() and path != Path(path.anchor):
            path.chmod(path.stat().st_mode | 0o055)
    yield root, folder
    shutil.rmtree(work)


@pytest.fixture(scope="module", params=["nginx", "apache", "gremiennetz"])
def served(request: pytest.FixtureRequest, placed: tuple[Root, Path]) -> Iterator[Served]:
    """Yield each of the three servers; all of them have to give the same answers."""
    root, folder = placed
    work = root.path.parent
    if request.param == "gremiennetz":
        with gremiennetz(root.path, folder, work / "serve.log") as port:
            yield Served(port, "/", folder)
        return
    with {"nginx": nginx, "apache": apache}[request.param](work / "www", folder, work) as port:
        yield Served(port, PREFIX, folder)


@pytest.mark.parametrize(("accept", "ending"), ACCEPTS)
def test_a_document_comes_as_it_is_asked_for(served: Served, accept: str | None, ending: str) -> None:
    status, headers, body = served.get("doc/body/rad", accept)
    assert status == 200
    assert headers["content-type"] == f"{TYPES[ending]}; charset=utf-8"
    assert "Accept" in headers["vary"].split(", ")
    assert urljoin(f"{served.prefix}doc/body/rad", headers["content-location"]) == f"{served.prefix}doc/body/rad.{ending}"
    assert body == served.get(f"doc/body/rad.{ending}")[2] == (served.package / f"doc/body/rad.{ending}").read_bytes()
    assert choose(accept or "") == ending


@pytest.mark.parametrize("accept", ["text/turtle" + " ; " * 300, "text/html" + ";a" * 400, "a/b," * 240, ("text/turtle;a=b" + " " * 20 + ";") * 25])
def test_no_accept_header_takes_long(served: Served, accept: str) -> None:
    began = time.monotonic()
    assert served.get("doc/body/rad", accept)[0] == 200
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("id/body/rad", "doc/body/rad"),
        ("id/unit/small-amt-a", "doc/unit/small-amt-a"),
        ("vocab/status/permanent", "doc/vocab/status/permanent"),
        ("vocab/status", "doc/vocab/status"),
        ("graph/small-2026/units", "doc/graph/small-2026/units"),
        ("ns", "doc/ns"),
    ],
)
def test_an_iri_leads_to_its_document(served: Served, name: str, target: str) -> None:
    status, headers, _ = served.get(name, "text/turtle")
    assert status == 303
    path = served.target(name, headers)
    assert path.removesuffix(".ttl") == target
    status, headers, body = served.get(path, "text/turtle")
    assert (status, headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert f"http://127.0.0.1{PREFIX}{name}" in {
        str(term).strip("<>").rstrip("#") for quad in ox.parse(body, format=ox.RdfFormat.TURTLE) for term in quad
    }


def test_every_thing_of_the_package_is_reached(served: Served) -> None:
    states: Counter[str] = Counter()
    for item in package.read_ids(served.package):
        name = item.iri.removeprefix(f"http://127.0.0.1{PREFIX}").split("#")[0]
        status, headers, _ = served.get(name, "application/n-triples")
        states[item.state] += 1
        if item.state == package.MERGED:
            assert (status, served.target(name, headers)) == (301, "id/body/rad")
            continue
        if item.state == package.REMOVED:
            assert status == 410, name
            continue
        assert status == 303, name
        status, headers, body = served.get(served.target(name, headers), "application/n-triples")
        assert (status, headers["content-type"].split(";")[0]) == (200, "application/n-triples"), name
        assert body
    assert states[package.MERGED] == states[package.REMOVED] == 1
    assert states[package.CURRENT] > 200


def test_the_documents_of_merged_and_removed_ids(served: Served) -> None:
    status, headers, _ = served.get("doc/body/radnetz", "text/turtle")
    assert (status, served.target("doc/body/radnetz", headers)) == (301, "doc/body/rad")
    assert served.get("doc/body/frueher", "text/turtle")[0] == 410
    assert served.get("doc/body/frueher")[0] == 410
    status, _, page = served.get("doc/body/frueher.html")  # the page for people stays
    assert status == 200
    assert "gibt es nicht mehr" in page.decode("utf-8")


def test_what_is_not_there_is_not_found(served: Served) -> None:
    assert served.get("doc/body/nothing", "text/turtle")[0] == 404
    assert served.get("doc/body/nothing.ttl")[0] == 404
    status, headers, _ = served.get("id/body/nothing", "text/turtle")
    assert (status, served.get(served.target("id/body/nothing", headers))[0]) == (303, 404)


@pytest.mark.parametrize(
    "path", ["doc/../../../city/data/register/bodies.csv", "doc/%2e%2e/%2e%2e/%2e%2e/city/data/register/bodies.csv", ".htaccess"]
)
def test_nothing_outside_the_package_is_shown(served: Served, path: str) -> None:
    assert served.get(path)[0] in {400, 403, 404}


def test_a_head_is_a_get_without_its_body(served: Served) -> None:
    _, headers, body = served.get("doc/body/rad", "text/turtle")
    status, alone, nothing = served.get("doc/body/rad", "text/turtle", "HEAD")
    assert (status, alone["content-type"], nothing) == (200, headers["content-type"], b"")
    assert body
    marked = served.get("doc/body/rad", "text/turtle", If_None_Match=headers["etag"])
    assert (marked[0], marked[2]) == (304, b"")


@pytest.mark.parametrize(
    ("file", "media"),
    [
        ("", "text/html"),
        ("doc/body/", "text/html"),
        ("catalog.ttl", "text/turtle"),
        ("catalog.rdf", "application/rdf+xml"),
        ("download/small-2026/small-2026.trig", "application/trig"),
        ("download/small-2026/small-2026.zip", "application/zip"),
        ("download/small-2026/memberships.csv", "text/csv"),
        ("style.css", "text/css"),
        ("robots.txt", "text/plain"),
    ],
)
def test_files_have_their_media_types(served: Served, file: str, media: str) -> None:
    status, headers, body = served.get(file)
    assert (status, headers["content-type"].split(";")[0]) == (200, media)
    assert body == (served.package / file / ("index.html" if not file or file.endswith("/") else "")).read_bytes()
