"""Costs: what a cell for yearly costs says, statement by statement.

A cell can hold several statements (a fee and travel), each with an amount or with the reason why there is none. Amounts are German
(``1.439,90 Euro``). Words that qualify them (``ca.``, ``maximal``), name their kind (``Reisekosten``) or stand for an absent amount
(``keine``, ``n.a.``, ``laut Satzung``) are looked up in the vocabularies ``exactness`` and ``cost-kind``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import attrs

from gremiennetz.readers.lexicon import Lexicon

_NUMBER = r"(?:\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,\d{1,2})?"
_UNIT = r"\s*(?:Euro|EUR|€)"
_AMOUNT = re.compile(
    rf"(?:(?:ca\.|maximal|max\.|bis zu)\s*)?(?:(?<!\d)(?P<factor>\d{{1,2}})\s*x\s*)?(?P<word>(?:ca\.|maximal|max\.|bis zu)\s*)?"
    rf"(?<![\d.,])(?P<low>{_NUMBER})(?:(?:{_UNIT})?\s*(?:-|–|bis)\s*(?P<high>{_NUMBER}))?{_UNIT}(?!\w)",
    re.IGNORECASE,
)
_ZERO = re.compile(r"\s*0(?:,00?)?\s*")
_BREAKS = re.compile(r"\s*(?:[+;(]|,(?=\s|$)|\bsowie\b)\s*|\s+(?=ggf\.)", re.IGNORECASE)
_SELDOM = re.compile(r"\balle\s+\d", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,])((?:19|20)\d\d)\s*:")


@attrs.frozen
class CostStatement:
    """One statement of a cell. ``kinds`` and ``exactness`` are local names of the vocabularies."""

    text: str
    amount: Decimal | None
    """Per year; the lower bound of a range; a stated factor is multiplied out (``2 x ca. 150,00 Euro`` is 300)."""
    up_to: Decimal | None
    exactness: str
    kinds: tuple[str, ...]
    year: int | None = None
    not_yearly: bool = False


@attrs.frozen
class CostReader:
    """Reads cost cells with the words of the vocabularies (concepts given by local name)."""

    exactness: Lexicon
    kinds: Lexicon

    def read(self, text: str) -> tuple[list[CostStatement], str]:
        """Return the statements of a cell and the words that no statement accounts for (empty when all is read)."""
        if not text.strip():
            return [], ""
        if _ZERO.fullmatch(text):
            return [CostStatement(text.strip(), Decimal("0.00"), None, "exact", ("unspecified",))], ""
        statements = [statement for part in self._parts(text) if (statement := self._statement(part))]
        return statements, "" if statements else text

    def _parts(self, text: str) -> list[str]:
        """Cut a cell into its statements: at separators, and between two amounts."""
        pieces: list[str] = []
        for piece in _split_outside_amounts(text):
            amounts = list(_AMOUNT.finditer(piece))
            cuts = [0]
            for number, amount in enumerate(amounts):
                before = piece[cuts[-1] : amount.start()]
                after = piece[amount.end() : amounts[number + 1].start() if number + 1 < len(amounts) else len(piece)]
                if number and self._follows(piece[amounts[number - 1].end() : amount.start()]):
                    cuts.append(amount.start())
                elif number:
                    cuts.append(amounts[number - 1].end())
                elif before.strip() and self.kinds.find(before).concepts and self._follows(after):
                    cuts.append(amount.start())
            pieces += [piece[start:end].strip() for start, end in pairwise([*cuts, len(piece)])]
        return self._joined([piece for piece in pieces if piece])

    def _follows(self, text: str) -> bool:
        """Say whether the words behind an amount name its kind."""
        return bool(self.kinds.find(text).concepts)

    def _joined(self, pieces: list[str]) -> list[str]:
        """Join a kind with the amount that follows it behind a comma or a bracket (``Reisekosten, ca. 100,00 Euro``)."""
        joined: list[str] = []
        for piece in pieces:
            amount = _AMOUNT.search(piece)
            last = joined[-1] if joined else ""
            open_kind = bool(last) and not _AMOUNT.search(last) and bool(self.kinds.find(last).concepts)
            if (amount and open_kind and not self.kinds.find(piece).concepts and not self._absent(last)) or (
                last and _AMOUNT.search(last) and not amount and not self._absent(piece) and (_SELDOM.search(piece) or not self._follows(last))
            ):
                joined[-1] = f"{last} {piece}"
            else:
                joined.append(piece)
        return joined

    def _absent(self, text: str) -> str | None:
        """Return why a text names no amount, if it says so."""
        for concept in self.exactness.find(text).concepts:
            if concept not in {"exact", "about", "at-most", "range"}:
                return concept
        return None

    def _statement(self, text: str) -> CostStatement | None:
        kinds = self.kinds.find(text).concepts or ("unspecified",)
        amount = _AMOUNT.search(text)
        year = _YEAR.search(text)
        if amount is None:
            reason = self._absent(text)
            if reason is None and kinds == ("unspecified",):
                return None
            return CostStatement(text, None, None, reason or "not-stated", kinds)
        factor = int(amount["factor"] or 1)
        low = _decimal(amount["low"]) * factor
        high = _decimal(amount["high"]) * factor if amount["high"] else None
        qualified = self.exactness.find(amount[0]).concepts
        exactness = "range" if high is not None else next((word for word in qualified if word in {"about", "at-most"}), "exact")
        up_to = high if high is not None else (low if exactness == "at-most" else None)
        return CostStatement(text, low, up_to, exactness, kinds, int(year[1]) if year else None, bool(_SELDOM.search(text)))


def _split_outside_amounts(text: str) -> list[str]:
    """Split at separators that are not part of an amount."""
    spans = [match.span() for match in _AMOUNT.finditer(text)]
    pieces, start = [], 0
    for match in _BREAKS.finditer(text):
        if any(low < match.end() and match.start() < high for low, high in spans):
            continue
        pieces.append(text[start : match.start()])
        start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip(" ,;()")]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", ".")).quantize(Decimal("0.01"))
