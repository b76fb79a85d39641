"""The command ``gremiennetz convert``: records and register become the graph, as published Turtle, as N-Quads, or straight in a store."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gremiennetz.graph import files, store, stream
from gremiennetz.places import Root
from gremiennetz.terminal import RootOption


class GraphFormat(StrEnum):
    """How the graph is written."""

    ttl = "ttl"
    nq = "nq"
    store = "store"


class GraphProfile(StrEnum):
    """Who the graph is for."""

    internal = "internal"
    public = "public"


def convert_command(
    root: RootOption = Path(),
    style: Annotated[
        GraphFormat,
        typer.Option(
            "--format",
            help="ttl: sorted files in data/ttl, to publish and to compare; nq: one file of N-Quads, streamed; store: the store that queries use, "
            "without files in between. The last two hold one set at a time in memory, for countries.",
        ),
    ] = GraphFormat.ttl,
    out: Annotated[Path | None, typer.Option("--out", help="File to write, with --format nq.", show_default="build/graph.nq")] = None,
    profile: Annotated[GraphProfile | None, typer.Option("--profile", help="internal, or public without persons; with nq and store.")] = None,
) -> None:
    """Write the graph: records and register to data/ttl, to N-Quads, or into the store."""
    place, people = Root(root), profile is not GraphProfile.public
    if out is not None and style is not GraphFormat.nq:
        raise typer.BadParameter("only N-Quads go to a file of your choice (--format nq)", param_hint="--out")
    if style is GraphFormat.ttl:
        if profile is not None:
            raise typer.BadParameter("data/ttl always holds both: the persons are files of their own", param_hint="--profile")
        for path in files.write(place):
            typer.echo(path.as_posix())
    elif style is GraphFormat.nq:
        path = out or place.build / "graph.nq"
        typer.echo(f"{path.as_posix()}: {stream.write_nquads(place, path, people=people)} quads")
    else:
        typer.echo(store.from_records(place, people=people).as_posix())
