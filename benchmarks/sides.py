"""One measurement of one side, in a process of its own: ``python benchmarks/sides.py build.ours ROOT SECONDS`` prints what it took, as JSON.

Imports and set-up are not timed; the peak memory is that of the whole process. It is ended when what is timed has used that many
seconds of processor time.
``run.py`` decides what is run when.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from gremiennetz import analysis, pairs, validate
from gremiennetz.graph import files, store, stream
from gremiennetz.graph.terms import PREFIXES
from gremiennetz.places import Root
from gremiennetz.query import Library, StoreEngine, answer, ask

Found = dict[str, Any]
ROUNDS = 6
ENOUGH = 240
"""Seconds after which no further round of all queries begins."""
OF_PAIRS = ("overlap/between",)
"""What gives a row per pair of units of the whole country and body, unless it is asked about one: not asked beyond 20 municipalities."""
LIMIT = [3600]
"""Seconds of processor time that what is timed may take; the command line says how many."""
SIMPLE = "SELECT ?a ?b (COUNT(?body) AS ?n) WHERE { ?a org:memberOf ?body . ?b org:memberOf ?body . FILTER(STR(?a) < STR(?b)) } GROUP BY ?a ?b"
CONNECTIONS = "SELECT ?unit ?body WHERE { ?unit org:memberOf ?body }"


def timed(work: Callable[[], Any]) -> tuple[Found, Any]:
    """Run once and return seconds on the clock and of the processors, with what came out."""
    limited()
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}, result


def limited() -> None:
    """From now on, let the process have so many seconds of processor time and no more."""
    import resource  # noqa: PLC0415 - not on every system

    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + LIMIT[0], resource.RLIM_INFINITY))


def nq(root: Root) -> Path:
    """Return the graph as one file."""
    return root.build / "graph.nq"


def union(root: Root) -> Path:
    """Return the graph without names of graphs, as the straightforward stack wants it."""
    return root.build / "union.nt"


def loaded(root: Root) -> ox.Store:
    """Return the graph in an Oxigraph store in memory."""
    made = ox.Store()
    made.bulk_load(path=str(nq(root)), format=ox.RdfFormat.N_QUADS)
    return made


def on_disk(root: Root) -> ox.Store:
    """Return the graph in the store on disk, made where the build was not measured before."""
    if not (root.build / "store").exists():
        store.from_records(root)
    return ox.Store.read_only(str(root.build / "store"))


def plain_graph(root: Root) -> Any:
    """Return the graph in rdflib's store in memory."""
    import rdflib  # noqa: PLC0415 - a side imports what it needs, so that no other side pays for it

    return rdflib.Graph().parse(union(root), format="nt")


def sparql(text: str) -> str:
    """Return a query with its prefixes."""
    return "".join(f"PREFIX {prefix}: <{base}>\n" for prefix, base in PREFIXES.items()) + text


# build: from records to a graph that answers queries


def build_ours(root: Root) -> Found:
    """Records straight into the store on disk."""
    found, _ = timed(lambda: store.from_records(root))
    return {**found, "quads": len(ox.Store.read_only(str(root.build / "store")))}


def build_stream(root: Root) -> Found:
    """Records to one file of N-Quads."""
    found, count = timed(lambda: stream.write_nquads(root, nq(root)))
    return {**found, "quads": count}


def build_plain(root: Root) -> Found:
    """Records to Turtle by rdflib, as for publishing, and the Turtle into an rdflib graph that can be asked."""
    import rdflib  # noqa: PLC0415 - as above

    def work() -> Any:
        files.write(root)
        graph = rdflib.Graph()
        for path in (*root.turtle.rglob("*.ttl"), *root.shipped("ontology").rglob("*.ttl")):
            graph.parse(path, format="turtle")
        return graph

    found, graph = timed(work)
    return {**found, "triples": len(graph)}


# load: a file into memory


def load_ours(root: Root) -> Found:
    """N-Quads into Oxigraph in memory."""
    found, made = timed(lambda: loaded(root))
    return {**found, "quads": len(made)}


def load_plain(root: Root) -> Found:
    """N-Triples into rdflib."""
    found, graph = timed(lambda: plain_graph(root))
    return {**found, "triples": len(graph)}


