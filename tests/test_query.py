"""Queries: headers, parameters, what users type (and try to smuggle in), the engine, and how results are written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError, UnknownNameError
from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.query import (
    Library,
    Parameter,
    Query,
    StoreEngine,
    Table,
    Value,
    answer,
    ask,
    formatted,
    local_engine,
    native,
    parse_value,
    read_query,
)

HEAD = '# title.de = "T"\n# title.en = "T"\n# description.de = "D"\n# description.en = "D"\n'
HOSTILE = [
    'x" } DROP ALL #',
    "> } SERVICE <",
    "x\\u0022 } DROP ALL #",
    "x\\U00000022 } DROP ALL #",
    "\\",
    '\\"',
    'line\nbreak" }\r\n\ttab',
    "'''\"\"\"",
    "VALUES ?b { UNDEF }",
    "} VALUES ?b { 1 } #",
    "?b $b _:b",
    "{{name}} \\1 \\g<0> %s",
    "\x00\x1b[31m\u202e",
    "",
]


def query(text: str, **types: str) -> Query:
    parameters = {name: Parameter(name, kind, {}) for name, kind in types.items()}
    return Query("test/test", {"de": "T", "en": "T"}, {"de": "D", "en": "D"}, parameters, text)


def echo() -> Query:
    return query('SELECT ?a ?b { VALUES ?a { "first" } VALUES ?b { UNDEF } }', a="string", b="string")


def empty() -> StoreEngine:
    return StoreEngine(ox.Store())


def nothing(tmp_path: Path) -> Library:
    return Library(tmp_path)


# headers


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_says_what_the_query_is(tmp_path: Path) -> None:
    text = (
        HEAD
        + '# example = "--param n=3"\n# people = true\n# lists = { names = "; " }\n# [params.n]\n# type = "integer"\nSELECT * { VALUES ?n { 2 } }'
    )
    item = read_query(written(tmp_path, "a/b", text), tmp_path)
    assert (item.name, item.people, item.lists, item.command) == ("a/b", True, {"names": "; "}, "gremiennetz query a/b --param n=3")
    assert (item.parameters["n"].type, item.parameters["n"].default) == ("integer", "2")
    assert item.bound({}) == "SELECT * { VALUES ?n { 2 } }\n"


def test_a_library_tells_every_problem_of_every_file(tmp_path: Path) -> None:
    written(tmp_path, "one", '# title.de = "T"\nASK {}')
    written(tmp_path, "two", "# not TOML\nASK {}")
    written(tmp_path, "three", HEAD + '# [params.n]\n# type = "number"\nASK {}')
    with pytest.raises(InputError) as caught:
        Library(tmp_path)
    messages = "\n".join(map(str, caught.value.problems))
    assert len(caught.value.problems) == 6
    for part in ("title.en", "description.de", "not TOML", "type 'number'", "no place for the parameter n"):
        assert part in messages


def test_unknown_names_answer_with_near_ones(repository: Root) -> None:
    library = Library(repository.shipped("queries"))
    assert library.get("shared-bodies") is library.get("overlap/shared-bodies")
    with pytest.raises(UnknownNameError, match="overlap/shared-bodies"):
        library.get("overlap/shared-bodys")
    with pytest.raises(UnknownNameError, match="by-unit"):
        library.get("by-unit")  # several folders have one


# parameters


def test_a_parameter_without_value_keeps_its_default_or_loses_its_place() -> None:
    parameters = {"a": Parameter("a", "string", {}, default='"first"'), "b": Parameter("b", "string", {})}
    item = Query("t", {}, {}, parameters, 'SELECT ?a ?b { VALUES ?a { "first" } VALUES ?b { UNDEF } }')
    assert item.bound({}) == 'SELECT ?a ?b { VALUES ?a { "first" }  }'
    assert item.bound({"b": ox.Literal("x")}) == 'SELECT ?a ?b { VALUES ?a { "first" } VALUES ?b { "x" } }'


@pytest.mark.parametrize("value", HOSTILE)
def test_text_of_a_user_never_becomes_query_text(value: str, tmp_path: Path) -> None:
    engine = empty()
    engine.store.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("kept")))
    for first, second in ((value, "harmless"), ("harmless", value), (value, value)):
        table = answer(echo(), {"a": first, "b": second}, nothing(tmp_path), engine)
        assert table == Table(("a", "b"), ((ox.Literal(first), ox.Literal(second)),))
    assert len(engine.store) == 1


@example("", "\\\x07")
@example("\\u0041", "\\\\u")
@given(st.text(), st.text())
def test_any_two_texts_come_back_as_they_were(first: str, second: str) -> None:
    bound = echo().bound({"a": ox.Literal(first), "b": ox.Literal(second)})
    assert StoreEngine(ox.Store()).run(bound).rows == ((ox.Literal(first), ox.Literal(second)),)


@pytest.mark.parametrize("value", HOSTILE)
def test_an_engine_that_unescapes_before_it_parses_reads_the_same(value: str) -> None:
    """rdflib replaces ``\\u0022`` everywhere before it looks for strings, as SPARQL 1.1 allows."""
    bound = echo().bound({"a": ox.Literal(value), "b": ox.Literal("harmless")})
    (row,) = rdflib.Graph().query(bound)
    assert tuple(map(str, row)) == (value, "harmless")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("integer", "3", '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("integer", "-03", '"-3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("decimal", "1500,50", '"1500.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("decimal", "0.00", '"0"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("date", "2026", '"2026"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("date", "2024-02-29", '"2024-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("iri", "https://example.org/ä?x=1", "<https://example.org/ä?x=1>"),
        ("string", 'say "hi"\\n', '"say \\"hi\\"\\\\n"'),
    ],
)
def test_values_are_parsed_to_terms(kind: str, value: str, expected: str, tmp_path: Path) -> None:
    assert str(parse_value(Parameter("p", kind, {}), value, nothing(tmp_path), empty())) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("integer", value) for value in ("", "x", "1.5", "1e3", "1_000", "٣", "9" * 5000, "1 } #", "NaN")),
        *(("decimal", value) for value in ("", "NaN", "Infinity", "1e1000000", "1.2.3", "0x1", "1" * 30)),
        *(("date", value) for value in ("", "2026-02-30", "26", "2026-1-1", "２０２６", '2026" }')),
        *(("iri", value) for value in ("", "x", "javascript:alert(1)", "http://x> } SERVICE <http://y", "http://x/\\u003e", "https://x y")),
        *(("iri", value) for value in ("http://x/\n}", "https://[::1")),
        ("string", "\udc80"),
    ],
)
def test_values_of_another_type_are_refused(kind: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"^p="):
        parse_value(Parameter("p", kind, {}), value, nothing(tmp_path), empty())


LISTED = """SELECT ?value ?label ?code ?note { VALUES (?value ?label ?code ?note) {
  (<https://example.org/id/unit/x-a> "Amt für A" "Amt 1" "Amt für B") (<https://example.org/id/unit/x-b> "Amt für B" "Amt 1" "")
  (<https://example.org/id/unit/x-c> "Kasse" "Amt 3" "") (<https://example.org/id/unit/y-c> "Kasse" "Amt 4" "") } }"""


@pytest.mark.parametrize(
    ("given_", "found"),
    [("x-a", "x-a"), ("unit/x-a", "x-a"), ("https://example.org/id/unit/x-a", "x-a"), ("AMT FÜR B", "x-b"), ("Amt 3", "x-c"), ("X a", "x-a")],
)
def test_allowed_values_are_found_by_id_label_or_code(given_: str, found: str, tmp_path: Path) -> None:
    written(tmp_path, "lists/units", HEAD + LISTED)
    value = parse_value(Parameter("unit", "iri", {}, "lists/units"), given_, Library(tmp_path), empty())
    assert value == ox.NamedNode(f"https://example.org/id/unit/{found}")


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ("Amt für C", "none of the 4 allowed values; did you mean 'Amt für B' or 'Amt für A'"),
        ("Kasse", "several meanings: unit/x-c, unit/y-c"),
        ("Amt 1", "several meanings: unit/x-a, unit/x-b"),
        ("https://example.org/id/unit/x-z", "none of the 4"),
        ("> } SERVICE <", "none of the 4"),
    ],
)
def test_values_that_are_not_allowed_or_not_clear_are_refused(given_: str, message: str, tmp_path: Path) -> None:
    written(tmp_path, "lists/units", HEAD + LISTED)
    with pytest.raises(UnknownNameError, match=message):
        parse_value(Parameter("unit", "iri", {}, "lists/units"), given_, Library(tmp_path), empty())


def test_an_unknown_parameter_answers_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no parameter 'aa'; it has a"):
        answer(echo(), {"aa": "x"}, nothing(tmp_path), empty())


def test_the_parts_of_a_list_come_in_order(tmp_path: Path) -> None:
    item = Query("t", {}, {}, {}, 'SELECT ?x ?y { VALUES (?x ?y) { ("b; a; ; c" "b; a") } }', lists={"x": "; "})
    assert answer(item, {}, nothing(tmp_path), empty()).texts() == [["a; b; c", "b; a"]]


# engine


TERMS = (
    st.none()
    | st.sampled_from(["a", "b/x", "Z"]).map(lambda end: ox.NamedNode(f"https://example.org/{end}"))
    | st.integers(-20, 20).map(ox.Literal)
    | st.decimals(-20, 20, places=2).map(lambda number: ox.Literal(f"{number:f}", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
)
TEXTS = st.none() | st.text("aAäÄzZ 1", max_size=3).map(ox.Literal)


@given(st.lists(st.tuples(TERMS, TEXTS), max_size=12), st.booleans(), st.booleans())
def test_rows_are_sorted_as_an_engine_sorts_them(rows: list[tuple[Value, Value]], first: bool, second: bool) -> None:
    def key(name: str, downwards: bool) -> str:
        return f"DESC(?{name})" if downwards else f"?{name}"

    cells = " ".join(f"({' '.join('UNDEF' if value is None else str(value) for value in row)})" for row in rows)
    asked = query(f"SELECT ?a ?b WHERE {{\n  VALUES (?a ?b) {{ {cells} }}\n}}\nORDER BY {key('a', first)} {key('b', second)}\n")
    engine = StoreEngine(ox.Store())
    assert asked.order == (("a", first), ("b", second))
    # 1 and 1.0 are one place in the order, so values are compared
    assert list(map(_by_value, ask(asked, engine).rows)) == list(map(_by_value, engine.run(asked.text).rows))


def _by_value(row: tuple[Value, ...]) -> tuple[object, ...]:
    return tuple((type(value), native(value)) for value in row)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "1e5", "x", ""])
def test_what_is_no_decimal_stays_text_and_is_sorted_as_one(value: str) -> None:
    wrong = ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    assert native(wrong) == value
    assert Table(("n",), ((wrong,), (ox.Literal(3),))).in_order((("n", False),)).rows == ((ox.Literal(3),), (wrong,))


@pytest.mark.parametrize("ordering", ["?b", "STR(?a)", "?a ?b", "DESC(?b)"])
def test_what_is_sorted_by_something_else_than_columns_is_left_to_the_engine(ordering: str) -> None:
    asked = query(f"SELECT ?a WHERE {{ VALUES (?a ?b) {{ (1 3) (2 1) (3 2) }} }}\nORDER BY {ordering}\n")
    assert asked.order == ()
    engine = StoreEngine(ox.Store())
    assert ask(asked, engine) == engine.run(asked.text)


def test_what_is_no_query_or_would_change_something_is_refused() -> None:
    for text in ("SELECT", "DROP ALL", "INSERT DATA { <x:a> <x:b> 1 }", "LOAD <http://example.org/x>"):
        with pytest.raises(GremiennetzError, match="no SPARQL"):
            empty().run(text)


def test_every_form_of_query_gives_a_table(small: Root) -> None:
    files.write(small)
    engine = local_engine(small)
    assert engine.run("ASK { ?x a gn:Unit }").to_dicts() == [{"answer": True}]
    assert engine.run("CONSTRUCT { ?x a gn:Unit } WHERE { ?x a gn:Unit }").columns == ("subject", "predicate", "object")
    assert engine.run("SELECT ?x { ?x a gn:Nothing }") == Table(("x",), ())


def test_the_store_is_made_once_and_again_when_the_graph_changes(small: Root) -> None:
    files.write(small)
    count = "SELECT (COUNT(*) AS ?n) { ?x a gn:Unit }"
    assert local_engine(small).run(count).to_dicts() == [{"n": 2}]
    stamp = small.build / "store.fingerprint"
    first = stamp.read_text(encoding="utf-8"), stamp.stat().st_mtime_ns
    assert local_engine(small).run(count).to_dicts() == [{"n": 2}]
    assert (stamp.read_text(encoding="utf-8"), stamp.stat().st_mtime_ns) == first
    units = small.turtle / "small-2026" / "units.ttl"
    units.write_text(units.read_text(encoding="utf-8") + "\n<x:new> a <https://w3id.org/gremiennetz/ns#Unit> .\n", encoding="utf-8")
    assert local_engine(small).run(count).to_dicts() == [{"n": 3}]


def test_without_a_place_to_write_the_graph_is_read_into_memory(small: Root, caplog: pytest.LogCaptureFixture) -> None:
    files.write(small)
    small.build.write_text("a file where the folder should be", encoding="utf-8")
    assert local_engine(small).run("ASK { ?x a gn:Unit }").to_dicts() == [{"answer": True}]
    assert "into memory" in caplog.text


def test_the_public_profile_knows_no_person(small: Root) -> None:
    files.write(small)
    everything = "SELECT ?x { ?s ?p ?x FILTER(CONTAINS(STR(?x), 'Beispiel')) }"
    assert len(local_engine(small).run(everything)) > 0
    assert len(local_engine(small, people=False).run(everything)) == 0
    assert small.build.joinpath("store-public").is_dir()


# results


AWKWARD = Table(
    ("text", "number", "thing"),
    (
        (
            ox.Literal('=HYPERLINK("http://x")', language="de"),
            ox.Literal("-5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
            None,
        ),
        (
            ox.Literal("-2+3|cmd"),
            ox.Literal("1.5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
            ox.NamedNode("https://x.org/a"),
        ),
        (ox.Literal('a|b\n"c"\t\\ <b>*x*</b> [l](u)'), ox.Literal(True), ox.BlankNode("b1")),
        (ox.Literal("＝1"), ox.Literal("@SUM"), ox.Literal("\t=1")),
    ),
)


def test_csv_starts_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(formatted(AWKWARD, "csv"), newline="")))
    assert rows[1:3] == [['\'=HYPERLINK("http://x")', "-5", ""], ["'-2+3|cmd", "1.5", "https://x.org/a"]]
    assert rows[4] == ["'＝1", "'@SUM", "'\t=1"]


def test_json_and_xml_are_the_formats_of_the_w3c() -> None:
    data = json.loads(formatted(AWKWARD, "json"))
    assert data["head"]["vars"] == ["text", "number", "thing"]
    assert data["results"]["bindings"][0]["text"] == {"type": "literal", "value": '=HYPERLINK("http://x")', "xml:lang": "de"}
    assert "thing" not in data["results"]["bindings"][0]
    assert data["results"]["bindings"][2]["thing"]["type"] == "bnode"
    tree = ET.fromstring(formatted(AWKWARD, "xml"))
    names = {"s": "http://www.w3.org/2005/sparql-results#"}
    assert tree.findtext(".//s:result[3]/s:binding[@name='text']/s:literal", namespaces=names) == 'a|b\n"c"\t\\ <b>*x*</b> [l](u)'


def test_json_tsv_and_xml_are_read_back_by_another_program() -> None:
    for style, form in (("json", ox.QueryResultsFormat.JSON), ("xml", ox.QueryResultsFormat.XML), ("tsv", ox.QueryResultsFormat.TSV)):
        left_out = 3 if style == "xml" else 2  # Oxigraph's reader of XML trims texts, and blank nodes have no name to compare
        table = Table(AWKWARD.columns, AWKWARD.rows[:2] + AWKWARD.rows[left_out + 1 :])
        read = ox.parse_query_results(formatted(table, style).encode("utf-8"), format=form)
        assert isinstance(read, ox.QuerySolutions)
        assert tuple(tuple(row[name] for name in table.columns) for row in read) == table.rows


def test_a_control_character_does_not_break_xml() -> None:
    tree = ET.fromstring(formatted(Table(("x",), ((ox.Literal("a\x1b\x00b"),),)), "xml"))
    assert "a\ufffd\ufffdb" in "".join(tree.itertext())


def test_markdown_cells_hold_no_markup() -> None:
    line = formatted(AWKWARD, "md").splitlines()[4]
    assert line == '| a\\|b "c" \\\\ \\<b\\>\\*x\\*\\</b\\> \\[l\\](u) | true | \\_:b1 |'


def test_values_become_values_of_python() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for kind, text, expected in (
        ("integer", "3", 3),
        ("decimal", "1.10", Decimal("1.10")),
        ("double", "1e3", 1000.0),
        ("boolean", "false", False),
        ("date", "2026-01-31", dt.date(2026, 1, 31)),
        ("gYear", "2026", "2026"),
        ("integer", "three", "three"),
        ("decimal", "much", "much"),
    ):
        value = native(ox.Literal(text, datatype=ox.NamedNode(xsd + kind)))
        assert (value, type(value)) == (expected, type(expected))
    assert Table(("x",), ((None,),)).to_dicts() == [{"x": None}]


# command line


def test_the_list_shows_folders_and_titles_in_both_languages(cli: CliRunner, repository: Root) -> None:
    done = cli.invoke(app, ["query", "--list", "--root", str(repository.path)])
    assert done.exit_code == 0
    assert "overlap/\n" in done.output
    assert "Gemeinsame Gremien / Shared bodies" in done.output


def test_explain_shows_parameters_defaults_values_example_and_text(cli: CliRunner, repository: Root) -> None:
    done = cli.invoke(app, ["query", "shared-bodies", "--explain", "--root", str(repository.path)])
    for part in ("Gemeinsame Gremien", "--param units=<integer>", "default: 2", "example: gremiennetz query overlap/shared-bodies", "GROUP BY"):
        assert part in done.output
    done = cli.invoke(app, ["query", "portrait/unit", "--explain", "--root", str(repository.path)])
    assert "allowed values: gremiennetz query lists/units" in done.output


def test_own_queries_come_from_a_file_or_standard_input(cli: CliRunner, small: Root) -> None:
    files.write(small)
    own = small.path / "my.rq"
    own.write_text("SELECT ?label { ?x a gn:Municipality ; skos:prefLabel ?label }", encoding="utf-8")
    expected = "label\r\nKleine Stadt\r\n"
    for arguments, typed in ((["--file", str(own)], None), (["--file", "-"], own.read_text(encoding="utf-8"))):
        done = cli.invoke(app, ["query", "--root", str(small.path), "--format", "csv", *arguments], input=typed)
        assert (done.exit_code, done.stdout_bytes.decode("utf-8")) == (0, expected)
    done = cli.invoke(app, ["query", "shared-bodies", "--file", str(own), "--root", str(small.path)])
    assert done.exit_code == 2


def test_a_table_shows_markup_as_text_and_no_control_character(cli: CliRunner, small: Root) -> None:
    files.write(small)
    text = 'SELECT ?x { VALUES ?x { "[bold red]Amt[/bold red] [link=http://x]y" "\\u001B[31mred\\u202E" } }'
    done = cli.invoke(app, ["query", "--root", str(small.path), "--file", "-"], input=text)
    assert "[bold red]Amt[/bold red] [link=http://x]y" in done.output
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output
    assert "\ufffd[31mred\ufffd" in done.output
    assert done.output.endswith("2 rows\n")


def test_a_piped_table_has_one_line_per_row(cli: CliRunner, small: Root) -> None:
    files.write(small)
    done = cli.invoke(app, ["query", "overlap/memberships", "--root", str(small.path)])
    assert sum("unit/small-amt" in line and "body/" in line for line in done.output.splitlines()) == 5


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["shared-bodys"], "did you mean overlap/shared-bodies"),
        (["shared-bodies", "--param", "unit=3"], "it has units"),
        (["shared-bodies", "--param", "units=many"], "no integer"),
        (["portrait/unit", "--param", "unit=Amt C"], "did you mean 'Amt "),
        (["people/seats", "--profile", "public"], "the public profile has none"),
    ],
)
def test_wrong_names_and_values_are_told_in_one_line(arguments: list[str], part: str, cli: CliRunner, small: Root) -> None:
    files.write(small)
    done = cli.invoke(app, ["query", *arguments, "--root", str(small.path)])
    assert isinstance(done.exception, GremiennetzError)
    assert part in str(done.exception)
    assert "\n" not in str(done.exception)


