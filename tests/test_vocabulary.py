"""Vocabularies: each label leads to its concept and to no other, in German only, and the words of a city stand there and not in code."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from gremiennetz.errors import GremiennetzError
from gremiennetz.graph.terms import PREFIXES, iri
from gremiennetz.places import Root
from gremiennetz.readers.lexicon import composed, normal_words
from gremiennetz.vocabulary import Vocabulary

REPOSITORY = Root(Path(__file__).resolve().parents[1])
READ_TOGETHER = (("status", "role"), ("role",), ("reach",), ("exactness",), ("cost-kind",))
CITY_WORDS = re.compile(r"Dresd|\bLHD\b|[Ss]achsen|[Ss]ächsisch|\bKAV\b|\bEBIT\b|\bDUVA\b|Leipzig|Chemnitz")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.read(REPOSITORY.shipped("ontology"))


def labels(vocabulary: Vocabulary, scheme: str) -> list[tuple[str, str]]:
    """Return the German labels of a scheme, each with its concept."""
    found = []
    for kind in ("prefLabel", "altLabel", "hiddenLabel"):
        for quad in vocabulary.store.quads_for_pattern(None, iri(f"skos:{kind}"), None, None):
            subject, label = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(label, ox.Literal) and label.language != "en":
                concept = subject.value.removeprefix(PREFIXES["vocab"])
                if concept.startswith(f"{scheme}/"):
                    found.append((label.value, concept))
    return found


@pytest.mark.parametrize("schemes", READ_TOGETHER, ids=" ".join)
def test_each_label_is_read_as_its_concept_and_nothing_else(vocabulary: Vocabulary, schemes: tuple[str, ...]) -> None:
    lexicon = vocabulary.lexicon(*schemes)
    pairs = [pair for scheme in schemes for pair in labels(vocabulary, scheme)]
    assert len(pairs) > 10
    for label, concept in pairs:
        found = lexicon.find(label)
        assert (found.concepts, found.unread) == ((concept,), ""), label


@pytest.mark.parametrize("schemes", READ_TOGETHER, ids=" ".join)
def test_no_label_is_given_twice(vocabulary: Vocabulary, schemes: tuple[str, ...]) -> None:
    words = Counter(tuple(word for word, _, _ in normal_words(composed(label))) for scheme in schemes for label, _ in labels(vocabulary, scheme))
    assert [" ".join(label) for label, number in words.items() if number > 1] == []


def test_a_longer_label_is_not_shadowed_by_a_shorter_one_of_another_concept(vocabulary: Vocabulary) -> None:
    lexicon = vocabulary.lexicon("status", "role")
    assert lexicon.find("aktuell nicht aktiv").concepts == ("status/dormant",)
    assert lexicon.find("Vertreter der Stellvertretung").concepts == ("role/deputy-member",)
    assert lexicon.find("Vertreter des OB").concepts == ("role/representative",)
    assert lexicon.find("stellv. Vorsitzender").concepts == ("role/deputy-chair",)
    assert lexicon.find("Mitglied/dauerhaft").concepts == ("role/member", "status/permanent")
    assert vocabulary.lexicon("reach").find("Stadtraum Dresden").concepts == ("reach/municipal",)
    assert vocabulary.lexicon("exactness").find("keine Angabe").concepts == ("exactness/not-stated",)


def test_english_names_are_for_readers_not_for_reading(vocabulary: Vocabulary) -> None:
    assert vocabulary.lexicon("role").find("member of the board").concepts == ()
    assert vocabulary.lexicon("reach").find("municipal").concepts == ()


def test_names_are_local_names_with_german_labels_in_order(vocabulary: Vocabulary) -> None:
    names = vocabulary.names("judgement")
    assert names == {"different": "verschieden", "same": "gleich", "unsure": "unklar"}
    assert list(names) == sorted(names)
    assert vocabulary.names("nonsense") == {}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "vocab").mkdir()
    (tmp_path / "vocab" / "reach.ttl").write_text("this is no Turtle", encoding="utf-8")
    with pytest.raises(GremiennetzError, match=r"reach\.ttl: is not Turtle"):
        Vocabulary.read(tmp_path)


def test_a_folder_without_vocabularies_is_named(tmp_path: Path) -> None:
    with pytest.raises(GremiennetzError, match="no vocabulary in"):
        Vocabulary.read(tmp_path)


def test_another_city_adds_its_words_without_code(tmp_path: Path) -> None:
    (tmp_path / "vocab").mkdir()
    text = (REPOSITORY.shipped("ontology") / "vocab" / "reach.ttl").read_text(encoding="utf-8")
    (tmp_path / "vocab" / "reach.ttl").write_text(text.replace('"stadtweit"@de', '"stadtweit"@de , "Fächerstadt"@de'), encoding="utf-8")
    found = Vocabulary.read(tmp_path).lexicon("reach").find("Fächerstadt und Land")
    assert (found.concepts, found.unread) == (("reach/municipal", "reach/state"), "")


@pytest.mark.parametrize(
    "path", [*sorted((REPOSITORY.path / "src" / "gremiennetz" / "readers").glob("*.py")), REPOSITORY.path / "src/gremiennetz/vocabulary.py"]
)
def test_no_word_of_a_city_stands_in_code(path: Path) -> None:
    assert CITY_WORDS.findall(path.read_text(encoding="utf-8")) == []
