"""The command ``gremiennetz diff``: what changed between two lists of one city."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gremiennetz import changes
from gremiennetz.files import write_text
from gremiennetz.graph.changes import KINDS
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, local_engine
from gremiennetz.remote import RemoteEngine
from gremiennetz.terminal import RootOption, print_table


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
    root: RootOption = Path(),
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
    """Print the changes as a table, and how many there are of each kind."""
    result = changes.as_table(found)
    if len(result):
        print_table(Console(highlight=False), result.columns, result.texts())
    counts = ", ".join(f"{found.kinds[kind]}: {len(found.of(kind))}" for kind in KINDS)
    typer.echo(f"{found.before.id} ({found.before.year}) → {found.after.id} ({found.after.year}): {counts}; Vorschläge: {len(found.proposals)}")
