"""Cities beside each other: the queries on lists small enough to count by hand, and the section of the report that they make."""

from __future__ import annotations

import io
import re
from pathlib import Path

import attrs
import openpyxl
import pytest
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, UnknownNameError
from gremiennetz.graph import files, store
from gremiennetz.graph.chosen import of_sets
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, StoreEngine, Table, answer
from gremiennetz.report.comparison import compare
from gremiennetz.report.write import write as write_report
from made_lists import BODIES, SMALL, List, Row, write  # type: ignore[import-not-found] # conftest.py shows Python the way

HOSTILE = "<img src=x onerror=alert(1)>\"'</script>"
LARGE = (
    attrs.evolve(SMALL[0], cost="40.000,00 Euro"),
    attrs.evolve(SMALL[2], cost="5.000,00 Euro", uncertain="name", note="Der Name kann auch zur Zeile davor gehören."),
    Row("gruen", "gruenflaechen", "AK Grünflächen", umbrella="Deutscher Städtetag"),
    Row("gruen", "hostile", HOSTILE, "7,00 Euro"),
    Row("personal", "wasser", "Wasserforum", "30,00 - 40,00 Euro"),
    Row("personal", "beirat", "Beirat", "9.000,00 Euro"),
)
OLDER = (*SMALL, Row("personal", "wasser", "Wasserforum", "99.999,00 Euro"), attrs.evolve(SMALL[0], cost="77.777,00 Euro"))
TWO = [
    List("kleinstadt", 2020, OLDER),
    List("kleinstadt", 2026, SMALL, revises="kleinstadt-2020", inhabitants=50_000),
    List("grossstadt", 2025, LARGE, inhabitants=500_000),
]
KNOWN = (*BODIES, ("hostile", HOSTILE, "", "", "network"), ("beirat", "Beirat der Grossstadt", "", "", "advisory-board"))


def made(folder: Path, *lists: List) -> Root:
    root: Root = write(folder, lists, KNOWN)
    path = root.register / "bodies.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    place = head.split(",").index("municipality")
    own = [
        ",".join([*cells[:place], "grossstadt", *cells[place + 1 :]]) if cells[0] == "beirat" else line
        for line in lines
        for cells in [line.split(",")]
    ]
    path.write_text("\n".join([head, *own]) + "\n", encoding="utf-8")
    files.write(root)
    return root


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """Return a small city with an older list, which must not count, and a large one with a body of its own."""
    return made(tmp_path_factory.mktemp("two"), *TWO)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Root:
    return made(tmp_path_factory.mktemp("three"), *TWO, List("drittstadt", 2024, SMALL[4:6]))


def told(root: Root, query: str, columns: str, **values: str) -> list[list[str]]:
    library = Library(root.shipped("queries"))
    table = answer(library.get(f"comparison/{query}"), values, library, StoreEngine(store.in_memory(root)))
    places = [table.columns.index(column) for column in columns.split()]
    return [[row[place] for place in places] for row in table.texts()]


# the queries


def test_common_bodies_count_the_newest_list_of_each_city(two: Root) -> None:
    assert told(two, "common-bodies", "label count firm municipality_labels participations deciding", municipalities="2") == [
        ["Kommunale Gemeinschaftsstelle", "2", "false", "Grossstadt | Kleinstadt", "3", "Grossstadt, buergeramt-02: Name"],
        ["Deutscher Städtetag", "2", "true", "Grossstadt | Kleinstadt", "2", ""],
    ]


def test_what_only_one_city_is_in(two: Root) -> None:
    found = told(two, "only-in", "municipality_label label kind_label unit_labels")
    assert [row[1] for row in found if row[0] == "Kleinstadt"] == [
        "Klima-Bündnis",
        "Netzwerk Rad",
        "Rechtsausschuss des Deutschen Städtetages",
        "Umweltausschuss des Deutschen Städtetages",
        "Waldverein",
    ]
    assert ["Grossstadt", "Wasserforum", "Netzwerk oder Bündnis", "Personalamt"] in found, "the older list of the other city does not count"
    assert {row[0] for row in told(two, "only-in", "municipality_label", municipality="grossstadt")} == {"Grossstadt"}


def test_what_others_are_in_and_we_are_not(three: Root) -> None:
    assert told(three, "not-in", "label others other_labels", municipality="kleinstadt") == [
        [HOSTILE, "1", "Grossstadt"],
        ["Arbeitskreis Grünflächen", "1", "Grossstadt"],
        ["Wasserforum", "1", "Grossstadt"],
    ], "the board of the other city is its own"
    assert [row[0] for row in told(three, "not-in", "label", municipality="grossstadt")][:2] == [
        "Klima-Bündnis",
        "Umweltausschuss des Deutschen Städtetages",
    ], "those that two others are in come first"


