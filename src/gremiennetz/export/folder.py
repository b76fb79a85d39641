"""The folder that a package is written to: no path leads out of it, and it takes the old package's place only when it is complete."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gremiennetz.errors import GremiennetzError

MANIFEST = "package.json"
"""The file by which a folder is known as a package."""


class Folder:
    """A package while it is written; files are written as they come, none is kept in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made: set[str] = set()
        self.count = 0

    def write(self, name: str, text: str) -> None:
        """Write a UTF-8 file below the folder. Raises ``ValueError`` for a name that could lead elsewhere, or that is taken."""
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", name, re.ASCII) or ".." in name.split("/") or "." in name.split("/"):
            raise ValueError(name)
        folder = name.rpartition("/")[0]
        if folder not in self._made:
            (self.path / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        with (self.path / name).open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
        self.count += 1


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target`` and put it in its place when all went well.

    A folder that is there already gives way only if it is empty or a package. Raises ``GremiennetzError`` for any other, and where nothing
    can be written.
    """
    if target.exists() and not is_package(target) and (not target.is_dir() or any(target.iterdir())):
        raise GremiennetzError(f"{target} is there and is no package of an export; name an empty or a new folder with --out")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise GremiennetzError(f"{target} cannot be written: {error.strerror}") from None
    try:
        yield beside / "new"
        (beside / "new").chmod(0o755)
        if target.exists():
            target.replace(beside / "old")
        (beside / "new").replace(target)
    except OSError as error:
        if not target.exists() and (beside / "old").exists():
            (beside / "old").replace(target)
        raise GremiennetzError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def is_package(path: Path) -> bool:
    """Say whether a folder is a package."""
    return (path / MANIFEST).is_file()
