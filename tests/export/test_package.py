"""The package: complete, inert, the same on every run, and nothing of what was there before is lost."""

from __future__ import annotations

import csv
import json
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from hostile_city import BODIES, LONG, MARKUP, register  # type: ignore[import-not-found] # conftest.py shows Python the way
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.export import check, package
from gremiennetz.export.landing import script_hash
from gremiennetz.export.site import Site
from gremiennetz.files import read_text
from gremiennetz.places import Root


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def problems(root: Root, folder: Path) -> list[str]:
    return [f"{result.title}: {problem}" for result in check.check(root, folder) for problem in result.problems]


def test_the_check_finds_nothing(small_package: tuple[Root, Path]) -> None:
    assert problems(*small_package) == []


def test_the_package_of_the_real_data_is_whole(repository: Root, real_package: Path) -> None:
    results = check.check(repository, real_package)
    assert [str(problem) for result in results for problem in result.problems] == []
    assert [result.title for result in results] == [
        "Verweise", "Kennungen", "Bezeichnungen", "Dumps in rdflib und Oxigraph", "Formen jeder Seite", "Zahlen in VoID", "DCAT-AP.de", "Shapes",
        "Tabellen (CSVW)", "Personen",
    ]  # fmt: skip


def test_a_second_run_gives_the_same_bytes(small_package: tuple[Root, Path], tmp_path: Path) -> None:
    root, first = small_package
    package.write(root, tmp_path / "again")
    assert content(tmp_path / "again") == content(first)
    package.write(root, tmp_path / "again")
    assert content(tmp_path / "again") == content(first)


