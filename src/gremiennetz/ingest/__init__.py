"""Bring your own list: a city's table becomes a set of records through a mapping file, and ``recheck`` proves later that it still does.

Rooms, from the file to the set: ``rows`` (with ``delimited``, ``spreadsheet``, ``paper``, ``unruled``, ``web``) gives rows of texts with their
place; ``mapping`` and ``header`` say which column is what; ``cells`` and ``interpret`` make records (an ``outcome``); ``ids`` names
them; ``sets`` writes them; ``proof`` reads them once more.
``guess`` proposes a mapping, ``starter`` lays out a new city.
"""

from __future__ import annotations

from gremiennetz.ingest.proof import recheck

__all__ = ("recheck",)
