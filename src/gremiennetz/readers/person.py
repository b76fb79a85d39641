"""Names of persons: salutation, title, given and family name.

``Hr. Prof. Dr. Burkhard Jabs``, ``Frau Dr. Maren Rottmann-Wolf``, ``OA Dr. Holger Palisch``, ``Frau Starke``.
"""

from __future__ import annotations

import re

import attrs

_SALUTATIONS = frozenset({"herr", "herrn", "hr", "frau", "fr"})
_TITLES = frozenset({"dr", "prof", "oa", "med", "dipl-ing"})


@attrs.frozen
class PersonName:
    """A name as the source writes it, taken apart; ``given`` is empty where the source gives none."""

    salutation: str
    title: str
    given: str
    family: str


def read_person(text: str) -> PersonName:
    """Take the name of a person apart.

    >>> read_person("Hr. Prof. Dr. Burkhard Jabs")
    PersonName(salutation='Hr.', title='Prof. Dr.', given='Burkhard', family='Jabs')
    >>> read_person("Frau Starke")
    PersonName(salutation='Frau', title='', given='', family='Starke')
    """
    words = [word for word in re.split(r"\s+", text.strip(" ()/;,")) if word]
    salutation, titles = "", []
    while words and (key := words[0].casefold().rstrip(".")) in _SALUTATIONS | _TITLES:
        word = words.pop(0)
        if key in _SALUTATIONS and not salutation:
            salutation = word
        else:
            titles.append(word)
    return PersonName(salutation, " ".join(titles), " ".join(words[:-1]), words[-1] if words else "")
