"""Content negotiation (RFC 9110, section 12.5.1) between what a client accepts and what the engine can write."""

from __future__ import annotations

import re

from gremiennetz.errors import GremiennetzError

RESULTS = {
    "application/sparql-results+json": ("application/json",),
    "application/sparql-results+xml": ("application/xml", "text/xml"),
    "text/csv": (),
    "text/tab-separated-values": (),
}
"""Media types of SELECT and ASK, the preferred one first, with the other names they answer to."""

GRAPHS = {
    "text/turtle": ("application/turtle", "application/x-turtle"),
    "application/n-triples": ("text/plain",),
    "application/ld+json": ("application/json",),
    "application/rdf+xml": ("application/xml", "text/xml"),
}
"""Media types of CONSTRUCT and DESCRIBE."""

_TOKEN = r"[\w!#$%&'*+.^`|~-]+"  # noqa: S105 - a token of HTTP, nothing secret
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})((?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|\"[^\"\\]*\"))*)", re.ASCII)
_QUALITY = re.compile(r";\s*q=([^;\s]*)", re.IGNORECASE)


class NotAcceptableError(GremiennetzError):
    """No representation fits what the client accepts, or what it says cannot be read."""


def choose(accept: str | None, offered: dict[str, tuple[str, ...]]) -> str:
    """Return the offered media type that a client likes best.

    Raises ``NotAcceptableError`` with the types on offer.

    >>> choose("text/csv;q=0.5, application/xml", RESULTS)
    'application/sparql-results+xml'
    """
    ranges = _ranges(accept, offered) if accept and accept.strip(" ,") else {"*/*": 1.0}
    best, liked = "", 0.0
    for media, aliases in offered.items():
        named = [ranges[alias] for alias in aliases if alias in ranges]  # a range such as text/* means what is sent, not what it may be called
        quality = max([_quality(media, ranges), *named])
        if quality > liked:
            best, liked = media, quality
    if not best:
        raise NotAcceptableError(f"none of the accepted media types can be written here; on offer: {', '.join(offered)}")
    return best


def _ranges(accept: str, offered: dict[str, tuple[str, ...]]) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for raw in accept[:4000].split(","):
        part = raw.strip()
        if not part:
            continue  # RFC 9110, section 5.6.1: empty elements of a list are ignored
        match = _RANGE.fullmatch(re.sub(r"^\*(?!/)", "*/*", part))  # "*" alone is what old Java clients send
        quality = _QUALITY.search(match[3]) if match else None
        if match is None or (quality and not re.fullmatch(r"(0(\.\d{0,3})?|1(\.0{0,3})?|\.\d{1,3})", quality[1])):
            raise NotAcceptableError(f"the Accept header cannot be read at {part[:60]!r}; on offer: {', '.join(offered)}")
        name = f"{match[1]}/{match[2]}".lower()
        ranges[name] = max(ranges.get(name, 0.0), float(quality[1]) if quality else 1.0)
    return ranges


def _quality(media: str, ranges: dict[str, float]) -> float:
    """Return how much a media type is liked; the more specific range decides."""
    for name in (media, f"{media.split('/', 1)[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
