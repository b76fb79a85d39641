"""The query library: every query on the committed graph, and what the queries mean on two cities small enough to count by hand."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql import prepareQuery

from gremiennetz.files import read_text
from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.query import Library, Native, Query, StoreEngine, Table, Value, answer, ask, shown
from gremiennetz.scans import scanning
from gremiennetz.tokens import columns
from made_lists import BODIES, SMALL, List, write  # type: ignore[import-not-found] # conftest.py shows Python the way

REPOSITORY = Path(__file__).resolve().parents[1]
LIBRARY = Library(REPOSITORY / "queries")
TOPICS = {"overlap", "umbrella", "cost", "people", "reach", "status", "provenance", "quality", "comparison"}

# columns that are not text or things, wherever they appear
TYPES = {
    **dict.fromkeys(
        ("count", "bodies", "firm_bodies", "umbrellas", "firm_umbrellas", "persons", "depth", "participations", "records", "row", "seats"), "integer"
    ),
    **dict.fromkeys(("empty", "units", "others", "with_amount", "with_person", "none", "no_amount", "not_filled"), "integer"),
    **dict.fromkeys(("amount", "up_to", "sum", "sum_to", "exact", "about", "at_most", "range_from", "range_to", "not_yearly"), "decimal"),
    **dict.fromkeys(("jaccard", "coefficient", "share"), "decimal"),
    "firm": "boolean",
}
SPECIAL = {
    ("report/costs", "not_yearly"): "boolean",
    ("changes/costs", "not_yearly"): "boolean",
    ("changes/members-in", "records"): "string",
    ("overlap/memberships", "firm"): "integer",
    ("overlap/memberships", "records"): "string",
    **{(name, "records"): "string" for name in ("overlap/shared-bodies", "overlap/shared-umbrellas", "overlap/between", "cost/double-payments")},
    **{("people/several-seats", column): "string" for column in ("records", "bodies")},
}
"""The same column name with another meaning."""
QUERIES = list(LIBRARY)


def name(query: Query) -> str:
    return query.name


@cache
def engine(*, people: bool = True) -> StoreEngine:
    return StoreEngine(store.in_memory(Root(REPOSITORY), people=people))


@cache
def asked(query: str) -> Table:
    return answer(LIBRARY.get(query), {}, LIBRARY, engine())


def rows(query: str) -> list[dict[str, Native]]:
    return asked(query).to_dicts()


def example(query: Query) -> dict[str, str]:
    words = shlex.split(query.example)
    assert set(words[::2]) <= {"--param"}
    return {key: value for key, _, value in (word.partition("=") for word in words[1::2])}


def test_there_are_at_least_thirty_questions_over_all_topics() -> None:
    questions = [query for query in LIBRARY if query.name.split("/")[0] not in {"lists", "report", "network"}]
    assert len(questions) >= 30
    assert {query.name.split("/")[0] for query in questions} >= TOPICS


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_every_query_runs_and_its_columns_have_their_types(query: Query) -> None:
    table = asked(query.name)
    assert len(set(table.columns)) == len(table.columns)
    for index, column in enumerate(table.columns):
        wanted = SPECIAL.get((query.name, column), TYPES.get(column))
        for row in table.rows:
            value = row[index]
            if wanted and value is not None:
                assert isinstance(value, ox.Literal), (column, value)
                assert value.datatype.value.rpartition("#")[2] == wanted, (column, value)
            if column.endswith("_label") or column in ("label", "record", "lines", "deciding", "title"):
                assert isinstance(value, ox.Literal) or value is None, (column, value)
    assert len(set(table.rows)) == len(table.rows), "a row comes twice"


@pytest.mark.parametrize("query", [query for query in QUERIES if query.parameters], ids=name)
def test_the_example_narrows_the_answer(query: Query) -> None:
    table = answer(query, example(query), LIBRARY, engine())
    assert table.columns == asked(query.name).columns
    # a query that is asked about a city or a list of one has no example, because the library knows no city; changes need two lists of one city
    about = {parameter.values for parameter in query.parameters.values() if parameter.type == "iri"}
    if not about & {"lists/municipalities", "lists/datasets"}:
        assert example(query)
        assert 0 < len(table) <= max(len(asked(query.name)), 50)


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_parameters_are_described_and_their_values_listed(query: Query) -> None:
    for parameter in query.parameters.values():
        assert parameter.description.keys() == {"de", "en"}
        if parameter.type == "iri":
            allowed = asked(parameter.values)
            assert len(allowed) > 0
            assert allowed.columns[1] in ("label", "record")


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_the_order_of_the_rows_is_decided(query: Query) -> None:
    """No two rows have the same keys in ORDER BY; keys that are not shown are asked for too."""
    ordering = re.search(r"\nORDER BY ([^\n]*)\n$", query.text)
    assert ordering
    keys = list(dict.fromkeys(re.findall(r"\?(\w+)", ordering[1])))
    text = query.text
    if hidden := [key for key in keys if key not in asked(query.name).columns]:
        head = re.search(r"^SELECT\s[^{]*?(?=\s+WHERE|\s*\{)", text, flags=re.MULTILINE)
        assert head
        text = text.replace(head[0], f"{head[0]} {' '.join(f'?{key}' for key in hidden)}", 1)
    table = engine().run(text)
    places = [table.columns.index(key) for key in keys]
    seen = Counter(tuple(row[place] for place in places) for row in table.rows)
    assert not [key for key, count in seen.items() if count > 1]


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_rows_sorted_here_come_as_from_the_engine(query: Query) -> None:
    """Where the keys are columns, the program sorts; the columns are those of the engine, and so is the order."""
    asked_as_it_stands = engine().run(query.text)
    assert tuple(columns(query.text)) == asked_as_it_stands.columns
    places = [asked_as_it_stands.columns.index(column) for column, _ in query.order]
    here = asked(query.name)
    assert [[row[place] for place in places] for row in here.rows] == [[row[place] for place in places] for row in asked_as_it_stands.rows]


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_a_query_that_reads_in_a_row_has_the_same_answer(query: Query) -> None:
    text = query.for_engine()
    rewritten = scanning(text, concepts=query.concepts)
    assert "gn:Participation" not in query.text or rewritten != text
    assert Counter(map(_without_order(query), engine().run(rewritten).rows)) == Counter(map(_without_order(query), engine().run(text).rows))


def _without_order(query: Query) -> Callable[[tuple[Value, ...]], tuple[str, ...]]:
    separators = [query.lists.get(column) for column in columns(query.text)]

    def sort(row: tuple[Value, ...]) -> tuple[str, ...]:
        return tuple(
            str(sorted(shown(value).split(separator))) if separator else str(value) for value, separator in zip(row, separators, strict=True)
        )

    return sort


@cache
def two_lists_of_one_city() -> tuple[StoreEngine, StoreEngine]:
    """Return the graph of two lists of one city, as named graphs, and with each triple once."""
    with TemporaryDirectory() as folder:
        older, newer = List("kleinstadt", 2020, SMALL), List("kleinstadt", 2026, SMALL[1:], revises="kleinstadt-2020")
        root = write(Path(folder), [older, newer], BODIES)
        files.write(root)
        named = store.in_memory(root)
    once = ox.Store()
    once.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in named)
    assert len(once) < len(named), "both lists describe the units"
    return StoreEngine(named), StoreEngine(once)


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_what_two_lists_say_of_a_unit_is_told_once(query: Query) -> None:
    """Oxigraph gives a triple once per named graph that holds it; no query may count that."""
    named, once = two_lists_of_one_city()
    assert Counter(ask(query, named).rows) == Counter(ask(query, once).rows)


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_queries_are_portable(query: Query) -> None:
    """SPARQL 1.1 as rdflib's parser knows it too, without what Virtuoso or the order of an engine would spoil."""
    prepareQuery(query.text)
    code = re.sub(r"<[^>\s]*>|\"[^\"]*\"", '""', query.text)
    assert not re.search(r"\b(BIND|IF)\s*\((?:[^{}])*\bEXISTS\b", code), "EXISTS in an expression"
    assert "SERVICE" not in code
    assert not re.search(r"\bFROM\b|\bGRAPH\b", code)
    assert not re.search(r"/\s*0\b", code)
    assert not re.search(r"[Dd]resden|[Ll]eipzig", query.text), "a query knows no city"


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_columns_of_several_values_are_declared(query: Query) -> None:
    """Every GROUP_CONCAT that reaches the result is declared with its separator, so that the answer can put its parts in order."""
    aliases = {alias: separator for separator, alias in re.findall(r'SEPARATOR="([^"]*)"\) AS \?(\w+)', query.text)}
    projected = set(asked(query.name).columns)
    assert {alias: separator for alias, separator in aliases.items() if alias in projected}.items() <= query.lists.items()
    assert query.lists.keys() <= projected
    if "cells" in aliases and "deciding" in projected:
        assert query.lists["deciding"] == aliases["cells"]


