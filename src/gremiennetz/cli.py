"""The command line: each step of the way from source to products, and ``build`` for all of them."""

from __future__ import annotations

import sys
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import pyoxigraph as ox
import typer
from rich.console import Console

from gremiennetz import __version__, analysis, query, validate
from gremiennetz.cli_build import build_command, check_command
from gremiennetz.cli_convert import convert_command
from gremiennetz.cli_diff import diff_command
from gremiennetz.cli_export import export_command
from gremiennetz.cli_ingest import ingest_command, init_command
from gremiennetz.cli_resolve import resolve_command
from gremiennetz.cli_serve import publish_command, serve_command
from gremiennetz.errors import GremiennetzError
from gremiennetz.fetch import fetched
from gremiennetz.files import MAX_BYTES, decoded, read_text
from gremiennetz.graph import store
from gremiennetz.network import write as write_network
from gremiennetz.pairs import unit_pairs
from gremiennetz.places import Root
from gremiennetz.remote import RemoteEngine
from gremiennetz.report.write import write as write_report
from gremiennetz.terminal import RootOption, print_table

app = typer.Typer(
    name="gremiennetz",
    help="The knowledge graph of municipal networks: from a city's list of committees to validated linked data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
out = Console(soft_wrap=True, highlight=False)


class QueryFormat(StrEnum):
    """How a result is written."""

    table = "table"
    csv = "csv"
    json = "json"
    md = "md"
    xml = "xml"
    tsv = "tsv"


class Profile(StrEnum):
    """Who a product is for: ``public`` leaves every natural person out."""

    internal = "internal"
    public = "public"


EndpointOption = Annotated[str | None, typer.Option("--endpoint", help="Take the graph from this SPARQL endpoint instead of from here.")]
ProfileOption = Annotated[Profile, typer.Option("--profile", help="internal, or public without any natural person.")]


class ReportFormat(StrEnum):
    """How a validation report is written."""

    text = "text"
    ttl = "ttl"
    json = "json"


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"gremiennetz {__version__}")
        raise typer.Exit


@app.callback()
def _app(*, version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False) -> None:
    pass


@app.command(name="report")
def report_command(
    root: RootOption = Path(),
    profile: ProfileOption = Profile.internal,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to.", show_default="build")] = None,
    dataset: Annotated[str | None, typer.Option("--set", help="The report of this set.", show_default="the newest of each municipality")] = None,
    endpoint: EndpointOption = None,
) -> None:
    """Write the report for the strategy office: HTML for reading and printing, XLSX for working on; one for each municipality."""
    place = Root(root)
    engine = query.StoreEngine(_graph(place, profile, endpoint))
    for path in write_report(place, engine, out or place.build, profile.value, dataset):
        typer.echo(path.as_posix())


@app.command(name="network")
def network_command(
    root: RootOption = Path(),
    profile: ProfileOption = Profile.internal,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.", show_default="build/network.html")] = None,
    dataset: Annotated[str | None, typer.Option("--set", help="Show this set.", show_default="the newest of each municipality")] = None,
    endpoint: EndpointOption = None,
) -> None:
    """Write the interactive network: one HTML file that works offline."""
    place = Root(root)
    graph = _graph(place, profile, endpoint)
    typer.echo(write_network(place, profile.value, out or place.build / "network.html", dataset, graph).as_posix())


def _graph(place: Root, profile: Profile, endpoint: str | None) -> ox.Store:
    people = profile is Profile.internal
    return store.in_memory(place, people=people) if endpoint is None else fetched(endpoint, people=people)


@app.command(name="validate")
def validate_command(
    root: RootOption = Path(),
    profile: Annotated[
        validate.Profile, typer.Option("--profile", help="For whom: internal, or public, which must not hold personal data.")
    ] = validate.Profile.internal,
    style: Annotated[ReportFormat, typer.Option("--format", help="How the report is written.")] = ReportFormat.text,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show all warnings and hints, not only the first of each kind.")] = False,
) -> None:
    """Check the graph against the SHACL shapes; exit code 1 when one is violated."""
    place = Root(root)
    graph = store.opened(place, people=profile is validate.Profile.internal)
    report = validate.validate(graph, place.shipped("shapes"), profile)
    if style is ReportFormat.ttl:
        typer.echo(report.graph.serialize(format="turtle"), nl=False)
    elif style is ReportFormat.json:
        typer.echo(validate.as_json(report))
    else:
        if report.findings:
            typer.echo(validate.as_text(report.findings, most=None if everything else 10))
        typer.echo(validate.summary(report))
    if not report.conforms:
        raise typer.Exit(1)


