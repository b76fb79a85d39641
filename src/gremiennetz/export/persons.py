"""Finding natural persons in what is published: every spelling in which the documents and the register name them.

The names come from the graph of people, which never leaves the house. What counts as a find:

1. the words with which a document names somebody (``Frau Dr. Ada Beispiel``), a given and a family name together in either order, and a family name
   behind a salutation, a title or an initial, all as whole words and in any case;
2. a family name alone, as a whole word and in the spelling of a name (so ``starke Partner`` is none), unless it is a common word here. Common is a
   family name that is also a word of a name which people chose: of a body in the register, a unit or a concept (``Stadt Darmstadt``);
3. full names in the form of file names (``ada-beispiel``).

Bytes are looked at as they are and as their readers see them: HTML and JSON escapes and percent signs are undone first.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import attrs
import pyoxigraph as ox

from gremiennetz.graph import store
from gremiennetz.graph.files import BODIES
from gremiennetz.graph.store import GRAPHS, ONTOLOGY
from gremiennetz.graph.terms import iri, slug
from gremiennetz.places import Root

_TITLES = r"(?:Herrn?|Hrn?\.|Frau|Fr\.|Dr\.|Prof\.|Dipl\.-\w+\.?|OA|OÄ|OB|EBM|BM|Bürgermeister(?:in)?|Beigeordneter?|[A-ZÄÖÜ]\.)"
_ARCHIVES = (".zip", ".xlsx")
_NAMES = {iri("skos:prefLabel"), iri("skos:altLabel")}


@attrs.frozen
class Find:
    """A place where a person is named. The name itself is not repeated in what is shown."""

    file: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}: names a natural person ({self.rule})"


@attrs.frozen
class Persons:
    """What is looked for."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    """Rule and pattern."""
    common: frozenset[str]
    """Family names that are words of the register or of the documents too, and are not looked for alone."""

    keys: tuple[str, ...]
    """In lower case: one of them is in every text that any pattern can match."""

    @classmethod
    def read(cls, root: Root) -> Persons:
        """Read the names from the graph of people of a root."""
        return cls.of(_people(store.in_memory(root)), _chosen(store.in_memory(root, people=False)))

    @classmethod
    def of(cls, people: Iterable[tuple[str, str, tuple[str, ...]]], chosen: Iterable[str]) -> Persons:
        """Make the patterns from given name, family name and mentions of each person, and the names that people chose for other things."""
        given: set[tuple[str, str]] = set()
        families: set[str] = set()
        words: set[str] = set()
        for first, family, mentions in people:
            families.add(_plain(family))
            words.update(_plain(text) for text in mentions if len(text.split()) > 1)
            if first:
                given.add((_plain(first), _plain(family)))
        known = "\n".join(chosen)
        common = frozenset(family for family in families if re.search(rf"(?<!\w){re.escape(family)}(?!\w)", known))
        other = {text for text in words if not any(family in text for family in families)}
        keys = {key for family in families for key in (family.lower(), slug(family))} | {text.split()[0].lower() for text in other}
        return cls(tuple(_patterns(given, families, common, words)), common, tuple(sorted(keys)))

    def find(self, text: str) -> str:
        """Return the rule by which a text names a person, or an empty text."""
        for form in _forms(text):
            low = form.lower()
            if any(key in low for key in self.keys):
                for rule, pattern in self.patterns:
                    if pattern.search(form):
                        return rule
        return ""

    def search(self, folder: Path) -> Iterator[Find]:
        """Yield each file below a folder that names a person, in its name or in its bytes; ZIP and XLSX are opened."""
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            yield from self._in(name, path.read_bytes())

    def _in(self, name: str, data: bytes) -> Iterator[Find]:
        rule = self.find(name) or self.find(data.decode("utf-8", "replace"))
        if rule:
            yield Find(name, rule)
        if name.endswith(_ARCHIVES):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in sorted(archive.namelist()):
                    yield from self._in(f"{name}!{member}", archive.read(member))


def _people(data: ox.Store) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for quad in data.quads_for_pattern(None, iri("rdf:type"), iri("foaf:Person"), None):
        person = quad.subject
        mentions = [
            text for seat in data.quads_for_pattern(None, iri("org:member"), person, None) for text in _texts(data, seat.subject, "dct:description")
        ]
        for family in _texts(data, person, "foaf:familyName"):
            yield next(iter(_texts(data, person, "foaf:givenName")), ""), family, (*mentions, *_texts(data, person, "foaf:name"))


def _texts(data: ox.Store, node: ox.NamedNode | ox.BlankNode | ox.Triple, name: str) -> list[str]:
    return sorted(quad.object.value for quad in data.quads_for_pattern(node, iri(name), None, None) if isinstance(quad.object, ox.Literal))


def _chosen(data: ox.Store) -> Iterator[str]:
    """Yield the names of registered bodies, units and concepts, but not those that a row of a document gave to a body that nobody decided."""
    for quad in data:
        graph = quad.graph_name.value.removeprefix(GRAPHS) if isinstance(quad.graph_name, ox.NamedNode) else ""
        curated = graph in {BODIES, ONTOLOGY} or graph.endswith("/units")
        if curated and quad.predicate in _NAMES and isinstance(quad.object, ox.Literal):
            yield _plain(quad.object.value)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _forms(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFC", text)
    yield plain
    undone = plain
    if "\\u" in undone:
        undone = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), undone)
    if "&" in undone:
        undone = html.unescape(undone)
    if "%" in undone:
        undone = unquote(undone)
    undone = unicodedata.normalize("NFC", undone)
    if undone != plain:
        yield undone


def _any(words: Iterable[str]) -> str:
    # a name can be wrapped: any white space, markup of a no-break space included, joins its parts
    return "|".join(re.escape(word).replace(r"\ ", r"[\s\u00a0]+") for word in sorted(words, key=lambda word: (-len(word), word)))


def _patterns(given: set[tuple[str, str]], families: set[str], common: frozenset[str], words: set[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    if words:
        yield "in the words of the document", re.compile(rf"(?<!\w)(?:{_any(words)})(?!\w)", re.IGNORECASE)
    if given:
        both = {f"{first} {family}" for first, family in given}
        turned = {f"{family}, {first}" for first, family in given} | {f"{family} {first}" for first, family in given}
        yield "with given and family name", re.compile(rf"(?<!\w)(?:{_any(both | turned)})(?!\w)", re.IGNORECASE)
        yield "in the name of a file or an IRI", re.compile(rf"(?<![a-z0-9])(?:{_any({slug(name) for name in both | turned})})(?![a-z0-9])")
    if families:
        yield "with salutation or title", re.compile(rf"(?<!\w){_TITLES}[\s\u00a0]*(?:{_TITLES}[\s\u00a0]*)*(?:{_any(families)})(?!\w)")
    if families - common:
        yield "with the family name alone", re.compile(rf"(?<!\w)(?:{_any(families - common)})(?!\w)")