def load_maplib(root: Root) -> Found:
    """N-Triples into maplib."""
    from maplib import Model  # noqa: PLC0415 - as above

    model = Model()
    found, _ = timed(lambda: model.read(str(union(root)), format="ntriples"))
    return found


def load_oxrdflib(root: Root) -> Found:
    """N-Triples into rdflib's API over Oxigraph."""
    import rdflib  # noqa: PLC0415 - as above

    graph = rdflib.Graph(store="Oxigraph")
    found, _ = timed(lambda: graph.parse(union(root), format="ox-nt"))
    return {**found, "triples": len(graph)}


# validate


def _results(rows: Any) -> Found:
    return {"results": len(rows), "digest": hash_of(sorted(rows))}


def hash_of(rows: Any) -> str:
    """Return a short mark of a result, to compare sides."""
    import hashlib  # noqa: PLC0415 - as above

    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:12]


def validate_ours(root: Root) -> Found:
    """Core shapes on rdflib, SPARQL constraints on Oxigraph."""
    made, shapes = loaded(root), validate.read_shapes(root.shipped("shapes"))
    found, report = timed(lambda: validate.check(made, shapes))
    return {**found, **_results([(item.shape, item.focus) for item in report.findings])}


def validate_plain(root: Root) -> Found:
    """All shapes by pySHACL on an rdflib graph."""
    import pyshacl  # noqa: PLC0415 - as above
    from rdflib.namespace import SH  # noqa: PLC0415 - as above

    graph, shapes = plain_graph(root), validate.read_shapes(root.shipped("shapes")).graph
    found, (_, report, _) = timed(lambda: pyshacl.validate(graph, shacl_graph=shapes, advanced=False, inference="none", meta_shacl=False))
    rows = [(str(report.value(node, SH.sourceShape)), str(report.value(node, SH.focusNode))) for node in report.objects(None, SH.result)]
    return {**found, **_results(rows)}


def validate_pyrudof(root: Root) -> Found:
    """All shapes by rudof, in memory."""
    import pyrudof  # noqa: PLC0415 - as above

    shapes = root.build / "shapes.ttl"
    shapes.write_text(validate.read_shapes(root.shipped("shapes")).graph.serialize(format="turtle"), encoding="utf-8")
    engine = pyrudof.Rudof(pyrudof.RudofConfig())
    engine.read_data(str(union(root)), format=pyrudof.RDFFormat.NTriples)
    engine.read_shacl(str(shapes))
    found, report = timed(engine.validate_shacl)
    rows = [(str(item.source_shape).strip("<>"), str(item.focus_node).strip("<>")) for item in report.violations]
    return {**found, **_results(rows)}


# queries


def queries_ours(root: Root) -> Found:
    """Every query of the library, in memory: seconds on the clock in the engine, all rows read.

    Each query is asked once per round, so that it finds the caches of the processor as another one left them, as it does when somebody asks it; asked
    many times in a row, what is small would look better than it is. At one municipality also the whole answer, with the rows in order.
    """
    return _queries(loaded(root), root, on_disk=False)


def queries_disk(root: Root) -> Found:
    """The same in the store on disk."""
    return _queries(on_disk(root), root, on_disk=True)


def _queries(made: ox.Store, root: Root, *, on_disk: bool) -> Found:
    each: dict[str, list[float]] = {}
    whole: dict[str, list[float]] = {}
    rows: dict[str, int] = {}
    small, engine = len(made) < 100_000, StoreEngine(made, on_disk=on_disk)
    found: Found = {}
    limited()
    start = time.perf_counter()
    for number in range(1, ROUNDS + 1):
        for query in Library(root.shipped("queries")):
            if query.name in OF_PAIRS and len(made) > 1_000_000:
                continue
            took, rows[query.name] = _clocked(partial(_read, made, query.for_engine(on_disk=on_disk)))
            each.setdefault(query.name, []).append(took)
            if small:
                whole.setdefault(query.name, []).append(_clocked(partial(ask, query, engine))[0])
            typical = {name: _after_the_first(runs) for name, runs in each.items()}
            told = {"rounds": number, "rows": rows, "whole": {name: _after_the_first(runs) for name, runs in whole.items()}}
            found = {"seconds": sum(typical.values()), "each": typical, **told}
            print(json.dumps(found), flush=True)
        if time.perf_counter() - start > ENOUGH:
            break
    return found