def test_comparable_cities_are_those_of_about_the_same_size(three: Root) -> None:
    assert told(three, "not-in", "label", municipality="kleinstadt", ratio="5") == [], "ten times as large"
    assert len(told(three, "not-in", "label", municipality="kleinstadt", ratio="10")) == 3
    assert told(three, "not-in", "label", municipality="drittstadt", ratio="1000") == [], "without a number of inhabitants nothing is comparable"


def test_what_each_pays_and_per_inhabitant(two: Root) -> None:
    columns = "municipality_label exactness_label sum sum_to count uncertain per_inhabitant"
    assert told(two, "cost-by-body", columns, body="kgst") == [
        ["Grossstadt", "genau", "5000", "5000", "1", "1", "0.01"],
        ["Kleinstadt", "genau", "300", "300", "1", "1", "0.006"],
        ["Kleinstadt", "ungefähr", "2000", "2000", "1", "0", "0.04"],
    ]
    assert told(two, "cost-by-municipality", columns) == [
        ["Grossstadt", "Spanne", "30", "40", "1", "0", "0.00006"],
        ["Grossstadt", "genau", "54007", "54007", "4", "1", "0.108014"],
        ["Kleinstadt", "Spanne", "50", "100", "1", "0", "0.001"],
        ["Kleinstadt", "genau", "12025.5", "12025.5", "5", "1", "0.24051"],
        ["Kleinstadt", "ungefähr", "2000", "2000", "1", "0", "0.04"],
    ]


def test_per_inhabitant_needs_their_number(three: Root) -> None:
    assert {row[0] for row in told(three, "cost-by-municipality", "per_inhabitant municipality_label") if row[1] == "Drittstadt"} == {""}


def test_key_figures_say_which_list_is_the_newest(two: Root) -> None:
    assert told(two, "key-figures", "dataset newest inhabitants units bodies participations") == [
        ["grossstadt-2025", "true", "500000", "3", "6", "6"],
        ["kleinstadt-2020", "false", "50000", "3", "8", "11"],
        ["kleinstadt-2026", "true", "50000", "3", "7", "9"],
    ]


def test_umbrella_coverage(two: Root) -> None:
    assert told(two, "umbrella-coverage", "umbrella_label municipality_label bodies all share") == [
        ["Deutscher Städtetag", "Grossstadt", "2", "4", "50"],
        ["Deutscher Städtetag", "Kleinstadt", "3", "4", "75"],
    ]
    assert told(two, "sub-bodies", "label count municipality_labels") == [
        ["Deutscher Städtetag", "2", "Grossstadt | Kleinstadt"],
        ["Arbeitskreis Grünflächen", "1", "Grossstadt"],
        ["Rechtsausschuss des Deutschen Städtetages", "1", "Kleinstadt"],
        ["Umweltausschuss des Deutschen Städtetages", "1", "Kleinstadt"],
    ]


@pytest.mark.parametrize("query", ["by-kind", "by-reach"])
def test_shares_are_of_the_newest_list(two: Root, query: str) -> None:
    rows = told(two, query, "municipality_label participations share")
    assert sum(int(row[1]) for row in rows if row[0] == "Kleinstadt") == len(SMALL)
    assert sum(float(row[2]) for row in rows if row[0] == "Kleinstadt") == pytest.approx(100, abs=0.2)


def test_reaches_contradict_each_other_within_a_list(tmp_path: Path) -> None:
    """Two units of one list are told; what another city states on the same body is another list."""
    own = (SMALL[0], attrs.evolve(SMALL[2], reach="regional"), SMALL[3])
    root = made(tmp_path, List("kleinstadt", 2026, own), List("grossstadt", 2025, [attrs.evolve(SMALL[0], reach="regional"), SMALL[3]]))
    library = Library(root.shipped("queries"))
    table = answer(library.get("reach/contradictions"), {}, library, StoreEngine(store.in_memory(root)))
    assert [dict(zip(table.columns, row, strict=True)) for row in table.texts()] == [
        {
            "body_label": "Kommunale Gemeinschaftsstelle",
            "a_label": "Bürgeramt",
            "a_reach": "regional",
            "a_record": "buergeramt-02",
            "b_label": "Personalamt",
            "b_reach": "bundesweit",
            "b_record": "personal-01",
            "body": "body/kgst",
        }
    ]


# the report


def test_the_section_says_who_is_where_and_what_it_costs(two: Root) -> None:
    found = compare(Library(two.shipped("queries")), StoreEngine(store.in_memory(two)), "municipality/kleinstadt")
    assert found is not None
    assert [city.label for city in found.cities] == ["Kleinstadt", "Grossstadt"]
    assert [(item.label, item.cities) for item in found.common] == [
        ("Kommunale Gemeinschaftsstelle", ("Kleinstadt", "Grossstadt")),
        ("Deutscher Städtetag", ("Kleinstadt", "Grossstadt")),
    ]
    assert found.common[1].costs["Kleinstadt"] == ("10.000,00 Euro (genau; 200,00 je 1.000 Einwohner)",)
    assert found.common[0].costs["Grossstadt"] == ("5.000,00 Euro (genau; unter Vorbehalt; 10,00 je 1.000 Einwohner)",)
    assert [item.label for item in found.missing] == ["Wasserforum", HOSTILE, "Arbeitskreis Grünflächen"], "what costs most comes first"
    assert dict(found.alone)["Ausschuss oder Fachkommission"] == (
        "Rechtsausschuss des Deutschen Städtetages",
        "Umweltausschuss des Deutschen Städtetages",
    )
    assert [(item.label, item.counts, item.only_others) for item in found.umbrellas] == [
        ("Deutscher Städtetag", {"Grossstadt": 2, "Kleinstadt": 3}, ("Arbeitskreis Grünflächen",))
    ]


