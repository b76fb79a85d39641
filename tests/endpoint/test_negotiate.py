from __future__ import annotations

import pytest

from gremiennetz.endpoint.negotiate import GRAPHS, RESULTS, NotAcceptableError, choose


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        (",,", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("text/*;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/tab-separated-values;charset=utf-8", "text/tab-separated-values"),
        ("TEXT/CSV ; Q=0.3", "text/csv"),
        ("text/html, image/gif, *; q=.2, */*; q=.2", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/sparql-results+xml"),
    ],
)
def test_the_best_of_what_is_on_offer(accept: str | None, expected: str) -> None:
    assert choose(accept, RESULTS) == expected


def test_graphs() -> None:
    assert choose("application/ld+json, text/turtle;q=0.9", GRAPHS) == "application/ld+json"
    assert choose("application/xml", GRAPHS) == "application/rdf+xml"


@pytest.mark.parametrize(
    "accept", ["garbage", "text/", "/x", "text/csv;q=2", "text/csv;q=x", "text/csv; q", "a/b/c", "text/csv\x00", "té/x", "text/csv;q=0.1234"]
)
def test_what_cannot_be_read_is_told(accept: str) -> None:
    with pytest.raises(NotAcceptableError, match=r"cannot be read at .*; on offer: application/sparql-results\+json, "):
        choose(accept, RESULTS)


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/sparql-results+json;q=0", "*/*;q=0"])
def test_what_cannot_be_written_is_told(accept: str) -> None:
    with pytest.raises(NotAcceptableError, match="none of the accepted media types can be written here"):
        choose(accept, RESULTS)
