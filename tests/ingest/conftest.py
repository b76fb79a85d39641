"""What the tests of ingest share: a city with three offices, and lists of any kind to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pytest

from gremiennetz.errors import InputError
from gremiennetz.files import write_text
from gremiennetz.ingest import sets
from gremiennetz.places import Root

DATASET = """[dataset]
id = "stadt-2026"
title.de = "Stadt"
title.en = "City"
base = "https://example.org/"

[municipality]
id = "stadt"
label = "Stadt"

[document]
id = "liste"
title = "Liste"
file = "liste.csv"
kind = "table"
year = 2026
"""
UNITS = """unit,label,code,kind,parent,lines,oparl,note
hauptamt,Hauptamt,10,office,,,,
umweltamt,Umweltamt,36,office,,,,
tiefbauamt,Tiefbauamt,66,office,,,,
"""
MAPPING = """[columns]
name = "Gremium"
cost = "Kosten"
[unit]
from = "column"
columns = "Amt"
"""


@attrs.frozen
class City:
    """A root with one set, and ways to read a list for it."""

    root: Root

    @property
    def folder(self) -> Path:
        return self.root.records / "stadt-2026"

    def mapping(self, text: str) -> Path:
        path = self.root.path / "mapping.toml"
        write_text(path, text)
        return path

    def file(self, content: str | bytes, name: str = "liste.csv") -> Path:
        path = self.root.path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def read(self, content: str | bytes | Path, mapping: str = MAPPING, name: str = "liste.csv") -> sets.Reading:
        path = content if isinstance(content, Path) else self.file(content, name)
        return sets.interpreted(self.root, "stadt-2026", path, self.mapping(mapping), path.name)

    def write(self, content: str | bytes | Path, mapping: str = MAPPING) -> sets.Reading:
        path = content if isinstance(content, Path) else self.file(content)
        reading = self.read(path, mapping)
        sets.write(self.root, "stadt-2026", reading, path, self.root.path / "mapping.toml")
        return reading

    def refused(self, content: str | bytes | Path, mapping: str = MAPPING) -> str:
        with pytest.raises(InputError) as caught:
            self.read(content, mapping)
        return str(caught.value)


@pytest.fixture
def city(tmp_path: Path) -> City:
    root = Root(tmp_path / "city")
    write_text(root.records / "stadt-2026" / "dataset.toml", DATASET)
    write_text(root.records / "stadt-2026" / "units.csv", UNITS)
    return City(root)


@pytest.fixture
def table() -> Callable[[Sequence[dict[str, str]], str], list[tuple[str, ...]]]:
    """Return what gives some columns of records."""
    return lambda records, columns: [tuple(record[column] for column in columns.split()) for record in records]
