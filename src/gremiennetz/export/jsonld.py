"""JSON-LD with the package's own context: keys that people can read, and each file complete in itself.

The published context is ``viz/export/context.jsonld``. A file carries the part of it that it uses, so no reader has to fetch anything. What the
context has no key for gets a prefixed name. Written here, not with rdflib's serialiser, because a package has thousands of documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.export.site import Site, Triple
from gremiennetz.files import read_text
from gremiennetz.graph.terms import PREFIXES

_TYPE = f"{PREFIXES['rdf']}type"
_STRING = f"{PREFIXES['xsd']}string"
_LANGUAGE = f"{PREFIXES['rdf']}langString"
Json = dict[str, Any]


@attrs.frozen
class _Key:
    name: str
    iri: str
    type: str
    """``@id``, the IRI of a datatype, or empty."""
    by_language: bool


@attrs.define
class Context:
    """The published context, with our namespaces at the base of a site."""

    full: Json
    keys: dict[str, list[_Key]]
    """By the IRI of a property; the first that fits a value is used."""
    classes: dict[str, str]
    prefixes: dict[str, str]

    @classmethod
    def read(cls, folder: Path, site: Site) -> Context:
        """Read ``context.jsonld``. Raises ``GremiennetzError`` when it is no JSON-LD context of the simple kind that is meant here."""
        try:
            raw: Json = json.loads(read_text(folder / "context.jsonld"))["@context"]
        except (ValueError, KeyError, TypeError) as error:
            raise GremiennetzError(f"{folder / 'context.jsonld'}: is no JSON-LD context: {error}") from None
        prefixes = {name: site.iri(value) for name, value in raw.items() if isinstance(value, str) and value.endswith(("#", "/"))}
        full = {name: prefixes.get(name, value) for name, value in raw.items()}
        keys: dict[str, list[_Key]] = {}
        classes: dict[str, str] = {}

        def whole(short: str) -> str:
            prefix, _, local = short.partition(":")
            return prefixes[prefix] + local if prefix in prefixes else short

        for name, value in full.items():
            if isinstance(value, dict):
                kind = value.get("@type", "")
                iri = whole(value["@id"])
                keys.setdefault(iri, []).append(_Key(name, iri, kind if kind == "@id" else whole(kind), value.get("@container") == "@language"))
            elif isinstance(value, str) and name not in prefixes and not value.startswith("@"):
                classes[whole(value)] = name
        return cls(full, keys, classes, prefixes)

    def text(self) -> str:
        """Return the context as a file."""
        return json.dumps({"@context": self.full}, ensure_ascii=False, indent=1) + "\n"

    def document(self, triples: Iterable[Triple], first: ox.NamedNode | None = None) -> Json:
        """Return triples as one JSON-LD document; ``first`` comes first."""
        used: set[str] = {"id", "type"}
        nodes: dict[str, Json] = {}
        if first is not None:
            nodes[first.value] = {"id": first.value}
        for subject, predicate, target in triples:
            name = subject.value if isinstance(subject, ox.NamedNode) else f"_:{subject.value}"
            self._add(nodes.setdefault(name, {"id": name}), predicate.value, target, used)
        return {"@context": self._part(used), "@graph": [node for node in nodes.values() if len(node) > 1]}

    def _add(self, node: Json, predicate: str, target: ox.NamedNode | ox.BlankNode | ox.Literal, used: set[str]) -> None:
        if predicate == _TYPE and isinstance(target, ox.NamedNode):
            node.setdefault("type", []).append(self._class(target.value, used))
            return
        for key in self.keys.get(predicate, ()):
            if self._with_key(node, key, target):
                used.add(key.name)
                return
        name = self._compact(predicate, used)
        node.setdefault(name, []).append(self._expanded(target))

    def _with_key(self, node: Json, key: _Key, target: ox.NamedNode | ox.BlankNode | ox.Literal) -> bool:
        """Write a value under a key of the context, if the key is meant for values of this kind."""
        if not isinstance(target, ox.Literal):
            if key.type != "@id":
                return False
            node.setdefault(key.name, []).append(target.value if isinstance(target, ox.NamedNode) else f"_:{target.value}")
            return True
        if key.by_language:
            if not target.language:
                return False
            node.setdefault(key.name, {}).setdefault(target.language, []).append(target.value)
            return True
        if target.language or key.type == "@id" or target.datatype.value != (key.type or _STRING):
            return False
        node.setdefault(key.name, []).append(target.value)
        return True

    def _expanded(self, target: ox.NamedNode | ox.BlankNode | ox.Literal) -> Json:
        if isinstance(target, ox.NamedNode):
            return {"@id": target.value}
        if isinstance(target, ox.BlankNode):
            return {"@id": f"_:{target.value}"}
        if target.language:
            return {"@value": target.value, "@language": target.language}
        if target.datatype.value in {_STRING, _LANGUAGE}:
            return {"@value": target.value}
        return {"@value": target.value, "@type": target.datatype.value}

    def _class(self, iri: str, used: set[str]) -> str:
        if iri in self.classes:
            used.add(self.classes[iri])
            return self.classes[iri]
        return self._compact(iri, used)

    def _compact(self, iri: str, used: set[str]) -> str:
        for prefix, namespace in self.prefixes.items():
            local = iri[len(namespace) :]
            # a local part that looks like a path would be read as an IRI again
            if iri.startswith(namespace) and local and not local.startswith("//"):
                used.add(prefix)
                return f"{prefix}:{local}"
        return iri

    def _part(self, used: set[str]) -> Json:
        prefixes = set(used)
        for name in used:
            prefixes.update(_mentioned(self.full.get(name)))
        return {name: value for name, value in self.full.items() if name in prefixes}


def _mentioned(value: object) -> Iterator[str]:
    texts = value.values() if isinstance(value, dict) else [value]
    for text in texts:
        if isinstance(text, str) and ":" in text:
            yield text.split(":", 1)[0]


def dumps(document: Json) -> str:
    """Return a document as text: one node a line, so that versions can be compared."""
    lines = ",\n".join(json.dumps(node, ensure_ascii=False) for node in document["@graph"])
    return f'{{"@context": {json.dumps(document["@context"], ensure_ascii=False)},\n"@graph": [\n{lines}\n]}}\n'
