"""Gremiennetz: the knowledge graph of municipal networks.

A city's list of committees, associations and networks becomes RDF that can be trusted down to the source line. The command line
(``gremiennetz --help``) is the main way in; from Python, and in notebooks, ``open_graph`` is (``gremiennetz.notebook`` shows how):

>>> import gremiennetz
>>> gremiennetz.__version__
'0.1.0'
>>> gremiennetz.open_graph().ask("quality/inventory").columns
('thing', 'count')
"""

__version__ = "0.1.0"

from gremiennetz.errors import GremiennetzError, InputError, UnknownNameError
from gremiennetz.notebook import Graph, open_graph
from gremiennetz.query import Library, Parameter, Query
from gremiennetz.results import Table

__all__ = ["Graph", "GremiennetzError", "InputError", "Library", "Parameter", "Query", "Table", "UnknownNameError", "__version__", "open_graph"]
