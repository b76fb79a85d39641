"""Facts found by reading the lists of two cities, against the committed graph: exactly these, no more and no fewer.

``tests/facts/cities_*.csv`` and ``karlsruhe_*.csv`` were made by reading the documents and compared with the graph afterwards; the notice facts were
read by a second person who did not know the first reading. ``lines`` are lines of the city's document. Records have no ids here.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from gremiennetz.graph import store
from gremiennetz.places import Root
from gremiennetz.query import Engine, StoreEngine

FACTS = Path(__file__).parent / "facts"
SETS = {"dresden-2026": "Dresden", "karlsruhe-2025": "Karlsruhe"}

PARTICIPATIONS = """
SELECT ?set ?unit ?body ?name ?lines ?own ?above WHERE {
  ?participation a gn:Participation ; dct:isPartOf/dct:identifier ?set ; prov:wasDerivedFrom ?record .
  ?participation org:member/skos:prefLabel ?unit ; org:organization ?in .
  ?in skos:prefLabel ?body .
  ?record gn:linesName ?lines ; gn:sourceName ?name .
  ?in org:subOrganizationOf* ?up .
  ?up skos:prefLabel ?above .
  BIND (?in = ?up AS ?own)
}
"""
NOTICE = """
SELECT ?lines ?termination ?period ?by ?to WHERE {
  ?participation a gn:Participation ; dct:isPartOf/dct:identifier "karlsruhe-2025" ; prov:wasDerivedFrom/gn:sourceLines ?lines .
  ?participation gn:termination/skos:prefLabel ?termination .
  OPTIONAL { ?participation gn:noticePeriod ?period }
  OPTIONAL { ?participation gn:noticeBy ?by }
  OPTIONAL { ?participation gn:noticeTo/skos:prefLabel ?to FILTER(LANG(?to) = "en") }
  FILTER(LANG(?termination) = "en")
}
"""
AMOUNTS = """
SELECT ?lines ?division ?amount ?exactness WHERE {
  ?participation a gn:Participation ; dct:isPartOf/dct:identifier "karlsruhe-2025" ; prov:wasDerivedFrom/gn:sourceLines ?lines .
  ?participation org:member/gn:division/skos:prefLabel ?division .
  OPTIONAL {
    ?participation gn:costStatement ?cost .
    ?cost gn:amount ?amount ; gn:exactness/skos:prefLabel ?exactness .
    FILTER(LANG(?exactness) = "en")
  }
}
"""
TERMINATIONS = {"terminable": "possible", "not terminable": "not-possible", "termination not stated": ""}
ENDS = {
    "at any time": "any-time",
    "end of the month": "month-end",
    "end of the half-year": "half-year-end",
    "end of the calendar year": "calendar-year-end",
    "end of the financial year": "financial-year-end",
    "end of the membership year": "membership-year-end",
    "end of the following year": "following-year-end",
    "": "",
}
FREE = {111, 119, 124, 134, 174, 212, 221, 260, 265, 273, 611, 624, 658, 665, 669, 700, 730, 1202}
"""Lines of the Karlsruhe paper with a cost of 0,00."""
BOUND = {
    *(140, 154, 158, 167, 189, 198, 482, 490, 495, 498, 516, 520, 524, 528, 533, 537, 546, 548, 552, 558, 564, 570, 574, 578, 584, 590, 592, 596),
    *(602, 776, 802, 827, 846, 861, 1087, 1091, 1096, 1101, 1181, 1259),
}
"""Lines of the Karlsruhe paper that say that the membership cannot be ended."""


@pytest.fixture(scope="module")
def engine(repository: Root) -> Engine:
    return StoreEngine(store.in_memory(repository))


@pytest.fixture(scope="module")
def participations(engine: Engine) -> list[dict[str, str]]:
    result = engine.run(PARTICIPATIONS)
    return [dict(zip(result.columns, row, strict=True)) for row in result.texts()]


def table(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def differences(found: Iterable[object], expected: Iterable[object]) -> str:
    """Return what is too much and what is missing, as text; nothing when both are the same, repetitions included."""
    one, two = Counter(found), Counter(expected)
    return "\n".join([*(f"not in the facts: {item}" for item in one - two), *(f"not in the graph: {item}" for item in two - one)])


def test_bodies_that_both_cities_take_part_in(participations: list[dict[str, str]]) -> None:
    own = [item for item in participations if item["own"] == "true"]
    cities = defaultdict(set)
    for item in own:
        cities[item["body"]].add(item["set"])
    shared = [item for item in own if len(cities[item["body"]]) == len(SETS)]
    found = [(item["body"], SETS[item["set"]], item["unit"], item["name"], item["lines"]) for item in shared]
    facts = [tuple(fact.values()) for fact in table("cities_shared")]
    assert not differences(found, facts)
    assert len({fact[0] for fact in facts}) == 19


def test_umbrellas_that_tie_the_cities_without_a_common_body(participations: list[dict[str, str]]) -> None:
    """One city is in the umbrella itself, the other only in bodies below it; with the VKA both are only in bodies below it."""
    facts = table("cities_umbrellas")
    for umbrella in {fact["umbrella"] for fact in facts}:
        found = [(umbrella, SETS[item["set"]], item["body"], item["lines"]) for item in participations if item["above"] == umbrella]
        assert not differences(found, [tuple(fact.values()) for fact in facts if fact["umbrella"] == umbrella])
    shared = {fact["body"] for fact in table("cities_shared")}
    tied = defaultdict(set)
    for item in participations:
        tied[item["above"]].add(item["set"])
    more = {umbrella for umbrella, sets in tied.items() if len(sets) == len(SETS)} - shared
    assert more == {*(fact["umbrella"] for fact in facts), "Vereinigung der kommunalen Arbeitgeberverbände"}


def test_what_looks_alike_stays_apart(participations: list[dict[str, str]]) -> None:
    own = {item["lines"]: item["body"] for item in participations if item["own"] == "true" and SETS[item["set"]] == "Karlsruhe"}
    known = {item["above"] for item in participations if SETS[item["set"]] == "Dresden"}
    facts = table("cities_lookalikes")
    assert len(facts) == 75
    assert {fact["lines"] for fact in facts if fact["same"] == "unsure"} == {"212", "490", "761"}
    for fact in facts:
        assert own[fact["lines"]] == fact["karlsruhe"] != fact["other"]
        assert fact["other"] in known, fact


def test_how_a_membership_ends(engine: Engine) -> None:
    """The second reading; durations are compared as the store writes them (``PT0S`` is no time at all)."""
    found = []
    for lines, termination, period, by, to in engine.run(NOTICE).texts():
        found.append((lines, TERMINATIONS[termination], "P0D" if period == "PT0S" else period, by, ENDS[to]))
    facts = [tuple(fact.values()) for fact in table("karlsruhe_notice")]
    assert len(facts) == 202
    assert not differences(found, facts)
    assert {int(fact[0]) for fact in facts if fact[1] == "not-possible"} == BOUND
    assert {int(fact[0]) for fact in facts if not fact[1]} == {171, 174}
    assert not any(any(fact[2:]) for fact in facts if fact[1] != "possible")


def test_what_each_budget_unit_pays(engine: Engine) -> None:
    paid: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for lines, division, amount, exactness in engine.run(AMOUNTS).texts():
        paid[division].append((int(lines), amount, exactness))
    found = []
    for division, rows in paid.items():
        amounts = [Decimal(amount) for _, amount, _ in rows if amount]
        found.append((division, len(rows), len(amounts), sum(amounts, Decimal(0)), sum(amount == 0 for amount in amounts)))
    facts = [
        (fact["budget_unit"], int(fact["rows"]), int(fact["amounts"]), Decimal(fact["sum"]), int(fact["zero"])) for fact in table("karlsruhe_amounts")
    ]
    assert not differences(found, facts)
    every = [row for rows in paid.values() for row in rows]
    assert len(every) == 202
    assert {lines for lines, amount, _ in every if amount and Decimal(amount) == 0} == FREE
    assert {lines for lines, amount, _ in every if not amount} == {189, 821}
    assert {exactness for _, amount, exactness in every if amount} == {"exact"}


def test_no_city_takes_part_in_what_belongs_to_another(engine: Engine) -> None:
    """The place guard, seen from the graph; a body below a bound one is bound too."""
    rows = engine.run("""
      SELECT ?owner ?city (COUNT(DISTINCT ?body) AS ?bodies) WHERE {
        ?participation a gn:Participation ; org:organization ?body ; org:member/gn:division/org:unitOf/skos:prefLabel ?city .
        ?body org:subOrganizationOf*/gn:boundTo/skos:prefLabel ?owner .
      } GROUP BY ?owner ?city""").texts()
    found = {(owner, city): int(bodies) for owner, city, bodies in rows}
    assert set(found) == {(city, city) for city in ("Landeshauptstadt Dresden", "Stadt Karlsruhe")}
    assert min(found.values()) > 25
