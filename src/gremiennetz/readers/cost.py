"""Costs: what a cell for yearly costs says, statement by statement.

A cell can hold several statements (a fee and travel), each with an amount or with the reason why there is none. Words that qualify an amount
(``ca.``, ``maximal``), name the kind of cost (``Reisekosten``) or stand for an absent amount (``keine``, ``n.a.``, ``laut Satzung``) are looked
up in the vocabularies ``exactness`` and ``cost-kind``.

A cell is cut into pieces, and pieces that say one thing together are joined again:

* a piece ends at a comma, semicolon, plus or bracket, before a condition (``ggf. Reisekosten``), and between two amounts;
* ``Reisekosten, ca. 100 Euro``: a kind waits for its amount; ``200 Euro (Dienstreisen)``: a bracket names the kind of the amount before it;
* a remark (``pro Jahr``, ``alle 2 bis 3 Jahre``) belongs to the statement before it; words before the first statement stay unread;
* an amount per month, quarter or half-year (``Pro Quartal 9.152,50``) is multiplied to the year; any other frequency stays unread.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

import attrs

from gremiennetz.readers.amount import Amount, AmountReader, names_currency
from gremiennetz.readers.lexicon import Lexicon, Match, composed

Mark = TypeVar("Mark", Amount, Match)

QUALIFIERS = ("about", "at-most")
"""Concepts of ``exactness`` that qualify an amount; all others but ``exact`` and ``range`` say why there is none."""

CONDITION = "variable"
_MEASURES = frozenset({*QUALIFIERS, "exact", "range"})
_ZERO = re.compile(r"0(?:,00?|,--?)?")
_BREAK = re.compile(r"[+;(]|,(?= |$)|\bsowie\b", re.IGNORECASE)
_AND = re.compile(r"\bund\b", re.IGNORECASE)
_EDGES = re.compile(r"^[ ,;+(]*(?:(?:und|sowie) )?|(?: (?:und|sowie))?[ ,;+(]*$", re.IGNORECASE)
_SELDOM = re.compile(
    r"\balle (?:[0-9]+|zwei|drei|vier|fünf)(?: (?:bis|-|–) \w+)? Jahre\b|\b(?:zwei|drei|vier|fünf)jährlich\b|\beinmalig", re.IGNORECASE
)
_OFTEN = re.compile(r"monat|\bmtl\b|quartal|vierteljähr|halbjähr|wöchentlich|/ ?woche|pro woche|täglich|/ ?tag\b|pro tag\b", re.IGNORECASE)
_PER = r"(?:(?:pro|je|im) (?:Monat|Quartal|Halbjahr)|monatlich|mtl\.?|vierteljährlich|halbjährlich)(?!\w)"
_TIMES = re.compile(rf"(?<!\w){_PER}", re.IGNORECASE)
_A_YEAR = (("quartal", 4), ("viertel", 4), ("halb", 2), ("m", 12))
"""How often a year has what a phrase of ``_TIMES`` names, by how its telling word begins."""
_SEVERAL = re.compile(r"(?:[0-9] ?(?:[x×]|mal) ?|\balle \w+ |[-/])$", re.IGNORECASE)
_BARE = re.compile(rf"(?:{_PER} ?:? )?(?P<number>.*[0-9],[0-9]{{2}})(?: {_PER}| [0-9]{{1,3}} ?% Anteil)?", re.IGNORECASE)
"""A cell without a currency that is nothing but an amount with cents, perhaps with a period or a share."""
_YEAR = re.compile(r"(?<![0-9.,])((?:19|20)[0-9]{2}) ?:")


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
class _Marks(Generic[Mark]):
    """What was found in a text, by place."""

    marks: list[Mark]
    starts: list[int]

    @classmethod
    def of(cls, marks: Iterable[Mark]) -> _Marks[Mark]:
        found = list(marks)
        return cls(found, [mark.start for mark in found])

    def within(self, start: int, end: int) -> list[Mark]:
        """Return what begins from ``start`` to before ``end``."""
        return self.marks[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def covers(self, place: int) -> bool:
        """Say whether a place lies inside of something found."""
        number = bisect_left(self.starts, place)
        return number > 0 and place < self.marks[number - 1].end


@attrs.define
class _Piece:
    """A part of a cell, and what it names."""

    start: int
    end: int
    amount: Amount | None
    kinds: tuple[str, ...]
    reason: str | None
    in_bracket: bool

    def belongs_to(self, before: _Piece) -> bool:
        """Say whether this piece goes on with what the piece before it says."""
        if self.amount:
            return bool(before.kinds) and not self.kinds and not before.amount and before.reason in {None, CONDITION}
        if self.reason:
            return bool(before.kinds) and not (self.kinds or before.amount or before.reason)
        if self.kinds:
            return self.in_bracket and before.amount is not None and not before.kinds
        return True

    def join(self, other: _Piece) -> None:
        """Take in the piece that follows."""
        self.end = other.end
        self.amount = self.amount or other.amount
        self.kinds = tuple(dict.fromkeys((*self.kinds, *other.kinds)))
        self.reason = self.reason or other.reason


@attrs.frozen
class _Cell:
    """The text of a cell with all amounts, kinds and reasons in it."""

    text: str
    amounts: _Marks[Amount]
    kinds: _Marks[Match]
    reasons: _Marks[Match]

    def pieces(self) -> list[_Piece]:
        """Return the pieces of the cell, each of which is a statement or not read at all."""
        pieces: list[_Piece] = []
        for start, end in pairwise(sorted(self._cuts())):
            piece = self._piece(start, end)
            if pieces and piece.belongs_to(pieces[-1]):
                pieces[-1].join(piece)
            else:
                pieces.append(piece)
        return pieces

    def _piece(self, start: int, end: int) -> _Piece:
        amounts = self.amounts.within(start, end)
        kinds = self.kinds.within(start, end)
        reasons = self.reasons.within(start, end)
        return _Piece(
            start,
            end,
            amounts[0] if amounts else None,
            tuple(dict.fromkeys(kind for match in kinds for kind in match.concepts)),
            reasons[0].concepts[0] if reasons else None,
            self.text.startswith("(", start),
        )

    def _cuts(self) -> set[int]:
        cuts = {0, len(self.text)}
        cuts |= {match.start() for match in _BREAK.finditer(self.text)}
        cuts |= set(self._conditions())
        cuts = {cut for cut in cuts if not self.amounts.covers(cut)}
        for start, end in pairwise(sorted(cuts)):
            cuts |= set(self._cuts_within(start, end))
        return cuts

    def _conditions(self) -> Iterator[int]:
        """Yield where a condition begins; ``ggf. anfallende`` is one."""
        end = -1
        for match in self.reasons.marks:
            if CONDITION in match.concepts and self.text[max(end, 0) : match.start].strip():
                yield match.start
            end = match.end

    def _cuts_within(self, start: int, end: int) -> Iterator[int]:
        """Yield where to cut between two amounts, or between two kinds without one."""
        amounts = self.amounts.within(start, end)
        if not amounts:
            kinds = self.kinds.within(start, end)
            yield from (match.start() for match in _AND.finditer(self.text, start, end) if kinds and kinds[0].end <= match.start() <= kinds[-1].start)
            return
        leading = bool(self.kinds.within(start, amounts[0].start))
        trailing = bool(self.kinds.within(amounts[-1].end, end))
        if leading and trailing:
            yield amounts[0].start
        for before, amount in pairwise(amounts):
            yield before.end if leading and not trailing else amount.start


@attrs.frozen
class CostReader:
    """Reads cost cells with the words of the vocabularies (concepts given by local name)."""

    exactness: Lexicon
    kinds: Lexicon
    amounts: AmountReader

    @classmethod
    def of(cls, exactness: Lexicon, kinds: Lexicon) -> CostReader:
        """Build a reader from the lexicons of ``exactness`` and ``cost-kind``."""
        return cls(exactness, kinds, AmountReader.of(exactness.labels(*QUALIFIERS)))

    def read(self, text: str) -> tuple[list[CostStatement], str]:
        """Return the statements of a cell and the words that no statement accounts for (empty when all is read)."""
        text = composed(text)
        if _ZERO.fullmatch(text):
            return [CostStatement(text, Decimal("0.00"), None, "exact", ("unspecified",))], ""
        reasons = (match for match in self.exactness.matches(text, anywhere=True) if not _MEASURES.intersection(match.concepts))
        kinds = self.kinds.matches(text, anywhere=True)
        cell = _Cell(text, _Marks.of(self._amounts(text)), _Marks.of(kinds), _Marks.of(reasons))
        statements, unread = [], []
        for piece in cell.pieces():
            words = _EDGES.sub("", text[piece.start : piece.end])
            words = words if "(" in words else words.rstrip(" )")
            statement = self._statement(words, piece)
            if statement:
                statements.append(statement)
            elif words:
                unread.append(words)
        return statements, " … ".join(unread)

    def _amounts(self, text: str) -> list[Amount]:
        """Find the amounts; a cell that is nothing but a number with cents (``50,00 - 100,00``, ``25,00 pro Monat``) is meant in Euro."""
        found = list(self.amounts.find(text))
        bare = None if found else _BARE.fullmatch(text)
        if bare:
            start, end = bare.span("number")
            in_euro = f"{bare['number']} Euro"
            whole = [amount for amount in self.amounts.find(in_euro) if amount.end - amount.start == len(in_euro)]
            found = [attrs.evolve(amount, start=start, end=end) for amount in whole]
        return found

    def _statement(self, words: str, piece: _Piece) -> CostStatement | None:
        kinds = piece.kinds or ("unspecified",)
        if piece.amount is None:
            if piece.reason is None and (not piece.kinds or names_currency(words)):
                return None
            return CostStatement(words, None, None, piece.reason or "not-stated", kinds)
        times = _times_a_year(words)
        if times is None:
            return None
        low, high = piece.amount.low * times, None if piece.amount.high is None else piece.amount.high * times
        qualified = self.exactness.find(piece.amount.qualifier, anywhere=True).concepts
        exactness = "range" if high is not None else next((word for word in qualified if word in QUALIFIERS), "exact")
        up_to = high if high is not None else (low if exactness == "at-most" else None)
        year = _YEAR.search(words)
        return CostStatement(words, low, up_to, exactness, kinds, int(year[1]) if year else None, bool(_SELDOM.search(words)))


def _times_a_year(words: str) -> int | None:
    """Return by what an amount has to be multiplied to be that of a year; ``None`` where the words do not say it plainly."""
    phrases = list(_TIMES.finditer(words))
    if not phrases:
        return None if _OFTEN.search(words) else 1
    first = phrases[0]
    if len(phrases) > 1 or _SEVERAL.search(words[: first.start()]) or _OFTEN.search(words[: first.start()] + words[first.end() :]):
        return None
    word = first[0].casefold().split()[-1]
    return next(times for begin, times in _A_YEAR if word.startswith(begin))
