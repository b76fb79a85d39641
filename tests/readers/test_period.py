"""Status cells: state, role and period as a person reads them; dates are never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gremiennetz.readers.lexicon import composed
from gremiennetz.readers.period import Period, read_period, read_phase
from gremiennetz.vocabulary import Vocabulary

TABLE = "statuses.csv"
FRAGMENTS = (
    *("seit", "ab", "bis", "von", "vom", "zum", "Ende", "Anfang", "letztmalig", "zuletzt am", "Projektphase", "-", "–", "alle", "voraussichtlich"),
    *("2025", "1991", "01.07.2025", "31.02.2025", "1. 1. 2020", "2026/2027", "20255", "3 Jahre", "12 Jahre", "Jahren", "29.02.2024", "00.00.2000"),
    *("dauerhaft", "Mitglied", ",", "/", "(", "\u00a0", "\n"),
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda glue: glue.join(parts))),
)


def test_a_cell_is_read_as_a_person_reads_it(vocabulary: Vocabulary, by_hand: list[dict[str, str]]) -> None:
    (row,) = by_hand
    lexicon = vocabulary.lexicon("status", "role")
    period, rest = read_period(row["cell"])
    assert " ".join(lexicon.find(row["cell"]).concepts) == row["concepts"]
    assert period == Period(row["start"] or None, row["end"] or None, int(row["years"]) if row["years"] else None)
    assert lexicon.find(rest).unread == row["unread"]


def test_every_cell_of_the_records_is_worked_out_by_hand_or_names_a_person(
    cells: Callable[[str], set[str]], known: set[str], names_person: Callable[[str], bool]
) -> None:
    for cell in cells("status") - known:
        assert names_person(cell), f"work out by hand what this cell says and add it to tests/readers/statuses.csv: {cell}"


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("Vergleichsring GK 1 – 2, Projektphase 2026 bis 2027", Period("2026", "2027")),
        ("Gutachten 2009, Projektphase 2021 bis Ende 2026", Period("2021", "2026")),
        ("AG zum Aktionsplan Integration 2022 bis 2026", Period()),
        ("Vorbereitungsnetzwerk 200 Jahre TU", Period()),
        ("Projektphase 31.02.2025 bis 2026", Period()),
        ("", Period()),
    ],
)
def test_only_a_phase_in_a_name_is_a_period(name: str, period: Period) -> None:
    assert read_phase(name) == period


def test_a_period_is_true_when_it_says_anything() -> None:
    assert not Period()
    assert Period(start="2025")
    assert Period(end="2025")
    assert Period(years=3)


@settings(deadline=None)
@given(text=TEXTS)
def test_no_text_breaks_the_reader_or_loses_a_number(text: str) -> None:
    period, rest = read_period(text)
    said = [value for value in (period.start, period.end) if value]
    digits = [*numbers(rest), *(str(period.years) if period.years else "").split(), *(part for value in said for part in value.split("-"))]
    assert Counter(map(plain, digits)) == Counter(map(plain, numbers(composed(text))))
    assert read_period(text) == (period, rest)


@settings(deadline=None)
@given(text=TEXTS)
def test_every_date_is_in_the_calendar_and_in_the_text(text: str) -> None:
    period, _ = read_period(text)
    for value in (period.start, period.end):
        if value and len(value) > 4:
            day = dt.date.fromisoformat(value)
            assert {plain(str(day.year)), plain(str(day.month)), plain(str(day.day))} <= {plain(number) for number in numbers(composed(text))}
        elif value:
            assert re.fullmatch(r"(?:19|20)[0-9]{2}", value)
            assert value in text
    for phase in (read_phase(text), read_phase(f"Projektphase {text}")):
        assert phase.years is None


def numbers(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


def plain(number: str) -> str:
    return number.lstrip("0") or "0"
