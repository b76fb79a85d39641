"""The comparison of cities in a real browser: only with two of them, side by side, filtered, linked, by keyboard, on a phone, in the dark."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import UnknownNameError
from gremiennetz.graph import files
from gremiennetz.network import write as write_page
from gremiennetz.places import Root
from made_lists import BODIES, SMALL, List, Row, write  # type: ignore[import-not-found] # conftest.py shows Python the way

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
HOSTILE = '<img src=x onerror="window.broken=1">'
LARGE = (
    attrs.evolve(SMALL[0], cost="40.000,00 Euro"),
    attrs.evolve(SMALL[2], cost="5.000,00 Euro", uncertain="name", note="Der Name kann auch zur Zeile davor gehören."),
    Row("gruen", "gruenflaechen", "AK Grünflächen", umbrella="Deutscher Städtetag"),
    Row("gruen", "hostile", HOSTILE, "7,00 Euro"),
)
KLEIN, GROSS, DRITT = ("municipality/kleinstadt", "municipality/grossstadt", "municipality/drittstadt")


def made(folder: Path, *lists: Any) -> Path:
    root: Root = write(folder, lists, (*BODIES, ("hostile", HOSTILE, "", "", "network")))
    files.write(root)
    return write_page(root, "internal", folder / "network.html")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of two cities; the smaller one has an older list that must not count."""
    older = List("kleinstadt", 2020, [*SMALL, Row("personal", "wasser", "Wasserforum", "99.999,00 Euro")])
    newer = List("kleinstadt", 2026, SMALL, revises="kleinstadt-2020", inhabitants=50_000)
    return made(tmp_path_factory.mktemp("two"), older, newer, List("grossstadt", 2025, LARGE, inhabitants=500_000))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lists = [List("kleinstadt", 2026, SMALL), List("grossstadt", 2025, LARGE), List("drittstadt", 2024, SMALL[4:6], inhabitants=1000)]
    return made(tmp_path_factory.mktemp("three"), *lists)


def rows(page: Page) -> dict[str, list[str]]:
    """Return what the table of bodies says: body → where, left, right."""
    return {
        line.locator("th").inner_text().split("\n")[0]: [" ".join(cell.split()) for cell in line.locator("td").all_inner_texts()]
        for line in page.locator("tr[data-body]").all()
    }


def test_a_chosen_list_is_shown_alone(two: Path, open_page: Open, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["network", "--set", "kleinstadt-2020", "--root", str(two.parent), "--out", str(tmp_path / "old.html")])
    assert result.exit_code == 0, result.output
    page = open_page(tmp_path / "old.html", "#view=table")
    expect(page.locator("tr[data-part]")).to_have_count(len(SMALL) + 1)
    expect(page.locator("#sets")).to_have_text("Kleinstadt 2020")
    expect(page.get_by_role("button", name="Städtevergleich")).to_have_count(0)
    unknown = CliRunner().invoke(app, ["network", "--set", "kleinstadt-2021", "--root", str(two.parent), "--out", str(tmp_path / "none.html")])
    assert isinstance(unknown.exception, UnknownNameError)
    assert not (tmp_path / "none.html").exists()


def test_with_one_city_there_is_nothing_to_compare(toy_page: Path, open_page: Open) -> None:
    page = open_page(toy_page, "#view=compare")
    expect(page.locator("#title")).to_have_text("Überblick")
    expect(page.get_by_role("button", name="Städtevergleich")).to_have_count(0)


def test_each_city_stands_on_its_side_and_can_be_shown_alone(two: Path, toy_page: Path, open_page: Open) -> None:
    page = open_page(two, "#view=table")
    place: dict[str, float] = page.evaluate(
        "Object.fromEntries(Object.entries(JSON.parse(document.getElementById('data').textContent).layout.wide.nodes).map(([id, at]) => [id, at[0]]))"
    )
    left, right = ({x for thing, x in place.items() if thing.startswith(f"unit/{city}-")} for city in ("grossstadt", "kleinstadt"))
    assert left
    assert right
    assert max(left) < min(right)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#filterList summary", has_text="Kommune").click()
    page.locator("#filterList label", has_text="Grossstadt").locator("input").check()
    expect(page.locator("tr[data-part]")).to_have_count(len(LARGE))
    assert page.evaluate("location.hash").count("f.city=") == 1
    alone = open_page(toy_page, "#view=table")
    alone.get_by_role("button", name="Filter", exact=True).click()
    expect(alone.locator("#filterList summary", has_text="Kommune")).to_have_count(0)


