"""Two lists of one city: every kind of change planted and found, nothing else reported, and the same from both sides."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gremiennetz import changes, validate
from gremiennetz.changes import Diff, diff
from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError, UnknownNameError
from gremiennetz.files import read_table, table_text, write_text
from gremiennetz.graph import files, store
from gremiennetz.graph.changes import KINDS, Change, Cost, Membership, compare, described
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine, answer
from gremiennetz.records import RECORD_COLUMNS
from gremiennetz.register import DECISION_COLUMNS
from made_lists import SMALL, List, Row, write  # type: ignore[import-not-found] # conftest.py shows Python the way

CITY, OLD, NEW = "kleinstadt", "kleinstadt-2026", "kleinstadt-2028"


def evolved(number: int, **values: str) -> Row:
    return attrs.evolve(SMALL[number], **values)


ALTERED = (
    evolved(0, cost="12.500,00 Euro Mitgliedsbeitrag", status="dauerhaft, seit 1991"),
    evolved(1, unit="personal"),
    evolved(2, participation="Mitglied", purpose="anderer Zweck"),
    evolved(3),
    evolved(4, name="Ausschuss für Umwelt", cost="100,00 Euro"),
    evolved(5),
    evolved(6, reach="regional"),
    evolved(7, cost="60,00 Euro"),
    Row("gruen", "", "Waldverein Deutschland e. V.", "30,00 Euro"),
    Row("buergeramt", "wasser", "Wasserforum"),
)
"""The small list with changes of each kind, and with other words where nothing that counts has changed (status, purpose, reach)."""
PLANTED = {
    ("joined", "Wasserforum", "", "Wasserforum"),
    ("joined", "Waldverein Deutschland e. V.", "", "Waldverein Deutschland e. V."),
    ("left", "Waldverein", "Waldverein", ""),
    (
        "renamed",
        "Umweltausschuss des Deutschen Städtetages",
        "Deutscher Städtetag – Umweltausschuss",
        "Deutscher Städtetag – Ausschuss für Umwelt",
    ),
    ("cost", "Deutscher Städtetag", "10.000,00 Euro", "12.500,00 Euro"),
    ("cost", "Umweltausschuss des Deutschen Städtetages", "keine Kosten", "100,00 Euro"),
    ("cost", "Netzwerk Rad", "50,00 bis 100,00 Euro", "60,00 Euro"),
    ("role", "Kommunale Gemeinschaftsstelle", "Vorsitz", "Mitglied"),
    ("moved", "Rechtsausschuss des Deutschen Städtetages", "Bürgeramt", "Personalamt"),
}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """Return a city with lists of 2026, 2028 (altered) and 2031 (as in 2028), each of which follows the one before, and another city."""
    lists = [
        List(CITY, 2026, SMALL),
        List(CITY, 2028, ALTERED, revises=OLD),
        List(CITY, 2031, ALTERED[:-1], revises=NEW),
        List("grossstadt", 2028, SMALL[:3]),
    ]
    root: Root = write(tmp_path_factory.mktemp("years"), lists)
    files.write(root)
    return root


def engine(root: Root, *, people: bool = True) -> StoreEngine:
    return StoreEngine(store.in_memory(root, people=people))


def library(root: Root) -> Library:
    return Library(root.shipped("queries"))


@pytest.fixture(scope="module")
def found(years: Root) -> Diff:
    return diff(library(years), engine(years), OLD, NEW)


def told(result: Diff) -> Counter[tuple[str, ...]]:
    return Counter((change.kind, change.one.body_label, *described(change)) for change in result.changes)


# what was planted


def test_every_planted_change_is_found_and_nothing_else(found: Diff) -> None:
    assert told(found) == Counter(PLANTED)


def test_amount_and_percent(found: Diff) -> None:
    money = {change.one.body_label: (change.difference, change.percent) for change in found.of("cost")}
    assert money == {
        "Deutscher Städtetag": (Decimal(2500), Decimal("25.0")),
        "Umweltausschuss des Deutschen Städtetages": (Decimal(100), None),
        "Netzwerk Rad": (None, None),
    }


def test_a_change_names_the_uncertain_cells_it_hangs_on(found: Diff) -> None:
    assert {found.deciding(change) for change in found.changes} == {"", "personal-02: Einheit; personal-03: Einheit"}
    (unsure,) = [change for change in found.changes if change.deciding]
    assert (unsure.kind, unsure.one.body_label) == ("cost", "Netzwerk Rad")


def test_a_renaming_is_proposed_with_its_reason_until_the_register_decides(years: Root, found: Diff, tmp_path: Path) -> None:
    (item,) = found.proposals
    assert (item.before.called, item.after.called) == ("Waldverein", "Waldverein Deutschland e. V.")
    assert "Waldverein" in item.reason
    assert "dieselbe Einheit" in item.reason
    for judgement, proposals, renamed in (("same", 0, 2), ("different", 0, 1), ("unsure", 1, 1)):
        root = Root(shutil.copytree(years.path, tmp_path / judgement))
        command = changes.command(found, item).split()
        record, body = command[2], command[command.index("--same") + 1]
        arguments = ["resolve", record, "--dataset", NEW, f"--{judgement}", body, "--because", "Satzung", "--root", str(root.path)]
        decided = CliRunner().invoke(app, arguments)
        assert decided.exit_code == 0, decided.output
        files.write(root)
        after = diff(library(root), engine(root), OLD, NEW)
        assert (len(after.proposals), len(after.of("renamed"))) == (proposals, renamed), judgement
        if judgement == "same":
            assert {change.one.body_label for change in after.of("joined")} == {"Wasserforum"}
            assert not after.of("left")
        if judgement == "unsure":
            assert after.proposals[0].open == "Satzung"


def test_what_joined_and_left_says_whether_it_is_for_the_whole_city(tmp_path: Path) -> None:
    """The Personalamt leaves the KGSt, in which the Bürgeramt stays."""
    root = write(tmp_path, [List(CITY, 2026, SMALL), List(CITY, 2028, [*SMALL[:3], *SMALL[4:8]])])
    files.write(root)
    result = diff(library(root), engine(root), OLD, NEW)
    assert {(change.one.body_label, change.whole) for change in result.of("left")} == {("Kommunale Gemeinschaftsstelle", False), ("Waldverein", True)}


# from both sides


def test_a_list_does_not_differ_from_itself(years: Root) -> None:
    for name in (OLD, NEW, "grossstadt-2028"):
        result = diff(library(years), engine(years), name, name)
        assert (result.changes, result.proposals) == ((), ())
    assert result.continued == 3


def mirrored(change: Change) -> tuple[object, ...]:
    kind = {"joined": "left", "left": "joined"}.get(change.kind, change.kind)
    return kind, change.after, change.before, change.cost_after, change.cost_before, change.whole


def plain(change: Change) -> tuple[object, ...]:
    return change.kind, change.before, change.after, change.cost_before, change.cost_after, change.whole


def test_the_way_back_mirrors_the_way_there(years: Root, found: Diff) -> None:
    back = diff(library(years), engine(years), NEW, OLD)
    assert Counter(map(mirrored, found.changes)) == Counter(map(plain, back.changes))
    assert {(item.before, item.after, item.score) for item in found.proposals} == {(item.after, item.before, item.score) for item in back.proposals}


COSTS = st.builds(
    Cost,
    node=st.uuids().map(str),
    exactness=st.sampled_from(["exact", "about", "range", "none", "not-stated"]),
    amount=st.sampled_from([None, Decimal(0), Decimal(5), Decimal("7.5")]),
    up_to=st.just(None),
    kinds=st.sampled_from([("fee",), ("travel",), ()]),
    yearly=st.booleans(),
    label=st.just("x"),
)
MEMBERSHIPS = st.builds(
    Membership,
    node=st.uuids().map(str),
    record=st.sampled_from(["a-01", "a-02", "b-01"]),
    unit=st.sampled_from(["a", "b", "c"]),
    unit_label=st.just("A"),
    division=st.sampled_from(["d", "e"]),
    body=st.sampled_from(["k", "l", "m"]),
    body_label=st.just("K"),
    umbrella=st.just(""),
    umbrella_label=st.just(""),
    words=st.tuples(st.sampled_from(["", "U"]), st.sampled_from(["k", "K ", "other"])),
    lines=st.just("1"),
    roles=st.sampled_from([(), ("member",), ("chair",)]),
    role_labels=st.just(()),
    doubts=st.just(frozenset()),
    costs=st.lists(COSTS, max_size=3).map(lambda items: tuple(sorted(items, key=Cost.order))),
)
LISTS = st.lists(MEMBERSHIPS, max_size=8, unique_by=lambda item: item.node)


@given(LISTS, LISTS)
def test_any_two_lists_mirror_each_other(some: list[Membership], others: list[Membership]) -> None:
    there, back = compare(some, others), compare(others, some)
    assert Counter(map(mirrored, there.changes)) == Counter(map(plain, back.changes))
    assert {(b.node, a.node) for a, b in there.pairs} == {(a.node, b.node) for a, b in back.pairs}


@given(LISTS, st.randoms(use_true_random=False))
def test_no_list_differs_from_itself_in_any_order(some: list[Membership], chance: random.Random) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert compare(some, shuffled).changes == ()


@given(LISTS, LISTS)
def test_every_participation_is_accounted_for_once(some: list[Membership], others: list[Membership]) -> None:
    result = compare(some, others)
    left = [change.before.node for change in result.changes if change.kind == "left" and change.before]
    joined = [change.after.node for change in result.changes if change.kind == "joined" and change.after]
    assert sorted(left + [old.node for old, _ in result.pairs]) == sorted(item.node for item in some)
    assert sorted(joined + [new.node for _, new in result.pairs]) == sorted(item.node for item in others)


# a real list, altered by a script


def test_changes_planted_in_the_repositorys_own_list_are_found(repository: Root, tmp_path: Path) -> None:
    """Alter a copy of a transcribed list of the repository at about forty places, drawn with a fixed seed; the diff reports these only."""
    name = next(name for name in repository.datasets() if (repository.records / name / "ledger.csv").exists())
    copied = Root(tmp_path / "city")
    for part in ("records", "register", "source"):
        shutil.copytree(repository.path / "data" / part, copied.path / "data" / part)
    for other in repository.datasets():
        if other != name:
            shutil.rmtree(copied.records / other)
            (copied.register / "decisions" / f"{other}.csv").unlink(missing_ok=True)
    planted = _alter(copied, name, f"{name}-next")
    files.write(copied)
    result = diff(library(copied), engine(copied), name, f"{name}-next")
    seen = Counter((change.kind, change.before.record if change.before else "new") for change in result.changes)
    assert seen == planted
    assert set(planted) >= {("joined", "new")}
    assert {kind for kind, _ in planted} == set(KINDS)


def _alter(root: Root, name: str, new: str) -> Counter[tuple[str, str]]:
    """Write an altered copy of a set as the next one; return kind and record of each planted change."""
    folder = Path(shutil.copytree(root.records / name, root.records / new))
    settings = (folder / "dataset.toml").read_text(encoding="utf-8")
    settings = re.sub(r"(?m)^year = \d+", "year = 2099", settings, count=1).replace(f'id = "{name}"', f'id = "{new}"\nrevises = "{name}"', 1)
    write_text(folder / "dataset.toml", settings)
    decided = list(read_table(root.register / "decisions" / f"{name}.csv", DECISION_COLUMNS))
    bodies = Counter(row.cells["body"] for row in decided if row.cells["judgement"] == "same")
    body_of = {row.cells["record"]: row.cells["body"] for row in decided if row.cells["judgement"] == "same"}
    tables = {path: [row.cells for row in read_table(path, RECORD_COLUMNS)] for path in sorted(folder.glob("*.csv")) if "lines_name" in _head(path)}
    rows = [row for table in tables.values() for row in table]
    persons = {row["record"] for row in csv.DictReader(io.StringIO((folder / "persons.csv").read_text(encoding="utf-8")))}
    # a body that stands in one row only, so that no other row can take the place of an altered one; no row that names a person
    alone = [row for row in rows if bodies[body_of.get(row["record"], "")] == 1 and row["record"] not in persons]
    chance = random.Random(7)
    chosen = {kind: chance.sample([row for row in alone if _can(kind, row)], 7) for kind in ("left", "renamed", "cost", "role", "moved")}
    planted: Counter[tuple[str, str]] = Counter()
    ids: dict[str, str] = {}
    gone: set[str] = set()
    units = sorted({row["unit"] for row in rows})
    for kind in ("renamed", "cost", "role", "moved", "left"):
        for row in chosen[kind]:
            before = row["record"]
            if kind != "left":
                _change(kind, row, units, ids)
            elif any(record == before for _, record in planted):
                continue
            else:
                gone.add(before)
            planted[kind, before] += 1
    for row in rows:
        row["record"] = ids.get(row["record"], row["record"])
    for path, table in tables.items():
        write_text(path, table_text(RECORD_COLUMNS, [list(row.values()) for row in table if row["record"] not in gone]))
    first = next(iter(tables))
    extra = dict.fromkeys(RECORD_COLUMNS, "") | {"record": f"{units[0]}-999", "unit": units[0], "name": "Ganz neu", "lines_name": "1"}
    kept = [list(row.values()) for row in tables[first] if row["record"] not in gone]
    write_text(first, table_text(RECORD_COLUMNS, [*kept, list(extra.values())]))
    planted["joined", "new"] += 1
    spare = next(body for body in _registered(root) if body not in bodies)
    judged = [row.cells | {"record": ids.get(row.cells["record"], row.cells["record"])} for row in decided if row.cells["record"] not in gone]
    judged.append(judged[0] | {"record": f"{units[0]}-999", "body": spare, "judgement": "same"})
    write_text(root.register / "decisions" / f"{new}.csv", table_text(DECISION_COLUMNS, [list(cells.values()) for cells in judged]))
    mentions = root.register / "mentions.csv"
    lines = mentions.read_text(encoding="utf-8").splitlines(keepends=True)
    own = [line for line in lines if line.startswith(f"{name},")]
    write_text(mentions, "".join([lines[0], *own, *(line.replace(name, new, 1) for line in own)]))
    return planted


def _change(kind: str, row: dict[str, str], units: list[str], ids: dict[str, str]) -> None:
    """Alter one row; a row that moves to another unit gets an id of that unit."""
    if kind == "renamed":
        row["name"] += " (neuer Name)"
    elif kind == "moved":
        row["unit"] = next(unit for unit in units if unit != row["unit"])
        ids[row["record"]] = f"{row['unit']}-{900 + len(ids)}"
    else:
        column, words = {"cost": ("cost", "987.654,32 Euro Mitgliedsbeitrag"), "role": ("participation", "Vorsitz")}[kind]
        row[column] = words
        row[f"lines_{column}"] = row[f"lines_{column}"] or row["lines_name"]


def _head(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0]


def _can(kind: str, row: dict[str, str]) -> bool:
    if kind == "cost":
        return row["cost"].count("Euro") <= 1 and "und" not in row["cost"]
    return kind != "role" or ("Vors" not in row["participation"] + row["status"] and "leit" not in row["participation"].casefold())


def _registered(root: Root) -> list[str]:
    lines = csv.DictReader(io.StringIO((root.register / "bodies.csv").read_text(encoding="utf-8")))
    return [row["body"] for row in lines]


# in the graph


def asked(root: Root, query: str, columns: str, **values: str) -> list[list[str]]:
    made = library(root)
    table = answer(made.get(query), values, made, engine(root))
    places = [table.columns.index(column) for column in columns.split()]
    return [[row[place] for place in places] for row in table.texts()]


def test_the_graph_holds_the_changes_of_a_list_that_follows_another(years: Root) -> None:
    rows = asked(years, "changes/events", "kind_label unit_label other_label label description difference percent", dataset=NEW)
    assert len(rows) == len(PLANTED)
    assert ["Kosten geändert", "Bürgeramt", "", "Deutscher Städtetag", "10.000,00 Euro → 12.500,00 Euro", "2500", "25"] in rows
    assert [
        "andere Einheit", "Bürgeramt", "Personalamt", "Rechtsausschuss des Deutschen Städtetages", "Bürgeramt → Personalamt", "", "",
    ] in rows  # fmt: skip
    assert [row[0] for row in asked(years, "changes/events", "kind_label", dataset=NEW, kind="ausgeschieden")] == ["ausgeschieden"]
    assert asked(years, "changes/events", "kind_label label", dataset="kleinstadt-2031") == [["ausgeschieden", "Wasserforum"]]


def test_the_graph_conforms(years: Root) -> None:
    report = validate.validate(store.in_memory(years), years.shipped("shapes"))
    assert [item for item in report.findings if item.severity == "Violation"] == []


def test_who_was_a_member_in_a_year_is_a_query(years: Root) -> None:
    def members(year: int) -> dict[tuple[str, str], str]:
        rows = asked(years, "changes/members-in", "unit_label label basis", year=str(year), municipality=CITY)
        return {(unit, label): basis for unit, label, basis in rows}

    rad, wald, water, law = (
        ("Amt für Stadtgrün", "Netzwerk Rad"),
        ("Amt für Stadtgrün", "Waldverein"),
        ("Bürgeramt", "Wasserforum"),
        "Rechtsausschuss",
    )
    assert members(2018) == {}
    assert members(2020) == {rad: "Zeitraum"}, "since 2019, as the first list says"
    assert members(2026)[wald] == "Liste"
    assert len(members(2026)) == len(SMALL)
    assert wald not in members(2027) or members(2027)[wald] == "Zeitraum", "limited to the end of 2029, as the list before says"
    assert wald not in members(2028), "the list of the year rules"
    assert members(2027)[rad] == "Listen davor und danach | Zeitraum" or members(2027)[rad] == "Listen davor und danach"
    assert water not in members(2027)
    assert members(2028)[water] == "Liste"
    assert water not in members(2029), "the list after does not name it"
    assert members(2030)["Personalamt", "Rechtsausschuss des Deutschen Städtetages"] == "Listen davor und danach"
    assert not [key for key in members(2028) if key[0] == "Bürgeramt" and key[1].startswith(law)]
    assert asked(years, "changes/members-in", "asked") == asked(years, "changes/members-in", "asked", year="2031"), "the newest year unless told"


def test_a_participation_is_listed_from_the_first_list_of_its_chain(years: Root) -> None:
    rows = StoreEngine(store.in_memory(years)).run(
        "SELECT ?p ?start ?end { ?p a gn:Participation ; gn:listedDuring ?d . ?d dcat:startDate ?start ; dcat:endDate ?end }"
    )
    spans = Counter((row[0].rsplit("/", 1)[1][:15], row[1], row[2]) for row in rows.texts())
    assert spans == {
        ("kleinstadt-2026", "2026", "2026"): 9,
        ("kleinstadt-2028", "2026", "2028"): 8,
        ("kleinstadt-2028", "2028", "2028"): 2,
        ("kleinstadt-2031", "2026", "2031"): 8,
        ("kleinstadt-2031", "2028", "2031"): 1,
    }


@pytest.mark.parametrize(
    ("revises", "told_what"), [("nirgends-2020", "there is no set"), ("grossstadt-2028", "is a list of"), ("kleinstadt-2031", "not older")]
)
def test_a_list_that_cannot_be_followed_is_told(tmp_path: Path, revises: str, told_what: str) -> None:
    lists = [List(CITY, 2028, SMALL, revises=revises), List(CITY, 2031, SMALL), List("grossstadt", 2028, SMALL)]
    root = write(tmp_path, lists)
    with pytest.raises(InputError) as caught:
        files.write(root)
    (problem,) = caught.value.problems
    assert problem.column == "dataset.revises"
    assert told_what in problem.message


def test_the_files_are_the_same_on_every_run(years: Root) -> None:
    path = years.turtle / NEW / "changes.ttl"
    before = path.read_bytes()
    path.unlink()
    files.write(years)
    assert path.read_bytes() == before
    assert not (years.turtle / OLD / "changes.ttl").exists()


# the command


def run(root: Root, *words: str) -> str:
    result = CliRunner().invoke(app, ["diff", *words, "--root", str(root.path)])
    assert result.exit_code == 0, result.output
    return result.output


def test_table_csv_json_and_markdown_say_the_same(years: Root) -> None:
    table = run(years, OLD, NEW)
    assert "neu dabei: 2, ausgeschieden: 1, umbenannt: 1, Kosten geändert: 3, Rolle geändert: 1, andere Einheit: 1; Vorschläge: 1" in table
    assert "+2.500,00" in table
    rows = list(csv.DictReader(io.StringIO(run(years, OLD, NEW, "--format", "csv"))))
    assert Counter(row["Art"] for row in rows)["Kosten geändert"] == 3
    content = json.loads(run(years, OLD, NEW, "--format", "json"))
    assert content["counts"] == {"joined": 2, "left": 1, "renamed": 1, "cost": 3, "role": 1, "moved": 1}
    assert {(item["kind"], item["from"], item["to"]) for item in content["changes"]} == {(kind, old, new) for kind, _, old, new in PLANTED}
    (moneyed,) = [item for item in content["changes"] if item["percent" if item["kind"] == "cost" else "kind"] == "25.0"]
    assert moneyed["difference"] == "2500"
    note = run(years, OLD, NEW, "--format", "md")
    assert "## Kosten geändert (3)" in note
    assert "gremiennetz resolve gruen-04 --dataset kleinstadt-2028 --same wald" in note


def test_the_page_is_written_and_hostile_words_stay_words(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'</script>"
    root = write(tmp_path, [List(CITY, 2026, SMALL), List(CITY, 2028, [evolved(5, name=hostile), Row("gruen", "", hostile, "=1+1")])])
    files.write(root)
    path = Path(run(root, OLD, NEW, "--format", "html").strip())
    assert path == root.build / f"changes-{OLD}-{NEW}.html"
    html = path.read_text(encoding="utf-8")
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert not re.search(r"(?:src|href)=\"(?!#|data:,)", html), "nothing is loaded from anywhere"
    assert run(root, OLD, NEW, "--format", "html", "--out", str(tmp_path / "x.html")).strip() == str(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == html
    assert "<img" not in run(root, OLD, NEW, "--format", "md").replace("\\<img", "")


def test_the_main_job_makes_a_page_for_each_list_that_follows_another(tmp_path: Path) -> None:
    root = write(tmp_path, [List(CITY, 2026, SMALL), List(CITY, 2028, ALTERED, revises=OLD), List("grossstadt", 2028, SMALL[:3])])
    result = CliRunner().invoke(app, ["build", "--root", str(root.path)])
    assert result.exit_code == 0, result.output
    name = f"changes-{OLD}-{NEW}.html"
    overview = (root.build / "index.html").read_text(encoding="utf-8")
    for page in (name, "report-kleinstadt.html", "report-grossstadt.html", "network.html"):
        assert f'href="{page}"' in overview
        assert (root.build / page).exists()
    assert (root.build / name).read_text(encoding="utf-8") == changes.as_html(root, diff(library(root), engine(root), OLD, NEW), "internal")


def test_two_cities_and_unknown_sets_are_told(years: Root) -> None:
    with pytest.raises(GremiennetzError, match="a diff compares two lists of one city"):
        diff(library(years), engine(years), OLD, "grossstadt-2028")
    with pytest.raises(UnknownNameError, match="kleinstadt-2026"):
        diff(library(years), engine(years), "kleinstadt-2025", NEW)


def test_the_public_profile_names_nobody(small: Root) -> None:
    """The small city's list names a person; a second year of it does too."""
    first = small.records / "small-2026"
    second = Path(shutil.copytree(first, small.records / "small-2027"))
    toml = (first / "dataset.toml").read_text(encoding="utf-8").replace("small-2026", "small-2027").replace("year = 2026", "year = 2027")
    write_text(second / "dataset.toml", toml.replace("[municipality]", 'revises = "small-2026"\n[municipality]', 1))
    write_text(second / "records.csv", (second / "records.csv").read_text(encoding="utf-8").replace("Mitglied (Fr. Ada", "Vorsitz (Fr. Ada"))
    files.write(small)
    path = Path(run(small, "small-2026", "small-2027", "--format", "html", "--profile", "public").strip())
    assert path.name == "changes-small-2026-small-2027-public.html"
    for text in (path.read_text(encoding="utf-8"), (small.turtle / "small-2027" / "changes.ttl").read_text(encoding="utf-8")):
        assert "Ada" not in text
        assert "Beispiel" not in text
        assert "Vorsitz" in text
