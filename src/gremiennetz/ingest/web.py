"""HTML: the tables of a page, with cells that span rows or columns laid out as they are seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html  # type: ignore[import-untyped] # published without type information

from gremiennetz.files import MAX_BYTES
from gremiennetz.ingest.delimited import decoded
from gremiennetz.ingest.mapping import Source
from gremiennetz.ingest.rows import MAX_COLUMNS, MAX_ROWS, Advance, SourceRow, refused

_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([A-Za-z0-9_-]+)", re.IGNORECASE)
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template", "noscript"})


def read(path: Path, source: Source, name: str, advance: Advance) -> Iterator[SourceRow]:
    """Yield the rows of the tables of a page; a table that only arranges others is passed over."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    stated = _CHARSET.search(raw[:4096])
    text = decoded(raw, source.encoding or (stated[1].decode("ascii") if stated else ""), name)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # lxml takes no text with a declaration of its encoding
    try:
        page = html.fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise refused(name, "lässt sich nicht als HTML lesen") from None
    tables = [table for table in page.iter("table") if table.find(".//table") is None]
    names = {_name(table, number, len(tables)): table for number, table in enumerate(tables, 1)}
    missing = [wanted for wanted in source.sheets if wanted not in names]
    if missing:
        raise refused(name, f"hat keine Tabelle „{missing[0]}“; vorhanden: {', '.join(names)}")
    chosen = source.sheets or tuple(names)
    for number, wanted in enumerate(chosen, 1):
        yield from _rows(names[wanted], wanted if len(tables) > 1 else "")
        advance(number / len(chosen))


def _name(table: html.HtmlElement, number: int, tables: int) -> str:
    caption = table.find("caption")
    words = " ".join(_text(caption).split()) if caption is not None else ""
    return words or (f"Tabelle {number}" if tables > 1 else "")


def _rows(table: html.HtmlElement, sheet: str) -> Iterator[SourceRow]:
    hanging: dict[int, tuple[int, str]] = {}
    """Column → how many more rows its cell spans, and its text."""
    for number, row in enumerate(table.iter("tr"), 1):
        cells: list[str] = []
        merged: dict[int, int] = {}
        left = [cell for cell in row if cell.tag in {"td", "th"}]
        while left or len(cells) in hanging:
            at = len(cells)
            if at > MAX_COLUMNS:
                break  # the caller refuses it
            if at in hanging:
                more, text = hanging.pop(at)
                cells.append(text)
                if more > 1:
                    hanging[at] = (more - 1, text)
                continue
            cell = left.pop(0)
            text = _text(cell)
            across = _span(cell, "colspan", MAX_COLUMNS)
            down = _span(cell, "rowspan", MAX_ROWS)
            merged |= dict.fromkeys(range(at + 1, at + across), at)
            cells += [text, *([""] * (across - 1))]
            if down > 1:
                hanging |= {at + more: (down - 1, text if not more else "") for more in range(across)}
        yield SourceRow(number, tuple(cells), sheet=sheet, merged=merged)


def _span(cell: html.HtmlElement, attribute: str, most: int) -> int:
    stated = str(cell.get(attribute, "1")).strip()
    return max(1, min(int(stated), most)) if re.fullmatch(r"[0-9]{1,9}", stated) else 1


def _text(element: html.HtmlElement) -> str:
    """Return the words of an element; where a browser begins a new line, so does the text."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment")):
        if event == "comment" or not isinstance(node.tag, str):
            parts.append(node.tail or "" if node is not element else "")
            continue
        hidden = any(above.tag in _UNSEEN for above in (node, *node.iterancestors()))
        if event == "start":
            parts.append("\n" if node.tag == "br" or (node.tag in _BLOCKS and node is not element) else "")
            parts.append("" if hidden else re.sub(r"\s+", " ", node.text or ""))
        elif node is not element:
            parts.append("\n" if node.tag in _BLOCKS else "")
            parts.append(re.sub(r"\s+", " ", node.tail or ""))
    return re.sub(r" *\n[ \n]*", "\n", "".join(parts)).strip()
