"""The file: one piece, small enough, inert, and the same on every run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gremiennetz import __version__
from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph import store
from gremiennetz.network import html, write
from gremiennetz.network.page import SCRIPTS, as_script
from gremiennetz.places import Root


@pytest.fixture(scope="module")
def text(toy_page: Path) -> str:
    return toy_page.read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(text: str) -> None:
    head = text[: text.index("<style>")]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', head)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy[1]
    assert "http" not in policy[1]
    outside = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r'\b(?:src|href|action)="([^"]*)"', outside) == ["data:,", "#content"]
    assert "sourceMappingURL" not in text


def test_the_data_end_no_element(text: str) -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    assert found
    assert not re.search("[<>&\u2028\u2029]", found[1])
    labels = {body["label"] for body in json.loads(found[1])["bodies"]}
    assert "</script><script>window.broken=2</script>" in labels
    assert text.count("<script") == 3


@pytest.mark.parametrize("value", ["</script>", "<!--", "&amp;", "\u2028", "\ud800", '"', "\\"])
def test_json_survives_its_escaping(value: str) -> None:
    assert json.loads(as_script({"a": value})) == {"a": value}


def test_the_page_says_what_it_is(text: str) -> None:
    for words in (
        "Gremien von Musterstadt",
        "Anlage zur Anfrage",
        '"year":"2031"',
        '"profile":"internal"',
        f'"version":"{__version__}"',
        "dl-de/by-2-0",
    ):
        assert words in text


def test_the_public_page_holds_no_person(toy: Root) -> None:
    public = html(toy, store.in_memory(toy, people=False), "public")
    assert not re.search(r"\b(Muster|Beispiel|Dritte)\b", public)
    assert "vertreten durch" not in public
    assert '"persons":{}' in public
    assert '"seats":[]' in public


def test_the_real_page_is_small_and_stable(repository: Root, real_page: Path) -> None:
    assert real_page.stat().st_size < 3_000_000
    assert html(repository, store.in_memory(repository), "internal") == real_page.read_text(encoding="utf-8")


def test_both_languages_have_the_same_words(repository: Root) -> None:
    folder = repository.shipped("viz") / "network"
    texts = tomllib.loads((folder / "texts.toml").read_text(encoding="utf-8"))
    assert set(texts["de"]) == set(texts["en"])
    slots = {language: {key: set(re.findall(r"\{(\w+)\}", value)) for key, value in words.items()} for language, words in texts.items()}
    assert slots["de"] == slots["en"]


def test_every_word_that_the_page_asks_for_exists(repository: Root) -> None:
    folder = repository.shipped("viz") / "network"
    words = tomllib.loads((folder / "texts.toml").read_text(encoding="utf-8"))["de"]
    sources = "".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS) + (folder / "page.html.jinja").read_text(encoding="utf-8")
    asked = set(re.findall(r'\bt\("(\w+)"', sources)) | set(re.findall(r'data-(?:t|label)="(\w+)"', sources))
    assert asked <= set(words)
    assert len(asked) > 60


def test_our_scripts_never_write_html(repository: Root) -> None:
    for name in SCRIPTS:
        source = (repository.shipped("viz") / "network" / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", source), name


def test_the_command_writes_the_page(toy: Root, cli: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "seite.html"
    done = cli.invoke(app, ["network", "--root", str(toy.path), "--profile", "public", "--out", str(path)])
    assert done.exit_code == 0, done.output
    assert done.output.strip() == path.as_posix()
    assert '"profile":"public"' in path.read_text(encoding="utf-8")
    assert cli.invoke(app, ["network", "--root", str(toy.path), "--profile", "secret"]).exit_code == 2


def test_without_a_graph_there_is_a_reason_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(GremiennetzError, match="no graph"):
        write(Root(tmp_path), "internal", tmp_path / "network.html")
    assert not (tmp_path / "network.html").exists()
