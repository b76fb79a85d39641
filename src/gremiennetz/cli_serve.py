"""The commands ``gremiennetz serve`` and ``gremiennetz publish``: the graph as an endpoint here, or in another store."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gremiennetz import publish
from gremiennetz.endpoint.limits import Limits
from gremiennetz.errors import GremiennetzError
from gremiennetz.places import Root
from gremiennetz.terminal import RootOption

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
    pages: Annotated[
        Path | None,
        typer.Option("--pages", help="Package of gremiennetz export: its pages are served too.", show_default="build/export if it is there"),
    ] = None,
    timeout: Annotated[int, typer.Option("--timeout", min=1, help="Longest time for a query, in seconds.")] = _LIMITS.seconds,
    max_query: Annotated[int, typer.Option("--max-query", min=1, help="Longest query, in KiB.")] = _LIMITS.query_bytes // 2**10,
    max_result: Annotated[int, typer.Option("--max-result", min=1, help="Largest result, in MiB.")] = _LIMITS.result_bytes // 2**20,
    running: Annotated[int, typer.Option("--running", min=1, help="Most queries at a time.", show_default="one per core")] = _LIMITS.running,
    waiting: Annotated[int, typer.Option("--waiting", min=1, help="Most queries that wait for their turn.")] = _LIMITS.waiting,
    memory: Annotated[int, typer.Option("--memory", min=1, help="Most memory for the engine, in GiB (Linux).")] = _LIMITS.memory // 2**30,
) -> None:
    """Serve the graph: a SPARQL endpoint for programs, a query page for people, and a page per thing."""
    from gremiennetz.endpoint.serve import serve  # noqa: PLC0415 - the other commands need not wait for it

    limits = Limits(
        query_bytes=max_query * 2**10, result_bytes=max_result * 2**20, seconds=timeout, running=running, waiting=waiting, memory=memory * 2**30
    )
    serve(Root(root), host, port, profile.value, limits, url, typer.echo, pages)


def publish_command(
    endpoint: Annotated[str, typer.Option("--endpoint", help="Address of the SPARQL endpoint of the store.")],
    root: RootOption = Path(),
    profile: ProfileOption = Profile.public,
    graph_store: Annotated[
        str | None,
        typer.Option("--graph-store", help="Address of its Graph Store Protocol.", show_default="known for Oxigraph, Virtuoso and Fuseki"),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove graphs of ours in the store that are not in this profile.")] = False,
) -> None:
    """Publish the graph into another store, one named graph after the other; user and password come from the environment."""
    people = profile is Profile.internal
    publisher = publish.Publisher(endpoint, graph_store)
    with tempfile.TemporaryDirectory() as folder:
        steps = publisher.plan(publish.parts(Root(root), Path(folder), people=people), prune=prune)
        for step in steps:
            number = f", {step.count} triples there" if step.count else ""
            typer.echo(
                f"{_ACTIONS[step.action]} <{step.graph}>" + (f" ({step.part.count} triples{number})" if step.part else f" ({step.count} triples)")
            )
        left = publish.people_left(steps, people=people)
        if left:
            shown = ", ".join(f"<{graph}>" for graph in left)
            raise GremiennetzError(f"the store holds people, whom the public profile leaves out: {shown}; nothing was sent; --prune removes them")
        if dry_run:
            typer.echo("dry run: nothing was sent")
            return
        todo = [step for step in steps if step.action not in {"skip", "other"}]
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Publishing", total=sum(step.part.size for step in todo if step.part))
            publisher.run(todo, lambda count: progress.advance(task, count))
        typer.echo(f"{len(todo)} graphs written and counted, {len(steps) - len(todo)} left as they were")


_ACTIONS = {"new": "new:", "replace": "replaced:", "skip": "unchanged:", "remove": "removed:", "other": "not of this profile, left alone:"}
