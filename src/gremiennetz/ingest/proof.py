"""The proof of a set that came through a mapping: its source, read once more, gives exactly what its files hold."""

from __future__ import annotations

from collections import Counter

from gremiennetz.errors import GremiennetzError, InputError, Problem
from gremiennetz.ingest import sets
from gremiennetz.places import Root
from gremiennetz.records import TABLE_COLUMNS, read_settings


def recheck(root: Root, name: str) -> list[Problem]:
    """Read the source of a set through its mapping again, and return every difference to its records and rejects."""
    shown = f"data/records/{name}"
    folder = sets.folder_of(root, name)
    missing = [file for file in (sets.RECORDS, sets.REJECTS, sets.MAPPING) if not (folder / file).is_file()]
    if missing:
        return [Problem(f"{shown}/{file}", "fehlt; mit gremiennetz ingest neu einlesen") for file in missing]
    try:
        file = read_settings(folder)["document"]["file"]
        records, rejects = sets.committed(root, name)
        reading = sets.interpreted(root, name, root.source / file, folder / sets.MAPPING, f"data/source/{file}")
    except InputError as error:
        return error.problems
    except GremiennetzError as error:
        return [Problem(shown, str(error))]
    problems = []
    there = {row["record"]: (number, row) for number, row in enumerate(records, 2)}
    for wanted in reading.records:
        number, row = there.pop(wanted["record"], (0, None))
        where = f"{shown}/{sets.RECORDS}"
        if row is None:
            problems.append(Problem(where, f"{wanted['record']} („{wanted['name'][:60]}“, Zeile {wanted['source_row']} der Quelle) fehlt"))
            continue
        problems += [
            Problem(where, f"enthält „{row[column][:80]}“; die Quelle gibt „{wanted[column][:80]}“", row=number, column=column)
            for column in TABLE_COLUMNS
            if row[column] != wanted[column]
        ]
    problems += [
        Problem(f"{shown}/{sets.RECORDS}", f"{record} steht nicht in der Quelle; mit gremiennetz ingest neu einlesen", row=number)
        for record, (number, _) in there.items()
    ]
    if not problems and [row["record"] for row in records] != [row["record"] for row in reading.records]:
        problems.append(Problem(f"{shown}/{sets.RECORDS}", "die Reihenfolge ist nicht die der Quelle"))
    ours, theirs = Counter(tuple(row.items()) for row in rejects), Counter(tuple(row.items()) for row in reading.rejects)
    for cells in map(dict, theirs - ours):
        problems.append(Problem(f"{shown}/{sets.REJECTS}", f"Zeile {cells['source_row']} der Quelle fehlt: {cells['reason']}"))
    for cells in map(dict, ours - theirs):
        problems.append(Problem(f"{shown}/{sets.REJECTS}", f"Zeile {cells['source_row']} („{cells['reason']}“) gibt die Quelle nicht her"))
    return problems
