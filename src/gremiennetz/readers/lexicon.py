"""Words to concepts: the labels of a SKOS vocabulary, found in the text of a cell.

The vocabularies carry the words of the sources as ``skos:hiddenLabel`` (``bundesweit``, ``deutschlandweit``, ``Deutschland``, ``national``
for one concept). A label is found where all its words follow one another, punctuation and capitals aside; of the labels that fit at one
place the longest counts. A label behind a negation (``nicht dauerhaft``) or a frequency (``2x jährlich``) does not say what it says alone, so it
is not found: only a label that carries the words before it can tell what they mean together (``nicht aktiv``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import attrs

_WORD = re.compile(r"[\w§&€%]+(?:[.'’´-]\w+)*\.?")
_JOINERS = frozenset({"und", "u", "sowie", "bzw", "oder", "&"})
_NEGATIONS = frozenset({"nicht", "kein", "keine", "keinen", "keiner", "ohne", "weder"})
_FREQUENCY = re.compile(r"[0-9]*x|[0-9]*mal")
_SOFT_HYPHEN = "\u00ad"

Word = tuple[str, int, int]


def composed(text: str) -> str:
    """Return a text with composed letters, without soft hyphens, and with single spaces.

    Text taken from a PDF often carries ``ü`` as two characters; a word would end between them.
    """
    return " ".join(unicodedata.normalize("NFC", text.replace(_SOFT_HYPHEN, "")).split())


def normal_words(text: str) -> list[Word]:
    """Return the words of a text in comparable form, each with where it begins and ends."""
    found = []
    for match in _WORD.finditer(text):
        word = unicodedata.normalize("NFKC", match[0]).casefold().rstrip(".")
        if word:
            found.append((word, match.start(), match.end()))
    return found


@attrs.frozen
class Match:
    """A label found in a text, from character ``start`` to ``end``."""

    start: int
    end: int
    concepts: tuple[str, ...]


@attrs.frozen
class Found:
    """What a lexicon found in a text."""

    concepts: tuple[str, ...]
    """In the order of the text, each once."""
    unread: str
    """What no label covers, verbatim; passages are set apart by ``…``, connecting words at their ends are left out."""


@attrs.frozen
class Lexicon:
    """Labels of concepts, ready to be found in texts."""

    phrases: dict[tuple[str, ...], tuple[str, ...]]
    """Words of a label → the concepts that bear it."""
    longest: int

    @classmethod
    def of(cls, labels: Iterable[tuple[str, str]]) -> Lexicon:
        """Build a lexicon from pairs of label and concept."""
        phrases: dict[tuple[str, ...], list[str]] = {}
        for label, concept in sorted(labels):
            key = tuple(word for word, _, _ in normal_words(composed(label)))
            if key and concept not in phrases.setdefault(key, []):
                phrases[key].append(concept)
        return cls({key: tuple(found) for key, found in phrases.items()}, max(map(len, phrases), default=0))

    def labels(self, *concepts: str) -> list[tuple[str, ...]]:
        """Return the words of all labels of some concepts, the longest first."""
        return sorted((words for words, found in self.phrases.items() if set(found) & set(concepts)), key=lambda words: (-len(words), words))

    def matches(self, text: str, *, anywhere: bool = False) -> Iterator[Match]:
        """Yield the labels that a text holds, in its order; with ``anywhere`` also those behind a negation or frequency."""
        yield from self._scan(normal_words(text), anywhere=anywhere)

    def find(self, text: str, *, anywhere: bool = False) -> Found:
        """Find the concepts that a text names.

        >>> reach = Lexicon.of([("bundesweit", "v:national"), ("regional", "v:regional")])
        >>> reach.find("regional und bundesweit für Städte")
        Found(concepts=('v:regional', 'v:national'), unread='für Städte')
        >>> reach.find("nicht bundesweit")
        Found(concepts=(), unread='nicht bundesweit')
        """
        text = composed(text)
        words = normal_words(text)
        matches = list(self._scan(words, anywhere=anywhere))
        concepts = dict.fromkeys(concept for match in matches for concept in match.concepts)
        edges = [0, *(edge for match in matches for edge in (match.start, match.end)), len(text)]
        gaps = list(zip(edges[::2], edges[1::2], strict=True))
        return Found(tuple(concepts), " … ".join(_passages(text, words, gaps)))

    def _scan(self, words: list[Word], *, anywhere: bool) -> Iterator[Match]:
        at = 0
        while at < len(words):
            size, concepts = self._longest_at(words, at)
            if concepts and not (at and not anywhere and _changes_meaning(words[at - 1][0])):
                yield Match(words[at][1], words[at + size - 1][2], concepts)
            at += size

    def _longest_at(self, words: list[Word], at: int) -> tuple[int, tuple[str, ...]]:
        for size in range(min(self.longest, len(words) - at), 0, -1):
            concepts = self.phrases.get(tuple(word for word, _, _ in words[at : at + size]))
            if concepts:
                return size, concepts
        return 1, ()


def _changes_meaning(word: str) -> bool:
    return word in _NEGATIONS or bool(_FREQUENCY.fullmatch(word))


def _passages(text: str, words: list[Word], gaps: list[tuple[int, int]]) -> Iterator[str]:
    """Yield what stands in each gap, from its first to its last word that is no connecting word."""
    at = 0
    for low, high in gaps:
        inside: list[Word] = []
        while at < len(words) and words[at][1] < high:
            if words[at][1] >= low:
                inside.append(words[at])
            at += 1
        telling = [word for word in inside if word[0] not in _JOINERS]
        if telling:
            yield _closed(text, telling[0][1], telling[-1][2])


def _closed(text: str, start: int, end: int) -> str:
    """Return a passage together with the bracket or quotation mark that closes one opened in it."""
    passage, after = text[start:end], text[end : end + 1]
    open_bracket = after == ")" and passage.count("(") > passage.count(")")
    open_quote = after == '"' and passage.count('"') % 2 == 1
    return passage + after if open_bracket or open_quote else passage
