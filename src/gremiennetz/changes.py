"""``gremiennetz diff``: what changed between two lists of one city, asked of the graph, in the forms in which people and programs read it.

What is the same body, the register decides. Where something left and something of a similar name joined, a renaming is proposed with its
reason; it is decided like every other identity (``gremiennetz resolve``), and becomes one body with other words in the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import pyoxigraph as ox

from gremiennetz import __version__
from gremiennetz.errors import GremiennetzError
from gremiennetz.files import write_text
from gremiennetz.graph.changes import KINDS, Ask, Change, Membership, Row, compare, described, memberships, signed
from gremiennetz.lists import Listed, listed, lists
from gremiennetz.places import Root
from gremiennetz.query import Engine, Library, answer, ask, shown
from gremiennetz.register import Body, Register
from gremiennetz.resolve import candidates
from gremiennetz.results import Table, Value, formatted, markdown
from gremiennetz.templates import environment

FORMATS = ("table", "csv", "json", "md", "html")
LEAST_SCORE = 70.0
"""From which score on a renaming is proposed; it is only ever a proposal."""
SAME_UNIT = 10.0
"""What it adds that the same unit left one and joined the other."""


@attrs.frozen
class Proposal:
    """What left and what joined may be one body with a new name."""

    before: Membership
    after: Membership
    score: float
    reason: str
    open: str = ""
    """Why the register calls it open, if somebody has looked at it."""


@attrs.frozen
class Diff:
    """Two lists and what is different."""

    before: Listed
    after: Listed
    changes: tuple[Change, ...]
    proposals: tuple[Proposal, ...]
    kinds: dict[str, str]
    """Kind → what it is called."""
    columns: dict[str, str]
    """Column → what it is called."""
    continued: int
    """How many participations both lists name."""

    def of(self, kind: str) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)

    def deciding(self, change: Change) -> str:
        """Return the uncertain cells that a change hangs on, in words; empty for a firm one."""
        return "; ".join(f"{record}: {self.columns.get(column, column)}" for record, column in change.deciding)


def diff(library: Library, engine: Engine, before: str, after: str) -> Diff:
    """Compare two sets of one city.

    Raises ``UnknownNameError`` for a set that the graph does not hold, and ``GremiennetzError`` for two of different cities.
    """
    known = lists(library, engine)
    old, new = listed(known, before), listed(known, after)
    if old.municipality != new.municipality:
        message = f"{before} is a list of {old.municipality_label}, {after} of {new.municipality_label}; a diff compares two lists of one city"
        raise GremiennetzError(f"{message} (several cities: gremiennetz query comparison/common-bodies)")
    found = compare(*(memberships(_ask(library, engine, name)) for name in (before, after)))
    return Diff(
        old,
        new,
        found.changes,
        tuple(_proposals(found.changes, library, engine)),
        {shown(row["kind"]).rsplit("/", 1)[-1]: shown(row["label"]) for row in _rows(ask(library.get("lists/changes"), engine))},
        {shown(row["column"]).rsplit("/", 1)[-1]: shown(row["label"]) for row in _rows(ask(library.get("lists/columns"), engine))},
        len(found.pairs),
    )


def _rows(table: Table) -> Iterator[dict[str, Value]]:
    for row in table.rows:
        yield dict(zip(table.columns, row, strict=True))


def _ask(library: Library, engine: Engine, dataset: str) -> Ask:
    def ask(name: str) -> Iterable[Row]:
        return _rows(answer(library.get(name), {"dataset": dataset}, library, engine))

    return ask


# proposals of renamings


def _proposals(changes: Sequence[Change], library: Library, engine: Engine) -> Iterator[Proposal]:
    """Yield what may have been renamed: pairs of left and joined that are each other's best fit, unless the register calls them different."""
    left = [change.before for change in changes if change.kind == "left" and change.before]
    joined = [change.after for change in changes if change.kind == "joined" and change.after]
    if not left or not joined:
        return
    names: dict[str, list[str]] = {}
    for row in _rows(ask(library.get("lists/bodies"), engine)):
        if row["other"] is not None:
            names.setdefault(_iri(row["body"]), []).append(shown(row["other"]))
    judged = {
        (_iri(row["participation"]), _iri(row["body"])): (shown(row["judgement"]).rsplit("/", 1)[-1], shown(row["reason"]))
        for row in _rows(ask(library.get("changes/judged"), engine))
    }
    forward, backward = _scores(joined, left, names), _scores(left, joined, names)
    scores: dict[tuple[int, int], tuple[float, str]] = {}
    for i, old in enumerate(left):
        for j, new in enumerate(joined):
            found = [item for item in (forward.get((j, old.body)), backward.get((i, new.body))) if item]
            if found and old.body != new.body:
                score, reason = max(found)
                same = old.unit == new.unit
                scores[i, j] = min(100.0, score + SAME_UNIT * same), reason + ("; dieselbe Einheit" if same else "")
    best_old = {i: max(score for (k, _), (score, _) in scores.items() if k == i) for i, _ in scores}
    best_new = {j: max(score for (_, k), (score, _) in scores.items() if k == j) for _, j in scores}
    for (i, j), (score, reason) in sorted(scores.items(), key=lambda item: (-item[1][0], item[0])):
        said = dict(item for item in (judged.get((left[i].node, joined[j].body)), judged.get((joined[j].node, left[i].body))) if item)
        if score >= LEAST_SCORE and score == best_old[i] == best_new[j] and "different" not in said:
            yield Proposal(left[i], joined[j], score, reason, said.get("unsure", ""))


