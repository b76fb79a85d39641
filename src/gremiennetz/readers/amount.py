"""Amounts of money in German: ``1.439,90 Euro``, ``50,00 - 100,00 Euro``, ``2 x ca. 150,00 Euro``, ``100,- €``.

Only Euro is read, and only a number that cannot be meant in another way: ``1 000,00 Euro`` (one thousand, or one and nothing?) and
``-100,00 Euro`` are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

import attrs

_NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,9})(?:,(?:[0-9]{1,2}(?![0-9])|--?|–))?"
_EURO = r" ?(?:Euro|EUR|€)(?!\w)"
_CURRENCY = re.compile(r"(?<![^\W\d_])(?:euro|eur|teur|chf|usd|gbp|dollar|franken)\b|[€$£]", re.IGNORECASE)
_FACTOR_BEFORE = re.compile(r"[0-9] ?(?:[x×]|mal) ?$", re.IGNORECASE)
_THOUSAND_BEFORE = re.compile(r"(?<![0-9.,])[0-9]{1,3} $")
_THREE_DIGITS = re.compile(r"[0-9]{3}(?![0-9])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@attrs.frozen
class Amount:
    """An amount at characters ``start`` to ``end`` of a text."""

    start: int
    end: int
    low: Decimal
    """A stated factor is multiplied out (``2 x ca. 150,00 Euro`` is 300)."""
    high: Decimal | None
    """Upper bound of a range."""
    qualifier: str
    """The words that qualify the amount (``ca.``), empty where there are none."""


@attrs.frozen
class AmountReader:
    """Finds amounts; which words may qualify one (``ca.``, ``bis zu``) is the vocabulary's to say."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, qualifiers: Iterable[tuple[str, ...]]) -> AmountReader:
        """Build a reader that knows some qualifying words, the longest first."""
        words = "|".join(r"\.? ".join(map(re.escape, words)) for words in qualifiers) or r"(?!)"
        qualifier = rf"(?:{words})(?!\w)\.? ?"
        times = r"(?P<times>[0-9]{1,3})(?: ?(?:-|–|bis) ?(?P<most>[0-9]{1,3}))? ?(?:[x×]|mal(?!\w)) ?"
        low = rf"(?P<between>zwischen )?(?P<low>{_NUMBER})"
        high = rf"(?:(?:{_EURO})? ?(?:-|–|bis(?: zu)?|(?(between)und|(?!))) ?(?P<bound>{_NUMBER}))?"
        first, second = rf"(?P<first>{qualifier})?", rf"(?P<second>{qualifier})?"
        return cls(re.compile(rf"(?<![\w.,§&%'’´-]){first}(?:{times})?{second}{low}{high}{_EURO}", re.IGNORECASE))

    def find(self, text: str) -> Iterator[Amount]:
        """Yield the amounts of a text, in its order."""
        for match in self.pattern.finditer(text):
            amount = _amount(match)
            if amount:
                yield amount


def names_currency(text: str) -> bool:
    """Say whether a text names money at all, readable or not."""
    return bool(_CURRENCY.search(text))


def _amount(match: re.Match[str]) -> Amount | None:
    start, bound = match.start(), match["bound"]
    before = match.string[max(0, start - 6) : start]
    if _FACTOR_BEFORE.search(before) or (_THOUSAND_BEFORE.search(before) and _THREE_DIGITS.match(match[0])):
        return None
    if bound and _YEAR.fullmatch(match["low"]) and not bound.isdecimal():  # a year, and then an amount: 2025 - 3.000,00 Euro
        if match["times"]:
            return None
        return Amount(match.start("bound"), match.end(), decimal(bound), None, "")
    times = int(match["times"] or 1)
    most = int(match["most"] or times)
    low = decimal(match["low"])
    least, highest = low * times, (decimal(bound) if bound else low) * most
    if highest < least or (bound and decimal(bound) < low):
        return None
    qualifier = " ".join(part.strip() for part in (match["first"], match["second"]) if part)
    return Amount(start, match.end(), least, highest if bound or match["most"] else None, qualifier)


def decimal(text: str) -> Decimal:
    """Return the value of a German number, with two decimals."""
    whole, _, cents = text.replace(".", "").partition(",")
    return Decimal(f"{whole}.{cents if cents.isdecimal() else '0'}").quantize(Decimal("0.01"))
