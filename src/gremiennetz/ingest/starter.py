"""A new city: the files that a set needs, with explanations, and an example list that can be read at once."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from string import Template

from gremiennetz.errors import GremiennetzError
from gremiennetz.files import read_text, written_beside
from gremiennetz.ingest import sets
from gremiennetz.places import Root


def lay_out(root: Root, dataset: str) -> list[Path]:
    """Write the files of a new set and its example list; return their paths.

    Raises ``GremiennetzError`` when the id is none or the set is already there: nothing that somebody wrote is ever replaced.
    """
    folder = sets.folder_of(root, dataset)
    match = re.fullmatch(r"(?P<city>.+)-(?P<year>[1-9][0-9]{3})", dataset)
    if match is None:
        raise GremiennetzError(f"„{dataset}“ endet nicht auf ein Jahr; gemeint ist etwas wie {dataset}-2026")
    values = {"dataset": dataset, "city": match["city"], "year": match["year"], "label": match["city"].replace("-", " ").title()}
    templates = root.shipped("viz") / "starter"
    files = {folder / name: templates / name for name in ("dataset.toml", sets.MAPPING, sets.UNITS)} | {
        root.source / f"{dataset}.csv": templates / "list.csv"
    }
    there = [path for path in files if path.exists()]
    if there:
        raise GremiennetzError(f"{there[0].as_posix()} gibt es schon; überschrieben wird nichts")
    with ExitStack() as stack:
        for path, template in files.items():
            text = read_text(template)
            content = Template(text).substitute(values) if path.name == "dataset.toml" else text
            stack.enter_context(written_beside(path)).write_text(content, encoding="utf-8", newline="\n")
    return sorted(files)
