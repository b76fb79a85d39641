"""Queries: the library of ``.rq`` files, their parameters, and running them.

A query file begins with a header in TOML behind ``#``, and is a complete query that runs as it stands anywhere::

    # title.de = "Gemeinsame Gremien"
    # title.en = "Shared bodies"
    # description.de = "…"
    # description.en = "…"
    # example = "--param units=3"
    # people = true                    (only where it reads the graph of persons)
    # concepts = true                  (labels that it wants in one language are those of concepts, which a store on disk finds quicker)
    # lists = { unit_labels = " | " }  (columns made by GROUP_CONCAT, with their separator)
    # [params.units]
    # type = "integer"
    # description.de = "Mindestzahl der Einheiten"
    # description.en = "least number of units"

A parameter stands in the query as ``VALUES ?units { 2 }`` with its default, or ``{ UNDEF }`` for none. A value that the user gives is parsed
to an RDF term of the parameter's type, and the term takes the default's place; text of the user never becomes part of a query.
"""

from __future__ import annotations

import datetime as dt
import difflib
import logging
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import attrs
import pyoxigraph as ox

from gremiennetz import tokens
from gremiennetz.errors import GremiennetzError, InputError, Problem, UnknownNameError
from gremiennetz.files import read_text
from gremiennetz.graph import store
from gremiennetz.graph.terms import PREFIXES, date, decimal, integer, slug
from gremiennetz.places import Root
from gremiennetz.results import FORMATS, Native, Order, Table, Value, formatted, native, short, shown
from gremiennetz.scans import scanning

__all__ = [
    "FORMATS",
    "Engine",
    "Library",
    "Native",
    "Parameter",
    "Query",
    "StoreEngine",
    "Table",
    "Value",
    "answer",
    "ask",
    "formatted",
    "local_engine",
    "native",
    "near_names",
    "parse_value",
    "read_query",
    "short",
    "shown",
]

_TYPES = ("iri", "string", "integer", "decimal", "date")
_log = logging.getLogger(__name__)


