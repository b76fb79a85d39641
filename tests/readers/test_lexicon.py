"""Words to concepts: the longest label counts, a denied one does not, and what no label covers stays text."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gremiennetz.readers.lexicon import Lexicon, composed, normal_words

LABELS = {
    "Mitglied": "role/member",
    "stellv. Mitglied": "role/deputy",
    "Mitglied des Vorstands": "role/board",
    "aktuell": "status/current",
    "aktuell nicht aktiv": "status/dormant",
    "dauerhaft": "status/permanent",
    "jährlich": "status/yearly",
    "Mitarbeiter/-innen": "role/staff",
    "e. V.": "form/ev",
}
LEXICON = Lexicon.of(LABELS.items())
JOINERS = {"und", "u", "sowie", "bzw", "oder", "&"}
WORDS = (
    "Mitglied",
    "stellv.",
    "des",
    "Vorstands",
    "AKTUELL",
    "nicht",
    "aktiv",
    "dauerhaft",
    "jährlich",
    "2x",
    "und",
    "sowie",
    "(",
    ")",
    '"',
    "/",
    ",",
    "e.",
    "V.",
    "xy",
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=10).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda glue: glue.join(parts))),
)


@pytest.mark.parametrize(
    ("text", "concepts", "unread"),
    [
        ("Mitglied/dauerhaft", ("role/member", "status/permanent"), ""),
        ("MITGLIED  ,dauerhaft", ("role/member", "status/permanent"), ""),
        ("Mitglied des Vorstands", ("role/board",), ""),
        ("Mitglied des Beirats", ("role/member",), "des Beirats"),
        ("aktuell nicht aktiv", ("status/dormant",), ""),
        ("aktuell nicht dauerhaft", ("status/current",), "nicht dauerhaft"),
        ("kein Mitglied", (), "kein Mitglied"),
        ("2x jährlich", (), "2x jährlich"),
        ("2 mal jährlich", (), "2 mal jährlich"),
        ("Mitglied jährlich", ("role/member", "status/yearly"), ""),
        ("Mitglied und Mitglied", ("role/member",), ""),
        ("Mitarbeiter/-innen (Forum) und Gäste", ("role/staff",), "Forum) und Gäste"),
        ("vor allem Mitglied, dann (siehe B und C) dauerhaft oder", ("role/member", "status/permanent"), "vor allem … dann (siehe B und C)"),
        ('im Projekt "Rad"', (), 'im Projekt "Rad"'),
        ("Verein e.V. / e. V.", ("form/ev",), "Verein e.V."),
        ("ja\u0308hrlich", ("status/yearly",), ""),
        ("Mit\u00adglied\u00a0dauerhaft", ("role/member", "status/permanent"), ""),
        ("", (), ""),
        ("und / , ()", (), ""),
    ],
)
def test_what_is_found(text: str, concepts: tuple[str, ...], unread: str) -> None:
    found = LEXICON.find(text)
    assert (found.concepts, found.unread) == (concepts, unread)


def test_a_denied_label_is_found_where_the_reader_asks_for_it() -> None:
    assert LEXICON.find("kein Mitglied", anywhere=True).concepts == ("role/member",)


def test_a_label_of_two_concepts_names_both() -> None:
    assert Lexicon.of([("Land", "b"), ("Land", "a"), ("Land", "a")]).find("Land").concepts == ("a", "b")


def test_an_empty_lexicon_reads_nothing() -> None:
    empty = Lexicon.of([("–", "v:dash")])
    assert empty.longest == 0
    assert empty.find("Mitglied –").unread == "Mitglied"


def test_the_labels_of_a_concept_come_longest_first() -> None:
    assert LEXICON.labels("role/member", "role/board", "role/deputy") == [("mitglied", "des", "vorstands"), ("stellv", "mitglied"), ("mitglied",)]


@settings(deadline=None)
@given(text=TEXTS)
def test_every_word_is_either_found_or_unread(text: str) -> None:
    text = composed(text)
    found, matches = LEXICON.find(text), list(LEXICON.matches(text))
    covered = Counter(word for match in matches for word in words(text[match.start : match.end]))
    left = Counter(words(text)) - covered - Counter(words(found.unread))
    assert set(left) <= JOINERS
    assert not (covered + Counter(words(found.unread))) - Counter(words(text))
    assert LEXICON.find(text) == found


@settings(deadline=None)
@given(text=TEXTS)
def test_the_concepts_are_those_of_the_labels_found(text: str) -> None:
    text = composed(text)
    matches = list(LEXICON.matches(text))
    assert list(LEXICON.find(text).concepts) == list(dict.fromkeys(concept for match in matches for concept in match.concepts))
    assert all(one.end <= other.start for one, other in pairwise(matches))


def words(text: str) -> list[str]:
    return [part for word, _, _ in normal_words(text) for part in re.findall(r"[^\W_]+|[&§€%_]", word)]
