"""Templates: HTML from ``viz/``, with every value escaped."""

from __future__ import annotations

import jinja2

from gremiennetz.graph.build import german_amount
from gremiennetz.places import Root


def environment(root: Root) -> jinja2.Environment:
    """Return the template environment: autoescape always on, an undefined name is an error, numbers the German way."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root.shipped("viz"), encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["euro"] = german_amount
    made.filters["number"] = lambda value: f"{int(value):,}".replace(",", ".")
    return made
