"""Participation: every cell of the source names the roles that a person finds in it, and prose stays prose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gremiennetz.readers.lexicon import composed, normal_words
from gremiennetz.vocabulary import Vocabulary

TABLE = "participations.csv"
PROSE = ("1 Sitzung pro Jahr", "2 Sitzungen pro Jahr", "Netzwerk", "bei Bedarf", "eMail & Sitzungen", "i.d.R 1 Dienstreise 2 Personen", "online")


def test_a_cell_is_read_as_a_person_reads_it(vocabulary: Vocabulary, by_hand: list[dict[str, str]]) -> None:
    (row,) = by_hand
    found = vocabulary.lexicon("status", "role").find(row["cell"])
    assert (" ".join(found.concepts), found.unread) == (row["concepts"], row["unread"])


def test_every_cell_of_the_records_is_worked_out_by_hand_or_names_a_person(
    cells: Callable[[str], set[str]], known: set[str], names_person: Callable[[str], bool]
) -> None:
    for cell in cells("participation") - known:
        assert names_person(cell), f"work out by hand what this cell says and add it to tests/readers/participations.csv: {cell}"


def test_a_person_in_a_cell_stays_in_its_text(
    vocabulary: Vocabulary, cells: Callable[[str], set[str]], mentions: list[dict[str, str]], names_person: Callable[[str], bool]
) -> None:
    families = {word for row in mentions for word, _, _ in normal_words(row["family"])}
    named = [(column, cell) for column in ("participation", "status") for cell in cells(column) if names_person(cell)]
    assert len(named) > 20
    for _, cell in named:
        kept = {word for word, _, _ in normal_words(vocabulary.lexicon("status", "role").find(cell).unread)}
        assert {word for word, _, _ in normal_words(composed(cell))} & families <= kept, cell


@pytest.mark.parametrize("cell", PROSE)
def test_what_names_no_role_is_not_forced_into_one(vocabulary: Vocabulary, cell: str) -> None:
    found = vocabulary.lexicon("status", "role").find(cell)
    assert (found.concepts, found.unread) == ((), cell)
