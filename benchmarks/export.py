"""Measure the export: how fast, how much memory, and against the straightforward way.

    python benchmarks/export.py [--municipalities 1 5 20] [--subset 300] [--template dresden-2026]

Each size is a synthetic country (``scripts/synthetic.py``), exported as a whole in a process of its own; its peak memory is set against that of a
process that only loads the same graph. The straightforward way is rdflib: the graph in memory, one ``Graph`` per thing with the same triples, and
rdflib's serialisers for the same three forms. It is measured in the same run, on the same things, without HTML, which the export writes as well.
Times are processor time of one process, so that a busy machine does not change them. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import rdflib

from gremiennetz.export import source
from gremiennetz.export.folder import Folder
from gremiennetz.export.index import LABELS, MOST, Index, moved, read_terms
from gremiennetz.export.jsonld import Context
from gremiennetz.export.pages import Pages, Shown
from gremiennetz.export.settings import OURS, read_publications
from gremiennetz.export.site import Site
from gremiennetz.files import read_text, write_text
from gremiennetz.places import Root
from gremiennetz.templates import environment

REPOSITORY = Path(__file__).resolve().parents[1]
LOAD = "import sys; from pathlib import Path; from gremiennetz.export import source, settings; from gremiennetz.places import Root; \
root = Root(Path(sys.argv[1])); store = source.read(root, settings.read_publications(root), people=False)"
FORMS = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld"}


def measured(command: list[str]) -> tuple[float, float, str]:
    """Run a command and return its seconds of processor time, its peak memory in MB and what it printed."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8") as process:
        text = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def country(folder: Path, municipalities: int, template: str) -> Root:
    """Make a country whose sets are published, with its graph."""
    root = Root(folder / str(municipalities))
    make = [sys.executable, str(REPOSITORY / "scripts" / "synthetic.py"), "--municipalities", str(municipalities), "--out", str(root.path)]
    measured([*make, "--root", str(REPOSITORY), "--template", template])
    said = read_text(REPOSITORY / "data" / "records" / template / "dataset.toml")
    publication = said[said.index("[publication]") :]
    for name in root.datasets():
        settings = root.records / name / "dataset.toml"
        write_text(settings, f"{read_text(settings)}\n{publication}")
    measured([sys.executable, "-m", "gremiennetz", "convert", "--root", str(root.path)])
    return root


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that something takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def ours(root: Root, names: list[str], out: Path, data: ox.Store, site: Site) -> None:
    """Write the pages of some things as the export does."""
    out.mkdir()
    viz = root.shipped("viz") / "export"
    common = {"title": "", "profile": "public", "attribution": "", "licence": Shown("", ""), "modified": ""}
    pages = Pages(Folder(out), Index(data, site, read_terms(viz)), Context.read(viz, site), environment(root), common)
    for name in names:
        pages.thing(ox.NamedNode(name), site.document(name) or "")


def straightforward(graph: rdflib.Graph, names: list[str], out: Path) -> None:
    """Write the same triples as one graph per thing with rdflib's serialisers."""
    labels = [rdflib.URIRef(label.value) for label in LABELS]
    out.mkdir()
    for number, name in enumerate(names):
        node, found = rdflib.URIRef(name), rdflib.Graph()
        by_property: dict[rdflib.term.Node, int] = {}
        for triple in graph.triples((node, None, None)):
            found.add(triple)
        for subject, predicate, target in graph.triples((None, None, node)):
            by_property[predicate] = by_property.get(predicate, 0) + 1
            if by_property[predicate] <= MOST:
                found.add((subject, predicate, target))
        for thing in {term for triple in found for term in triple if isinstance(term, rdflib.URIRef)}:
            for label in labels:
                for value in graph.objects(thing, label):
                    found.add((thing, label, value))
        for ending, form in FORMS.items():
            found.serialize(out / f"{number}.{ending}", format=form, encoding="utf-8")


def ratio(root: Root, folder: Path, subset: int) -> tuple[int, float, float, float, float]:
    """Return the number of things, and the seconds for loading and writing of both ways."""
    publications = read_publications(root)
    site = Site(publications[0].base, (publications[0].base, OURS))
    stores: list[ox.Store] = []
    loading = timed(lambda: stores.append(moved(source.read(root, publications, people=False), site)))
    things = sorted({quad.subject.value for quad in stores[0] if isinstance(quad.subject, ox.NamedNode) and "/id/" in quad.subject.value})
    names = things[:: max(1, len(things) // subset)][:subset]
    writing = timed(lambda: ours(root, names, folder / "ours", stores[0], site))
    graph = rdflib.Graph()
    files = [path for path in sorted(root.turtle.rglob("*.ttl")) if path.stem != "people"]
    files += sorted(root.shipped("ontology").rglob("*.ttl"))
    slow_loading = timed(lambda: [graph.parse(path) for path in files])
    slow_writing = timed(lambda: straightforward(graph, names, folder / "straightforward"))
    return len(names), loading, writing, slow_loading, slow_writing


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--municipalities", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--subset", type=int, default=300)
    parser.add_argument("--template", default="dresden-2026")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| Kommunen | Dinge | Dateien | Prozessorsekunden | Dateien je Sekunde | Speicher, Spitze | nur der Graph | darüber |")
        print("|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
        roots = {}
        for size in given.municipalities:
            root = roots[size] = country(folder, size, given.template)
            _, alone, _ = measured([sys.executable, "-c", LOAD, str(root.path)])
            seconds, peak, text = measured([sys.executable, "-m", "gremiennetz", "export", "--root", str(root.path), "--out", str(folder / "out")])
            found = re.search(r"(\d+) things, (\d+) files", text)
            if found is None:
                raise SystemExit(text)
            things, files = int(found[1]), int(found[2])
            print(
                f"| {size} | {things} | {files} | {seconds:.1f} | {files / seconds:.0f} | {peak:.0f} MB | {alone:.0f} MB | {peak - alone:.0f} MB |",
                flush=True,
            )
        size = given.municipalities[0]
        count, loading, writing, slow_loading, slow_writing = ratio(roots[size], folder, given.subset)
        print(f"\n| {count} Dinge von {size} Kommune(n) | Graph laden | Seiten schreiben | Faktor |\n|---|--:|--:|--:|")
        print(f"| der Export (HTML, Turtle, JSON-LD, N-Triples) | {loading:.2f} s | {writing:.2f} s | 1 |")
        print(f"| rdflib, geradeaus (ohne HTML) | {slow_loading:.2f} s | {slow_writing:.2f} s | {slow_writing / writing:.1f} |")


if __name__ == "__main__":
    main()
