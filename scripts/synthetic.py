"""Make a synthetic country: N municipalities with units, bodies, shared umbrellas and costs, shaped like a real set.

    python scripts/synthetic.py --municipalities 20 --out /tmp/country [--template dresden-2026] [--seed 1]

Every municipality gets the units of the template and nearly all of its rows (about 490). Cells are drawn from the template's own cells of the same
column, so that the mix of statuses, reaches, costs and empty cells fits; rows that mention persons give no cells. Bodies that reach beyond a
state, and their sub-bodies, are shared by all municipalities; all others exist once per municipality. The result is a root with source,
records and register that every command takes; the ledger closes, because each cell has a line of its own. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from rich.progress import track

from gremiennetz.files import table_text, write_text
from gremiennetz.graph.files import load_register
from gremiennetz.places import Root
from gremiennetz.records import LEDGER_COLUMNS, PERSON_COLUMNS, RECORD_COLUMNS, TEXT_COLUMNS, UNIT_COLUMNS, Dataset, Record, read_dataset
from gremiennetz.register import BODY_COLUMNS, DECISION_COLUMNS, Body, Register, decisions_path
from gremiennetz.vocabulary import Vocabulary

DRAWN = ("status", "reach", "participation", "purpose", "cost")
WIDE = {"reach/national", "reach/european", "reach/international"}
KEPT = 0.97
SETTINGS = """[dataset]
id = "{id}-2026"
title.de = "Synthetische Liste {label} 2026"
title.en = "Synthetic list of {label} 2026"
base = "https://w3id.org/gremiennetz/"

[municipality]
id = "{id}"
label = "{label}"

[document]
id = "{id}-list"
title = "Synthetische Liste"
file = "{id}.txt"
year = 2026
"""


class Country:
    """The template, taken apart once, and what it gives to each municipality."""

    def __init__(self, dataset: Dataset, register: Register, vocabulary: Vocabulary, seed: int) -> None:
        self.dataset, self.register, self.random = dataset, register, random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.decided = register.body_of(dataset.id)
        personal = {mention.record for mention in dataset.mentions}
        usable = [record for record in dataset.records.values() if record.id not in personal]
        self.pools = {column: [record.text(column) for record in usable] for column in DRAWN}
        reach = vocabulary.lexicon("reach")
        wide = {self.decided[record.id] for record in usable if WIDE & set(reach.find(record.text("reach")).concepts)}
        tops = {self.top(body) for body in wide}
        free = {body.id for body in register.bodies.values() if register.bound_elsewhere(body, "") is None}
        self.shared = {body for body in register.bodies if self.top(body) in tops and body in free}

    def top(self, body: str) -> str:
        """Return the topmost umbrella above a body."""
        chain = self.register.above(self.register.bodies[body])
        return chain[-1].id if chain else body

    def body(self, body: Body, municipality: str) -> Body:
        """Return a body as one municipality has it: the shared one, or its own."""
        if body.id in self.shared:
            return body
        umbrella = f"{body.umbrella}-{municipality}" if body.umbrella and body.umbrella not in self.shared else body.umbrella
        return Body(f"{body.id}-{municipality}", f"{body.label} ({municipality})", "", body.kind, body.legal_form, umbrella, municipality)

    def rows(self, lines: list[str]) -> Iterator[tuple[Record, list[str]]]:
        """Yield the rows of one municipality; the words go to ``lines``, one cell a line."""
        for record in self.dataset.records.values():
            if self.random.random() > KEPT:
                continue
            cells = dict.fromkeys(RECORD_COLUMNS, "")
            cells.update(record=record.id, unit=record.unit, name=record.text("name"))
            cells.update({column: self.random.choice(self.pools[column]) for column in DRAWN})
            for column in TEXT_COLUMNS:
                if cells[column]:
                    lines.append(cells[column])
                    cells[f"lines_{column}"] = str(len(lines))
            if doubts := [column for column in record.uncertain if column in {"unit", "name"}]:
                cells.update(uncertain=" ".join(doubts), note="unsicher wie in der Vorlage")
            yield record, [cells[column] for column in RECORD_COLUMNS]


def write_municipality(root: Root, country: Country, number: int) -> dict[str, Body]:
    """Write the records of one municipality and the decisions on them; return the bodies it uses."""
    municipality = f"stadt-{number:04d}"
    folder = root.records / f"{municipality}-2026"
    lines: list[str] = []
    bodies: dict[str, Body] = {}
    decisions, rows = [], []
    for record, cells in country.rows(lines):
        template = country.register.bodies[country.decided[record.id]]
        for item in (template, *country.register.above(template)):
            own = country.body(item, municipality)
            bodies[own.id] = own
        body = country.body(template, municipality)
        decisions.append([record.id, body.id, "same", "synthetisch", "synthetic.py", "2026-11-22", ""])
        rows.append(cells)
    units = [[unit.id, unit.label, unit.code, unit.kind, unit.parent, "1", "", ""] for unit in country.dataset.units.values()]
    write_text(root.source / f"{municipality}.txt", "\n".join(lines) + "\n")
    write_text(folder / "dataset.toml", SETTINGS.format(id=municipality, label=f"Stadt {number}"))
    write_text(folder / "units.csv", table_text(UNIT_COLUMNS, units))
    write_text(folder / "records.csv", table_text(RECORD_COLUMNS, rows))
    write_text(folder / "persons.csv", table_text(PERSON_COLUMNS, []))
    write_text(folder / "ledger.csv", table_text(LEDGER_COLUMNS, []))
    write_text(decisions_path(root.register, folder.name), table_text(DECISION_COLUMNS, decisions))
    return bodies


def main() -> None:
    """Write the country."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--municipalities", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--template", default="dresden-2026")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    source = Root(given.root)
    vocabulary = Vocabulary.read(source.shipped("ontology"))
    country = Country(read_dataset(source, given.template), load_register(source, vocabulary), vocabulary, given.seed)
    root = Root(given.out)
    bodies: dict[str, Body] = {}
    for number in track(range(1, given.municipalities + 1), description="municipalities"):
        bodies.update(write_municipality(root, country, number))
    rows = [[body.id, body.label, body.short, body.kind, body.legal_form, body.umbrella, body.municipality, "", ""] for body in bodies.values()]
    write_text(root.register / "bodies.csv", table_text(BODY_COLUMNS, rows))


if __name__ == "__main__":
    main()