@pytest.mark.parametrize("arguments", [[], ["shared-bodies", "--param", "units"], ["shared-bodies", "--param", "units=2", "--param", "units=3"]])
def test_wrong_usage_is_exit_code_two(arguments: list[str], cli: CliRunner, small: Root) -> None:
    assert cli.invoke(app, ["query", *arguments, "--root", str(small.path)]).exit_code == 2


def test_persons_are_shown_in_the_internal_profile_only(cli: CliRunner, small: Root) -> None:
    files.write(small)
    asked = ["query", "portrait/unit", "--root", str(small.path), "--format", "json"]
    assert "Ada" in cli.invoke(app, ["query", "people/seats", "--root", str(small.path)]).output
    assert "Ada" not in cli.invoke(app, [*asked, "--profile", "public"]).output


def test_a_store_on_disk_answers_like_one_in_memory(small: Root) -> None:
    files.write(small)
    library = Library(small.shipped("queries"))
    disk, memory = local_engine(small), StoreEngine(store.in_memory(small))
    for item in library:
        assert answer(item, {}, library, disk) == answer(item, {}, library, memory), item.name


@pytest.mark.parametrize("text", ["SELECT * WHERE " + "{" * 5000 + "}" * 5000, "SELECT * WHERE { FILTER(" + "!" * 50000 + "1) }"])
def test_a_text_that_would_end_the_process_is_told(text: str) -> None:
    with pytest.raises(GremiennetzError, match="line 1: more than 64 brackets"):
        StoreEngine(ox.Store()).run(text)
