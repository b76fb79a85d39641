"""Rows become records: the mapping says what each cell means, and every row that is read is a record, a reject, or skipped for a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.ingest import cells
from gremiennetz.ingest.header import Head, comparable, find_head
from gremiennetz.ingest.mapping import Mapping, Uncertain, folded
from gremiennetz.ingest.outcome import Draft, Outcome, Reject
from gremiennetz.ingest.rows import SourceRow
from gremiennetz.readers.lexicon import Lexicon
from gremiennetz.records import FACT_COLUMNS, TEXT_COLUMNS, UNCERTAIN_COLUMNS, Unit

_SEARCHED = 60
"""A head stands within the first rows of a table."""
HEAD, BEFORE, BLANK, BESIDE, HEADING, CONTINUED = (
    "Tabellenkopf",
    "vor dem Tabellenkopf",
    "leere Zeile",
    "Text neben der Tabelle",
    "Überschrift einer Einheit",
    "Fortsetzung der Zeile davor",
)

_PERHAPS_CONTINUED = "Die Zeile steht als erste auf ihrer Seite und nennt keine Einheit; sie kann auch die letzte Zeile der Seite davor fortsetzen."
_MENDED = "Ein Wort ist am Zeilenende ohne Trennstrich geteilt und hier zusammengefügt; es können auch zwei Wörter sein."


@attrs.define
class Interpreter:
    """Reads one source with one mapping."""

    mapping: Mapping
    units: dict[str, Unit]
    lexicons: dict[str, Lexicon]
    """For ``obligation`` and ``termination``: the labels of their concepts."""
    ends: frozenset[str]
    """Names of the concepts of ``notice-to``."""
    name: str
    """What messages call the source."""
    outcome: Outcome = attrs.field(factory=Outcome, init=False)
    _head: Head | None = attrs.field(default=None, init=False)
    _heads: int = attrs.field(default=0, init=False)
    _sheet: str = attrs.field(default="", init=False)
    _waiting: list[SourceRow] = attrs.field(factory=list, init=False)
    """Rows of a sheet before its head is found."""
    _held: SourceRow | None = attrs.field(default=None, init=False)
    """The last row, which the next page may go on with."""
    _unit: str | None = attrs.field(default=None, init=False)
    """Id of the unit of the last heading or row above; ``None`` when there is none that is known."""
    _above: str = attrs.field(default="", init=False)
    _marked: dict[tuple[str, int, int], list[Uncertain]] = attrs.field(factory=dict, init=False)
    _seen: list[str] = attrs.field(factory=list, init=False)
    _names: dict[str, str] = attrs.field(factory=dict, init=False)

    def run(self, rows: Iterable[SourceRow]) -> Outcome:
        """Read all rows. Raises ``InputError`` when the head of the table is not there, or lacks columns that the mapping names."""
        for item in self.mapping.uncertain:
            self._marked.setdefault((item.sheet, item.page, item.row), []).append(item)
        self._names = _names(self.units)
        for row in rows:
            self.outcome.rows += 1
            if row.sheet != self._sheet or self.outcome.rows == 1:
                self._turn(row)
            self._take(row)
        self._flush()
        self._end_of_search()
        if not self._heads:
            raise InputError([Problem(self.name, self._no_head())])
        left = [
            Problem(self.name, f"[[uncertain]] nennt {_place(item)}, die kein Datensatz ist") for items in self._marked.values() for item in items
        ]
        if left:
            raise InputError(left)
        if not self.outcome.closed():
            raise AssertionError(self.outcome)
        return self.outcome

    # which rows are the table

    def _turn(self, row: SourceRow) -> None:
        """Begin a new sheet."""
        self._flush()
        self._end_of_search()
        self._sheet, self._head, self._unit, self._above = row.sheet, None, None, ""
        if self.mapping.unit.origin == "sheet":
            self._unit = self._known(row.sheet)
        if not self.mapping.source.header_rows:
            self._found(find_head([], self.mapping), row)

    def _end_of_search(self) -> None:
        if self._waiting:
            self.outcome.skipped[f"Blatt „{self._sheet}“ ohne Tabellenkopf" if self._sheet else BEFORE] += len(self._waiting)
            self._waiting = []

    def _take(self, row: SourceRow) -> None:
        if self._head is None:
            self._search(row)
        elif not row.text():
            self.outcome.skipped[BLANK] += 1
        elif self._head.repeats(row) or self._moves(row, self._head):
            self.outcome.skipped[HEAD] += 1
        elif self._continues(row) and self._held is not None:
            self._held = _joined(self._held, row)
            self.outcome.skipped[CONTINUED] += 1
        elif not self._skipped(row) and not self._heading(row):
            self._flush()
            self._held = row

    def _moves(self, row: SourceRow, head: Head) -> bool:
        """Say whether a row is the head of a further table with the same columns in other places; from there on they count."""
        names = {folded(name) for name in self.mapping.columns["name"] if isinstance(name, str)}
        if len(head.rows) != 1 or not names.intersection(comparable(row)):
            return False
        found, missing = find_head([row], self.mapping)
        if found is None or missing:
            return False
        self._flush()
        self._head = found
        return True

    def _search(self, row: SourceRow) -> None:
        self._waiting.append(row)
        size = self.mapping.source.header_rows
        window = [waiting for waiting in self._waiting if waiting.text()][-size:]
        numbers_only = not any(isinstance(name, str) for names in self.mapping.columns.values() for name in names)
        if len(window) == size and (found := find_head(window, self.mapping))[0] is not None and (not numbers_only or len(row.cells) > 1):
            before = [waiting for waiting in self._waiting if waiting not in window]
            self.outcome.skipped[HEAD] += len(self._waiting) - len(before)
            self._waiting = []
            self._found(found, row)
            for waiting in before:
                if not waiting.text():
                    self.outcome.skipped[BLANK] += 1
                elif not self._heading(waiting):
                    self.outcome.skipped[BEFORE] += 1
        elif len(self._seen) < _SEARCHED and row.text():
            self._seen.append(f"{row.shown()}: {' | '.join(cell for cell in (' '.join(cell.split()) for cell in row.cells) if cell)[:80]}")

    def _found(self, found: tuple[Head | None, list[str]], row: SourceRow) -> None:
        head, missing = found
        if missing:
            raise InputError([Problem(f"{self.name}, {row.shown()}", f"der Tabellenkopf hat {text}") for text in missing])
        self._head = head
        self._heads += head is not None
        self.outcome.unread = tuple(dict.fromkeys((*self.outcome.unread, *(head.unread if head else ()))))

    def _no_head(self) -> str:
        wanted = " oder ".join(f"„{name}“" for name in self.mapping.columns["name"])
        shown = "; ".join(self._seen[:3])
        return f"kein Tabellenkopf mit einer Spalte {wanted} (name in der Zuordnung). Die ersten Zeilen: {shown}"

    def _continues(self, row: SourceRow) -> bool:
        """Say whether a row goes on with the last of the page before: what names the record is blank, and something else is not."""
        if not row.opens_page or self._head is None or self._held is None or self._held.page == row.page:
            return False
        anchor = self._head.columns.get("record", self._head.columns["name"])
        return not _cell(row, anchor).strip() and bool(_cell(self._held, anchor).strip()) and len(row.cells) > 1

    def _skipped(self, row: SourceRow) -> bool:
        for rule, column in zip(self.mapping.skip, self._head.skips if self._head else (), strict=True):
            if rule.pattern.search(row.text() if column is None else " ".join(_cell(row, column).split())):
                self.outcome.skipped[rule.reason] += 1
                return True
        return False

    def _heading(self, row: SourceRow) -> bool:
        """Take a row for the heading of a unit, or for text beside the table, if it is one."""
        filled = {" ".join(cell.split()) for cell in row.cells if cell.strip()}
        rule = self.mapping.unit
        if rule.origin == "heading" and len(filled) == 1:
            words = next(iter(filled))
            match = rule.pattern.search(words) if rule.pattern else None
            named = match["unit"] if match and rule.pattern and "unit" in rule.pattern.groupindex else words
            known = self._known(named or words)
            if match or (rule.pattern is None and known):
                self._flush()
                self._unit, self._above = known, named or words
                self.outcome.skipped[HEADING] += 1
                return True
        if row.page and len(row.cells) == 1 and self._head is not None and self._head.width > 1 and self._head.columns["name"] != 0:
            self.outcome.skipped[BESIDE] += 1
            return True
        return False

    # what a row says

    def _flush(self) -> None:
        row, self._held = self._held, None
        if row is None or self._head is None:
            return
        found = self._drafts(row, self._head)
        if isinstance(found, Reject):
            if self.mapping.keep == "facts" and "notice" in self._head.columns:  # the words stay in the source, also those of a reject
                left = self._head.columns["notice"]
                found = attrs.evolve(found, row=attrs.evolve(row, cells=tuple("" if at == left else cell for at, cell in enumerate(row.cells))))
            self.outcome.rejects.append(found)
        else:
            self.outcome.drafts += found
            self.outcome.placed += 1

    def _drafts(self, row: SourceRow, head: Head) -> list[Draft] | Reject:
        if head.width and len(row.cells) > head.width:
            wanted = "so viele Zellen wie der Kopf; ein Text mit Trennzeichen steht in Anführungszeichen"
            return Reject(row, f"hat {len(row.cells)} Zellen, der Tabellenkopf {head.width}", wanted)
        raw = {column: _cell(row, number) for column, number in head.columns.items()}
        text = {column: cells.words_of(cell, self.mapping.source.hyphens) for column, cell in raw.items()}
        unit, why = self._unit_of(row, head)
        if unit is None:
            return Reject(row, why, "eine Kennung, ein Code oder ein Name aus units.csv, oder ein Eintrag unter [unit.codes]")
        given = text.get("record", "")
        uncertain = text.get("uncertain", "").replace(",", " ").replace(";", " ").split()
        wrong = _wrong(text, unit, uncertain)
        if wrong:
            return Reject(row, *wrong)
        values, doubts = self._values(text, row)
        doubts += [(column, _MENDED) for column, at in head.columns.items() if at in row.doubtful and column in TEXT_COLUMNS]
        if row.opens_page and self._bare(row, head):
            doubts.append(("name", _PERHAPS_CONTINUED))
        for column, doubt in doubts:
            uncertain += [column] if column and column not in uncertain else []
            values["note"] = " ".join(filter(None, (values["note"], doubt if doubt not in values["note"] else "")))
        for item in self._marked.pop((row.sheet, row.page, row.row), self._marked.pop(("", row.page, row.row), [])):
            uncertain += [column for column in item.columns if column not in uncertain]
            values["note"] = " ".join(filter(None, (values["note"], item.note)))
        if uncertain and not values["note"]:
            return Reject(row, "hat unsichere Zellen ohne Grund", "ein Grund in der Spalte für note")
        values |= {"unit": unit, "uncertain": " ".join(uncertain)}
        bodies = list(cells.parts(raw["name"], self.mapping.split))
        if given and len(bodies) > 1:
            return Reject(row, "zählt mehrere Gremien auf und hat nur eine Kennung", "eine Zeile je Gremium, oder keine Spalte für record")
        mend = self.mapping.source.hyphens
        return [
            Draft(values | {"umbrella": cells.words_of(umbrella, mend) or values["umbrella"], "name": cells.words_of(name, mend)}, row, given)
            for umbrella, name in bodies
        ]

    def _bare(self, row: SourceRow, head: Head) -> bool:
        """Say whether a row names neither unit nor id and is half empty, as the second part of one that a page break cut in its name would be."""
        named = [_cell(row, column) for column in (*head.units, *(head.columns[name] for name in ("record",) if name in head.columns))]
        filled = sum(bool(cell.strip()) for cell in row.cells)
        return row.page > self.mapping.source.first_page and bool(named) and not any(map(str.strip, named)) and filled <= head.width / 2

    def _values(self, text: dict[str, str], row: SourceRow) -> tuple[dict[str, str], list[tuple[str, str]]]:
        values = {column: text.get(column, "") for column in (*TEXT_COLUMNS, *FACT_COLUMNS, "source_line", "note")}
        values["cost"] = cells.cost(values["cost"], self.mapping.source.amounts)
        values |= {
            "source_sheet": row.sheet,
            "source_page": str(row.page or ""),
            "source_row": str(row.row),
            "source_box": " ".join(f"{number:.1f}" for number in row.box) if row.box else "",
        }
        doubts: list[tuple[str, str]] = []
        for column in cells.CHOICES:
            read = cells.choice(column, values[column], self.mapping, self.lexicons[column])
            values[column] = read.value
            doubts += [(column, f"{read.doubt}.")] if read.doubt else []
        for column in ("notice_period", "notice_by", "notice_to"):
            read = cells.fact(column, values[column], self.ends)
            values[column] = read.value
            doubts += [(column, f"{read.doubt}.")] if read.doubt else []
        facts, note = cells.notice(text.get("notice", ""), self.mapping.keep)
        for column, value in facts.items():
            values[column] = values[column] or value
        if note:
            doubts.append(("" if facts else "notice_period", note))
        return values, doubts

    def _unit_of(self, row: SourceRow, head: Head) -> tuple[str | None, str]:
        rule = self.mapping.unit
        if rule.origin == "fixed":
            return (rule.fixed, "") if rule.fixed in self.units else (None, f"die Einheit {rule.fixed} steht nicht in units.csv")
        if rule.origin == "column":
            words = " ".join(" ".join(_cell(row, column) for column in head.units).split())
            if words:
                self._unit, self._above = self._known(words), words
            elif rule.blank == "reject" or not self._above:
                return None, "nennt keine Einheit"
        elif rule.origin == "sheet":
            self._above = row.sheet
        if self._unit is None:
            return None, f"die Einheit „{self._above[:60]}“ ist unbekannt" if self._above else "steht unter keiner Überschrift einer Einheit"
        return self._unit, ""

    def _known(self, words: str) -> str | None:
        key = folded(words)
        found = self.mapping.unit.codes.get(key) or self._names.get(key)
        return found if found in self.units else None


def _names(units: dict[str, Unit]) -> dict[str, str]:
    """Return what may name a unit → its id: the id, and codes and labels that only one unit has."""
    shared = Counter(folded(name) for unit in units.values() for name in {unit.code, unit.label} if name)
    names = {folded(name): unit.id for unit in units.values() for name in (unit.code, unit.label) if name and shared[folded(name)] == 1}
    return names | {unit: unit for unit in units}


def _cell(row: SourceRow, column: int) -> str:
    return row.cells[column] if 0 <= column < len(row.cells) else ""


def _joined(held: SourceRow, row: SourceRow) -> SourceRow:
    width = max(len(held.cells), len(row.cells))
    texts = ("\n".join(filter(None, (_cell(held, column), _cell(row, column)))) for column in range(width))
    return attrs.evolve(held, cells=tuple(texts), doubtful=held.doubtful | row.doubtful)


def _place(item: Uncertain) -> str:
    where = [f"Blatt „{item.sheet}“" if item.sheet else "", f"Seite {item.page}" if item.page else "", f"Zeile {item.row}"]
    return ", ".join(part for part in where if part)


def _wrong(text: dict[str, str], unit: str, uncertain: list[str]) -> tuple[str, str] | None:
    """Return why a row cannot be a record, and what would be right."""
    if not text["name"]:
        return "nennt kein Gremium", "ein Name in der Spalte für name; Zeilen ohne Gremium lassen sich mit [[skip]] übergehen"
    if not re.fullmatch(r"(?:[1-9][0-9]{0,8})?", text.get("source_line", "")):
        return f"source_line enthält „{text['source_line'][:20]}“", "die Nummer einer Zeile"
    given = text.get("record", "")
    if given and not re.fullmatch(rf"(?:{re.escape(unit)}-)?[0-9]{{1,9}}", given):
        return f"die Kennung „{given[:60]}“ gehört nicht zur Einheit {unit}", f"eine laufende Nummer oder {unit}-01"
    strange = [column for column in uncertain if column not in UNCERTAIN_COLUMNS]
    if strange:
        return f"„{strange[0][:40]}“ ist keine Spalte", f"in der Spalte für uncertain: {' '.join(UNCERTAIN_COLUMNS)}"
    return None
