"""The proof that a transcribed set holds every word of its document exactly once."""

from __future__ import annotations

from collections.abc import Iterator

from gremiennetz.errors import Problem
from gremiennetz.ledger import Balance, Claim, balance
from gremiennetz.records.model import Dataset


def claims(dataset: Dataset) -> Iterator[Claim]:
    """Yield what the cells and the ledger say they use of the source; a cell that the sub-bodies of one row share is one claim."""
    shared: set[tuple[object, ...]] = set()
    for record in dataset.records.values():
        umbrella = record.cells.get("umbrella")
        for column, cell in record.cells.items():
            key = (record.unit, umbrella.lines if umbrella else record.id, column, cell.lines, cell.text)
            if key in shared:
                continue
            shared.add(key)
            owner = f"{record.file} row {record.row} {column} ({record.id})"
            yield Claim(owner, cell.lines, cell.text, dataset.division(record.unit))
    for entry in dataset.ledger:
        if entry.kind != "split":
            yield Claim(f"ledger.csv row {entry.row}", entry.lines, entry.text, f"ledger: {entry.kind}")


def check_ledger(dataset: Dataset) -> tuple[Balance, list[Problem]]:
    """Prove that every word of the source is used exactly once; return the balance and, where it does not close, the problems."""
    splits: dict[int, list[str]] = {}
    for entry in dataset.ledger:
        if entry.kind == "split":
            splits.setdefault(entry.lines[0], []).append(entry.text)
    result = balance(dataset.source, claims(dataset), splits)
    source = f"data/source/{dataset.settings['document']['file']}"
    problems = [Problem(source if defect.owner == "source" else defect.owner, defect.message, lines=defect.lines) for defect in result.defects]
    return result, problems
