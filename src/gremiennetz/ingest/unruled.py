"""Tables without lines: columns are the stretches of a page that words leave free from top to bottom, rows are told by the space above them.

Both are learned from the first pages together, so that a page with one short row is cut like the others.
"""

from __future__ import annotations

import statistics
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import attrs

from gremiennetz.ingest.rows import SourceRow

_CROSSING = 0.04
"""Share of the lines that may run across a gap between two columns: titles and headings."""
_NARROW = 3.0
"""Points; the words of one cell stand closer than this."""
_SPACE = 0.4
"""Times the height of the line; two words of one cell stand closer than this."""
_WIDER = 1.3
"""The space above a row, against the space between two lines of one cell."""


@attrs.frozen
class Word:
    """A run of letters on a page."""

    x0: float
    x1: float
    text: str
    letter: float = 0.0
    """How wide its first letter is, or its letters are."""


@attrs.frozen
class Line:
    """Words at one height."""

    top: float
    bottom: float
    words: tuple[Word, ...]

    @property
    def x0(self) -> float:
        """Return where the line begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Return where the line ends."""
        return self.words[-1].x1

    @property
    def text(self) -> str:
        """Return the words of the line."""
        return " ".join(word.text for word in self.words)


def lines_of(page: Any) -> list[Line]:
    """Return the lines of a pdfplumber page, from top to bottom."""
    return lines_in(page.extract_words(x_tolerance=1.5, y_tolerance=2, return_chars=True))


def lines_in(words: Sequence[dict[str, Any]]) -> list[Line]:
    """Return the lines that some words of pdfplumber make, from top to bottom."""
    lines: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda word: (word["bottom"], word["x0"])):
        if lines and word["bottom"] - lines[-1][0]["bottom"] <= 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [
        Line(
            min(word["top"] for word in line),
            max(word["bottom"] for word in line),
            tuple(map(_word, sorted(line, key=lambda word: float(word["x0"])))),
        )
        for line in lines
    ]


def _word(word: dict[str, Any]) -> Word:
    letters = word.get("chars", ())
    letter = letters[0]["width"] if letters else (word["x1"] - word["x0"]) / len(word["text"])
    return Word(word["x0"], word["x1"], unicodedata.normalize("NFC", word["text"]), letter)


def joined(lines: Sequence[Sequence[Word]], left: float, right: float) -> tuple[str, bool]:
    """Return the words of a cell, line by line, and whether a word is put together that was too long for the cell and so was cut.

    A word goes on in the next line if both parts are wider than the cell (from ``left`` to ``right``), not one letter more fits the first
    line, and the second part does not begin like a word.
    """
    text, mended = "", False
    above: Word | None = None
    for line in lines:
        first, words = line[0], " ".join(word.text for word in line)
        wide = above is not None and (above.x1 - above.x0) + (first.x1 - first.x0) > right - left
        if above is not None and wide and right - above.x1 < first.letter and (first.text[0].islower() or first.text[0] == "/"):
            text, mended = text + words, True
        else:
            text += f"\n{words}" if above is not None else words
        above = line[-1]
    return text, mended


