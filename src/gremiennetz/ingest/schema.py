"""JSON Schemas: the one rule of what a mapping and a dataset file may hold, and German messages for what breaks it.

The schemas lie in ``shapes/schema`` and carry a German description of every key; editors show it, and so does a message about the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from gremiennetz.errors import Problem
from gremiennetz.places import Root

NAMES = ("mapping", "dataset")


def schema(root: Root, name: str) -> dict[str, Any]:
    """Return a schema (``NAMES``) as it ships."""
    found: dict[str, Any] = json.loads((root.shipped("shapes") / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def problems(root: Root, name: str, data: dict[str, Any], shown: str) -> list[Problem]:
    """Return what breaks the schema, in the order of the file's keys; ``shown`` is what messages call the file."""
    validator = Draft202012Validator(schema(root, name), format_checker=FormatChecker(formats=["regex", "date"]))
    errors = sorted(validator.iter_errors(data), key=lambda error: ([str(part) for part in error.absolute_path], str(error.validator)))
    return [Problem(", ".join(filter(None, (shown, _path(error)))), text) for error in errors for text in _messages(error, validator)]


def _path(error: ValidationError) -> str:
    parts = ""
    for part in error.absolute_path:
        parts += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return parts.lstrip(".")


def _messages(error: ValidationError, validator: Draft202012Validator) -> Iterator[str]:
    here: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        given = list(error.instance) if isinstance(error.instance, dict) else []
        known = sorted(here.get("properties", {}))
        for key in (key for key in given if key not in known):
            near = get_close_matches(key, known, n=1)
            hint = f"gemeint ist vielleicht {near[0]}" if near else f"möglich sind: {', '.join(known)}"
            yield f"„{key}“ ist unbekannt; {hint}"
    elif error.validator == "required":
        instance: dict[str, Any] = dict(error.instance) if isinstance(error.instance, dict) else {}
        for key in error.validator_value if isinstance(error.validator_value, list) else []:
            if key not in instance:
                yield f"„{key}“ fehlt: {_description(_property(error, key, validator.schema), validator)}"
    else:
        yield f"{_short(error.instance)} passt nicht; erwartet: {_description(here, validator) or error.message}"


def _property(error: ValidationError, key: str, root: Any) -> dict[str, Any]:
    """Return the schema of a missing key; a condition (``then``) names only the key, a section around it describes it."""
    found: dict[str, Any] = {}
    for step in (None, *error.absolute_schema_path):
        if step is not None:
            if isinstance(root, dict) and "$ref" in root and step not in root:
                break
            root = root[step]
        if isinstance(root, dict) and key in root.get("properties", {}):
            found = root["properties"][key]
    return found


def _description(here: dict[str, Any], validator: Draft202012Validator) -> str:
    if "description" in here:
        return str(here["description"])
    reference = str(here.get("$ref", ""))
    if reference.startswith("#/$defs/") and isinstance(validator.schema, dict):
        return str(validator.schema["$defs"][reference.removeprefix("#/$defs/")].get("description", ""))
    return ""


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
