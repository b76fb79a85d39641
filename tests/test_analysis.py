"""Bridges and communities: agree with networkx, and come out the same every time."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.analysis import bridges, communities, network
from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine


def bipartite(edges: list[tuple[str, str]], unsure: tuple[tuple[str, str], ...] = ()) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    for unit, body in edges:
        graph.add_node(unit, label=unit, kind="unit")
        graph.add_node(body, label=body, kind="body")
        graph.add_edge(unit, body, firm=(unit, body) not in unsure, records=(f"{unit}-{body}",))
    return graph


_edges = st.lists(st.tuples(st.sampled_from(["u1", "u2", "u3", "u4"]), st.sampled_from(["b1", "b2", "b3", "b4", "b5"])), min_size=1, max_size=14)


@given(_edges)
def test_betweenness_is_that_of_networkx(edges: list[tuple[str, str]]) -> None:
    graph = bipartite(edges)
    expected = nx.betweenness_centrality(graph, normalized=True)
    assert {item.node: item.betweenness for item in bridges(graph)} == pytest.approx(
        {node: round(value, 6) for node, value in expected.items()}, abs=2e-6
    )


def test_the_unit_between_two_groups_bridges_them() -> None:
    graph = bipartite([("a", "x"), ("b", "x"), ("b", "y"), ("c", "y"), ("c", "z"), ("d", "z")])
    assert {item.node for item in bridges(graph)[:3]} == {"b", "c", "y"}


def test_two_groups_are_two_communities_every_time() -> None:
    graph = bipartite([("a", "x"), ("b", "x"), ("a", "w"), ("b", "w"), ("c", "y"), ("d", "y"), ("c", "z"), ("d", "z"), ("b", "l"), ("c", "l")])
    first = communities(graph)
    assert sorted(item.units for item in first) == [("a", "b"), ("c", "d")]
    assert all(communities(graph) == first for _ in range(5))


def test_a_bridge_on_uncertain_rows_is_told_apart() -> None:
    graph = bipartite([("a", "x"), ("b", "x"), ("b", "y"), ("c", "y")], unsure=(("b", "y"),))
    (first, *_) = [item for item in bridges(graph) if item.node == "b"]
    assert first.betweenness > first.firm_betweenness
    assert (first.through, first.records) == (("x", "y"), ("b-x", "b-y"))


def test_a_community_says_what_it_hangs_on() -> None:
    (whole,) = communities(bipartite([("a", "x"), ("b", "x")]))
    (open_one,) = communities(bipartite([("a", "x"), ("b", "x")], unsure=(("b", "x"),)))
    assert (whole.firm, whole.deciding) == (True, ())
    assert (open_one.firm, open_one.deciding) == (False, ("b: x",))


def test_nothing_in_nothing_out() -> None:
    empty: nx.Graph[str] = nx.Graph()
    assert (bridges(empty), communities(empty)) == ([], [])


def test_the_network_of_the_small_city(small: Root) -> None:
    files.write(small)
    graph = network(Library(small.shipped("queries")), StoreEngine(store.in_memory(small)))
    assert sorted(node for node in graph if graph.nodes[node]["kind"] == "unit") == ["unit/small-amt-a", "unit/small-amt-b"]
    assert graph.number_of_edges() == 5