def _scores(named: Sequence[Membership], bodies: Sequence[Membership], names: dict[str, list[str]]) -> dict[tuple[int, str], tuple[float, str]]:
    """Return how well the words of each participation fit the bodies of the other side: (number of the participation, body) → score, reason."""
    known: dict[str, Body] = {}
    for item in bodies:
        known[item.body] = Body(item.body, item.body_label, umbrella=item.umbrella)
    for item in bodies:
        if item.umbrella:
            known.setdefault(item.umbrella, Body(item.umbrella, item.umbrella_label))
    register = Register(known, {key: tuple(values) for key, values in names.items() if key in known}, (), (), {}, {}, {})
    wanted = {item.body for item in bodies}
    found = {}
    for number, item in enumerate(named):
        for fit in candidates(item.words[1] or item.body_label, register, item.words[0], most=len(known)):
            if fit.body.id in wanted:
                found[number, fit.body.id] = fit.score, fit.reason
    return found


def _iri(value: Value) -> str:
    return value.value if isinstance(value, ox.NamedNode) else ""


# forms


COLUMNS = ("Art", "Einheit", "Gremium", "vorher", "nachher", "Euro", "Prozent", "Sicherheit", "Tabellenzeilen")


def as_table(found: Diff) -> Table:
    """Return the changes, and after them the proposed renamings, as a table."""
    rows = [[found.kinds[change.kind], *_cells(found, change)] for change in found.changes]
    for item in found.proposals:
        rows.append(["umbenannt? (Vorschlag)", item.after.unit_label, item.after.body_label, item.before.called, item.after.called])
        rows[-1] += ["", "", f"{item.score:.0f} von 100: {item.reason}", f"{item.before.record} → {item.after.record}"]
    return Table(COLUMNS, tuple(tuple(ox.Literal(cell) for cell in row) for row in rows))


def _cells(found: Diff, change: Change) -> list[str]:
    before, after = described(change)
    deciding = found.deciding(change)
    return [
        change.one.unit_label,
        change.one.body_label,
        before,
        after,
        signed(change.difference) if change.difference is not None else "",
        percent(change),
        f"unter Vorbehalt ({deciding})" if deciding else "fest",
        " → ".join(side.record for side in (change.before, change.after) if side),
    ]


def percent(change: Change) -> str:
    """Return the difference in per cent as German readers write it, with its sign; empty where there is none."""
    value = change.percent
    if value is None:
        return ""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value):,.1f} %".translate(_GERMAN)


_GERMAN = str.maketrans(",.", ".,")


