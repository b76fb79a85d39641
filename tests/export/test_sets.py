"""Several sets in one root: each is published if it says so, with nothing of those that are not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest
from hostile_city import NORTH, two_cities  # type: ignore[import-not-found] # conftest.py shows Python the way
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.export import check, package
from gremiennetz.files import read_text, write_text
from gremiennetz.graph import files
from gremiennetz.places import Root


@pytest.fixture
def cities(tmp_path: Path) -> Root:
    made: Root = two_cities(tmp_path / "cities")
    return made


def problems(root: Root, folder: Path) -> list[str]:
    return [f"{result.title}: {problem}" for result in check.check(root, folder) for problem in result.problems]


def table(folder: Path, name: str, file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_text(folder / "download" / name / file), newline="")))


def names(folder: Path) -> set[str]:
    return {item.iri.removeprefix("https://example.org/id/") for item in package.read_ids(folder) if item.state == package.CURRENT}


def unpublished(root: Root, name: str) -> None:
    settings = root.records / name / "dataset.toml"
    write_text(settings, read_text(settings).split("[publication]")[0])


def test_two_sets_in_one_package(cities: Root, tmp_path: Path, cli: CliRunner) -> None:
    out = tmp_path / "out"
    done = cli.invoke(app, ["export", "--root", str(cities.path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "published: nord-2026, small-2026"
    assert problems(cities, out) == []
    units = {name: {row["unit"].rsplit("/", 1)[-1] for row in table(out, name, "units.csv")} for name in ("small-2026", NORTH)}
    assert units == {"small-2026": {"small-amt-a", "small-amt-b"}, NORTH: {"small-nord-amt-a", "small-nord-amt-b"}}
    bodies = {name: {row["body"].rsplit("/", 1)[-1] for row in table(out, name, "bodies.csv")} for name in ("small-2026", NORTH)}
    assert "nordrad" in bodies[NORTH] - bodies["small-2026"]
    assert "rad" in bodies["small-2026"] - bodies[NORTH]
    assert {"staedtetag", "umweltausschuss"} <= bodies[NORTH] & bodies["small-2026"]
    landing = read_text(out / "index.html")
    assert landing.count('"@type": "Dataset"') == 2
    assert "Nordstadt" in landing.split("Wo sich Einheiten überschneiden")[1].split("</table>")[0], "an overlap names its city"
    shared = read_text(out / "doc" / "body" / "umweltausschuss.html")
    assert "Amt A" in shared
    assert "Nordstadt" in shared, "units of the same name are told apart by their city"


@pytest.mark.parametrize("how", ["no table", "--set"])
def test_a_set_that_is_not_published_leaves_nothing_in_the_package(cities: Root, tmp_path: Path, cli: CliRunner, how: str) -> None:
    out = tmp_path / "out"
    command = ["export", "--root", str(cities.path), "--out", str(out)]
    if how == "no table":
        unpublished(cities, NORTH)
    else:
        command += ["--set", "small-2026"]
    done = cli.invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "published: small-2026\n" in done.output
    reason = "data/records/nord-2026/dataset.toml has no table [publication]" if how == "no table" else "it was not named with --set"
    assert f"not published: nord-2026; {reason}\n" in done.output
    assert problems(cities, out) == []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        assert not any(word in path.read_bytes() for word in (b"Nordstadt", b"small-nord", b"nord-2026", b"nordrad")), path
        assert "nord" not in path.name
    assert {"body/rad", "unit/small-amt-a"} <= names(out)


def test_a_set_alone_is_the_same_with_and_without_the_other(cities: Root, tmp_path: Path) -> None:
    package.write(cities, tmp_path / "both", sets=["small-2026"])
    for path in (cities.records / NORTH, cities.source / "nord.txt", cities.register / "decisions" / f"{NORTH}.csv"):
        if path.is_dir():
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
        else:
            path.unlink()
    files.write(cities)
    package.write(cities, tmp_path / "alone")
    # a body that no record of a published set has is a part of the register, but not of a package of some sets
    unused = {"body/nordrad"}
    assert names(tmp_path / "alone") - unused == names(tmp_path / "both")
    units = Path("download") / "small-2026" / "units.csv"
    assert (tmp_path / "alone" / units).read_bytes() == (tmp_path / "both" / units).read_bytes()


def test_what_is_left_out_later_leaves_tombstones(cities: Root, tmp_path: Path) -> None:
    package.write(cities, tmp_path / "out")
    package.write(cities, tmp_path / "out", sets=["small-2026"])
    removed = {item.iri.rsplit("/id/", 1)[-1] for item in package.read_ids(tmp_path / "out") if item.state == package.REMOVED}
    assert {"unit/small-nord-amt-a", "body/nordrad", "dataset/nord-2026", "municipality/small-nord"} <= removed
    assert problems(cities, tmp_path / "out") == []


def test_what_cannot_be_chosen_is_told(cities: Root, tmp_path: Path) -> None:
    with pytest.raises(GremiennetzError, match=r"there is no set 'west-2026'; there are: nord-2026, small-2026"):
        package.write(cities, tmp_path / "out", sets=["west-2026"])
    unpublished(cities, NORTH)
    with pytest.raises(InputError) as caught:
        package.write(cities, tmp_path / "out", sets=[NORTH])
    assert "publication.licence" in {problem.column for problem in caught.value.problems}
    unpublished(cities, "small-2026")
    with pytest.raises(InputError) as caught:
        package.write(cities, tmp_path / "out")
    assert len({problem.file for problem in caught.value.problems}) == 2
    assert not (tmp_path / "out").exists()


def test_a_second_year_of_one_city(cities: Root, tmp_path: Path) -> None:
    """A list that follows another one: with it, changes lead from one to the other; without it, none of them is left."""
    newer = cities.records / NORTH / "dataset.toml"
    text = read_text(newer).replace('id = "small-nord"', 'id = "small"').replace("year = 2026", "year = 2027")
    write_text(newer, text.replace("[municipality]", 'revises = "small-2026"\n\n[municipality]', 1).replace('"Nordstadt"', '"Kleine Stadt"'))
    bodies = cities.register / "bodies.csv"
    write_text(bodies, read_text(bodies).replace("small-nord", ""))
    files.write(cities)
    package.write(cities, tmp_path / "both")
    assert problems(cities, tmp_path / "both") == []
    assert list((tmp_path / "both" / "doc" / "change").glob("*.html"))
    for name in (NORTH, "small-2026"):
        package.write(cities, tmp_path / name, sets=[name])
        assert problems(cities, tmp_path / name) == []
        data = ox.Store()
        data.load(path=str(tmp_path / name / "download" / name / f"{name}.nt"), format=ox.RdfFormat.N_TRIPLES)
        other = ({NORTH, "small-2026"} - {name}).pop()
        assert not [quad for quad in data if f"/{other}" in str(quad)]
