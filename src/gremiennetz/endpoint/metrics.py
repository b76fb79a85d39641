"""Numbers about the endpoint in the text format of Prometheus, and its log: JSON lines without personal data.

Neither holds the text of a query or the address of a client. A query is named by its length and the beginning of its SHA-256.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import threading
import traceback
from collections import Counter
from typing import TextIO

BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """Counts queries by outcome, and how long they took."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds = 0.0
        self._bytes = 0

    def query(self, outcome: str, seconds: float, size: int) -> None:
        """Count a query: ``ok``, or the reason why it was not answered."""
        self._outcomes[outcome] += 1
        self._seconds += seconds
        self._bytes += size
        for bound in BUCKETS:
            self._buckets[bound] += seconds <= bound

    def text(self, gauges: dict[str, tuple[str, str, float]]) -> str:
        """Return all numbers; ``gauges`` are further ones with their kind, meaning and value."""
        total = self._outcomes.total()
        lines = [
            "# HELP gremiennetz_queries_total Queries by outcome.",
            "# TYPE gremiennetz_queries_total counter",
            *(f'gremiennetz_queries_total{{outcome="{name}"}} {count}' for name, count in sorted(self._outcomes.items())),
            "# HELP gremiennetz_query_seconds Time from the request to the answer.",
            "# TYPE gremiennetz_query_seconds histogram",
            *(f'gremiennetz_query_seconds_bucket{{le="{bound:g}"}} {self._buckets[bound]}' for bound in BUCKETS),
            f'gremiennetz_query_seconds_bucket{{le="+Inf"}} {total}',
            f"gremiennetz_query_seconds_sum {self._seconds:.6f}",
            f"gremiennetz_query_seconds_count {total}",
            "# HELP gremiennetz_result_bytes_total Bytes of results, before compression.",
            "# TYPE gremiennetz_result_bytes_total counter",
            f"gremiennetz_result_bytes_total {self._bytes}",
        ]
        for name, (kind, meaning, value) in gauges.items():
            lines += [f"# HELP gremiennetz_{name} {meaning}", f"# TYPE gremiennetz_{name} {kind}", f"gremiennetz_{name} {value:g}"]
        return "\n".join(lines) + "\n"


class Log:
    """Writes events as JSON lines."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()

    def __call__(self, event: str, **values: object) -> None:
        """Write an event with its values."""
        line = json.dumps({"time": dt.datetime.now(tz=dt.UTC).isoformat(timespec="milliseconds"), "event": event, **values}, ensure_ascii=False)
        with self._lock:
            print(line, file=self._stream, flush=True)


class ServerLog(logging.Handler):
    """Hands what uvicorn logs to our log: its message and, for an error, where it happened; not the error's own words, which may quote a query."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        values: dict[str, object] = {"level": record.levelname.lower(), "message": record.getMessage()[:200]}
        if record.exc_info and record.exc_info[0] is not None:
            frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])]
            values |= {"error": record.exc_info[0].__name__, "where": frames[-5:]}
        self._log("server", **values)
