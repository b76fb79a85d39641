"""Names of persons: salutation, title, given and family name.

``Hr. Prof. Dr. Max Muster``, ``Frau Dr. Eva Muster-Beispiel``, ``OA Dr. Max Muster``, ``Frau Muster``.
"""

from __future__ import annotations

import attrs

from gremiennetz.readers.lexicon import composed

_SALUTATIONS = frozenset({"herr", "herrn", "hr", "frau", "fr"})
_TITLES = frozenset({"dr", "prof", "pd", "oa"})
_FACULTIES = frozenset({"med.", "dent.", "vet.", "jur.", "iur.", "phil.", "rer.", "nat.", "oec.", "pol.", "habil.", "h.c.", "mult."})
_DEGREES = ("dipl.-", "dipl-", "dr.-")
_PARTICLES = frozenset({"von", "van", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "di", "da", "la", "le"})


@attrs.frozen
class PersonName:
    """A name as the source writes it, taken apart; ``given`` is empty where the source gives none."""

    salutation: str
    title: str
    given: str
    family: str


def read_person(text: str) -> PersonName:
    """Take the name of a person apart.

    >>> read_person("Hr. Prof. Dr. Max Muster")
    PersonName(salutation='Hr.', title='Prof. Dr.', given='Max', family='Muster')
    >>> read_person("Frau Muster")
    PersonName(salutation='Frau', title='', given='', family='Muster')
    >>> read_person("Dr.-Ing. Eva von der Muster")
    PersonName(salutation='', title='Dr.-Ing.', given='Eva', family='von der Muster')
    """
    words = composed(text).strip(" ()/;,").split()
    salutation, titles = "", []
    while words and (_is_salutation(words[0]) or _is_title(words[0])):
        word = words.pop(0)
        if _is_salutation(word) and not salutation:
            salutation = word
        else:
            titles.append(word)
    family = max(len(words) - 1, 0)
    while family and words[family - 1].casefold() in _PARTICLES:
        family -= 1
    return PersonName(salutation, " ".join(titles), " ".join(words[:family]), " ".join(words[family:]))


def _is_salutation(word: str) -> bool:
    return word.casefold().rstrip(".") in _SALUTATIONS


def _is_title(word: str) -> bool:
    key = word.casefold()
    return key.rstrip(".") in _TITLES or key in _FACULTIES or key.startswith(_DEGREES)
