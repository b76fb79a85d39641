"""How well resolving works, measured on labelled pairs of real names (``tests/resolve_cases/cases.csv``).

Each pair is two names as rows, umbrella cells or the register write them, each with the umbrella that its row puts in front and with its city, and
whether they mean one body. Name ``a`` is taken as a new row of its city against the register that holds the body of name ``b``.

Two things are measured. (1) What could be merged without anybody looking: only a name that is exactly a known name counts, with the umbrella fitting
(score 100). (2) How high the true body stands in the list of candidates. A name must not find itself there: for each true pair the label, short name
and aliases that equal ``a`` are taken out of the register first, otherwise every known name would stand first. The row's umbrella stays as it is: it
is context and not the name.

The numbers are printed at the end of the test run.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import attrs
import pytest

from gremiennetz.graph.files import load_register
from gremiennetz.places import Root
from gremiennetz.records import read_datasets
from gremiennetz.register import Register, key
from gremiennetz.resolve import Candidate, candidates
from gremiennetz.vocabulary import Vocabulary

CASES = Path(__file__).parent / "resolve_cases" / "cases.csv"
LEAST_FIRST = 0.93
LEAST_AMONG_FIVE = 0.97
LIKE = 90.0
"""A threshold that somebody might choose; nothing is merged by one, and the printed numbers say why."""

looked_up = lru_cache(maxsize=None)(key)


@attrs.frozen
class Case:
    """Two names, and whether they mean one body."""

    a: str
    a_umbrella: str
    a_city: str
    b: str
    b_umbrella: str
    b_city: str
    same: str
    why: str


Meanings = dict[tuple[str, str], set[str]]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [Case(**row) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def register(repository: Root) -> Register:
    return load_register(repository, Vocabulary.read(repository.shipped("ontology")))


@pytest.fixture(scope="module")
def meanings(repository: Root, register: Register) -> Meanings:
    """Return umbrella and name, as written → the bodies that people decided they mean."""
    found: Meanings = defaultdict(set)
    for dataset in read_datasets(repository):
        decided = register.body_of(dataset.id)
        for record in dataset.records.values():
            found[key(record.text("umbrella")), key(record.text("name"))].add(decided[record.id])
    for body in register.bodies.values():
        for name in register.names(body):
            found["", key(name)].add(body.id)
    return found


@pytest.fixture(scope="module")
def as_new_names(cases: list[Case], register: Register) -> list[tuple[Case, list[Candidate]]]:
    """Return each pair with the candidates of its first name, had nobody ever written that name down."""
    most = len(register.bodies)
    return [(case, candidates(case.a, without(register, case.a), case.a_umbrella, most, municipality=case.a_city)) for case in cases]


def the_body(meanings: Meanings, name: str, umbrella: str) -> str:
    (body,) = meanings[key(umbrella), key(name)]
    return body


def without(register: Register, name: str) -> Register:
    """Return the register as if nobody had ever written down this name."""
    gone = key(name)
    bodies, aliases = dict(register.bodies), dict(register.aliases)
    for body in register.bodies.values():
        if gone in map(looked_up, register.names(body)):
            label, short = ("" if looked_up(text) == gone else text for text in (body.label, body.short))
            bodies[body.id] = attrs.evolve(body, label=label, short=short)
            aliases[body.id] = tuple(other for other in register.aliases.get(body.id, ()) if looked_up(other) != gone)
    return attrs.evolve(register, bodies=bodies, aliases=aliases)


def exact(register: Register, name: str, umbrella: str, city: str) -> set[str]:
    """Return the bodies that a row of a city could be merged with unseen."""
    found = candidates(name, register, umbrella, most=len(register.bodies), municipality=city)
    return {item.body.id for item in found if item.score == 100.0}


def test_the_pairs_are_real_many_and_labelled_as_people_decided(cases: list[Case], meanings: Meanings) -> None:
    assert len({attrs.astuple(case)[:6] for case in cases}) == len(cases) >= 150
    assert min(sum(case.same == "yes" for case in cases), sum(case.same == "no" for case in cases)) >= 75
    for case in cases:
        assert case.why
        assert case.same in {"yes", "no"}
        one, two = the_body(meanings, case.a, case.a_umbrella), the_body(meanings, case.b, case.b_umbrella)
        assert (one == two) == (case.same == "yes"), case


def test_no_two_bodies_are_merged(cases: list[Case], register: Register, meanings: Meanings, record_property: Callable[[str, object], None]) -> None:
    merged = {"yes": 0, "no": 0}
    left = {"yes": 0, "no": 0}
    false = []
    for case in cases:
        other = the_body(meanings, case.b, case.b_umbrella)
        hits = exact(register, case.a, case.a_umbrella, case.a_city)
        assert len(hits) <= 1, (case, hits)
        merged[case.same] += other in hits
        left[case.same] += other not in hits
        own = the_body(meanings, case.a, case.a_umbrella)
        if case.same == "no" and (other in hits or own in exact(register, case.b, case.b_umbrella, case.b_city)):
            false.append(case)
    record_property(
        "measured",
        f"""{len(cases)} pairs of names        merged by exact name   left to people
  one body            {merged["yes"]:>22} {left["yes"]:>16}
  two bodies          {merged["no"]:>22} {left["no"]:>16}""",
    )
    assert not false


def test_the_true_body_stands_first(
    as_new_names: list[tuple[Case, list[Candidate]]], meanings: Meanings, record_property: Callable[[str, object], None]
) -> None:
    places: list[int] = []
    alike = {"yes": 0, "no": 0}
    for case, found in as_new_names:
        body = the_body(meanings, case.b, case.b_umbrella)
        place, score = next(((place, item.score) for place, item in enumerate(found, start=1) if item.body.id == body), (len(found) + 1, 0.0))
        alike[case.same] += score >= LIKE
        if case.same == "yes":
            places.append(place)
    pairs, first, among = len(places), sum(place == 1 for place in places), sum(place <= 5 for place in places)
    record_property(
        "measured",
        f"names that nobody has seen yet: the true body stands first for {first} of {pairs} ({first / pairs:.1%}), "
        f"among the first five for {among} ({among / pairs:.1%})\n"
        f"were likeness of {LIKE:.0f} taken for identity: {pairs - alike['yes']} of {pairs} pairs of one body would be missed, "
        f"{alike['no']} of {len(as_new_names) - pairs} pairs of two bodies merged",
    )
    assert first / pairs >= LEAST_FIRST
    assert among / pairs >= LEAST_AMONG_FIVE
