"""The package: everything written beside, in one run, and moved into place when it is complete."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox

from gremiennetz import __version__
from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.export import dumps, flat, landing, servers, source
from gremiennetz.export.catalog import catalogue
from gremiennetz.export.folder import MANIFEST, Folder, is_package, replaced
from gremiennetz.export.index import Index, alphabetical, in_order, moved, read_terms
from gremiennetz.export.jsonld import Context
from gremiennetz.export.jsonld import dumps as json_text
from gremiennetz.export.pages import Pages, Shown
from gremiennetz.export.persons import Persons
from gremiennetz.export.settings import OURS, Publication, choose_base, read_publications
from gremiennetz.export.site import Site, Triple
from gremiennetz.files import read_table, read_text, table_text
from gremiennetz.graph.build import german_date
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine
from gremiennetz.templates import environment

IDS = "ids.csv"
ID_COLUMNS = ("iri", "document", "kind", "label", "state")
CURRENT, MERGED, REMOVED = "current", "merged", "removed"
SITEMAP_MOST = 50_000
"""URLs in one sitemap, as sitemaps.org limits them."""

Track = Callable[[Sequence[str], str], Iterable[str]]


@attrs.frozen
class Known:
    """A thing with a page of its own."""

    iri: str
    document: str
    kind: str
    label: str
    state: str


@attrs.frozen
class Export:
    """What was written."""

    path: Path
    base: str
    things: Counter[str]
    files: int
    sets: tuple[str, ...]
    left_out: tuple[str, ...]
    """Sets of the root that are not in the package."""


def without_bar(items: Sequence[str], label: str) -> Iterable[str]:
    """Go through items and tell nobody."""
    del label
    return items


def write(
    root: Root,
    out: Path,
    *,
    base: str | None = None,
    people: bool = False,
    sets: Sequence[str] = (),
    endpoint: str | None = None,
    track: Track = without_bar,
) -> Export:
    """Write a package. The public profile is the default; with ``people`` it is internal, and every page says so.

    It holds the named ``sets``, else all that say something about their publication. With ``endpoint`` the graph comes from the remote store there;
    what the sets say about themselves, and what there is to know about persons, always comes from the root.

    A package that lies at ``out`` already gives way at the end; what it had and the new one has not, stays as a tombstone.
    Raises ``InputError`` for settings that are missing, ``GremiennetzError`` where a package cannot be written.
    """
    publications = read_publications(root, sets)
    site = Site(choose_base(publications, base), tuple(dict.fromkeys((*(item.base for item in publications), OURS))))
    before = _before(out, site)
    with replaced(out) as beside:
        writing = _Writing(root, Folder(beside), site, publications, people=people)
        things = writing.run(source.read(root, publications, people=people, endpoint=endpoint), before, track)
    chosen = tuple(item.id for item in publications)
    return Export(out, site.base, things, writing.folder.count, chosen, tuple(name for name in root.datasets() if name not in chosen))


def read_manifest(package: Path) -> dict[str, Any]:
    """Read what a package says of itself. Raises ``InputError`` when it is none."""
    try:
        found = json.loads(read_text(package / MANIFEST, f"{package.name}/{MANIFEST}"))
    except json.JSONDecodeError as error:
        raise InputError([Problem(f"{package.name}/{MANIFEST}", f"is not JSON: {error}")]) from None
    if (
        not isinstance(found, dict)
        or not all(isinstance(found.get(key), str) for key in ("base", "profile"))
        or not isinstance(found.get("sets"), list)
    ):
        raise InputError([Problem(f"{package.name}/{MANIFEST}", "names no base, profile and sets; export again")])
    return found


def read_ids(package: Path) -> list[Known]:
    """Read the list of all things of a package. Raises ``InputError``."""
    return [Known(*(row.cells[column] for column in ID_COLUMNS)) for row in read_table(package / IDS, ID_COLUMNS, f"{package.name}/{IDS}")]


def _before(out: Path, site: Site) -> list[Known]:
    if not is_package(out):
        return []
    base = read_manifest(out)["base"]
    return [attrs.evolve(item, iri=site.base + item.iri[len(base) :]) for item in read_ids(out) if item.iri.startswith(base)]


class _Writing:
    def __init__(self, root: Root, folder: Folder, site: Site, publications: Sequence[Publication], *, people: bool) -> None:
        self.root, self.folder, self.site, self.publications = root, folder, site, publications
        self.profile = "internal" if people else "public"
        self.people = people
        self.viz = root.shipped("viz")
        self.modified = max(item.modified for item in publications)

    def run(self, graph: ox.Store, before: Sequence[Known], track: Track) -> Counter[str]:
        folder, site = self.folder, self.site
        folder.path.mkdir()
        asked = flat.Source(Library(self.root.shipped("queries")), StoreEngine(graph), site)
        data = moved(graph, site)
        dumps.check_characters((quad.subject, quad.predicate, quad.object) for quad in data)
        context = Context.read(self.viz / "export", site)
        metadata = self._downloads(data, context, asked, track)
        overlaps = list(flat.overlaps(asked))
        del graph, asked
        data.bulk_extend(ox.Quad(*triple, ox.NamedNode(f"{site.base}graph/catalog")) for triple in metadata)
        index = Index(data, site, read_terms(self.viz / "export"))
        first = self.publications[0]
        common = {
            "title": first.catalogue_title["de"],
            "profile": self.profile,
            "attribution": "; ".join(dict.fromkeys(item.attribution for item in self.publications)),
            "licence": Shown(index.label(ox.NamedNode(first.licence)), first.licence),
            "modified": german_date(self.modified),
        }
        pages = Pages(folder, index, context, environment(self.root), common)
        known = self._things(pages, track)
        gone = self._gone(pages, before, {item.iri for item in known})
        self._lists(pages, known, track)
        script = read_text(self.viz / "export" / "search.js")
        counts = Counter(item.kind for item in known)
        landing.write(folder, pages, self.publications, overlaps, counts, script)
        self._frame([*known, *gone], pages)
        return counts

    def _downloads(self, data: ox.Store, context: Context, asked: flat.Source, track: Track) -> list[Triple]:
        """Write dumps, tables, archives and metadata, and return the metadata as triples."""
        folder, site = self.folder, self.site
        sheets = flat.read_sheets(self.viz / "export")
        statistics = {}
        folder.write("context.jsonld", context.text())
        by_id = {item.id: item for item in self.publications}
        for name in track(list(by_id), "Downloads"):
            item = by_id[name]
            bodies = dumps.registered(data, site.base, f"{site.base}graph/", item) if len(by_id) > 1 else None
            named = dumps.graphs(data, site, item, bodies)
            statistics[item.id] = dumps.counted(dumps.write(folder.path, site, item, named, context))
            flat.write(folder.path, item, sheets, flat.tables(asked, item, dumps.units(data, site, item), bodies), self.profile)
        catalog = in_order(catalogue(site, self.publications))
        statements = dumps.void(site, self.publications, statistics)
        prefixes = site.prefixes()
        folder.write("catalog.ttl", dumps.serialised(catalog, ox.RdfFormat.TURTLE, prefixes))
        folder.write("catalog.rdf", dumps.serialised(catalog, ox.RdfFormat.RDF_XML, prefixes))
        folder.write("catalog.jsonld", json_text(context.document(catalog)))
        folder.write(dumps.VOID, dumps.serialised(statements, ox.RdfFormat.TURTLE, prefixes))
        shared = [folder.path / name for name in ("catalog.ttl", dumps.VOID, "context.jsonld")]
        for item in self.publications:
            flat.archive(folder.path, item, shared)
        kept = [triple for triple in statements if not triple[0].value.startswith(f"{site.base}{dumps.VOID}#")]
        partition = {"classPartition", "propertyPartition"}
        return in_order([*catalog, *dumps.graph_notes(data, site), *(item for item in kept if item[1].value.rsplit("#", 1)[-1] not in partition)])

    def _things(self, pages: Pages, track: Track) -> list[Known]:
        """Write the page of every thing of ours, one at a time."""
        index, site = pages.index, self.site
        names = sorted({quad.subject.value for quad in index.store if isinstance(quad.subject, ox.NamedNode)})
        known: list[Known] = []
        taken: dict[str, str] = {}
        for name in track(names, "Seiten"):
            document = site.document(name)
            if document is None:
                continue
            node = ox.NamedNode(name)
            merged = bool(index.values(node, "dct:isReplacedBy")) and not index.kinds(node)
            known.append(Known(name, document, document.split("/")[1], index.label(node), MERGED if merged else CURRENT))
            if document == "doc/ns":
                continue
            if taken.setdefault(document, name) != name:
                raise GremiennetzError(f"{name} and {taken[document]} would have the same page {document}; one of them needs another id")
            pages.thing(node, document)
            self._lead(pages, name, document, known[-1].label)
        pages.ontology()
        self._lead(pages, f"{site.base}ns", "doc/ns", index.label(ox.NamedNode(f"{site.base}ns#")))
        return known

    def _lead(self, pages: Pages, name: str, document: str, label: str) -> None:
        """Write the page at the thing's own address for hosts that do not redirect."""
        address = self.site.address(name)
        if address is None or (address.startswith("id/") and address != f"id/{document.removeprefix('doc/')}"):
            return  # a name that is no file name has no page of its own address
        up = "../" * address.count("/")
        text = pages.environment.get_template("export/lead.html.jinja").render(href=f"{up}{document}.html", label=label, words="Weiter zu:")
        self.folder.write(f"{address}.html", text)

    def _gone(self, pages: Pages, before: Sequence[Known], known: set[str]) -> list[Known]:
        """Write a tombstone for everything that an earlier package had. It repeats no label, and a name of a person leaves no trace at all."""
        found: list[Known] = []
        lost = [item for item in before if item.iri not in known]
        persons = Persons.read(self.root) if lost and not self.people else None
        for item in lost:
            document = self.site.document(item.iri)
            if document is None or document == "doc/ns" or (persons and persons.find(item.iri)):
                continue
            found.append(Known(item.iri, document, document.split("/")[1], "entfernt", REMOVED))
            text = pages.environment.get_template("export/gone.html.jinja").render(
                **pages.common, node=item.iri, root="../" * document.count("/"), since=german_date(self.modified)
            )
            self.folder.write(f"{document}.html", text)
        return found

    def _lists(self, pages: Pages, known: Sequence[Known], track: Track) -> None:
        kinds = sorted({item.kind for item in known if item.document != "doc/ns"})
        for kind in track(kinds, "Verzeichnisse"):
            things = sorted(((item.label, item.document) for item in known if item.kind == kind), key=lambda item: (alphabetical(item[0]), item[1]))
            pages.listing(kind, things)

    def _frame(self, known: Sequence[Known], pages: Pages) -> None:
        """Write what belongs to the package as a whole."""
        folder, site = self.folder, self.site
        folder.write("style.css", read_text(self.viz / "page.css") + read_text(self.viz / "export" / "export.css"))
        folder.write(IDS, table_text(ID_COLUMNS, [[getattr(item, column) for column in ID_COLUMNS] for item in known]))
        routes = self._routes(known, pages)
        folder.write("server/nginx-http.conf", servers.nginx_http())
        folder.write("server/nginx-site.conf", servers.nginx_site(site.prefix, routes))
        folder.write(".htaccess", servers.apache(routes))
        folder.write(servers.ROUTES, routes.text())
        folder.write("_redirects", servers.redirects(routes))
        folder.write(
            "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.base}sitemap.xml\n" if not self.people else "User-agent: *\nDisallow: /\n"
        )
        self._sitemap([item.document for item in known if item.state == CURRENT])
        manifest = {
            "program": f"gremiennetz {__version__}",
            "base": site.base,
            "profile": self.profile,
            "modified": self.modified,
            "sets": [item.id for item in self.publications],
            "things": dict(sorted(Counter(item.kind for item in known if item.state == CURRENT).items())),
        }
        folder.write(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")

    def _routes(self, known: Sequence[Known], pages: Pages) -> servers.Routes:
        moved_to, odd, gone = {}, {}, []
        for item in known:
            address = self.site.address(item.iri)
            if address is None:
                continue
            if item.state == MERGED:
                for other in pages.index.nodes(ox.NamedNode(item.iri), "dct:isReplacedBy")[:1]:
                    moved_to[address] = self.site.address(other.value) or ""
                    moved_to[item.document] = self.site.document(other.value) or ""
            elif item.state == REMOVED:
                gone += [address, item.document]
            elif address.startswith("id/") and item.document != f"doc/{address.removeprefix('id/')}":
                odd[address] = item.document
        return servers.Routes(moved_to, odd, gone)

    def _sitemap(self, documents: Sequence[str]) -> None:
        pages = ["index.html", *sorted({f"{document}.html" for document in documents})]
        parts = [pages[start : start + SITEMAP_MOST] for start in range(0, len(pages), SITEMAP_MOST)]
        if len(parts) == 1:
            self.folder.write("sitemap.xml", _urls("urlset", "url", (f"{self.site.base}{page}" for page in parts[0]), self.modified))
            return
        for number, part in enumerate(parts, 1):
            self.folder.write(f"sitemap-{number}.xml", _urls("urlset", "url", (f"{self.site.base}{page}" for page in part), self.modified))
        names = (f"{self.site.base}sitemap-{number}.xml" for number in range(1, len(parts) + 1))
        self.folder.write("sitemap.xml", _urls("sitemapindex", "sitemap", names, self.modified))


def _urls(outer: str, inner: str, addresses: Iterable[str], modified: str) -> str:
    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        # our addresses hold no character that XML reads; --base is checked for that
        yield from (f"<{inner}><loc>{address}</loc><lastmod>{modified}</lastmod></{inner}>" for address in addresses)
        yield f"</{outer}>"

    return "\n".join(lines()) + "\n"
