"""Periods: from when, until when, for how long a participation holds.

``seit 01.07.2025``, ``dauerhaft seit 1991``, ``befristet bis Ende 2026``, ``mindestens noch bis 2029``, ``von 2020 bis 2025``,
``3 Jahre``, ``letztmalig 2024``. A year stays a year: nothing more exact than the source is claimed.
"""

from __future__ import annotations

import datetime as dt
import re

import attrs

from gremiennetz.readers.lexicon import composed

_DAY = r"(?P<{0}>(?:[0-9]{{1,2}}\. ?[0-9]{{1,2}}\. ?)?(?:19|20)[0-9]{{2}})(?![0-9]|[.,/][0-9])"
_START, _END = _DAY.format("start"), _DAY.format("end")
_ABOUT = r"(?:Anfang |Mitte |Ende )?"
_UNTIL = rf"(?:(?:zum|einschließlich|inkl\.|voraussichtlich) )*{_ABOUT}"
_RANGE = rf"{_ABOUT}{_START}(?: bis {_UNTIL}| ?[-–] ?){_END}"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w.,/-])(?:(?:vom|von|seit|ab) (?:dem )?)?{_RANGE}",
        rf"\b(?:seit|ab) (?:dem )?{_ABOUT}{_START}",
        rf"\bbis {_UNTIL}{_END}",
        rf"\b(?:letztmalig|zuletzt) (?:am |im Jahr )?{_END}",
    )
)
_LENGTH = re.compile(r"(?<![\d.,])(?<!\balle )(?<!\bbis )(?<!\bseit )(?P<years>[0-9]{1,2}) Jahre\b", re.IGNORECASE)
_PHASE = re.compile(rf"\bProjektphase {_RANGE}", re.IGNORECASE)


@attrs.frozen
class Period:
    """A period as far as the text says it. Dates are ISO: ``2025`` or ``2025-07-01``."""

    start: str | None = None
    end: str | None = None
    years: int | None = None
    """Length in whole years, where the text gives a length instead of dates."""

    def __bool__(self) -> bool:
        return bool(self.start or self.end or self.years)


def _iso(text: str) -> str | None:
    parts = text.replace(" ", "").split(".")
    if len(parts) == 1:
        return text
    try:
        return dt.date(int(parts[2]), int(parts[1]), int(parts[0])).isoformat()
    except ValueError:
        return None


def _dates(match: re.Match[str]) -> dict[str, str] | None:
    """Return the dates of a match in ISO form, or None when one of them is not in the calendar."""
    dates = {name: _iso(value) for name, value in match.groupdict().items()}
    known = {name: value for name, value in dates.items() if value}
    return known if len(known) == len(dates) else None


def read_period(text: str) -> tuple[Period, str]:
    """Read the period of a cell; return it with the rest of the text.

    >>> read_period("dauerhaft seit 01.01.1994")
    (Period(start='1994-01-01', end=None, years=None), 'dauerhaft')
    """
    rest = composed(text)
    found: dict[str, str] = {}
    for pattern in _PATTERNS:
        match = pattern.search(rest)
        dates = _dates(match) if match else None
        if match and dates and not found.keys() & dates.keys():
            found |= dates
            rest = _without(rest, match)
    length = _LENGTH.search(rest)
    if length and not found:
        return Period(years=int(length["years"])), _without(rest, length)
    return Period(found.get("start"), found.get("end")), rest


def read_phase(name: str) -> Period:
    """Read the phase that the name of a body states; other years in a name (``Aktionsplan 2022 bis 2026``) are not the participation's.

    >>> read_phase("Vergleichsring Organisation, Projektphase 2026 bis 2027")
    Period(start='2026', end='2027', years=None)
    """
    match = _PHASE.search(composed(name))
    dates = (_dates(match) if match else None) or {}
    return Period(dates.get("start"), dates.get("end"))


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
