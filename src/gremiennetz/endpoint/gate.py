"""The gate in front of the engine, where queries wait for their turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from gremiennetz.endpoint.limits import Limits


class BusyError(Exception):
    """No turn for this query now."""


class Gate:
    """Lets a number of queries run, has some more wait for a while, and turns the rest away at once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = anyio.Semaphore(limits.running)
        self.waiting = 0
        self.running = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises ``BusyError`` when too many wait, or when the wait is too long."""
        if self.waiting >= self._limits.waiting:
            raise BusyError
        self.waiting += 1
        try:
            with anyio.fail_after(self._limits.patience):
                await self._turns.acquire()
        except TimeoutError:
            raise BusyError from None
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._turns.release()
