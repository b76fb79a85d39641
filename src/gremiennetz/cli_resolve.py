"""The command ``gremiennetz resolve``: list open records with candidates, and write decisions down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gremiennetz import resolve
from gremiennetz.errors import GremiennetzError, InputError
from gremiennetz.graph.files import load_register
from gremiennetz.places import Root
from gremiennetz.records import Dataset, Record, read_dataset
from gremiennetz.register import Decision, Register, check_set
from gremiennetz.terminal import RootOption
from gremiennetz.vocabulary import Vocabulary


def resolve_command(
    record: Annotated[str | None, typer.Argument(help="A record to decide or to look at.")] = None,
    root: RootOption = Path(),
    dataset: Annotated[str | None, typer.Option("--dataset", help="The set of records, where there are several.")] = None,
    same: Annotated[str | None, typer.Option("--same", help="The record means this body.")] = None,
    different: Annotated[str | None, typer.Option("--different", help="The record does not mean this body.")] = None,
    unsure: Annotated[str | None, typer.Option("--unsure", help="It is open whether the record means this body.")] = None,
    undo: Annotated[str | None, typer.Option("--undo", help="Take the decision on this body back.")] = None,
    because: Annotated[str, typer.Option("--because", help="The justification of the decision.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who decides.")] = "Projektteam",
    date: Annotated[str | None, typer.Option("--date", help="The day of the decision.", show_default="today")] = None,
    *,
    interactive: Annotated[bool, typer.Option("--interactive", help="Ask for each open record in turn.")] = False,
) -> None:
    """Decide which record is which body: list what is open, look at candidates, write decisions down."""
    place = Root(root)
    name = _dataset(place, dataset)
    data = read_dataset(place, name)
    register = load_register(place, Vocabulary.read(place.shipped("ontology")))
    judged = [(kind, body) for kind, body in (("same", same), ("different", different), ("unsure", unsure)) if body]
    if judged or undo:
        if record is None or len(judged) + bool(undo) != 1:
            raise typer.BadParameter("give one record and one of --same, --different, --unsure, --undo")
        if undo:
            resolve.undo(place.register, name, record, undo)
            typer.echo(f"taken back: {record} / {undo}")
            return
        kind, body = judged[0]
        day = date or dt.datetime.now(tz=dt.UTC).date().isoformat()
        resolve.decide(place.register, register, data, Decision(name, record, body, kind, because, author, day))
        typer.echo(f"{record}: {kind} {body}")
        return
    if record is not None:
        if record not in data.records:
            raise GremiennetzError(f"there is no record {record!r} in {name}")
        _show(data, register, data.records[record])
        return
    problems = check_set(register, data)
    open_records = list(resolve.undecided(data, register))
    if interactive:
        _ask(place, data, register, open_records, author)
        return
    for item in open_records:
        _show(data, register, item.record)
    typer.echo(f"{name}: {len(data.records) - len(open_records)} of {len(data.records)} records decided, {len(open_records)} open")
    if problems:
        raise InputError(problems)


def _dataset(place: Root, wanted: str | None) -> str:
    names = place.datasets()
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        raise GremiennetzError(f"say which set with --dataset: {', '.join(names)}")
    return wanted


def _show(data: Dataset, register: Register, record: Record) -> None:
    """Print a record with its candidates and the rows that already mean them, side by side."""
    decided = register.body_of(data.id)
    state = f"is {decided[record.id]}" if record.id in decided else "open"
    typer.echo(f"{record.id} ({record.file} row {record.row}; {state}): {resolve.full_name(record)}")
    if record.text("purpose"):
        typer.echo(f"    {record.text('purpose')[:120]}")
    for found in resolve.candidates_of(record, data, register):
        rows = [other for other, body in decided.items() if body == found.body.id and other != record.id]
        typer.echo(f"  {found.score:5.1f}  {found.body.id} ({found.body.label}): {found.reason}")
        for other in rows[:3]:
            row = data.records[other]
            typer.echo(f"         {other} ({row.file} row {row.row}): {resolve.full_name(row)}")


def _ask(place: Root, data: Dataset, register: Register, items: list[resolve.Open], author: str, ask: Callable[..., str] = typer.prompt) -> None:
    """Ask for each open record; every answer is written at once, so that stopping loses nothing."""
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    for item in items:
        _show(data, register, item.record)
        answer = ask("body id, empty to leave open, q to stop", default="", show_default=False)
        if answer == "q":
            return
        if answer:
            reason = ask("because")
            try:
                resolve.decide(place.register, register, data, Decision(data.id, item.record.id, answer, "same", reason, author, day))
            except GremiennetzError as error:
                typer.echo(str(error), err=True)
