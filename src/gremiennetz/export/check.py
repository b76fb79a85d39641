"""Checking a package as it lies on disk: whoever received it can tell that it is whole, and that it is what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.sax import SAXException
from zipfile import BadZipFile

import attrs
import pyoxigraph as ox
import rdflib
from rdflib.compare import isomorphic
from rdflib.exceptions import ParserError

from gremiennetz.errors import GremiennetzError
from gremiennetz.export import catalog, csvw
from gremiennetz.export.dumps import RDF_DUMPS, VOID, counted
from gremiennetz.export.folder import is_package
from gremiennetz.export.index import LABELS
from gremiennetz.export.package import MERGED, Known, read_ids, read_manifest
from gremiennetz.export.persons import Persons
from gremiennetz.export.settings import OURS
from gremiennetz.export.site import FORMATS, Site
from gremiennetz.graph.terms import to_rdflib
from gremiennetz.places import Root
from gremiennetz.validate import Profile, validate

_OX = {
    "turtle": ox.RdfFormat.TURTLE,
    "n-triples": ox.RdfFormat.N_TRIPLES,
    "json-ld": ox.RdfFormat.JSON_LD,
    "rdf-xml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
}
_RDFLIB = {"turtle": "turtle", "n-triples": "nt", "json-ld": "json-ld", "rdf-xml": "xml", "trig": "trig"}
_ENDINGS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
_UNREADABLE = (OSError, SyntaxError, ValueError, KeyError, GremiennetzError, BadZipFile, SAXException, ParserError)
"""What reading a damaged file raises: the operating system, the parsers of both libraries, and our own readers."""
_MOST = 20
"""Problems of one kind that are told; what is behind them is mostly one cause."""


@attrs.frozen
class Result:
    """One check, in words."""

    title: str
    detail: str
    problems: tuple[str, ...]


def check(root: Root, folder: Path) -> list[Result]:
    """Check a package. ``root`` brings shapes and, for the check of personal data, the graph of people.

    Raises ``GremiennetzError`` when the folder is no package.
    """
    if not is_package(folder):
        raise GremiennetzError(f"{folder} is no package of an export: it has no package.json")
    package = _Package(folder)
    checks: tuple[tuple[str, Callable[[], tuple[str, Iterable[str]]]], ...] = (
        ("Verweise", lambda: _links(package)),
        ("Kennungen", lambda: _names(package)),
        ("Bezeichnungen", lambda: _labels(package)),
        ("Dumps in rdflib und Oxigraph", lambda: _dumps(package)),
        ("Formen jeder Seite", lambda: _documents(package)),
        ("Zahlen in VoID", lambda: _counts(package)),
        ("DCAT-AP.de", lambda: _metadata(package, root.shipped("shapes") / "dcat-ap-de")),
        ("Shapes", lambda: _shapes(package, root.shipped("shapes"))),
        ("Tabellen (CSVW)", lambda: _tables(package)),
        ("Personen", lambda: _persons(package, root)),
    )
    results = []
    for title, run in checks:
        try:
            detail, problems = run()
            found = list(problems)
        except _UNREADABLE as error:
            detail, found = "nicht lesbar", [f"cannot be checked: {error}"]
        shown = found[:_MOST] + ([f"and {len(found) - _MOST} more"] if len(found) > _MOST else [])
        results.append(Result(title, detail, tuple(shown)))
    return results


class _Package:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.base: str = self.manifest["base"]
        self.site = Site(self.base, (self.base,))
        self.sets = [str(name) for name in self.manifest["sets"]]

    @cached_property
    def ids(self) -> list[Known]:
        return read_ids(self.folder)

    @cached_property
    def files(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    @cached_property
    def data(self) -> ox.Store:
        """Return the named graphs of all sets."""
        store = ox.Store()
        for name in self.sets:
            store.bulk_load(path=str(self.dump(name, "trig")), format=ox.RdfFormat.TRIG)
        return store

    @cached_property
    def metadata(self) -> ox.Store:
        store = ox.Store()
        for file in ("catalog.ttl", VOID):
            store.bulk_load(path=str(self.folder / file), format=ox.RdfFormat.TURTLE)
        return store

    def dump(self, name: str, form: str) -> Path:
        return self.folder / "download" / name / RDF_DUMPS[form].file.format(set=name)


class _Links(HTMLParser):
    """Collects where a page links to, and the ids that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attributes:
            if name in {"href", "src"} and value is not None:
                self.links.append(value)
            elif name == "id" and value:
                self.ids.add(value)