@app.command(name="query")
def query_command(
    name: Annotated[str | None, typer.Argument(help="A query of the library, such as overlap/shared-bodies.")] = None,
    root: RootOption = Path(),
    param: Annotated[list[str] | None, typer.Option("--param", help="A value for a parameter: name=value.")] = None,
    style: Annotated[QueryFormat, typer.Option("--format", help="How the result is written.")] = QueryFormat.table,
    file: Annotated[Path | None, typer.Option("--file", help="A query of your own; - for standard input.")] = None,
    profile: ProfileOption = Profile.internal,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="Ask this SPARQL endpoint instead of the graph here.")] = None,
    *,
    show: Annotated[bool, typer.Option("--list", help="List the queries.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what the query does, its parameters and its text.")] = False,
) -> None:
    """Ask the graph: a query of the library, or your own."""
    place = Root(root)
    library = query.Library(place.shipped("queries"))
    if show:
        _list(library)
        return
    if file is not None:
        if name is not None or param:
            raise typer.BadParameter("a query of your own goes alone, without the name of another and without --param", param_hint="--file")
        text = decoded(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input") if str(file) == "-" else read_text(file)
        _print(_query_engine(place, profile, endpoint).run(text), style)
        return
    if name is None:
        raise typer.BadParameter("give the name of a query, --file, or --list")
    item = library.get(name)
    if explain:
        _explain(item)
        return
    given = {}
    for pair in param or []:
        key, found, value = pair.partition("=")
        if not found:
            raise typer.BadParameter(f"{pair!r} is not name=value", param_hint="--param")
        if key in given:
            raise typer.BadParameter(f"{key} is given twice", param_hint="--param")
        given[key] = value
    if item.people and profile is Profile.public:
        raise GremiennetzError(f"the query {item.name} asks for persons; the public profile has none")
    _print(query.answer(item, given, library, _query_engine(place, profile, endpoint)), style)


class Analysis(StrEnum):
    """What SPARQL cannot say."""

    bridges = "bridges"
    communities = "communities"
    pairs = "pairs"


@app.command()
def analyse(
    kind: Annotated[
        Analysis,
        typer.Argument(help="bridges: who lies between others; communities: who belongs closely together; pairs: which units overlap, country-wide."),
    ],
    root: RootOption = Path(),
    style: Annotated[QueryFormat, typer.Option("--format", help="How the result is written.")] = QueryFormat.table,
) -> None:
    """Analyse the network of units and bodies; everything that SPARQL can say is a query (gremiennetz query overlap/...)."""
    place = Root(root)
    if kind is Analysis.pairs:
        _print(unit_pairs(query.Library(place.shipped("queries")), _query_engine(place, Profile.internal, None)), style)
        return
    graph = analysis.network(query.Library(place.shipped("queries")), _query_engine(place, Profile.public, None))
    found = analysis.bridges(graph) if kind is Analysis.bridges else analysis.communities(graph)
    _print(analysis.as_table(found), style)


def _query_engine(place: Root, profile: Profile, endpoint: str | None) -> query.Engine:
    if endpoint is not None:
        return RemoteEngine(endpoint)
    return query.local_engine(place, people=profile is Profile.internal)


def _list(library: query.Library) -> None:
    width = max(len(item.name) for item in library)
    for folder, items in groupby(library, key=lambda item: item.name.rpartition("/")[0]):
        typer.echo(f"{folder}/")
        for item in items:
            typer.echo(f"  {item.name:<{width}}  {item.title['de']} / {item.title['en']}")


def _explain(item: query.Query) -> None:
    typer.echo(f"{item.name}\n{item.title['de']} / {item.title['en']}\n\n{item.description['de']}\n{item.description['en']}\n")
    for parameter in item.parameters.values():
        listed = f"; allowed values: gremiennetz query {parameter.values}" if parameter.values else ""
        typer.echo(
            f"--param {parameter.name}=<{parameter.type}>: {parameter.description.get('de', '')} / {parameter.description.get('en', '')}"
            f" (default: {parameter.default or 'none'}{listed})"
        )
    typer.echo(f"example: {item.command}\n\n{item.text}", nl=False)


def _print(result: query.Table, style: QueryFormat) -> None:
    if style is not QueryFormat.table:
        sys.stdout.write(query.formatted(result, style.value))
        return
    print_table(out, result.columns, result.texts())
    typer.echo(f"{len(result)} rows")


app.command(name="build")(build_command)
app.command(name="check")(check_command)
app.command(name="convert")(convert_command)
app.command(name="diff")(diff_command)
app.command(name="init")(init_command)
app.command(name="ingest")(ingest_command)
app.command(name="resolve")(resolve_command)
app.command(name="export")(export_command)
app.command(name="serve")(serve_command)
app.command(name="publish")(publish_command)


def main() -> None:
    """Run the command line; problems that users can put right are told in one line each, with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # no line end of the platform: a CSV on standard output has the bytes it has in a file;
            # a file name that is no UTF-8 is shown with escapes
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        app()
    except GremiennetzError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{where}cannot be read or written: {error.strerror or error}", err=True)
        sys.exit(1)
