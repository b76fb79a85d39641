"""The graph in a notebook: open it, look through the library of queries, ask one of them or one of your own.

>>> from gremiennetz import open_graph
>>> graph = open_graph()                                     # the folder that holds data/; by default the current one
>>> [query.name for query in graph.queries("overlap")][:2]
['overlap/between', 'overlap/division-pairs']
>>> shared = graph.ask("overlap/shared-bodies", units=2)     # values by name, checked like on the command line
>>> shared.columns[:4]
('body', 'label', 'count', 'firm')
>>> all(row["count"] >= 2 for row in shared.to_dicts())      # numbers, booleans and dates are typed
True
>>> graph.run("SELECT (COUNT(*) AS ?units) { ?unit a gn:Unit }").columns
('units',)

A data frame is one line; the package depends on neither library::

    pandas.DataFrame(shared.to_dicts(), columns=shared.columns)
    polars.DataFrame(shared.to_dicts(), infer_schema_length=None)
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import attrs

from gremiennetz.errors import UnknownNameError
from gremiennetz.graph.terms import PREFIXES
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, Query, Table, answer, local_engine

PROFILES = ("internal", "public")


@attrs.frozen
class Graph:
    """A graph that can be asked; ``open_graph`` makes it."""

    library: Library
    engine: Engine

    def queries(self, folder: str = "") -> list[Query]:
        """Return the queries of the library, or those of one folder such as ``overlap``: with name, title, description and parameters."""
        return [query for query in self.library if not folder or query.name.startswith(f"{folder}/")]

    def ask(self, name: str, **values: object) -> Table:
        """Ask a query of the library, with values for its parameters as text, number or date.

        Raises ``UnknownNameError`` for a query, a parameter or a value that does not exist, with near ones.

        >>> open_graph().ask("overlap/shared-bodys")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        gremiennetz.errors.UnknownNameError: there is no query 'overlap/shared-bodys'; did you mean overlap/shared-bodies ...
        """
        given = {key: f"{value:f}" if isinstance(value, Decimal) else str(value) for key, value in values.items() if value is not None}
        return answer(self.library.get(name), given, self.library, self.engine)

    def run(self, sparql: str) -> Table:
        """Run SPARQL of your own: SELECT, ASK, CONSTRUCT or DESCRIBE. The prefixes of ``prefixes`` need not be declared.

        Raises ``GremiennetzError`` for text that is no SPARQL query; the graph cannot be changed this way.
        """
        return self.engine.run(sparql)

    @property
    def prefixes(self) -> dict[str, str]:
        """Return the prefixes that every query may use."""
        return dict(PREFIXES)


def open_graph(root: str | os.PathLike[str] = ".", profile: str = "internal") -> Graph:
    """Open the graph of a folder that holds ``data/``; ``profile="public"`` leaves every natural person out.

    The store lies in ``build/`` and is made anew when the graph has changed since. Raises ``GremiennetzError`` when there is no graph,
    and ``UnknownNameError`` for another profile.
    """
    if profile not in PROFILES:
        raise UnknownNameError(f"there is no profile {profile!r}; wanted: {' or '.join(PROFILES)}")
    place = Root(Path(root))
    return Graph(Library(place.shipped("queries")), local_engine(place, people=profile == "internal"))