def _read_links(path: Path) -> _Links:
    page = _Links()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _links(package: _Package) -> tuple[str, Iterable[str]]:
    pages = sorted(name for name in package.files if name.endswith(".html"))
    wanted: dict[str, set[str]] = {}
    problems: list[str] = []
    count = 0
    for name in pages:
        for link in _read_links(package.folder / name).links:
            count += 1
            parts = urlsplit(link)
            if parts.scheme in {"http", "https"}:
                continue
            target = _resolved(name, unquote(parts.path)) if parts.path else name
            if parts.scheme or target is None or target not in package.files:
                problems.append(f"{name}: the link {link!r} leads nowhere")
            elif parts.fragment and target.endswith(".html"):
                wanted.setdefault(target, set()).add(unquote(parts.fragment))
    for target, fragments in sorted(wanted.items()):
        missing = fragments - _read_links(package.folder / target).ids
        problems += [f"{target}: a link leads to #{fragment}, which is not there" for fragment in sorted(missing)]
    return f"{count} Verweise auf {len(pages)} Seiten", problems


def _resolved(page: str, link: str) -> str | None:
    """Return the file that a relative link leads to, or ``None`` when it leads out of the package."""
    parts = page.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts) + ("/index.html" if link.endswith("/") else "")


def _names(package: _Package) -> tuple[str, Iterable[str]]:
    """Check that every IRI of ours in the data and the metadata leads to a file, and that no two have the same page."""
    names: set[str] = set()
    for store in (package.data, package.metadata):
        for quad in store:
            names.update(term.value for term in (quad.subject, quad.predicate, quad.object, quad.graph_name) if isinstance(term, ox.NamedNode))
    ours = sorted(name for name in names if package.site.ours(name))
    problems = [f"{name} leads to no file" for name in ours if not _resolves(package, name)]
    things: dict[str, str] = {}
    for item in package.ids:
        if item.document != "doc/ns" and things.setdefault(item.document, item.iri) != item.iri:
            problems.append(f"{item.iri} and {things[item.document]} have the same page")
        problems += [] if f"{item.document}.html" in package.files else [f"{item.iri} has no page"]
    return f"{len(ours)} eigene Kennungen", problems


def _resolves(package: _Package, name: str) -> bool:
    document = package.site.document(name)
    if document is not None:
        return all(f"{document}.{ending}" in package.files for ending in FORMATS)
    file = name[len(package.base) :].split("#", 1)[0]
    return (file or "index.html") in package.files or file in {"id/", "ns"}


def _labels(package: _Package) -> tuple[str, Iterable[str]]:
    """Check that every thing of ours that is mentioned has a name."""
    merged = {item.iri for item in package.ids if item.state == MERGED}
    named: set[str] = set()
    mentioned: set[str] = set()
    for quad in package.data:
        if quad.predicate in LABELS and isinstance(quad.subject, ox.NamedNode):
            named.add(quad.subject.value)
        mentioned.update(term.value for term in (quad.subject, quad.predicate, quad.object) if isinstance(term, ox.NamedNode))
    ours = {name for name in mentioned if package.site.ours(name)} - merged
    return f"{len(ours)} Dinge und Begriffe", [f"{name} has no label" for name in sorted(ours - named)]


def _dumps(package: _Package) -> tuple[str, Iterable[str]]:
    """Check that both libraries read the same graph from each dump, and the same from all of them."""
    problems, count = [], 0
    for name in package.sets:
        first: rdflib.Graph | None = None
        for form in RDF_DUMPS:
            path = package.dump(name, form)
            shown = path.relative_to(package.folder).as_posix()
            ours = rdflib.Graph()
            for quad in ox.parse(path=str(path), format=_OX[form]):
                ours.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
            read = rdflib.Dataset() if form == "trig" else rdflib.Graph()
            read.parse(path, format=_RDFLIB[form])
            theirs, count = _flat(read), len(ours)
            if not _same(ours, theirs):
                problems.append(f"{shown}: rdflib and Oxigraph read different graphs")
            if first is not None and not _same(first, theirs):
                problems.append(f"{shown}: holds another graph than the first dump")
            first = first if first is not None else theirs
    return f"{len(RDF_DUMPS)} Formen, {count} Tripel", problems


def _same(one: rdflib.Graph, other: rdflib.Graph) -> bool:
    """Say whether two graphs are isomorphic; without blank nodes they are when they hold the same triples."""
    if any(isinstance(term, rdflib.BNode) for graph in (one, other) for triple in graph for term in triple):
        return isomorphic(one, other)
    return set(one) == set(other)


def _flat(graph: rdflib.Graph) -> rdflib.Graph:
    if not isinstance(graph, rdflib.Dataset):
        return graph
    flat = rdflib.Graph()
    for subject, predicate, target, _ in graph.quads((None, None, None, None)):
        flat.add((subject, predicate, target))
    return flat


def _documents(package: _Package) -> tuple[str, Iterable[str]]:
    """Check that the forms of each page hold the same triples, the data block of the HTML included."""
    documents = sorted(
        name.removesuffix(".html")
        for name in package.files
        if name.startswith("doc/") and name.endswith(".html") and f"{name[:-5]}.ttl" in package.files
    )
    problems = []
    for name in documents:
        wanted: set[ox.Triple] | None = None
        texts = {ending: (package.folder / f"{name}.{ending}").read_text(encoding="utf-8") for ending in _ENDINGS}
        texts["html"] = _data_block((package.folder / f"{name}.html").read_text(encoding="utf-8"))
        for ending, text in texts.items():
            found = {quad.triple for quad in ox.parse(text, format=_ENDINGS.get(ending, ox.RdfFormat.JSON_LD))}
            wanted = found if wanted is None else wanted
            if found != wanted:
                problems.append(f"{name}.{ending}: holds other triples than {name}.ttl")
    return f"{len(documents)} Dokumente in {len(_ENDINGS) + 1} Formen", problems


