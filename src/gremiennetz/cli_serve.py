"""The commands ``gremiennetz serve`` and ``gremiennetz publish``: the graph as an endpoint here, or in another store."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gremiennetz.endpoint.limits import Limits
from gremiennetz.places import Root

RootOption = Annotated[Path, typer.Option("--root", help="Folder that holds data/.", show_default="the current one")]
_LIMITS = Limits()


class Profile(StrEnum):
    """For whom."""

    public = "public"
    internal = "internal"


ProfileOption = Annotated[Profile, typer.Option("--profile", help="public leaves out the people; internal has everything.")]


def serve_command(
    root: RootOption = Path(),
    host: Annotated[str, typer.Option("--host", help="Address to listen on; only this machine unless told otherwise.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8010,
    profile: ProfileOption = Profile.public,
    url: Annotated[str | None, typer.Option("--url", help="Address under which others reach it, such as behind a proxy.")] = None,
    timeout: Annotated[int, typer.Option("--timeout", min=1, help="Longest time for a query, in seconds.")] = _LIMITS.seconds,
    max_query: Annotated[int, typer.Option("--max-query", min=1, help="Longest query, in KiB.")] = _LIMITS.query_bytes // 2**10,
    max_result: Annotated[int, typer.Option("--max-result", min=1, help="Largest result, in MiB.")] = _LIMITS.result_bytes // 2**20,
    running: Annotated[int, typer.Option("--running", min=1, help="Most queries at a time.", show_default="one per core")] = _LIMITS.running,
    waiting: Annotated[int, typer.Option("--waiting", min=1, help="Most queries that wait for their turn.")] = _LIMITS.waiting,
    memory: Annotated[int, typer.Option("--memory", min=1, help="Most memory for the engine, in GiB (Linux).")] = _LIMITS.memory // 2**30,
) -> None:
    """Serve the graph: a SPARQL endpoint for programs, a query page for people."""
    from gremiennetz.endpoint.serve import serve  # noqa: PLC0415 - the other commands need not wait for it

    limits = Limits(
        query_bytes=max_query * 2**10, result_bytes=max_result * 2**20, seconds=timeout, running=running, waiting=waiting, memory=memory * 2**30
    )
    serve(Root(root), host, port, profile.value, limits, url, typer.echo)
