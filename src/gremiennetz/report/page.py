"""The report as one HTML page."""

from __future__ import annotations

from gremiennetz import __version__
from gremiennetz.places import Root
from gremiennetz.report.charts import BAR_WIDTH, cost_bars, matrix
from gremiennetz.report.data import EXACTNESS, ReportData
from gremiennetz.report.review import CRITERIA, Item, Settings
from gremiennetz.templates import environment

EXACTNESS_LABELS = {"exact": "genau", "about": "ungefähr", "at-most": "höchstens", "range": "Spanne, ab"}


def render(root: Root, data: ReportData, items: list[Item], settings: Settings, profile: str) -> str:
    """Return the page. ``profile`` is ``internal`` or ``public``; the public page has no persons because its data has none."""
    page = environment(root).get_template("report/report.html.jinja")
    return page.render(
        data=data,
        items=items,
        settings=settings,
        criteria=CRITERIA,
        profile=profile,
        bars=cost_bars(data.totals),
        bar_width=BAR_WIDTH,
        matrix=matrix(data.pairs),
        exactness=[(name, EXACTNESS_LABELS[name]) for name in EXACTNESS],
        overall=data.totals[-1],
        strongest=strongest(data),
        version=__version__,
    )


def strongest(data: ReportData) -> list[tuple[str, bool]]:
    """Return the five bodies that tie the most units together, as sentences, with whether each is firm."""
    best = sorted(data.shared_bodies, key=lambda item: (-len(item.units), not item.firm, item.label))[:5]
    return [(f"{item.label}: {len(item.units)} Einheiten wirken mit ({', '.join(item.units)}).", item.firm) for item in best]
