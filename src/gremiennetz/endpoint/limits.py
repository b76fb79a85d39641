"""What an endpoint lets its users have."""

from __future__ import annotations

import os

import attrs


def _several(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name} has to be 1 or more, not {value}")


@attrs.frozen
class Limits:
    """The limits of an endpoint. Raises ``ValueError`` for one below 1."""

    query_bytes: int = attrs.field(default=64 * 2**10, validator=_several)
    """Longest query, in bytes of UTF-8."""
    result_bytes: int = attrs.field(default=32 * 2**20, validator=_several)
    """Largest result, before compression. Results are held in memory until they are complete."""
    seconds: int = attrs.field(default=30, validator=_several)
    """Longest time for a query in the engine."""
    running: int = attrs.field(factory=lambda: max(2, os.cpu_count() or 2), validator=_several)
    """Most queries in the engine at a time."""
    waiting: int = attrs.field(default=256, validator=_several)
    """Most queries that wait for their turn."""
    patience: int = attrs.field(default=10, validator=_several)
    """Longest wait for a turn, in seconds."""
    memory: int = attrs.field(default=8 * 2**30, validator=_several)
    """Most address space of the engine, in bytes (on Linux)."""

    @property
    def grace(self) -> float:
        """Return the seconds beyond ``seconds`` after which an engine is replaced that has not ended a query by itself."""
        return 1.0