def test_one_report_for_each_city_with_its_own_numbers(two: Root) -> None:
    engine = StoreEngine(store.in_memory(two))
    paths = write_report(two, engine, two.build, "internal")
    names = [f"report-{city}.{ending}" for city in ("grossstadt", "kleinstadt") for ending in ("html", "xlsx")]
    assert [path.name for path in paths] == names
    small = paths[2].read_text(encoding="utf-8")
    assert "<h2>Vergleich mit anderen Kommunen</h2>" in small
    assert "<strong>9</strong> Mitwirkungen" in small
    assert "<strong>7</strong> Gremien" in small, "bodies of the register that the list does not name are not counted"
    assert "99.999" not in small
    assert "<img src=x" not in small
    assert not re.search(r"(?:src|href)=\"(?!#)", small)
    book = openpyxl.load_workbook(io.BytesIO(paths[3].read_bytes()))
    rows = list(book["Vergleich"].iter_rows(values_only=True))
    assert [cell for cell in rows[0] if cell] == ["Gremium", "Wo", "Kommunen", "Art", "fest", "Angaben Kleinstadt", "Angaben Grossstadt"]
    assert sorted(row[1] for row in rows[1:] if row[1]) == ["gemeinsam"] * 2 + ["nur bei anderen"] * 3 + ["nur in Kleinstadt"] * 5
    first = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in write_report(two, engine, two.build, "internal")] == first


def test_a_chosen_set_has_its_own_report(two: Root) -> None:
    engine = StoreEngine(store.in_memory(two))
    page, _ = write_report(two, engine, two.build, "internal", "kleinstadt-2020")
    assert page.name == "report-kleinstadt-2020.html"
    assert "<strong>11</strong> Mitwirkungen" in page.read_text(encoding="utf-8")
    with pytest.raises(UnknownNameError, match="kleinstadt-2020"):
        write_report(two, engine, two.build, "internal", "kleinstadt-2021")
    result = CliRunner().invoke(app, ["report", "--set", "kleinstadt-2020", "--root", str(two.path), "--out", str(two.build / "other")])
    assert result.exit_code == 0, result.output
    assert (two.build / "other" / "report-kleinstadt-2020.html").exists()


def test_an_endpoint_with_several_lists_is_no_basis_for_a_report(two: Root) -> None:
    class Elsewhere(Engine):
        def run(self, query: str) -> Table:
            return StoreEngine(store.in_memory(two)).run(query)

    with pytest.raises(GremiennetzError, match="holds 3 lists"):
        write_report(two, Elsewhere(), two.build, "internal")


def test_with_one_city_the_report_keeps_its_name_and_has_no_comparison(tmp_path: Path) -> None:
    root = made(tmp_path, *TWO[:2])
    paths = write_report(root, StoreEngine(store.in_memory(root)), root.build, "public")
    assert [path.name for path in paths] == ["report-public.html", "report-public.xlsx"]
    text = paths[0].read_text(encoding="utf-8")
    assert "Vergleich mit anderen Kommunen" not in text
    assert "<strong>9</strong> Mitwirkungen" in text


def test_the_part_of_a_set_holds_nothing_of_other_sets(two: Root) -> None:
    part = StoreEngine(of_sets(store.in_memory(two), ["kleinstadt-2026"]))
    rows = part.run(
        "SELECT DISTINCT ?x WHERE { ?x a ?class . FILTER(?class IN (gn:Body, gn:Unit, gn:Participation, gn:Record, dcat:Dataset)) }"
    ).texts()
    names = {row[0] for row in rows}
    assert not [name for name in names if "grossstadt" in name or "2020" in name]
    assert {name for name in names if name.startswith("body/")} == {f"body/{row.body}" for row in SMALL}
    decisions = part.run("SELECT ?x WHERE { ?x a gn:Decision }").texts()
    assert len(decisions) == len(SMALL)
    # what the chosen set means is the same in the part as in the whole
    whole = StoreEngine(store.in_memory(two))
    dataset = "<https://w3id.org/gremiennetz/id/dataset/kleinstadt-2026>"
    query = f"SELECT ?p ?v ?o WHERE {{ ?p a gn:Participation ; dct:isPartOf {dataset} ; ?v ?o }}"
    assert sorted(part.run(query).texts()) == sorted(whole.run(query).texts())
