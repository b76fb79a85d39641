"""Configuration of web servers: a thing's IRI redirects (303) to the document about it, and the document comes in the form the client asks for.

nginx, Apache and ``gremiennetz serve`` follow the same rules: media types are looked for in ``Accept`` by falling weight, in steps of a tenth, and
HTML is the answer where nothing fits. Hosts that can do neither have every form by its ending, and ``id/…``, ``vocab/…`` pages that lead on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.export.site import FORMATS
from gremiennetz.files import read_text

TYPES = {
    "html": ("text/html", "application/xhtml+xml"),
    "ttl": ("text/turtle", "application/x-turtle"),
    "jsonld": ("application/ld+json", "application/json"),
    "nt": ("application/n-triples", "text/plain"),
}
"""Ending → what clients call it; the first ending wins where several have the same weight."""

_WILD = (("ttl", r"application/rdf\+xml"), ("html", r"text/\*"), ("jsonld", r"application/\*"), ("html", r"\*/\*"))
"""Looked for last at each weight. Who asks for RDF/XML reads Turtle too, and there is no RDF/XML of single things."""

_WHOLE = r"1(?:\.0*)?"
FILES = {"trig": "application/trig", "rdf": "application/rdf+xml", "gexf": "application/xml", "csv": "text/csv"}


@attrs.frozen
class Routes:
    """Addresses, relative to the base, that go another way than the general rules."""

    moved: Mapping[str, str]
    """A merged thing's address and document → those of the thing that it is now."""
    odd: Mapping[str, str]
    """Address → document, where the document's name is not made from the address by the general rules."""
    gone: Sequence[str]
    """What was published once and is no more."""

    def text(self) -> str:
        """Return the routes as the file of the package that ``gremiennetz serve`` reads."""
        return json.dumps({"moved": dict(self.moved), "odd": dict(self.odd), "gone": list(self.gone)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, package: Path) -> Routes:
        """Read the routes of a package. Raises ``InputError``."""
        name = f"{package.name}/{ROUTES}"
        try:
            found = json.loads(read_text(package / ROUTES, name))
            moved, odd, gone = dict[str, str](found["moved"]), dict[str, str](found["odd"]), list[str](found["gone"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError([Problem(name, f"is no list of routes ({error}); export again")]) from None
        if not all(isinstance(part, str) for part in (*moved, *moved.values(), *odd, *odd.values(), *gone)):
            raise InputError([Problem(name, "is no list of routes: it holds what is no text; export again")])
        return cls(moved, odd, gone)


ROUTES = "server/routes.json"


@attrs.frozen
class Way:
    """Where a request for an address of a package goes: a status, and the file or the address that belongs to it."""

    status: int
    target: str = ""
    """A file of the package for 200 and 410 (which may not be there), an address relative to the base for 301 and 303."""
    negotiated: bool = False
    """Whether ``Accept`` chose the file."""


def way(address: str, accept: str, routes: Routes) -> Way:
    """Return where a request goes, as the configurations of nginx and Apache say it. ``address`` is relative to the base.

    >>> none = Routes({}, {}, ())
    >>> way("id/body/x", "text/turtle", none).target, way("doc/body/x", "text/turtle", none).target, way("doc/body/", "", none).target
    ('doc/body/x', 'doc/body/x.ttl', 'doc/body/index.html')
    """
    if address in routes.moved:
        return Way(301, routes.moved[address])
    if address in routes.gone:
        return Way(410, f"doc/{address.removeprefix('id/').removeprefix('doc/')}.html")
    room, _, rest = address.partition("/")
    document = routes.odd.get(address) or (rest and f"doc/{rest}" if room == "id" else "")
    if address == "ns" or (room in {"vocab", "graph"} and rest):
        document = f"doc/{address}"
    if document:
        return Way(303, document)
    if room == "doc" and rest and "." not in rest and not rest.endswith("/"):
        return Way(200, f"{address}.{choose(accept)}", negotiated=True)
    return Way(200, f"{address}index.html" if address.endswith("/") or not address else address)


def accepts() -> Iterator[tuple[str, str]]:
    """Yield pattern and ending: the first pattern that an ``Accept`` header matches decides."""
    for weight in (_WHOLE, *(rf"0?\.{tenth}\d*" for tenth in range(9, 0, -1)), r"0?\.0\d*[1-9]\d*"):
        for ending, names in TYPES.items():
            yield _pattern("|".join(re.escape(name).replace(r"\-", "-") for name in names), weight), ending
        for ending, name in _WILD:
            yield _pattern(name, weight), ending


def _pattern(names: str, weight: str) -> str:
    # Other parameters may stand before the weight; without a weight it is 1. Each sign can be matched in one way only, so that no header, however
    # hostile, takes long: a parameter begins with its semicolon and goes to the next one.
    others = r"\s*(?:;(?!\s*q\s*=)[^,;]*)*"
    given = rf";\s*q\s*=\s*{weight}\s*(?:[;,]|$)"
    end = rf"(?:{given}|,|$)" if weight == _WHOLE else given
    return rf"(?:^|,)\s*(?:{names}){others}{end}"


_ACCEPTS = tuple((re.compile(pattern, re.IGNORECASE), ending) for pattern, ending in accepts())


def choose(accept: str) -> str:
    """Return the ending for an ``Accept`` header, as the servers do.

    >>> choose("text/html;q=0.5, text/turtle"), choose("application/ld+json"), choose("")
    ('ttl', 'jsonld', 'html')
    """
    return next((ending for pattern, ending in _ACCEPTS if pattern.search(accept)), "html")


def nginx_http() -> str:
    """Return what belongs into the ``http`` block of nginx."""
    lines = [
        "# nginx, block http: which form of a document a client gets. Include once.",
        "map $http_accept $gremiennetz_ending {",
        "  default html;",
    ]
    lines += [f'  "~*{pattern}" {ending};' for pattern, ending in accepts()]
    return "\n".join([*lines, "}"]) + "\n"


def nginx_site(prefix: str, routes: Routes) -> str:
    """Return what belongs into the ``server`` block of nginx; the package lies below its ``root`` at the path ``prefix``."""
    here = re.escape(prefix)
    types = " ".join(f"{media} {ending};" for ending, media in {**FORMATS, **FILES}.items())
    form = [f"  types {{ {types} }}", "  charset utf-8;", "  charset_types *;", "  add_header X-Content-Type-Options nosniff;"]
    lines = [
        f"# nginx, block server: the package lies below root at {prefix}; nginx-http.conf goes into the block http.",
        f'location ~ "^{here}[.]" {{ return 404; }}',
        *(f'location = "{prefix}{old}" {{ return 301 "{prefix}{new}"; }}' for old, new in routes.moved.items()),
        *(f'location = "{prefix}{old}" {{ return 303 "{prefix}{new}"; }}' for old, new in routes.odd.items()),
        *(f'location = "{prefix}{old}" {{ return 410; }}' for old in routes.gone),
        f'location ~ "^{here}id/(.+)$" {{ return 303 "{prefix}doc/$1"; }}',
        f'location ~ "^{here}(vocab/.+|graph/.+|ns)$" {{ return 303 "{prefix}doc/$1"; }}',
        f'location ~ "^{here}doc/[^.]*[^./]$" {{',
        *form,
        "  add_header Vary Accept;",
        '  add_header Content-Location "$uri";',
        "  try_files $uri.$gremiennetz_ending =404;",
        "}",
        f'location ~ "^{here}.*[.]({"|".join({**FORMATS, **FILES})})$" {{',
        *form,
        "}",
    ]
    return "\n".join(lines) + "\n"


def apache(routes: Routes) -> str:
    """Return the ``.htaccess`` of a package: needs mod_rewrite, mod_setenvif, mod_headers and ``AllowOverride FileInfo``."""
    lines = [
        "# Apache: needs mod_rewrite, mod_setenvif and mod_headers, and AllowOverride FileInfo. It works at any path.",
        "AddDefaultCharset utf-8",
    ]
    lines += [f"AddType {media} .{ending}" for ending, media in {**FORMATS, **FILES}.items()]
    lines += [f"AddCharset utf-8 .{ending}" for ending in {**FORMATS, **FILES}]
    # the last one that fits wins here, so the order is turned round
    lines += ["", *(f'SetEnvIfNoCase Accept "{pattern}" gremiennetz={ending}' for pattern, ending in reversed(list(accepts())))]
    lines += ["", "RewriteEngine On", "RewriteCond %{ENV:gremiennetz} ^$", "RewriteRule ^ - [E=gremiennetz:html]", "", "RewriteRule ^[.] - [R=404,L]"]
    lines += [_rule(f"^{re.escape(old)}$", new, 301) for old, new in routes.moved.items()]
    lines += [_rule(f"^{re.escape(old)}$", new, 303) for old, new in routes.odd.items()]
    lines += [f"RewriteRule ^{re.escape(old)}$ - [G]" for old in routes.gone]
    lines += [
        _rule("^id/(.+)$", "doc/$1", 303),
        "# a vocabulary is a page and a folder at once, and Apache would go for the folder",
        _rule("^vocab/([^/]+)$", "doc/vocab/$1.%{ENV:gremiennetz}", 303),
        _rule("^doc/vocab/([^/.]+)/$", "doc/vocab/$1.%{ENV:gremiennetz}", 303),
        _rule("^(vocab/.+|graph/.+|ns)$", "doc/$1", 303),
        "RewriteCond %{REQUEST_FILENAME}.%{ENV:gremiennetz} -f",
        "RewriteRule ^doc/[^.]*[^./]$ $0.%{ENV:gremiennetz} [L,E=negotiated:$0.%{ENV:gremiennetz}]",
        "",
        "Header merge Vary Accept env=REDIRECT_negotiated",
        'Header set Content-Location "expr=%{REQUEST_URI}" env=REDIRECT_negotiated',
        "Header set X-Content-Type-Options nosniff",
    ]
    return "\n".join(lines) + "\n"


def _rule(pattern: str, target: str, status: int) -> str:
    # the path before the part that the pattern matches is kept, so the package may lie anywhere
    return f"RewriteCond %{{REQUEST_URI}}::$0 ^(.*?/)(.*)::\\2$\nRewriteRule {pattern} %1{target} [R={status},L,NE]"


def redirects(routes: Routes) -> str:
    """Return the file ``_redirects`` that static hosts such as Netlify and Cloudflare Pages read."""
    lines = [f"/{old} /{new} 301" for old, new in routes.moved.items()] + [f"/{old} /{new} 303" for old, new in routes.odd.items()]
    lines += [
        f"/{room} /doc/{target} 303" for room, target in (("id/*", ":splat"), ("vocab/*", "vocab/:splat"), ("graph/*", "graph/:splat"), ("ns", "ns"))
    ]
    return "\n".join(lines) + "\n"
