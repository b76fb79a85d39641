"""Resolving: which body may a record mean? Ranked candidates with reasons for people to decide, and decisions written down reversibly.

Similarity decides nothing. A name is brought into comparable form (Unicode NFKC, case, punctuation, legal form kept apart); an exact alias of
the register names its body; everything else becomes a ranked list. What must not happen is kept from happening by guards, which name the rows:
a body never has two kinds or two parents, a ``different`` is stronger than any chain of ``same``, and a body that is bound to one municipality
(``Bildungsbeirat``) is neither proposed for nor taken by another's record.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import attrs
from rapidfuzz import fuzz
from rigour.names import extract_org_types, remove_org_types

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import read_table, table_text, write_text
from gremiennetz.records import Dataset, Record
from gremiennetz.register import DECISION_COLUMNS, JUDGEMENTS, Body, Decision, Register, decisions_path, key

_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"\w+")
_SHORT = re.compile(r"\b[A-ZÄÖÜ][A-Za-zÄÖÜäöü]*[A-ZÄÖÜ][A-Za-zÄÖÜäöü0-9]*\b|\b[A-ZÄÖÜ]{2,}\b")
_GROUPS = (
    (re.compile(r"^AG\b"), "Arbeitsgruppe"), (re.compile(r"\bAK\b"), "Arbeitskreis"), (re.compile(r"\bUAK\b"), "Unterarbeitskreis"),
    (re.compile(r"\bFK\b"), "Fachkommission"), (re.compile(r"\bFA\b"), "Fachausschuss"),
)  # fmt: skip
"""What committees are called for short. "AG" is a working group only at the beginning of a name, elsewhere a legal form (Aktiengesellschaft)."""
_SPELLINGS = (
    (re.compile(r"\bdt\b\.?"), "deutsch"), (re.compile(r"\bdeutsche[rnsm]?\b"), "deutsch"), (re.compile(r"\bsächs\b\.?"), "sächsisch"),
    (re.compile(r"\bsächsische[rnsm]?\b"), "sächsisch"), (re.compile(r"städtetage[s]?\b"), "städtetag"), (re.compile(r"\bkomm\b\.?"), "kommunal"),
    (re.compile(r"\bkommunale[rnsm]?\b"), "kommunal"), (re.compile(r"\bf\.\s"), "für "), (re.compile(r"\bu\.\s"), "und "),
)  # fmt: skip


_key = lru_cache(maxsize=16384)(key)


@attrs.frozen
class Name:
    """A name in comparable form."""

    core: str
    """Casefolded words without brackets and legal form, endings of common adjectives levelled."""
    forms: frozenset[str]
    """Legal forms that the name carries (``ev``, ``gmbh`` …)."""
    shorts: frozenset[str]
    """Abbreviations that the name carries, casefolded."""
    own: frozenset[str] = frozenset()
    """Those of them that stand in brackets or at the beginning, and so may stand for the whole name."""


@lru_cache(maxsize=16384)
def comparable(text: str) -> Name:
    """Bring a name into comparable form.

    >>> comparable("Verband der Krankenhausdirektoren Deutschlands e.V. (VKD)")
    Name(core='verband der krankenhausdirektoren deutschlands', forms=frozenset({'ev'}), shorts=frozenset({'vkd'}), own=frozenset({'vkd'}))
    """
    clean = unicodedata.normalize("NFKC", text)
    for pattern, plain in _GROUPS:
        clean = pattern.sub(plain, clean)
    forms = frozenset(form for _, form in extract_org_types(clean))
    bare = remove_org_types(_BRACKETS.sub(" ", clean))
    folded = bare.casefold()
    for pattern, plain in _SPELLINGS:
        folded = pattern.sub(plain, folded)
    shorts = frozenset(word.casefold() for word in _SHORT.findall(remove_org_types(clean)))
    marked = {*(part.strip() for part in _BRACKETS.findall(clean)), *clean.split()[:1]}
    return Name(" ".join(_WORD.findall(folded)), forms, shorts, shorts & {part.casefold() for part in marked})


@attrs.frozen
class Candidate:
    """A body that a record may mean."""

    body: Body
    score: float
    """0 to 100; 100 only for an exact name or alias."""
    reason: str


def full_name(record: Record) -> str:
    """Return what a record calls its body, umbrella first."""
    return " – ".join(part for part in (record.text("umbrella"), record.text("name")) if part)


def candidates(name: str, register: Register, umbrella: str = "", most: int = 5, *, municipality: str = "") -> list[Candidate]:
    """Rank the bodies that a name may mean, best first; of two that fit equally, the one higher up, then by id.

    ``umbrella`` is what the row puts in front of the name; a candidate whose parents do not bear that name loses a fifth of its score.
    ``municipality`` is the one whose record asks: bodies bound to another are left out, whatever their names; without it all are compared.
    Names are also compared with the umbrella behind the name, and with the abbreviations of other bodies written out
    ("AK Digitalisierung DST"); that alone never counts as exact.
    """
    found = []
    bodies = [body for body in register.bodies.values() if not (municipality and register.bound_elsewhere(body, municipality))]
    written_out = _written_out(name, register, bodies)
    variants = [text for text in dict.fromkeys((f"{name} {umbrella}".strip(), written_out)) if text != name]
    for body in bodies:
        names = register.names(body)
        above = register.above(body)
        pairs = [_compare(name, comparable(name), other) for other in names]
        if above:
            pairs += [_at_most(97.0, _compare(text, comparable(text), other)) for text in variants for other in names]
        score, reason = max(pairs, key=lambda pair: pair[0], default=(0.0, ""))
        if umbrella and score:
            fits = max(
                (fuzz.token_set_ratio(comparable(umbrella).core, comparable(other).core) for item in above for other in register.names(item)),
                default=0,
            )
            known = any(_key(umbrella) == _key(other) for item in above for other in register.names(item))
            if known or fits >= 90:
                reason += "; Dachverband passt"
            else:
                score, reason = 0.8 * score, reason + "; anderer oder kein Dachverband"
        if score >= 40:
            found.append((len(above), Candidate(body, round(score, 1), reason)))
    ranked = sorted(found, key=lambda item: (-item[1].score, item[0], item[1].body.id))
    return [item for _, item in ranked[:most]]


def _written_out(name: str, register: Register, bodies: Iterable[Body]) -> str:
    """Return a name with each abbreviation that names one of the bodies replaced by the body's label."""
    wanted = {_key(word) for word in _SHORT.findall(name)}
    if not wanted:
        return name
    labels = {_key(known): body.label for body in bodies for known in register.names(body) if _key(known) in wanted}
    return _SHORT.sub(lambda match: labels.get(_key(match[0]), match[0]), name)


