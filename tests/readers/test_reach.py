"""Reach: every cell of the source names the levels that a person finds in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gremiennetz.vocabulary import Vocabulary

TABLE = "reaches.csv"


def test_a_cell_is_read_as_a_person_reads_it(vocabulary: Vocabulary, by_hand: list[dict[str, str]]) -> None:
    (row,) = by_hand
    found = vocabulary.lexicon("reach").find(row["cell"])
    assert (" ".join(found.concepts), found.unread) == (row["concepts"], row["unread"])


def test_every_cell_of_the_records_is_worked_out_by_hand(cells: Callable[[str], set[str]], known: set[str]) -> None:
    assert cells("reach") <= known, "work out by hand what these cells say and add them to tests/readers/reaches.csv"


@pytest.mark.parametrize("word", ["bundesweit", "deutschlandweit", "Deutschland", "national", "Bund", "Bundesebene"])
def test_the_words_for_one_reach_are_one_concept(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.lexicon("reach").find(word).concepts == ("reach/national",)
