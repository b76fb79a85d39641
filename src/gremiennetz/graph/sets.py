"""The sets of a root, read one after the other: no more than one is in memory at a time, however many cities there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.graph import changes
from gremiennetz.graph.build import Builder
from gremiennetz.places import Root
from gremiennetz.records import Dataset, read_dataset, read_settings, setting
from gremiennetz.register import Register, check_set, check_sets, read_register, with_decisions
from gremiennetz.vocabulary import Vocabulary

_SCHEMES = (("obligation", "obligation"), ("termination", "termination"), ("notice_to", "notice-to"))


def load_register(root: Root, vocabulary: Vocabulary, *, decisions: bool = True) -> Register:
    """Read the register with the names that the vocabularies allow; without ``decisions`` what is known of bodies and persons only."""
    kinds, forms, fields = (vocabulary.names(scheme) for scheme in ("body-kind", "legal-form", "policy-field"))
    return read_register(root.register, kinds, forms, fields, decisions=decisions)


@attrs.define(slots=False)
class Sets:
    """Vocabularies, register and sets of a root. Raises ``InputError`` when the vocabularies or the register are wrong."""

    root: Root
    vocabulary: Vocabulary
    register: Register
    """Without decisions: those on a set are read with it."""

    @classmethod
    def of(cls, root: Root) -> Sets:
        """Read what all sets have in common."""
        vocabulary = Vocabulary.read(root.shipped("ontology"))
        try:
            register = load_register(root, vocabulary, decisions=False)
        except InputError:
            load_register(root, vocabulary)  # tells what is wrong with the decisions in the same breath
            raise
        return cls(root, vocabulary, register)

    def __iter__(self) -> Iterator[Builder]:
        """Yield what turns each set into triples.

        Raises ``InputError`` with everything that is wrong in any of them. Nothing more is yielded once something is; what was yielded before has to
        be thrown away then.
        """
        problems = [*check_sets(self.root.register, self.register, self.root.datasets()), *changes.problems(self._settings)]
        linked = {item.thing: item for item in self.register.links if not item.thing.startswith("body/")}
        unread = False
        for name in self.root.datasets():
            try:
                builder = self.read(name)
            except InputError as error:
                problems += error.problems
                unread = True
                continue
            for thing in _things(builder.dataset):
                linked.pop(thing, None)
            problems += [*self._unknown_names(builder.dataset), *check_set(builder.register, builder.dataset)]
            if not problems:
                yield builder
        if not unread:  # a unit of a set that cannot be read may well be there
            for thing, item in linked.items():
                problems.append(Problem("data/register/links.csv", f"there is no {thing!r} in data/records", row=item.row, column="thing"))
        if problems:
            raise InputError(problems)

    def read(self, name: str) -> Builder:
        """Read one set and the decisions on it. Raises ``InputError`` with what is wrong with either."""
        problems: list[Problem] = []
        register = self.register
        try:
            register = with_decisions(register, self.root.register, name)
        except InputError as error:
            problems += error.problems
        try:
            dataset = read_dataset(self.root, name)
        except InputError as error:
            raise InputError([*error.problems, *problems]) from None
        if problems:
            raise InputError(problems)
        return Builder(dataset, register, self.vocabulary)

    def history(self, builder: Builder) -> changes.History | None:
        """Return what a set needs to know of the lists that it follows, read for this; ``None`` for one that follows none."""
        if not _follows(builder.dataset.settings):
            return None
        chain = [builder]
        while older := _follows(chain[-1].dataset.settings):
            chain.append(self.read(older))
        return changes.History(self.root, chain)

    @cached_property
    def _settings(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for name in self.root.datasets():
            try:
                found[name] = read_settings(self.root.records / name)
            except InputError:
                continue  # told when the set is read
        return found

    def _unknown_names(self, dataset: Dataset) -> Iterator[Problem]:
        """Tell names of concepts that no vocabulary has."""

        def unknown(file: str, row: int, column: str, scheme: str, name: str) -> Iterator[Problem]:
            names = self.vocabulary.names(scheme)
            if name and name not in names:
                yield Problem(file, f"{name!r} is not in the vocabulary {scheme}; wanted one of: {', '.join(names)}", row=row, column=column)

        folder = f"data/records/{dataset.id}"
        for unit in dataset.units.values():
            yield from unknown(f"{folder}/units.csv", unit.row, "kind", "unit-kind", unit.kind)
        for record in dataset.records.values():
            for column, scheme in _SCHEMES:
                yield from unknown(f"{folder}/{record.file}", record.row, column, scheme, getattr(record.facts, column))


def _things(dataset: Dataset) -> Iterator[str]:
    """Yield the ends of the IRIs of a set's city and units."""
    city = dataset.settings["municipality"]["id"]
    yield f"municipality/{city}"
    yield from (f"unit/{city}-{unit}" for unit in dataset.units)


def _follows(settings: Mapping[str, Any]) -> str:
    return str(setting(dict(settings), "dataset.revises") or "")
