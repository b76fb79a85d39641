"""The report: totals that hide nothing, reasons that can be followed, and two forms that open and are inert."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import InputError
from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine
from gremiennetz.records import RECORD_COLUMNS
from gremiennetz.register import ALIAS_COLUMNS, BODY_COLUMNS, DECISION_COLUMNS
from gremiennetz.report.charts import BAR_WIDTH, cost_bars, matrix
from gremiennetz.report.data import ReportData, gather
from gremiennetz.report.review import Settings, read_settings, review
from gremiennetz.report.write import write

HOSTILE = "<img src=x onerror=alert(1)>\"'</script>"
EMPTY = dict.fromkeys(RECORD_COLUMNS, "")
ROWS = [
    {
        "record": "amt-a-01",
        "unit": "amt-a",
        "name": "Verband",
        "cost": "1.000,00 Euro Mitgliedsbeitrag",
        "status": "dauerhaft",
        "purpose": "Austausch",
    },
    {"record": "amt-a-02", "unit": "amt-a", "name": "Ausschuss", "cost": "ca. 50,00 Euro Reisekosten", "status": "befristet bis Ende 2025"},
    {"record": "amt-a-03", "unit": "amt-a", "name": "=1+1", "cost": "50,00 - 100,00 Euro", "status": "aktuell nicht aktiv", "purpose": HOSTILE},
    {"record": "amt-b-01", "unit": "amt-b", "name": "Verband", "cost": "maximal 300,00 Euro", "status": "dauerhaft", "purpose": "Austausch"},
    {"record": "amt-b-02", "unit": "amt-b", "name": "Ausschuss", "cost": "keine", "purpose": "x", "uncertain": "unit", "note": "offen"},
    {"record": "amt-b-03", "unit": "amt-b", "name": HOSTILE, "cost": "n.a.", "purpose": "x"},
    {"record": "amt-b-04", "unit": "amt-b", "name": "Runde", "purpose": "x", "participation": "Mitglied (Fr. Ada Beispiel)"},
]
BODIES = [
    ["verband", "Verband", "V", "umbrella-association", "", "", "", "", ""],
    ["ausschuss", "Ausschuss", "", "committee", "", "verband", "", "", ""],
    ["formel", "=1+1", "", "network", "", "", "", "", ""],
    ["boese", HOSTILE, "", "network", "", "", "", "", ""],
    ["runde", "Runde", "", "network", "", "", "", "", ""],
]
DECIDED = {
    "amt-a-01": "verband",
    "amt-a-02": "ausschuss",
    "amt-a-03": "boese",
    "amt-b-01": "verband",
    "amt-b-02": "ausschuss",
    "amt-b-03": "formel",
    "amt-b-04": "runde",
}


@pytest.fixture
def town(small: Root) -> Root:
    """A city whose list holds every kind of cost, an overlap of each kind, and hostile words."""
    source, rows = [], []
    for row in ROWS:
        full = {**EMPTY, **row}
        for column in ("name", "status", "participation", "purpose", "cost"):
            if full[column]:
                source.append(full[column])
                full[f"lines_{column}"] = str(len(source))
        rows.append([full[column] for column in RECORD_COLUMNS])
    named = source.index("Mitglied (Fr. Ada Beispiel)") + 1
    folder = small.records / "small-2026"
    write_text(folder / "records.csv", table_text(RECORD_COLUMNS, rows))
    write_text(folder / "units.csv", (folder / "units.csv").read_text(encoding="utf-8").replace(",,2,", ",,1,").replace(",,11,", ",,1,"))
    write_text(folder / "ledger.csv", "lines,kind,text,reason\n")
    persons = (folder / "persons.csv").read_text(encoding="utf-8")
    write_text(folder / "persons.csv", persons.replace("amt-a-02", "amt-b-04").replace("amt-a,10", f"amt-b,{named}"))
    write_text(small.source / "list.txt", "\n".join(source) + "\n")
    write_text(small.register / "bodies.csv", table_text(BODY_COLUMNS, BODIES))
    write_text(small.register / "aliases.csv", table_text(ALIAS_COLUMNS, []))
    decisions = [[record, body, "same", "Name", "Projektteam", "2026-11-22", ""] for record, body in DECIDED.items()]
    write_text(small.register / "decisions" / "small-2026.csv", table_text(DECISION_COLUMNS, decisions))
    files.write(small)
    return small


def data_of(root: Root, *, people: bool = True) -> ReportData:
    return gather(Library(root.shipped("queries")), StoreEngine(store.in_memory(root, people=people)))


def test_amounts_are_kept_apart_by_exactness(town: Root) -> None:
    overall = data_of(town).totals[-1]
    assert dict(overall.amounts) == {"exact": Decimal(1000), "about": Decimal(50), "at-most": Decimal(300), "range": Decimal(50)}
    assert (overall.range_to, overall.none, overall.no_amount, overall.empty) == (Decimal(100), 1, 1, 1)


def test_overlaps_say_whether_they_are_firm_and_what_decides(town: Root) -> None:
    data = data_of(town)
    assert [(item.label, item.units, item.firm, item.deciding) for item in data.shared_bodies] == [
        ("Ausschuss", ("Amt A", "Amt B"), False, ("amt-b-02: Einheit",)),
        ("Verband", ("Amt A", "Amt B"), True, ()),
    ]
    (umbrella,) = data.shared_umbrellas
    assert (umbrella.label, umbrella.bodies, umbrella.depth, umbrella.firm) == ("Verband", 2, 1, True)
    (pair,) = data.pairs
    assert (pair.bodies, pair.firm, pair.umbrellas, pair.jaccard, pair.coefficient) == (2, 1, 1, Decimal("0.4"), Decimal("0.667"))
    assert data.tree == ("Verband", (("Verband", 0, ("Amt A", "Amt B")), ("Ausschuss", 1, ("Amt A", "Amt B"))))


def test_who_pays_twice(town: Root) -> None:
    body, umbrella = sorted(data_of(town).double_payments, key=lambda item: item.scope, reverse=True)
    assert (body.scope, body.label, body.payments) == (
        "Gremium",
        "Verband",
        ("Amt A: 1.000,00 Euro (Mitgliedsbeitrag)", "Amt B: höchstens 300,00 Euro (ohne Angabe der Art)"),
    )
    assert umbrella.scope == "Dachverband"
    assert len(umbrella.payments) == 3


def test_the_review_list_gives_every_reason(town: Root) -> None:
    found = {item.participation.record: {name for name, _ in item.reasons} for item in review(data_of(town), Settings())}
    assert found["amt-a-01"] == {"paid_twice"}
    assert found["amt-a-02"] == {"expired", "umbrella_is_member", "no_benefit"}
    assert found["amt-a-03"] == {"dormant"}
    assert "amt-b-04" not in found


def test_weights_can_be_set_and_switched_off(town: Root) -> None:
    chosen = read_settings({"review": {"weights": {"dormant": 9, "no_benefit": 0}, "costly_factor": 2}}, "dataset.toml")
    items = review(data_of(town), chosen)
    assert (items[0].participation.record, items[0].weight) == ("amt-a-03", 9)
    assert all(name != "no_benefit" for item in items for name, _ in item.reasons)


def test_bad_settings_are_told_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_settings({"review": {"weights": {"boring": 1, "dormant": -1}, "costly_factor": 0.5}}, "dataset.toml")
    assert [problem.column for problem in caught.value.problems] == ["review.weights.boring", "review.weights.dormant", "review.costly_factor"]


def test_the_longest_bar_fills_the_chart_and_parts_do_not_overlap(town: Root) -> None:
    bars = cost_bars(data_of(town).totals)
    assert bars[0].segments[-1].x + bars[0].segments[-1].width == pytest.approx(BAR_WIDTH, abs=0.1)
    for bar in bars:
        for left, right in zip(bar.segments, bar.segments[1:], strict=False):
            assert right.x == pytest.approx(left.x + left.width, abs=0.02)


def test_the_matrix_is_symmetric(town: Root) -> None:
    made = matrix(data_of(town).pairs)
    assert {(cell.x, cell.y) for cell in made.squares} == {(cell.y, cell.x) for cell in made.squares}
    assert [cell.bodies for cell in made.squares] == [2, 2]


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_both_forms_open_and_hostile_words_stay_words(town: Root, profile: str) -> None:
    page, book = write(town, StoreEngine(store.in_memory(town, people=profile == "internal")), town.build, profile)
    html = page.read_text(encoding="utf-8")
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert not re.search(r"(?:src|href)=\"(?!#)", html), "nothing is loaded from anywhere"
    assert ("Beispiel" in html) is (profile == "internal") or "Ada" not in html
    sheets = openpyxl.load_workbook(io.BytesIO(book.read_bytes()))
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == "=1+1" for cell in cells)
    costs = sheets["Kosten"]
    assert [cell.value for cell in costs[costs.max_row]][:5] == ["alle", 1000, 50, 300, 50]
    assert all(sheet.freeze_panes == "B2" and sheet.auto_filter.ref for sheet in sheets)
    assert ("Personen" in sheets.sheetnames) is (profile == "internal")


def test_the_public_report_names_nobody(town: Root) -> None:
    for path in write(town, StoreEngine(store.in_memory(town, people=False)), town.build, "public"):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            sheets = openpyxl.load_workbook(io.BytesIO(content))
            content = "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row).encode()
        assert b"Ada" not in content
        assert b"Beispiel" not in content


def test_the_same_graph_gives_the_same_bytes(town: Root) -> None:
    engine = StoreEngine(store.in_memory(town))
    first = [path.read_bytes() for path in write(town, engine, town.build, "internal")]
    files.write(town)
    assert [path.read_bytes() for path in write(town, StoreEngine(store.in_memory(town)), town.build, "internal")] == first


def test_an_empty_list_is_a_report_too(small: Root, cli: CliRunner) -> None:
    for name in ("records.csv", "persons.csv"):
        path = small.records / "small-2026" / name
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    files.write(small)
    result = cli.invoke(app, ["report", "--root", str(small.path)])
    assert result.exit_code == 0, result.output
    assert "Kein Gremium verbindet mehrere Einheiten." in (small.build / "report.html").read_text(encoding="utf-8")