@attrs.frozen
class Parameter:
    """A value that the user may set."""

    name: str
    type: str
    """``iri`` (a thing of the graph; the user writes its short id, its label or its IRI), ``string``, ``integer``, ``decimal`` or ``date``."""
    description: dict[str, str]
    values: str = ""
    """Name of the query that lists the allowed values: ``?value ?label``, then further columns; ``?code`` and ``?other`` are names too."""
    default: str = ""
    """What stands in the query file, as SPARQL; empty for none."""


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
    people: bool = False
    """Whether the answer needs the graph of persons; in the public profile it is empty."""
    concepts: bool = False
    """Whether all labels that it wants in one language are those of concepts (``scans.py``)."""
    lists: dict[str, str] = attrs.field(factory=dict)
    """Columns that hold several values, with what separates them; SPARQL promises no order within them."""

    @property
    def command(self) -> str:
        """Return a command that asks the query, with the example of its header."""
        return f"gremiennetz query {self.name} {self.example}".strip()

    @property
    def order(self) -> Order:
        """Return the columns by which this program can sort the rows itself; none where a key of ORDER BY is no column."""
        return _order(self.text)

    def unordered(self, terms: Mapping[str, Sequence[ox.NamedNode | ox.Literal]] = {}) -> str:
        """Return the query without the order of its rows: whoever sorts or counts them saves the engine the work.

        A parameter may have any number of values here.
        """
        return self._put(_ORDER.sub("\n", self.text), {name: " ".join(map(_written, some)) for name, some in terms.items()})

    def for_engine(self, terms: Mapping[str, ox.NamedNode | ox.Literal] = {}, *, on_disk: bool = False) -> str:
        """Return what an engine is asked: without the order of the rows where this program sorts them, and read in a row where that is quicker."""
        text = self.unordered({name: [term] for name, term in terms.items()}) if self.order else self.bound(terms)
        return scanning(text, concepts=self.concepts) if on_disk and self.is_whole(terms) else text

    def is_whole(self, terms: Mapping[str, ox.NamedNode | ox.Literal] = {}) -> bool:
        """Return whether the query goes through all things of a kind that a country has many of: none of its values names what it is about."""
        return bool(_MANY.search(self.text)) and not any(isinstance(term, ox.NamedNode) for term in terms.values())

    def bound(self, terms: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
        """Return the query with the given terms in place of the defaults of its parameters.

        All places are found in the query file itself, before any term stands in it. A parameter without value and default loses its place,
        which means the same as ``{ UNDEF }`` and is easier on every engine.
        """
        return self._put(self.text, {name: _written(term) for name, term in terms.items()})

    def _put(self, text: str, values: Mapping[str, str]) -> str:
        def put(match: re.Match[str]) -> str:
            name = match["name"]
            if name in values:
                return f"VALUES ?{name} {{ {values[name]} }}"
            return "" if name in self.parameters and not self.parameters[name].default else match[0]

        return _SLOT.sub(put, text)


_MANY = re.compile(r"\b(?:gn:(?:Participation|Record|Decision|Body|Unit|division|uncertainColumn)|org:(?:member|subOrganizationOf))\b")
"""What a country has many of; of roles, reaches, columns or lists there are few, and looking them up is quicker."""
_ORDER = re.compile(r"\nORDER BY (?P<keys>[^\n]*)\n$")
_KEY = re.compile(r"(?P<down>DESC\()?\?(?P<name>\w+)\)?")


@lru_cache(maxsize=512)
def _order(text: str) -> Order:
    match = _ORDER.search(text)
    keys = [_KEY.fullmatch(word) for word in match["keys"].split()] if match else []
    shown_ones = tokens.columns(text)
    return tuple((key["name"], bool(key["down"])) for key in keys if key) if all(key and key["name"] in shown_ones for key in keys) else ()


_SLOT = re.compile(r"VALUES\s+\?(?P<name>\w+)\s*\{(?P<default>[^}]*)\}")


def _written(term: ox.NamedNode | ox.Literal) -> str:
    """Return a term as SPARQL.

    SPARQL 1.1 (section 19.2) lets an engine replace ``\\u0022`` anywhere, before it looks for strings; so a backslash of the text is never
    followed by a bare ``u``. Escapes are read pair by pair, so that the ``u`` of an escaped control character is left alone.
    """
    return re.sub(r"\\\\([uU])|\\.", lambda match: rf"\\\U{ord(match[1]):08X}" if match[1] else match[0], str(term))


def read_query(path: Path, folder: Path) -> Query:
    """Read a query file. Raises ``InputError`` when its header or the query itself is broken."""
    name = path.relative_to(folder).with_suffix("").as_posix()
    file = f"queries/{name}.rq"
    content = read_text(path, file)
    head = re.match(r"(?:#[^\n]*\n)*", content)
    length = head.end() if head else 0
    header = "\n".join(line.removeprefix("#").removeprefix(" ") for line in content[:length].splitlines())
    text = content[length:].strip() + "\n"
    try:
        data = tomllib.loads(header)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(file, f"the header is not TOML behind '#': {error}")]) from None
    problems = [
        Problem(file, f"is missing in the header: {key}.{language}")
        for key in ("title", "description")
        for language in ("de", "en")
        if not _has_text(data.get(key), language)
    ]
    defaults = {match["name"]: match["default"].strip() for match in _SLOT.finditer(text)}
    parameters = {}
    for key, item in data.get("params", {}).items():
        default = defaults.get(key, "").replace("UNDEF", "")
        parameter = Parameter(key, str(item.get("type", "string")), dict(item.get("description", {})), str(item.get("values", "")), default)
        if parameter.type not in _TYPES:
            problems.append(Problem(file, f"the parameter {key} has type {parameter.type!r}; wanted: {', '.join(_TYPES)}"))
        if key not in defaults:
            problems.append(Problem(file, f"the query has no place for the parameter {key}; wanted: VALUES ?{key} {{ … }}"))
        parameters[key] = parameter
    if problems:
        raise InputError(problems)
    lists = {str(key): str(value) for key, value in data.get("lists", {}).items()}
    return Query(
        name,
        dict(data["title"]),
        dict(data["description"]),
        parameters,
        text,
        str(data.get("example", "")),
        people=data.get("people") is True,
        concepts=data.get("concepts") is True,
        lists=lists,
    )


