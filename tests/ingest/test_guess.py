"""A proposed mapping is a mapping: it fits the schema, and with the units filled in it reads the list it was proposed for."""

from __future__ import annotations

import tomllib
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gremiennetz.errors import InputError
from gremiennetz.ingest import recheck, schema, sets
from gremiennetz.ingest.guess import proposal
from gremiennetz.ingest.mapping import mapping_of
from gremiennetz.ingest.starter import lay_out
from gremiennetz.places import Root
from gremiennetz.records import read_dataset, read_settings

AIMS = (
    "Austausch mit anderen Städten über die Aufgaben der Verwaltung und mehr",
    "Zusammenarbeit bei Maßnahmen für den Klimaschutz in der ganzen Region",
    "Reinigung des Abwassers und Betrieb der Kläranlage für alle Gemeinden",
    "Erfahrungsaustausch zum Bau und zur Erhaltung von Brücken und Stegen",
)
BODY = [
    ("10", "Deutscher Städtetag", "bundesweit", "dauerhaft", "Mitglied", AIMS[0], "12.500,00", "ja", "6 Monate zum Jahresende"),
    ("36", "Netzwerk Klimaschutz", "regional", "seit 2020", "Gast", AIMS[1], "300,50 Euro", "nein", ""),
    ("36", "Abwasserzweckverband", "regional", "dauerhaft", "Mitglied", AIMS[2], "1.000,00", "ja", "bis 30.06."),
    ("66", "Arbeitskreis Brückenbau", "landesweit", "dauerhaft", "Mitglied", AIMS[3], "keine", "ja", "ohne Frist"),
]
TARGETS = ("unit", "name", "reach", "status", "participation", "purpose", "cost", "termination", "notice")
HEADS = ("Amt", "Gremium", "Reichweite", "Status", "Beteiligung", "Ziele", "Kosten", "kündbar", "Frist")


def text(heads: tuple[str, ...], order: tuple[int, ...] = tuple(range(9))) -> str:
    return "".join(";".join(f'"{row[at]}"' for at in order) + "\n" for row in (heads, *BODY))


def proposed(city: Any, content: str | bytes, name: str = "liste.csv", dataset: str | None = "stadt-2026") -> dict[str, Any]:
    return tomllib.loads(proposal(city.root, city.file(content, name), dataset))


def placed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data["columns"], "unit": data["unit"].get("columns")}


@pytest.mark.parametrize("order", [tuple(range(9)), (8, 7, 6, 5, 4, 3, 2, 1, 0), (3, 1, 4, 0, 5, 8, 2, 6, 7)])
def test_heads_and_content_say_what_a_column_is(order: tuple[int, ...], city: Any) -> None:
    data = proposed(city, text(HEADS, order))
    assert placed(data) == dict(zip(TARGETS, HEADS, strict=True))
    assert data["words"]["termination"] == {"possible": ["ja"], "not-possible": ["nein"]}
    assert data["source"] == {"header_rows": 1, "amounts": "de"}


def test_content_alone_says_most(city: Any) -> None:
    heads = tuple(f"S{number}" for number in range(9))
    found = placed(proposed(city, text(heads)))
    right = [target for target, head in zip(TARGETS, heads, strict=True) if found.get(target) == head]
    assert {"unit", "name", "reach", "purpose", "cost", "termination", "notice"} <= set(right)


def test_a_proposal_reads_the_list_it_is_for(city: Any) -> None:
    content = "Liste;;\n" + text(HEADS) + "Summe;;;;;;13.800,50;;\n"
    path = city.file(content)
    reading = city.read(path, proposal(city.root, path, "stadt-2026"))
    assert [record["record"] for record in reading.records] == ["hauptamt-01", "umweltamt-01", "umweltamt-02", "tiefbauamt-01"]
    assert reading.outcome.skipped["Summenzeile"] == 1
    assert not reading.rejects


def test_confidence_and_reasons_are_given(city: Any) -> None:
    said = proposal(city.root, city.file(text(HEADS)))
    assert 'cost = "Kosten"    # Vertrauen 90 %: der Kopf „Kosten“, 75 % der Zellen sind Beträge' in said
    assert all("Vertrauen" in line for line in said.splitlines() if line.split(" = ")[0] in TARGETS)


def test_english_amounts_headings_sheets_and_persons(city: Any) -> None:
    assert proposed(city, "Amt;Gremium;Kosten\n10;Städtetag;1,234.50\n10;Verein;12.00\n")["source"]["amounts"] == "en"
    data = proposed(city, "Gremium;Kosten\nHauptamt;\nStädtetag;1,00\nKlimabund;2,00\nUmweltamt;\nNetzwerk Rad;3,00\n")
    assert data["unit"]["from"] == "heading"
    book = openpyxl.Workbook()
    for title in ("Hauptamt", "Umweltamt"):
        sheet = book.create_sheet(title)
        sheet.append(["Gremium", "Kosten"])
        sheet.append(["Verein der Städte", "1,00"])
    del book["Sheet"]
    path = city.root.path / "liste.xlsx"
    book.save(path)
    assert tomllib.loads(proposal(city.root, path))["unit"]["from"] == "sheet"
    assert "Namen von Personen" in proposal(city.root, city.file("Gremium;Wer\nBeirat;Frau Eva Muster\n"))
    assert proposed(city, "Gremium\nStädtetag\n")["unit"] == {"from": "fixed", "fixed": "amt"}


cells = st.text(st.characters(codec="utf-8"), max_size=15)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=6))
def test_whatever_a_list_holds_the_proposal_fits_the_schema(city: Any, rows: list[list[str]]) -> None:
    content = "".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    try:
        data = proposed(city, "\ufeff" + content, dataset=None)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way out is right
        return
    assert schema.problems(city.root, "mapping", data, "x") == []
    assert mapping_of(city.root, data, "x").columns["name"]


def test_the_starter_of_a_new_city_can_be_read_at_once(tmp_path: Any) -> None:
    root = Root(tmp_path)
    paths = lay_out(root, "klein-und-neu-2027")
    folder = root.records / "klein-und-neu-2027"
    config = read_settings(folder)
    assert (config["municipality"]["label"], config["document"]["year"]) == ("Stadt Klein Und Neu", 2027)
    source = root.source / "klein-und-neu-2027.csv"
    reading = sets.interpreted(root, folder.name, source, folder / sets.MAPPING, source.name)
    assert (len(reading.records), reading.rejects, reading.outcome.unread) == (5, [], ())
    sets.write(root, folder.name, reading, source, folder / sets.MAPPING)
    assert recheck(root, folder.name) == []
    assert len(read_dataset(root, folder.name).records) == 5
    before = {path: path.read_bytes() for path in paths}
    with pytest.raises(Exception, match="gibt es schon; überschrieben wird nichts"):
        lay_out(root, folder.name)
    assert {path: path.read_bytes() for path in paths} == before


@pytest.mark.parametrize(
    ("name", "words"), [("musterstadt", "endet nicht auf ein Jahr"), ("../x-2026", "ist keine Kennung"), ("Größe-2026", "ist keine Kennung")]
)
def test_the_starter_refuses_what_is_no_id(name: str, words: str, tmp_path: Any) -> None:
    with pytest.raises(Exception, match=words):
        lay_out(Root(tmp_path), name)
    assert not list(tmp_path.iterdir())
