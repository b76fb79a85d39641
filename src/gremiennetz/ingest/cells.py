"""From the words of a cell to what the record holds: amounts, yes and no, notice periods, lists of sub-bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from gremiennetz.ingest.mapping import Mapping, Split, folded
from gremiennetz.readers.lexicon import Lexicon
from gremiennetz.readers.notice import read_notice

CHOICES = ("obligation", "termination")
_ENGLISH = re.compile(r"(?<![\w.,])(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{1,2}))?(?![\d]|[.,]\d)")
_GERMAN = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,9}")
_NOTHING = frozenset({"", "-", "–", "—", "/", "./.", "k. a.", "k.a."})
_PERIOD = re.compile(r"P(?=\d)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}D)?")
_DAY = re.compile(r"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


@attrs.frozen
class Read:
    """What a cell says, or why it cannot be said."""

    value: str
    doubt: str = ""
    """Why the value is not known, in German; empty when it is, or when the cell says nothing."""


def words_of(text: str, hyphens: str) -> str:
    """Return the words of a cell with single spaces; a word cut at the end of a line is mended if the mapping says so."""
    text = re.sub(r"\u00ad\s*", "", text)
    if hyphens == "mend":
        text = re.sub(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie)\b)", "", text)
    return " ".join(text.split())


def cost(text: str, amounts: str) -> str:
    """Return a cost cell with its numbers in German, so that the reader of costs reads them; all other words stay.

    >>> cost("fee 1,234.56 Euro", "en"), cost("1000", "de"), cost("1.234,56", "de")
    ('fee 1.234,56 Euro', '1000,00', '1.234,56')
    """
    if amounts == "en":
        text = _ENGLISH.sub(lambda match: match["whole"].replace(",", ".") + (f",{match['cents']:0<2}" if match["cents"] else ""), text)
    # a cell that is nothing but a whole number is an amount, too
    return f"{text},00" if _GERMAN.fullmatch(text) and text != "0" else text


def choice(column: str, text: str, mapping: Mapping, lexicon: Lexicon) -> Read:
    """Return the concept that a cell for obligation or termination names: by the mapping's words, the concept's name, or its labels."""
    word = folded(text)
    if word in _NOTHING:
        return Read("")
    known = mapping.words.get(column, {})
    names = {concept.split("/", 1)[1] for concepts in lexicon.phrases.values() for concept in concepts}
    found = known.get(word) or (word if word in names else "")
    if not found:
        read = lexicon.find(text, anywhere=True)
        found = read.concepts[0].split("/", 1)[1] if len(read.concepts) == 1 and not read.unread else ""
    if found:
        return Read("" if found == "not-stated" else found)
    wanted = ", ".join(sorted({*names} - {"not-stated"}))
    return Read("", f"„{_short(text)}“ ist für {column} nicht erklärt; in der Zuordnung unter [words.{column}] eintragen ({wanted})")


def fact(column: str, text: str, names: frozenset[str]) -> Read:
    """Return a cell that already holds a fact: a duration, a day of the year, or the name of a concept of ``notice-to``."""
    if folded(text) in _NOTHING:
        return Read("")
    fits = {"notice_period": _PERIOD.fullmatch, "notice_by": _DAY.fullmatch}.get(column)
    if fits(text) if fits else text in names:
        return Read(text)
    wanted = {"notice_period": "eine Dauer wie P3M", "notice_by": "ein Tag wie --06-30"}.get(column, f"eines von {', '.join(sorted(names))}")
    return Read("", f"{column}: „{_short(text)}“ passt nicht; erwartet: {wanted}")


def notice(text: str, keep: str) -> tuple[dict[str, str], str]:
    """Return the facts of a cell about notice, and what is to be noted: the words, if they are kept, or that they cannot be read."""
    if folded(text) in _NOTHING:
        return {}, ""
    read = read_notice(text)
    facts = {"notice_period": read.period, "notice_by": read.by, "notice_to": read.to}
    filled = {column: value for column, value in facts.items() if value}
    quoted = f"Kündigung laut Liste: „{text}“."
    if filled:
        return filled, quoted if keep == "words" else ""
    reason = "Die Angabe zur Kündigung nennt keine Frist, keinen Tag und keinen Zeitpunkt, die zu lesen wären"
    return {}, f"{reason}. {quoted}" if keep == "words" else f"{reason}; Wortlaut in der Quelle."


def parts(text: str, split: Split | None) -> Iterator[tuple[str, str]]:
    """Yield umbrella and name for each body that a cell lists; the umbrella is empty where the cell names none."""
    if split is None:
        yield "", text
        return
    umbrella, rest = "", text
    if split.umbrella is not None:
        match = split.umbrella.match(text)
        if match is None:
            yield "", text
            return
        umbrella = match["umbrella"] if "umbrella" in split.umbrella.groupindex else match[0]
        rest = text[match.end() :]
    names = [name for piece in split.at.split(rest) if (name := _listed(piece or ""))]
    if not names:
        yield "", text
        return
    for name in names:
        yield _listed(umbrella).rstrip(":").rstrip(), name


def _listed(text: str) -> str:
    """Return an entry of a list without the mark in front of it."""
    return re.sub(r"^[\s\-–•*]+(?=\S)", "", text).strip()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"