@pytest.mark.parametrize("query", [query for query in QUERIES if query.name.startswith(("overlap/", "comparison/common", "cost/double"))], ids=name)
def test_an_overlap_is_firm_or_names_the_deciding_cells(query: Query) -> None:
    table = asked(query.name)
    if query.name == "overlap/memberships":
        return
    assert "deciding" in table.columns
    for row in table.to_dicts():
        if "firm" in row:
            assert (row["firm"] is True) == (row["deciding"] == ""), row
        else:
            short = row["firm_bodies"] != row["bodies"] or row.get("firm_umbrellas") != row.get("umbrellas")
            assert short == bool(row["deciding"]), row


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_the_public_profile_names_nobody(query: Query) -> None:
    table = answer(query, {}, LIBRARY, engine(people=False))
    assert table.columns == asked(query.name).columns
    names = people()
    for row in table.texts():
        for cell in row:
            assert not any(full in cell for full in names), row
    if query.people and query.name != "people/named-by-unit":
        assert len(table) == 0


def people() -> set[str]:
    """Full names of the persons in the graph: a family name alone can be a word."""
    found = engine().run("SELECT DISTINCT ?given ?family { ?x a foaf:Person ; foaf:familyName ?family ; foaf:givenName ?given }")
    return {f"{given} {family}" for given, family in found.texts()}


