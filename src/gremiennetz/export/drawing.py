"""The small drawing of what stands around a thing: an inline SVG that is the same on every run and holds nothing but text and lines."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

MOST = 10
_WIDTH, _ROW, _LONGEST = 360, 26, 38


def drawing(centre: str, around: Sequence[tuple[str, str]]) -> Markup:
    """Return a drawing of a thing and its neighbours, given as name of the relation and label; empty where there are none."""
    if not around:
        return Markup("")
    shown = list(around[:MOST])
    more = len(around) - len(shown)
    rows = [*shown, ("", f"und {more} weitere")] if more else shown
    height = 34 + _ROW * len(rows) + 8
    described = escape(f"Umgebung von {centre}: " + "; ".join(label for _, label in rows), quote=True)
    lines = [f'<svg class="around" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{described}">']
    lines.append(f'<path d="M 16 26 V {34 + _ROW * len(rows) - _ROW // 2}"/>')
    for number, (relation, label) in enumerate(rows):
        y = 34 + _ROW * number + _ROW // 2
        lines.append(f'<path d="M 16 {y} H 36"/>')
        if relation:
            lines.append(f'<circle cx="40" cy="{y}" r="4"><title>{escape(relation)}</title></circle>')
        lines.append(f'<text x="50" y="{y + 4}">{escape(_short(label))}</text>')
    lines.append(f'<circle class="centre" cx="16" cy="17" r="8"/><text class="centre" x="32" y="21">{escape(_short(centre, 34))}</text></svg>')
    return Markup("".join(lines))  # noqa: S704 - every text in it is escaped above


def _short(label: str, longest: int = _LONGEST) -> str:
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"
