"""What becomes of the rows of a list: records, rejects, and rows that are skipped for a reason."""

from __future__ import annotations

from collections import Counter

import attrs

from gremiennetz.ingest.rows import SourceRow


@attrs.define
class Draft:
    """A record that has no id yet."""

    values: dict[str, str]
    """By column of ``TABLE_COLUMNS``, without ``record``."""
    row: SourceRow
    given: str = ""
    """The id or running number that the list itself gives."""


@attrs.frozen
class Reject:
    """A row that cannot be placed: why, and what would be right."""

    row: SourceRow
    reason: str
    wanted: str


@attrs.define
class Outcome:
    """What became of all rows."""

    drafts: list[Draft] = attrs.field(factory=list)
    rejects: list[Reject] = attrs.field(factory=list)
    skipped: Counter[str] = attrs.field(factory=Counter)
    """Reason → how many rows."""
    rows: int = 0
    placed: int = 0
    """Rows that gave records; one row can give several."""
    unread: tuple[str, ...] = ()

    def closed(self) -> bool:
        """Say whether every row that was read is accounted for."""
        return self.rows == self.placed + len(self.rejects) + self.skipped.total()
