"""Names of persons: every mention of the source is taken apart as the people who copied it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.readers.lexicon import composed
from gremiennetz.readers.person import PersonName, read_person


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Frau Muster", PersonName("Frau", "", "", "Muster")),
        ("Herrn Muster", PersonName("Herrn", "", "", "Muster")),
        ("Hr. Prof. Dr. Max Muster", PersonName("Hr.", "Prof. Dr.", "Max", "Muster")),
        ("(Fr. Eva Muster-Beispiel)", PersonName("Fr.", "", "Eva", "Muster-Beispiel")),
        ("Hr. OA Max Muster", PersonName("Hr.", "OA", "Max", "Muster")),
        ("OA Dr. Max Muster", PersonName("", "OA Dr.", "Max", "Muster")),
        ("Dr. med. Eva Muster", PersonName("", "Dr. med.", "Eva", "Muster")),
        ("Dr.-Ing. Eva von der Muster", PersonName("", "Dr.-Ing.", "Eva", "von der Muster")),
        ("Dipl.-Ing. Eva Maria Muster", PersonName("", "Dipl.-Ing.", "Eva Maria", "Muster")),
        ("Phil Muster", PersonName("", "", "Phil", "Muster")),
        ("M. Muster", PersonName("", "", "M.", "Muster")),
        ("von Muster", PersonName("", "", "", "von Muster")),
        ("Muster/", PersonName("", "", "", "Muster")),
        ("Frau Dr.", PersonName("Frau", "Dr.", "", "")),
        ("", PersonName("", "", "", "")),
    ],
)
def test_a_name_is_taken_apart(text: str, name: PersonName) -> None:
    assert read_person(text) == name


def test_every_mention_of_the_records_is_taken_apart_as_it_was_by_hand(mentions: list[dict[str, str]]) -> None:
    assert len(mentions) > 50
    for row in mentions:
        name = read_person(row["text"])
        assert (name.title, name.given, name.family) == (row["title"], row["given"], row["family"]), row["text"]


@given(
    text=st.text(max_size=60)
    | st.lists(st.sampled_from(["Frau", "Hr.", "Dr.", "med.", "von", "der", "Eva", "Muster", "(", "/"]), max_size=7).map(" ".join)
)
def test_no_text_breaks_the_reader_or_loses_a_word(text: str) -> None:
    name = read_person(text)
    kept = " ".join(part for part in (name.salutation, name.title, name.given, name.family) if part)
    assert sorted(kept.split()) == sorted(composed(text).strip(" ()/;,").split())
    assert read_person(text) == name