# what the numbers on the committed graph must be, derived from the graph in another way


def test_the_inventory_counts_what_the_records_hold() -> None:
    things = {str(row["thing"]): row["count"] for row in rows("quality/inventory")}
    participations = {row["record"] for row in rows("report/participations")}
    assert things["Mitwirkungen"] == things["Tabellenzeilen"] == len(participations)
    assert next(count for thing, count in things.items() if "unsicher" in thing) == len({row["record"] for row in rows("report/uncertain")})
    assert things["Organisationseinheiten"] == len({row["unit"] for row in rows("lists/units")})
    assert things["Gremien"] == len({row["body"] for row in rows("lists/bodies")})
    assert next(count for thing, count in things.items() if "Dachverb" in thing) == len({row["umbrella"] for row in rows("lists/umbrellas")})


def test_shared_bodies_are_those_of_the_memberships() -> None:
    """Within each city: a body that two cities take part in with one unit each is not shared."""
    cities = {row["unit"]: row["municipality_label"] for row in rows("lists/units")}
    units: defaultdict[tuple[Native, Native], set[Native]] = defaultdict(set)
    for row in rows("overlap/memberships"):
        units[cities[row["unit"]], row["body"]].add(row["unit_label"])
    expected = {key: found for key, found in units.items() if len(found) > 1}
    found = {(row["municipality_label"], row["body"]): set(str(row["unit_labels"]).split(" | ")) for row in rows("overlap/shared-bodies")}
    assert found == expected
    assert {city for city, _ in expected} == set(cities.values())


