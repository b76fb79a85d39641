"""The vocabularies, the cells of the real records, and the tables of cells that were read by hand.

A test module names its table as ``TABLE``; ``by_hand`` runs a test once per cell of it, with the rows of that cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from gremiennetz.files import read_table
from gremiennetz.places import Root
from gremiennetz.records import PERSON_COLUMNS, TEXT_COLUMNS, read_datasets
from gremiennetz.vocabulary import Vocabulary


def table(name: str) -> list[list[dict[str, str]]]:
    """Return the rows of a table of cells, by cell."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return [list(rows) for _, rows in groupby(csv.DictReader(file), key=lambda row: row["cell"])]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "by_hand" in metafunc.fixturenames:
        rows = table(metafunc.module.TABLE)
        metafunc.parametrize("by_hand", rows, ids=[cell[0]["cell"] for cell in rows])


@pytest.fixture(scope="module")
def known(request: pytest.FixtureRequest) -> set[str]:
    """Return the cells of the module's table."""
    return {rows[0]["cell"] for rows in table(request.module.TABLE)}


@pytest.fixture(scope="session")
def vocabulary(repository: Root) -> Vocabulary:
    return Vocabulary.read(repository.shipped("ontology"))


@pytest.fixture(scope="session")
def cells(repository: Root) -> Callable[[str], set[str]]:
    """Return what gives the distinct filled cells of a column, over all sets."""
    rows = [{column: record.text(column) for column in TEXT_COLUMNS} for dataset in read_datasets(repository) for record in dataset.records.values()]
    return lambda column: {row[column] for row in rows if row[column]}


@pytest.fixture(scope="session")
def mentions(repository: Root) -> list[dict[str, str]]:
    """Return the mentions of persons, over all sets."""
    return [row.cells for path in repository.records.rglob("persons.csv") for row in read_table(path, PERSON_COLUMNS)]


@pytest.fixture(scope="session")
def names_person(mentions: list[dict[str, str]]) -> Callable[[str], bool]:
    """Say whether a cell names a person; such cells stand in no table beside the tests."""
    families = sorted({row["family"] for row in mentions})
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, families))})(?!\w)")
    return lambda cell: bool(pattern.search(cell))
