"""How fast the network page opens and pans, against plain pyvis with its default physics on the same graph.

Run by hand from the folder of the repository: ``python benchmarks/network.py`` (500 and 10,000 nodes; ``--plain-seconds`` bounds the wait for plain
pyvis). Needs Chromium. The graphs are those of ``tests/network/city.py``.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import runpy
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pyvis
from playwright.sync_api import Browser, Error, Page, sync_playwright
from pyvis.network import Network

from gremiennetz.network import write
from gremiennetz.places import Root

REPOSITORY = Path(__file__).resolve().parents[1]
COUNT = """() => {
  window.frames_seen = 0;
  const step = () => { window.frames_seen += 1; requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
SECONDS = 3.0


def panned(page: Page, holder: str) -> float:
    """Drag the picture with the mouse and return how many frames a second the browser drew meanwhile."""
    box = page.locator(holder).bounding_box()
    if box is None:
        raise SystemExit(f"{holder} is not shown")
    before = page.locator(holder).screenshot()
    x, y = box["x"] + box["width"] / 2, box["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    start, step = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        step += 1
        page.mouse.move(x + 200 * math.sin(step / 20), y + 100 * (1 - math.cos(step / 20)))
    frames = page.evaluate("window.frames_seen") / (time.perf_counter() - start)
    moved = page.locator(holder).screenshot() != before
    page.mouse.up()
    if not moved:
        raise SystemExit("the picture did not move, so the frames say nothing")
    return float(frames)


def ours(browser: Browser, path: Path) -> tuple[float, float]:
    """Return seconds until the page answers, and frames per second while panning."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    start = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    ready = time.perf_counter() - start
    frames = panned(page, "#canvas")
    page.close()
    return ready, frames


def plain(browser: Browser, data: dict[str, Any], folder: Path, limit: float) -> tuple[float, float]:
    """Return the same for pyvis as it comes; its page waits for the layout, which is given up after a limit (then the limit is returned)."""
    network = Network(cdn_resources="in_line", directed=True)
    for thing in [*data["units"], *data["bodies"]]:
        network.add_node(thing["id"], label=thing["label"])
    for part in data["parts"]:
        network.add_edge(part["unit"], part["body"])
    for body in data["bodies"]:
        if "up" in body:
            network.add_edge(body["id"], body["up"])
    text = re.sub(r"<(link|script)[^>]*(href|src)=\"http[^>]*>(</script>)?", "", network.generate_html())
    text = text.replace("network = new vis.Network(", "window.network = network = new vis.Network(")
    path = folder / "plain.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(limit * 1000)
    start = time.perf_counter()
    try:
        page.goto(path.as_uri(), wait_until="commit")
        # the loading bar of pyvis ends with the layout; without one the first drawing is what counts
        page.wait_for_function(
            "() => window.network && (!document.getElementById('bar') || document.getElementById('loadingBar').style.display === 'none')"
        )
        ready = time.perf_counter() - start
        frames = panned(page, "#mynetwork")
    except Error:
        ready, frames = limit, 0.0
    page.close()
    return ready, frames


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="*", default=[500, 10_000])
    parser.add_argument("--plain-seconds", type=float, default=120)
    given = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("needs Chromium: sudo apt-get install chromium")
    city = runpy.run_path(str(REPOSITORY / "tests" / "network" / "city.py"))
    print(f"pyvis {pyvis.__version__}; seconds until the page answers; frames per second while panning")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        for nodes in given.nodes:
            folder = Path(name) / str(nodes)
            path = write(Root(city["country"](nodes).write(folder)), "internal", folder / "network.html")
            found = re.search(r'id="data">(.*?)</script>', path.read_text(encoding="utf-8"), flags=re.DOTALL)
            data = json.loads(found[1]) if found else {}
            ready, frames = ours(browser, path)
            size = path.stat().st_size / 1e6
            print(f"{nodes} nodes: page {ready:.2f} s, {frames:.0f} frames/s, {size:.1f} MB", flush=True)
            slow, jerky = plain(browser, data, folder, given.plain_seconds)
            gave_up = " (given up)" if slow >= given.plain_seconds else ""
            print(f"{nodes} nodes: plain pyvis {slow:.2f} s{gave_up}, {jerky:.0f} frames/s; ratio {slow / ready:.0f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
