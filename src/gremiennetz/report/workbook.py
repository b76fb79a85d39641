"""The report as an XLSX workbook: real numbers, filters, a frozen header, and no text that a spreadsheet would run."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter

from gremiennetz.report.comparison import City, Comparison
from gremiennetz.report.data import EXACTNESS, Overlap, ReportData
from gremiennetz.report.page import EXACTNESS_LABELS
from gremiennetz.report.review import CRITERIA, Item

Cell = str | int | Decimal | bool | None


def workbook(data: ReportData, items: Sequence[Item], profile: str) -> bytes:
    """Return the workbook; the same data gives the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    year = int(data.year) if data.year.isdigit() else 2000
    book.set_properties({"title": "; ".join(data.titles), "comments": f"Profil: {profile}", "created": dt.datetime(year, 1, 1, tzinfo=dt.UTC)})
    sheets = _Sheets(book)
    sheets.add("Bestand", ("Was", "Anzahl"), data.inventory)
    sheets.add("Mitwirkungen", _PARTICIPATIONS, _participations(data))
    sheets.add(
        "Kosten",
        (
            "Geschäftsbereich",
            *(f"{EXACTNESS_LABELS[name]} (Euro)" for name in EXACTNESS),
            "Spanne bis (Euro)",
            "davon unsicher (Euro)",
            "nicht jährlich (Euro)",
            "keine Kosten (Angaben)",
            "ohne Betrag (Angaben)",
            "leere Zellen",
        ),
        _totals(data),
    )
    sheets.add("Gemeinsame Gremien", _OVERLAP, _overlaps(data.shared_bodies))
    sheets.add("Gemeinsame Dachverbände", (*_OVERLAP, "Gremien darunter", "Tiefe"), _overlaps(data.shared_umbrellas, umbrella=True))
    sheets.add("Doppelt bezahlt", (*_OVERLAP, "Art", "Beträge"), _payments(data.double_payments))
    sheets.add(
        "Paare von Einheiten",
        (
            "Einheit A",
            "Einheit B",
            "gemeinsame Gremien",
            "davon fest",
            "gemeinsame Dachverbände",
            "gemeinsame Personen",
            "Jaccard",
            "Überlappung",
            "Gremien",
        ),
        ((i.a, i.b, i.bodies, i.firm, i.umbrellas, i.persons, i.jaccard, i.coefficient, "; ".join(i.labels)) for i in data.pairs),
    )
    if profile == "internal":
        sheets.add("Personen", ("Person", "Sitze", "Gremien", "Einheiten", "Tabellenzeilen"), ((r[0], int(r[1]), *r[2:]) for r in data.persons))
    sheets.add(
        "Brücken",
        ("Name", "Art", "Verbindungen", "Anteil der kürzesten Wege", "nur feste Verbindungen", "Worüber", "Tabellenzeilen"),
        (
            (
                i.label,
                _KINDS[i.kind],
                i.degree,
                Decimal(str(i.betweenness)),
                Decimal(str(i.firm_betweenness)),
                "; ".join(i.through),
                " ".join(i.records),
            )
            for i in data.bridges
        ),
    )
    sheets.add(
        "Gruppen",
        ("Einheiten", "gemeinsame Gremien", "fest", "entscheidende Verbindungen"),
        (("; ".join(i.units), "; ".join(i.shared), _firm(i.firm), "; ".join(i.deciding)) for i in data.communities),
    )
    sheets.add(
        "Prüfliste",
        ("Gewicht", "Einheit", "Gremium", "Gründe", "unter Vorbehalt", "Kosten im Wortlaut", "Tabellenzeile", "Zeilen der Quelle"),
        _review(items),
    )
    if data.comparison:
        cities = data.comparison.cities[:30]
        sheets.add(
            "Vergleich",
            ("Gremium", "Wo", "Kommunen", "Art", "fest", *(f"Angaben {city.label}" for city in cities)),
            _comparison(data.comparison, cities),
        )
    book.close()
    return buffer.getvalue()


