"""Nothing in the package knows the name of a city: what is particular to one stands in its files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from gremiennetz.places import Root

GENERIC = {"stadt", "landeshauptstadt", "hansestadt", "landkreis", "gemeinde", "kreis", "freie", "und", "der", "die", "am", "im"}


def names(root: Root) -> set[str]:
    """Return the words that name the cities of the repository, from their dataset files."""
    found = set()
    for name in root.datasets():
        data = tomllib.loads((root.records / name / "dataset.toml").read_text(encoding="utf-8"))
        words = re.split(r"\W+", f"{data['municipality']['label']} {data['municipality']['id'].replace('-', ' ')}")
        found |= {word.casefold() for word in words if len(word) > 3} - GENERIC
    return found


def lines(path: Path) -> list[str]:
    """Return the lines of a file in lower case; of a query only what runs, without the header that shows an example."""
    text = path.read_text(encoding="utf-8").casefold()
    return [line for line in text.splitlines() if not (path.suffix == ".rq" and line.lstrip().startswith("#"))]


@pytest.mark.parametrize("folder", ["src/gremiennetz", "shapes", "viz", "queries"])
def test_no_file_of_the_package_names_a_city(folder: str, repository: Root) -> None:
    cities = names(repository)
    assert cities
    # the official shapes, which are not ours, and a table that names web addresses
    foreign = (repository.path / "shapes" / "dcat-ap-de", repository.path / "viz" / "export" / "labels.ttl")
    paths = [
        path
        for path in (repository.path / folder).rglob("*")
        if path.suffix in {".py", ".ttl", ".rq", ".jinja", ".js", ".css", ".json", ".toml", ".csv"}
    ]
    assert paths
    found = [
        f"{path.relative_to(repository.path)}:{number}: {line.strip()[:80]}"
        for path in paths
        if not any(map(path.is_relative_to, foreign))
        for number, line in enumerate(lines(path), 1)
        if any(re.search(rf"(?<!\w){city}", line) for city in cities)
    ]
    assert found == []
