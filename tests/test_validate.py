"""Validation from the records to the report: what an editor breaks, and what the command says about it."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH
from typer.testing import CliRunner

from gremiennetz.cli import app
from gremiennetz.errors import GremiennetzError
from gremiennetz.graph import files, store
from gremiennetz.places import Root
from gremiennetz.validate import Finding, Profile, as_text, label_of, read_shapes, validate

PREFIXES = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix gn: <https://w3id.org/gremiennetz/ns#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://example.org/id/> .
"""
SHAPE = "https://w3id.org/gremiennetz/shapes#"


@pytest.fixture
def city(small: Root) -> Root:
    """Return the small city with its graph written."""
    files.write(small)
    return small


def add(root: Root, part: str, turtle: str) -> None:
    """Add Turtle to a part of the small city's graph."""
    path = root.turtle / "small-2026" / f"{part}.ttl"
    path.write_text(path.read_text(encoding="utf-8") + PREFIXES + turtle, encoding="utf-8")


def found(root: Root, profile: Profile = Profile.internal) -> dict[str, list[Finding]]:
    """Return the violations by shape."""
    report = validate(store.in_memory(root, people=profile is Profile.internal), root.shipped("shapes"), profile)
    by_shape: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.severity == "Violation":
            by_shape.setdefault(finding.shape.removeprefix(SHAPE), []).append(finding)
    return by_shape


