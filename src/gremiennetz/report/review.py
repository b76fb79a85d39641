"""The review list (Prüfliste): memberships worth a second look, each with its reasons. It recommends nothing.

Criteria and weights are visible in the report and set in ``dataset.toml``, table ``[review.weights]``; a weight of 0 switches a criterion
off. ``[review] costly_factor`` says from which multiple of the median of its kind of body an amount counts as high.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from gremiennetz.errors import InputError, Problem
from gremiennetz.report.data import Cost, Participation, ReportData, median_by_kind

DEFAULT_WEIGHTS: Mapping[str, int] = {"paid_twice": 3, "dormant": 3, "expired": 3, "costly": 2, "umbrella_is_member": 1, "no_benefit": 1}
CRITERIA: Mapping[str, str] = {
    "paid_twice": "Mehrere Einheiten geben für dasselbe Gremium einen Betrag an",
    "dormant": "Die Mitwirkung ist laut Quelle nicht aktiv, beendet oder verneint",
    "expired": "Die genannte Befristung liegt vor dem Jahr der Liste oder endet in ihm",
    "costly": "Der Betrag liegt deutlich über dem Median der Art von Gremium",
    "umbrella_is_member": "Die Einheit sitzt in einer Untergliederung, deren Dachverband schon über eine andere Einheit Mitglied ist",
    "no_benefit": "Die Quelle nennt kein Ziel und keinen Nutzen",
}
DORMANT = frozenset({"dormant", "ended", "none"})


@attrs.frozen
class Settings:
    """Weights of the criteria, and from which multiple of the median an amount counts as high."""

    weights: Mapping[str, int] = attrs.field(factory=lambda: dict(DEFAULT_WEIGHTS))
    costly_factor: Decimal = Decimal(5)


@attrs.frozen
class Item:
    """One membership on the list."""

    participation: Participation
    reasons: tuple[tuple[str, str], ...]
    """Criterion and what was found."""
    weight: int
    reserve: bool
    """Whether a reason hangs on an uncertain cell."""


def read_settings(dataset: Mapping[str, Any], file: str) -> Settings:
    """Read ``[review]`` of ``dataset.toml``. Raises ``InputError`` for a criterion or value that does not exist."""
    review = dataset.get("review", {})
    weights = dict(DEFAULT_WEIGHTS)
    problems = []
    for name, value in review.get("weights", {}).items():
        if name not in weights:
            problems.append(Problem(file, f"is no criterion; wanted one of: {', '.join(weights)}", column=f"review.weights.{name}"))
        elif not isinstance(value, int) or isinstance(value, bool) or value < 0:
            problems.append(Problem(file, f"holds {value!r}; wanted a whole number from 0", column=f"review.weights.{name}"))
        else:
            weights[name] = value
    factor = review.get("costly_factor", 5)
    if not isinstance(factor, int | float) or isinstance(factor, bool) or factor <= 1:
        problems.append(Problem(file, f"holds {factor!r}; wanted a number above 1", column="review.costly_factor"))
    if problems:
        raise InputError(problems)
    return Settings(weights, Decimal(str(factor)))


def review(data: ReportData, settings: Settings) -> list[Item]:
    """Return the list, those with the most weight first."""
    medians = median_by_kind(data.costs)
    costs: dict[str, list[Cost]] = {}
    for cost in data.costs:
        costs.setdefault(cost.record, []).append(cost)
    twice = {record: item.label for item in data.double_payments if item.scope == "Gremium" for record in item.records}
    members: dict[str, set[str]] = {}
    for item in data.participations:
        members.setdefault(item.body, set()).add(item.unit)
    found = []
    for item in data.participations:
        reasons = [
            (name, text)
            for name, text in _reasons(item, data, costs.get(item.record, []), medians, settings, twice, members)
            if settings.weights[name]
        ]
        if reasons:
            reserve = bool(set(item.uncertain) & {_DECIDES[name] for name, _ in reasons if name in _DECIDES})
            found.append(Item(item, tuple(reasons), sum(settings.weights[name] for name, _ in reasons), reserve))
    return sorted(found, key=lambda entry: (-entry.weight, entry.participation.unit, entry.participation.record))


_DECIDES: Mapping[str, str] = {
    "paid_twice": "Kosten pro Jahr", "costly": "Kosten pro Jahr", "dormant": "Status", "expired": "Status", "umbrella_is_member": "Dachverband",
    "no_benefit": "Ziele und Nutzen",
}  # fmt: skip


def _reasons(
    item: Participation,
    data: ReportData,
    costs: list[Cost],
    medians: Mapping[str, Decimal],
    settings: Settings,
    twice: Mapping[str, str],
    members: Mapping[str, set[str]],
) -> Iterator[tuple[str, str]]:
    state = data.states.get(item.record)
    if item.record in twice:
        yield "paid_twice", f"auch andere Einheiten zahlen für „{twice[item.record]}“"
    if state and DORMANT & set(state.names):
        yield "dormant", f"Status: {', '.join(state.labels)}"
    if state and state.end and state.end[:4] <= data.year:
        yield "expired", f"Befristung: {state.period}"
    for cost in costs:
        usual = medians.get(cost.body_kind)
        if cost.amount and cost.yearly and usual and cost.amount >= settings.costly_factor * usual:
            yield "costly", f"{cost.label}; Median der Art „{cost.body_kind}“: {usual:.2f} Euro".replace(".", ",")
    others = members.get(item.umbrella, set()) - {item.unit}
    if item.umbrella and others:
        yield "umbrella_is_member", f"„{item.umbrella_label}“ ist Mitgliedschaft von: {', '.join(sorted(others))}"
    if not item.purpose:
        yield "no_benefit", "Zelle „Ziele/Nutzen“ ist leer"
