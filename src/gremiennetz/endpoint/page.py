"""The query page: the YASGUI that the Oxigraph program carries, with the queries of the library to choose from and the prefixes filled in.

Everything comes from this gateway; the page's policy forbids the browser to ask anybody else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import attrs
from markupsafe import Markup

from gremiennetz import __version__
from gremiennetz.endpoint.engine import OxigraphServer
from gremiennetz.files import read_text
from gremiennetz.graph.terms import PREFIXES
from gremiennetz.places import Root
from gremiennetz.query import Library
from gremiennetz.templates import environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_CARRIED = {"yasgui.min.js": "text/javascript", "yasgui.min.css": "text/css"}
_OURS = {"query.js": "text/javascript", "query.css": "text/css"}


@attrs.frozen
class Asset:
    """A file that is held in memory."""

    body: bytes
    media: str
    headers: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def etag(self) -> str:
        """Return the mark by which a browser knows that it has the file."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def assets(root: Root, server: OxigraphServer, profile: str) -> dict[str, Asset]:
    """Return the query page and what it loads, by path."""
    found = {f"/query/{name}": Asset(server.get(f"/{name}"), media) for name, media in _CARRIED.items()}
    folder = root.shipped("viz") / "endpoint"
    found |= {f"/query/{name}": Asset(read_text(folder / name, f"viz/endpoint/{name}").encode(), media) for name, media in _OURS.items()}
    page = environment(root).get_template("endpoint/query.html.jinja").render(version=__version__, profile=profile, data=_as_script(_data(root)))
    return {"/query": Asset(page.encode(), "text/html", {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}), **found}


def _data(root: Root) -> dict[str, Any]:
    groups: dict[str, list[dict[str, str]]] = {}
    for query in Library(root.shipped("queries")):
        shown = {"name": query.name, "title": query.title["de"], "description": query.description["de"], "text": query.text}
        groups.setdefault(query.name.split("/", 1)[0], []).append(shown)
    return {"groups": groups, "prefixes": PREFIXES}


def _as_script(data: object) -> Markup:
    """Return JSON that can stand in a script element: without the characters that could end it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text))  # noqa: S704 - no markup is left in it
