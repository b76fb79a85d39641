"""Gremiennetz: the knowledge graph of municipal networks.

A city's list of committees, associations and networks becomes RDF that can be trusted down to the source line. The command line
(``gremiennetz --help``) is the main way in; from Python the library is small on purpose:

>>> import gremiennetz
>>> gremiennetz.__version__
'0.1.0'
"""

__version__ = "0.1.0"
