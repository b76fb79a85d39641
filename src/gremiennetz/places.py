"""Where things lie: the data below a root, and the folders that ship with the package unless the root has its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gremiennetz.errors import GremiennetzError

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = ("ontology", "shapes", "queries", "viz")


@dataclass(frozen=True)
class Root:
    """A folder with ``data/`` below it; by default the current one."""

    path: Path

    @property
    def records(self) -> Path:
        """Return the folder of the sets of records."""
        return self.path / "data" / "records"

    @property
    def source(self) -> Path:
        """Return the folder of the documents as received."""
        return self.path / "data" / "source"

    @property
    def register(self) -> Path:
        """Return the folder of the register."""
        return self.path / "data" / "register"

    @property
    def turtle(self) -> Path:
        """Return the folder of the generated graph."""
        return self.path / "data" / "ttl"

    @property
    def build(self) -> Path:
        """Return the folder of what is built and not committed."""
        return self.path / "build"

    def shipped(self, folder: str) -> Path:
        """Return a folder of ontology, shapes, queries or templates: the root's own, else the one that came with the package."""
        if folder not in SHIPPED:
            raise ValueError(folder)
        for candidate in (self.path / folder, _PACKAGE / "shipped" / folder, _PACKAGE.parent.parent / folder):
            if candidate.is_dir():
                return candidate
        raise GremiennetzError(f"the folder {folder} is neither below {self.path} nor in the installed package; install gremiennetz again")

    def datasets(self) -> list[str]:
        """Return the names of the sets of records, in order."""
        if not self.records.is_dir():
            raise GremiennetzError(f"no data/records below {self.path}; go to the folder that holds data/, or name it with --root")
        # a folder that lost its dataset.toml is told when it is read; it is not passed over
        names = sorted(entry.name for entry in self.records.iterdir() if entry.is_dir() and entry.name[0] != "." and any(entry.iterdir()))
        if not names:
            raise GremiennetzError(f"no set of records in {self.records}: a set is a folder with a dataset.toml")
        return names
