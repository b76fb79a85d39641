"""What a query may not do: change anything, make the server fetch something, or ask for graphs that are not ours.

The engine is opened read-only, so this is the second lock for changes; for ``SERVICE`` it is the only one, as Oxigraph follows it, to loopback too.
Oxigraph's parser reads characters, not words: it takes ``trueSERVICE:x`` for ``true SERVICE :x``. So a word is refused that holds ``SERVICE``
anywhere, and so is a prefix that does. The text is looked at as it stands and with its code point escapes replaced.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection

import attrs

from gremiennetz import tokens
from gremiennetz.errors import GremiennetzError
from gremiennetz.tokens import Token, UnreadableError

UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})


class RefusedError(GremiennetzError):
    """A query that is understood and not allowed; ``reason`` is a short name for the statistics."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class MalformedError(GremiennetzError):
    """A text that is no query."""


@attrs.frozen
class Plan:
    """A query that may run."""

    form: str
    """``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``."""
    graphs: tuple[str, ...] = ()
    """What ``FROM`` names. Oxigraph ignores ``FROM`` when the default graph is the union, so the dataset is handed over by the protocol."""
    named: tuple[str, ...] = ()
    """What ``FROM NAMED`` names."""


def check(query: str, graphs: Collection[str]) -> Plan:
    """Return how a query may run, given the named graphs that there are.

    Raises ``RefusedError`` with the word and its line, or ``MalformedError``.
    """
    plan = _check(query, graphs)
    other = tokens.decoded(query)
    if other != query:
        # malformed is no matter here: an engine that replaces escapes first finds it so as well, for one that does not the text above counts
        with contextlib.suppress(MalformedError):
            _check(other, graphs)
    return plan


def _check(query: str, graphs: Collection[str]) -> Plan:
    try:
        items = tokens.meaningful(query)
    except UnreadableError as error:
        raise MalformedError(f"the query is no SPARQL: {error}") from None
    _no_forbidden_word(query, items)
    _not_too_deep(query, items)
    form = tokens.form(items)
    if form is None:
        word = tokens.first_word(items)
        found = f"line {tokens.line(query, word.start)}: {word.text[:40]!r}" if word else "nothing"
        raise MalformedError(f"the query is no SPARQL: wanted {', '.join(tokens.FORMS)}, found {found}")
    default, named = _dataset(query, items, graphs)
    return Plan(form, default, named)


def _no_forbidden_word(query: str, items: list[Token]) -> None:
    for token in items:
        if token.kind == "word":
            word = token.text.upper()
        elif token.kind == "name":
            word = token.text.split(":", 1)[0].upper()
        else:
            continue
        if "SERVICE" in word:
            shown = token.text[:40]
            hint = "" if word == "SERVICE" else f" (in {shown!r}; choose another prefix)" if token.kind == "name" else f" (in {shown!r})"
            raise RefusedError("service", f"{_where(query, token)}: SERVICE is refused, this endpoint asks no other server{hint}")
        if token.kind == "word" and word in UPDATES:
            raise RefusedError("update", f"{_where(query, token)}: {word} is refused, this endpoint is read-only")


def _where(query: str, token: Token) -> str:
    return f"line {tokens.line(query, token.start)}"


def _not_too_deep(query: str, items: list[Token]) -> None:
    token = tokens.too_deep(items)
    if token is not None:
        raise RefusedError("depth", f"{_where(query, token)}: more than {tokens.DEEPEST} brackets inside each other, or signs in a row")


def _dataset(query: str, items: list[Token], graphs: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    default: list[str] = []
    named: list[str] = []
    for index, token in enumerate(items):
        word = token.text.upper() if token.kind == "word" else token.text.split(":", 1)[0].upper() if token.kind == "name" else ""
        if not word.startswith("FROM") or word not in {"FROM", "FROMNAMED"}:
            continue
        rest = items[index + 1 : index + 3]
        is_named = word == "FROMNAMED"
        if rest and rest[0].text.upper() == "NAMED":
            is_named, rest = True, rest[1:]
        if token.kind == "name" or not rest or rest[0].kind != "iri":
            raise RefusedError("from", f"{_where(query, token)}: behind FROM the full IRI of a graph is wanted, in angle brackets")
        (named if is_named else default).append(known_graph(rest[0].text[1:-1], graphs, _where(query, token)))
    return tuple(default), tuple(named)


def known_graph(iri: str, graphs: Collection[str], where: str) -> str:
    """Return the IRI of a graph that is ours. Raises ``RefusedError`` for another."""
    if iri not in graphs:
        raise RefusedError("from", f"{where}: there is no graph <{iri[:200]}> here; there are {', '.join(f'<{graph}>' for graph in sorted(graphs))}")
    return iri
