"""Resolving: candidates with reasons, decisions that can be taken back, and guards that name the rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gremiennetz import resolve
from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.files import table_text, write_text
from gremiennetz.graph import files
from gremiennetz.graph.bodies import register_triples
from gremiennetz.graph.files import load_register
from gremiennetz.places import Root
from gremiennetz.records import Dataset, read_dataset
from gremiennetz.register import ALIAS_COLUMNS, BODY_COLUMNS, DECISION_COLUMNS, Register, decisions_path, guards
from gremiennetz.vocabulary import Vocabulary

BODIES = [
    ["staedtetag", "Deutscher Städtetag", "DST", "umbrella-association", "", "", "", "", ""],
    ["umweltausschuss", "Umweltausschuss", "", "committee", "", "staedtetag", "", "", ""],
    ["netzwerk-rad", "Netzwerk Rad", "", "network", "", "", "", "", ""],
    ["netzwerk-rad-ev", "Netzwerk Rad e. V.", "", "association", "ev", "", "", "", ""],
]
BOUND = [
    ["bildungsbeirat-dorf", "Bildungsbeirat (Dorf)", "", "advisory-board", "", "", "dorf", "", ""],
    ["bildungsbeirat-dorf-ag", "AG Schule des Bildungsbeirats", "", "working-group", "", "bildungsbeirat-dorf", "", "", ""],
    ["bildungsbeirat-klein", "Bildungsbeirat (Kleine Stadt)", "", "advisory-board", "", "", "small", "", ""],
]
ALIASES = [["Städtetag", "staedtetag"], ["Dt. Städtetag", "staedtetag"]]


@pytest.fixture
def city(small: Root) -> Root:
    write_text(small.register / "bodies.csv", table_text(BODY_COLUMNS, BODIES))
    write_text(small.register / "aliases.csv", table_text(ALIAS_COLUMNS, ALIASES))
    write_text(decisions_path(small.register, "small-2026"), table_text(DECISION_COLUMNS, []))
    return small


@pytest.fixture
def neighbours(city: Root) -> Root:
    """Two cities with a ``Bildungsbeirat`` each; the plain name is an alias of the other city's."""
    write_text(city.register / "bodies.csv", table_text(BODY_COLUMNS, [*BODIES, *BOUND]))
    write_text(city.register / "aliases.csv", table_text(ALIAS_COLUMNS, [*ALIASES, ["Bildungsbeirat", "bildungsbeirat-dorf"]]))
    return city


def register(root: Root) -> Register:
    return load_register(root, Vocabulary.read(root.shipped("ontology")))


def data(root: Root) -> Dataset:
    return read_dataset(root, "small-2026")