def test_bodies_costs_and_key_figures_stand_side_by_side(two: Path, open_page: Open) -> None:
    page = open_page(two)
    page.get_by_role("button", name="Städtevergleich").click()
    found = rows(page)
    assert {body: cells[0] for body, cells in found.items() if cells[0].startswith("in beiden")} == {
        "Deutscher Städtetag": "in beiden",
        "Kommunale Gemeinschaftsstelle": found["Kommunale Gemeinschaftsstelle"][0],
    }
    assert found["Deutscher Städtetag"][1:] == [
        "Amt 33 · Bürgeramt 40.000,00 € (genaue Beträge), 80,00 € je 1.000 Einwohner",
        "Amt 33 · Bürgeramt 10.000,00 € (genaue Beträge), 200,00 € je 1.000 Einwohner",
    ]
    assert found["Klima-Bündnis"] == ["nur Kleinstadt", "–", "Amt 67 · Amt für Stadtgrün 1.200,50 € (genaue Beträge), 24,01 € je 1.000 Einwohner"]
    assert found["Arbeitskreis Grünflächen"][0] == "nur Grossstadt"
    assert "Wasserforum" not in found, "the older list of a city does not count"
    assert "unter Vorbehalt" in found["Kommunale Gemeinschaftsstelle"][0]
    assert "Daran hängt es: buergeramt-02 (Bürgeramt): Name" in found["Kommunale Gemeinschaftsstelle"][0]
    figures = [[cell.strip() for cell in line.split("\t")] for line in page.locator("table.figures tbody tr").all_inner_texts()]
    assert [line[:6] for line in figures] == [["Grossstadt", "2025", "500.000", "2", "4", "4"], ["Kleinstadt", "2026", "50.000", "3", "7", "9"]]
    assert "12.025,50 € (genaue Beträge), 240,51 € je 1.000 Einwohner" in page.locator("table.figures").inner_text()


def test_umbrellas_say_who_sits_where(two: Path, open_page: Open) -> None:
    page = open_page(two, "#view=compare")
    cells = page.locator("tr[data-umbrella] > *").all_inner_texts()
    assert [" ".join(cell.split()) for cell in cells] == [
        "Deutscher Städtetag",
        "2 von 4",
        "3 von 4",
        "Arbeitskreis Grünflächen",
        "Rechtsausschuss des Deutschen Städtetages Umweltausschuss des Deutschen Städtetages",
    ]


def test_it_can_be_narrowed_and_the_address_keeps_it(two: Path, open_page: Open) -> None:
    page = open_page(two, f"#view=compare&left={KLEIN}")
    assert page.locator("#pick-left").input_value() == KLEIN
    assert page.locator("#pick-right").input_value() == GROSS
    for name, count in (("in beiden (2)", 2), ("nur Kleinstadt (5)", 5), ("nur Grossstadt (2)", 2), ("alle (9)", 9)):
        page.get_by_role("button", name=name).click()
        expect(page.locator("tr[data-body]")).to_have_count(count)
    page.get_by_role("button", name="nur Kleinstadt (5)").click()
    expect(page.locator("tr[data-body]")).to_have_count(5)
    assert "show=left" in page.evaluate("location.hash")
    again = open_page(two, page.evaluate("location.hash"))
    assert rows(again).keys() == rows(page).keys()
    page.fill("#search", "Klima")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-body]")).to_have_count(1)


def test_the_filters_of_the_page_hold_here_too(two: Path, open_page: Open) -> None:
    page = open_page(two, "#view=compare&f.umbrella=body/staedtetag")
    assert set(rows(page)) == {
        "Deutscher Städtetag",
        "Arbeitskreis Grünflächen",
        "Rechtsausschuss des Deutschen Städtetages",
        "Umweltausschuss des Deutschen Städtetages",
    }


