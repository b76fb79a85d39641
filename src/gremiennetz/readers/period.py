"""Periods: from when, until when, for how long a participation holds.

``seit 01.07.2025``, ``dauerhaft seit 1991``, ``befristet bis Ende 2026``, ``mindestens noch bis 2029``, ``Projektphase 2026 bis 2027``,
``3 Jahre``, ``letztmalig 2024``. A year stays a year: nothing more exact than the source is claimed.
"""

from __future__ import annotations

import datetime as dt
import re

import attrs

_DAY = r"(?P<{0}>(?:\d{{1,2}}\.\d{{1,2}}\.)?(?:19|20)\d\d)(?!\d)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bProjektphase\s+(?:Ende\s+|Anfang\s+)?{_DAY.format('start')}\s+bis\s+(?:Ende\s+|zum\s+)?{_DAY.format('end')}",
        rf"\b(?:seit|ab)\s+(?:dem\s+)?{_DAY.format('start')}",
        rf"\bbis\s+(?:zum\s+|Ende\s+|einschließlich\s+)?{_DAY.format('end')}",
        rf"\b(?:letztmalig|zuletzt)\s+(?:am\s+)?{_DAY.format('end')}",
        r"(?<![\d.,])(?P<years>\d{1,2})\s+Jahre\b",
    )
)
_ALL_IN_ONE = 0


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
    parts = text.split(".")
    if len(parts) == 1:
        return text
    try:
        return dt.date(int(parts[2]), int(parts[1]), int(parts[0])).isoformat()
    except ValueError:
        return None


def read_period(text: str) -> tuple[Period, str]:
    """Read the period of a cell; return it with the rest of the text.

    >>> read_period("dauerhaft seit 01.01.1994")
    (Period(start='1994-01-01', end=None, years=None), 'dauerhaft')
    """
    found: dict[str, str] = {}
    rest = text
    for pattern in _PATTERNS:
        match = pattern.search(rest)
        values = match.groupdict() if match else {}
        if not match or any(key in found for key in values):
            continue
        dates = {key: _iso(value) if key != "years" else value for key, value in values.items()}
        if None in dates.values():
            continue
        found.update({key: value for key, value in dates.items() if value is not None})
        rest = rest[: match.start()] + " " + rest[match.end() :]
    years = int(found["years"]) if "years" in found and len(found) == 1 else None
    return Period(found.get("start"), found.get("end"), years), " ".join(rest.split())
