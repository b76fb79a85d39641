"""Write docs/queries.md: every query of the library with its parameters and its real result on the committed graph.

The results are those of the public profile. Queries that ask for persons run on the whole graph and show how many rows they give, and
nothing of them. ``--check`` writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from itertools import groupby
from pathlib import Path

from gremiennetz.files import read_text, write_text
from gremiennetz.graph import store
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, Query, StoreEngine, Table, answer
from gremiennetz.results import markdown

ROWS = 5
CELL = 90
"""Characters of a cell that are shown."""

_HEAD = """# The query library

<!-- Written by scripts/make_query_docs.py from the headers in queries/ and the graph in data/ttl; edit those, not this page. -->

{count} queries in {folders} folders, each a file of its own that runs as it stands on any SPARQL 1.1 store.

```
gremiennetz query --list                                   all queries
gremiennetz query overlap/shared-bodies --explain          what a query does, its parameters, its text
gremiennetz query overlap/shared-bodies --param units=3 --format csv
gremiennetz query --file my.rq                             a query of your own; --file - reads standard input
```

Formats: `table`, `csv` (for spreadsheets; no cell can start a formula), `json`, `xml` and `tsv` (the W3C formats, for programs), `md`. In Python:
`gremiennetz.open_graph().ask("overlap/shared-bodies", units=3)`, see `gremiennetz.notebook`. How to write your own: [cookbook](cookbook.md),
[Kochbuch](kochbuch.md).

A value for a parameter is its id, its label or its code; a wrong one is answered with near ones. The results below are those of the public
profile on the committed graph, long tables cut. Queries marked *persons* need the internal profile and are shown without their rows.
“firm” means: the overlap holds without the records whose deciding cell is uncertain; otherwise `deciding` names these cells.
"""


def example(query: Query) -> dict[str, str]:
    """Return the values for parameters that the example of a query gives."""
    words = shlex.split(query.example)
    pairs = [word.partition("=") for option, word in zip(words[::2], words[1::2], strict=True) if option == "--param"]
    return {name: value for name, _, value in pairs}


def cut(cell: str) -> str:
    """Return a cell cut to what a page can show."""
    return cell if len(cell) <= CELL else cell[: CELL - 1].rstrip() + "…"


def shown(table: Table) -> str:
    """Return the first rows of a result as Markdown, with the number of the rest."""
    if not table.rows:
        return "No rows.\n"
    rest = len(table) - ROWS
    more = f"\n… and {rest} more rows.\n" if rest > 1 else "\n… and one more row.\n" if rest == 1 else ""
    return markdown(table.columns, [[cut(cell) for cell in row] for row in table.texts()[:ROWS]]) + more


def section(query: Query, library: Library, public: Engine, internal: Engine) -> str:
    """Return what the page says of one query."""
    lines = [f"### {query.name}{' (persons)' if query.people else ''}\n", f"**{query.title['en']}** · **{query.title['de']}**\n"]
    lines += [f"{query.description['en']}\n", f"*{query.description['de']}*\n"]
    for item in query.parameters.values():
        values = f"; values: `{item.values}`" if item.values else ""
        default = f"`{item.default}`" if item.default else "none"
        lines.append(f"- `{item.name}` ({item.type}; default: {default}{values}): {item.description['en']} · *{item.description['de']}*")
    lines += [""] if query.parameters else []
    lines.append(f"```\n{query.command}\n```\n")
    table = answer(query, example(query), library, internal if query.people else public)
    counted = f"{len(table)} rows with the columns {', '.join(f'`{column}`' for column in table.columns)}.\n"
    lines.append(counted if query.people else shown(table))
    return "\n".join(lines)


def page(root: Root) -> str:
    """Return the whole page."""
    library = Library(root.shipped("queries"))
    public, internal = (StoreEngine(store.in_memory(root, people=people)) for people in (False, True))
    folders = {folder: list(items) for folder, items in groupby(library, key=lambda query: query.name.rpartition("/")[0])}
    parts = [_HEAD.format(count=len(library.queries), folders=len(folders))]
    for folder, items in folders.items():
        parts.append(f"## {folder}\n")
        parts += [section(query, library, public, internal) for query in items]
    return "\n".join(parts)


def main() -> None:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1], help="the repository")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the page is stale")
    arguments = parser.parse_args()
    target, text = arguments.root / "docs" / "queries.md", page(Root(arguments.root))
    if not arguments.check:
        write_text(target, text)
    elif not target.exists() or read_text(target) != text:
        sys.exit("docs/queries.md is stale: run scripts/make_query_docs.py")


if __name__ == "__main__":
    main()
