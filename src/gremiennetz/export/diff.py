"""What changed between two packages, as a note that people read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.export.catalog import FORMATS
from gremiennetz.export.package import CURRENT, MERGED, REMOVED, Known, read_ids, read_manifest
from gremiennetz.graph.build import german_date

_KINDS = {
    "unit": "Einheiten",
    "body": "Gremien",
    "participation": "Mitwirkungen",
    "cost": "Kostenangaben",
    "period": "Zeiträume",
    "vocab": "Begriffe",
}
"""What a change note speaks of; records, decisions and the rest follow from these."""

_Facts = Mapping[str, frozenset[tuple[str, str]]]


@attrs.frozen
class _Package:
    """A package as the note reads it, with IRIs relative to its base, so that a move to another base is no change."""

    things: Mapping[str, Known]
    facts: _Facts
    labels: Mapping[str, str]
    modified: str
    profile: str


def note(old: Path, new: Path) -> str:
    """Return the change note from one package to the next. Raises ``GremiennetzError`` for a folder that is no package."""
    before, after = _read(old), _read(new)
    lines = ["# Was sich geändert hat", "", f"Von {german_date(before.modified)} ({old.name}) zu {german_date(after.modified)} ({new.name}).", ""]
    if before.profile != after.profile:
        lines += [f"Die Fassung ist eine andere: {before.profile} und {after.profile}.", ""]
    told = [line for kind, title in _KINDS.items() for line in _kind(kind, title, before, after)]
    return "\n".join([*lines, *(told or ["Nichts, was Einheiten, Gremien, Mitwirkungen, Kosten, Zeiträume oder Begriffe betrifft.", ""])])


def _read(path: Path) -> _Package:
    if not path.is_dir():
        raise GremiennetzError(f"{path} is no package: there is no such folder")
    manifest = read_manifest(path)
    base = manifest["base"]
    things = {item.iri.removeprefix(base): item for item in read_ids(path)}
    facts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    labels: dict[str, str] = {}
    for name in manifest["sets"]:
        file = path / "download" / str(name) / FORMATS[1].file.format(set=name)
        try:
            triples = ox.parse(path=str(file), format=ox.RdfFormat.N_TRIPLES)
            for triple in triples:
                subject = str(triple.subject).strip("<>").removeprefix(base)
                value = triple.object.value if isinstance(triple.object, ox.Literal | ox.NamedNode) else str(triple.object)
                property_ = triple.predicate.value.removeprefix(base)
                facts[subject].add((property_, value.removeprefix(base)))
                if property_.endswith(("#prefLabel", "#label")) and isinstance(triple.object, ox.Literal) and triple.object.language in {"de", None}:
                    labels[subject] = value
        except (OSError, SyntaxError) as error:
            raise GremiennetzError(f"{file}: cannot be read: {error}") from None
    return _Package(things, {key: frozenset(value) for key, value in facts.items()}, labels, str(manifest.get("modified", "")), manifest["profile"])


def _kind(kind: str, title: str, before: _Package, after: _Package) -> Iterator[str]:
    here = {key for key, item in after.things.items() if item.kind == kind and item.state == CURRENT}
    there = {key for key, item in before.things.items() if item.kind == kind and item.state == CURRENT}
    merged = {key for key in there - here if key in after.things and after.things[key].state == MERGED}
    sections = (
        ("neu", [f"- {_label(key, after)}" for key in here - there]),
        ("entfallen", [f"- {_label(key, before)}" for key in there - here - merged]),
        ("zusammengeführt", [f"- {_label(key, before)} → {_target(key, after)}" for key in merged]),
        (
            "geändert",
            [line for key in here & there if before.facts.get(key) != after.facts.get(key) for line in [_changed(key, before, after)] if line],
        ),
    )
    if any(lines for _, lines in sections):
        yield f"## {title}"
        yield ""
        for word, lines in sections:
            if lines:
                yield from (f"{len(lines)} {word}:", "", *sorted(lines), "")


def _label(key: str, package: _Package) -> str:
    item = package.things.get(key)
    # what a tombstone was called, no package after it tells
    name = item.label if item and item.state != REMOVED else package.labels.get(key, "")
    return " ".join((name or key).split())


def _target(key: str, package: _Package) -> str:
    return ", ".join(_label(value, package) for name, value in sorted(package.facts.get(key, ())) if name.endswith("isReplacedBy"))


def _changed(key: str, before: _Package, after: _Package) -> str:
    gone, new = (
        before.facts.get(key, frozenset()) - after.facts.get(key, frozenset()),
        after.facts.get(key, frozenset()) - before.facts.get(key, frozenset()),
    )
    names = sorted({name for name, _ in gone | new})
    told = []
    for name in names:
        olds, news = (
            "; ".join(_shown(value, package) for at, value in sorted(values) if at == name) for values, package in ((gone, before), (new, after))
        )
        told.append(f"  - {_property(name, after)}: {olds or '(nichts)'} → {news or '(nichts)'}")
    return "\n".join([f"- {_label(key, after)}", *told])


def _shown(value: str, package: _Package) -> str:
    text = " ".join((package.labels.get(value) or value).split())
    return f"„{text}“" if len(text) <= 160 else f"„{text[:159]}…“"


def _property(name: str, package: _Package) -> str:
    return package.labels.get(name) or name.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