def test_pairs_add_up_to_the_shared_bodies() -> None:
    from_bodies = sum(count * (count - 1) // 2 for count in (row["count"] for row in rows("overlap/shared-bodies")) if isinstance(count, int))
    assert sum(int(str(row["bodies"])) for row in rows("overlap/unit-pairs")) == from_bodies
    cities = {row["label"]: row["municipality_label"] for row in rows("lists/units")}  # between any two units, also of two cities
    within = [row for row in rows("overlap/between") if cities[row["unit_label"]] == cities[row["other_label"]]]
    assert len(within) == 2 * from_bodies


def test_the_tree_has_no_umbrella_that_is_missing_in_the_list() -> None:
    assert {row["parent"] for row in rows("umbrella/tree")} == {row["umbrella"] for row in rows("lists/umbrellas")}


def test_costs_by_division_are_those_by_unit_added_up() -> None:
    labels = {"genau": "exact", "ungefähr": "about", "höchstens": "at_most", "Spanne": "range_from"}
    divisions = {row["label"]: row["division_label"] for row in rows("lists/units")}
    expected: defaultdict[tuple[Native, str], Decimal] = defaultdict(Decimal)
    for row in rows("cost/by-unit"):
        if row["yearly"] == "im Jahr":
            expected[divisions[row["unit_label"]], labels[str(row["exactness_label"])]] += Decimal(str(row["sum"]))
    found = {(row["division"], key): row[key] for row in rows("cost/by-division") for key in labels.values()}
    assert {key: value for key, value in found.items() if value} == {key: value for key, value in expected.items() if value}


def test_every_participation_is_in_a_portrait_and_in_its_lists() -> None:
    records = {row["record"] for row in rows("report/participations")}
    assert {row["record"] for row in rows("portrait/unit")} == {row["record"] for row in rows("portrait/body")} == records
    assert len(rows("portrait/unit")) == len(rows("report/participations"))
    assert {row["record"] for row in rows("provenance/record")} == records


def test_the_search_takes_words_as_words() -> None:
    query = LIBRARY.get("search/words")
    assert len(answer(query, {"words": ".*"}, LIBRARY, engine())) == 0
    assert len(answer(query, {"words": '") || true || ("'}, LIBRARY, engine())) == 0
    found = answer(query, {"words": "STÄDTETAG"}, LIBRARY, engine()).to_dicts()
    assert found
    assert all("städtetag" in str(row["text"]).lower() for row in found)


# the meaning, on two cities small enough to count by hand

CITIES = """
@prefix : <https://example.org/id/> .
@prefix gn: <https://w3id.org/gremiennetz/ns#> .
@prefix v: <https://w3id.org/gremiennetz/vocab/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:x a gn:Municipality ; skos:prefLabel "X"@de . :y a gn:Municipality ; skos:prefLabel "Y"@de .
:xa a gn:Unit ; skos:prefLabel "XA"@de ; org:unitOf :x ; gn:division :xa .
:xb a gn:Unit ; skos:prefLabel "XB"@de ; org:unitOf :x ; gn:division :xb .
:xc a gn:Unit ; skos:prefLabel "XC"@de ; org:unitOf :xa ; gn:division :xa .
:ya a gn:Unit ; skos:prefLabel "YA"@de ; org:unitOf :y ; gn:division :ya .
:u a gn:Body ; skos:prefLabel "U"@de . :t a gn:Body ; skos:prefLabel "T"@de . :old a gn:Body ; skos:prefLabel "Old"@de .
:s1 a gn:Body ; skos:prefLabel "S1"@de ; org:subOrganizationOf :u . :s2 a gn:Body ; skos:prefLabel "S2"@de ; org:subOrganizationOf :u .
"""
SETS = {"x25": ("x", "2025"), "x26": ("x", "2026"), "y26": ("y", "2026")}
PARTICIPATIONS = [
    # set, record, unit, body, uncertain column, cost lines, amount, up to, exactness
    ("x26", "a1", "xa", "s1", "", "1", "100", "", "exact"),
    ("x26", "a2", "xa", "t", "", "", "", "", ""),
    ("x26", "b1", "xb", "s1", "unit", "2", "50", "", "about"),
    ("x26", "b2", "xb", "s2", "", "3", "", "", "none"),
    ("x26", "b3", "xb", "t", "", "", "", "", ""),
    ("x26", "c1", "xc", "s2", "", "4", "200", "", "exact"),
    ("x25", "a1", "xa", "old", "", "", "", "", ""),
    ("x25", "a2", "xa", "t", "", "", "", "", ""),
    ("y26", "a1", "ya", "t", "", "5", "300", "400", "range"),
    ("y26", "a2", "ya", "u", "name", "6", "7.5", "", "exact"),
]


def cities() -> str:
    """Return the two cities as Turtle."""
    lines = [CITIES]
    for dataset, (city, year) in SETS.items():
        lines.append(f':{dataset} a dcat:Dataset ; dct:identifier "{dataset}" ; dct:title "{dataset}"@de ; dct:subject :{city} ;')
        lines.append(f'  prov:wasDerivedFrom [ dct:title "D"@de ; dct:issued "{year}"^^xsd:gYear ] .')
    for dataset, record, unit, body, doubt, cell, amount, up_to, exactness in PARTICIPATIONS:
        key = f"{dataset}-{record}"
        lines.append(
            f":p-{key} a gn:Participation ; org:member :{unit} ; org:organization :{body} ; prov:wasDerivedFrom :r-{key} ; dct:isPartOf :{dataset} ."
        )
        lines.append(f':r-{key} a gn:Record ; dct:identifier "{record}" ; gn:sourceLines "9" ; dct:isPartOf :{dataset} .')
        if doubt:
            lines.append(f":r-{key} gn:uncertainColumn <https://w3id.org/gremiennetz/vocab/column/{doubt}> .")
        if cell:
            lines.append(f':r-{key} gn:linesCost "{cell}" . :p-{key} gn:costStatement :c-{key}-1 .')
            lines.append(
                f':c-{key}-1 a gn:CostStatement ; rdfs:label "{amount} Euro"@de ;'
                f" gn:exactness v:exactness\\/{exactness} ; gn:costKind v:cost-kind\\/fee ."
            )
        if amount:
            lines.append(f":c-{key}-1 gn:amount {amount if '.' in amount else amount + '.0'} .")
        if up_to:
            lines.append(f":c-{key}-1 gn:amountUpTo {up_to}.0 .")
    return "\n".join(lines)


@cache
def two_cities() -> StoreEngine:
    made = ox.Store()
    made.bulk_load(input=cities(), format=ox.RdfFormat.TURTLE)
    for path in sorted((REPOSITORY / "ontology").rglob("*.ttl")):
        made.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return StoreEngine(made)


def told(query: str, columns: str, **values: str) -> list[list[str]]:
    """Return some columns of an answer on the two cities."""
    table = answer(LIBRARY.get(query), values, LIBRARY, two_cities())
    places = [table.columns.index(column) for column in columns.split()]
    return [[row[place] for place in places] for row in table.texts()]


@pytest.mark.parametrize("query", QUERIES, ids=name)
def test_every_query_runs_on_several_cities(query: Query) -> None:
    assert answer(query, {}, LIBRARY, two_cities()).columns == asked(query.name).columns


def test_bodies_are_shared_within_a_city_only() -> None:
    assert told("overlap/shared-bodies", "label count firm unit_labels deciding municipality_label") == [
        ["S1", "2", "false", "XA | XB", "b1: Einheit", "X"],
        ["S2", "2", "true", "XB | XC", "", "X"],
        ["T", "2", "true", "XA | XB", "", "X"],
    ]
    assert told("overlap/shared-bodies", "label", units="3") == []


def test_umbrellas_are_shared_through_their_sub_bodies() -> None:
    assert told("overlap/shared-umbrellas", "label count firm bodies depth unit_labels municipality_label") == [
        ["U", "3", "true", "2", "1", "XA | XB | XC", "X"]
    ]


def test_pairs_of_units_are_counted_by_kind_of_overlap() -> None:
    assert told("overlap/unit-pairs", "a_label b_label bodies firm_bodies umbrellas firm_umbrellas jaccard coefficient body_labels deciding") == [
        ["XA", "XB", "2", "1", "1", "1", "0.5", "0.667", "S1 | T", "b1: Einheit"],
        ["XB", "XC", "1", "1", "1", "1", "0.333", "1", "S2", ""],
        ["XA", "XC", "0", "0", "1", "1", "0", "0", "", ""],
    ]
    assert [row[0] for row in told("overlap/unit-pairs", "a_label b_label", unit="XC")] == ["XB", "XA"]


def test_pairs_of_divisions_count_their_offices() -> None:
    assert told("overlap/division-pairs", "a_label b_label bodies firm_bodies body_labels deciding") == [
        ["XA", "XB", "3", "2", "S1 | S2 | T", "b1: Einheit"]
    ]


def test_what_two_units_share_is_told_with_its_lines() -> None:
    assert told("overlap/between", "label firm records other_records deciding", unit="XB", other="XA") == [
        ["S1", "false", "b1 (9)", "a1 (9)", "b1: Einheit"],
        ["T", "true", "b3 (9)", "a2 (9)", ""],
    ]


def test_double_payments_keep_exactness_and_reservation() -> None:
    assert told("cost/double-payments", "scope label count firm deciding municipality_label") == [
        ["Dachverband", "U", "3", "true", "", "X"],
        ["Gremium", "S1", "2", "false", "b1: Einheit", "X"],
    ]


def test_costs_are_never_added_up_across_exactness() -> None:
    assert told("cost/by-division", "division exact about range_from range_to none not_filled") == [
        ["XA", "300", "0", "0", "0", "0", "3"],
        ["YA", "7.5", "0", "300", "400", "0", "0"],
        ["XB", "0", "50", "0", "0", "1", "1"],
    ]
    assert told("umbrella/cost", "umbrella_label exactness_label count sum uncertain") == [
        ["U", "genau", "3", "307.5", "1"],
        ["U", "ungefähr", "1", "50", "0"],
    ]
    assert told("comparison/cost-by-body", "body_label municipality_label exactness_label sum sum_to")[-2:] == [
        ["T", "Y", "Spanne", "300", "400"],
        ["U", "Y", "genau", "7.5", "7.5"],
    ]


def test_cities_are_compared() -> None:
    assert told("comparison/common-bodies", "label count firm municipality_labels", municipalities="2") == [["T", "2", "true", "X | Y"]]
    assert told("comparison/not-in", "municipality_label label") == [["X", "U"], ["Y", "S1"], ["Y", "S2"]]
    assert told("comparison/key-figures", "municipality_label dataset year units bodies participations with_amount uncertain") == [
        ["X", "x25", "2025", "1", "2", "2", "0", "0"],
        ["X", "x26", "2026", "3", "3", "6", "3", "1"],
        ["Y", "y26", "2026", "1", "2", "2", "2", "1"],
    ]


def test_lists_of_two_years_show_what_changed() -> None:
    assert told("comparison/over-time", "municipality_label change label first last") == [
        ["X", "weggefallen", "Old", "2025", "2025"],
        ["X", "neu", "S1", "2026", "2026"],
        ["X", "neu", "S2", "2026", "2026"],
        ["X", "bleibt", "T", "2025", "2026"],
        ["Y", "bleibt", "T", "2026", "2026"],
        ["Y", "bleibt", "U", "2026", "2026"],
    ]


def test_a_sub_body_without_its_umbrella_is_told() -> None:
    assert told("umbrella/without-membership", "umbrella_label body_label unit_label record") == [
        ["U", "S1", "XA", "a1"],
        ["U", "S1", "XB", "b1"],
        ["U", "S2", "XB", "b2"],
        ["U", "S2", "XC", "c1"],
    ]


# the page


@cache
def page() -> str:
    spec = importlib.util.spec_from_file_location("make_query_docs", REPOSITORY / "scripts" / "make_query_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.page(Root(REPOSITORY)))


def test_the_page_of_the_library_is_up_to_date() -> None:
    assert read_text(REPOSITORY / "docs" / "queries.md") == page(), "run scripts/make_query_docs.py"


def test_the_page_names_nobody() -> None:
    assert not [full for full in people() if full in page()]


def test_the_queries_of_the_cookbooks_run() -> None:
    for document in ("cookbook.md", "kochbuch.md"):
        blocks = re.findall(r"```sparql\n(.*?)```", read_text(REPOSITORY / "docs" / document), flags=re.DOTALL)
        assert len(blocks) > 10
        for block in blocks:
            assert len(engine(people=False).run(block)) > 0, (document, block)
