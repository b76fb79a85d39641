"""``python -m gremiennetz`` is the command ``gremiennetz``."""

from gremiennetz.cli import main

main()
