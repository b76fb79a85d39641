"""Vocabularies: the concepts of ``ontology/vocab`` and the lexicons that find them in texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path

import attrs
import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.terms import PREFIXES, iri
from gremiennetz.readers.cost import CostReader, CostStatement
from gremiennetz.readers.lexicon import Found, Lexicon

KEPT = 2**14
"""How many different cells are kept with what was read in them, over all sets."""
_LABELS = tuple(iri(f"skos:{name}") for name in ("prefLabel", "altLabel", "hiddenLabel"))


@attrs.define(slots=False)
class Vocabulary:
    """All concept schemes, as one store."""

    store: ox.Store
    _lexicons: dict[tuple[str, ...], Lexicon] = attrs.field(factory=dict)
    _names: dict[str, dict[str, str]] = attrs.field(factory=dict)

    @classmethod
    def read(cls, ontology: Path) -> Vocabulary:
        """Read ``vocab/*.ttl`` below the ontology folder. Raises ``GremiennetzError`` for a file that is no Turtle, and when there is none."""
        store = ox.Store()
        for path in sorted((ontology / "vocab").glob("*.ttl")):
            try:
                store.load(path=str(path), format=ox.RdfFormat.TURTLE)
            except (SyntaxError, ValueError) as error:
                raise GremiennetzError(f"{path.name}: is not Turtle: {error}") from None
        if not len(store):
            raise GremiennetzError(f"no vocabulary in {(ontology / 'vocab').as_posix()}; an ontology folder of your own has to hold all of them")
        return cls(store)

    def names(self, scheme: str) -> dict[str, str]:
        """Return local name → German label of the concepts of a scheme, in order of the names."""
        if scheme in self._names:
            return self._names[scheme]
        prefix = f"{PREFIXES['vocab']}{scheme}/"
        found = {}
        for quad in self.store.quads_for_pattern(None, iri("skos:inScheme"), ox.NamedNode(prefix.rstrip("/")), None):
            label = next(
                (
                    label.object.value
                    for label in self.store.quads_for_pattern(quad.subject, iri("skos:prefLabel"), None, None)
                    if isinstance(label.object, ox.Literal) and label.object.language == "de"
                ),
                "",
            )
            if isinstance(quad.subject, ox.NamedNode):
                found[quad.subject.value.removeprefix(prefix)] = label
        self._names[scheme] = dict(sorted(found.items()))
        return self._names[scheme]

    def lexicon(self, *schemes: str) -> Lexicon:
        """Return the lexicon of one or more schemes; concepts are given as ``scheme/name``."""
        if schemes not in self._lexicons:
            pairs = []
            for scheme in schemes:
                prefix = f"{PREFIXES['vocab']}{scheme}/"
                for predicate in _LABELS:
                    for quad in self.store.quads_for_pattern(None, predicate, None, None):
                        subject, label = quad.subject, quad.object
                        if not isinstance(subject, ox.NamedNode) or not isinstance(label, ox.Literal) or label.language == "en":
                            continue
                        if subject.value.startswith(prefix):
                            pairs.append((label.value, subject.value.removeprefix(PREFIXES["vocab"])))
            self._lexicons[schemes] = Lexicon.of(pairs)
        return self._lexicons[schemes]

    def find(self, text: str, *schemes: str) -> Found:
        """Return the concepts of some schemes that a text names. Cells of a list repeat, so what was read once is kept."""
        return self._find(schemes, text)

    @cached_property
    def _find(self) -> Callable[[tuple[str, ...], str], Found]:
        return lru_cache(maxsize=KEPT)(lambda schemes, text: self.lexicon(*schemes).find(text))

    @cached_property
    def read_costs(self) -> Callable[[str], tuple[list[CostStatement], str]]:
        """Return what reads a cost cell (``CostReader.read``) and keeps what it has read."""
        return lru_cache(maxsize=KEPT)(self.costs.read)

    @cached_property
    def costs(self) -> CostReader:
        """Return the reader of cost cells."""
        return CostReader.of(_local(self.lexicon("exactness")), _local(self.lexicon("cost-kind")))


def _local(lexicon: Lexicon) -> Lexicon:
    """Return a lexicon whose concepts are local names."""
    return Lexicon({phrase: tuple(concept.split("/", 1)[1] for concept in concepts) for phrase, concepts in lexicon.phrases.items()}, lexicon.longest)
