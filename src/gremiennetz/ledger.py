"""The ledger: every word of the source is used exactly once.

A set of records is trusted because this module can prove, from the files alone, that nothing of the source was lost and nothing was invented.
The source is a table flattened to text, so the proof is by words: each line of the source is a row of words, each cell *claims* one run of
neighbouring words on each line that it names, and the claims have to tile the source.

What counts as a word: whatever stands between white space and underscores, without list marks in front (``-``, ``–``, ``*``, ``•``) and
without a colon, comma or semicolon at its end. A mark is layout, not content; it is neither required in a cell nor forbidden.

A source that was extracted from a PDF can hold two words as one (``technischDienstreisen``, from two neighbouring cells). A *split* of the
ledger says so by name: its text is the same letters with ``|`` where the words part. Where such an accident tore one word in two, a cell may
mend it at the end of a line, with or without the hyphen (``technisch`` + ``organisatorischen`` → ``technisch-organisatorischen``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count

_GAP = re.compile(r"[\s_]+")
_MARKS = "-–*•"
_TAIL = ":,;"

MAX_LINES = 400
"""Cells of real lists stand on a few dozen lines; more is a slip of the keyboard, and placing it would be deep work for nothing."""

MAX_STEPS = 50_000
"""Placing a cell of a real list takes a few hundred steps."""

Position = tuple[int, int]
"""A word of the source: line number (1-based) and place in the line (0-based)."""


def words(text: str) -> list[str]:
    """Return the words of a text as the ledger counts them.

    >>> words("- AK Grundsatz,  Deutscher Städtetag (DST)_Ausschuss:")
    ['AK', 'Grundsatz', 'Deutscher', 'Städtetag', '(DST)', 'Ausschuss']
    """
    stripped = (word.lstrip(_MARKS).rstrip(_TAIL) for word in _GAP.split(text))
    return [word for word in stripped if word]


def parse_lines(text: str) -> list[int]:
    """Read a line reference: ``17``, ``23-25``, ``23-25;28``, in the order in which the text runs.

    Raises ``ValueError`` when the text is no line reference.

    >>> parse_lines("23-25;28")
    [23, 24, 25, 28]
    """
    numbers: list[int] = []
    for part in text.split(";") if text else []:
        match = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", part.strip())
        if match is None:
            raise ValueError(f"{text!r} is no line reference; written like 17, 23-25 or 23-25;28")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > 10_000 or first < 1:
            raise ValueError(f"{part!r} is no line range that runs upwards from 1")
        numbers.extend(range(first, last + 1))
    if len(numbers) > MAX_LINES:
        raise ValueError(f"{text[:40]!r} names {len(numbers)} lines; a cell stands on at most {MAX_LINES}")
    return numbers


@dataclass(frozen=True)
class Claim:
    """A text that says which lines of the source it was taken from."""

    owner: str
    """Who claims, for messages: file, row and column."""
    lines: tuple[int, ...]
    text: str
    group: str
    """What coverage is counted under (the Geschäftsbereich), or the reason of a ledger entry."""


@dataclass(frozen=True)
class Defect:
    """One thing that keeps the ledger from closing."""

    owner: str
    lines: tuple[int, ...]
    message: str


@dataclass
class Balance:
    """The outcome: defects, and how many words of the source each group accounts for."""

    total: int = 0
    used: int = 0
    by_group: dict[str, int] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


def split_source(source: Sequence[str], splits: Mapping[int, Sequence[str]]) -> tuple[list[list[str]], list[Defect]]:
    """Cut the source into words per line, with the words parted that the ledger says are two.

    ``splits`` maps a line number to texts such as ``technisch|Dienstreisen``.
    """
    rows = [words(line) for line in source]
    defects = []
    for number, texts in splits.items():
        for text in texts:
            parts = text.split("|")
            row = rows[number - 1] if 1 <= number <= len(rows) else []
            glued = "".join(parts).lstrip(_MARKS).rstrip(_TAIL)
            if glued not in row:
                defects.append(Defect("ledger.csv", (number,), f"the split {text!r} names no word of this line"))
                continue
            at = row.index(glued)
            row[at : at + 1] = words(" ".join(parts))
    return rows, defects


def _mended(left: str, right: str) -> tuple[str, ...]:
    return (left + right, f"{left}-{right}", left.rstrip("-") + right)


def placements(wanted: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[str]], limit: int = 64) -> list[frozenset[Position]]:
    """Find where a text can stand: one run of neighbouring words on each of its lines, in their order.

    Returns at most ``limit`` different sets of positions; an empty list when the text does not stand there. The search ends after
    ``MAX_STEPS``: a text of one word a thousand times over could be tried for years.
    """
    found: list[frozenset[Position]] = []
    steps = count(1)

    def walk(line_index: int, word_index: int, taken: tuple[Position, ...], torn: str | None) -> None:
        if next(steps) > MAX_STEPS or len(found) >= limit:
            return
        if line_index == len(lines):
            if word_index == len(wanted) and torn is None:
                found.append(frozenset(taken))
            return
        number = lines[line_index]
        row = rows[number - 1] if 1 <= number <= len(rows) else ()
        for start in range(len(row)):
            at, spot, got = word_index, start, taken
            if torn is not None:
                if (number, start) in taken or wanted[at] not in _mended(torn, row[start]):
                    continue
                at, spot, got = at + 1, start + 1, (*taken, (number, start))
                walk(line_index + 1, at, got, None)
            while spot < len(row) and at < len(wanted) and (number, spot) not in taken:
                got = (*got, (number, spot))
                if line_index + 1 < len(lines) and row[spot] != wanted[at] and wanted[at].startswith(row[spot].rstrip("-")):
                    walk(line_index + 1, at, got, row[spot])
                if row[spot] != wanted[at]:
                    break
                at, spot = at + 1, spot + 1
                walk(line_index + 1, at, got, None)

    walk(0, 0, (), None)
    return list(dict.fromkeys(found))


def _misfit(claim: Claim, rows: Sequence[Sequence[str]]) -> str:
    """Say in words why a claim does not stand on its lines."""
    there = [word for number in claim.lines if 1 <= number <= len(rows) for word in rows[number - 1]]
    spare = list(there)
    for word in words(claim.text):
        if word not in spare:
            return f"{word!r} does not stand on these lines, which hold: {' '.join(there)!r}"
        spare.remove(word)
    return f"the words do not run over these lines in this order, which hold: {' '.join(there)!r}"


def balance(source: Sequence[str], claims: Iterable[Claim], splits: Mapping[int, Sequence[str]] | None = None) -> Balance:
    """Close the ledger: place every claim, and report each word that is used never, twice, or by nobody who may.

    ``source`` is the document as lines. Claims that share words on purpose (a cell of several sub-bodies) have to be given once by the
    caller. Order of the defects is that of the claims, then that of the lines.
    """
    rows, defects = split_source(source, splits or {})
    result = Balance(total=sum(map(len, rows)), defects=defects)
    options: list[tuple[Claim, list[frozenset[Position]]]] = []
    for claim in claims:
        outside = [number for number in claim.lines if not 1 <= number <= len(rows)]
        if outside:
            result.defects.append(Defect(claim.owner, claim.lines, f"the source has {len(rows)} lines, there is no line {outside[0]}"))
            continue
        fits = placements(words(claim.text), claim.lines, rows)
        if not fits:
            result.defects.append(Defect(claim.owner, claim.lines, _misfit(claim, rows)))
            continue
        options.append((claim, fits))
    used: dict[Position, str] = {}
    for claim, place, clash in _settle(options):
        if clash:
            other = sorted({used[spot] for spot in place if spot in used})
            text = " ".join(rows[line - 1][at] for line, at in sorted(clash))
            result.defects.append(Defect(claim.owner, claim.lines, f"{text!r} is already used by {', '.join(other)}"))
        for spot in place:
            if spot not in used:
                used[spot] = claim.owner
                result.by_group[claim.group] = result.by_group.get(claim.group, 0) + 1
    result.used = len(used)
    result.defects.extend(_unused(rows, used))
    return result


def _settle(options: Sequence[tuple[Claim, list[frozenset[Position]]]]) -> Iterator[tuple[Claim, frozenset[Position], frozenset[Position]]]:
    """Choose a place for each claim, those with the fewest choices first; yield claim, place and the words it takes from others."""
    taken: set[Position] = set()
    settled: set[int] = set()
    free = [fits for _, fits in options]
    rivals: dict[Position, set[int]] = defaultdict(set)
    for index, fits in enumerate(free):
        for spot in {spot for place in fits for spot in place}:
            rivals[spot].add(index)
    waiting = [(len(fits), index) for index, fits in enumerate(free)]
    heapify(waiting)
    while waiting:
        left, index = heappop(waiting)
        if index in settled or left != (len(free[index]) or 1):
            continue  # of the entries of one claim only the latest counts
        claim, every = options[index]
        # a chain of equal words is settled from the left, so that the rest stays in one piece
        place = min(free[index] or every, key=sorted)
        settled.add(index)
        yield claim, place, frozenset(place & taken)
        taken |= place
        for other in {rival for spot in place for rival in rivals[spot]} - settled:
            still = [fit for fit in free[other] if taken.isdisjoint(fit)]
            if len(still) != len(free[other]):
                free[other] = still
                heappush(waiting, (len(still) or 1, other))


def _unused(rows: Sequence[Sequence[str]], used: Mapping[Position, str]) -> Iterator[Defect]:
    left: dict[int, list[str]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        for at, word in enumerate(row):
            if (number, at) not in used:
                left[number].append(word)
    for number, missing in left.items():
        yield Defect("source", (number,), f"nobody uses {' '.join(missing)!r}")
