"""Records: a city's table as files that people wrote by reading, one row of the table per record.

A set lies in ``data/records/<set>/``: ``dataset.toml`` (city, document), ``units.csv``, any number of tables of records, ``persons.csv`` and
``ledger.csv``. Columns and their meaning: docs/records.md. Reading a set reports the problems of all its files at once.
"""

from gremiennetz.records.model import (
    FACT_COLUMNS,
    LEDGER_COLUMNS,
    PERSON_COLUMNS,
    PLACE_COLUMNS,
    RECORD_COLUMNS,
    TABLE_COLUMNS,
    TEXT_COLUMNS,
    UNCERTAIN_COLUMNS,
    UNIT_COLUMNS,
    Cell,
    Dataset,
    Facts,
    Mention,
    Place,
    Record,
    Unit,
)
from gremiennetz.records.proof import check_ledger
from gremiennetz.records.read import read_dataset, read_datasets
from gremiennetz.records.settings import HTTP, read_settings, setting

__all__ = (
    "FACT_COLUMNS",
    "HTTP",
    "LEDGER_COLUMNS",
    "PERSON_COLUMNS",
    "PLACE_COLUMNS",
    "RECORD_COLUMNS",
    "TABLE_COLUMNS",
    "TEXT_COLUMNS",
    "UNCERTAIN_COLUMNS",
    "UNIT_COLUMNS",
    "Cell",
    "Dataset",
    "Facts",
    "Mention",
    "Place",
    "Record",
    "Unit",
    "check_ledger",
    "read_dataset",
    "read_datasets",
    "read_settings",
    "setting",
)
