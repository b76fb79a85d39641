"""Measure the product against the straightforward stack and the candidates, and write the tables of docs/performance.md.

    python benchmarks/run.py --sizes 1,20,200 [--only pairs,build] [--rounds 3] [--again]

Makes a synthetic country per size (``scripts/synthetic.py``) in build/benchmarks; ontology, shapes and queries are those of the repository. Each
measurement is a process of its own (``sides.py``) with a limit of processor time; sides of one measurement run in turn, round by round, so that
a slow moment of the machine hits all of them. What is measured is kept in build/benchmarks/results.json: a run that was broken off goes on where
it stopped.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
WORK = REPOSITORY / "build" / "benchmarks"
RESULTS = WORK / "results.json"
PAGE = REPOSITORY / "docs" / "performance.md"
BEGIN, END = "<!-- tables: begin, written by benchmarks/run.py -->", "<!-- tables: end -->"
PATIENCE = 8
"""Limits are of processor time, so that a busy machine is not held against anybody; on the clock a side may take so many times longer."""
LINEAR = 12
"""Ten times the data may take so many times as long: linear, times 1.2."""
COUNTS = 0.002
"""Seconds below which a query tells nothing about growth."""
HUGE = 1000
"""From this size on only the product is measured."""

# measurement → what it is called, its sides (the product first), the limit in seconds
MEASURED: dict[str, tuple[str, dict[str, str], int]] = {
    "build": ("Whole build", {"ours": "records → store on disk", "stream": "records → N-Quads", "plain": "records → rdflib → Turtle → rdflib"}, 500),
    "load": ("Load", {"ours": "Oxigraph in memory", "plain": "rdflib", "oxrdflib": "oxrdflib", "maplib": "maplib"}, 900),
    "validate": ("Validation", {"ours": "Core on rdflib, SPARQL on Oxigraph", "plain": "pySHACL on rdflib", "pyrudof": "rudof"}, 900),
    "pairs": (
        "Overlap of each two units of a municipality",
        {"ours": "`analyse pairs`, in memory", "disk": "`analyse pairs`, on disk", "oxigraph": "query in Oxigraph", "plain": "query in rdflib"},
        60,
    ),
    "counts": (
        "Candidates: shared bodies of each two units of the whole country, counts alone",
        {"python": "Python", "scipy": "scipy.sparse", "duckdb": "DuckDB", "polars": "Polars", "oxigraph": "Oxigraph", "maplib": "maplib",
         "oxrdflib": "oxrdflib", "plain": "rdflib"},
        60,
    ),
    "bridges": ("Betweenness", {"ours": "igraph", "plain": "networkx"}, 100),
    "lookups": ("What memory costs: as many names as there are participations, each looked up once", {"ours": "Python's dictionary"}, 60),
    "queries": ("All queries of the library", {"ours": "Oxigraph in memory", "disk": "Oxigraph on disk", "plain": "rdflib"}, 900),
}  # fmt: skip
SMALL_ONLY = {("queries", "plain"): 1, ("validate", "plain"): 20, ("validate", "ours"): 20, ("validate", "pyrudof"): 20, ("bridges", "plain"): 20}
"""Where a side is not tried beyond a size, because it was given up before or is not about it."""
LIMITS = {("queries", "plain"): 100, ("build", "plain"): 600, ("validate", "plain"): 1800}
PACKAGES = ("pyoxigraph", "rdflib", "pyshacl", "networkx", "igraph", "scipy", "duckdb", "polars", "maplib", "oxrdflib", "pyrudof")

LARGE_PAGES = {"queries"}
"""Measurements whose memory is taken in large pages, as docs/scale.md advises for a country: an eighth faster there."""

Results = dict[str, Any]


def country(size: int) -> Path:
    """Return the synthetic country of a size, made if it is not there."""
    folder = WORK / f"country-{size}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        script = REPOSITORY / "scripts" / "synthetic.py"
        words = [sys.executable, str(script), "--municipalities", str(size), "--out", str(folder), "--root", str(REPOSITORY)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        if size < HUGE:
            measure("prepare", folder, 3600)
        (folder / "ready").touch()
    return folder


def measure(what: str, folder: Path, limit: int) -> Results:
    """Run one side once and return what it says, or that it was given up."""
    words = [sys.executable, str(REPOSITORY / "benchmarks" / "sides.py"), what, str(folder), str(limit)]
    tuned = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"} if what.split(".", maxsplit=1)[0] in LARGE_PAGES else {}
    with subprocess.Popen(words, env={**os.environ, **tuned}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            out, errors = process.communicate(timeout=PATIENCE * limit)
        except subprocess.TimeoutExpired:
            process.kill()
            out, errors = process.communicate()
    if process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        partly = json.loads(out.splitlines()[-1]) if out.strip() else {}
        return {**partly, "gave_up": limit}
    if process.returncode:
        return {"failed": errors.strip().splitlines()[-1][:300] if errors.strip() else f"exit code {process.returncode}"}
    found: Results = json.loads(out.splitlines()[-1])
    return found


def sides(name: str, size: int) -> list[str]:
    """Return the sides of a measurement that are tried at a size."""
    if size >= HUGE:
        return ["ours"] if name in {"build", "lookups"} else ["disk"] if name in {"pairs", "queries"} else []
    return [side for side in MEASURED[name][1] if size <= SMALL_ONLY.get((name, side), size)]


def run(sizes: list[int], only: list[str], rounds: int, *, again: bool) -> Results:
    """Measure what is not measured yet."""
    results: Results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for size in sizes:
        folder = country(size)
        for name in only:
            todo = [side for side in sides(name, size) if again or len(results.get(f"{name}.{side}.{size}", [])) < rounds]
            before = {side: [] if again else results.get(f"{name}.{side}.{size}", []) for side in todo}
            for _ in range(rounds):
                for side in todo:
                    done = before[side]
                    slow = any("gave_up" in item or "failed" in item or item.get("seconds", 0) > 60 for item in done)
                    if len(done) >= rounds or slow:
                        continue  # what takes minutes is measured once
                    found = measure(f"{name}.{side}", folder, LIMITS.get((name, side), MEASURED[name][2]) if size < HUGE else 7200)
                    done.append(found)
                    results[f"{name}.{side}.{size}"] = done
                    RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
                    print(f"{size:>5} {name}.{side}: {shown(found)}", flush=True)
    return results


def shown(found: Results) -> str:
    """Return one measurement in a line."""
    if "gave_up" in found:
        return f"gave up after {found['gave_up']} s"
    if "failed" in found:
        return f"failed: {found['failed']}"
    return f"{found['seconds']:.2f} s, {found.get('cpu', 0):.2f} s of processor, {found['peak_mb']:.0f} MB"


def median(items: list[Results], key: str) -> float | None:
    """Return the median of a figure over the rounds that came to an end."""
    values = [item[key] for item in items if key in item and "gave_up" not in item]
    return statistics.median(values) if values else None


def cell(items: list[Results]) -> str:
    """Return a side's figures for the page."""
    if not items:
        return "–"
    if any("gave_up" in item for item in items):
        return f"gave up after {items[0]['gave_up']} s"
    if any("failed" in item for item in items):
        return f"failed: {items[0]['failed']}"
    seconds, cpu, peak = (median(items, key) for key in ("seconds", "cpu", "peak_mb"))
    return f"{number(cpu if cpu is not None else seconds)} s ({number(seconds)}), {peak or 0:.0f} MB"


