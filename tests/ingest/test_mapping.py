"""The files that people write: what the schema says of a mapping or a dataset file, the command says too, in German and with the key."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import jsonschema
import pytest

from gremiennetz.errors import InputError
from gremiennetz.ingest import schema
from gremiennetz.ingest.mapping import mapping_of, read_mapping
from gremiennetz.places import Root
from gremiennetz.records import read_settings

BASE = '[columns]\nname = "Gremium"\n[unit]\nfrom = "column"\ncolumns = "Amt"\n'
GOOD = {
    "least": BASE,
    "numbers": '[columns]\nname = 2\ncost = ["Kosten", "Beitrag"]\n[unit]\nfrom = "column"\ncolumns = [1, "Amt"]\n[source]\nheader_rows = 0\n',
    "fixed": '[columns]\nname = 1\n[unit]\nfrom = "fixed"\nfixed = "amt-1"\n',
    "everything": BASE.replace("[unit]", '[unit]\nblank = "above"\ncodes = { "4100" = "amt" }\npattern = "^(?P<unit>.+)$"')
    + '[source]\nencoding = "cp1252"\ndelimiter = ";"\nsheets = ["A"]\npages = "2-4"\ntables = "unruled"\nheader_rows = 2\n'
    + 'amounts = "en"\nhyphens = "mend"\n'
    + '[words.obligation]\nmandatory = ["x"]\nvoluntary = []\nnot-stated = ["?"]\n[words.termination]\npossible = ["ja"]\nnot-possible = ["nein"]\n'
    + '[notice]\nkeep = "words"\n[split]\numbrella = "^a"\nat = ";"\n[[skip]]\ncolumn = 3\npattern = "x"\nreason = "y"\n'
    + '[[uncertain]]\nsheet = "A"\npage = 2\nrow = [1, 2]\ncolumns = ["cost"]\nnote = "z"\n',
}
BAD = {
    "no name": ('[columns]\ncost = "K"\n[unit]\nfrom = "sheet"\n', "mapping.toml, columns: „name“ fehlt: der Text im Tabellenkopf"),
    "no unit": ('[columns]\nname = "G"\n', "„unit“ fehlt: ein Abschnitt, der sagt, woher die Einheit"),
    "misspelt column": (BASE.replace("name =", "kost = 3\nname ="), "columns: „kost“ ist unbekannt; gemeint ist vielleicht cost"),
    "unknown section": (
        BASE + "[magic]\nx = 1\n",
        "„magic“ ist unbekannt; möglich sind: columns, notice, skip, source, split, uncertain, unit, words",
    ),
    "column 0": (BASE.replace('"Gremium"', "0"), "columns.name: 0 passt nicht; erwartet: der Text im Tabellenkopf"),
    "truth value": (BASE.replace('"Gremium"', "true"), "columns.name: true passt nicht"),
    "no columns": (BASE.replace('columns = "Amt"', ""), "unit: „columns“ fehlt: Spalte oder Spalten, deren Inhalt zusammen die Einheit nennt"),
    "fixed without unit": (BASE.replace('from = "column"', 'from = "fixed"'), "unit: „fixed“ fehlt: Kennung der Einheit aus units.csv"),
    "odd origin": (BASE.replace('from = "column"', 'from = "moon"'), 'unit.from: "moon" passt nicht; erwartet: "column" (eine Spalte), "heading"'),
    "broken pattern": (BASE + '[[skip]]\npattern = "("\nreason = "x"\n', 'skip[1].pattern: "(" passt nicht; erwartet: regulärer Ausdruck'),
    "path as id": (BASE + '[unit.codes]\n"1" = "../../etc"\n', 'unit.codes.1: "../../etc" passt nicht; erwartet: eine Kennung'),
    "skip without reason": (BASE + '[[skip]]\npattern = "x"\n', "skip[1]: „reason“ fehlt: warum diese Zeilen keine Datensätze sind"),
    "uncertain column": (BASE + '[[uncertain]]\nrow = 1\ncolumns = ["kosten"]\nnote = "x"\n', 'uncertain[1].columns[1]: "kosten" passt nicht'),
    "two characters": (BASE + '[source]\ndelimiter = ";;"\n', 'source.delimiter: ";;" passt nicht; erwartet: Trennzeichen'),
    "pages": (BASE + '[source]\npages = "zwei"\n', 'source.pages: "zwei" passt nicht'),
    "a list of words": (
        BASE + '[words.termination]\npossible = "ja"\n',
        'words.termination.possible: "ja" passt nicht; erwartet: eine Liste von Wörtern',
    ),
}


def judged(repository: Root, name: str, data: dict[str, Any]) -> bool:
    """Say what a validator of the schema says that knows nothing of this program."""
    found = schema.schema(repository, name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker()).is_valid(data)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_mapping_is_good_to_the_schema_and_to_the_command(name: str, repository: Root) -> None:
    data = tomllib.loads(GOOD[name])
    assert judged(repository, "mapping", data)
    assert mapping_of(repository, data, "mapping.toml").columns["name"]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_mapping_is_bad_to_both(name: str, repository: Root) -> None:
    text, words = BAD[name]
    data = tomllib.loads(text)
    assert not judged(repository, "mapping", data)
    with pytest.raises(InputError) as caught:
        mapping_of(repository, data, "mapping.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_problems_of_a_mapping_are_told_at_once(repository: Root, tmp_path: Any) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[columns]\nkost = 1\n[unit]\nfrom = "moon"\n[source]\nheader_rows = 9\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_mapping(repository, path)
    assert len(caught.value.problems) == 4
    path.write_text("[columns\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not TOML"):
        read_mapping(repository, path)


def test_a_word_means_one_thing(repository: Root) -> None:
    data = tomllib.loads(BASE + '[words.termination]\npossible = ["Ja"]\nnot-possible = ["ja"]\n')
    with pytest.raises(InputError, match="„ja“ steht bei zwei Bedeutungen"):
        mapping_of(repository, data, "m")


def test_every_key_of_a_schema_is_described_in_german(repository: Root) -> None:
    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for key, item in node.get("properties", {}).items():
                if "const" not in item:
                    assert "description" in item or "$ref" in item, f"{path}.{key}"
            for key, item in node.items():
                walk(item, f"{path}.{key}")

    for name in schema.NAMES:
        walk(schema.schema(repository, name), name)


DATASET = {
    "dataset": {"id": "stadt-2026", "title": {"de": "Stadt", "en": "City"}, "base": "https://example.org/"},
    "municipality": {"id": "stadt", "label": "Stadt"},
    "document": {"id": "liste", "title": "Liste", "file": "liste.csv", "year": 2026},
}
CHANGES: list[tuple[str, Any, bool]] = [
    ("dataset.id", "stadt-2026", True),
    ("dataset.id", "Stadt", False),
    ("dataset.id", "../etc", False),
    ("dataset.title.de", " ", False),
    ("dataset.title", {}, False),
    ("dataset.base", "https://w3id.org/x/", True),
    ("dataset.base", "https://w3id.org/x", False),
    ("dataset.base", "ftp://w3id.org/", False),
    ("dataset.base", "https://exa mple.org/", False),
    ("dataset.revises", "stadt-2020", True),
    ("dataset.revises", "2020!", False),
    ("municipality.label", "", False),
    ("municipality.inhabitants", {"number": 5, "on": "2024-12-31", "source": "Amt"}, True),
    ("municipality.inhabitants", {"number": 0, "on": "2024-12-31", "source": "Amt"}, False),
    ("municipality.inhabitants", {"number": 5, "on": "2024-13-31", "source": "Amt"}, False),
    ("municipality.inhabitants", {"number": 5}, False),
    ("document.file", "unter/liste.csv", True),
    ("document.file", "../liste.csv", False),
    ("document.file", "/etc/passwd", False),
    ("document.file", "c:\\liste.csv", False),
    ("document.file", "a//b", False),
    ("document.year", "2026", False),
    ("document.year", 26, False),
    ("document.year", True, False),
    ("document.kind", "table", True),
    ("document.kind", "music", False),
    ("document.licence", 3, False),
    ("document", None, False),
    ("publication", {"anything": 1}, True),
]


@pytest.mark.parametrize(("path", "value", "good"), CHANGES, ids=[f"{path}={value}" for path, value, _ in CHANGES])
def test_a_dataset_file_is_judged_the_same_by_schema_and_command(path: str, value: Any, good: bool, repository: Root, tmp_path: Any) -> None:
    data = json.loads(json.dumps(DATASET))
    at = data
    *parents, last = path.split(".")
    for key in parents:
        at = at[key]
    if value is None:
        del at[last]
    else:
        at[last] = value
    folder = tmp_path / "stadt-2026"
    folder.mkdir()
    (folder / "dataset.toml").write_text(toml(data), encoding="utf-8")
    try:
        read_settings(folder)
        taken = True
    except InputError:
        taken = False
    assert taken is good
    assert judged(repository, "dataset", data) is good
    assert bool(schema.problems(repository, "dataset", data, "dataset.toml")) is not good


def toml(data: dict[str, Any]) -> str:
    """Write nested dictionaries as TOML."""

    def value(item: Any) -> str:
        return "{" + ", ".join(f"{key} = {value(inner)}" for key, inner in item.items()) + "}" if isinstance(item, dict) else json.dumps(item)

    return "".join(f"{key} = {value(item)}\n" for key, item in data.items())


def test_the_files_of_the_repository_fit_their_schemas(repository: Root) -> None:
    for name in repository.datasets():
        folder = repository.records / name
        assert schema.problems(repository, "dataset", tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8")), name) == []
        if (folder / "mapping.toml").exists():
            assert schema.problems(repository, "mapping", tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8")), name) == []
