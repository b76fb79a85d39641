"""Ids of records: those that a record had before are kept, new ones get the next free number, and none is ever used again."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from gremiennetz.errors import InputError, Problem
from gremiennetz.ingest.outcome import Draft

Key = tuple[str, str, str]
"""Unit, umbrella and name: what a record is known by from one reading to the next."""


def numbered(drafts: Sequence[Draft], before: Iterable[Mapping[str, str]], taken: Iterable[str], shown: str) -> list[dict[str, str]]:
    """Return the records with their ids, in the order of the source.

    ``before`` are the rows of ``records.csv`` as it stands, ``taken`` further ids that were given once (decisions name them). Raises
    ``InputError`` when the list itself gives an id twice.
    """
    old: dict[Key, deque[str]] = defaultdict(deque)
    used = set(taken)
    for row in before:
        old[row["unit"], row["umbrella"], row["name"]].append(row["record"])
        used.add(row["record"])
    ids: list[str] = []
    givers: dict[str, Draft] = {}
    problems = []
    for draft in drafts:
        unit = draft.values["unit"]
        if draft.given:
            number = draft.given.removeprefix(f"{unit}-")
            name = f"{unit}-{number:0>2}"
            if name in givers:
                where = f"{shown}, {draft.row.shown()}"
                problems.append(Problem(where, f"die Kennung {name} steht schon in {givers[name].row.shown()}; jede darf nur einmal vorkommen"))
            givers[name] = draft
            used.add(name)
            ids.append(name)
        else:
            known = old[unit, draft.values["umbrella"], draft.values["name"]]
            ids.append(known.popleft() if known else "")
    if problems:
        raise InputError(problems)
    last: dict[str, int] = defaultdict(int)
    for name in used:
        unit, _, number = name.rpartition("-")
        if re.fullmatch(r"[0-9]{1,9}", number):
            last[unit] = max(last[unit], int(number))
    found = []
    for draft, known_id in zip(drafts, ids, strict=True):
        unit = draft.values["unit"]
        if not known_id:
            last[unit] += 1
        found.append({"record": known_id or f"{unit}-{last[unit]:02d}"} | draft.values)
    return found
