"""Content negotiation with real servers: nginx and Apache, configured by the export, on a free port of this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from web_servers import apache, get, nginx  # type: ignore[import-not-found] # conftest.py shows Python the way

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


@pytest.fixture(scope="module", params=[nginx, apache], ids=["nginx", "apache"])
def port(request: pytest.FixtureRequest, small_package: tuple[Root, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Yield the port of a server that has the package at a path of its own."""
    root, _ = small_package
    work = tmp_path_factory.mktemp("server")
    folder = work / "www" / PREFIX.strip("/")
    folder.parent.mkdir(parents=True)
    package.write(root, folder, base=f"http://127.0.0.1{PREFIX}")
    for path in (work, *work.parents):
        if path.owner() == work.owner() and path != Path(path.anchor):
            path.chmod(path.stat().st_mode | 0o055)
    with request.param(work / "www", folder, work) as started:
        yield started
    shutil.rmtree(work)


@pytest.mark.parametrize(("accept", "ending"), ACCEPTS)
def test_a_document_comes_as_it_is_asked_for(port: int, accept: str | None, ending: str) -> None:
    status, headers, body = get(port, f"{PREFIX}doc/body/rad", accept)
    assert status == 200
    assert headers["content-type"] == f"{TYPES[ending]}; charset=utf-8"
    assert headers["vary"] == "Accept"
    assert headers["content-location"] == f"{PREFIX}doc/body/rad.{ending}"
    assert body == get(port, f"{PREFIX}doc/body/rad.{ending}")[2]
    assert choose(accept or "") == ending


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
def test_an_iri_leads_to_its_document(port: int, name: str, target: str) -> None:
    status, headers, _ = get(port, PREFIX + name, "text/turtle")
    assert status == 303
    path = urlsplit(headers["location"]).path
    assert path.removesuffix(".ttl") == PREFIX + target
    status, headers, body = get(port, path, "text/turtle")
    assert (status, headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert f"http://127.0.0.1{PREFIX}{name}" in {
        str(term).strip("<>").rstrip("#") for quad in ox.parse(body, format=ox.RdfFormat.TURTLE) for term in quad
    }


def test_every_thing_of_the_package_is_reached(port: int, small_package: tuple[Root, Path]) -> None:
    for item in package.read_ids(small_package[1]):
        name = item.iri.removeprefix("https://example.org/").split("#")[0]
        status, headers, _ = get(port, PREFIX + name, "application/n-triples")
        if item.state == package.MERGED:
            assert (status, urlsplit(headers["location"]).path) == (301, f"{PREFIX}id/body/rad")
            continue
        assert status == 303, name
        status, headers, body = get(port, urlsplit(headers["location"]).path, "application/n-triples")
        assert (status, headers["content-type"].split(";")[0]) == (200, "application/n-triples"), name
        assert body


def test_what_is_not_there_is_not_found(port: int) -> None:
    assert get(port, f"{PREFIX}doc/body/nothing", "text/turtle")[0] == 404
    status, headers, _ = get(port, f"{PREFIX}id/body/nothing", "text/turtle")
    assert (status, get(port, urlsplit(headers["location"]).path)[0]) == (303, 404)


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
    ],
)
def test_files_have_their_media_types(port: int, file: str, media: str) -> None:
    status, headers, _ = get(port, PREFIX + file)
    assert (status, headers["content-type"].split(";")[0]) == (200, media)
