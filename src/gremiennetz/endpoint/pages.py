"""The pages of a package, served over HTTP by the rules that ``export.servers`` writes for nginx and Apache.

A package is served as it lies on disk, so that the endpoint answers with the bytes that any other web server would send. A package that takes the
place of another is noticed with the next request; each answer is made of one package, never of two, and of one whose profile may be served.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import attrs

from gremiennetz.errors import GremiennetzError
from gremiennetz.export.folder import MANIFEST, is_package
from gremiennetz.export.package import read_manifest
from gremiennetz.export.servers import FILES, Routes, way
from gremiennetz.export.site import FORMATS, relative

DEFAULT = "export"
"""Where below ``build/`` a package lies unless ``--pages`` names another one."""

_PLAIN = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*", re.ASCII)
_TEXTS = {**FORMATS, **FILES, "css": "text/css", "txt": "text/plain", "xml": "application/xml", "json": "application/json"}
_OTHERS = {"zip": "application/zip", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_LONGEST_ACCEPT = 1000
_BLOCK = 1 << 18
_TRIES = 3


@attrs.frozen
class Reply:
    """What is answered: a head, and a file that whoever sends it has to close."""

    status: int
    headers: dict[str, str]
    text: str = ""
    file: BinaryIO | None = None

    def blocks(self) -> Iterator[bytes]:
        """Yield the content of the file and close it."""
        if self.file is None:
            raise TypeError(self)
        with self.file as source:
            while block := source.read(_BLOCK):
                yield block


@attrs.frozen
class _Package:
    mark: tuple[int, int]
    routes: Routes
    problem: str = ""
    """Why this package is not served, or empty."""


class Pages:
    """A package on disk. Safe to use from several threads."""

    def __init__(self, folder: Path, *, public: bool) -> None:
        """``public`` refuses a package with people. Raises ``GremiennetzError`` for a folder that is no package, or one that may not be served."""
        if not is_package(folder):
            raise GremiennetzError(f"{folder} is no package of an export: it has no {MANIFEST}; make one with: gremiennetz export --out {folder}")
        self.folder, self.public = folder, public
        self._lock = threading.Lock()
        self._package = self._load(_mark(folder))
        if self._package.problem:
            raise GremiennetzError(self._package.problem)

    def answer(self, path: str, accept: str, seen: str = "") -> Reply:
        """Answer a request for a path (begins with a slash); ``seen`` is the mark of the version that the client has."""
        for _ in range(_TRIES):
            package = self._current()
            if package is None:
                break
            if package.problem:
                return Reply(503, {"Retry-After": "60"}, package.problem)
            reply = self._answer(package, path.removeprefix("/"), accept[:_LONGEST_ACCEPT], seen)
            if _mark(self.folder) == package.mark:
                return reply
            if reply.file is not None:  # the package was replaced meanwhile: what was opened may be of the one or the other
                reply.file.close()
        return Reply(503, {"Retry-After": "2"}, "the pages are being replaced; try again shortly")

    def _answer(self, package: _Package, address: str, accept: str, seen: str) -> Reply:
        found = way(address, accept, package.routes)
        if found.status in {301, 303}:
            # a relative address is right wherever a proxy shows this server
            return Reply(found.status, {"Location": quote(relative(found.target, address), safe="/-._~")}, f"see {found.target}")
        opened = self._open(found.target)
        if opened is None:
            gone = found.status == 410
            return Reply(410 if gone else 404, {}, "this id was published once and is no more" if gone else "there is nothing here")
        file, size, changed = opened
        ending = found.target.rpartition(".")[2]
        etag = f'W/"{package.mark[1]:x}-{changed:x}-{size:x}-{ending}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Last-Modified": formatdate(changed / 1e9, usegmt=True)}
        if found.negotiated:
            headers |= {"Vary": "Accept", "Content-Location": f"{address.rpartition('/')[2]}.{ending}"}
        if found.status == 200 and etag in {part.strip() for part in seen.split(",")}:
            file.close()
            return Reply(304, headers)
        kind = f"{_TEXTS[ending]}; charset=utf-8" if ending in _TEXTS else _OTHERS.get(ending, "application/octet-stream")
        return Reply(found.status, {**headers, "Content-Type": kind, "Content-Length": str(size)}, file=file)

    def _open(self, name: str) -> tuple[BinaryIO, int, int] | None:
        """Open a file of the package; nothing for a name that is none, that is hidden, or that could lead elsewhere."""
        if not _PLAIN.fullmatch(name):
            return None
        path = self.folder / name
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
                return None
            file = path.open("rb")
        except OSError:
            return None
        state = path.stat()
        return file, state.st_size, state.st_mtime_ns

    def _current(self) -> _Package | None:
        """Return the package that lies in the folder now; nothing while there is none."""
        mark = _mark(self.folder)
        if mark is None:
            return None
        with self._lock:
            if self._package.mark != mark:
                self._package = self._load(mark)
            return self._package

    def _load(self, mark: tuple[int, int] | None) -> _Package:
        if mark is None:
            raise GremiennetzError(f"{self.folder} cannot be read")
        try:
            profile = read_manifest(self.folder)["profile"]
            if self.public and profile != "public":
                problem = f"{self.folder.name} is an {profile} package with persons, which the public profile does not serve"
                return _Package(mark, Routes({}, {}, ()), problem)
            return _Package(mark, Routes.read(self.folder))
        except GremiennetzError as error:
            return _Package(mark, Routes({}, {}, ()), f"the pages cannot be read: {error}")


def _mark(folder: Path) -> tuple[int, int] | None:
    """Return what tells one package from the next at the same place: an export moves a new folder there."""
    try:
        state = folder.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


def find(build: Path, wanted: Path | None, *, public: bool, told: Callable[[str], None]) -> Pages | None:
    """Return the pages of the wanted package, else those below ``build``, else nothing; ``told`` gets the line that says which, or why none.

    Raises ``GremiennetzError`` for a wanted package that cannot be served.
    """
    folder = wanted or build / DEFAULT
    if wanted is None and not is_package(folder):
        told(f"no pages per thing yet; make them with: gremiennetz export --out {folder.as_posix()}")
        return None
    try:
        return Pages(folder, public=public)
    except GremiennetzError as error:
        if wanted is not None:
            raise
        told(f"no pages per thing: {error}")
        return None
