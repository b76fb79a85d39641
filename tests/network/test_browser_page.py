"""The page in a real browser, on a small made-up city: every view, search, filter, detail, export, and what must never happen."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import networkx as nx
import pyoxigraph as ox
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gremiennetz.network import write
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
VIEWS = ("overview", "overlaps", "umbrellas", "matrix", "table", "costs")


def download(page: Page, kind: str) -> bytes:
    page.locator("#exports > summary").click()
    with page.expect_download() as waiting:
        page.click(f"#save-{kind}")
    path = waiting.value.path()
    assert waiting.value.suggested_filename.endswith(f".{kind}")
    return Path(path).read_bytes()


def pixels(png: bytes) -> tuple[int, int, int]:
    """Return width, height and the number of different bytes of a PNG after unpacking it."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    packed, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, len(set(zlib.decompress(packed)))


def shown_parts(page: Page) -> set[str]:
    return set(page.locator("tr[data-part]").evaluate_all("rows => rows.map(row => row.dataset.part)"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_view_says_what_it_shows_and_has_no_serious_barrier(toy_page: Path, open_page: Open, view: str, look: str) -> None:
    page = open_page(toy_page, f"#view={view}&sel=body/staedtetag&theme={look}")
    expect(page.locator("#sentence")).not_to_be_empty()
    expect(page.locator("#nav [aria-current=page]")).to_have_text(page.locator("#title").inner_text())
    found = Axe().run(page).response["violations"]
    serious = [(item["id"], [node["html"][:200] for node in item["nodes"]][:3]) for item in found if item["impact"] in {"serious", "critical"}]
    assert serious == []


def test_the_dialog_the_filters_and_english_have_no_serious_barrier(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#why=1&a=unit/toy-buergeramt&b=unit/toy-personal&lang=en")
    assert [item["id"] for item in Axe().run(page).response["violations"] if item["impact"] in {"serious", "critical"}] == []
    page.click("#closeWhy")
    page.click("#toggleFilters")
    page.locator("#filterList details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert [item["id"] for item in Axe().run(page).response["violations"] if item["impact"] in {"serious", "critical"}] == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Überblick" not in page.locator("body").inner_text()


@pytest.mark.parametrize("view", VIEWS)
def test_hostile_names_stay_words(toy_page: Path, open_page: Open, city: dict[str, Any], view: str) -> None:
    page = open_page(toy_page, f"#view={view}&open=unit/toy-wasser&open=unit/toy-buergeramt")
    for number in range(len(city["HOSTILE"])):
        page.evaluate("hash => { location.hash = hash }", f"view={view}&sel=body/hostile-{number}&open=unit/toy-wasser&open=unit/toy-buergeramt")
        expect(page.locator("#detailsBody h2")).to_have_text(city["HOSTILE"][number])
    assert page.evaluate("window.broken") is None
    assert page.locator("#content img, #details img, #view script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_hostile_address_does_nothing(toy_page: Path, open_page: Open) -> None:
    for address in (
        "#view=<img>&sel=__proto__&focus=constructor&steps=99&page=-4&from=abc&lang=xx&theme=</style>",
        "#%E0%A4%A",
        "#sort=constructor&weigh=x",
    ):
        page = open_page(toy_page, address)
        expect(page.locator("#title")).to_have_text("Überblick")


def test_search_knows_abbreviations_and_forgives_slips(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    for typed, wanted in (
        ("DST", "Deutscher Städtetag"),
        ("Deutcher Stadtetag", "Deutscher Städtetag"),
        ("burgeramt", "Bürgeramt"),
        ("KGST", "Kommunale Gemeinschaftsstelle"),
    ):
        page.fill("#search", typed)
        expect(page.locator("#suggestions li").first).to_contain_text(wanted)
    page.fill("#search", "zzzzzz")
    expect(page.locator("#suggestions li")).to_have_text("Nichts gefunden")


def test_search_by_keyboard_selects_and_full_text_filters(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#view=table")
    page.keyboard.press("/")
    page.keyboard.type("Umweltaus")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions li").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#detailsBody h2")).to_have_text("Umweltausschuss")
    page.fill("#search", "häusliche Gewalt")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-part]")).to_have_count(2)
    assert shown_parts(page) == {"toy-2", "toy-10"}


def test_filters_count_combine_and_reset(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#view=table")
    page.click("#toggleFilters")
    everything = page.locator("tr[data-part]").count()
    inner = page.locator("#filterList label", has_text="Geschäftsbereich Inneres")
    assert inner.locator(".count").inner_text() == str(len(list(shown_parts(page))) - 8)
    inner.locator("input").check()
    expect(page.locator("tr[data-part]")).to_have_count(everything - 8)
    page.locator("#filterList label", has_text="nur geteilte Gremien").locator("input").check()
    expect(page.locator("tr[data-part]")).to_have_count(3)
    assert shown_parts(page) == {"toy-5", "toy-6", "toy-9"}
    page.locator("#chips button", has_text="Alle Filter zurücksetzen").click()
    expect(page.locator("tr[data-part]")).to_have_count(everything)
    page.fill(".amount input >> nth=0", "240")
    page.fill(".amount input >> nth=1", "260")
    page.keyboard.press("Tab")
    expect(page.locator("tr[data-part]").first).to_be_visible()
    assert "toy-6" in shown_parts(page)
    assert "toy-1" not in shown_parts(page)


@pytest.mark.parametrize(("flag", "wanted"), [("uncertain", {"toy-3", "toy-7", "toy-9"}), ("ending", {"toy-4", "toy-9"})])
def test_flags_show_doubt_and_endings(toy_page: Path, open_page: Open, flag: str, wanted: set[str]) -> None:
    assert shown_parts(open_page(toy_page, f"#view=table&{flag}=1")) == wanted


def test_details_give_role_cost_lines_and_the_doubt_in_words(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#sel=body/kgst")
    words = page.locator("#detailsBody").inner_text()
    for wanted in (
        "KGSt",
        "Vorsitz",
        "1.200,50 € (genau, Mitgliedsbeitrag)",
        "100,00 € – 250,00 € (Spanne, Mitgliedsbeitrag)",
        "Zeilen 5-7",
        "Der Name kann auch zur Zeile davor gehören.",
        "Spalte „Name“",
        "nicht angegeben",
    ):
        assert wanted in words


def test_first_sight_folds_what_only_one_unit_has(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    graph = nx.read_gexf(io.BytesIO(download(page, "gexf")))
    labels = {data["label"] for _, data in graph.nodes(data=True)}
    assert labels == {
        "Bürgeramt",
        "Personalamt",
        "Amt für Stadtgrün",
        "Amt für Gewässer <b>",
        "Deutscher Städtetag",
        "Umweltausschuss",
        "Kommunale Gemeinschaftsstelle",
        "Klima-Bündnis",
    }
    firm = {(source, target): data["firm"] for source, target, data in graph.edges(data=True)}
    assert firm["unit/toy-personal", "body/klima"] is False
    assert firm["unit/toy-gruen", "body/klima"] is True
    page.evaluate("location.hash = 'open=unit/toy-buergeramt'")
    expect(page.locator("#foldAll")).to_be_visible()
    opened = nx.read_gexf(io.BytesIO(download(page, "gexf")))
    assert "Arbeitskreis gegen häusliche Gewalt" in {data["label"] for _, data in opened.nodes(data=True)}


def test_a_click_on_the_count_unfolds_and_on_a_node_selects(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    box = page.locator("#canvas").bounding_box()
    assert box
    # nodes lie at computed places, so a grid of clicks over the left panel meets the row of a unit and the pill with its count
    seen = set()
    for x in (0.2, 0.3):
        for y in range(int(box["y"] + box["height"] * 0.45), int(box["y"] + box["height"] * 0.75), 12):
            page.mouse.click(box["x"] + box["width"] * x, y)
            seen |= set(re.findall(r"(open|sel)=", page.evaluate("location.hash")))
            page.evaluate("location.hash = ''")
            page.wait_for_timeout(30)
    assert seen == {"open", "sel"}


def test_focus_shows_one_to_three_steps(toy_page: Path, open_page: Open) -> None:
    counts = []
    for steps in (1, 2, 3):
        page = open_page(toy_page, f"#focus=body/klima&steps={steps}")
        graph = nx.read_gexf(io.BytesIO(download(page, "gexf")))
        counts.append(len(graph))
    page.click("#endFocus")
    expect(page.locator("#focusTools")).to_be_hidden()
    assert counts[0] == 3
    assert counts[0] < counts[1] < counts[2]


def test_why_lists_what_two_units_share_and_what_decides(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    page.click("#openWhy")
    page.select_option("#whyA", "unit/toy-personal")
    page.select_option("#whyB", "unit/toy-gruen")
    expect(page.locator("ul.whyBodies > li")).to_have_count(2)
    words = page.locator("#whyList").inner_text()
    for wanted in (
        "Klima-Bündnis",
        "Kommunale Gemeinschaftsstelle",
        "unter Vorbehalt",
        "r-9 (Personalamt): Einheit",
        "teilen 2 Gremien (davon 0 fest)",
    ):
        assert wanted in words
    page.select_option("#whyA", "unit/toy-buergeramt")
    expect(page.locator("ul.whyPersons > li")).to_have_text(["Muster"])
    page.select_option("#whyB", "all:unit/toy-umwelt")
    expect(page.locator("ul.whyUmbrellas > li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    page.wait_for_function("!location.hash.includes('why')")


def test_the_pairs_are_those_of_the_query(toy: Root, toy_store: ox.Store, toy_page: Path, open_page: Open) -> None:
    rows = StoreEngine(toy_store).run(Library(toy.shipped("queries")).get("overlap/unit-pairs").text)
    wanted = {
        frozenset(row[:2]): [int(row[rows.columns.index(name)]) for name in ("bodies", "firm_bodies", "umbrellas", "persons")] for row in rows.texts()
    }
    page = open_page(toy_page, "#view=matrix&weigh=bodies&weigh=umbrellas&weigh=persons")
    table = list(csv.reader(io.StringIO(download(page, "csv").decode("utf-8-sig")), delimiter=";"))
    assert {frozenset(row[:2]): [int(cell) for cell in row[2:6]] for row in table[1:]} == wanted


def test_state_stands_in_the_address_and_back_goes_back(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    page.get_by_role("button", name="Tabelle").click()
    page.locator("th button.sort", has_text="Kosten").click()
    page.locator("tr[data-part] button", has_text="Klima-Bündnis").first.click()
    expect(page.locator("#detailsBody h2")).to_have_text("Klima-Bündnis")
    address = page.evaluate("location.hash")
    assert "view=table" in address
    again = open_page(toy_page, address)
    expect(again.locator("#detailsBody h2")).to_have_text("Klima-Bündnis")
    assert again.locator("tr[data-part]").first.get_attribute("data-part") == page.locator("tr[data-part]").first.get_attribute("data-part")
    again.close()
    page.go_back()
    expect(page.locator("#details")).to_be_hidden()
    page.go_back()
    page.go_back()
    expect(page.locator("#title")).to_have_text("Überblick")
    page.go_forward()
    expect(page.locator("#title")).to_have_text("Tabelle")


def test_selection_is_shared_by_all_views(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#sel=unit/toy-personal")
    for view in ("Überschneidungen", "Dachverbände", "Matrix", "Tabelle", "Kosten"):
        page.locator("#nav").get_by_role("button", name=view, exact=True).click()
        expect(page.locator("#detailsBody h2")).to_have_text("Personalamt")
    expect(page.locator("tr.selected")).to_have_count(1)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_can_be_taken_away(toy_page: Path, open_page: Open, view: str) -> None:
    page = open_page(toy_page, f"#view={view}")
    width, height, colours = pixels(download(page, "png"))
    assert width > 600
    assert height > 100
    assert colours > 10
    svg = ET.fromstring(download(page, "svg"))
    assert svg.tag.endswith("svg")
    assert any("Musterstadt" in (item.text or "") for item in svg.iter())
    assert not [item for item in svg.iter() if item.tag.endswith(("script", "image", "foreignObject"))]
    assert len(nx.read_gexf(io.BytesIO(download(page, "gexf")))) > 3
    rows = list(csv.reader(io.StringIO(download(page, "csv").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def test_a_table_runs_no_formula(toy_page: Path, open_page: Open, city: dict[str, Any]) -> None:
    page = open_page(toy_page, "#view=table")
    cells = {cell for row in csv.reader(io.StringIO(download(page, "csv").decode("utf-8-sig")), delimiter=";") for cell in row}
    assert not [cell for cell in cells if re.match(r"[\s]*[=+@]|-(?!\d)", cell)]
    assert f"'{city['HOSTILE'][5]}" in cells
    assert city["HOSTILE"][0] in cells


def test_everything_works_by_keyboard(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement === document.body")
    assert {"search", "Überschneidungen", "toggleFilters", "openWhy", "canvas", "zoomIn", "theme", "language"} <= reached
    page.focus("#canvas")
    for _ in range(20):
        page.keyboard.press("n")
        if page.locator("#status").inner_text().startswith("Bürgeramt."):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#detailsBody h2")).to_have_text("Bürgeramt")
    expect(page.locator("#details")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#details")).to_be_hidden()
    page.get_by_role("button", name="Tabelle").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text("Tabelle")
    assert page.evaluate("document.activeElement.textContent") == "Tabelle"


def test_zoom_and_pan_by_buttons_and_keys_change_the_picture(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    before = page.locator("#canvas").screenshot()
    acts: list[Callable[[], object]] = [
        lambda: page.click("#zoomIn"),
        lambda: page.click("#panLeft"),
        lambda: page.locator("#canvas").press("ArrowUp"),
        lambda: page.mouse.wheel(0, 300),
    ]
    for act in acts:
        page.locator("#canvas").hover()
        act()
        page.wait_for_timeout(120)
        after = page.locator("#canvas").screenshot()
        assert after != before
        before = after


@pytest.mark.parametrize("view", VIEWS)
def test_at_400_percent_nothing_runs_out_of_the_page(toy_page: Path, open_page: Open, view: str) -> None:
    page = open_page(toy_page, f"#view={view}&sel=body/hostile-2", size=(320, 256))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_print_view_holds_the_picture(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#print-picture img")).to_be_visible()
    expect(page.locator("#nav")).to_be_hidden()
    assert page.locator("#print-picture img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 500


def test_an_empty_graph_says_so(city: dict[str, Any], open_page: Open, tmp_path: Path) -> None:
    empty = city["City"]()
    city["frame"](empty)
    page = open_page(write(Root(empty.write(tmp_path)), "internal", tmp_path / "network.html"))
    expect(page.locator("#message")).to_have_text("Der Graph enthält noch keine Mitwirkungen.")
    for view in VIEWS:
        page.evaluate("view => { location.hash = 'view=' + view }", view)
        expect(page.locator("#message")).to_be_visible()


def test_one_unit_with_one_body_fits_the_page(city: dict[str, Any], open_page: Open, tmp_path: Path) -> None:
    lonely = city["City"]()
    city["frame"](lonely)
    city["part"](lonely, 1, city["division"](lonely, "a", "Amt", "A"), city["body"](lonely, "b", "Bund"))
    page = open_page(write(Root(lonely.write(tmp_path)), "public", tmp_path / "network.html"))
    expect(page.locator("#profile")).to_have_text("öffentliches Profil, ohne Personen")
    width, height, _ = pixels(download(page, "png"))
    assert width < 4000
    assert height < 2000


def test_no_filter_left_over_is_told(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#q=" + quote("gibtesnichtxyz"))
    expect(page.locator("#message")).to_contain_text("Kein Eintrag erfüllt alle Filter")


def test_ten_thousand_nodes_open_with_a_sensible_first_view(city: dict[str, Any], open_page: Open, tmp_path: Path) -> None:
    made = Root(city["country"](10_000).write(tmp_path))
    page = open_page(write(made, "internal", tmp_path / "network.html"))
    expect(page.locator("#message")).to_contain_text("Von 2.")
    graph = nx.read_gexf(io.BytesIO(download(page, "gexf")))
    assert 100 < len(graph) < 700
    every = "".join(f"&open=unit/toy-amt-{number}" for number in range(60))
    page.evaluate("hash => { location.hash = hash }", every)
    expect(page.locator("#message")).to_contain_text("Mehr als 1.500 Knoten")
    page.fill("#search", "Gremium 4711")
    expect(page.locator("#suggestions li").first).to_contain_text("Gremium 4711")
    page.get_by_role("button", name="Tabelle").click()
    expect(page.locator("tr[data-part]")).to_have_count(100)


def test_many_units_are_shown_by_division_with_what_they_share(city: dict[str, Any], open_page: Open, tmp_path: Path) -> None:
    made = Root(city["country"](1000, units=300).write(tmp_path))
    page = open_page(write(made, "internal", tmp_path / "network.html"), "#view=overlaps")
    expect(page.locator("#message")).to_contain_text("gezeigt sind die Geschäftsbereiche")
    first = page.locator("#view ul.plain > li > button").first
    shared = int(re.findall(r"(\d+) Gremien", first.locator("xpath=..").inner_text())[0])
    first.click()
    expect(page.locator("ul.whyBodies > li")).to_have_count(shared)
    expect(page.locator("#whyA")).not_to_have_value("")


def test_data_of_the_page_are_what_the_graph_says(toy_page: Path, open_page: Open, toy_store: ox.Store) -> None:
    page = open_page(toy_page, "#view=table")
    ids = json.loads(page.evaluate("document.getElementById('data').textContent"))["parts"]
    assert page.locator("tr[data-part]").count() == len(ids)
    (row,) = StoreEngine(toy_store).run("SELECT (COUNT(?p) AS ?n) WHERE { ?p a gn:Participation }").texts()
    assert len(ids) == int(row[0])
