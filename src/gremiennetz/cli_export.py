"""The command ``gremiennetz export``: write a package for the portal, check one, or tell what changed between two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gremiennetz.errors import GremiennetzError
from gremiennetz.export import check, diff, package
from gremiennetz.places import Root
from gremiennetz.terminal import RootOption


class ExportProfile(StrEnum):
    """Who the package is for: ``public`` leaves every natural person out and is the default."""

    public = "public"
    internal = "internal"


def export_command(
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the package; one that is there already is replaced as a whole.")] = None,
    root: RootOption = Path(),
    base: Annotated[str | None, typer.Option("--base", help="Base of all IRIs of the package.", show_default="as in dataset.toml")] = None,
    profile: Annotated[ExportProfile, typer.Option("--profile", help="public, or internal with the names of persons.")] = ExportProfile.public,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="A set to publish, may be given several times.", show_default="all that have a table [publication]"),
    ] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="Take the graph from this SPARQL endpoint instead of from here.")] = None,
    compare: Annotated[tuple[Path, Path] | None, typer.Option("--diff", help="Two packages, OLD and NEW: tell what changed.")] = None,
    *,
    with_persons: Annotated[bool, typer.Option("--yes-with-persons", help="Needed for --profile internal: the package names persons.")] = False,
    check_only: Annotated[bool, typer.Option("--check", help="Check the package at --out as it lies there, and write nothing.")] = False,
) -> None:
    """Write the linked-data package for the city's portal: metadata, dumps, tables, and a page per thing; without any natural person."""
    if compare is not None:
        if out is not None or check_only:
            raise typer.BadParameter("goes without --out and --check", param_hint="--diff")
        typer.echo(diff.note(*compare), nl=False)
        return
    if out is None:
        raise typer.BadParameter("is missing: the folder of the package", param_hint="--out")
    if check_only:
        _check(Root(root), out)
        return
    people = profile is ExportProfile.internal
    if people != with_persons:
        raise GremiennetzError(
            "the internal profile names natural persons; if that is meant, add --yes-with-persons"
            if people
            else "--yes-with-persons goes with --profile internal; the public package never names a person"
        )
    with Progress(console=Console(stderr=True), transient=True) as bar:

        def track(items: Sequence[str], label: str) -> Iterable[str]:
            return bar.track(items, description=label, total=len(items))

        done = package.write(Root(root), out, base=base, people=people, sets=sets or (), endpoint=endpoint, track=track)
    things = sum(done.things.values())
    typer.echo(f"{done.path.as_posix()}: {things} things, {done.files} files, base {done.base}, profile {profile.value}")
    typer.echo(f"published: {', '.join(done.sets)}")
    for name in done.left_out:
        reason = "it was not named with --set" if sets else f"data/records/{name}/dataset.toml has no table [publication]"
        typer.echo(f"not published: {name}; {reason}")


def _check(root: Root, out: Path) -> None:
    results = check.check(root, out)
    for result in results:
        typer.echo(f"{'ok' if not result.problems else 'NOT OK'}  {result.title}: {result.detail}")
        for problem in result.problems:
            typer.echo(f"  - {problem}")
    if any(result.problems for result in results):
        raise typer.Exit(1)
