"""What the commands share: the option that names the root, and tables on the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

RootOption = Annotated[Path, typer.Option("--root", help="Folder that holds data/.", show_default="the current one")]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Return a text of the data without characters that would steer the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; what stands in the data is never read as markup, and no control character of it reaches the terminal."""
    table = Table(show_lines=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    if console.is_terminal:
        console.print(table)
    else:  # a file or a pipe has no width to fold to: one line per row
        widest = Measurement.get(console, console.options.update(max_width=1_000_000), table).maximum
        Console(width=widest, highlight=False).print(table)
