"""The dumps: one graph in every form for two libraries, keys that people can read, and statistics that count what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib.compare import isomorphic, to_isomorphic

from gremiennetz.export.dumps import RDF_DUMPS
from gremiennetz.files import read_text
from gremiennetz.places import Root

FORMATS = {"turtle": "turtle", "n-triples": "nt", "json-ld": "json-ld", "rdf-xml": "xml"}


@pytest.fixture(scope="module")
def downloads(small_package: tuple[Root, Path]) -> Path:
    return small_package[1] / "download" / "small-2026"


def read(folder: Path, form: str) -> rdflib.Graph:
    return rdflib.Graph().parse(folder / RDF_DUMPS[form].file.format(set="small-2026"), format=FORMATS[form])


def test_all_dumps_are_one_graph(downloads: Path) -> None:
    first = to_isomorphic(read(downloads, "turtle"))
    assert len(first) > 1500
    for form in FORMATS:
        assert isomorphic(first, read(downloads, form)), form


def test_the_trig_says_where_each_statement_belongs(downloads: Path) -> None:
    dataset = rdflib.Dataset()
    dataset.parse(downloads / "small-2026.trig", format="trig")
    names = {str(graph.identifier).removeprefix("https://example.org/graph/") for graph in dataset.graphs() if len(graph)}
    assert names == {"bodies", "ontology", "small-2026/units", "small-2026/participations", "small-2026/records"}


def test_the_statistics_count_what_a_query_counts(small_package: tuple[Root, Path], downloads: Path) -> None:
    void = rdflib.Graph().parse(small_package[1] / "void.ttl")
    data = read(downloads, "n-triples")
    dataset = rdflib.URIRef("https://example.org/id/dataset/small-2026")
    name = rdflib.Namespace("http://rdfs.org/ns/void#")
    assert int(str(void.value(dataset, name.triples))) == len(data)
    assert int(str(void.value(dataset, name.distinctSubjects))) == len(set(data.subjects()))
    assert int(str(void.value(dataset, name.distinctObjects))) == len(set(data.objects()))
    classes = {void.value(part, name["class"]): int(str(void.value(part, name.entities))) for part in void.objects(dataset, name.classPartition)}
    assert classes == {kind: len(set(data.subjects(rdflib.RDF.type, kind))) for kind in set(data.objects(None, rdflib.RDF.type))}
    properties = {void.value(part, name.property): int(str(void.value(part, name.triples))) for part in void.objects(dataset, name.propertyPartition)}
    assert properties == {item: len(list(data.triples((None, item, None)))) for item in set(data.predicates())}


def test_every_jsonld_file_uses_the_published_context(small_package: tuple[Root, Path]) -> None:
    _, folder = small_package
    published = json.loads(read_text(folder / "context.jsonld"))["@context"]
    assert published["gn"] == "https://example.org/ns#"
    files = [path for path in folder.rglob("*.jsonld") if path.name != "context.jsonld"]
    assert len(files) > 150
    for path in files:
        own = json.loads(read_text(path))["@context"]
        assert own.items() <= published.items(), path


def test_people_can_read_the_keys(downloads: Path) -> None:
    nodes = {node["id"]: node for node in json.loads(read_text(downloads / "small-2026.jsonld"))["@graph"]}
    node = nodes["https://example.org/id/participation/small-2026-amt-a-01"]
    assert node["type"] == ["Participation"]
    assert node["member"] == ["https://example.org/id/unit/small-amt-a"]
    assert node["purpose"] == {"de": ["Austausch"]}
    assert nodes[node["costStatement"][0]]["amount"] == ["100"]
    keys = {key for name, node in nodes.items() if "/id/" in name for key in node}
    assert not {key for key in keys if ":" in key}
