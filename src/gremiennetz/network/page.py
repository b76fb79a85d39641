"""The page itself: data, layout, our template, vis-network out of the installed pyvis, all in one file that asks nothing of the network.

The content-security-policy names our style and our scripts by their hashes and forbids everything else, so a text from the data could not run
even if it became markup; and it never does, because the script writes texts with ``textContent`` only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyvis
from markupsafe import Markup
from pyvis.network import Network

from gremiennetz import __version__
from gremiennetz.errors import GremiennetzError
from gremiennetz.files import read_text, read_toml, write_text
from gremiennetz.graph import store as stores
from gremiennetz.graph.chosen import of_sets
from gremiennetz.lists import listed, lists
from gremiennetz.network.data import payload
from gremiennetz.network.layout import layout
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine
from gremiennetz.templates import environment

SCRIPTS = ("model.js", "scene.js", "graph.js", "panels.js", "exports.js", "app.js")
"""Our scripts, in the order in which they build on each other."""

OPTIONS = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"physics": False, "labelHighlightBold": False},
    "edges": {"smooth": False, "selectionWidth": 0, "hoverWidth": 0.6},
    "interaction": {"dragNodes": True, "hover": True, "hideEdgesOnDrag": False, "selectConnectedEdges": False, "tooltipDelay": 100, "zoomSpeed": 0.7},
}


def write(root: Root, profile: str, path: Path, dataset: str | None = None, store: ox.Store | None = None) -> Path:
    """Write the page of a root for a profile (``internal``, or ``public`` without any person) and return where it lies.

    The graph is that of the root, unless a store of the profile is given. The page shows one chosen set, or the newest list of each city.
    Raises ``GremiennetzError`` when there is no graph or no such set.
    """
    graph = stores.in_memory(root, people=profile == "internal") if store is None else store
    write_text(path, html(root, graph, profile, dataset))
    return path


def html(root: Root, store: ox.Store, profile: str, dataset: str | None = None) -> str:
    """Return the page for a store, which for the public profile must have been filled without people."""
    folder = root.shipped("viz") / "network"
    texts = read_toml(folder / "texts.toml", "viz/network/texts.toml")
    queries = Library(root.shipped("queries"))
    known = lists(queries, StoreEngine(store))
    chosen = [listed(known, dataset).id] if dataset is not None else [item.id for item in known.values() if item.newest]
    # two years of a city in one picture would show everything twice
    data = payload(of_sets(store, chosen) if len(chosen) < len(known) else store, queries)
    data |= {"layout": layout(data), "profile": profile, "version": __version__, "texts": texts}
    network = _network(data)
    data["layout"]["wide"]["nodes"] = {node["id"]: [node["x"], node["y"]] for node in network.nodes}
    data["options"] = network.options
    ours = "\n".join(read_text(folder / name, f"viz/network/{name}") for name in SCRIPTS)
    script = _inside_script(f'(() => {{\n"use strict";\n{ours}}})();')
    library = _inside_script(_vis("vis-network.min.js"))
    style = _inside_style(_vis("vis-network.css") + read_text(folder / "page.css", "viz/network/page.css"))
    policy = (
        f"default-src 'none'; script-src {_hashed(library)} {_hashed(script)}; style-src {_hashed(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return (
        environment(root)
        .get_template("network/page.html.jinja")
        .render(
            policy=policy,
            version=__version__,
            texts=texts["de"],
            titles=", ".join(item["title"] for item in data["sets"]),
            source=", ".join(item["document"] for item in data["sets"] if "document" in item),
            payload=Markup(as_script(data)),  # noqa: S704 - as_script leaves no character that could end the element
            library=Markup(library),  # noqa: S704 - pyvis' own file, with </script broken up
            script=Markup(script),  # noqa: S704 - our own files
            style=Markup(style),  # noqa: S704 - our own file and pyvis'
        )
    )


def as_script(data: object) -> str:
    """Return JSON that can stand in a script element: no ``<``, ``>``, ``&`` and no line separators that old parsers trip over.

    >>> as_script({"a": "</script>"})
    '{"a":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return re.sub("[<>&\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _network(data: dict[str, Any]) -> Network:
    """Return the first sight as a pyvis network: nodes at their places, and vis-network's options.

    pyvis writes no HTML here: its own page loads Bootstrap from the web and takes titles for HTML. The edges are drawn by the page, which knows
    the filters; the labels stay in the data, where they are plain text.
    """
    network = Network(directed=True, cdn_resources="in_line")
    for key, (x, y) in data["layout"]["wide"]["nodes"].items():
        network.add_node(key, label=key, x=x, y=y, physics=False)
    network.set_options(json.dumps(OPTIONS))
    return network


def _vis(name: str) -> str:
    """Return a file of vis-network as the installed pyvis carries it, the newest version; without the pointer to a source map."""
    folder = Path(pyvis.__file__).parent
    found = sorted(folder.glob(f"templates/lib/vis-*/{name}")) or sorted(folder.glob(f"lib/vis-*/{name}"))
    if not found:
        raise GremiennetzError(f"the installed pyvis in {folder} carries no {name}; install the version that requirements.lock names")
    newest = max(found, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)])
    return re.sub(r"(?m)^(//|/\*)# sourceMappingURL=.*$", "", newest.read_text(encoding="utf-8"))


def _inside_script(text: str) -> str:
    return re.sub(r"<(?=/script|script|!--)", r"\\x3c", text, flags=re.IGNORECASE).replace("\r\n", "\n")


def _inside_style(text: str) -> str:
    if "</style" in text.lower():
        raise GremiennetzError("a style of the network page would end its own element: it holds </style")
    return text.replace("\r\n", "\n")


def _hashed(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