def test_nothing_but_the_package_is_left(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    assert {path.name for path in folder.parent.iterdir()} == {"city", "gremien"}


class Seen(HTMLParser):
    """What a browser would make of a page: its elements, and what could run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag in {"img", "iframe", "object", "embed", "base", "form"} or any(name.startswith("on") or name == "style" for name in given):
            self.active.append(f"{tag} {given}")
        if tag == "script" and given.get("type") != "application/ld+json":
            self.active.append(f"script {given}")
        if (given.get("href") or "").split(":")[0].lower() in {"javascript", "data", "vbscript"}:
            self.active.append(f"{tag} {given}")


def test_hostile_names_stay_inert(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    shown = 0
    for path in folder.rglob("*.html"):
        text = read_text(path)
        seen = Seen()
        seen.feed(text)
        assert seen.active == ([] if path.name != "index.html" or path.parent != folder else ["script {}"]), path
        assert "default-src 'none'" in text, path
        assert "unsafe" not in text.split("</head>")[0].split("application/ld+json")[0], path
        assert MARKUP not in text
        shown += "&lt;img src=x onerror=alert(1)&gt;" in text
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
            assert json.loads(block)
            assert not set("<>&") & set(block)
    assert shown > 5
    assert "{{ 7*7 }} {% raw %}" in read_text(folder / "doc" / "body" / "ak-zwei.html")
    assert LONG.strip() in read_text(folder / "doc" / "body" / "ak-eins.html")


class Labels(HTMLParser):
    """Collects, for each link that names an IRI, what is shown for it."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, str] = {}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.open = given.get("title") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.shown[self.open] = self.shown.get(self.open, "") + data


def test_every_iri_that_is_shown_has_a_label(real_package: Path) -> None:
    """Ours and those of others: nowhere does an address or a prefixed name stand in the place of a name."""
    shown: dict[str, str] = {}
    for path in sorted((real_package / "doc").rglob("*.html")):
        page = Labels()
        page.feed(read_text(path))
        shown.update({name: " ".join(text.split()) for name, text in page.shown.items()})
    assert len(shown) > 3500
    bare = {name: text for name, text in shown.items() if not text or "://" in text or re.fullmatch(r"[a-z]+:\S+", text) or text == name}
    assert bare == {}
    outside = {name for name in shown if not name.startswith("https://w3id.org/gremiennetz/")}
    assert len(outside) > 60


def test_the_one_script_of_the_landing_page_is_the_one_that_its_policy_allows(small_package: tuple[Root, Path]) -> None:
    root, folder = small_package
    text = read_text(folder / "index.html")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert script == read_text(root.shipped("viz") / "export" / "search.js")
    assert f"script-src '{script_hash(script)}'" in text


def test_all_paths_lie_in_the_package_and_are_plain(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    names = list(content(folder))
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", name) and ".." not in name for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    "rest",
    [
        "id/body/../../../etc/passwd",
        "id/body/%2e%2e%2f",
        "id/body/" + "x" * 300,
        "id/body/🚲",
        "id/body/a b",
        "id/../x",
        "id/body/a/b",
        "vocab/x/../../y",
        "id/x",
        "graph/a/../b",
    ],
)
def test_an_iri_that_is_no_plain_path_gets_one(rest: str) -> None:
    site = Site("https://example.org/", ("https://example.org/",))
    document = site.document(f"https://example.org/{rest}")
    assert document is not None
    assert re.fullmatch(r"doc(/[A-Za-z0-9][A-Za-z0-9_-]{0,119})+", document)
    assert document != site.document(f"https://example.org/{rest}x")


def test_a_rename_keeps_the_address(city: Root, tmp_path: Path) -> None:
    package.write(city, tmp_path / "out")
    before = {(item.iri, item.document) for item in package.read_ids(tmp_path / "out")}
    # the umbrella keeps its name: the records put it in front of their bodies' names
    register(city, [BODIES[0], *([row[0], f"{row[1]} (neu)", *row[2:]] for row in BODIES[1:])], [["radnetz", "rad", "2026-01-01", ""]])
    package.write(city, tmp_path / "out")
    assert {(item.iri, item.document) for item in package.read_ids(tmp_path / "out")} == before
    assert "(neu)" in read_text(tmp_path / "out" / "doc" / "body" / "rad.html")


def test_a_merged_id_leads_on(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    assert 'location = "/id/body/radnetz" { return 301 "/id/body/rad"; }' in read_text(folder / "server" / "nginx-site.conf")
    assert "/id/body/radnetz /id/body/rad 301" in read_text(folder / "_redirects").splitlines()
    page = read_text(folder / "doc" / "body" / "radnetz.html")
    assert 'content="5; url=rad.html"' in page
    assert "zusammengeführt" in page
    assert any(item.document == "doc/body/radnetz" and item.state == package.MERGED for item in package.read_ids(folder))


def test_what_was_removed_leaves_a_tombstone(city: Root, tmp_path: Path) -> None:
    register(city, [*BODIES, ["frueher", "Gab es einmal", "", "network", "", "", "", "", ""]], [])
    package.write(city, tmp_path / "out")
    register(city, BODIES, [])
    for _ in range(2):  # the second time nothing in the data tells of it any more
        package.write(city, tmp_path / "out")
        page = read_text(tmp_path / "out" / "doc" / "body" / "frueher.html")
        assert "gibt es nicht mehr" in page
        assert "Gab es einmal" not in page
        assert 'location = "/id/body/frueher" { return 410; }' in read_text(tmp_path / "out" / "server" / "nginx-site.conf")
        assert problems(city, tmp_path / "out") == []
    assert "frueher" not in read_text(tmp_path / "out" / "sitemap.xml")


def test_the_tombstone_of_a_person_is_none(city: Root, tmp_path: Path) -> None:
    register(city, [*BODIES, ["runde-ada-beispiel", "Runde", "", "network", "", "", "", "", ""]], [])
    package.write(city, tmp_path / "out")
    register(city, BODIES, [])
    package.write(city, tmp_path / "out")
    assert problems(city, tmp_path / "out") == []
    assert not any(b"ada-beispiel" in data for data in content(tmp_path / "out").values())


def test_all_iris_of_ours_move_to_another_base(city: Root, tmp_path: Path) -> None:
    base = "https://daten.example.com/stadt/gremien/"
    package.write(city, tmp_path / "out", base=base)
    assert problems(city, tmp_path / "out") == []
    for name, data in content(tmp_path / "out").items():
        text = data.decode("utf-8", "replace")
        assert "https://example.org/" not in text, name
        assert "w3id.org/gremiennetz" not in text, name
    trig = (tmp_path / "out" / "download" / "small-2026" / "small-2026.trig").read_bytes()
    graphs = {quad.graph_name.value for quad in ox.parse(trig, format=ox.RdfFormat.TRIG) if isinstance(quad.graph_name, ox.NamedNode)}
    assert f"{base}graph/small-2026/units" in graphs
    assert 'location ~ "^/stadt/gremien/id/(.+)$"' in read_text(tmp_path / "out" / "server" / "nginx-site.conf")


def test_every_iri_of_the_dump_resolves_on_a_host_that_serves_files_only(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    dump = folder / "download" / "small-2026" / "small-2026.nt"
    names = set(re.findall(r"<https://example\.org/([^>#]*)", read_text(dump)))
    assert len(names) > 150
    for name in names:
        assert (folder / f"{name}.html").is_file(), name


def test_a_folder_that_is_no_package_is_left_alone(city: Root, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(GremiennetzError, match="is no package"):
        package.write(city, tmp_path / "mine")
    assert content(tmp_path / "mine") == {"letter.txt": b"keep"}


def test_a_run_that_fails_leaves_the_old_package(city: Root, tmp_path: Path) -> None:
    package.write(city, tmp_path / "out")
    before = content(tmp_path / "out")
    register(city, [*BODIES, ["glocke", "Glocke \x07", "", "network", "", "", "", "", ""]], [])
    with pytest.raises(GremiennetzError, match=r"U\+0007"):
        package.write(city, tmp_path / "out")
    assert content(tmp_path / "out") == before
    assert {path.name for path in tmp_path.iterdir()} == {"city", "out"}


def test_public_is_the_default_and_internal_needs_a_second_word(city: Root, tmp_path: Path, cli: CliRunner) -> None:
    refused = cli.invoke(app, ["export", "--root", str(city.path), "--out", str(tmp_path / "out"), "--profile", "internal"])
    assert refused.exit_code == 1
    assert isinstance(refused.exception, GremiennetzError)
    assert not (tmp_path / "out").exists()
    confused = cli.invoke(app, ["export", "--root", str(city.path), "--out", str(tmp_path / "out"), "--yes-with-persons"])
    assert confused.exit_code == 1
    assert not (tmp_path / "out").exists()
    plain = cli.invoke(app, ["export", "--root", str(city.path), "--out", str(tmp_path / "out")])
    assert plain.exit_code == 0, plain.output
    assert "profile public" in plain.output
    assert not (tmp_path / "out" / "doc" / "person").exists()


def test_the_internal_package_says_so_on_every_page(city: Root, tmp_path: Path) -> None:
    package.write(city, tmp_path / "out", people=True)
    assert (tmp_path / "out" / "doc" / "person").is_dir()
    pages = [path for path in tmp_path.glob("out/**/*.html") if "refresh" not in read_text(path)]
    assert len(pages) > 100
    assert all("Interne Fassung mit Personennamen" in read_text(path) for path in pages)
    assert "Disallow: /" in read_text(tmp_path / "out" / "robots.txt")
    assert problems(city, tmp_path / "out") == []


def test_the_frame_of_the_site(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    assert "Sitemap: https://example.org/sitemap.xml" in read_text(folder / "robots.txt")
    names = [item.text or "" for item in ET.parse(folder / "sitemap.xml").iter() if item.tag.endswith("loc")]
    assert len(names) == len(set(names)) > 150
    assert all((folder / (name.removeprefix("https://example.org/") or "index.html")).is_file() for name in names)
    blocks = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', read_text(folder / "index.html"))]
    assert blocks[0]["@type"] == "Dataset"
    assert blocks[0]["license"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    assert len(blocks[0]["distribution"]) == 13


def test_the_landing_page_names_the_query_endpoint_if_there_is_one(city: Root, tmp_path: Path) -> None:
    package.write(city, tmp_path / "without")
    assert "SPARQL" not in read_text(tmp_path / "without" / "index.html")
    settings = city.records / "small-2026" / "dataset.toml"
    text = read_text(settings)
    settings.write_text(text.replace("[publication]\n", '[publication]\nendpoint = "https://example.org/sparql"\n'), encoding="utf-8", newline="\n")
    package.write(city, tmp_path / "with")
    assert '<a href="https://example.org/sparql">https://example.org/sparql</a>' in read_text(tmp_path / "with" / "index.html")
    assert "void:sparqlEndpoint <https://example.org/sparql>" in read_text(tmp_path / "with" / "void.ttl")


def test_a_long_run_shows_how_far_it_is(city: Root, tmp_path: Path) -> None:
    seen: dict[str, list[int]] = {}

    def track(items: Sequence[str], label: str) -> Iterator[str]:
        for number, item in enumerate(items, 1):
            yield item
            seen[label] = [number, len(items)]

    package.write(city, tmp_path / "out", track=track)
    assert set(seen) == {"Downloads", "Seiten", "Verzeichnisse"}
    assert all(done == total for done, total in seen.values())
    assert seen["Seiten"][1] > 200


def damages() -> Iterator[tuple[str, str, str, str]]:
    """Yield the title of a check, a file, and a replacement in it that the check has to find."""
    yield "Verweise", "doc/unit/small-amt-a.html", 'href="../body/', 'href="../nobody/'
    yield "Verweise", "doc/unit/small-amt-a.html", 'href="../../style.css"', 'href="../../../style.css"'
    yield "Verweise", "doc/unit/small-amt-a.html", "ns.html#division", "ns.html#nothing"
    yield "Kennungen", "download/small-2026/small-2026.trig", "body/rad>", "body/nothing>"
    yield "Bezeichnungen", "download/small-2026/small-2026.trig", "skos:prefLabel ", "skos:hiddenLabel "
    yield "Dumps in rdflib und Oxigraph", "download/small-2026/small-2026.nt", "dauerhaft", "kurz"
    yield "Dumps in rdflib und Oxigraph", "download/small-2026/small-2026.rdf", "<rdf:RDF", "<rdf:RDF <"
    yield "Formen jeder Seite", "doc/unit/small-amt-a.nt", '"Amt A"', '"Amt Z"'
    yield "Formen jeder Seite", "doc/unit/small-amt-a.html", '"de": ["Amt A"]', '"de": ["Amt Z"]'
    yield "Zahlen in VoID", "void.ttl", r"(void:triples \"?)(\d+)", r"\g<1>9\2"
    yield "DCAT-AP.de", "catalog.ttl", "contributorID", "contributor"
    yield "Shapes", "download/small-2026/small-2026.trig", "\ta gn:Participation", "\ta gn:Seat"
    yield "Tabellen (CSVW)", "download/small-2026/units.csv", "Amt A,A 1,Amt", "Amt A,A 1,"
    yield "Tabellen (CSVW)", "download/small-2026/bodies.csv", "unit", "x"
    yield "Tabellen (CSVW)", "download/small-2026/umbrellas.csv", ",1,", ",eins,"
    yield "Tabellen (CSVW)", "download/small-2026/memberships.csv", "/id/body/rad,", "/id/body/gibt-es-nicht,"
    yield "Personen", "style.css", "body {", "/* Frau Beispiel */ body {"
    yield "Personen", "doc/unit/small-amt-a.nt", "Amt A", "Ada\\u00A0Beispiel"
    yield "Personen", "download/small-2026/csv-metadata.json", "Kleine Stadt", "Beispiel"
    yield "Personen", "index.html", "Suchen", "Fr. Ad&#97; Beispiel"


@pytest.mark.parametrize(("title", "file", "old", "new"), list(damages()), ids=lambda value: str(value)[:40])
def test_the_check_finds_what_is_damaged(title: str, file: str, old: str, new: str, small_package: tuple[Root, Path], tmp_path: Path) -> None:
    root, folder = small_package
    shutil.copytree(folder, tmp_path / "damaged")
    text = (tmp_path / "damaged" / file).read_text(encoding="utf-8")
    changed = re.sub(old, new, text) if title == "Zahlen in VoID" else text.replace(old, new)
    assert changed != text
    (tmp_path / "damaged" / file).write_text(changed, encoding="utf-8", newline="\n")
    failed = {result.title for result in check.check(root, tmp_path / "damaged") if result.problems}
    assert title in failed


def test_a_name_inside_an_archive_is_found(small_package: tuple[Root, Path], tmp_path: Path) -> None:
    root, folder = small_package
    shutil.copytree(folder, tmp_path / "damaged")
    with zipfile.ZipFile(tmp_path / "damaged" / "download" / "small-2026" / "small-2026.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/comments1.xml", "<t>Ada Beispiel</t>")
    (found,) = (result for result in check.check(root, tmp_path / "damaged") if result.title == "Personen")
    assert any("small-2026.xlsx!xl/comments1.xml" in problem for problem in found.problems)


def test_the_check_of_the_command_line_tells_in_lines(small_package: tuple[Root, Path], tmp_path: Path, cli: CliRunner) -> None:
    root, folder = small_package
    done = cli.invoke(app, ["export", "--root", str(root.path), "--out", str(folder), "--check"])
    assert done.exit_code == 0, done.output
    assert done.output.count("ok  ") == 10
    (tmp_path / "empty").mkdir()
    refused = cli.invoke(app, ["export", "--root", str(root.path), "--out", str(tmp_path / "empty"), "--check"])
    assert refused.exit_code == 1
    assert "is no package" in str(refused.exception)


def test_ids_tell_every_thing_once(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    with (folder / "ids.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len({row["iri"] for row in rows}) == len(rows) > 200
