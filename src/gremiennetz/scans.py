"""Questions about a whole graph: how Oxigraph is told to read them from a disk.

Oxigraph joins by looking up, for each row found so far, what the next pattern says of it. For a question about one thing that is right. For one about
every participation it is not, on disk: a lookup takes several times as long as reading the same triple in a row with all others of its property.
Oxigraph reads in a row, and joins by hashing, what stands in a sub-select; so each pattern ``?s property ?o`` is put into one of its own. A join of
patterns and one of sub-selects with one pattern each have the same solutions (SPARQL 1.1, section 18.2), so the answer is the same.

A query may say that the labels it wants in one language are those of concepts. Of such labels only those of concepts are read then, a few hundred in
place of those of all bodies of a country. Nothing in its patterns says so: bodies and units have labels with a language too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from gremiennetz.tokens import Token, meaningful

_Pattern = tuple[tuple[str, ...], str]
"""The words of a predicate, and the object."""
_BEFORE = frozenset({"{", ".", "}"})
_STEPS = frozenset({"/", "*", "+"})
_LABEL = "skos:prefLabel"
_IN_A_LANGUAGE = re.compile(r"FILTER\(LANG\((\?\w+)\) = ")


@lru_cache(maxsize=512)
def scanning(query: str, *, concepts: bool = False) -> str:
    """Return a query with the same answer whose patterns are read in a row and joined by hashing.

    Left as they are: patterns with a fixed object, where reading begins; paths of any length; and what stands in EXISTS, which is asked anew for
    each row. A path of two steps becomes two patterns.

    >>> scanning("SELECT ?a WHERE { ?a a <x:C> ; <x:p> ?b }")
    'SELECT ?a WHERE { ?a a <x:C> . { SELECT ?a ?b WHERE { ?a <x:p> ?b } } }'
    """
    end_of_text = Token("end", "", len(query))
    items = [end_of_text, *meaningful(query), *[end_of_text] * 4]  # a text that ends too early is for the engine to refuse
    written, place, position = [], 0, 1
    of_concepts = frozenset(_IN_A_LANGUAGE.findall(query) if concepts else ())
    groups: list[bool] = []  # those that are open, each with whether it is asked anew for each row
    while position < len(items) - 4:
        token, before = items[position], items[position - 1].text
        if token.text == "{":
            groups.append(before.upper() == "EXISTS" or groups[-1:] == [True])
        elif token.text == "}" and groups:
            groups.pop()
        elif token.kind == "variable" and before in _BEFORE and groups[-1:] == [False]:
            end, patterns = _block(items, position)
            if patterns:
                written += [query[place : token.start], _in_a_row(token.text, patterns, position, of_concepts)]
                place = items[end].start
            position = end
            continue
        position += 1
    return "".join([*written, query[place:]])


def _block(items: list[Token], position: int) -> tuple[int, list[_Pattern]]:
    """Return where the triples of a subject end, and their patterns; none where they hold anything else than predicates and plain objects."""
    patterns: list[_Pattern] = []
    while True:
        path = [items[position + 1]]
        position += 2
        while items[position].text in _STEPS or (items[position - 1].text == "/" and items[position].text):
            path.append(items[position])
            position += 1
        thing, after = items[position], items[position + 1]
        plain = all(word.kind in {"name", "iri"} or word.text in _STEPS or word.text == "a" for word in path)
        if not plain or thing.kind not in {"variable", "name", "iri"} or after.text == ",":
            return position, []
        patterns.append((tuple(word.text for word in path), thing.text))
        position += 1
        if after.text != ";":
            return position + (after.text == "."), patterns


def _in_a_row(subject: str, patterns: list[_Pattern], number: int, of_concepts: frozenset[str]) -> str:
    kept, rows = [], []
    for place, (path, thing) in enumerate(patterns):
        if path == ("a",) or thing[0] not in "?$" or thing == subject or {"*", "+"} & set(path):
            kept.append(f"{subject} {''.join(path)} {thing} .")
            continue
        steps = [word for word in path if word != "/"]
        ends = [subject, *(f"?via_{number}_{place}_{step}" for step in range(1, len(steps))), thing]
        for step, (a, b) in zip(steps, pairwise(ends), strict=True):
            which = "a skos:Concept ; " if step == _LABEL and b in of_concepts else ""
            rows.append(f"{{ SELECT {a} {b} WHERE {{ {a} {which}{step} {b} }} }}")
    return " ".join([*kept, *rows]) + " "