def as_json(found: Diff) -> str:
    """Return everything as JSON, amounts as decimal texts."""

    def side(item: Membership | None) -> dict[str, object] | None:
        if item is None:
            return None
        names = ("participation", "record", "unit", "unit_label", "body", "body_label", "called", "lines")
        values = (item.node, item.record, item.unit, item.unit_label, item.body, item.body_label, item.called, item.lines)
        return dict(zip(names, values, strict=True)) | {"roles": list(item.role_labels), "costs": [cost.label for cost in item.costs]}

    def entry(change: Change) -> dict[str, object]:
        before, after = described(change)
        values: dict[str, object] = {"kind": change.kind, "from": before, "to": after, "before": side(change.before), "after": side(change.after)}
        if change.kind in {"joined", "left"}:
            values["whole_city"] = change.whole
        if change.kind == "cost":
            values["difference"] = None if change.difference is None else str(change.difference)
            values["percent"] = None if change.percent is None else str(change.percent)
        return values | {"firm": not change.deciding, "deciding": [{"record": record, "column": column} for record, column in change.deciding]}

    content = {
        "before": attrs.asdict(found.before),
        "after": attrs.asdict(found.after),
        "continued": found.continued,
        "counts": {kind: len(found.of(kind)) for kind in KINDS},
        "changes": [entry(change) for change in found.changes],
        "proposed_renamings": [
            {"before": side(item.before), "after": side(item.after), "score": item.score, "reason": item.reason, "open": item.open}
            for item in found.proposals
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_markdown(found: Diff) -> str:
    """Return a change note in Markdown, one table for each kind of change."""
    titles = [markdown(("", "Liste", "Jahr"), [["vorher", found.before.title, found.before.year], ["nachher", found.after.title, found.after.year]])]
    parts = ["# Was sich geändert hat\n", *titles, f"{found.continued} Mitwirkungen stehen in beiden Listen.\n"]
    for kind in KINDS:
        changes = found.of(kind)
        parts.append(f"## {found.kinds[kind][:1].upper()}{found.kinds[kind][1:]} ({len(changes)})\n")
        parts.append(markdown(COLUMNS[1:], [_cells(found, change) for change in changes]) if changes else "Nichts.\n")
    if found.proposals:
        parts.append(f"## Vielleicht umbenannt ({len(found.proposals)})\n")
        columns = ("vorher", "nachher", "Warum", "Entscheiden mit")
        rows = [[item.before.called, item.after.called, f"{item.score:.0f} von 100: {item.reason}", command(found, item)] for item in found.proposals]
        parts.append(markdown(columns, rows))
    return "\n".join(parts)


def command(found: Diff, item: Proposal) -> str:
    """Return the command that turns a proposal into a decision."""
    body = item.before.body.rsplit("/", 1)[-1]
    return f"gremiennetz resolve {item.after.record} --dataset {found.after.id} --same {body} --because …"


def as_html(root: Root, found: Diff, profile: str) -> str:
    """Return the changes as a page for reading and printing."""
    page = environment(root).get_template("report/changes.html.jinja")
    return page.render(
        found=found,
        kinds=KINDS,
        described=described,
        signed=signed,
        percent=percent,
        command=command,
        profile=profile,
        version=__version__,
    )


def written(root: Root, found: Diff, style: str, profile: str) -> str:
    """Return the changes in one of the forms (``FORMATS`` without ``table``)."""
    if style == "json":
        return as_json(found)
    if style == "md":
        return as_markdown(found)
    if style == "html":
        return as_html(root, found, profile)
    return formatted(as_table(found), style)


def write_pages(root: Root, engine: Engine, folder: Path, profile: str) -> list[Path]:
    """Write a page for each list that follows another one, ``changes-<older>-<newer>.html``, and return where they lie."""
    library = Library(root.shipped("queries"))
    paths = []
    for item in lists(library, engine).values():
        if item.follows:
            paths.append(page_path(folder, item.follows, item.id, profile))
            write_text(paths[-1], as_html(root, diff(library, engine, item.follows, item.id), profile))
    return paths


def page_path(folder: Path, before: str, after: str, profile: str) -> Path:
    """Return where the page of two lists lies."""
    return folder / f"changes-{before}-{after}{'' if profile == 'internal' else '-public'}.html"
