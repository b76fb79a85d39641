"""Notice: every phrase of the table is read as people read it; anything else gives values that the graph can hold, or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.places import Root
from gremiennetz.readers.notice import Notice, read_notice
from gremiennetz.vocabulary import Vocabulary

TABLE = "notices.csv"


def test_read_as_by_hand(by_hand: list[dict[str, str]]) -> None:
    (row,) = by_hand
    assert read_notice(row["cell"]) == Notice(row["period"], row["by"], row["to"])


@pytest.mark.parametrize("changed", [str.upper, str.lower, "  {}\n".format, "{}.".format])
@pytest.mark.parametrize("text", ["3 Monate zum Jahresende", "ohne Frist", "vier Wochen zum Quartalsende", "bis 30. September"])
def test_capitals_and_spaces_do_not_matter(text: str, changed: object) -> None:
    assert callable(changed)
    assert read_notice(changed(text)) == read_notice(text)


def test_every_end_is_a_concept(repository: Root) -> None:
    known = set(Vocabulary.read(repository.shipped("ontology")).names("notice-to"))
    table = (repository.path / "tests" / "readers" / TABLE).read_text(encoding="utf-8")
    used = {line.rpartition(",")[2] for line in table.splitlines()[1:]} - {""}
    assert used == known


PARTS = ["3", "12", "999", "Monate", "Jahre", "Wochen", "zum", "Ende", "des", "Jahresende", "bis", "30.06.", "31.2.", "Frist", "ohne", "von", "vier"]
WORDS = st.lists(st.sampled_from([*PARTS, "Quartal,", "jährlich", "(mit)", "alle", "seit"]), max_size=8)


@given(st.one_of(st.text(max_size=60), WORDS.map(" ".join)))
def test_any_text_gives_values_of_the_right_form(text: str) -> None:
    notice = read_notice(text)
    assert re.fullmatch(r"(P(?=\d)(\d+Y)?(\d+M)?(\d+D)?)?", notice.period)
    assert re.fullmatch(r"(--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?", notice.by)
    assert bool(notice) == (notice != Notice())


def test_a_long_cell_is_read_in_no_time() -> None:
    assert read_notice("zum Ende der " * 8_000 + "3 Monate").period == "P3M"
    assert not read_notice("alle 3 Jahre, " * 7_000)
    assert read_notice("bis " * 20_000 + "30.06.").by == "--06-30"
