"""Made-up lists of made-up cities as files: several cities and several years in one root, from rows that a test can alter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from gremiennetz.files import table_text, write_text
from gremiennetz.places import Root
from gremiennetz.records import LEDGER_COLUMNS, PERSON_COLUMNS, RECORD_COLUMNS, UNIT_COLUMNS
from gremiennetz.register import ALIAS_COLUMNS, BODY_COLUMNS, DECISION_COLUMNS

TEXTS = ("umbrella", "name", "status", "reach", "participation", "purpose", "cost")
UNITS = (
    ("gb-innen", "Geschäftsbereich Inneres", "GB 1", "division", ""),
    ("gb-umwelt", "Geschäftsbereich Umwelt", "GB 2", "division", ""),
    ("buergeramt", "Bürgeramt", "Amt 33", "office", "gb-innen"),
    ("personal", "Personalamt", "Amt 10", "office", "gb-innen"),
    ("gruen", "Amt für Stadtgrün", "Amt 67", "office", "gb-umwelt"),
)
BODIES = (
    # id, label, umbrella, short, kind
    ("staedtetag", "Deutscher Städtetag", "", "DST", "umbrella-association"),
    ("umweltausschuss", "Umweltausschuss des Deutschen Städtetages", "staedtetag", "", "committee"),
    ("rechtsausschuss", "Rechtsausschuss des Deutschen Städtetages", "staedtetag", "", "committee"),
    ("gruenflaechen", "Arbeitskreis Grünflächen", "staedtetag", "", "working-group"),
    ("kgst", "Kommunale Gemeinschaftsstelle", "", "KGSt", "association"),
    ("klima", "Klima-Bündnis", "", "", "network"),
    ("rad", "Netzwerk Rad", "", "", "network"),
    ("radforum", "Radforum der Städte", "", "", "network"),
    ("wald", "Waldverein", "", "", "association"),
    ("wasser", "Wasserforum", "", "", "network"),
)


@attrs.frozen
class Row:
    """A row of a list; ``body`` is what the register says it means, empty for nothing yet."""

    unit: str
    body: str
    name: str
    cost: str = ""
    participation: str = "Mitglied"
    umbrella: str = ""
    status: str = "dauerhaft"
    reach: str = "bundesweit"
    purpose: str = "Austausch"
    uncertain: str = ""
    note: str = ""


SMALL = (
    Row("buergeramt", "staedtetag", "Deutscher Städtetag", "10.000,00 Euro Mitgliedsbeitrag"),
    Row("buergeramt", "rechtsausschuss", "Rechtsausschuss", "500,00 Euro Reisekosten", umbrella="Deutscher Städtetag"),
    Row("buergeramt", "kgst", "KGSt", "ca. 2.000,00 Euro", "Vorsitz"),
    Row("personal", "kgst", "KGSt", "300,00 Euro", uncertain="cost", note="Der Betrag kann auch zur Zeile davor gehören."),
    Row("gruen", "umweltausschuss", "Umweltausschuss", "keine", umbrella="Deutscher Städtetag"),
    Row("gruen", "klima", "Klima-Bündnis", "1.200,50 Euro"),
    Row("gruen", "rad", "Netzwerk Rad", status="seit 2019"),
    Row("personal", "rad", "Netzwerk Rad", "50,00 - 100,00 Euro", uncertain="unit", note="Die Überschrift kann auch zu einem anderen Amt gehören."),
    Row("gruen", "wald", "Waldverein", "25,00 Euro", status="befristet bis Ende 2029"),
)


@attrs.frozen
class List:
    """A list of a city in a year."""

    city: str
    year: int
    rows: Sequence[Row]
    label: str = ""
    revises: str = ""
    inhabitants: int = 0
    units: Sequence[tuple[str, str, str, str, str]] = UNITS

    @property
    def id(self) -> str:
        return f"{self.city}-{self.year}"

    def record(self, row: Row) -> str:
        """Return the id of a row: its unit and its number within the unit."""
        same = [other for other in self.rows if other.unit == row.unit]
        return f"{row.unit}-{next(number for number, other in enumerate(same, 1) if other is row):02d}"


def write(
    root: Path, lists: Iterable[List], bodies: Sequence[tuple[str, str, str, str, str]] = BODIES, aliases: Sequence[Sequence[str]] = ()
) -> Root:
    """Write the lists and a register that decides their rows; return the root."""
    place, every = Root(root), list(lists)
    known = [dict(zip(("body", "label", "umbrella", "short", "kind"), body, strict=True)) for body in bodies]
    write_text(place.register / "bodies.csv", table_text(BODY_COLUMNS, [[body.get(column, "") for column in BODY_COLUMNS] for body in known]))
    write_text(place.register / "aliases.csv", table_text(ALIAS_COLUMNS, list(aliases)))
    for item in every:
        _write(place, item)
    _decide(place, every)
    return place


def _decide(place: Root, lists: Iterable[List]) -> None:
    for item in lists:
        rows: list[list[str]] = []
        for row in item.rows:
            if row.body:
                cells = {
                    "record": item.record(row),
                    "body": row.body,
                    "judgement": "same",
                    "justification": "Name",
                    "author": "Projektteam",
                    "date": "2026-11-22",
                }
                rows.append([cells.get(column, "") for column in DECISION_COLUMNS])
        write_text(place.register / "decisions" / f"{item.id}.csv", table_text(DECISION_COLUMNS, rows))


def _write(place: Root, item: List) -> None:
    folder = place.records / item.id
    source: list[str] = []

    def line(words: str) -> str:
        source.append(words)
        return str(len(source))

    units = [[name, label, code, kind, parent, line(label), "", ""] for name, label, code, kind, parent in item.units]
    ledger = [[row[5], "heading", row[1], "Überschrift"] for row in units]
    records = []
    for row in item.rows:
        cells = {"record": item.record(row), "unit": row.unit, "uncertain": row.uncertain, "note": row.note}
        for column in TEXTS:
            if words := getattr(row, column):
                cells |= {column: words, f"lines_{column}": line(words)}
        records.append([cells.get(column, "") for column in RECORD_COLUMNS])
    write_text(folder / "units.csv", table_text(UNIT_COLUMNS, units))
    write_text(folder / "records.csv", table_text(RECORD_COLUMNS, records))
    write_text(folder / "persons.csv", table_text(PERSON_COLUMNS, []))
    write_text(folder / "ledger.csv", table_text(LEDGER_COLUMNS, ledger))
    write_text(place.source / f"{item.id}.txt", "\n".join(source) + "\n")
    label = item.label or item.city.capitalize()
    revises = f'revises = "{item.revises}"\n' if item.revises else ""
    counted = f'inhabitants = {{ number = {item.inhabitants}, on = "2024-12-31", source = "Statistisches Amt" }}\n' if item.inhabitants else ""
    settings = (
        f'[dataset]\nid = "{item.id}"\ntitle.de = "{label} {item.year}"\ntitle.en = "{label} {item.year}"\nbase = "https://w3id.org/gremiennetz/"\n{revises}'
        f'[municipality]\nid = "{item.city}"\nlabel = "{label}"\n{counted}'
        f'[document]\nid = "{item.id}"\ntitle = "Liste {item.year}"\nfile = "{item.id}.txt"\nyear = {item.year}\nlicence = "dl-de/by-2-0"\n'
    )
    write_text(folder / "dataset.toml", settings)
