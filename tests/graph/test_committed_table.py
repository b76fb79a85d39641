"""The committed graph of a set that came through a mapping, against its tables read with nothing but ``csv``: all is there, and nothing else."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph import store
from gremiennetz.graph.terms import PREFIXES, iri
from gremiennetz.ingest.proof import recheck
from gremiennetz.places import Root

REPOSITORY = Path(__file__).resolve().parents[2]
SET = "karlsruhe-2025"
CITY = "karlsruhe"
FOLDER = REPOSITORY / "data" / "records" / SET
TURTLE = REPOSITORY / "data" / "ttl" / SET
BASE = "https://w3id.org/gremiennetz/id/"
CHOICES = {"obligation": "gn:obligation", "termination": "gn:termination"}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def rows() -> list[dict[str, str]]:
    return table(FOLDER / "records.csv")


@cache
def graph(*, people: bool) -> ox.Store:
    store = ox.Store()
    for part in ("units", "participations", "records", *(("people",) if people else ())):
        store.load(path=str(TURTLE / f"{part}.ttl"), format=ox.RdfFormat.TURTLE)
    return store


def values(subject: str, predicate: str) -> list[str]:
    found = graph(people=True).quads_for_pattern(ox.NamedNode(f"{BASE}{subject}"), iri(predicate), None, None)
    return sorted(quad.object.value for quad in found if isinstance(quad.object, ox.NamedNode | ox.Literal))


def record(row: dict[str, str]) -> str:
    return f"record/{SET}-{row['record']}"


def participation(row: dict[str, str]) -> str:
    return f"participation/{SET}-{row['record']}"


def test_reading_the_source_again_gives_the_records(repository: Root) -> None:
    assert [str(problem) for problem in recheck(repository, SET)] == []
    assert table(FOLDER / "rejects.csv") == []


def test_each_row_of_the_source_is_one_record_with_its_words() -> None:
    """Without the mapping: the columns that are carried over as they are."""
    source = table(REPOSITORY / "data" / "source" / f"{SET}.csv")
    assert len(rows()) == len(source) == 202
    named = {unit["unit"]: unit for unit in table(FOLDER / "units.csv")}
    for number, (row, given) in enumerate(zip(rows(), source, strict=True), 2):
        assert (row["source_row"], row["source_line"]) == (str(number), given["first_line"])
        assert (row["name"], row["cost"]) == (" ".join(given["organisation"].split()), given["cost_text"])
        assert [row[column] for column in ("notice_period", "notice_by", "notice_to")] == [
            given[column] for column in ("notice_period", "notice_by", "notice_to")
        ]
        assert row["termination"] == {"ja": "possible", "nein": "not-possible", "": ""}[given["cancellable"]]
        unit = named[row["unit"]]
        budget = named[unit["parent"]] if unit["parent"] else unit
        assert (budget["code"], budget["kind"], unit["label"] if unit["parent"] else "") == (given["thh"], "budget-unit", given["office"])
        assert given["note"] in row["note"]


def test_what_is_open_is_flagged_with_its_reason() -> None:
    for row in rows():
        wanted = sorted(f"{PREFIXES['vocab']}column/{column}" for column in row["uncertain"].split())
        assert values(record(row), "gn:uncertainColumn") == wanted, row
        assert values(record(row), "gn:note") == [row["note"]] * bool(row["note"]), row
        assert not any(row[column] for column in ("umbrella", "status", "reach", "participation", "purpose", "obligation")), row
    assert sum(bool(row["uncertain"]) for row in rows()) == 74


@pytest.mark.parametrize(("column", "predicate"), [("name", "gn:sourceName"), ("cost", "gn:sourceCost")])
def test_every_cell_is_in_the_graph_word_for_word(column: str, predicate: str) -> None:
    for row in rows():
        assert values(record(row), predicate) == [row[column]], row


def test_every_fact_is_in_the_graph() -> None:
    for row in rows():
        for column, predicate in CHOICES.items():
            assert values(participation(row), predicate) == [f"{PREFIXES['vocab']}{column}/{row[column] or 'not-stated'}"], row
        period = "PT0S" if row["notice_period"] == "P0D" else row["notice_period"]  # as the store writes no time at all
        assert values(participation(row), "gn:noticePeriod") == [period] * bool(period), row
        assert values(participation(row), "gn:noticeBy") == [row["notice_by"]] * bool(row["notice_by"]), row
        wanted = [f"{PREFIXES['vocab']}notice-to/{row['notice_to']}"] if row["notice_to"] else []
        assert values(participation(row), "gn:noticeTo") == wanted, row
        assert values(participation(row), "org:member") == [f"{BASE}unit/{CITY}-{row['unit']}"], row


def test_every_record_says_where_it_stands() -> None:
    for number, row in enumerate(rows(), 2):
        assert values(record(row), "gn:sourceRow") == [row["source_row"]], row
        assert values(record(row), "gn:sourceLines") == [row["source_line"]], row
        assert values(record(row), "gn:row") == [str(number)], row
        assert values(record(row), "gn:file") == [f"data/records/{SET}/records.csv"], row


def test_the_persons_of_the_list_stand_among_the_people_only() -> None:
    """Three rows name somebody; the name of a firm or a school that holds a surname names nobody."""
    mentions = table(FOLDER / "persons.csv")
    assert len(mentions) == 3
    texts = [quad.object.value for quad in graph(people=False) if isinstance(quad.object, ox.Literal)]
    for mention in mentions:
        assert not [text for text in texts if re.search(rf"(?<!\w){re.escape(mention['family'])}(?!\w)", text)]
        assert values(f"record/{SET}-{mention['record']}", "gn:personalColumn") == [f"{PREFIXES['vocab']}column/name"]
    assert any("Hagemann" in text for text in texts)
    addressed = re.compile(r"(?<!\w)(?:c/o|z\. ?Hd\.|Frau|Fr\.|Herrn?|Hr\.|Dr\.|Prof\.|Mitglied:) ?(?=[A-ZÄÖÜ])")
    assert sorted(row["record"] for row in rows() if addressed.search(row["name"])) == sorted(mention["record"] for mention in mentions)


def test_a_store_can_hold_some_sets_only(repository: Root) -> None:
    def names(sets: list[str]) -> set[str]:
        return {graph.value.removeprefix(store.GRAPHS).partition("/")[0] for graph in store.in_memory(repository, sets=sets).named_graphs()}

    assert names([SET]) == {"bodies", "ontology", SET}
    assert names([SET, "dresden-2026"]) == {"bodies", "ontology", SET, "dresden-2026"}
    with pytest.raises(GremiennetzError, match=r"no graph of the set 'elsewhere-2025'; there are: dresden-2026, karlsruhe-2025"):
        names(["elsewhere-2025"])