def _has_text(value: object, language: str) -> bool:
    return isinstance(value, dict) and bool(str(value.get(language, "")).strip())


class Library:
    """The queries of a folder, by name."""

    def __init__(self, folder: Path) -> None:
        self.queries: dict[str, Query] = {}
        problems: list[Problem] = []
        for path in sorted(folder.rglob("*.rq")):
            try:
                query = read_query(path, folder)
            except InputError as error:
                problems += error.problems
            else:
                self.queries[query.name] = query
        if problems:
            raise InputError(problems)

    def __len__(self) -> int:
        return len(self.queries)

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
        last = {key.rsplit("/", 1)[-1]: key for key in self.queries}
        near = fits or list(dict.fromkeys(last.get(item, item) for item in near_names(name, [*self.queries, *last])))
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownNameError(f"there is no query {name!r}{hint} (gremiennetz query --list shows all)")


def near_names(name: str, names: Sequence[str], most: int = 3) -> list[str]:
    """Return the names most like a given one.

    >>> near_names("shared-bodys", ["shared-bodies", "seats"])
    ['shared-bodies']
    """
    folded = {item.casefold(): item for item in names}
    return list(dict.fromkeys(folded[item] for item in difflib.get_close_matches(name.casefold(), list(folded), n=most, cutoff=0.5)))


class Engine:
    """Runs queries; where the graph lies is the business of the subclasses."""

    on_disk = False
    """Whether the engine reads from a disk of this machine, and so is quicker when it reads in a row (``scans.py``)."""

    def run(self, query: str) -> Table:
        """Run a SELECT, ASK, CONSTRUCT or DESCRIBE query and return its result as a table.

        Raises ``GremiennetzError`` for a query that is no SPARQL, or that cannot be answered.
        """
        raise NotImplementedError


def _one_line(error: Exception, longest: int = 300) -> str:
    """Return what an engine says on one line; its list of everything that would have been possible is cut."""
    text = " ".join(str(error).split())
    return text if len(text) <= longest else f"{text[:longest]} …"


@lru_cache(maxsize=512)  # the library's own texts come again and again
def _not_too_deep(query: str) -> None:
    """Raise ``GremiennetzError`` for a text that would make the engine's parser run out of stack, and with it this process."""
    try:
        token = tokens.too_deep(tokens.meaningful(query))
    except tokens.UnreadableError:
        return  # the engine says better what is wrong
    if token is not None:
        message = f"line {tokens.line(query, token.start)}: more than {tokens.DEEPEST} brackets inside each other, or signs in a row"
        raise GremiennetzError(f"the query cannot be answered: {message}")


class StoreEngine(Engine):
    """Queries on an Oxigraph store; the default graph is the union of all named graphs."""

    def __init__(self, store: ox.Store, *, on_disk: bool = False) -> None:
        self.store, self.on_disk = store, on_disk

    def run(self, query: str) -> Table:
        """Run a query on the store."""
        _not_too_deep(query)
        try:
            result = self.store.query(query, use_default_graph_as_union=True, prefixes=PREFIXES)
            if isinstance(result, ox.QueryBoolean):
                return Table(("answer",), ((ox.Literal(bool(result)),),))
            if isinstance(result, ox.QuerySolutions):
                columns = tuple(variable.value for variable in result.variables)
                return Table(columns, tuple(map(tuple, result)))
            return Table(("subject", "predicate", "object"), tuple((item.subject, item.predicate, item.object) for item in result))
        except SyntaxError as error:
            raise GremiennetzError(f"the query is no SPARQL: {_one_line(error)}") from None
        except (OSError, ValueError, RuntimeError) as error:
            raise GremiennetzError(f"the query cannot be answered: {_one_line(error)}") from None


def local_engine(root: Root, *, people: bool = True) -> StoreEngine:
    """Return the engine for the graph of a root: the store on disk, made anew when the graph has changed, opened for reading only.

    Where the folder ``build`` cannot be written, the graph is loaded into memory instead, and a warning is logged.
    Raises ``GremiennetzError`` when there is no graph, or one that is not Turtle.
    """
    try:
        return StoreEngine(ox.Store.read_only(str(store.on_disk(root, people=people))), on_disk=True)
    except OSError as error:
        _log.warning("no store on disk, the graph is loaded into memory: %s", error)
        return StoreEngine(store.in_memory(root, people=people))


