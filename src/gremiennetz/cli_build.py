"""The commands ``gremiennetz check`` and ``gremiennetz build``: the proof that the records are what the sources say, and the main job."""

from __future__ import annotations

from pathlib import Path

import typer

from gremiennetz import changes, overview, query, validate
from gremiennetz.errors import InputError
from gremiennetz.graph import files, store
from gremiennetz.network import write as write_network
from gremiennetz.places import Root
from gremiennetz.proof import Proof, prove
from gremiennetz.records import read_datasets
from gremiennetz.report.write import write as write_report
from gremiennetz.terminal import RootOption

PROFILES = {"internal": ("", "intern, mit Personen"), "public": ("-public", "öffentlich, ohne Personen")}
_REPORTS = {".html": "Bericht für das Strategieamt, zum Lesen und Drucken", ".xlsx": "Derselbe Bericht als Arbeitsmappe"}


def check_command(root: RootOption = Path()) -> None:
    """Prove that the records hold every word of the source exactly once, and that the register fits them."""
    place = Root(root)
    problems = []
    for dataset in read_datasets(place):
        proof = prove(place, dataset)
        problems += proof.problems
        _tell(proof)
    try:
        files.builders(place)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)


def _tell(proof: Proof) -> None:
    dataset, balance = proof.dataset, proof.balance
    if balance is None:
        state = "differ from what the mapping reads" if proof.problems else "as the mapping reads them from the source"
        typer.echo(f"{dataset.id}: {len(dataset.records)} records, {state}")
        return
    share = 100 * balance.used / balance.total if balance.total else 100.0
    typer.echo(f"{dataset.id}: {len(dataset.records)} records, {balance.used} of {balance.total} words used ({share:.2f} %)")
    for group, count in balance.by_group.items():
        records = sum(1 for record in dataset.records.values() if dataset.division(record.unit) == group)
        label = dataset.units[group].label if group in dataset.units else group
        typer.echo(f"  {label}: {count} words" + (f", {records} records" if records else ""))


def build_command(root: RootOption = Path()) -> None:
    """Do the main job: check the records, write the graph, validate it, and make the pages in build/."""
    place = Root(root)
    checks, titles, problems = [], [], []
    for dataset in read_datasets(place):
        proof = prove(place, dataset)
        problems += proof.problems
        titles.append(dataset.settings["dataset"]["title"]["de"])
        checks.append((f"Nachweis {dataset.id}", proof.sentence()))
        typer.echo(f"{dataset.id}: {proof.sentence()}")
    if problems:
        raise InputError(problems)
    written = files.write(place)
    typer.echo(f"Graph: {len(written)} Dateien in {place.turtle.as_posix()}")
    graph = store.in_memory(place)
    report = validate.validate(graph, place.shipped("shapes"))
    counts = ", ".join(f"{label}: {sum(item.severity == key for item in report.findings)}" for key, label in validate.SEVERITIES.items())
    checks.append(("SHACL", counts))
    typer.echo(f"SHACL: {counts}")
    if not report.conforms:
        typer.echo(validate.as_text(item for item in report.findings if item.severity == "Violation"), err=True)
        raise typer.Exit(1)
    products, made_here = [], set()
    for profile, (suffix, who) in PROFILES.items():
        shown = graph if profile == "internal" else store.in_memory(place, people=False)
        engine = query.StoreEngine(shown)
        reports = write_report(place, engine, place.build, profile)
        picture = write_network(place, profile, place.build / f"network{suffix}.html", None, shown)
        made = {
            picture: "Das Netzwerk zum Anklicken: Einheiten, Gremien, Dachverbände, Überschneidungen",
            **{path: _REPORTS[path.suffix] for path in reports},
            **dict.fromkeys(changes.write_pages(place, engine, place.build, profile), "Was sich von einer Liste zur nächsten geändert hat"),
        }
        made_here |= set(made)
        products += [overview.Product.of(path, place.build, f"{what} ({who})") for path, what in made.items()]
    for path in (path for kind in ("report*.html", "report*.xlsx", "changes*.html") for path in place.build.glob(kind)):
        if path not in made_here:
            path.unlink()  # of an earlier build: another set of cities, whose pages would be served as if they were of today
    products += [overview.Product.of(path, place.build, "Graph als Turtle") for path in written]
    typer.echo(f"Übersicht: {overview.write(place, graph, products, checks, titles).as_posix()}")