def number(value: float | None) -> str:
    """Return a number with three digits that count."""
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def ratio(results: Results, name: str, side: str, ours: str, size: int) -> str:
    """Return how many times longer a side takes than the product, in processor time; at least, where it was given up."""
    mine = median(results.get(f"{name}.{ours}.{size}", []), "cpu")
    items = results.get(f"{name}.{side}.{size}", [])
    other = median(items, "cpu")
    if not mine or not items:
        return "–"
    if other is None:
        return f"> {number(items[0]['gave_up'] / mine)}" if "gave_up" in items[0] else "–"
    return f"{number(other / mine)}"


def before(sizes: list[int], size: int) -> int | None:
    """Return the size that is a tenth of one, if it was measured: growth is told from 20 on, because what lies below is mostly start."""
    return size // 10 if size // 10 in sizes and size >= 200 else None


def growth(results: Results, name: str, side: str, sizes: list[int], size: int) -> str:
    """Return how many times longer a side takes than at a tenth of the size, of the processors and on the clock."""
    at, smaller = (results.get(f"{name}.{side}.{one}", []) for one in (size, before(sizes, size)))
    ratios = [now / then for key in ("cpu", "seconds") if (now := median(at, key)) and (then := median(smaller, key))]
    return f"{number(ratios[0])} ({number(ratios[1])})" if len(ratios) == 2 else "–"


def tables(results: Results) -> str:
    """Return the tables as Markdown."""
    sizes = sorted({int(key.rsplit(".", 1)[1]) for key in results})
    lines = [f"Machine: {machine()}", "", f"Versions: Python {platform.python_version()}, {', '.join(versions())}.", ""]
    for name, (title, names, _) in MEASURED.items():
        there = [size for size in sizes if any(f"{name}.{side}.{size}" in results for side in names)]
        if not there or name == "queries":
            continue
        lines += [f"### {title}", "", f"| side | {' | '.join(map(str, there))} |", f"|---|{'---|' * len(there)}"]
        ours = next(iter(names))
        for side, label in names.items():
            lines.append(f"| {label} | {' | '.join(cell(results.get(f'{name}.{side}.{size}', [])) for size in there)} |")
        for side, label in list(names.items())[1:]:
            if side == "plain":
                lines.append(f"| *{label}, times the first* | {' | '.join(ratio(results, name, side, ours, size) for size in there)} |")
        grown = [growth(results, name, ours, sizes, size) for size in there]
        if set(grown) != {"–"}:
            lines.append(f"| *{names[ours]}, times the size before* | {' | '.join(grown)} |")
        lines.append("")
        lines += same(results, name, names, there)
    return "\n".join([*lines, *queries(results, sizes)])


