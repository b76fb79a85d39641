"""Rows become records: units, lists in a cell, yes and no, amounts, uncertain cells, rejects with their reason, and every row accounted for."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gremiennetz.ingest import recheck, sets
from gremiennetz.ingest.cells import cost
from gremiennetz.ingest.interpret import Interpreter
from gremiennetz.ingest.mapping import mapping_of
from gremiennetz.ingest.rows import SourceRow
from gremiennetz.records import TABLE_COLUMNS, read_dataset
from gremiennetz.vocabulary import Vocabulary

Table = Callable[..., list[tuple[str, ...]]]

FULL = """[source]
amounts = "de"
[columns]
name = ["Netzwerk", "Gremium"]
cost = "Kosten"
obligation = "Pflicht"
termination = "Kündbar"
notice = "Frist"
note = "Bemerkung"
[unit]
from = "column"
columns = "Amt"
blank = "above"
[unit.codes]
"Bau" = "tiefbauamt"
[words.obligation]
mandatory = ["x"]
[words.termination]
possible = ["ja"]
not-possible = ["nein"]
[[skip]]
column = "Gremium"
pattern = "^Summe"
reason = "Summenzeile"
"""
HEAD = "Amt;Gremium;Kosten;Pflicht;Kündbar;Frist;Bemerkung\n"


def test_units_facts_and_rows_that_are_no_records(city: Any, table: Table) -> None:
    reading = city.read(
        "Liste 2026\n\n"
        + HEAD
        + "10;AG A;1.000,00;x;ja;3 Monate zum Jahresende;\n"
        + ";AG B;;;nein;;\n"
        + "Bau;AG C;ca. 50 Euro;freiwillig;unkündbar;bis 30.06.;\n"
        + ";;;;;;\n"
        + HEAD
        + "Umweltamt;Summe;1.050,00;;;;\n"
        + "99;AG D;;;;;\n"
        + "10;;5,00;;;;\n"
        + "10;AG E;1;2;3;4;5;6;7\n",
        FULL,
    )
    assert table(reading.records, "record name cost obligation termination notice_period notice_by notice_to uncertain") == [
        ("hauptamt-01", "AG A", "1.000,00", "mandatory", "possible", "P3M", "", "calendar-year-end", ""),
        ("hauptamt-02", "AG B", "", "", "not-possible", "", "", "", ""),
        ("tiefbauamt-01", "AG C", "ca. 50 Euro", "voluntary", "not-possible", "", "--06-30", "", ""),
    ]
    assert dict(reading.outcome.skipped) == {"vor dem Tabellenkopf": 1, "Tabellenkopf": 2, "leere Zeile": 2, "Summenzeile": 1}
    assert [(reject["source_row"], reject["reason"]) for reject in reading.rejects] == [
        ("10", "die Einheit „99“ ist unbekannt"),
        ("11", "nennt kein Gremium"),
        ("12", "hat 9 Zellen, der Tabellenkopf 7"),
    ]
    assert all(reject["wanted"] for reject in reading.rejects)
    assert reading.outcome.rows == 12
    assert reading.outcome.closed()


@pytest.mark.parametrize(
    ("cells", "uncertain", "words"),
    [
        ("10;AG;1;;vielleicht;;", "termination", "„vielleicht“ ist für termination nicht erklärt"),
        ("10;AG;1;manchmal;;;schon da", "obligation", "schon da „manchmal“ ist für obligation"),
        ("10;AG;1;;;jährlich;", "notice_period", "keine Frist, keinen Tag und keinen Zeitpunkt"),
    ],
)
def test_what_cannot_be_read_as_a_fact_is_flagged_and_the_record_stays(cells: str, uncertain: str, words: str, city: Any) -> None:
    (record,) = city.read(HEAD + cells + "\n", FULL).records
    assert record[uncertain] == ""
    assert record["uncertain"] == uncertain
    assert words in record["note"]
    assert "jährlich" not in record["note"]


def test_the_words_of_a_notice_are_kept_only_if_the_mapping_says_so(city: Any) -> None:
    rejected = HEAD + "99;AG;1;;;ein langer Satz;Rest\n"
    assert [reject["words"] for reject in city.read(rejected, FULL).rejects] == ["99 | AG | 1 | Rest"]
    assert [reject["words"] for reject in city.read(rejected, FULL + '[notice]\nkeep = "words"\n').rejects] == [
        "99 | AG | 1 | ein langer Satz | Rest"
    ]
    line = HEAD + "10;AG;1;;;jährlich, formlos;\n10;B;1;;;3 Monate;\n"
    assert not [record for record in city.read(line, FULL).records if "formlos" in record["note"]]
    first, second = city.read(line, FULL + '[notice]\nkeep = "words"\n').records
    assert "„jährlich, formlos“" in first["note"]
    assert (second["note"], second["uncertain"]) == ("Kündigung laut Liste: „3 Monate“.", "")


def test_units_of_headings_sheets_and_one_for_all(city: Any, table: Table) -> None:
    heading = '[columns]\nname = 1\n[unit]\nfrom = "heading"\npattern = "^Amt (?P<unit>[0-9]+)"\n[source]\nheader_rows = 0\n'
    reading = city.read("Amt 36;\nKlima;x\nAmt 99;\nVerloren;x\nAmt 10;\nRat;y\n", heading)
    assert table(reading.records, "record name") == [("umweltamt-01", "Klima"), ("hauptamt-01", "Rat")]
    assert [reject["reason"] for reject in reading.rejects] == ["die Einheit „99“ ist unbekannt"]
    plain = heading.replace('pattern = "^Amt (?P<unit>[0-9]+)"\n', "")
    assert table(city.read("Umweltamt;\nKlima;x\nHauptamt;\nRat;y\n", plain).records, "record") == [("umweltamt-01",), ("hauptamt-01",)]
    fixed = '[columns]\nname = "Gremium"\n[unit]\nfrom = "fixed"\nfixed = "tiefbauamt"\n'
    assert table(city.read("Nr;Gremium\n1;A\n", fixed).records, "record name") == [("tiefbauamt-01", "A")]
    assert "die Einheit „bauhof“ steht nicht in units.csv" in city.refused("Nr;Gremium\n1;A\n", fixed.replace("tiefbauamt", "bauhof"))
    codes = '[unit.codes]\n"1000 OV" = "tiefbauamt"\n"1000" = "hauptamt"\n'
    two = '[columns]\nname = "Gremium"\n[unit]\nfrom = "column"\ncolumns = ["THH", "Amt"]\n' + codes
    assert table(city.read("THH;Amt;Gremium\n1000;OV;A\n1000;;B\n", two).records, "unit") == [("tiefbauamt",), ("hauptamt",)]


def test_a_cell_that_lists_sub_bodies_gives_a_record_for_each(city: Any, table: Table) -> None:
    split = "[split]\numbrella = '^(?P<umbrella>[^:;]+):\\s*'\nat = '[;\\n]'\n"
    reading = city.read(HEAD + '10;"Städtetag:\n- Ausschuss A\n- AK B; AG C";5,00;;;;\n10;Verein: ;;;;;\n10;Solo;;;;;\n', FULL + split)
    assert table(reading.records, "record umbrella name cost source_row") == [
        ("hauptamt-01", "Städtetag", "Ausschuss A", "5,00", "2"),
        ("hauptamt-02", "Städtetag", "AK B", "5,00", "2"),
        ("hauptamt-03", "Städtetag", "AG C", "5,00", "2"),
        ("hauptamt-04", "", "Verein:", "", "3"),
        ("hauptamt-05", "", "Solo", "", "4"),
    ]
    assert reading.outcome.placed == 3


def test_uncertain_cells_are_named_by_row(city: Any) -> None:
    more = '[[uncertain]]\nrow = [2, 3]\ncolumns = ["cost", "unit"]\nnote = "Kann auch  anders sein."\n'
    reading = city.read(HEAD + "10;A;1,00;;;;\n10;B;1,00;;;;\n10;C;;;;;\n", FULL + more)
    assert [(record["uncertain"], record["note"]) for record in reading.records] == [("cost unit", "Kann auch anders sein.")] * 2 + [("", "")]
    assert "[[uncertain]] nennt Zeile 9" in city.refused(HEAD + "10;A;;;;;\n", FULL + more.replace("[2, 3]", "[2, 9]"))


def test_heads_of_two_rows_with_alternatives_and_near_misses(city: Any, table: Table) -> None:
    two = FULL.replace('amounts = "de"', 'amounts = "de"\nheader_rows = 2').replace('"Kosten"', '"Kosten im Jahr"')
    assert table(city.read(";;Kosten;;;;\nAmt;Gremium;im Jahr;Pflicht;Kündbar;Frist;Bemerkung\n10;A;7,00;;;;\n", two).records, "name cost") == [
        ("A", "7,00")
    ]
    said = city.refused(HEAD.replace("Kosten", "Kostn") + "10;A;;;;;\n", FULL)
    assert "Zeile 1: der Tabellenkopf hat keine Spalte „Kosten“ (für cost); gemeint ist vielleicht „kostn“" in said
    assert "kein Tabellenkopf mit einer Spalte „Netzwerk“ oder „Gremium“" in city.refused("a;b\nc;d\n", FULL)


def test_english_amounts_are_read_and_other_words_stay(city: Any, repository: Any) -> None:
    english = FULL.replace('"de"', '"en"')
    reading = city.read(HEAD + "10;A;approx. 1,234.50 Euro fee;;;;\n10;B;1,000;;;;\n10;C;0;;;;\n10;D;12.5;;;;\n", english)
    assert [record["cost"] for record in reading.records] == ["approx. 1.234,50 Euro fee", "1.000,00", "0", "12,50"]
    reader = Vocabulary.read(repository.shipped("ontology")).costs
    assert [str(reader.read(record["cost"])[0][0].amount) for record in reading.records] == ["1234.50", "1000.00", "0.00", "12.50"]


@given(st.decimals(min_value=1, max_value=999_999, places=2))
def test_an_amount_is_the_same_in_both_languages(value: Any) -> None:
    english = f"{value:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert cost(english, "en") == german == cost(german, "de")


ROWS = st.lists(
    st.lists(st.sampled_from(["", "10", "36", "99", "AG", "Summe", "ja", "1,00", "=x", "Amt", "Gremium", "a\nb"]), max_size=9), max_size=12
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_every_row_is_a_record_a_reject_or_skipped(city: Any, rows: list[list[str]]) -> None:
    body = "".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    outcome = city.read(HEAD + body, FULL).outcome
    assert outcome.closed()
    assert outcome.rows == 1 + len(rows)


def test_ids_stay_with_their_rows(city: Any, table: Table) -> None:
    mapping = '[columns]\nname = "Gremium"\n[unit]\nfrom = "column"\ncolumns = "Amt"\n'
    city.write("Amt;Gremium\n10;A\n10;B\n10;B\n36;C\n", mapping)
    again = city.write("Amt;Gremium\n36;C\n10;Neu\n10;B\n10;B\n", mapping)
    assert table(again.records, "record name") == [("umweltamt-01", "C"), ("hauptamt-04", "Neu"), ("hauptamt-02", "B"), ("hauptamt-03", "B")]
    decisions = city.root.register / "decisions"
    decisions.mkdir(parents=True)
    columns = "record,body,judgement,justification,author,date,comment"
    (decisions / "stadt-2026.csv").write_text(f"{columns}\nhauptamt-09,b,same,x,y,2026-01-01,\n", encoding="utf-8")
    assert table(city.write("Amt;Gremium\n10;B\n10;Später\n", mapping).records, "record name") == [("hauptamt-02", "B"), ("hauptamt-10", "Später")]


def test_ids_of_the_list_count_once(city: Any, table: Table) -> None:
    mapping = '[columns]\nrecord = "Nr"\nname = "Gremium"\n[unit]\nfrom = "column"\ncolumns = "Amt"\n'
    assert table(city.read("Nr;Amt;Gremium\n7;10;A\nhauptamt-012;10;B\n;36;C\n", mapping).records, "record") == [
        ("hauptamt-07",),
        ("hauptamt-012",),
        ("umweltamt-01",),
    ]
    assert "die Kennung hauptamt-07 steht schon in Zeile 2" in city.refused("Nr;Amt;Gremium\n7;10;A\n07;10;B\n", mapping)
    (reject,) = city.read("Nr;Amt;Gremium\numweltamt-01;10;A\n", mapping).rejects
    assert "gehört nicht zur Einheit hauptamt" in reject["reason"]


def test_all_columns_of_the_table_can_be_mapped(city: Any) -> None:
    columns = [column for column in TABLE_COLUMNS if column != "unit" and not column.startswith("source_")] + ["source_line"]
    mapping = "[columns]\n" + "".join(f'{column} = "{column}"\n' for column in columns) + '[unit]\nfrom = "column"\ncolumns = "unit"\n'
    values = {column: f"{column} x" for column in columns} | {
        "record": "hauptamt-33", "obligation": "mandatory", "termination": "nicht kündbar", "notice_period": "P1Y", "notice_by": "--06-30",
        "notice_to": "month-end", "source_line": "17", "uncertain": "name cost",
    }  # fmt: skip
    reading = city.write("unit;" + ";".join(columns) + "\nhauptamt;" + ";".join(values[column] for column in columns) + "\n", mapping)
    assert {column: reading.records[0][column] for column in columns} == values | {"termination": "not-possible"}
    record = read_dataset(city.root, "stadt-2026").records["hauptamt-33"]
    assert (record.facts.notice_by, record.place.line if record.place else "", record.uncertain) == ("--06-30", "17", ("name", "cost"))


def test_persons_are_warned_about_until_they_are_listed(city: Any) -> None:
    text = HEAD + "10;AG;1;;;;Vertretung durch Frau Dr. Eva Muster\n"
    reading = city.write(text, FULL)
    assert reading.persons == [("hauptamt-01", "Frau Dr. Eva Muster")]
    persons = city.folder / "persons.csv"
    content = "record,person,text,title,given,family,role,on_behalf_of,lines\nhauptamt-01,eva-muster,Frau Dr. Eva Muster,Dr.,Eva,Muster,,,2\n"
    persons.write_text(content, encoding="utf-8")
    assert city.write(text, FULL).persons == []
    assert persons.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (sets.RECORDS, "AG A", "AG Z", "hauptamt-02 („AG A“, Zeile 2 der Quelle) fehlt"),
        (sets.RECORDS, "5,00", "6,00", "column cost: enthält „6,00“; die Quelle gibt „5,00“"),
        (sets.RECORDS, "hauptamt-01", "hauptamt-05", ""),
        (sets.REJECTS, "unbekannt", "bekannt", "Zeile 3 der Quelle fehlt"),
        (sets.MAPPING, '"Gremium"]', '"Gremien"]', "kein Tabellenkopf"),
    ],
)
def test_recheck_tells_every_difference(file: str, old: str, new: str, words: str, city: Any) -> None:
    city.write(HEAD + '10;AG A;"5,00";;;;\n99;AG B;;;;;\n', FULL)
    assert recheck(city.root, "stadt-2026") == []
    path = city.folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = "\n".join(map(str, recheck(city.root, "stadt-2026")))
    assert words in found
    assert bool(found) is bool(words)


def test_recheck_needs_its_files_and_sees_a_changed_source(city: Any) -> None:
    city.write(HEAD + "10;AG A;5,00;;;;\n", FULL)
    source = city.root.source / "liste.csv"
    source.write_text(HEAD + "10;AG A;5,00;;;;\n10;AG B;;;;;\n", encoding="utf-8")
    assert "hauptamt-02 („AG B“, Zeile 3 der Quelle) fehlt" in str(recheck(city.root, "stadt-2026")[0])
    source.unlink()
    assert "gibt es nicht" in str(recheck(city.root, "stadt-2026")[0])
    (city.folder / sets.MAPPING).unlink()
    assert str(recheck(city.root, "stadt-2026")[0]) == "data/records/stadt-2026/mapping.toml: fehlt; mit gremiennetz ingest neu einlesen"


def test_sheets_are_units_and_a_sheet_without_a_head_is_named(city: Any, table: Table) -> None:
    book = openpyxl.Workbook()
    for title in ("Umweltamt", "Hauptamt", "Legende"):
        sheet = book.create_sheet(title)
        for row in [["Gremium", "Kosten"], ["Verein", 12.5]] if title != "Legende" else [["Stand 2026"]]:
            sheet.append(row)
    del book["Sheet"]
    path = city.root.path / "liste.xlsx"
    book.save(path)
    mapping = '[columns]\nname = "Gremium"\ncost = "Kosten"\n[unit]\nfrom = "sheet"\n'
    assert "nennt als Datei liste.csv, die Liste heißt liste.xlsx" in city.refused(path, mapping)
    settings = city.folder / "dataset.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("liste.csv", "liste.xlsx"), encoding="utf-8")
    reading = city.read(path, mapping)
    assert table(reading.records, "record cost source_sheet source_row") == [
        ("umweltamt-01", "12,50", "Umweltamt", "2"),
        ("hauptamt-01", "12,50", "Hauptamt", "2"),
    ]
    assert reading.outcome.skipped["Blatt „Legende“ ohne Tabellenkopf"] == 1


def test_a_row_that_may_go_on_with_the_page_before_is_joined_or_flagged(city: Any) -> None:
    mapping = mapping_of(city.root, tomllib.loads(FULL), "m")
    vocabulary = Vocabulary.read(city.root.shipped("ontology"))
    reader = Interpreter(
        mapping,
        sets.units_of(city.root, "stadt-2026"),
        {name: vocabulary.lexicon(name) for name in ("obligation", "termination")},
        frozenset(),
        "liste.pdf",
    )
    head = ("Amt", "Gremium", "Kosten", "Pflicht", "Kündbar", "Frist", "Bemerkung")
    outcome = reader.run(
        [
            SourceRow(1, head, page=1, opens_page=True),
            SourceRow(2, ("10", "Städtetag", "1,00", "", "ja", "", "beginnt"), page=1),
            SourceRow(1, head, page=2, opens_page=True),
            SourceRow(2, ("", "", "", "", "", "", "und endet"), page=2, opens_page=True),
            SourceRow(3, ("36", "Arbeitskreis", "2,00", "", "ja", "", ""), page=2),
            SourceRow(1, ("", "der Leiter"), page=3, opens_page=True, box=(1, 2, 3.25, 4)),
        ]
    )
    first, second, third = (draft.values for draft in outcome.drafts)
    assert (first["name"], first["note"], first["uncertain"]) == ("Städtetag", "beginnt und endet", "")
    assert (second["name"], second["uncertain"]) == ("Arbeitskreis", "")
    assert (third["name"], third["uncertain"], third["source_box"]) == ("der Leiter", "name", "1.0 2.0 3.2 4.0")
    assert "kann auch die letzte Zeile der Seite davor fortsetzen" in third["note"]
    assert dict(outcome.skipped) == {"Tabellenkopf": 2, "Fortsetzung der Zeile davor": 1}


def test_a_second_head_with_the_columns_elsewhere_counts_from_there(city: Any, table: Table) -> None:
    mapping = '[columns]\nname = "Gremium"\ncost = "Kosten"\n[unit]\nfrom = "column"\ncolumns = "Amt"\n'
    reading = city.read("Amt;Gremium;Kosten\n10;A;1,00\nKosten;Gremium;Amt\n2,00;B;36\n10;Gremium;66\n", mapping)
    assert table(reading.records, "record name cost") == [
        ("hauptamt-01", "A", "1,00"),
        ("umweltamt-01", "B", "2,00"),
        ("tiefbauamt-01", "Gremium", "10,00"),
    ]
    assert reading.outcome.skipped["Tabellenkopf"] == 2
