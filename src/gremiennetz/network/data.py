"""What the page shows, read from the graph with a few queries of the library and turned into one value that JSON can hold.

Texts stay texts: nothing here is HTML. Things are named by the last part of their IRI (``unit/musterstadt-buergeramt``), which also stands in the
address of a view, so that a link to it can be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from gremiennetz.graph.terms import PREFIXES
from gremiennetz.query import Library, StoreEngine, ask

BASE = "https://w3id.org/gremiennetz/id/"
DECIDING = frozenset({"unit", "name", "umbrella"})
"""The columns that decide whether a unit takes part in a body: an overlap is firm if it holds without the records that are uncertain here."""

_QUERIES = ("things", "participations", "costs", "records")
"""What the page knows, one row per value; apart, because an engine sorts four short lists much faster than one long one."""
_COLUMNS = ("umbrella", "name", "status", "reach", "participation", "purpose", "cost")
_WORDS = ("umbrella", "name", "status", "participation", "cost")

Values = dict[str, list[str]]
Json = dict[str, Any]


def payload(store: ox.Store, library: Library) -> Json:
    """Return everything that the page knows, read from a store. What the store does not hold (people, for the public), the page does not know."""
    engine = StoreEngine(store)
    things = _things(row for name in _QUERIES for row in ask(library.get(f"network/{name}"), engine).rows)
    rows = ask(library.get("network/terms"), engine).texts()
    used = {value for kind in things.values() for values in kind.values() for many in values.values() for value in many}
    terms = {short(term): [german, english or german] for term, german, english in ((row[0], row[1], row[2]) for row in rows)}
    seats = [_seat(key, values) for key, values in things["gn:Seat"].items()]
    return {
        "sets": [_set(key, values, things) for key, values in things["dcat:Dataset"].items()],
        "terms": {key: labels for key, labels in terms.items() if key in used or key.startswith("column/")},
        "places": {key: _label(values, key) for key, values in things["gn:Municipality"].items()},
        "inhabitants": {key: counted for key, values in things["gn:Municipality"].items() if (counted := _inhabitants(values))},
        "units": [_unit(key, values, things["gn:Unit"]) for key, values in things["gn:Unit"].items()],
        "bodies": [_body(key, values) for key, values in things["gn:Body"].items()],
        "parts": [part for key, values in things["gn:Participation"].items() if (part := _participation(key, values, things))],
        "persons": {key: _label(values, key) for key, values in things["foaf:Person"].items()},
        "seats": [seat for seat in seats if seat],
    }


def short(value: str) -> str:
    """Return an IRI as the page names it: a thing by the end of its IRI, a concept as ``scheme/name``, anything else as it is.

    >>> short("https://w3id.org/gremiennetz/id/unit/musterstadt-buergeramt")
    'unit/musterstadt-buergeramt'
    """
    for base in (BASE, PREFIXES["vocab"]):
        if value.startswith(base):
            return value.removeprefix(base)
    return value.removeprefix("vocab:")


def _things(rows: Iterable[tuple[Any, ...]]) -> defaultdict[str, dict[str, Values]]:
    """Return class → thing → property → values, in the order of the query; English texts stand apart, under ``property@en``."""
    found: defaultdict[str, dict[str, Values]] = defaultdict(dict)
    for kind, thing, name, value in rows:
        values = found[_prefixed(kind.value)].setdefault(short(thing.value), defaultdict(list))[_prefixed(name.value)]
        if isinstance(value, ox.Literal) and value.language == "en":
            found[_prefixed(kind.value)][short(thing.value)].setdefault(f"{_prefixed(name.value)}@en", []).append(value.value)
        else:
            values.append(short(value.value))
    return found


@lru_cache(maxsize=256)
def _prefixed(value: str) -> str:
    for prefix, base in PREFIXES.items():
        if value.startswith(base):
            return f"{prefix}:{value.removeprefix(base)}"
    return value


def _first(values: Values, *names: str) -> str:
    return next((values[name][0] for name in names if values.get(name)), "")


def _label(values: Values, key: str) -> str:
    return _first(values, "skos:prefLabel", "foaf:name", "dct:title", "rdfs:label", "skos:prefLabel@en", "dct:title@en") or key


def _filled(**values: Any) -> Json:
    """Leave out what is empty: the page reads a missing field as nothing, and the file stays small."""
    return {key: value for key, value in values.items() if value or isinstance(value, float)}


def _set(key: str, values: Values, things: dict[str, dict[str, Values]]) -> Json:
    document = things["gn:Document"].get(_first(values, "prov:wasDerivedFrom"), {})
    return _filled(
        id=key,
        title=_label(values, key),
        english=_first(values, "dct:title@en"),
        place=_first(values, "dct:subject"),
        document=_label(document, ""),
        year=_first(document, "dct:issued"),
        licence=_first(document, "dct:rights"),
    )


def _inhabitants(values: Values) -> Json:
    number = _first(values, "gn:inhabitants")
    return _filled(n=int(number) if number.isdigit() else 0, on=_first(values, "gn:inhabitantsOn"), source=_first(values, "gn:inhabitantsSource"))


def _unit(key: str, values: Values, units: dict[str, Values]) -> Json:
    division = _first(values, "gn:division") or key
    top = _first(units.get(division, {}), "org:unitOf")
    return _filled(
        id=key,
        label=_label(values, key),
        code=_first(values, "skos:notation"),
        kind=_first(values, "org:classification"),
        parent=_first(values, "org:unitOf"),
        division=division,
        place="" if top in units else top,
        note=_first(values, "skos:editorialNote"),
    )


def _body(key: str, values: Values) -> Json:
    return _filled(
        id=key,
        label=_label(values, key),
        alt=values.get("skos:altLabel", []),
        kind=_first(values, "org:classification"),
        form=_first(values, "gn:legalForm"),
        up=_first(values, "org:subOrganizationOf"),
        fields=values.get("gn:policyField", []),
        note=_first(values, "skos:editorialNote"),
    )


def _participation(key: str, values: Values, things: dict[str, dict[str, Values]]) -> Json | None:
    unit, body = _first(values, "org:member"), _first(values, "org:organization")
    if unit not in things["gn:Unit"] or body not in things["gn:Body"]:
        return None
    record = things["gn:Record"].get(_first(values, "prov:wasDerivedFrom"), {})
    uncertain = [column.removeprefix("column/") for column in record.get("gn:uncertainColumn", [])]
    period = things["dct:PeriodOfTime"].get(key, {})
    words = {column: _first(record, f"gn:source{column.capitalize()}") for column in _WORDS}
    lines = {column: _first(record, f"gn:lines{column.capitalize()}") for column in _COLUMNS}
    costs = [(name, things["gn:CostStatement"].get(name, {})) for name in values.get("gn:costStatement", [])]
    return _filled(
        id=key.removeprefix("participation/"),
        unit=unit,
        body=body,
        set=_first(values, "dct:isPartOf"),
        roles=values.get("org:role", []),
        status=values.get("gn:status", []),
        reach=values.get("gn:reach", []),
        purpose=_first(values, "gn:purpose"),
        period=_first(period, "rdfs:label"),
        until=_first(period, "dcat:endDate"),
        ends=bool(period.get("dcat:endDate") or period.get("time:hasXSDDuration")),
        record=_first(record, "dct:identifier"),
        file=_first(record, "gn:file"),
        row=_first(record, "gn:row"),
        lines=_first(record, "gn:sourceLines"),
        cells={name: text for name, text in words.items() if text},
        at={name: text for name, text in lines.items() if text},
        unsure=uncertain,
        loose=bool(DECIDING.intersection(uncertain)),
        note=_first(record, "gn:note"),
        costs=[_cost(statement) for _, statement in sorted(costs)],
    )


def _cost(values: Values) -> Json:
    return _filled(
        label=_label(values, ""),
        amount=_number(_first(values, "gn:amount")),
        upto=_number(_first(values, "gn:amountUpTo")),
        exact=_first(values, "gn:exactness").removeprefix("exactness/"),
        kind=_first(values, "gn:costKind"),
        year=_first(values, "gn:referenceYear"),
        rare=_first(values, "gn:notYearly") == "true",
        text=_first(values, "gn:statementText"),
    )


def _number(value: str) -> float | None:
    """Return an amount for the browser, whose numbers are binary: cents survive, sums are rounded to cents there."""
    return float(value) if value else None


def _seat(key: str, values: Values) -> Json | None:
    person, body = _first(values, "org:member"), _first(values, "org:organization")
    if not person or not body:
        return None
    return _filled(
        id=key.removeprefix("seat/"),
        person=person,
        body=body,
        unit=_first(values, "gn:onBehalfOf"),
        role=_first(values, "gn:roleText"),
        roles=values.get("org:role", []),
        lines=_first(values, "gn:sourceLines"),
    )