def _at_most(limit: float, pair: tuple[float, str]) -> tuple[float, str]:
    return min(limit, pair[0]), pair[1]


def _compare(name: str, wanted: Name, other: str) -> tuple[float, str]:
    if _key(name) == _key(other):
        return 100.0, f"genau wie „{other}“"
    known = comparable(other)
    score = 0.5 * fuzz.token_sort_ratio(wanted.core, known.core) + 0.5 * fuzz.token_set_ratio(wanted.core, known.core)
    reason = f"ähnlich wie „{other}“"
    if wanted.core and wanted.core == known.core:
        score, reason = 97.0 if wanted.forms == known.forms else 95.0, f"bis auf Schreibweise und Rechtsform wie „{other}“"
    shared = wanted.shorts & known.shorts
    if wanted.core in known.own:
        score, reason = 96.0, f"Abkürzung von „{other}“"
    elif shared:
        score, reason = score + min(20.0, 0.6 * (99.0 - score)), f"{reason}; gemeinsame Abkürzung {', '.join(sorted(shared)).upper()}"
    if wanted.forms and known.forms and wanted.forms != known.forms:
        score, reason = 0.7 * score, f"{reason}; andere Rechtsform"
    return min(score, 99.0), reason


@attrs.frozen
class Open:
    """A record that nobody has decided yet, with its candidates."""

    dataset: str
    record: Record
    candidates: tuple[Candidate, ...]


def candidates_of(record: Record, dataset: Dataset, register: Register) -> list[Candidate]:
    """Rank the bodies that a record of a set may mean."""
    return candidates(record.text("name"), register, record.text("umbrella"), municipality=dataset.municipality)


def undecided(dataset: Dataset, register: Register) -> Iterator[Open]:
    """Yield the records of a set without a body."""
    decided = register.body_of(dataset.id)
    for record in dataset.records.values():
        if record.id not in decided:
            yield Open(dataset.id, record, tuple(candidates_of(record, dataset, register)))


def decide(folder: Path, register: Register, dataset: Dataset, item: Decision) -> None:
    """Write a judgement to the decisions on a set; a judgement on the same record and body is replaced, nothing else is touched.

    Raises ``GremiennetzError`` for a record, body or judgement that does not exist, for a second ``same``, and for a ``same`` with a body that is
    bound to another municipality.
    """
    if item.record not in dataset.records:
        raise GremiennetzError(f"there is no record {item.record!r} in {dataset.id}")
    if item.body not in register.bodies:
        alike = candidates(item.body.replace("-", " "), register, most=3, municipality=dataset.municipality)
        near = "; ".join(f"{found.body.id} ({found.body.label})" for found in alike)
        raise GremiennetzError(f"there is no body {item.body!r} in bodies.csv" + (f"; near: {near}" if near else ""))
    if item.judgement not in JUDGEMENTS:
        raise GremiennetzError(f"{item.judgement!r} is no judgement; wanted one of: {', '.join(JUDGEMENTS)}")
    if not item.justification.strip():
        raise GremiennetzError("a decision needs a justification (--because)")
    other = register.body_of(dataset.id).get(item.record)
    if item.judgement == "same" and other not in {None, item.body}:
        raise GremiennetzError(f"{item.record} already is {other!r}; take that back first with --undo {other}")
    bound = register.bound_elsewhere(register.bodies[item.body], dataset.municipality)
    if item.judgement == "same" and bound:
        message = f"{item.body!r} belongs to {bound.municipality!r} (bodies.csv row {bound.row}), {dataset.id} to {dataset.municipality!r}"
        raise GremiennetzError(message)
    path = decisions_path(folder, dataset.id)
    kept = [row for row in _decided(path) if row[:2] != [item.record, item.body]]
    kept.append([getattr(item, column) for column in DECISION_COLUMNS])
    write_text(path, table_text(DECISION_COLUMNS, kept))


def undo(folder: Path, dataset: str, record: str, body: str) -> None:
    """Take the judgement on a record and a body back. Raises ``GremiennetzError`` when there is none."""
    path = decisions_path(folder, dataset)
    rows = _decided(path)
    kept = [row for row in rows if row[:2] != [record, body]]
    if len(kept) == len(rows):
        raise GremiennetzError(f"no decision on {record} and {body}")
    write_text(path, table_text(DECISION_COLUMNS, kept))


def _decided(path: Path) -> list[list[str]]:
    return [list(row.cells.values()) for row in read_table(path, DECISION_COLUMNS)] if path.exists() else []
