"""Errors are part of the interface: a line per problem that says where, what was found and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GremiennetzError(Exception):
    """Something the user can put right; shown without a traceback, exit code 1."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file that people edit."""

    file: str
    message: str
    row: int | None = None
    column: str | None = None
    lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        where = [self.file]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column {self.column}")
        if self.lines:
            shown = ", ".join(map(str, self.lines[:8])) + (" …" if len(self.lines) > 8 else "")
            where.append(f"source line{'s' if len(self.lines) > 1 else ''} {shown}")
        return f"{', '.join(where)}: {self.message}"


class InputError(GremiennetzError):
    """A file holds problems; ``problems`` are all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownNameError(GremiennetzError):
    """A name that does not exist was asked for; the message offers near ones."""
