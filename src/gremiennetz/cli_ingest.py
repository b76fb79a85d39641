"""The commands ``gremiennetz ingest`` and ``gremiennetz init``: read a city's list through a mapping, and lay out a new city."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gremiennetz.errors import GremiennetzError
from gremiennetz.places import Root
from gremiennetz.terminal import RootOption, plain, print_table

_SHOWN = 12
_PREVIEW = ("record", "umbrella", "name", "cost", "obligation", "termination", "notice_period", "notice_by", "notice_to", "uncertain")


def ingest_command(
    file: Annotated[Path, typer.Argument(help="The city's list: CSV, XLSX, PDF or HTML.")],
    root: RootOption = Path(),
    mapping: Annotated[Path | None, typer.Option("--mapping", help="What the columns mean: a TOML file.", show_default="that of the set")] = None,
    dataset: Annotated[str | None, typer.Option("--dataset", help="The set to write: a folder of data/records.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the first rows as they would be understood, and write nothing.")] = False,
    guess: Annotated[bool, typer.Option("--guess", help="Propose a mapping for this list on standard output, and write nothing.")] = False,
) -> None:
    """Read a city's list through a mapping: records, and rejects with their reasons."""
    if guess:
        if mapping is not None:
            raise typer.BadParameter("goes without --mapping: it proposes one", param_hint="--guess")
        from gremiennetz.ingest.guess import proposal  # noqa: PLC0415 - the other commands need not wait for it

        typer.echo(proposal(Root(root), file, dataset), nl=False)
        return
    if dataset is None:
        raise typer.BadParameter("is missing: the set to write, such as musterstadt-2026", param_hint="--dataset")
    sets = _sets()
    place = Root(root)
    chosen = mapping or sets.folder_of(place, dataset) / sets.MAPPING
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(file.name, total=1.0)
        reading = sets.interpreted(place, dataset, file, chosen, file.name, lambda share: bar.update(task, completed=share))
    if dry_run and reading.records:
        _preview(reading.records[:_SHOWN])
    _account(reading)
    if dry_run:
        typer.echo("Probelauf: nichts geschrieben.")
        return
    for path in sets.write(place, dataset, reading, file, chosen):
        typer.echo(path.as_posix())


def init_command(
    dataset: Annotated[str, typer.Argument(help="City and year, such as musterstadt-2026.")],
    out: Annotated[Path, typer.Option("--out", "--root", help="Folder that holds data/, or will hold it.", show_default="the current one")] = Path(),
) -> None:
    """Lay out a new city: dataset.toml, mapping.toml and units.csv with explanations, and an example list that can be read at once."""
    from gremiennetz.ingest.starter import lay_out  # noqa: PLC0415 - the other commands need not wait for it

    _sets()
    for path in lay_out(Root(out), dataset):
        typer.echo(path.as_posix())
    where = "" if out == Path() else f" --root {out.as_posix()}"
    source = (Root(out).source / f"{dataset}.csv").as_posix()
    typer.echo(f"Weiter mit: gremiennetz ingest {source} --dataset {dataset} --dry-run{where}")


def _sets() -> ModuleType:
    try:
        from gremiennetz.ingest import sets  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        raise GremiennetzError(f"dafür fehlt {error.name}; installieren mit: pip install 'gremiennetz[ingest]'") from None
    return sets


def _account(reading: Any) -> None:
    """Print what became of every row, and what somebody should look at."""
    outcome = reading.outcome
    skipped = outcome.skipped.total()
    typer.echo(
        f"{outcome.rows} Zeilen gelesen = {outcome.placed} aufgenommen + {len(outcome.rejects)} im Ausschuss + {skipped} übergangen; "
        f"{len(reading.records)} Datensätze"
    )
    for reason, count in sorted(outcome.skipped.items()):
        typer.echo(f"  übergangen: {count} ({reason})")
    for item in outcome.rejects[:_SHOWN]:
        typer.echo(f"  Ausschuss: {plain(f'{item.row.shown()}: {item.reason}; erwartet: {item.wanted}')}")
    if len(outcome.rejects) > _SHOWN:
        typer.echo(f"  … und {len(outcome.rejects) - _SHOWN} weitere in rejects.csv")
    if outcome.unread:
        typer.echo(f"  nicht übernommene Spalten: {plain(', '.join(outcome.unread))}")
    doubtful = sum(1 for record in reading.records if record["uncertain"])
    if doubtful:
        typer.echo(f"  mit unsicheren Zellen (Spalten uncertain und note): {doubtful}")
    if reading.persons:
        count = len(reading.persons)
        typer.echo(f"Achtung: wohl Namen von Personen, die nicht in persons.csv stehen ({count}); vor einer Veröffentlichung dort eintragen:")
        for record, words in reading.persons[:_SHOWN]:
            typer.echo(f"  {record}: {plain(words)}")


def _preview(records: list[dict[str, str]]) -> None:
    columns = [column for column in _PREVIEW if any(record[column] for record in records)]
    print_table(Console(soft_wrap=True, highlight=False), columns, ([record[column] for column in columns] for record in records))
