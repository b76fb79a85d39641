"""The ledger: words, placements, and that nothing gets lost, doubled or invented without being told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.ledger import Claim, balance, parse_lines, placements, words
from gremiennetz.places import Root
from gremiennetz.records import check_ledger, read_dataset


def claim(text: str, *lines: int, owner: str = "x") -> Claim:
    return Claim(owner, lines, text, "group")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- AK Grundsatz", ["AK", "Grundsatz"]),
        ("-Fachausschuss (FA)", ["Fachausschuss", "(FA)"]),
        ("* AK IT", ["AK", "IT"]),
        ("Berufsfeuerwehren Bund: - Arbeitskreis", ["Berufsfeuerwehren", "Bund", "Arbeitskreis"]),
        ("Messe Dresden_Aufsichtsrat", ["Messe", "Dresden", "Aufsichtsrat"]),
        ("Rechts-, Verfassungs- und", ["Rechts-", "Verfassungs-", "und"]),
        (" – ", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "numbers"), [("17", [17]), ("23-25", [23, 24, 25]), ("23-25;28", [23, 24, 25, 28]), ("876;876", [876, 876]), ("", [])]
)
def test_parse_lines(text: str, numbers: list[int]) -> None:
    assert parse_lines(text) == numbers


@pytest.mark.parametrize("text", ["a", "3-", "5-3", "0", "1,2", "1-99999", "1;;2", "-4"])
def test_parse_lines_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        parse_lines(text)


def test_every_word_once_closes() -> None:
    result = balance(["Netzwerk Rad dauerhaft", "regional"], [claim("Netzwerk Rad", 1), claim("dauerhaft", 1), claim("regional", 2)])
    assert (result.used, result.total, result.defects) == (4, 4, [])


def test_a_word_nobody_uses() -> None:
    (defect,) = balance(["Netzwerk Rad", "regional"], [claim("Netzwerk Rad", 1)]).defects
    assert defect.lines == (2,)
    assert "regional" in defect.message


def test_a_word_used_twice_names_the_other() -> None:
    (defect,) = balance(["regional"], [claim("regional", 1, owner="first"), claim("regional", 1, owner="second")]).defects
    assert (defect.owner, "first" in defect.message) == ("second", True)


def test_an_invented_word() -> None:
    defects = balance(["Netzwerk Rad"], [claim("Netzwerk Fahrrad", 1)]).defects
    assert "'Fahrrad' does not stand on these lines" in defects[0].message


def test_words_in_another_order_are_no_reading() -> None:
    assert "order" in balance(["Rad Netzwerk"], [claim("Netzwerk Rad", 1)]).defects[0].message


def test_a_gap_inside_a_line_is_no_reading() -> None:
    assert balance(["Netzwerk für Rad"], [claim("Netzwerk Rad", 1)]).defects


def test_a_line_that_does_not_exist() -> None:
    assert "there is no line 7" in balance(["a"], [claim("a", 7)]).defects[0].message


def test_lines_run_in_the_order_of_the_text() -> None:
    result = balance(["Mitglied des", "(Hr. Vertretung", "Köcher)"], [claim("Mitglied des (Hr. Köcher)", 1, 2, 3), claim("Vertretung", 2)])
    assert result.defects == []


def test_glued_words_need_a_split() -> None:
    source = ["sowie technischDienstreisen", "organisatorischen Fragen"]
    wanted = [claim("sowie technisch-organisatorischen Fragen", 1, 2), claim("Dienstreisen", 1)]
    assert balance(source, wanted).defects
    assert balance(source, wanted, {1: ["technisch|Dienstreisen"]}).defects == []


def test_a_split_that_is_not_there() -> None:
    assert "names no word" in balance(["a b"], [claim("a b", 1)], {1: ["c|d"]}).defects[0].message


def test_equal_words_of_one_line_are_shared_out() -> None:
    assert balance(["a a b"], [claim("a", 1), claim("a b", 1)]).defects == []


_word = st.text(alphabet="abcäß(", min_size=1, max_size=4)


@given(st.lists(st.lists(_word, min_size=1, max_size=4), min_size=1, max_size=6), st.data())
def test_a_source_cut_into_cells_always_closes_and_a_missing_cell_is_always_told(rows: list[list[str]], data: st.DataObject) -> None:
    source = [" ".join(row) for row in rows]
    claims = []
    for number, row in enumerate(rows, 1):
        cut = data.draw(st.integers(0, len(row)))
        claims += [claim(" ".join(part), number) for part in (row[:cut], row[cut:]) if part]
    assert balance(source, claims).used == sum(map(len, rows))
    left_out = data.draw(st.integers(0, len(claims) - 1))
    short = balance(source, claims[:left_out] + claims[left_out + 1 :])
    assert short.used == short.total - len(words(claims[left_out].text))
    assert short.defects


@given(st.lists(_word, max_size=6), st.lists(st.integers(-2, 4), max_size=4), st.lists(st.lists(_word, max_size=4), max_size=3))
def test_placements_never_raise_and_hold_the_words(wanted: list[str], lines: list[int], rows: list[list[str]]) -> None:
    for place in placements(wanted, lines, rows):
        assert len(place) >= len(wanted)


def test_the_small_city_closes(small: Root) -> None:
    result, problems = check_ledger(read_dataset(small, "small-2026"))
    assert problems == []
    assert result.used == result.total == 38
    assert result.by_group["amt-b"] == 12


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (",Netzwerk Rad,seit 2020", ",Netzwerk Fahrrad,seit 2020", "'Fahrrad' does not stand on these lines"),
        ("Mitglied,Austausch,", "Mitglied,,", "is empty and has the lines 7"),
        ("8,,\n", "9,,\n", "does not stand on these lines"),
    ],
)
def test_a_defect_names_file_row_column_and_lines(small: Root, before: str, after: str, told: str) -> None:
    path = small.records / "small-2026" / "records.csv"
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), encoding="utf-8")
    message = _check(small.path)
    assert told in message
    assert "records.csv" in message


def _check(root: Path) -> str:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    done = subprocess.run(
        [sys.executable, "-m", "gremiennetz", "check", "--root", str(root)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_real_document_closes(repository: Root) -> None:
    result, problems = check_ledger(read_dataset(repository, "dresden-2026"))
    assert [str(problem) for problem in problems] == []
    assert result.used == result.total
