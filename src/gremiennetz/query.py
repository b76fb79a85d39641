"""Queries: the library of ``.rq`` files, their parameters, and running them.

A query file begins with a header in TOML behind ``#``, and is a complete query that runs as it stands anywhere::

    # title.de = "Gemeinsame Gremien"
    # title.en = "Shared bodies"
    # description.de = "…"
    # description.en = "…"
    # example = "--param units=3"
    # [params.units]
    # type = "integer"
    # description.de = "Mindestzahl der Einheiten"
    # description.en = "least number of units"

A parameter stands in the query as ``VALUES ?units { 2 }`` with its default, or ``{ UNDEF }`` for none. A value that the user gives is parsed
to an RDF term of the parameter's type, and the term takes the default's place; text of the user never becomes part of a query.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs
import pyoxigraph as ox

from gremiennetz.errors import GremiennetzError, InputError, Problem, UnknownNameError
from gremiennetz.files import read_text
from gremiennetz.graph.terms import PREFIXES, date, decimal, integer, slug

Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
FORMATS = ("table", "csv", "json", "md", "xml", "tsv")
_TYPES = ("iri", "string", "integer", "decimal", "date")


@attrs.frozen
class Parameter:
    """A value that the user may set."""

    name: str
    type: str
    """``iri`` (a thing of the graph; the user writes its short id, its label or its IRI), ``string``, ``integer``, ``decimal`` or ``date``."""
    description: dict[str, str]
    values: str = ""
    """Name of the query that lists the allowed values as ``?value ?label``."""


@attrs.frozen
class Query:
    """A query of the library."""

    name: str
    """Folder and file without ending: ``overlap/shared-bodies``."""
    title: dict[str, str]
    description: dict[str, str]
    parameters: dict[str, Parameter]
    text: str
    example: str = ""

    def bound(self, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
        """Return the query with the given terms in place of the defaults of its parameters."""
        query = self.text
        for name, term in terms.items():
            query = _slot(name).sub(lambda _, term=term, name=name: f"VALUES ?{name} {{ {term} }}", query, count=1)  # type: ignore[misc]
        return query


def _slot(name: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES\s+\?{re.escape(name)}\s*\{{[^}}]*\}}")


@attrs.frozen
class Table:
    """A result: the names of the columns and the rows of terms."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def texts(self) -> list[list[str]]:
        """Return the rows as texts people read: labels and values bare, IRIs shortened."""
        return [[shown(value) for value in row] for row in self.rows]


def shown(value: Value) -> str:
    """Return a term as people read it."""
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        return short(value.value)
    if isinstance(value, ox.Literal):
        return value.value
    return str(value)


def short(value: str) -> str:
    """Return an IRI with a prefix, if one fits; a thing of the graph as ``type/slug``."""
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace) and re.fullmatch(r"[\w./-]*", value[len(namespace) :]):
            return f"{prefix}:{value[len(namespace) :]}"
    match = re.search(r"/id/([\w-]+/[\w.-]+)$", value)
    return match[1] if match else value


def read_query(path: Path, folder: Path) -> Query:
    """Read a query file. Raises ``InputError`` when its header or the query itself is broken."""
    name = path.relative_to(folder).with_suffix("").as_posix()
    content = read_text(path, f"queries/{name}.rq")
    head = re.match(r"(?:#[^\n]*\n)*", content)
    header = "\n".join(line.removeprefix("#").removeprefix(" ") for line in (head[0] if head else "").splitlines())
    try:
        data = tomllib.loads(header)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(f"queries/{name}.rq", f"the header is not TOML behind '#': {error}")]) from None
    problems = []
    wanted = [(key, language) for key in ("title", "description") for language in ("de", "en")]
    problems += [
        Problem(f"queries/{name}.rq", f"is missing in the header: {key}.{language}")
        for key, language in wanted
        if not _has_text(data.get(key), language)
    ]
    parameters = {}
    for key, item in data.get("params", {}).items():
        parameter = Parameter(key, str(item.get("type", "string")), dict(item.get("description", {})), str(item.get("values", "")))
        if parameter.type not in _TYPES:
            problems.append(Problem(f"queries/{name}.rq", f"the parameter {key} has type {parameter.type!r}; wanted: {', '.join(_TYPES)}"))
        if not _slot(key).search(content[len(head[0]) if head else 0 :]):
            problems.append(Problem(f"queries/{name}.rq", f"the query has no place for the parameter {key}; wanted: VALUES ?{key} {{ … }}"))
        parameters[key] = parameter
    text = content[len(head[0]) :] if head else content
    if problems:
        raise InputError(problems)
    return Query(name, dict(data["title"]), dict(data["description"]), parameters, text.strip() + "\n", str(data.get("example", "")))


def _has_text(value: object, language: str) -> bool:
    return isinstance(value, dict) and bool(str(value.get(language, "")).strip())


class Library:
    """The queries of a folder, by name."""

    def __init__(self, folder: Path) -> None:
        self.queries = {query.name: query for query in (read_query(path, folder) for path in sorted(folder.rglob("*.rq")))}

    def __iter__(self) -> Iterator[Query]:
        return iter(self.queries.values())

    def get(self, name: str) -> Query:
        """Return a query by its name, or by its last part where only one has it.

        Raises ``UnknownNameError`` with near names.
        """
        if name in self.queries:
            return self.queries[name]
        fits = [key for key in self.queries if key.rsplit("/", 1)[-1] == name]
        if len(fits) == 1:
            return self.queries[fits[0]]
        near = fits or near_names(name, [*self.queries, *(key.rsplit("/", 1)[-1] for key in self.queries)])
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownNameError(f"there is no query {name!r}{hint} (gremiennetz query --list shows all)")


