"""The words of a SPARQL text: the terminals of the grammar, and where each one stands.

Not a parser: it tells keywords from what only looks like one (in a comment, a string, an IRI, a variable, a prefixed name), which is all that is
needed to refuse a keyword, to find the prefixes in use, or to leave the comments out. SPARQL 1.2 as Oxigraph reads it is included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from gremiennetz.errors import GremiennetzError

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_RUN = r"(?:[\w\u00b7\-]++|\.++(?=[\w\u00b7\-]))*+"
_LOCAL = r"[\w:\u00b7]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# Possessive quantifiers, and no looking ahead further than a character: the time is linear in the length, however hostile the text.
_TERMINALS = re.compile(
    rf"""
    (?P<space>[ \t\r\n]++)
  | (?P<comment>\#[^\r\n]*+)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+>)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
             | \"(?!\"\")(?:[^"\\\r\n]|\\[^\r\n])*+\" | '(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+')
  | (?P<variable>[?$][\w\u00b7]++)
  | (?P<blank>_:\w{_RUN})
  | (?P<language>@[A-Za-z]++(?:-{{1,2}}[A-Za-z0-9]++)*+)
  | (?P<run>[^\W\d_]{_RUN})?+(?P<name>:(?:(?:{_LOCAL})(?:{_LOCAL}|-|\.++(?=-|{_LOCAL}))*+)?+)
  | (?P<words>[^\W\d_]{_RUN})
  | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
  | (?P<word>\w++)
  | (?P<mark><<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@attrs.frozen
class Token:
    """A terminal: its kind (a name of a group above), its text and the position of its first character."""

    kind: str
    text: str
    start: int


class UnreadableError(GremiennetzError):
    """A text in which a string has no end."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the terminals of a SPARQL text, white space and comments included. Raises ``UnreadableError`` for a string without an end."""
    for match in _TERMINALS.finditer(text):
        kind = match.lastgroup or "mark"
        if kind == "words":  # what might have been the prefix of a name, had a colon followed: words, hyphens and full stops
            for part in re.finditer(r"\w+|.", match[0]):
                yield Token("mark" if len(part[0]) == 1 and not re.match(r"\w", part[0]) else "word", part[0], match.start() + part.start())
            continue
        if kind == "mark" and match[0] in "\"'":
            raise UnreadableError(f"line {line(text, match.start())}: the string that begins here has no end")
        yield Token(kind, match[0], match.start())


def line(text: str, position: int) -> int:
    """Return the number of the line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def decoded(text: str) -> str:
    r"""Return a text with its code point escapes replaced (SPARQL 1.1, section 19.2).

    >>> decoded(r"SERV\u0049CE")
    'SERVICE'
    """
    return re.sub(_ESCAPE, lambda found: chr(code) if (code := int(found[0].lstrip("\\uU"), 16)) < 0x110000 else found[0], text)


def without_comments(text: str) -> str:
    """Return a SPARQL text without its comments.

    >>> without_comments('# one\\nASK { ?s ?p "#no" } # two').strip()
    'ASK { ?s ?p "#no" }'
    """
    return "".join("" if token.kind == "comment" else token.text for token in tokens(text))


def meaningful(text: str) -> list[Token]:
    """Return the terminals of a text without white space and comments."""
    return [token for token in tokens(text) if token.kind not in {"space", "comment"}]


FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def first_word(items: list[Token]) -> Token | None:
    """Return the word that says what a text does: the first one behind ``PREFIX``, ``BASE`` and ``VERSION``."""
    return next((token for token in items if token.kind == "word" and token.text.upper() not in {"PREFIX", "BASE", "VERSION"}), None)


def form(items: list[Token]) -> str | None:
    """Return the form of a query, or nothing for what is no query."""
    word = first_word(items)
    # a parser without a lexer, such as Oxigraph's, takes SELECTDISTINCT for two words
    return next((name for name in FORMS if word is not None and word.text.upper().startswith(name)), None)


def with_prefixes(text: str, known: dict[str, str]) -> str:
    """Return a query with a declaration in front for each known prefix that it uses and does not declare."""
    items = meaningful(text)
    declared: set[str] = set()
    used: set[str] = set()
    for before, token in zip([None, *items], items, strict=False):
        if token.kind == "name":
            prefix = token.text.split(":", 1)[0]
            (declared if before is not None and before.kind == "word" and before.text.upper() == "PREFIX" else used).add(prefix)
    return "".join(f"PREFIX {prefix}: <{known[prefix]}>\n" for prefix in sorted(used - declared) if prefix in known) + text


def columns(text: str) -> list[str]:
    """Return the names of the columns of a SELECT query that names them.

    >>> columns("SELECT DISTINCT ?unit (COUNT(?x) AS ?bodies) WHERE { ?x ?y ?z }")
    ['unit', 'bodies']
    """
    found, depth, before = [], 0, ""
    items = iter(meaningful(text))
    for token in items:
        if token.kind == "word" and token.text.upper() == "SELECT":
            break
    for token in items:
        if token.text == "{":
            break
        depth += (token.text == "(") - (token.text == ")")
        if token.kind == "variable" and (depth == 0 or (depth == 1 and before == "AS")):
            found.append(token.text[1:])
        before = token.text.upper()
    return found


DEEPEST = 64
"""Brackets inside brackets, or signs in a row. Deeper texts make a parser that calls itself run out of stack, which ends the whole process."""

_OPEN = frozenset({"(", "{", "[", "<<"})
_CLOSE = frozenset({")", "}", "]", ">>"})
_SIGNS = frozenset("!+-^")


def too_deep(items: Iterable[Token]) -> Token | None:
    """Return the word at which a text is deeper than ``DEEPEST``, or ``None``."""
    depth = row = 0
    for token in items:
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        row = row + 1 if token.kind == "mark" and token.text in _SIGNS else 0
        if max(depth, row) > DEEPEST:
            return token
    return None
