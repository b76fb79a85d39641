from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gremiennetz.tokens import UnreadableError, decoded, form, meaningful, tokens, with_prefixes, without_comments


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in meaningful(text)]


def test_the_terminals_of_a_query() -> None:
    text = "PREFIX a.b-c: <x> SELECT(1.AS?x){a.b-c:d.e. ?x a 'y'@de-DE; ex:\\#b%20 _:a.b. .5e3}#end"
    assert kinds(text) == [
        ("word", "PREFIX"),
        ("name", "a.b-c:"),
        ("iri", "<x>"),
        ("word", "SELECT"),
        ("mark", "("),
        ("number", "1."),
        ("word", "AS"),
        ("variable", "?x"),
        ("mark", ")"),
        ("mark", "{"),
        ("name", "a.b-c:d.e"),
        ("mark", "."),
        ("variable", "?x"),
        ("word", "a"),
        ("string", "'y'"),
        ("language", "@de-DE"),
        ("mark", ";"),
        ("name", "ex:\\#b%20"),
        ("blank", "_:a.b"),
        ("mark", "."),
        ("number", ".5e3"),
        ("mark", "}"),
    ]


@pytest.mark.parametrize("text", ['"a\'b"', "'a\"b'", '"""a"b""c"""', "'''a'b\n''c'''", '"\\"#"', '""', "''", '""""""'])
def test_a_string_is_one_token(text: str) -> None:
    assert kinds(text) == [("string", text)]


@pytest.mark.parametrize("text", ['"a', "'a\n'", '"""a""', "'''", '"\\"'])
def test_a_string_without_an_end_is_told_with_its_line(text: str) -> None:
    with pytest.raises(UnreadableError, match="line 2: the string that begins here has no end"):
        list(tokens(f"ASK\n{{ {text}"))


def test_less_than_is_no_iri_when_it_cannot_be_one() -> None:
    assert ("iri", "<?b&&?c>") in kinds("?a<?b&&?c>?d")
    assert ("mark", "<") in kinds("?a < ?b && ?c > ?d")


@given(st.text(st.sampled_from(list("aA1_:.-?$@#<>\"'\\{}()%u \n\r\té·\u0300")), max_size=60))
def test_nothing_is_lost_and_nothing_hangs(text: str) -> None:
    try:
        assert "".join(token.text for token in tokens(text)) == text
    except UnreadableError:
        assert any(sign in text for sign in "\"'")


@pytest.mark.parametrize(
    "piece",
    ["a.", ".", ":a.", ".-", "@a-", "'''a", '"', "<", "<a", "1.", "a:", "_:a.", "\\", "a" * 9 + ".", "(", "\\u0041", "?a", "#", "%41", "éa·."],
)
def test_the_time_is_linear(piece: str) -> None:
    """64 KiB of any pattern are read at once, also on a busy machine; expressions that look back would take minutes."""
    text = ":a" + piece * (65536 // len(piece)) + "!"
    began = time.process_time()
    with contextlib.suppress(UnreadableError):
        meaningful(text)
    assert time.process_time() - began < 10


def test_code_point_escapes() -> None:
    assert decoded(r"S\u0045RV\U00000049CE \u00e9 \UFFFFFFFF") == r"SERVICE é \UFFFFFFFF"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("# SELECT\n# DESCRIBE\nBASE <x> PREFIX ask: <select> ask {}", "ASK"),
        ("prefix construct: <x>\nSelect * {}", "SELECT"),
        ("DROP ALL", None),
        ("", None),
    ],
)
def test_the_form_of_a_query(query: str, expected: str | None) -> None:
    assert form(meaningful(query)) == expected


def test_comments_go_and_prefixes_come() -> None:
    query = '# first\nPREFIX org: <o> SELECT * { ?s a org:X, gn:Y, foo:Z ; gn:z "# no comment" } # last'
    assert "first" not in without_comments(query)
    assert '"# no comment"' in without_comments(query)
    assert with_prefixes(query, {"gn": "https://g#", "org": "https://o#"}) == f"PREFIX gn: <https://g#>\n{query}"