@attrs.frozen
class Layout:
    """Where columns begin, and how rows are told apart."""

    starts: tuple[float, ...]
    """Where the gap before each column but the first ends."""
    pitch: float
    """The largest distance between two lines of one row; 0 when rows are not set apart by space."""
    anchored: bool
    """A row begins where the first column has a text (only without a ``pitch``)."""
    edges: tuple[tuple[float, float], ...] = ()
    """How far to the left and right the words of each column reach."""

    @classmethod
    def of(cls, pages: Sequence[Sequence[Line]]) -> Layout:
        """Learn the layout from some pages."""
        lines = [line for page in pages for line in page]
        starts = _starts(lines)
        steps = [below.bottom - line.bottom for page in pages for line, below in pairwise(page)]
        least = statistics.quantiles(steps, n=10)[0] if len(steps) > 1 else 0.0
        apart = sum(step > _WIDER * least for step in steps)
        close = len(steps) - apart
        pitch = _WIDER * least if apart and close and apart + close > 2 else 0.0
        indented = sum(1 for line in lines if starts and bisect_right(starts, line.x0) > 0)
        found = cls(starts, pitch, indented > _CROSSING * len(lines))
        reach: dict[int, tuple[float, float]] = {}
        for line in lines:
            for column, words in found._cells(line).items() if not found._crosses(line) else ():
                left, right = reach.get(column, (words[0].x0, words[-1].x1))
                reach[column] = (min(left, words[0].x0), max(right, words[-1].x1))
        return attrs.evolve(found, edges=tuple(reach.get(column, (0.0, 0.0)) for column in range(len(starts) + 1)))

    def rows(self, lines: Sequence[Line], page: int) -> Iterator[SourceRow]:
        """Yield the rows of a page."""
        groups: list[list[Line]] = []
        for line in lines:
            if groups and not self._begins(groups[-1][-1], line):
                groups[-1].append(line)
            else:
                groups.append([line])
        for number, group in enumerate(groups, 1):
            cells: list[list[Sequence[Word]]] = [[] for _ in self.edges]
            for line in group:
                for column, words in self._cells(line).items():
                    cells[column].append(words)
            texts = [joined(cell, *edges) for cell, edges in zip(cells, self.edges, strict=True)]
            box = (min(line.x0 for line in group), group[0].top, max(line.x1 for line in group), group[-1].bottom)
            doubtful = frozenset(column for column, (_, mended) in enumerate(texts) if mended)
            yield SourceRow(number, tuple(text for text, _ in texts), page=page, box=box, doubtful=doubtful, opens_page=number <= 2)

    def _begins(self, above: Line, line: Line) -> bool:
        if self._crosses(above) or self._crosses(line):
            return True
        if self.pitch:
            return line.bottom - above.bottom > self.pitch
        return not self.anchored or bisect_right(self.starts, line.x0) == 0

    def _crosses(self, line: Line) -> bool:
        """Say whether words close up across a gap between columns: a heading over the whole table, which is one cell."""
        space = _SPACE * (line.bottom - line.top)
        return any(right.x0 - left.x1 < space and self._column(left) != self._column(right) for left, right in pairwise(line.words))

    def _cells(self, line: Line) -> dict[int, Sequence[Word]]:
        if self._crosses(line):
            return {self._column(line.words[0]): line.words}
        cells: dict[int, list[Word]] = {}
        for word in line.words:
            cells.setdefault(self._column(word), []).append(word)
        return dict(cells)

    def _column(self, word: Word) -> int:
        return bisect_right(self.starts, word.x0 + 0.5)


def _starts(lines: Sequence[Line]) -> tuple[float, ...]:
    """Return where each column but the first begins: after a stretch that next to no line crosses.

    A column that is filled in few rows lies wholly in such a stretch: it begins where the first of its words does.
    """
    width = int(max((line.x1 for line in lines), default=0)) + 2
    crossed = [0] * (width + 1)
    every: list[tuple[float, float]] = []
    for line in lines:
        runs: list[list[float]] = []
        for word in line.words:
            if runs and word.x0 - runs[-1][1] < _NARROW:
                runs[-1][1] = word.x1
            else:
                runs.append([word.x0, word.x1])
        every += [(x0, x1) for x0, x1 in runs]
        for x0, x1 in runs:
            crossed[max(int(x0), 0)] += 1
            crossed[min(int(x1) + 1, width)] -= 1
    most = max(_CROSSING * len(lines), 1.0 if len(lines) > 3 else 0.0)  # a title over a short table
    starts: list[float] = []
    covered, free, seen = 0, 0, False
    for at, change in enumerate(crossed):
        covered += change
        if covered > most:
            if seen and free >= _NARROW:
                starts += _sparse(every, at - free, at)
                starts.append(float(at))
            seen, free = True, 0
        else:
            free += 1
    return (*starts, *_sparse(every, width + 1 - free, width + 1))


def _sparse(runs: Sequence[tuple[float, float]], low: int, high: int) -> list[float]:
    """Return where a column begins whose few words lie within a stretch that is free otherwise."""
    inside = [x0 for x0, x1 in runs if low + _NARROW <= x0 and x1 + _NARROW <= high + 1]
    return [float(int(min(inside)))] if inside else []