def _data_block(page: str) -> str:
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return match[1] if match else "{}"


def _counts(package: _Package) -> tuple[str, Iterable[str]]:
    problems, count = [], 0
    statements: dict[tuple[str, str], str] = {}
    partitions: dict[tuple[str, str, str], str] = {}
    void = "http://rdfs.org/ns/void#"
    for quad in package.metadata:
        if isinstance(quad.object, ox.Literal) and quad.predicate.value.startswith(void) and isinstance(quad.subject, ox.NamedNode):
            statements[quad.subject.value, quad.predicate.value.removeprefix(void)] = quad.object.value
    for name in package.sets:
        node = f"{package.base}id/dataset/{name}"
        for kind in ("class", "property"):
            for quad in package.metadata.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(f"{void}{kind}Partition"), None, None):
                for part in package.metadata.quads_for_pattern(_node(quad.object), ox.NamedNode(f"{void}{kind}"), None, None):
                    counted_as = statements.get((str(quad.object).strip("<>"), "entities" if kind == "class" else "triples"), "")
                    partitions[name, kind, str(part.object).strip("<>")] = counted_as
        counts = counted(
            (quad.triple.subject, quad.triple.predicate, quad.triple.object)
            for quad in ox.parse(path=str(package.dump(name, "n-triples")), format=ox.RdfFormat.N_TRIPLES)
        )
        for (kind, what), number in sorted(counts.items()):
            told = partitions.pop((name, kind, what), None) if kind else statements.get((node, what))
            count += 1
            if told != str(number):
                problems.append(f"{VOID}: says {told} for {kind or what} {what if kind else ''} of {name}; the dump has {number}")
    problems += [f"{VOID}: counts {what}, which the dump of {name} has not" for name, _, what in partitions]
    return f"{count} Angaben", problems


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode:
    if not isinstance(term, ox.NamedNode):
        raise ValueError(f"{VOID}: {term} is no IRI")  # noqa: TRY004 - the file is what is wrong
    return term


def _metadata(package: _Package, shapes: Path) -> tuple[str, Iterable[str]]:
    results = catalog.validate(rdflib.Graph().parse(package.folder / "catalog.ttl"), shapes)
    violations = [str(item) for item in results if item.severity == "Violation"]
    return f"{', '.join(catalog.PROFILES)}: {len(violations)} Verstöße, {len(results) - len(violations)} Hinweise", violations


def _shapes(package: _Package, shapes: Path) -> tuple[str, Iterable[str]]:
    """Validate the data against our own shapes, with the terms where the shapes look for them."""
    site = Site(OURS, (package.base,))
    store = ox.Store()
    for quad in package.data:
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple) and isinstance(quad.graph_name, ox.NamedNode):
            store.add(ox.Quad(*site.triple((quad.subject, quad.predicate, quad.object)), site.node(quad.graph_name)))
    report = validate(store, shapes, Profile(package.manifest["profile"]))
    violations = [item for item in report.findings if item.severity == "Violation"]
    detail = f"Profil {package.manifest['profile']}, {len(violations)} Verstöße"
    return detail, [f"{item.label}: {next(iter(item.message.values()), item.shape)}" for item in violations]


def _tables(package: _Package) -> tuple[str, Iterable[str]]:
    problems: list[str] = []
    rows = 0
    for name in package.sets:
        count, found = csvw.check(package.dump(name, "turtle").parent)
        rows += count
        problems += found
    return f"{rows} Zeilen", problems


def _persons(package: _Package, root: Root) -> tuple[str, Iterable[str]]:
    if package.manifest["profile"] == "internal":
        return "interne Fassung, Personen sind enthalten", _unmarked(package)
    try:
        persons = Persons.read(root)
    except GremiennetzError as error:
        return "nicht geprüft", [f"the list of persons is needed to look for them: {error}"]
    if not persons.patterns:
        return "keine Personen erfasst, nach denen zu suchen wäre", []
    return f"{len(package.files)} Dateien, jedes Byte", [str(find) for find in persons.search(package.folder)]


def _unmarked(package: _Package) -> Iterator[str]:
    for name in sorted(package.files):
        # pages that only lead on show nothing
        shows = name.endswith(".html") and not name.startswith(("id/", "vocab/", "graph/")) and name != "ns.html"
        if shows and "Interne Fassung mit Personennamen" not in (package.folder / name).read_text(encoding="utf-8"):
            yield f"{name}: does not say that it is internal"
