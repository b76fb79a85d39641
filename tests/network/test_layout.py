"""Positions: the same every time, never one on another, and few enough to read."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pyoxigraph as ox
import pytest

from gremiennetz.graph import store
from gremiennetz.network.data import payload
from gremiennetz.network.layout import MOST_GROUPS, MOST_TIES, SLOT_HEIGHT, SLOT_WIDTH, UNIT_HEIGHT, layout, root, ties
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine


@pytest.fixture(scope="module")
def real(repository: Root, real_store: ox.Store) -> dict[str, Any]:
    return payload(real_store, Library(repository.shipped("queries")))


def test_the_picture_is_the_same_on_every_run(real: dict[str, Any]) -> None:
    assert layout(real) == layout(real)


@pytest.mark.parametrize("form", ["wide", "tall"])
def test_no_two_things_cover_each_other(real: dict[str, Any], form: str) -> None:
    for (_, (ax, ay)), (_, (bx, by)) in combinations(layout(real)[form]["nodes"].items(), 2):
        assert abs(ax - bx) >= SLOT_WIDTH - 1 or abs(ay - by) >= min(SLOT_HEIGHT, UNIT_HEIGHT)


@pytest.mark.parametrize("name", ["dresden-2026", "karlsruhe-2025"])
def test_what_ties_units_together_is_what_the_queries_say(repository: Root, name: str) -> None:
    """City by city, as the queries count; between cities more bodies tie units together."""
    library, engine = Library(repository.shipped("queries")), StoreEngine(store.in_memory(repository, sets=[name]))
    real = payload(engine.store, library)
    shared = {row[0].removeprefix("body/") for row in engine.run(library.get("overlap/shared-bodies").text).texts()}
    umbrellas = engine.run(library.get("overlap/shared-umbrellas").text).texts()
    parents = {body["id"]: body["up"] for body in real["bodies"] if "up" in body}
    tops = {row[0].removeprefix("body/") for row in umbrellas if row[0] not in parents}
    assert {key.removeprefix("body/") for key in ties(real).links} == shared | tops


def test_a_circle_of_umbrellas_ends() -> None:
    assert root("a", {"a": "b", "b": "c", "c": "a"}) == "c"
    assert root("x", {"a": "b"}) == "x"


def test_an_empty_graph_has_no_positions() -> None:
    empty: dict[str, Any] = {"units": [], "bodies": [], "parts": [], "places": {}}
    assert layout(empty)["wide"] == {"nodes": {}, "panels": []}


def test_many_units_are_drawn_by_division_and_many_ties_are_cut(
    city: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, repository: Root
) -> None:
    made = Root(city["country"](1500, units=600).write(tmp_path_factory.mktemp("country")))
    data = payload(store.in_memory(made), Library(repository.shipped("queries")))
    found = ties(data)
    assert found.level == "division"
    assert len(set(found.group.values())) <= MOST_GROUPS
    assert len(found.links) == MOST_TIES
    assert found.hidden > 0
    assert set(found.group.values()) <= set(layout(data)["wide"]["nodes"])
