"""The graph as files: published Turtle that is the same to the byte on every run, and the checks that it is up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import rdflib

from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.files import write_text
from gremiennetz.graph.bodies import Triple, register_triples
from gremiennetz.graph.build import PARTS, Builder
from gremiennetz.graph.terms import PREFIXES, to_rdflib
from gremiennetz.places import Root
from gremiennetz.records import Dataset, read_datasets
from gremiennetz.register import Register, check_against, read_register
from gremiennetz.vocabulary import Vocabulary

BODIES = "bodies"


def turtle(triples: Iterable[Triple]) -> str:
    """Return triples as Turtle, written by rdflib in a stable order, prefixes included as far as used."""
    graph = rdflib.Graph(bind_namespaces="none")
    for subject, predicate, target in triples:
        graph.add((to_rdflib(subject), to_rdflib(predicate), to_rdflib(target)))
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph.serialize(format="turtle")


def load_register(root: Root, vocabulary: Vocabulary) -> Register:
    """Read the register with the names that the vocabularies allow."""
    return read_register(root.register, vocabulary.names("body-kind"), vocabulary.names("legal-form"), vocabulary.names("policy-field"))


def builders(root: Root) -> tuple[list[Builder], Register]:
    """Read the vocabularies, the register and all sets of a root. Raises ``InputError`` with everything that is wrong."""
    vocabulary = Vocabulary.read(root.shipped("ontology"))
    register = load_register(root, vocabulary)
    sets = read_datasets(root)
    problems = [*_unknown_kinds(sets, vocabulary), *check_against(register, sets)]
    if problems:
        raise InputError(problems)
    return [Builder(dataset, register, vocabulary) for dataset in sets], register


def _unknown_kinds(sets: Iterable[Dataset], vocabulary: Vocabulary) -> Iterator[Problem]:
    kinds = vocabulary.names("unit-kind")
    for dataset in sets:
        for unit in dataset.units.values():
            if unit.kind not in kinds:
                message = f"{unit.kind!r} is no kind of unit; wanted one of: {', '.join(kinds)}"
                yield Problem(f"data/records/{dataset.id}/units.csv", message, row=unit.row, column="kind")


def files(root: Root) -> Iterator[tuple[Path, str]]:
    """Yield each file of the graph with its content."""
    made, register = builders(root)
    names = made[0].names
    yield root.turtle / f"{BODIES}.ttl", turtle(register_triples(names, register))
    for builder in made:
        for part in PARTS:
            yield root.turtle / builder.dataset.id / f"{part}.ttl", turtle(builder.part(part))


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


def graph_files(root: Root, *, people: bool = True) -> dict[str, Path]:
    """Return the named graphs of a root and the file of each; without the graphs of people for the public profile.

    Raises ``GremiennetzError`` when there is no graph yet.
    """
    found = {
        path.relative_to(root.turtle).with_suffix("").as_posix(): path
        for path in sorted(root.turtle.rglob("*.ttl"))
        if people or path.stem != "people"
    }
    if not found:
        raise GremiennetzError(f"no graph in {root.turtle}; make it with: gremiennetz build")
    return found