def parse_value(parameter: Parameter, given: str, library: Library, engine: Engine) -> ox.NamedNode | ox.Literal:
    """Turn what the user gave for a parameter into an RDF term of its type.

    Raises ``UnknownNameError`` for a value that is not among the allowed ones, with near ones, and for one that is not of the type.
    """
    if parameter.values:
        return _allowed(parameter, given, ask(library.get(parameter.values), engine))
    try:
        if parameter.type == "string":
            return ox.Literal(given)
        if parameter.type == "integer" and re.fullmatch(r"[+-]?[0-9]{1,18}", given):
            return integer(int(given))
        if parameter.type == "decimal" and re.fullmatch(r"[+-]?[0-9]{1,18}([.,][0-9]{1,9})?", given):
            return decimal(Decimal(given.replace(",", ".")))
        if parameter.type == "date" and re.fullmatch(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?", given):
            dt.date.fromisoformat(given if len(given) > 4 else f"{given}-01-01")
            return date(given)
        if parameter.type == "iri" and re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", given):
            return ox.NamedNode(given)
    except ValueError:
        pass  # an impossible date, an IRI or a text that Unicode does not allow: said below like every other wrong value
    raise UnknownNameError(f"{parameter.name}={given!r} is no {parameter.type}{_HOW.get(parameter.type, '')}")


_HOW = {"decimal": ", such as 1500.50", "date": ", such as 2026-12-31 or 2026", "iri": ", such as https://w3id.org/gremiennetz/id/body/x"}


def _allowed(parameter: Parameter, given: str, allowed: Table) -> ox.NamedNode | ox.Literal:
    """Return the allowed value that somebody means: by its IRI or id, else by its label, else by a code or another name that it has."""
    further = [index for index, column in enumerate(allowed.columns) if column in ("code", "other")]
    ranks: tuple[dict[str, set[ox.NamedNode | ox.Literal]], ...] = (defaultdict(set), defaultdict(set), defaultdict(set))
    names: list[str] = []
    values = set()
    for row in allowed.rows:
        value = row[0]
        if not isinstance(value, ox.NamedNode | ox.Literal):
            continue
        values.add(value)
        for name in (value.value, shown(value), shown(value).rsplit("/", 1)[-1]):
            ranks[0][name.casefold()].add(value)
        for rank, cells in ((ranks[1], row[1:2]), (ranks[2], [row[index] for index in further])):
            for cell in filter(None, map(shown, cells)):
                rank[cell.casefold()].add(value)
                names.append(cell)
    for found in (*(rank.get(given.casefold(), set()) for rank in ranks), ranks[0].get(slug(given), set())):
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise UnknownNameError(f"{parameter.name}={given!r} has several meanings: {', '.join(sorted(map(shown, found)))}")
    near = near_names(given, names)
    hint = f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    raise UnknownNameError(f"{parameter.name}={given!r} is none of the {len(values)} allowed values{hint} (gremiennetz query {parameter.values})")


def ask(query: Query, engine: Engine, terms: Mapping[str, ox.NamedNode | ox.Literal] = {}) -> Table:
    """Run a query of the library with terms for its parameters; the parts of cells that hold several values come in order.

    The rows are sorted here wherever the keys are columns, so that they come in the same order from every engine. It is also faster: Oxigraph looks
    both texts up in its store for each comparison, which on disk takes ten times as long as all the rest of a long list.
    """
    return _listed(engine.run(query.for_engine(terms, on_disk=engine.on_disk)), query.lists).in_order(query.order)


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
    return ask(query, engine, terms)


def _listed(table: Table, lists: Mapping[str, str]) -> Table:
    separators = [lists.get(column) for column in table.columns]

    def ordered(value: Value, separator: str | None) -> Value:
        if separator is None or not isinstance(value, ox.Literal):
            return value
        return ox.Literal(separator.join(sorted(part for part in value.value.split(separator) if part)))

    return Table(table.columns, tuple(tuple(map(ordered, row, separators)) for row in table.rows)) if lists else table
