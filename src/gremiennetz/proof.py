"""The proof that a set of records is what its source says, told in one sentence per set: by words for a document, by rows for a table."""

from __future__ import annotations

import attrs

from gremiennetz.errors import GremiennetzError, Problem
from gremiennetz.ledger import Balance
from gremiennetz.places import Root
from gremiennetz.records import Dataset, check_ledger


@attrs.frozen
class Proof:
    """What was proven of one set."""

    dataset: Dataset
    problems: list[Problem]
    balance: Balance | None = None
    """Word by word, for a transcribed document; a table has none."""

    def sentence(self) -> str:
        """Return the proof in German, for the overview and whoever builds."""
        rows = f"{len(self.dataset.records)} Tabellenzeilen"
        if self.balance is not None:
            return f"{self.balance.used} von {self.balance.total} Wörtern der Quelle genau einmal verwendet, {rows}"
        return f"{rows} und der Ausschuss sind, was die Zuordnung aus der Quelle liest"


def prove(root: Root, dataset: Dataset) -> Proof:
    """Prove one set: every word of a document is used exactly once; a table gives the same records when it is read again.

    Raises ``GremiennetzError`` when the libraries that read tables are not installed.
    """
    if dataset.kind == "text":
        balance, problems = check_ledger(dataset)
        return Proof(dataset, problems, balance)
    try:
        from gremiennetz.ingest import recheck  # noqa: PLC0415 - a city without tables needs no libraries for them
    except ModuleNotFoundError as error:
        message = f"data/records/{dataset.id} was read from a table; checking it needs {error.name}: pip install 'gremiennetz[ingest]'"
        raise GremiennetzError(message) from None
    return Proof(dataset, recheck(root, dataset.id))
