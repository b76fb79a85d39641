"""Ten tasks of the strategy office on the real graph. What is right is asked of the graph in SPARQL, never written down here."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from playwright.sync_api import Page, expect

from gremiennetz.graph.build import german_amount
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def ask(real_store: ox.Store) -> Callable[[str], list[list[str]]]:
    engine = StoreEngine(real_store)

    def asked(query: str) -> list[list[str]]:
        rows = engine.run(query).texts()
        assert rows, f"the graph has no answer, so the test would prove nothing: {query}"
        return rows

    return asked


def find(page: Page, words: str) -> None:
    page.fill("#search", words)
    page.keyboard.press("Enter")


def all_of(page: Page, inside: str) -> None:
    """Open long lists to their ends."""
    while (button := page.locator(f"{inside} > button", has_text="weitere").first).count():
        button.click()


def body_called(ask: Callable[[str], list[list[str]]], name: str) -> str:
    rows = ask(
        f'SELECT DISTINCT ?b WHERE {{ ?b a gn:Body ; skos:prefLabel|skos:altLabel ?n . FILTER(STR(?n) = "{name}") ?sub org:subOrganizationOf ?b }}'
    )
    assert len(rows) == 1
    return rows[0][0]


def iri(name: str) -> str:
    return f"<https://w3id.org/gremiennetz/id/{name}>"


def unit_called(ask: Callable[[str], list[list[str]]], start: str) -> str:
    rows = ask(f'SELECT DISTINCT ?u WHERE {{ ?u a gn:Unit ; skos:prefLabel ?n . FILTER(STRSTARTS(STR(?n), "{start}")) }}')
    assert len(rows) == 1
    return rows[0][0]


def shown_parts(page: Page) -> set[str]:
    found: set[str] = set()
    while True:
        found |= set(page.locator("tr[data-part]").evaluate_all("rows => rows.map(row => row.dataset.part)"))
        onward = page.get_by_role("button", name="Weiter")
        if not onward.count() or onward.is_disabled():
            return found
        first = page.locator("tr[data-part]").first.get_attribute("data-part")
        onward.click()
        page.wait_for_function("first => document.querySelector('tr[data-part]').dataset.part !== first", arg=first)


def parts(rows: list[list[str]]) -> set[str]:
    return {row[0].removeprefix("participation/") for row in rows}


def test_1_bodies_of_the_staedtetag_and_who_goes_where(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    umbrella = body_called(ask, "Deutscher Städtetag")
    rows = ask(
        f"""SELECT DISTINCT ?body ?unit WHERE {{ ?p a gn:Participation ; org:organization ?b ; org:member ?u .
          ?b org:subOrganizationOf* {iri(umbrella)} ; skos:prefLabel ?body . ?u skos:prefLabel ?unit }}"""
    )
    page = open_page(real_page)
    find(page, "Deutscher Städtetag")
    expect(page.locator("#detailsBody h2")).to_have_text(ask(f"SELECT ?n WHERE {{ {iri(umbrella)} skos:prefLabel ?n }}")[0][0])
    all_of(page, "#detailsBody")
    entries = page.locator("#detailsBody li.part").all_inner_texts()
    heading = page.locator("#detailsBody h2").inner_text()
    for body, unit in rows:
        assert any(unit in entry and (body in entry or body == heading) for entry in entries), (body, unit)
    page.locator("#nav").get_by_role("button", name="Dachverbände").click()
    tree = page.locator("details.umbrella[open]", has_text=heading).first.inner_text()
    for body, unit in rows:
        assert unit in tree
        assert body in tree


def test_2_what_buergeramt_and_umwelt_share(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    office, division = unit_called(ask, "Bürgeramt"), unit_called(ask, "Geschäftsbereich Umwelt")
    rows = ask(
        f"""SELECT DISTINCT ?b WHERE {{ ?p a gn:Participation ; org:organization ?b ; org:member {iri(office)} .
          ?q a gn:Participation ; org:organization ?b ; org:member/gn:division {iri(division)} }}"""
    )
    page = open_page(real_page)
    page.click("#openWhy")
    page.select_option("#whyA", office)
    page.select_option("#whyB", division)
    expect(page.locator("ul.whyBodies > li").first).to_be_visible()
    assert set(page.locator("ul.whyBodies > li").evaluate_all("all => all.map(one => one.dataset.id)")) == {row[0] for row in rows}


def test_3_who_pays_twice(repository: Root, real_store: ox.Store, real_page: Path, open_page: Open) -> None:
    table = StoreEngine(real_store).run(Library(repository.shipped("queries")).get("cost/double-payments").text)
    wanted = sorted((row[table.columns.index("label")], row[table.columns.index("firm")]) for row in table.texts())
    page = open_page(real_page)
    page.locator("#nav").get_by_role("button", name="Kosten").click()
    expect(page.locator(".doubles > li").first).to_be_visible()
    assert len(wanted) > 1
    entries = page.locator(".doubles > li").evaluate_all(
        "all => all.map(one => [one.querySelector('button').textContent, String(Boolean(one.querySelector(':scope > .firm')))])"
    )
    assert sorted((label, firm) for label, firm in entries) == wanted


def test_4_what_the_strategy_office_pays_and_how_sure_that_is(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    office = unit_called(ask, "Amt für Stadtstrategie")
    rows = ask(f"""SELECT DISTINCT ?key ?e ?amount ?text ?unsure WHERE {{
      ?p a gn:Participation ; org:member {iri(office)} ; prov:wasDerivedFrom ?r ; gn:costStatement ?c .
      ?c gn:exactness ?e ; gn:amount ?amount . OPTIONAL {{ ?c gn:statementText ?text }}
      FILTER NOT EXISTS {{ ?c gn:notYearly true }} OPTIONAL {{ ?r gn:linesCost ?lines }} BIND(COALESCE(?lines, STR(?r)) AS ?key)
      BIND(EXISTS {{ ?r gn:uncertainColumn <https://w3id.org/gremiennetz/vocab/column/cost> }} AS ?unsure) }}""")
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _, exactness, amount, _, _ in rows:
        sums[exactness.rsplit("/", 1)[-1]] += Decimal(amount)
    page = open_page(real_page)
    find(page, "Amt für Stadtstrategie, Internationales und Bürgerschaft")
    words = page.locator("#detailsBody .sums").inner_text()
    for exactness, after in (("exact", "(genaue Beträge)"), ("about", "(ungefähre Beträge)")):
        if sums[exactness]:
            assert f"{german_amount(sums[exactness])} € {after}" in words
    unsure = sum(row[4] == "true" for row in rows)
    assert (f"{unsure} von " in words) if unsure else ("sicher zugeordnet" in words)
    assert any(sums.values())


def test_5_units_that_the_kgst_ties_together(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    body = body_called(ask, "KGSt")
    rows = ask(
        f"""SELECT DISTINCT ?unit WHERE {{ ?p a gn:Participation ; org:organization/org:subOrganizationOf* {iri(body)} ;
          org:member/skos:prefLabel ?unit }}"""
    )
    page = open_page(real_page)
    find(page, "KGSt")
    expect(page.locator("#detailsBody")).to_contain_text(f"Verbindet {len(rows)} Einheiten")
    words = page.locator("#detailsBody").inner_text()
    for (unit,) in rows:
        assert unit in words


def test_6_everything_about_domestic_violence(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    path = "|".join(
        (
            "org:organization/skos:prefLabel",
            "org:organization/skos:altLabel",
            "org:organization/org:subOrganizationOf+/skos:prefLabel",
            "gn:purpose",
            "prov:wasDerivedFrom/gn:sourceName",
            "prov:wasDerivedFrom/gn:sourceParticipation",
            "prov:wasDerivedFrom/gn:note",
        )
    )
    rows = ask(
        f"""SELECT DISTINCT ?p WHERE {{ ?p a gn:Participation ; ({path}) ?t , ?s .
          FILTER(CONTAINS(LCASE(STR(?t)), "häusliche") && CONTAINS(LCASE(STR(?s)), "gewalt")) }}"""
    )
    page = open_page(real_page)
    find(page, "häusliche Gewalt")
    page.locator("#nav").get_by_role("button", name="Tabelle").click()
    expect(page.locator("tr[data-part]").first).to_be_visible()
    assert shown_parts(page) == parts(rows)


def test_7_the_three_units_with_most_overlap(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    rows = ask("""SELECT ?unit (COUNT(DISTINCT ?b) AS ?n) WHERE { ?p a gn:Participation ; org:member ?u ; org:organization ?b .
      ?q a gn:Participation ; org:member ?v ; org:organization ?b .
      ?u gn:division/org:unitOf ?city . ?v gn:division/org:unitOf ?city .
      FILTER(?u != ?v) ?u skos:prefLabel ?unit } GROUP BY ?unit ORDER BY DESC(?n)""")
    counts = {unit: int(number) for unit, number in rows}
    page = open_page(real_page)
    page.locator("#nav").get_by_role("button", name="Überschneidungen").click()
    entries = page.locator("ol.ranked > li").all_inner_texts()[:3]
    assert len(entries) == 3
    for entry, wanted in zip(entries, sorted(counts.values(), reverse=True), strict=False):
        unit = next(name for name in sorted(counts, key=len, reverse=True) if name in entry)
        assert counts[unit] == wanted
        assert f"{wanted} geteilt" in entry


def test_8_what_ends_or_is_dormant(repository: Root, real_store: ox.Store, real_page: Path, open_page: Open) -> None:
    table = StoreEngine(real_store).run(Library(repository.shipped("queries")).get("status/dormant-or-ending").text)
    wanted = {(row[table.columns.index("unit_label")], row[table.columns.index("body_label")]) for row in table.texts()}
    page = open_page(real_page)
    page.locator("#nav").get_by_role("button", name="Tabelle").click()
    page.click("#toggleFilters")
    page.locator("#filterList label", has_text="nur Ruhendes oder Endendes").locator("input").check()
    expect(page.locator("#chips .chip")).to_have_count(1)
    found = page.locator("tr[data-part]").evaluate_all("rows => rows.map(row => [row.cells[1].textContent, row.cells[2].textContent])")
    assert {(unit.rsplit(" · ", 1)[-1], body) for unit, body in found} == wanted
    assert wanted


def test_9_what_is_uncertain_in_one_division(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open) -> None:
    ((division, label, _),) = ask("""SELECT ?d ?label (COUNT(DISTINCT ?r) AS ?n) WHERE {
      ?p a gn:Participation ; org:member/gn:division ?d ; prov:wasDerivedFrom ?r . ?r gn:uncertainColumn ?c .
      ?d skos:prefLabel ?label } GROUP BY ?d ?label ORDER BY DESC(?n) ?label LIMIT 1""")
    rows = ask(
        f"""SELECT DISTINCT ?p WHERE {{ ?p a gn:Participation ; org:member/gn:division {iri(division)} ;
          prov:wasDerivedFrom/gn:uncertainColumn ?c }}"""
    )
    page = open_page(real_page, "#view=table")
    page.click("#toggleFilters")
    page.locator("#filterList label", has_text=label).first.locator("input").check()
    page.locator("#filterList label", has_text="nur Unsicheres").locator("input").check()
    expect(page.locator("caption")).to_have_text(f"{len(parts(rows))} Mitwirkungen")
    assert shown_parts(page) == parts(rows)
    page.locator("tr[data-part] th button").first.click()
    expect(page.locator("#detailsBody .reserve").first).to_contain_text("das Dokument klärt nicht")


def test_10_a_picture_and_a_table_for_the_memo(ask: Callable[[str], list[list[str]]], real_page: Path, open_page: Open, screenshots: Path) -> None:
    body = body_called(ask, "KGSt")
    page = open_page(real_page)
    find(page, "KGSt")
    page.get_by_role("button", name="Nur das zeigen").click()
    expect(page.locator("#chips .chip")).to_have_count(1)
    files = {}
    for kind in ("png", "csv"):
        page.locator("#exports > summary").click()
        with page.expect_download() as waiting:
            page.click(f"#save-{kind}")
        files[kind] = Path(waiting.value.path()).read_bytes()
    assert files["png"].startswith(b"\x89PNG")
    (screenshots / "task-10.png").write_bytes(files["png"])
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
    count = ask(f"SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE {{ ?p a gn:Participation ; org:organization/org:subOrganizationOf* {iri(body)} }}")
    assert len(rows) == int(count[0][0])
    assert {"Einheit", "Gremium", "Kosten", "Quelle"} <= set(rows[0])


@pytest.mark.parametrize(("name", "size"), [("laptop", (1366, 768)), ("desk", (1920, 1080)), ("phone", (390, 844))])
def test_screenshots_for_people_to_look_at(real_page: Path, open_page: Open, screenshots: Path, name: str, size: tuple[int, int]) -> None:
    page = open_page(real_page, size=size)
    for view in ("overview", "overlaps", "umbrellas", "matrix", "table", "costs"):
        page.evaluate("view => { location.hash = 'view=' + view }", view)
        page.wait_for_function("view => document.getElementById('content').dataset.view === view", arg=view)
        page.wait_for_timeout(80)
        page.screenshot(path=screenshots / f"{name}-{view}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
