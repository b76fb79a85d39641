"""The graph as files: published Turtle that is the same to the byte on every run, and the checks that it is up to date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import attrs
import rdflib

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import write_text
from gremiennetz.graph import changes
from gremiennetz.graph.bodies import Names, Triple, register_triples
from gremiennetz.graph.build import PARTS, Builder
from gremiennetz.graph.sets import Sets, load_register
from gremiennetz.graph.terms import PREFIXES, to_rdflib
from gremiennetz.places import Root
from gremiennetz.register import Decision, Register

__all__ = ["BODIES", "builders", "files", "graph_files", "load_register", "stale", "turtle", "write"]

BODIES = "bodies"


def turtle(triples: Iterable[Triple]) -> str:
    """Return triples as Turtle, written by rdflib in a stable order, prefixes included as far as used."""
    graph = rdflib.Graph(bind_namespaces="none")
    for subject, predicate, target in triples:
        graph.add((to_rdflib(subject), to_rdflib(predicate), to_rdflib(target)))
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph.serialize(format="turtle")


def builders(root: Root) -> tuple[list[Builder], Register]:
    """Return what turns each set of a root into triples, and the register. Raises ``InputError`` with everything that is wrong."""
    sets = Sets.of(root)
    made = list(sets)
    return made, attrs.evolve(sets.register, decisions=tuple(item for builder in made for item in builder.register.decisions))


def files(root: Root) -> Iterator[tuple[Path, str]]:
    """Yield each file of the graph with its content, set by set; what is known across sets comes last."""
    sets = Sets.of(root)
    decisions: list[Decision] = []
    names: Names | None = None
    for builder in sets:
        names = names or builder.names
        decisions += builder.register.decisions
        folder = root.turtle / builder.dataset.id
        for part in PARTS:
            yield folder / f"{part}.ttl", turtle(builder.part(part))
        if history := sets.history(builder):
            yield folder / f"{changes.PART}.ttl", turtle(history.triples(builder.dataset.id))
    if names is not None:
        yield root.turtle / f"{BODIES}.ttl", turtle(register_triples(names, attrs.evolve(sets.register, decisions=tuple(decisions))))


def write(root: Root) -> list[Path]:
    """Write the graph. All content is made before the first file is touched; each file is replaced as a whole."""
    content = list(files(root))
    for path, text in content:
        if not path.exists() or path.read_bytes() != text.encode("utf-8"):
            write_text(path, text)
    wanted = {path for path, _ in content}
    for path in root.turtle.rglob("*.ttl"):
        if path not in wanted:
            path.unlink()
    return [path for path, _ in content]


def stale(root: Root) -> list[Path]:
    """Return the files of the graph that differ from what the records say."""
    content = dict(files(root))
    changed = [path for path, text in content.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return changed + [path for path in root.turtle.rglob("*.ttl") if path not in content]


def graph_files(root: Root, *, people: bool = True, sets: Collection[str] | None = None) -> dict[str, Path]:
    """Return the named graphs of a root and the file of each; without the graphs of people for the public profile.

    With ``sets`` only those sets, and what is known across sets. Raises ``GremiennetzError`` when there is no graph yet, or none of a set.
    """
    found = {
        path.relative_to(root.turtle).with_suffix("").as_posix(): path
        for path in sorted(root.turtle.rglob("*.ttl"))
        if people or path.stem != "people"
    }
    if not found:
        raise GremiennetzError(f"no graph in {root.turtle}; make it with: gremiennetz build")
    if sets is None:
        return found
    made = {name.partition("/")[0] for name in found if "/" in name}
    missing = [name for name in sets if name not in made]
    if missing:
        raise GremiennetzError(f"there is no graph of the set {missing[0]!r}; there are: {', '.join(sorted(made))}")
    return {name: path for name, path in found.items() if "/" not in name or name.partition("/")[0] in sets}
