"""Answers of the queries on the set dresden-2026, against answers worked out by hand from its document (tests/answers/README.md says how)."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from gremiennetz.graph import store
from gremiennetz.places import Root
from gremiennetz.query import Library, Native, StoreEngine, answer

REPOSITORY = Path(__file__).resolve().parents[1]
ANSWERS = REPOSITORY / "tests" / "answers"
LIBRARY = Library(REPOSITORY / "queries")
Row = dict[str, Native]
GB2 = "Geschäftsbereich Bildung, Jugend und Sport"


def by_hand(name: str) -> list[dict[str, str]]:
    with (ANSWERS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def source() -> list[str]:
    return (REPOSITORY / "data" / "source" / "af1078-26.txt").read_text(encoding="utf-8").split("\n")


@cache
def engine() -> StoreEngine:
    return StoreEngine(store.in_memory(Root(REPOSITORY), sets=["dresden-2026"]))


def ask(query: str, **values: str) -> list[Row]:
    return answer(LIBRARY.get(query), values, LIBRARY, engine()).to_dicts()


def numbers(lines: Native) -> set[int]:
    """Return the line numbers of ``23-25;28``."""
    found: set[int] = set()
    for part in str(lines).split(";"):
        low, _, high = part.partition("-")
        found.update(range(int(low), int(high or low) + 1))
    return found


@cache
def name_lines() -> dict[str, set[int]]:
    """Return record → lines of the cell that names its body."""
    table = engine().run("SELECT ?record ?lines { ?source a gn:Record ; dct:identifier ?record ; gn:linesName ?lines }")
    return {str(row["record"]): numbers(row["lines"]) for row in table.to_dicts()}


def record_at(line: str, records: set[str]) -> str:
    """Return the record, out of some, whose body is named on a line."""
    (found,) = (record for record in records if int(line) in name_lines()[record])
    return found


@pytest.mark.parametrize("path", sorted(ANSWERS.glob("*.csv")), ids=lambda path: path.stem)
def test_the_words_stand_where_the_answer_says(path: Path) -> None:
    for row in by_hand(path.stem):
        for line, text in (("line", "text"), ("other_line", "other_text"), ("name_line", "name_text")):
            if line in row:
                assert row[text] in source()[int(row[line]) - 1], row


def test_cost_of_a_division_added_up_by_hand() -> None:
    expected = by_hand("cost-gb2")
    statements = [row for row in ask("report/costs") if row["division_label"] == GB2]
    found: dict[str, tuple[str, Native, set[int]]] = {
        str(row["cost"]): (str(row["exactness"]).rsplit("/", 1)[-1], row["amount"], numbers(row["lines"])) for row in statements
    }
    left = list(found.values())
    for row in expected:
        amount = Decimal(row["amount"]) if row["amount"] else None
        matches = [item for item in left if item[0] == row["exactness"] and item[1] == amount and int(row["line"]) in item[2]]
        assert matches, row
        left.remove(matches[0])
    assert left == []
    (total,) = (row for row in ask("cost/by-division") if row["division"] == GB2)
    assert total["exact"] == sum(Decimal(row["amount"]) for row in expected if row["exactness"] == "exact") == Decimal("12577.65")
    assert total["about"] == sum(Decimal(row["amount"]) for row in expected if row["exactness"] == "about") == 36000
    reasons = Counter(row["exactness"] for row in expected)
    assert (total["none"], total["no_amount"], total["not_filled"]) == (reasons["none"], reasons["not-stated"] + reasons["variable"], 0)


def test_all_participations_under_one_umbrella() -> None:
    expected = {(int(row["line"]), row["unit"]) for row in by_hand("umbrella-kgst")}
    rows = ask("umbrella/participations", umbrella="KGSt")
    found = {(min(name_lines()[str(row["record"])]), row["unit_label"]) for row in rows}
    assert found == expected
    assert len(rows) == len(expected)


@pytest.mark.parametrize(("unit", "other"), sorted({(row["unit"], row["other"]) for row in by_hand("shared-by-pair")}))
def test_what_two_units_share(unit: str, other: str) -> None:
    expected = [row for row in by_hand("shared-by-pair") if (row["unit"], row["other"]) == (unit, other)]
    rows = ask("overlap/between", unit=unit, other=other)
    found = []
    for row in rows:
        records = {part.split(" ")[0] for part in str(row["records"]).split("; ")}
        others = {part.split(" ")[0] for part in str(row["other_records"]).split("; ")}
        found.append((records, others, row["firm"]))
    assert len(found) == len(expected)
    for wanted in expected:
        assert any(
            any(int(wanted["line"]) in name_lines()[record] for record in records)
            and any(int(wanted["other_line"]) in name_lines()[record] for record in others)
            and firm is (wanted["firm"] == "true")
            for records, others, firm in found
        ), wanted


def test_the_reservation_of_a_shared_body_names_the_cell_that_decides() -> None:
    """The list under the heading of Amt 33 also holds rows of other offices: the unit of its row for the vfdb is not settled."""
    (row,) = ask("overlap/between", unit="Amt 37", other="Amt 33")
    (wanted,) = (row for row in by_hand("shared-by-pair") if row["firm"] == "false")
    record = record_at(wanted["other_line"], {str(row["other_records"]).split(" ")[0]})
    assert row["deciding"] == f"{record}: Einheit"


def test_bodies_that_a_unit_shares_with_any_other() -> None:
    expected = by_hand("shared-of-unit")
    unit = expected[0]["unit"]
    portrait = {str(row["record"]): row["body_label"] for row in ask("portrait/unit", unit=unit)}
    assert len(portrait) == len(expected)
    shared = {row["label"]: set(str(row["unit_labels"]).split(" | ")) - {unit} for row in ask("overlap/shared-bodies")}
    for row in expected:
        body = portrait[record_at(row["line"], set(portrait))]
        assert shared.get(body, set()) == {name for name in row["others"].split(" | ") if name}, row


@pytest.mark.parametrize("unit", ["GB 2", "GB 7"])
def test_who_sits_where(unit: str) -> None:
    expected = [row for row in by_hand("seats") if row["unit"] == unit]
    rows = ask("people/seats", unit=unit)
    assert len(rows) == len(expected)
    for wanted in expected:
        assert any(
            wanted["text"] in str(row["name"])
            and int(wanted["line"]) in numbers(row["lines"])
            and int(wanted["name_line"]) in name_lines()[str(row["record"])]
            for row in rows
        ), wanted


def test_uncertain_cells_with_their_lines() -> None:
    rows = ask("quality/uncertain-cells", division="GB 2", column="Kosten pro Jahr")
    found = sorted(line for row in rows for line in numbers(row["lines"]))
    assert found == [int(row["line"]) for row in by_hand("uncertain-cost-gb2")]
    assert all(row["note"] for row in rows)