def _read(made: ox.Store, text: str) -> int:
    return sum(1 for _ in made.query(text, use_default_graph_as_union=True, prefixes=PREFIXES))


def _clocked(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _after_the_first(runs: list[float]) -> float:
    """Return the median of all runs but the first, which has to get its memory from the system; of one run, that run."""
    return statistics.median(runs[1:] or runs)


def queries_plain(root: Root) -> Found:
    """The same in rdflib, once each."""
    graph, library, each = plain_graph(root), Library(root.shipped("queries")), {}
    limited()
    for query in library:
        start = time.process_time()
        sum(1 for _ in graph.query(query.for_engine()))
        each[query.name] = time.process_time() - start
        print(json.dumps({"seconds": sum(each.values()), "each": each, "partly": len(each) < len(library)}), flush=True)
    return {"seconds": sum(each.values()), "each": each}


# pairs of units within each municipality, with labels and the cells they hang on


def _pairs(engine: StoreEngine, root: Root) -> Found:
    library = Library(root.shipped("queries"))
    runs = [timed(lambda: pairs.unit_pairs(library, engine)) for _ in range(3)]
    found = sorted((run[0] for run in runs), key=lambda item: item["seconds"])[1]
    return {**found, "rows": len(runs[0][1])}


def pairs_ours(root: Root) -> Found:
    """``gremiennetz analyse pairs`` on the graph in memory."""
    return _pairs(StoreEngine(loaded(root)), root)


def pairs_disk(root: Root) -> Found:
    """The same on the store on disk."""
    return _pairs(StoreEngine(on_disk(root)), root)


def pairs_oxigraph(root: Root) -> Found:
    """The query overlap/unit-pairs in Oxigraph."""
    library, engine = Library(root.shipped("queries")), StoreEngine(loaded(root))
    found, table = timed(lambda: answer(library.get("overlap/unit-pairs"), {}, library, engine))
    return {**found, "rows": len(table)}


def pairs_plain(root: Root) -> Found:
    """The query overlap/unit-pairs in rdflib."""
    text, graph = Library(root.shipped("queries")).get("overlap/unit-pairs").bound({}), plain_graph(root)
    found, rows = timed(lambda: list(graph.query(text)))
    return {**found, "rows": len(rows)}


# shared bodies of each two units of the whole country, across municipalities, counts alone: what candidates are compared by


def _connections(root: Root) -> list[tuple[str, str]]:
    rows = loaded(root).query(CONNECTIONS, use_default_graph_as_union=True, prefixes=PREFIXES)
    return [(row[0].value, row[1].value) for row in rows]


def _counted(found: Found, pairs_found: int, total: int) -> Found:
    return {**found, "rows": int(pairs_found), "total": int(total)}


def counts_python(root: Root) -> Found:
    """Dictionaries."""
    from collections import Counter, defaultdict  # noqa: PLC0415 - as above

    rows = _connections(root)

    def work() -> Any:
        there = defaultdict(list)
        for unit, body in rows:
            there[body].append(unit)
        return Counter(pair for units in there.values() for pair in combinations(sorted(units), 2))

    found, counter = timed(work)
    return _counted(found, len(counter), counter.total())


def counts_scipy(root: Root) -> Found:
    """A sparse matrix times itself."""
    import numpy as np  # noqa: PLC0415 - as above
    from scipy import sparse  # noqa: PLC0415 - as above

    rows = _connections(root)

    def work() -> Any:
        units = {name: number for number, name in enumerate(sorted({unit for unit, _ in rows}))}
        bodies = {name: number for number, name in enumerate({body for _, body in rows})}
        at = ([units[unit] for unit, _ in rows], [bodies[body] for _, body in rows])
        held = sparse.csr_array((np.ones(len(rows), dtype=np.int32), at), shape=(len(units), len(bodies)))
        return sparse.triu(held @ held.T, k=1)

    found, matrix = timed(work)
    return _counted(found, matrix.nnz, matrix.sum())


def counts_duckdb(root: Root) -> Found:
    """SQL over a table of the connections."""
    import duckdb  # noqa: PLC0415 - as above
    import polars as pl  # noqa: PLC0415 - as above

    held = pl.DataFrame(_connections(root), schema=["unit", "body"], orient="row")
    connection = duckdb.connect()
    connection.register("held", held.to_arrow())
    sql = "SELECT count(*), sum(n) FROM (SELECT count(*) AS n FROM held a JOIN held b ON a.body = b.body AND a.unit < b.unit GROUP BY a.unit, b.unit)"
    found, row = timed(lambda: connection.execute(sql).fetchone())
    return _counted(found, row[0], row[1] or 0)


def counts_polars(root: Root) -> Found:
    """The same in Polars."""
    import polars as pl  # noqa: PLC0415 - as above

    held = pl.DataFrame(_connections(root), schema=["unit", "body"], orient="row")
    lazy = held.with_columns(pl.col("unit", "body").cast(pl.Categorical).to_physical()).lazy()
    meet = lazy.join(lazy, on="body", suffix="_b").filter(pl.col("unit") < pl.col("unit_b"))
    found, table = timed(lambda: meet.group_by("unit", "unit_b").len().collect())
    return _counted(found, len(table), table["len"].sum() or 0)


def counts_oxigraph(root: Root) -> Found:
    """SPARQL in Oxigraph."""
    made = loaded(root)
    found, rows = timed(lambda: [int(row[2].value) for row in made.query(SIMPLE, use_default_graph_as_union=True, prefixes=PREFIXES)])
    return _counted(found, len(rows), sum(rows))


def counts_maplib(root: Root) -> Found:
    """SPARQL in maplib."""
    from maplib import Model  # noqa: PLC0415 - as above

    model = Model()
    model.read(str(union(root)), format="ntriples")
    found, table = timed(lambda: model.query(sparql(SIMPLE)))
    return _counted(found, len(table), table["n"].sum() or 0)


def counts_oxrdflib(root: Root) -> Found:
    """SPARQL through rdflib's API over Oxigraph."""
    import rdflib  # noqa: PLC0415 - as above

    graph = rdflib.Graph(store="Oxigraph")
    graph.parse(union(root), format="ox-nt")
    found, rows = timed(lambda: [int(row[2]) for row in graph.query(sparql(SIMPLE))])
    return _counted(found, len(rows), sum(rows))


def counts_plain(root: Root) -> Found:
    """SPARQL in rdflib."""
    graph = plain_graph(root)
    found, rows = timed(lambda: [int(row[2]) for row in graph.query(sparql(SIMPLE))])
    return _counted(found, len(rows), sum(rows))


# what the memory of the machine costs


def lookups_ours(root: Root) -> Found:
    """A name per participation, each looked up in a dictionary in random order, as any join by hashing looks up its rows."""
    count = 500 * sum(1 for path in root.records.iterdir() if path.is_dir())
    names = [f"https://w3id.org/gremiennetz/id/participation/{number}" for number in range(count)]
    table = dict(zip(names, range(count), strict=True))
    random.Random(1).shuffle(names)
    times = max(1, 5_000_000 // count)
    found, _ = timed(lambda: [sum(table[name] for name in names) for _ in range(times)])
    return {key: value / times for key, value in found.items()}


# betweenness


def bridges_ours(root: Root) -> Found:
    """``gremiennetz analyse bridges``: igraph, in the whole network and in that of firm connections."""
    graph = analysis.network(Library(root.shipped("queries")), StoreEngine(loaded(root)))
    found, rows = timed(lambda: analysis.bridges(graph))
    return {**found, "rows": len(rows)}


def bridges_plain(root: Root) -> Found:
    """The same two by networkx."""
    import networkx as nx  # noqa: PLC0415 - as above

    graph = analysis.network(Library(root.shipped("queries")), StoreEngine(loaded(root)))
    found, rows = timed(lambda: (nx.betweenness_centrality(graph), nx.betweenness_centrality(analysis.firm_part(graph)))[0])
    return {**found, "rows": len(rows)}


def prepare(root: Root) -> Found:
    """Write the files that the sides read; each triple once in the one without graphs."""
    stream.write_nquads(root, nq(root))
    triples = {f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in ox.parse(path=str(nq(root)), format=ox.RdfFormat.N_QUADS)}
    with union(root).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(sorted(triples))
    return {}


def main() -> None:
    """Measure and print."""
    import resource  # noqa: PLC0415 - not on every system

    name, folder, limit = sys.argv[1:4]
    LIMIT[0] = int(limit)
    found = globals()[name.replace(".", "_")](Root(Path(folder)))
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
