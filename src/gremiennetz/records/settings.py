"""``dataset.toml``: which city, which document, and what the export says about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gremiennetz.errors import InputError, Problem
from gremiennetz.files import read_toml
from gremiennetz.records.model import SLUG

HTTP = re.compile(r"https?://[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*(?::\d{1,5})?(?:/[\w.~!$&'()*+,;=:@/-]*)?(?:\?[\w.~!$&'()*+,;=:@/?-]*)?", re.ASCII)
"""An http(s) address as files may name one: plain ASCII without percent signs, so that it is an IRI to every library."""

_SETTINGS: tuple[tuple[str, type, str], ...] = (
    ("dataset.id", str, "the name of the folder"),
    ("dataset.title.de", str, "a German title"),
    ("dataset.title.en", str, "an English title"),
    ("dataset.base", str, "the base of the IRIs, ending in /"),
    ("municipality.id", str, "a short id such as musterstadt"),
    ("municipality.label", str, "the city's official name"),
    ("document.id", str, "a short id of the document"),
    ("document.title", str, "the document's title"),
    ("document.file", str, "its file in data/source"),
    ("document.year", int, "the year the list describes"),
)
_OPTIONAL = (
    ("document.licence", str, "the terms under which the document may be used"),
    ("document.kind", str, "text (transcribed by reading) or table (read through a mapping)"),
    ("dataset.revises", str, "the older set of the same city that this one follows"),
    ("municipality.inhabitants.number", int, "how many people live in the city"),
    ("municipality.inhabitants.on", str, "the day of that number, such as 2024-12-31"),
    ("municipality.inhabitants.source", str, "who counted, and where it is published"),
)
DOCUMENT_KINDS = ("text", "table")


_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def setting(settings: dict[str, Any], path: str) -> Any:
    """Return a value of ``dataset.toml`` by its dotted path, or ``None``."""
    value: Any = settings
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def read_settings(folder: Path) -> dict[str, Any]:
    """Read and check ``dataset.toml``. Raises ``InputError`` with everything that is missing."""
    shown = f"data/records/{folder.name}/dataset.toml"
    settings = read_toml(folder / "dataset.toml", shown)
    problems: list[Problem] = []

    def check(path: str, fits: Callable[[Any], bool], wanted: str) -> None:
        value = setting(settings, path)
        if value is not None and not any(problem.column == path for problem in problems) and not fits(value):
            problems.append(Problem(shown, f"holds {value!r}; wanted: {wanted}", column=path))

    for path, kind, meaning in (*_SETTINGS, *_OPTIONAL):
        if setting(settings, path) is None and (path, kind, meaning) not in _OPTIONAL:
            problems.append(Problem(shown, f"is missing: {meaning}", column=path))
        check(path, partial(_filled, kind), meaning)
    check("dataset.base", lambda value: bool(HTTP.fullmatch(value)) and value.endswith("/") and "?" not in value, "an http(s) IRI that ends in /")
    check("document.year", lambda value: 1000 <= value <= 9999, "a year of four digits")
    check("document.file", _below, "a file in data/source, such as list.txt")
    check("document.kind", lambda value: value in DOCUMENT_KINDS, " or ".join(DOCUMENT_KINDS))
    check("municipality.inhabitants.number", lambda value: value > 0, "a number above 0")
    check("municipality.inhabitants.on", lambda value: bool(_DAY.fullmatch(value)), "a day such as 2024-12-31")
    counted = setting(settings, "municipality.inhabitants")
    if counted is not None:
        given = counted if isinstance(counted, dict) else {}
        missing = [key for key in ("number", "on", "source") if key not in given]
        problems += [
            Problem(shown, "is missing; a number of inhabitants has its day and its source", column=f"municipality.inhabitants.{key}")
            for key in missing
        ]
    for path in ("dataset.id", "dataset.revises", "municipality.id", "document.id"):
        check(path, lambda value: bool(SLUG.fullmatch(value)), "lower-case letters, digits and hyphens")
    check("dataset.id", lambda value: value == folder.name, f"the folder's name, {folder.name!r}")
    if problems:
        raise InputError(problems)
    return settings


def _filled(kind: type, value: object) -> bool:
    """Say whether a value is of a kind and no blank text; a truth value is no number, though Python takes it for one."""
    return type(value) is kind and str(value).strip() != ""


def _below(file: str) -> bool:
    """Say whether a path stays below its folder, on every system."""
    parts = file.split("/")
    return not re.search(r'[\x00-\x1f\\:*?"<>|]', file) and ".." not in parts and all(parts)