def run(cli: CliRunner, root: Root, *options: str) -> tuple[int, str]:
    result = cli.invoke(app, ["validate", "--root", str(root.path), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


@pytest.mark.parametrize("profile", list(Profile))
def test_committed_graph_conforms(repository: Root, profile: Profile) -> None:
    assert found(repository, profile) == {}


def test_small_city_conforms_and_its_warnings_name_the_row(cli: CliRunner, city: Root) -> None:
    code, text = run(cli, city)
    assert code == 0
    assert "  - Netzwerk Rad [data/records/small-2026/records.csv, Zeile 3]: Netzwerk Rad [data/records/small-2026/records.csv, Zeile 4]\n" in text
    assert "  - Umweltausschuss [data/records/small-2026/records.csv, Zeile 2]: noch nicht zugeordnet\n" in text
    # six bodies without a decision, two of them with one name, a document without a licence
    assert text.endswith("Fehler: 0, Warnung: 8, Hinweis: 0\n")


def test_mistake_in_a_table_is_a_violation(cli: CliRunner, small: Root) -> None:
    units = small.records / "small-2026" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Amt B,,", "Amt B,A 1,"), encoding="utf-8")
    files.write(small)
    code, text = run(cli, small)
    assert code == 1
    assert text.startswith("Fehler: Zwei Einheiten einer Kommune tragen im selben Jahr dasselbe Kürzel.")
    assert "Berichtigen Sie in units.csv die Spalte code.\n  - Amt A: Amt B\n" in text


def test_place_of_things_that_are_no_records(city: Root) -> None:
    """A cost, a period, an umbrella and a person lead to the record they come from; a unit to none."""
    add(
        city,
        "participations",
        """
        <https://example.org/id/cost/small-2026-amt-b-02-1> gn:amount -5.0 .
        <https://example.org/id/period/small-2026-amt-a-02> <http://www.w3.org/ns/dcat#endDate> "2019"^^<http://www.w3.org/2001/XMLSchema#gYear> .
        <https://example.org/id/body/staedtetag-small> gn:legalForm <https://example.org/nowhere> .
        <https://example.org/id/unit/small-amt-b> gn:division <https://example.org/nowhere> .
        """,
    )
    add(city, "people", ":person\\/amt-a-ada-beispiel foaf:name 'Ada Muster' .")
    places = {shape: [(item.file, item.row) for item in items] for shape, items in found(city).items()}
    table = "data/records/small-2026/records.csv"
    assert places["cost-not-negative"] == [(table, "5")]
    assert places["period-order"] == [(table, "3")]
    assert set(places["body-legal-form"]) == {(table, "2")}
    assert places["person-name"] == [(table, "3")]
    assert set(places["unit-division"]) == {("", "")}


def test_public_profile_refuses_a_person_and_leaves_the_graph_of_people_out(cli: CliRunner, city: Root) -> None:
    assert run(cli, city, "--profile", "public")[0] == 0
    add(city, "units", ":person\\/x a foaf:Person ; foaf:name 'Erika Muster' ; foaf:familyName 'Muster' .")
    assert run(cli, city)[0] == 0
    code, text = run(cli, city, "--profile", "public")
    assert code == 1
    assert "Der öffentliche Graph enthält eine natürliche Person." in text


def test_name_outside_the_graph_of_people_is_found_with_its_row(city: Root) -> None:
    add(city, "records", ":record\\/small-2026-amt-b-01 gn:note 'Auskunft gibt Fr. Ada Beispiel.'@de .")
    (leak,) = found(city)["person-named-elsewhere"]
    assert (leak.value, leak.value_file, leak.value_row) == ("Datensatz amt-b-01", "data/records/small-2026/records.csv", "4")
    # what no name gives away to the public profile, the form of address does
    report = validate(store.in_memory(city, people=False), city.shipped("shapes"), Profile.public)
    assert [item.label for item in report.findings if item.shape == SHAPE + "public-salutation"] == ["Datensatz amt-b-01"]


def test_json(cli: CliRunner, city: Root) -> None:
    add(city, "units", "<https://example.org/id/unit/small-amt-a> skos:prefLabel 'Büro A'@de .")
    code, text = run(cli, city, "--format", "json")
    report = json.loads(text)
    assert (code, report["conforms"]) == (1, False)
    first = report["results"][0]
    assert first["shape"] == SHAPE + "name-one-per-language"
    assert first["focus"] == "https://example.org/id/unit/small-amt-a"
    assert set(first["message"]) == {"de", "en"}
    assert [item["severity"] for item in report["results"]] == ["Violation"] + ["Warning"] * 8


def test_turtle_is_one_shacl_report_and_the_same_on_every_run(cli: CliRunner, city: Root) -> None:
    add(
        city,
        "participations",
        "<https://example.org/id/body/staedtetag-small> skos:altLabel ' DST' ; org:subOrganizationOf <https://example.org/x> .",
    )
    code, text = run(cli, city, "--format", "ttl")
    assert code == 1
    assert run(cli, city, "--format", "ttl") == (1, text)
    graph = rdflib.Graph().parse(data=text, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == rdflib.Literal(lexical_or_value=False)
    results = list(graph.objects(report, SH.result))
    assert len(results) == len(set(graph.subjects(RDF.type, SH.ValidationResult))) == 11
    for result in results:
        languages = sorted(str(message.language) for message in graph.objects(result, SH.resultMessage) if isinstance(message, rdflib.Literal))
        assert languages == ["de", "en"]
    (clean,) = graph.subjects(SH.sourceShape, rdflib.URIRef(SHAPE + "name-clean"))
    path = graph.value(clean, SH.resultPath)
    assert path is not None
    alternatives = graph.value(path, SH.alternativePath)
    assert alternatives is not None
    assert [str(item).rpartition("#")[2] for item in graph.items(alternatives)] == ["prefLabel", "altLabel", "label"]


def finding(severity: str, label: str) -> Finding:
    return Finding(severity, "https://example.org/x", label, "", "", {"de": f"Deutsch {severity}.", "en": f"English {severity}."}, SHAPE + severity)


def test_text_groups_and_shortens_all_but_violations() -> None:
    findings = [finding(severity, f"{severity} {number}") for severity in ("Violation", "Info") for number in range(4)]
    assert as_text(findings, most=2).splitlines() == [
        "Fehler: Deutsch Violation.",
        *(f"  - Violation {number}" for number in range(4)),
        "Hinweis: Deutsch Info.",
        "  - Info 0",
        "  - Info 1",
        "  … und 2 weitere; mit --all stehen alle da",
    ]
    assert as_text(findings, "en").splitlines()[5:] == ["Hinweis: English Info.", *(f"  - Info {number}" for number in range(4))]


def test_option_all(cli: CliRunner, city: Root) -> None:
    participation = "<https://example.org/id/participation/small-2026-amt-a-01>"
    add(city, "participations", f"{participation} gn:unread {', '.join(repr(f'Wort {number:02}') for number in range(12))} .")
    assert "Wort 10" not in run(cli, city)[1]
    assert "… und 2 weitere; mit --all stehen alle da" in run(cli, city)[1]
    assert "Wort 11\n" in run(cli, city, "--all")[1]


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = as_text([finding("Warning", "Amt\x1b[2J\u202e A\r\nFehler: 0")])
    assert shown.splitlines()[1] == "  - Amt�[2J� A��Fehler: 0"


@pytest.mark.filterwarnings("ignore:Serializing weird numerical")
def test_malformed_literal_is_a_finding_and_no_traceback(cli: CliRunner, city: Root, caplog: pytest.LogCaptureFixture) -> None:
    add(city, "participations", ":cost\\/small-2026-amt-a-01-1 gn:amount '100,00 Euro'^^<http://www.w3.org/2001/XMLSchema#decimal> .")
    assert "cost-amount" in found(city)
    assert "100,00 Euro" in run(cli, city, "--format", "ttl")[1]
    assert caplog.text == ""


def test_label() -> None:
    data = ox.Store()
    data.load("<x:b> <http://www.w3.org/2004/02/skos/core#prefLabel> 'Body'@en, 'Gremium'@de .", format=ox.RdfFormat.TURTLE)
    data.load("<x:p> <http://xmlns.com/foaf/0.1/name> 'Muster' .", format=ox.RdfFormat.TURTLE)
    assert [label_of(data, ox.NamedNode(name)) for name in ("x:b", "x:p", "x:none")] == ["Gremium", "Muster", "x:none"]


NODE = ":fine a sh:NodeShape ; sh:targetClass gn:Body ; sh:nodeKind sh:IRI . :a a sh:NodeShape ; sh:targetClass gn:Body ; "
PROPERTY = ":a a sh:PropertyShape ; sh:targetClass gn:Body ; "
THE_SHAPE = "the shape https://example.org/id/a"
BROKEN = {
    "not Turtle": (":a sh:", "shapes/a.ttl: is not Turtle"),
    "no shape": (":a a sh:NodeShape .", "no shape in "),
    "pattern": (NODE + "sh:pattern '(' .", f"{THE_SHAPE} cannot be run: missing )"),
    "parameter": (PROPERTY + "sh:path gn:x ; sh:minCount 'one' .", f"{THE_SHAPE} cannot be run: MinCountConstraintComponent"),
    "query": (NODE + "sh:sparql [ sh:select 'SELECT $this WHERE { $this nope:x ?y }' ] .", f"{THE_SHAPE} cannot be run: error at"),
    "call to another server": (
        NODE + "sh:sparql [ sh:select 'SELECT $this WHERE { SERVICE <http://127.0.0.1/> { $this ?p ?y } }' ] .",
        f"{THE_SHAPE} cannot be run: A SPARQL Constraint must not contain a federated query (SERVICE).",
    ),
    "severity": (
        NODE + "sh:severity :Bad ; sh:nodeKind sh:Literal .",
        f"{THE_SHAPE} has the severity https://example.org/id/Bad; wanted one of: sh:Violation, sh:Warning, sh:Info",
    ),
    "path": (PROPERTY + "sh:minCount 1 .", "the shapes cannot be run: A shape defined as a PropertyShape"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_shapes_that_cannot_be_run(city: Root, text: str, message: str, caplog: pytest.LogCaptureFixture) -> None:
    folder = city.path / "shapes"
    folder.mkdir()
    (folder / "a.ttl").write_text(PREFIXES + text, encoding="utf-8")
    with pytest.raises(GremiennetzError) as error:
        validate(store.in_memory(city), folder)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert caplog.text == ""


def test_shapes_of_ones_own(cli: CliRunner, city: Root) -> None:
    """A city's own shapes may nest, be anonymous, and carry their message with the query."""
    folder = city.path / "shapes"
    (folder / "internal").mkdir(parents=True)
    (folder / "a.ttl").write_text(
        PREFIXES
        + "[] a sh:NodeShape ; sh:targetClass gn:Body ; sh:property [ sh:path gn:legalForm ; sh:minCount 1 ; sh:message 'Rechtsform fehlt.'@de ] .",
        encoding="utf-8",
    )
    query = "SELECT $this WHERE { $this a <https://w3id.org/gremiennetz/ns#Municipality> }"
    (folder / "internal" / "b.ttl").write_text(
        PREFIXES + f":b a sh:NodeShape ; sh:targetClass gn:Municipality ; sh:sparql [ sh:message 'Eine Kommune.' ; sh:select '{query}' ] .",
        encoding="utf-8",
    )
    code, text = run(cli, city)
    assert code == 1
    assert "Fehler: Rechtsform fehlt.\n  - AK Eins [" in text
    assert "Fehler: Eine Kommune.\n  - Kleine Stadt\n" in text
    assert text.endswith("Fehler: 7, Warnung: 0, Hinweis: 0\n")
    assert run(cli, city, "--profile", "public")[1].endswith("Fehler: 6, Warnung: 0, Hinweis: 0\n")


def test_every_file_of_shapes_is_read() -> None:
    folder = Path(__file__).resolve().parents[1] / "shapes"
    both = len(read_shapes(folder).graph), len(read_shapes(folder, Profile.public).graph)
    assert both[1] - both[0] == len(rdflib.Graph().parse(folder / "public" / "personal-data.ttl"))