_KINDS = {"unit": "Einheit", "body": "Gremium"}
_PARTICIPATIONS = (
    "Tabellenzeile",
    "Geschäftsbereich",
    "Einheit",
    "Gremium",
    "Art",
    "Dachverband",
    "Status",
    "Reichweite",
    "Beteiligung",
    "Ziele und Nutzen",
    "Kosten",
    "unsichere Zellen",
    "Anmerkung",
    "Zeilen der Quelle",
)
_OVERLAP = ("Name", "Einheiten", "fest", "Welche Einheiten", "Tabellenzeilen", "entscheidende unsichere Zellen")


def _participations(data: ReportData) -> Iterable[Sequence[Cell]]:
    for item in data.participations:
        yield (
            item.record,
            item.division,
            item.unit,
            item.body_label,
            item.kind,
            item.umbrella_label,
            item.status,
            item.reach,
            item.role,
            item.purpose,
            item.cost,
            ", ".join(item.uncertain),
            item.note,
            item.lines,
        )


def _totals(data: ReportData) -> Iterable[Sequence[Cell]]:
    for item in data.totals:
        amounts = (item.amounts[name] for name in EXACTNESS)
        yield (item.name or "alle", *amounts, item.range_to, item.uncertain, item.seldom, item.none, item.no_amount, item.empty)


def _comparison(found: Comparison, cities: Sequence[City]) -> Iterable[Sequence[Cell]]:
    for where, items in (("gemeinsam", found.common), ("nur bei anderen", found.missing)):
        for item in items:
            costs = ("; ".join(item.costs.get(city.label, ())) for city in cities)
            yield (item.label, where, "; ".join(item.cities), item.kind, _firm(item.firm), *costs)
    for kind, labels in found.alone:
        for label in labels:
            yield (label, f"nur in {found.own.label}", found.own.label, kind, "", *("" for _ in cities))


def _bridges(data: ReportData) -> Iterable[Sequence[Cell]]:
    for item in data.bridges:
        shares = (Decimal(str(item.betweenness)), Decimal(str(item.firm_betweenness)))
        yield (item.label, _KINDS[item.kind], item.degree, *shares, "; ".join(item.through), " ".join(item.records))


def _overlaps(found: Iterable[Overlap], *, umbrella: bool = False) -> Iterable[Sequence[Cell]]:
    for item in found:
        base = (item.label, len(item.units), _firm(item.firm), "; ".join(item.units), " ".join(item.records), "; ".join(item.deciding))
        yield (*base, item.bodies, item.depth) if umbrella else base


def _payments(found: Iterable[Overlap]) -> Iterable[Sequence[Cell]]:
    for item in found:
        units = sorted({payment.split(":", 1)[0] for payment in item.payments})
        yield (
            item.label,
            len(units),
            _firm(item.firm),
            "; ".join(units),
            " ".join(item.records),
            "; ".join(item.deciding),
            item.scope,
            " | ".join(item.payments),
        )


def _review(items: Sequence[Item]) -> Iterable[Sequence[Cell]]:
    for item in items:
        row = item.participation
        reasons = "; ".join(f"{CRITERIA[name]} ({text})" for name, text in item.reasons)
        yield (item.weight, row.unit, row.body_label, reasons, "ja" if item.reserve else "nein", row.cost, row.record, row.lines)


def _firm(value: bool) -> str:
    return "fest" if value else "unter Vorbehalt"


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EDF3", "border": 1})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.money = book.add_format({"num_format": "#,##0.00", "valign": "top"})

    def add(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a sheet; texts are written as texts, whatever they begin with."""
        sheet = self.book.add_worksheet(name)
        widths = [len(column) + 2 for column in columns]
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, self.head)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, Decimal):
                    sheet.write_number(last, place, float(value), self.money)
                elif isinstance(value, int):
                    sheet.write_number(last, place, value, self.text)
                elif value:
                    sheet.write_string(last, place, value[:32_000], self.text)
                    widths[place] = max(widths[place], min(len(value), 60) + 2)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width, 60))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