def near_names(name: str, names: Sequence[str], most: int = 3) -> list[str]:
    """Return the names most like a given one."""
    folded = {item.casefold(): item for item in names}
    return list(dict.fromkeys(folded[item] for item in difflib.get_close_matches(name.casefold(), list(folded), n=most, cutoff=0.5)))


class Engine:
    """Runs queries; where the graph lies is the business of the subclasses."""

    def run(self, query: str) -> Table:
        """Run a SELECT, ASK, CONSTRUCT or DESCRIBE query and return its result as a table.

        Raises ``GremiennetzError`` for a query that is no SPARQL, or that cannot be answered.
        """
        raise NotImplementedError


class StoreEngine(Engine):
    """Queries on an Oxigraph store; the default graph is the union of all named graphs."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def run(self, query: str) -> Table:
        """Run a query on the store."""
        try:
            result = self.store.query(query, use_default_graph_as_union=True, prefixes=PREFIXES)
            if isinstance(result, ox.QueryBoolean):
                return Table(("answer",), ((ox.Literal(bool(result)),),))
            if isinstance(result, ox.QuerySolutions):
                columns = tuple(variable.value for variable in result.variables)
                return Table(columns, tuple(tuple(row[index] for index in range(len(columns))) for row in result))
            return Table(("subject", "predicate", "object"), tuple((item.subject, item.predicate, item.object) for item in result))
        except SyntaxError as error:
            raise GremiennetzError(f"the query is no SPARQL: {error}") from None
        except (OSError, ValueError, RuntimeError) as error:
            raise GremiennetzError(f"the query cannot be answered: {error}") from None


def parse_value(parameter: Parameter, given: str, library: Library, engine: Engine) -> ox.NamedNode | ox.Literal:
    """Turn what the user gave for a parameter into an RDF term of its type.

    Raises ``UnknownNameError`` for a value that is not among the allowed ones, with near ones, and for one that is not of the type.
    """
    if parameter.values:
        return _allowed(parameter, given, engine.run(library.get(parameter.values).text))
    wrong = UnknownNameError(f"{parameter.name}={given!r} is no {parameter.type}")
    try:
        if parameter.type == "integer":
            return integer(int(given))
        if parameter.type == "decimal":
            number = Decimal(given.replace(",", "."))
            if not number.is_finite():
                raise wrong
            return decimal(number)
        if parameter.type == "date" and re.fullmatch(r"\d{4}(-\d\d-\d\d)?", given):
            return date(given)
        if parameter.type == "iri" and re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", given):
            return ox.NamedNode(given)
    except (ValueError, InvalidOperation):
        raise wrong from None
    if parameter.type == "string":
        return ox.Literal(given)
    raise wrong


def _allowed(parameter: Parameter, given: str, allowed: Table) -> ox.NamedNode | ox.Literal:
    names: dict[str, ox.NamedNode | ox.Literal] = {}
    for row in allowed.rows:
        value = row[0]
        if not isinstance(value, ox.NamedNode | ox.Literal):
            continue
        label = shown(row[1]) if len(row) > 1 else ""
        for name in (value.value, shown(value), shown(value).rsplit("/", 1)[-1], label, *(shown(cell) for cell in row[2:])):
            if name:
                names.setdefault(name.casefold(), value)
    found = names.get(given.casefold()) or names.get(slug(given))
    if found is not None:
        return found
    near = near_names(given, [shown(cell) for row in allowed.rows for cell in row[1:] if shown(cell)])
    hint = f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    raise UnknownNameError(f"{parameter.name}={given!r} is none of the {len(allowed.rows)} allowed values{hint}")


def answer(query: Query, given: Mapping[str, str], library: Library, engine: Engine) -> Table:
    """Run a query of the library with the values that the user gave.

    Raises ``UnknownNameError`` for a parameter or value that does not exist.
    """
    terms = {}
    for name, value in given.items():
        if name not in query.parameters:
            near = near_names(name, list(query.parameters)) or list(query.parameters)
            hint = f"; it has {', '.join(near)}" if near else "; it has none"
            raise UnknownNameError(f"the query {query.name} has no parameter {name!r}{hint}")
        terms[name] = parse_value(query.parameters[name], value, library, engine)
    return engine.run(query.bound(terms))


def formatted(table: Table, style: str) -> str:
    """Return a result as ``csv``, ``tsv``, ``json``, ``xml`` (the W3C result formats) or ``md`` (a Markdown table)."""
    if style == "md":
        rows = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in table.texts()]
        lines = [list(table.columns), ["---"] * len(table.columns), *rows]
        return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    if style == "csv":
        return _csv(table)
    formats = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}
    return _serialised(table, formats[style])


def _csv(table: Table) -> str:
    """Return CSV that a spreadsheet opens without running anything: a text that would start a formula gets an apostrophe in front."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        cells = [value.value if isinstance(value, ox.NamedNode) else shown(value) for value in row]
        writer.writerow([f"'{cell}" if re.match(r"[=+@\t\r]|-(?!\d)", cell) else cell for cell in cells])
    return buffer.getvalue()


def _serialised(table: Table, style: ox.QueryResultsFormat) -> str:
    """Let Oxigraph write a table in a W3C format, by handing it the rows as the VALUES of a query."""
    names = [f"?{re.sub(r'[^A-Za-z0-9_]', '_', column)}" for column in table.columns]
    rows = " ".join(
        f"( {' '.join('UNDEF' if value is None or isinstance(value, ox.BlankNode) else str(value) for value in row)} )" for row in table.rows
    )
    result: Any = ox.Store().query(f"SELECT {' '.join(names)} WHERE {{ VALUES ({' '.join(names)}) {{ {rows} }} }}")
    written = result.serialize(format=style)
    return written.decode("utf-8") if isinstance(written, bytes) else str(written)
