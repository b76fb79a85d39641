"""Words to concepts: the labels of a SKOS vocabulary, found in the text of a cell.

The vocabularies carry the words of the sources as ``skos:hiddenLabel`` (``bundesweit``, ``deutschlandweit``, ``Deutschland``, ``national``
for one concept). A label is found where all its words follow one another; of two labels that fit at the same place the longer one counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import attrs

_WORD = re.compile(r"[\w§&€%]+(?:[.'’´-][\w]+)*\.?", re.UNICODE)
_JOINERS = frozenset({"und", "u", "sowie", "bzw", "oder"})


def normal_words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text in comparable form, each with where it begins and ends."""
    found = []
    for match in _WORD.finditer(text):
        word = unicodedata.normalize("NFKC", match[0]).casefold().rstrip(".")
        if word:
            found.append((word, match.start(), match.end()))
    return found


@attrs.frozen
class Found:
    """What a lexicon found in a text."""

    concepts: tuple[str, ...]
    """IRIs in the order of the text, each once."""
    unread: str
    """The words that no label covers, joined by a space; connecting words left out."""


@attrs.frozen
class Lexicon:
    """Labels of concepts, ready to be found in texts."""

    phrases: dict[tuple[str, ...], tuple[str, ...]]
    """Words of a label → IRIs of the concepts that bear it."""
    longest: int

    @classmethod
    def of(cls, labels: Iterable[tuple[str, str]]) -> Lexicon:
        """Build a lexicon from pairs of label and concept IRI."""
        phrases: dict[tuple[str, ...], list[str]] = {}
        for label, concept in sorted(labels):
            key = tuple(word for word, _, _ in normal_words(label))
            if key and concept not in phrases.setdefault(key, []):
                phrases[key].append(concept)
        return cls({key: tuple(found) for key, found in phrases.items()}, max(map(len, phrases), default=0))

    def find(self, text: str) -> Found:
        """Find the concepts that a text names.

        >>> reach = Lexicon.of([("bundesweit", "v:national"), ("regional", "v:regional")])
        >>> reach.find("regional und bundesweit für Städte")
        Found(concepts=('v:regional', 'v:national'), unread='für Städte')
        """
        items = normal_words(text)
        concepts: dict[str, None] = {}
        unread: list[str] = []
        at = 0
        while at < len(items):
            for size in range(min(self.longest, len(items) - at), 0, -1):
                hit = self.phrases.get(tuple(word for word, _, _ in items[at : at + size]))
                if hit:
                    concepts.update(dict.fromkeys(hit))
                    at += size
                    break
            else:
                word, start, end = items[at]
                if word not in _JOINERS:
                    unread.append(text[start:end])
                at += 1
        return Found(tuple(concepts), " ".join(unread))
