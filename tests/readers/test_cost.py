"""Cost cells: every cell of the source is read as a person reads it, and no text makes the reader invent, drop or break."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gremiennetz.places import Root
from gremiennetz.readers.cost import CONDITION, QUALIFIERS, CostStatement
from gremiennetz.readers.lexicon import composed, normal_words
from gremiennetz.vocabulary import Vocabulary

TABLE = "costs.csv"
PLAIN = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})*),([0-9]{2})(?: ?Euro)?")
WITH_AMOUNT = {"exact", "about", "at-most", "range"}
FRAGMENTS = (
    *("100,00 Euro", "1.439,90 EUR", "2.000 €", "80,- €", "1 000,00 Euro", "50", "2025", "2025:", "12,345 Euro", "1.5", "0", "100 CHF"),
    *("ca.", "maximal", "max.", "bis zu", "zwischen", "und", "sowie", "bis", "-", "–", "2 x", "1 bis 3 x", "3 mal", "1,2 x", "x"),
    *("Mitgliedsbeitrag", "Reisekosten", "Personalkosten", "Umlage", "Teilnahmegebühren", "privater Beitrag", "i. H. v."),
    *("keine", "n.a.", "laut Satzung", "ggf.", "anfallende", "variabel", "wird selbst getragen", "siehe EBIT", "kostenfrei", "fakultativ:"),
    *("pro Jahr", "alle 2 bis 3 Jahre", "monatlich", "pro Quartal", "je Halbjahr", "25% Anteil", "nach Leipzig"),
    *("(", ")", ",", ";", "+", "/", "'", "§", "\u00ad", "\u00a0", "\n", "u\u0308ber"),
)
# hypothesis asks for what does not change between examples, which a module's constants say and a fixture does not
VOCABULARY = Vocabulary.read(Root(Path(__file__).resolve().parents[2]).shipped("ontology"))
COSTS, EXACTNESS, KINDS = VOCABULARY.costs, set(VOCABULARY.names("exactness")), set(VOCABULARY.names("cost-kind"))
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(FRAGMENTS), max_size=9).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda glue: glue.join(parts))),
)


def test_a_cell_is_read_as_a_person_reads_it(by_hand: list[dict[str, str]]) -> None:
    statements, unread = COSTS.read(by_hand[0]["cell"])
    expected = [
        CostStatement(
            text=row["words"],
            amount=Decimal(row["amount"]) if row["amount"] else None,
            up_to=Decimal(row["up_to"]) if row["up_to"] else None,
            exactness=row["exactness"],
            kinds=tuple(row["kinds"].split()),
            year=int(row["year"]) if row["year"] else None,
            not_yearly=row["not_yearly"] == "yes",
        )
        for row in by_hand
        if row["exactness"]
    ]
    assert statements == expected
    assert unread == by_hand[0]["unread"]


def test_every_cell_of_the_records_is_a_plain_amount_or_worked_out_by_hand(
    cells: Callable[[str], set[str]], known: set[str], names_person: Callable[[str], bool]
) -> None:
    plain = 0
    for cell in cells("cost"):
        amount = PLAIN.fullmatch(cell)
        if amount:
            value = Decimal(f"{amount[1].replace('.', '')}.{amount[2]}")
            assert COSTS.read(cell) == ([CostStatement(cell, value, None, "exact", ("unspecified",))], "")
            plain += 1
        else:
            assert cell in known or names_person(cell), f"work out by hand what this cell says and add it to tests/readers/costs.csv: {cell}"
    assert plain > 50


def test_an_empty_cell_says_nothing() -> None:
    assert COSTS.read("") == ([], "")
    assert COSTS.read(" \n ") == ([], "")


@settings(deadline=None)
@given(text=TEXTS)
def test_no_text_breaks_the_reader_or_loses_a_word(text: str) -> None:
    statements, unread = COSTS.read(text)
    shown = [*(statement.text for statement in statements), unread]
    assert _words(" ".join(shown)) == _words(text)
    assert COSTS.read(text) == (statements, unread)


@settings(deadline=None)
@given(text=TEXTS)
def test_every_amount_is_a_number_of_the_text_or_a_factor_of_the_text_times_one(text: str) -> None:
    numbers = _numbers(text)
    factors = {Decimal(1), *(number for number in numbers if number == int(number) and number < 1000)}
    factors |= {factor * times for word, times in (("quartal", 4), ("halbjahr", 2), ("monat", 12)) if word in text.casefold() for factor in factors}
    allowed = {number * factor for number in numbers for factor in factors}
    for statement in COSTS.read(text)[0]:
        assert {amount for amount in (statement.amount, statement.up_to) if amount is not None} <= allowed
        if statement.amount is not None and statement.up_to is not None:
            assert statement.amount <= statement.up_to


@settings(deadline=None)
@given(text=TEXTS)
def test_a_statement_is_of_one_piece(text: str) -> None:
    for statement in COSTS.read(text)[0]:
        assert statement.text.strip() == statement.text != ""
        assert (statement.amount is not None) == (statement.exactness in WITH_AMOUNT)
        assert statement.exactness in EXACTNESS
        assert set(statement.kinds) <= KINDS
        assert statement.kinds
        assert statement.year is None or str(statement.year) in text


@pytest.mark.parametrize(
    "text", ["ca. " * 25_000, "1€ " * 33_000, ", " * 50_000, "(" * 100_000, "ggf. " * 20_000, "Reisekosten und " * 6_000, "1-" * 50_000]
)
def test_a_cell_of_the_largest_size_is_read_in_moments(text: str) -> None:
    begin = time.perf_counter()
    COSTS.read(text)
    assert time.perf_counter() - begin < 20  # about one second where nothing else runs


def test_a_number_too_large_for_money_is_not_read() -> None:
    cell = "1" + ".000" * 9 + ",00 Euro"
    assert COSTS.read(cell) == ([], cell)


def test_the_concepts_that_the_reader_names_exist() -> None:
    assert {*QUALIFIERS, CONDITION, "exact", "range", "not-stated"} <= EXACTNESS
    assert WITH_AMOUNT < EXACTNESS
    assert "unspecified" in KINDS


def _words(text: str) -> Counter[str]:
    """Count the words, digits and letters apart from punctuation, without the words that only join statements."""
    words = re.findall(r"[^\W_]+", " ".join(word for word, _, _ in normal_words(composed(text))))
    return Counter(word for word in words if word not in {"und", "sowie"})


def _numbers(text: str) -> set[Decimal]:
    tokens = re.findall(r"[0-9]+(?:\.[0-9]{3})*(?:,[0-9]+)?|[0-9]+", text)
    return {Decimal(token.replace(".", "").replace(",", ".")) for token in tokens} | {Decimal(token) for token in re.findall(r"[0-9]+", text)}
