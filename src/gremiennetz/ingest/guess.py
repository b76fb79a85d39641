"""Guess: a mapping proposed from the words of the head and from what the columns hold, with a confidence for each column.

A guess is a draft for somebody to read, not data: it is printed, never used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import attrs

from gremiennetz.ingest import sets
from gremiennetz.ingest.cells import words_of
from gremiennetz.ingest.mapping import Source, folded
from gremiennetz.ingest.rows import SourceRow, read_rows, refused
from gremiennetz.places import Root
from gremiennetz.readers.notice import read_notice
from gremiennetz.records import Unit
from gremiennetz.vocabulary import Vocabulary

_ROWS = 400
_HEADS = 20
_LEAST = 0.3
_ALONE = {"record": 0.4, "obligation": 0.45}
"""What content alone is worth, where many columns look alike; else 0.55."""
_HEADERS: dict[str, str] = {
    "unit": r"\bamt\b|dienststelle|einheit|bereich|dezernat|referat|abteilung|teilhaushalt|\bthh\b|eigenbetrieb|office|department|unit",
    "record": r"^(?:lfd\.?|laufende)? ?-?(?:nr\.?|nummer|id|kennung)$",
    "umbrella": r"dachverband|übergeordnet|umbrella",
    "name": r"gremi|netzwerk|verband|verein|organisation|mitgliedschaft|institution|bezeichnung|\bname\b|kooperation",
    "status": r"status|dauer|aktuell|\bseit\b|beginn",
    "reach": r"reichweite|ebene|regional|räumlich|reach|scope",
    "participation": r"beteiligung|mitwirkung|rolle|funktion|vertret|art der|participation",
    "purpose": r"ziel|zweck|nutzen|begründung|aufgabe|inhalt|purpose|benefit",
    "cost": r"kosten|beitrag|beiträge|betrag|euro|€|aufwand|cost|fee",
    "obligation": r"pflicht|freiwillig|gesetzlich|obligation|mandatory",
    "termination": r"kündbar|kündigung möglich|cancel|austritt möglich",
    "notice": r"frist|kündigung|austritt|notice",
    "note": r"bemerkung|anmerkung|hinweis|notiz|erläuterung|^note|comment",
}
_AMOUNT = re.compile(r"(?:(?:ca\.|rd\.|bis|etwa) )?(?:€ ?)?\d{1,3}(?:[.,]\d{3})*(?:[.,](?:\d{1,2}|-+))?(?: ?(?:€|EUR|Euro))?\b.{0,30}")
_ENGLISH = re.compile(r"\d,\d{3}(?:\.\d|\b(?!,))|\d\.\d{2}(?!\d)")
_GERMAN = re.compile(r"\d\.\d{3}(?:,\d|\b(?!\.))|\d,\d{2}(?!\d)")
_YES, _NO = ("ja", "j", "x", "yes", "möglich", "kündbar"), ("nein", "n", "no", "nicht möglich", "nicht kündbar", "unkündbar")
_TOTAL = re.compile(r"^(?:summe|gesamt\w*|total)\b", re.IGNORECASE)
_DATE = re.compile(r"(?:(?:dauerhaft )?(?:seit|ab|bis) )?(?:\d{1,2}\.\d{1,2}\.)?(?:19|20)\d{2}")
_CODE = re.compile(r"(?:Amt |FB |GB |THH )?\d{1,5}(?:[./-]\d{1,3})?", re.IGNORECASE)

Test = Callable[[str], bool]


@attrs.frozen
class Column:
    """A column of the source and what it may be."""

    number: int
    header: str
    values: tuple[str, ...]

    def share(self, test: Test) -> float:
        """Return the share of the filled cells that pass a test."""
        return sum(map(test, self.values)) / len(self.values) if self.values else 0.0


@attrs.frozen
class Claim:
    """What a column is taken for, with the confidence (0 to 1) and the reasons in German."""

    score: float
    target: str
    column: Column
    reason: str


def proposal(root: Root, file: Path, dataset: str | None = None) -> str:
    """Return a mapping for a file as commented TOML. Raises ``InputError`` when the file cannot be read as a table."""
    rows = list(islice(read_rows(file, Source(), file.name), _ROWS))
    if not any(row.text() for row in rows):
        raise refused(file.name, "enthält nur leere Zellen")
    head = _head(rows)
    sheet = rows[head].sheet
    body = [row for row in rows[head + 1 :] if row.sheet == sheet and row.text() and row.cells != rows[head].cells]
    lone = [row for row in body if sum(bool(cell.strip()) for cell in row.cells) == 1]
    totals = [row for row in body if _TOTAL.search(row.text())]
    plain = [row for row in body if row not in lone and row not in totals]
    columns = _columns(rows[head], plain)
    units = _units(root, dataset)
    claims = _settled(_claims(columns, _tests(Vocabulary.read(root.shipped("ontology")), units)))
    sheets = {row.sheet for row in rows}
    lines = [
        f"# Vorschlag für {_comment(file.name)}: {len(columns)} Spalten, Tabellenkopf in {_comment(rows[head].shown())}. Bitte jede Zeile prüfen.",
        "",
        "[source]",
        f"header_rows = {2 if rows[head].merged else 1}",
        f"amounts = {_amounts(claims)}",
        "",
        "[columns]",
        *(f"{claim.target} = {_text(claim.column)}    # {_confidence(claim)}" for target, claim in claims.items() if target != "unit"),
        *(
            f"# nicht zugeordnet: {_comment(column.header or f'Spalte {column.number + 1}')}"
            for column in columns
            if column not in [c.column for c in claims.values()]
        ),
        "",
        *_unit(claims.get("unit"), lone, sheets, units, plain),
        *_words(claims),
    ]
    if totals:
        lines += ["", "[[skip]]", "pattern = '^(?i:summe|gesamt|total)'", 'reason = "Summenzeile"']
    persons = sorted({column.header for column in columns if column.share(lambda text: bool(sets.PERSON.search(text))) > 0})
    if persons:
        lines += ["", f"# Achtung: in {_comment(', '.join(persons))} stehen wohl Namen von Personen; sie gehören nach dem Einlesen in persons.csv."]
    return "\n".join(lines) + "\n"


def _head(rows: Sequence[SourceRow]) -> int:
    """Return which row is the head: one of the first, with the most short texts that no other row repeats; words that heads have count more."""
    cells_of = [{(column, " ".join(cell.split())) for column, cell in enumerate(row.cells)} for row in rows[: 2 * _HEADS]]

    def score(number: int) -> tuple[float, int]:
        texts = {
            text
            for column, cell in enumerate(rows[number].cells)
            if (text := " ".join(cell.split())) and len(text) < 80 and not _AMOUNT.fullmatch(text)
            # a head that stands on every page repeats as a whole
            if not any((column, text) in cells for other, cells in enumerate(cells_of) if rows[other].cells != rows[number].cells)
        }
        known = sum(any(re.search(pattern, folded(text)) for pattern in _HEADERS.values()) for text in texts if len(text) <= 40)
        return len(texts) + 2 * known * (len(texts) > 1) - number / 4, -number

    return max(range(min(_HEADS, len(rows))), key=score)


def _columns(head: SourceRow, body: Sequence[SourceRow]) -> list[Column]:
    width = max((len(row.cells) for row in (head, *body)), default=0)
    return [
        Column(
            number,
            " ".join(head.cells[head.merged.get(number, number)].split()) if head.merged.get(number, number) < len(head.cells) else "",
            tuple(words for row in body if number < len(row.cells) and (words := words_of(row.cells[number], "keep"))),
        )
        for number in range(width)
    ]


def _units(root: Root, dataset: str | None) -> dict[str, Unit]:
    if dataset is None or not (sets.folder_of(root, dataset) / sets.UNITS).exists():
        return {}
    return sets.units_of(root, dataset)


def _tests(vocabulary: Vocabulary, units: dict[str, Unit]) -> dict[str, tuple[str, Test]]:
    """Return, per column of the record, what its cells look like, in German and as a test."""
    known = {folded(name) for unit in units.values() for name in (unit.id, unit.label, unit.code) if name}
    reach, status, role = (vocabulary.lexicon(scheme) for scheme in ("reach", "status", "role"))
    obligation = vocabulary.lexicon("obligation")
    return {
        "unit": (
            "Ämter oder Codes",
            lambda text: folded(text) in known if known else bool(_CODE.fullmatch(text) or re.search(r"\b(?:amt|bereich|betrieb)", folded(text))),
        ),
        "record": ("laufende Nummern", lambda text: text.isdecimal() and not _DATE.fullmatch(text)),
        "reach": ("Reichweiten", lambda text: bool(reach.find(text).concepts)),
        "status": ("Angaben zum Status", lambda text: bool(status.find(text).concepts) or bool(_DATE.fullmatch(text))),
        "participation": ("Rollen", lambda text: bool(role.find(text).concepts)),
        "purpose": ("längere Texte", lambda text: len(text) > 60),
        "cost": ("Beträge", lambda text: bool(_AMOUNT.fullmatch(text)) or any(item.amount is not None for item in vocabulary.costs.read(text)[0])),
        "obligation": ("Wörter für Pflicht", lambda text: folded(text) in (*_YES, *_NO) or bool(obligation.find(text, anywhere=True).concepts)),
        "termination": ("ja oder nein", lambda text: folded(text) in (*_YES, *_NO)),
        "notice": ("Kündigungsfristen", lambda text: bool(read_notice(text)) or folded(text) in {"jährlich", "monatlich"}),
        "name": ("Namen", lambda text: 6 <= len(text) <= 120 and not _AMOUNT.fullmatch(text) and text[0].isupper()),
        "umbrella": ("Verbände", lambda text: bool(re.search(r"tag\b|verband|bund\b|tages\b", text))),
        "note": ("Texte", lambda text: len(text) > 25),
    }


def _claims(columns: Sequence[Column], tests: dict[str, tuple[str, Test]]) -> list[Claim]:
    found = []
    for column in columns:
        for target, (shown, test) in tests.items():
            named = bool(re.search(_HEADERS[target], folded(column.header)))
            share = column.share(test)
            distinct = len(set(column.values)) / len(column.values) if column.values else 0.0
            if target in {"name", "record"}:
                share *= distinct
            content = share if target not in {"name", "note", "umbrella", "purpose"} else share * 0.6
            # a head that says so counts more than content, unless no cell bears it out; content alone can carry what is unmistakable
            certain = 0.6 if share > 0 or not column.values else 0.35
            score = certain + 0.4 * content if named else _ALONE.get(target, 0.55) * content
            reasons = ([f"der Kopf „{_comment(column.header)}“"] if named else []) + [f"{round(100 * share)} % der Zellen sind {shown}"]
            found.append(Claim(score, target, column, ", ".join(reasons)))
    return found


def _settled(claims: Sequence[Claim]) -> dict[str, Claim]:
    """Return the best claim for each target and column, surest first; a name there always is."""
    settled: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda claim: (-claim.score, claim.column.number)):
        taken = {other.column.number for other in settled.values()}
        if claim.score >= _LEAST and claim.target not in settled and claim.column.number not in taken:
            settled[claim.target] = claim
    if "name" not in settled:
        taken = {other.column.number for other in settled.values()}
        rest = [claim for claim in claims if claim.target == "name" and claim.column.number not in taken] or [
            claim for claim in claims if claim.target == "name"
        ]
        settled["name"] = max(rest, key=lambda claim: claim.score)
        settled = {target: claim for target, claim in settled.items() if target == "name" or claim.column != settled["name"].column}
    return {target: settled[target] for target in _HEADERS if target in settled}


def _unit(claim: Claim | None, lone: Sequence[SourceRow], sheets: set[str], units: dict[str, Unit], rows: Sequence[SourceRow]) -> list[str]:
    if claim is not None:
        values = list(dict.fromkeys(claim.column.values))
        known = {folded(name) for unit in units.values() for name in (unit.id, unit.label, unit.code) if name}
        blank = len(claim.column.values) < len(rows)
        return [
            "[unit]",
            'from = "column"',
            f"columns = {_text(claim.column)}    # {_confidence(claim)}",
            f'blank = "{"above" if blank else "reject"}"',
            "",
            "[unit.codes]    # Angabe der Liste = Kennung aus units.csv",
            *(f'# {_quoted(value)} = "…"' for value in values if folded(value) not in known),
        ]
    if len(lone) > 1:
        shown = "; ".join(_comment(row.text()[:40]) for row in lone[:3])
        return ["[unit]", f'from = "heading"    # {len(lone)} Zeilen haben nur eine Zelle, z. B. {shown}', "pattern = '^(?P<unit>.+)$'"]
    if len(sheets) > 1:
        return ["[unit]", 'from = "sheet"    # mehrere Blätter']
    return [
        "[unit]",
        'from = "fixed"    # keine Spalte und keine Überschriften gefunden',
        'fixed = "amt"    # durch eine Kennung aus units.csv ersetzen',
    ]


def _words(claims: dict[str, Claim]) -> list[str]:
    lines: list[str] = []
    for target, meant, not_meant in (("obligation", "mandatory", "voluntary"), ("termination", "possible", "not-possible")):
        if target not in claims:
            continue
        values = sorted({value for value in claims[target].column.values if len(value) <= 40}, key=folded)
        yes = [value for value in values if folded(value) in _YES]
        no = [value for value in values if folded(value) in _NO]
        lines += ["", f"[words.{target}]", f"{meant} = {_list(yes)}", f"{not_meant} = {_list(no)}"]
        lines += [f"# nicht erklärt: {_comment(value)}" for value in values if value not in yes and value not in no][:5]
    return lines


def _amounts(claims: dict[str, Claim]) -> str:
    values = claims["cost"].column.values if "cost" in claims else ()
    english, german = (sum(bool(pattern.search(value)) for value in values) for pattern in (_ENGLISH, _GERMAN))
    shown = f"    # {max(english, german)} von {len(values)} Beträgen sind so geschrieben" if english or german else "    # nichts spricht dagegen"
    return ('"en"' if english > german else '"de"') + shown


def _confidence(claim: Claim) -> str:
    return f"Vertrauen {min(round(100 * claim.score), 99)} %: {claim.reason}"


def _text(column: Column) -> str:
    return _quoted(column.header) if column.header else str(column.number + 1)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, dict.fromkeys(map(folded, values))))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Return a text that stays on the line of its comment."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)[:80]
