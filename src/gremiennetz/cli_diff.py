"""The command ``gremiennetz diff``: what changed between two lists of one city."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from gremiennetz import changes
from gremiennetz.files import write_text
from gremiennetz.graph.changes import KINDS
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, local_engine
from gremiennetz.remote import RemoteEngine

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class DiffFormat(StrEnum):
    """How the changes are written."""

    table = "table"
    csv = "csv"
    json = "json"
    md = "md"
    html = "html"


class DiffProfile(StrEnum):
    """Who the result is for: ``public`` leaves every natural person out."""

    internal = "internal"
    public = "public"


def diff_command(
    before: Annotated[str, typer.Argument(help="The older set, such as mycity-2024.")],
    after: Annotated[str, typer.Argument(help="The newer set of the same city.")],
    root: Annotated[Path, typer.Option("--root", help="Folder that holds data/.", show_default="the current one")] = Path(),
    style: Annotated[DiffFormat, typer.Option("--format", help="How the changes are written; html is a page.")] = DiffFormat.table,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write.", show_default="the terminal; for html build/changes-BEFORE-AFTER.html")
    ] = None,
    profile: Annotated[DiffProfile, typer.Option("--profile", help="internal, or public without any natural person.")] = DiffProfile.internal,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="Ask this SPARQL endpoint instead of the graph here.")] = None,
) -> None:
    """Show what changed between two lists of one city: joined, left, renamed, cost, role, moved between units."""
    place = Root(root)
    engine: Engine = RemoteEngine(endpoint) if endpoint is not None else local_engine(place, people=profile is DiffProfile.internal)
    found = changes.diff(Library(place.shipped("queries")), engine, before, after)
    if style is DiffFormat.table and out is None:
        _show(found)
        return
    text = changes.written(place, found, "csv" if style is DiffFormat.table else style.value, profile.value)
    if style is DiffFormat.html and out is None:
        out = changes.page_path(place.build, before, after, profile.value)
    if out is None:
        sys.stdout.write(text)
    else:
        write_text(out, text)
        typer.echo(out.as_posix())


def _show(found: changes.Diff) -> None:
    """Print the changes as a table; what stands in the data is never read as markup, and no control character reaches the terminal."""
    result = changes.as_table(found)
    table = RichTable(show_lines=False)
    for column in result.columns:
        table.add_column(Text(column), overflow="fold")
    for row in result.texts():
        table.add_row(*(Text(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell)) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:  # a file or a pipe has no width to fold to: one line per row
        console = Console(width=Measurement.get(console, console.options.update(max_width=1_000_000), table).maximum, highlight=False)
    if len(result):
        console.print(table)
    counts = ", ".join(f"{found.kinds[kind]}: {len(found.of(kind))}" for kind in KINDS)
    typer.echo(f"{found.before.id} ({found.before.year}) → {found.after.id} ({found.after.year}): {counts}; Vorschläge: {len(found.proposals)}")