def same(results: Results, name: str, names: dict[str, str], there: list[int]) -> list[str]:
    """Say whether the sides that came to an end found the same."""
    lines = []
    for size in there:
        found: dict[str, list[str]] = {}
        for side, label in names.items():
            items = [item for item in results.get(f"{name}.{side}.{size}", []) if "seconds" in item and "gave_up" not in item]
            if items:
                key = next((f"{items[0][key]} {key}" for key in ("digest", "total", "rows") if key in items[0]), "")
                if "results" in items[0]:
                    key = f"{items[0]['results']} results"
                found.setdefault(key, []).append(label)
        if len(found) > 1 or (found and "" not in found):
            told = [f"{key} ({', '.join(labels)})" if len(found) > 1 else key for key, labels in found.items()]
            lines.append(f"Result at {size}: {'; '.join(told)}.  ")
    return [*lines, ""] if lines else []


def queries(results: Results, sizes: list[int]) -> list[str]:
    """Return the table of queries: milliseconds in the engine, and how they grow."""
    there = [(side, size) for side in ("ours", "disk", "plain") for size in sizes if f"queries.{side}.{size}" in results]
    if not there:
        return []
    labels = {"ours": "memory", "disk": "disk", "plain": "rdflib"}
    medians: dict[tuple[str, int], dict[str, float]] = {}
    for side, size in there:
        items = results[f"queries.{side}.{size}"]
        every = {query for item in items for query in item.get("each", {})}
        medians[side, size] = {query: statistics.median(item["each"][query] for item in items if query in item.get("each", {})) for query in every}
    order = sorted({query for found in medians.values() for query in found})
    steps = [(side, smaller, size) for side, size in there if side != "plain" and (smaller := before(sizes, size)) and (side, smaller) in there]
    heads = [*(f"{labels[side]} {size}" for side, size in there), *(f"{labels[side]} {smaller} → {size}" for side, smaller, size in steps)]
    lines = ["### Queries of the library, milliseconds in the engine, and how they grow", ""]
    lines += [f"| query | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    grown: dict[tuple[str, int, int], dict[str, float]] = {step: {} for step in steps}
    for query in order:
        cells = [f"{1000 * medians[key][query]:.0f}" if query in medians[key] else "–" for key in there]
        for side, smaller, size in steps:
            then, now = medians[side, smaller].get(query), medians[side, size].get(query)
            if then and now and then >= COUNTS:
                grown[side, smaller, size][query] = now / then
            cells.append(number(grown[side, smaller, size].get(query)))
        lines.append(f"| {query} | {' | '.join(cells)} |")
    sums = [f"{1000 * sum(medians[key].values()):.0f}{'' if len(medians[key]) == len(order) else '+'}" for key in there]
    for side, smaller, size in steps:  # of the queries that were measured at both sizes
        both = medians[side, size].keys() & medians[side, smaller].keys()
        sums.append(number(sum(medians[side, size][query] for query in both) / sum(medians[side, smaller][query] for query in both)))
    lines += [f"| **all** | {' | '.join(sums)} |", ""]
    for side, size in there:
        whole: dict[str, float] = {}
        for item in results[f"queries.{side}.{size}"]:
            whole |= item.get("whole", {})
        slowest = max(medians[side, size], key=lambda query: medians[side, size][query])
        told = f"Slowest in {labels[side]} at {size}: {slowest}, {1000 * medians[side, size][slowest]:.0f} ms"
        last = max(whole, key=lambda query: whole[query]) if whole else None
        lines.append(f"{told}; with the rows in order: {last}, {1000 * whole[last]:.0f} ms.  " if last else f"{told}.  ")
    for (side, smaller, size), ratios in grown.items():
        beyond = sorted(((ratio, query) for query, ratio in ratios.items() if ratio > LINEAR), reverse=True)
        told = "; ".join(f"{query} {number(ratio)}" for ratio, query in beyond) or f"none; at most {number(max(ratios.values()))}"
        lines.append(f"More than {LINEAR} times from {smaller} to {size} in {labels[side]}: {told}.  ")
    return [*lines, ""]


def machine() -> str:
    """Return what the machine is."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (line.split(":", 1)[1].strip() for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")), model
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return f"{model}, {os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}."


def versions() -> list[str]:
    """Return the versions of what is compared."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def main() -> None:
    """Measure and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1,20", help="numbers of municipalities, with commas")
    parser.add_argument("--only", default=",".join(MEASURED), help=f"some of: {', '.join(MEASURED)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--again", action="store_true", help="measure once more what is measured")
    given = parser.parse_args()
    only = given.only.split(",")
    if unknown := [name for name in only if name not in MEASURED]:
        parser.error(f"there is no measurement {unknown[0]!r}")
    WORK.mkdir(parents=True, exist_ok=True)
    results = run([int(size) for size in given.sizes.split(",")], only, given.rounds, again=given.again)
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{PAGE} has no place for the tables: {BEGIN} … {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