def run(cli: CliRunner, root: Root, *words: str) -> str:
    result = cli.invoke(app, ["resolve", *words, "--root", str(root.path)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def best(root: Root, name: str, umbrella: str = "") -> resolve.Candidate:
    return resolve.candidates(name, register(root), umbrella)[0]


@pytest.mark.parametrize(
    ("name", "umbrella", "body", "score"),
    [
        ("DST", "", "staedtetag", 100.0),
        ("Dt.  Städtetag", "", "staedtetag", 100.0),
        ("Umweltausschuss", "Städtetag", "umweltausschuss", 100.0),
        ("Netzwerk Rad", "", "netzwerk-rad", 100.0),
        ("NETZWERK RAD E.V.", "", "netzwerk-rad-ev", 97.0),
    ],
)
def test_the_right_body_comes_first(city: Root, name: str, umbrella: str, body: str, score: float) -> None:
    found = best(city, name, umbrella)
    assert (found.body.id, found.score) == (body, score)
    assert found.reason


def test_another_umbrella_lowers_the_score_and_says_so(city: Root) -> None:
    found = best(city, "Umweltausschuss", "Städte- und Gemeindebund")
    assert found.score == 80.0
    assert "anderer oder kein Dachverband" in found.reason


@given(st.text(max_size=40))
def test_any_text_can_be_compared(text: str) -> None:
    assert resolve.comparable(text) == resolve.comparable(text)
    assert 0 <= resolve._compare(text, resolve.comparable(text), "Deutscher Städtetag")[0] <= 100


def test_decide_and_take_back(city: Root, cli: CliRunner) -> None:
    assert "0 of 5 records decided, 5 open" in run(cli, city)
    run(cli, city, "amt-a-02", "--same", "netzwerk-rad", "--because", "Name gleich", "--date", "2026-11-22")
    assert register(city).body_of("small-2026") == {"amt-a-02": "netzwerk-rad"}
    assert "1 of 5 records decided" in run(cli, city)
    with pytest.raises(GremiennetzError, match="already is 'netzwerk-rad'"):
        run(cli, city, "amt-a-02", "--same", "netzwerk-rad-ev", "--because", "x")
    run(cli, city, "amt-a-02", "--different", "netzwerk-rad-ev", "--because", "kein Verein", "--date", "2026-11-22")
    run(cli, city, "amt-a-02", "--undo", "netzwerk-rad")
    assert register(city).body_of("small-2026") == {}
    assert [item.judgement for item in register(city).decisions] == ["different"]


def test_interactive_writes_every_answer_at_once(city: Root, cli: CliRunner) -> None:
    result = cli.invoke(
        app, ["resolve", "--interactive", "--root", str(city.path)], input="umweltausschuss\nName und Dachverband\n\nno-such-body\nx\nq\n"
    )
    assert result.exit_code == 0, result.output
    assert "there is no body 'no-such-body'" in result.output
    assert register(city).body_of("small-2026") == {"amt-a-01": "umweltausschuss"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("amt-a-99", "--same", "netzwerk-rad", "--because", "x"), "there is no record 'amt-a-99'"),
        (("amt-a-02", "--same", "netzwerk-rat", "--because", "x"), "near: netzwerk-rad"),
        (("amt-a-02", "--same", "netzwerk-rad"), "needs a justification"),
        (("amt-a-02", "--undo", "netzwerk-rad"), "no decision on"),
    ],
)
def test_what_cannot_be_decided_is_told(city: Root, cli: CliRunner, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(GremiennetzError, match=told):
        run(cli, city, *words)


def test_a_changed_decision_changes_only_what_follows_from_it(city: Root, cli: CliRunner) -> None:
    for record, body in (("amt-a-02", "netzwerk-rad"), ("amt-b-01", "netzwerk-rad"), ("amt-a-01", "umweltausschuss")):
        run(cli, city, record, "--same", body, "--because", "x", "--date", "2026-11-22")
    before = _triples(city)
    run(cli, city, "amt-b-01", "--undo", "netzwerk-rad")
    run(cli, city, "amt-b-01", "--same", "netzwerk-rad-ev", "--because", "x", "--date", "2026-11-22")
    changed = before ^ _triples(city)
    assert changed
    assert all("amt-b-01" in line or ("amt-b" in line and "memberOf" in line) for line in changed), changed


def _triples(root: Root) -> set[str]:
    made, known = files.builders(root)
    parts = [triple for builder in made for part in ("units", "participations", "records", "people") for triple in builder.part(part)]
    return {str(triple) for triple in [*parts, *register_triples(made[0].names, known)]}


CONTRADICTIONS = [
    (
        "bodies.csv",
        lambda rows: [[*rows[0][:5], "umweltausschuss", "", "", ""], *rows[1:]],
        "run in a circle: staedtetag (row 2), umweltausschuss (row 3)",
    ),
    ("bodies.csv", lambda rows: [*rows, rows[2]], "already used in row 4"),
    ("bodies.csv", lambda rows: [[*rows[0][:3], "club", *rows[0][4:]], *rows[1:]], "'club' is no kind"),
    ("bodies.csv", lambda rows: [[*rows[1][:5], "bund", "", "", ""]], "there is no body 'bund'"),
]


@pytest.mark.parametrize(("file", "change", "told"), CONTRADICTIONS, ids=["circle", "twice", "kind", "parent"])
def test_a_contradiction_stops_the_build_with_the_rows_named(city: Root, cli: CliRunner, file: str, change: object, told: str) -> None:
    assert callable(change)
    write_text(city.register / file, table_text(BODY_COLUMNS, change(BODIES)))
    result = cli.invoke(app, ["build", "--root", str(city.path)])
    assert isinstance(result.exception, InputError)
    assert told in str(result.exception)


def test_two_sames_and_a_different_against_a_same_are_contradictions(city: Root) -> None:
    row = ["amt-a-02", "netzwerk-rad", "same", "x", "y", "2026-11-22", ""]
    rows = [row, [row[0], "netzwerk-rad-ev", *row[2:]], [*row[:2], "different", *row[3:]]]
    write_text(decisions_path(city.register, "small-2026"), table_text(DECISION_COLUMNS, rows))
    with pytest.raises(InputError) as caught:
        register(city)
    assert [problem.row for problem in caught.value.problems] == [3, 4]
    assert "in row 2" in str(caught.value)


def test_a_row_that_puts_another_umbrella_in_front_is_told(city: Root, cli: CliRunner) -> None:
    run(cli, city, "amt-a-01", "--same", "netzwerk-rad", "--because", "x", "--date", "2026-11-22")
    (problem,) = guards(data(city), register(city))
    assert (problem.row, "stands below no umbrella" in problem.message) == (2, True)


@pytest.mark.parametrize("name", ["Bildungsbeirat", "Bildungsbeirat (Dorf)", "AG Schule des Bildungsbeirats"])
def test_a_body_of_another_city_is_never_proposed(neighbours: Root, name: str) -> None:
    for city, others in (("small", {"bildungsbeirat-dorf", "bildungsbeirat-dorf-ag"}), ("dorf", {"bildungsbeirat-klein"})):
        found = resolve.candidates(name, register(neighbours), most=99, municipality=city)
        assert not others & {item.body.id for item in found}
    assert resolve.candidates(name, register(neighbours), municipality="small")[0].body.id == "bildungsbeirat-klein"
    assert resolve.candidates(name, register(neighbours), municipality="small")[0].score < 100
    assert resolve.candidates(name, register(neighbours), municipality="dorf")[0].score == 100
    assert {item.body.municipality for item in resolve.candidates("Bildungsbeirat", register(neighbours))} >= {"dorf", "small"}


def test_an_abbreviation_of_another_citys_body_is_not_written_out(neighbours: Root) -> None:
    known = [*BODIES, ["rat-dorf", "Rat für Radverkehr", "RFR", "advisory-board", "", "", "dorf", "", ""]]
    write_text(neighbours.register / "bodies.csv", table_text(BODY_COLUMNS, known))
    write_text(neighbours.register / "aliases.csv", table_text(ALIAS_COLUMNS, ALIASES))
    bodies = register(neighbours).bodies.values()
    assert resolve._written_out("AG des RFR", register(neighbours), bodies) == "AG des Rat für Radverkehr"
    assert [item.body.id for item in resolve.candidates("RFR", register(neighbours), municipality="dorf")] == ["rat-dorf"]
    assert not resolve.candidates("RFR", register(neighbours), municipality="small")


def test_a_body_of_another_city_cannot_be_decided(neighbours: Root, cli: CliRunner) -> None:
    for body in ("bildungsbeirat-dorf", "bildungsbeirat-dorf-ag"):
        with pytest.raises(GremiennetzError, match=r"belongs to 'dorf' \(bodies.csv row 6\), small-2026 to 'small'"):
            run(cli, neighbours, "amt-a-02", "--same", body, "--because", "Name gleich")
    with pytest.raises(GremiennetzError, match="near: bildungsbeirat-klein "):
        run(cli, neighbours, "amt-a-02", "--same", "bildungsbeirat", "--because", "Name gleich")
    run(cli, neighbours, "amt-a-02", "--different", "bildungsbeirat-dorf", "--because", "andere Stadt", "--date", "2026-11-22")
    run(cli, neighbours, "amt-a-02", "--same", "bildungsbeirat-klein", "--because", "Name gleich", "--date", "2026-11-22")
    assert not guards(data(neighbours), register(neighbours))


def test_a_same_across_cities_stops_the_build_with_both_rows_named(neighbours: Root, cli: CliRunner) -> None:
    rows = [
        [record, body, "same", "x", "y", "2026-11-22", ""] for record, body in (("amt-a-02", "netzwerk-rad"), ("amt-b-01", "bildungsbeirat-dorf-ag"))
    ]
    write_text(decisions_path(neighbours.register, "small-2026"), table_text(DECISION_COLUMNS, rows))
    (problem,) = guards(data(neighbours), register(neighbours))
    told = "amt-b-01 is of 'small', but bildungsbeirat-dorf (bodies.csv row 6) belongs to 'dorf'"
    assert (problem.file, problem.row, problem.column, problem.message) == ("data/register/decisions/small-2026.csv", 3, "body", told)
    for command in ("check", "build", "convert"):
        result = cli.invoke(app, [command, "--root", str(neighbours.path)])
        assert isinstance(result.exception, InputError)
        assert told in str(result.exception)


def test_a_file_of_decisions_needs_its_set(city: Root, cli: CliRunner) -> None:
    rows = [["amt-a-02", "netzwerk-rad", "same", "x", "y", "2026-11-22", ""]]
    write_text(decisions_path(city.register, "big-2026"), table_text(DECISION_COLUMNS, rows))
    result = cli.invoke(app, ["convert", "--root", str(city.path)])
    assert "data/register/decisions/big-2026.csv: there is no set 'big-2026' in data/records" in str(result.exception)
    assert "0 of 5 records decided" in run(cli, city, "--dataset", "small-2026")


def test_decisions_in_the_old_place_are_told(city: Root, cli: CliRunner) -> None:
    write_text(city.register / "decisions.csv", table_text(DECISION_COLUMNS, []))
    result = cli.invoke(app, ["convert", "--root", str(city.path)])
    assert "data/register/decisions.csv: is not read; decisions on a set stand in decisions/<set>.csv" in str(result.exception)