def test_a_body_and_a_city_open_their_details(two: Path, open_page: Open) -> None:
    page = open_page(two, "#view=compare")
    page.locator("tr[data-body='body/kgst'] th button").click()
    expect(page.locator("#detailsBody h2")).to_have_text("Kommunale Gemeinschaftsstelle")
    expect(page.locator("#detailsBody .part").first).to_contain_text("Grossstadt")
    page.locator("table.figures button", has_text="Kleinstadt").click()
    expect(page.locator("#detailsBody")).to_contain_text("Einwohner: 50.000 (2024-12-31) – Statistisches Amt")
    page.reload()
    expect(page.locator("#detailsBody h2")).to_have_text("Kleinstadt")


def test_choosing_the_same_city_twice_swaps_the_sides(two: Path, open_page: Open) -> None:
    page = open_page(two, f"#view=compare&left={KLEIN}&right={GROSS}")
    page.locator("#pick-left").select_option(GROSS)
    expect(page.locator("#pick-right")).to_have_value(KLEIN)
    expect(page.locator("#pick-left")).to_have_value(GROSS)


def test_one_city_beside_all_others(three: Path, open_page: Open) -> None:
    page = open_page(three, f"#view=compare&left={KLEIN}")
    expect(page.locator("#pick-right")).to_have_value("")
    found = rows(page)
    assert {body for body, cells in found.items() if cells[0].startswith("in beiden")} == {
        "Deutscher Städtetag",
        "Kommunale Gemeinschaftsstelle",
        "Klima-Bündnis",
        "Umweltausschuss des Deutschen Städtetages",
    }
    assert found["Klima-Bündnis"][2].startswith("Drittstadt Amt 67")
    page.locator("#pick-right").select_option(DRITT)
    expect(page.get_by_role("button", name="in beiden (2)")).to_be_visible()
    page.locator("#pick-right").select_option("")
    expect(page.get_by_role("button", name="in beiden (4)")).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_no_serious_barrier_and_nothing_runs_over(two: Path, open_page: Open, look: str, size: tuple[int, int]) -> None:
    for more in ("", "&show=both&sel=body/staedtetag", "&lang=en&show=right"):
        page = open_page(two, f"#view=compare&theme={look}{more}", size)
        found = Axe().run(page).response["violations"]
        assert [(item["id"], [node["html"][:200] for node in item["nodes"]][:3]) for item in found if item["impact"] in {"serious", "critical"}] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("window.broken") is None
        assert page.locator("#content img").count() == 0
    assert "Kommune" not in page.locator("#content").inner_text().replace("Kommunale Gemeinschaftsstelle", "")


def test_the_keyboard_reaches_cities_buttons_and_bodies(two: Path, open_page: Open) -> None:
    page = open_page(two, "#view=compare")
    page.locator("#pick-left").focus()
    page.keyboard.press("End")
    expect(page.locator("#pick-right")).to_have_value(GROSS)
    page.locator("#view .buttons button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-body]")).to_have_count(2)
    assert page.evaluate("document.activeElement.textContent") == "in beiden (2)", "the focus stays where it was"
    page.locator("tr[data-body] th button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#details")).to_be_hidden()


def test_the_table_and_the_picture_can_be_taken_away(two: Path, open_page: Open) -> None:
    page = open_page(two, "#view=compare&show=both")
    page.locator("#exports > summary").click()
    with page.expect_download() as waiting:
        page.click("#save-csv")
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    head, *lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert head[:4] == ["Gremium", "Dachverband", "Wo", "fest oder unter Vorbehalt"]
    assert head[4:] == ["Grossstadt: Einheiten", "Grossstadt: Kosten", "Kleinstadt: Einheiten", "Kleinstadt: Kosten"]
    assert {line[0] for line in lines} == {"Deutscher Städtetag", "Kommunale Gemeinschaftsstelle"}
    page.locator("#exports > summary").click()
    with page.expect_download() as picture:
        page.click("#save-svg")
    assert "Deutscher Städtetag" in Path(picture.value.path()).read_text(encoding="utf-8")


def test_a_hostile_address_does_nothing(two: Path, open_page: Open) -> None:
    for address in ("#view=compare&left=<img>&right=__proto__&show=constructor", f"#view=compare&left={KLEIN}&right={KLEIN}"):
        page = open_page(two, address)
        expect(page.locator("#title")).to_have_text("Städtevergleich")
        expect(page.locator("tr[data-body]")).to_have_count(9)
        assert page.locator("#pick-left").input_value() != page.locator("#pick-right").input_value()
