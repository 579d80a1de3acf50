"""Weighs the widget and times it in Chromium with the processor slowed, beside other widgets.

`python -m benchmarks.widget` prints a table in Markdown; everything else goes to stderr.
`--ours` leaves the others out and fetches nothing.
"""

from __future__ import annotations

import argparse
import functools
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, sync_playwright

from benchmarks import processes, rivals
from benchmarks.errors import BenchmarkFailed
from benchmarks.machine import cpu
from deploy.parts import Part
from desk.website.widget_files import WidgetFiles

FOLDER: Final = processes.ROOT / "var" / "benchmarks" / "widgets"
SLOWED: Final = 4
RUNS: Final = 7
CHROMIUM: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)
PAGE: Final = "<!doctype html><html lang=en><title>x</title><h1>A page</h1><p>Text</p>{}</html>"
SHADOW: Final = "document.querySelector('clinic-chat')?.shadowRoot"
BUTTON: Final = f"{SHADOW}?.querySelector('.launcher')"
READY_SECONDS: Final = 60
SHIFT: Final = """new Promise((resolve) => {
  new PerformanceObserver((list) =>
    resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0))
  ).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 300);
})"""


@dataclass(frozen=True)
class Timed:
    """Milliseconds of scripts, and how far the page shifted."""

    script: float
    shift: float


@dataclass(frozen=True)
class Row:
    name: str
    zipped_bytes: int
    requests: int
    timed: Timed


def measure(browser: Browser, with_rivals: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="widget-") as name, desk(Path(name)) as url:
        rows = ours(browser, url)
    if with_rivals:
        others = rivals.fetch(FOLDER)
        with static(FOLDER) as url:
            rows += [theirs(browser, url, one) for one in others]
    return rows


def ours(browser: Browser, desk_url: str) -> list[Row]:
    """The button on the page, and the panel at the end of the first opening."""
    files = WidgetFiles()
    launcher, parts = len(files.launcher.zipped), [*files.parts.values()]
    whole = launcher + sum(len(part.zipped) for part in parts)
    page = f'<script src="{desk_url}/widget.js" async></script>'
    with static(FOLDER) as url:
        (FOLDER / "ours.html").write_text(PAGE.format(page), "utf-8")
        closed, opened = median_of(
            [times(browser, f"{url}/ours.html", BUTTON, opens=True) for _ in range(RUNS)]
        )
    return [
        Row("ours: the button, interactive", launcher, 1, closed),
        Row("ours: button and panel, opened", whole, 1 + len(parts), opened),
    ]


def theirs(browser: Browser, url: str, rival: rivals.Rival) -> Row:
    name = f"{rival.name.replace(' ', '-').lower()}.html"
    (FOLDER / name).write_text(PAGE.format(rival.page), "utf-8")
    (shown,) = median_of([times(browser, f"{url}/{name}", rival.ready) for _ in range(RUNS)])
    return Row(rival.name, rival.zipped_bytes, len(rival.files), shown)


def times(browser: Browser, url: str, ready: str, opens: bool = False) -> list[Timed]:
    """One visit with an empty cache: what it took until `ready`, and until the panel is open.

    Everything goes over plain DevTools: Playwright's own scripts in the page would be counted too.
    """
    context = browser.new_context()
    try:
        devtools = context.new_cdp_session(context.new_page())
        devtools.send("Performance.enable")
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        devtools.send("Page.navigate", {"url": url})
        wait_for(devtools, f"location.href === {url!r} && Boolean({ready})")
        found = [timed(devtools)]
        if opens:
            evaluate(devtools, f"{BUTTON}.click()")
            wait_for(devtools, f"Boolean({SHADOW}?.activeElement?.matches('textarea'))")
            found.append(timed(devtools))
        return found
    finally:
        context.close()


def wait_for(devtools: CDPSession, condition: str) -> None:
    """Raises BenchmarkFailed when it is not true within a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while not evaluate(devtools, condition):
        if time.monotonic() > deadline:
            raise BenchmarkFailed(f"{condition} is not true after {READY_SECONDS} seconds")
        time.sleep(0.1)
    time.sleep(0.5)  # what a widget does right after belongs to it


def timed(devtools: CDPSession) -> Timed:
    return Timed(spent(devtools), float(evaluate(devtools, SHIFT)))


def evaluate(devtools: CDPSession, expression: str) -> Any:
    asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    return devtools.send("Runtime.evaluate", asked)["result"].get("value")


def spent(devtools: CDPSession) -> float:
    """Milliseconds of scripts on the page's main thread so far."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    values = {metric["name"]: metric["value"] * 1000 for metric in metrics}
    script: float = values["ScriptDuration"]
    return script


def median_of(runs: Sequence[Sequence[Timed]]) -> list[Timed]:
    """Stage by stage."""
    return [
        Timed(
            statistics.median(one.script for one in stage),
            max(one.shift for one in stage),
        )
        for stage in zip(*runs, strict=True)
    ]


@contextmanager
def desk(folder: Path) -> Iterator[str]:
    """The address of a desk that lets every page of this machine in; the assistant is not asked."""
    port = processes.free_port()
    url = processes.address(port)
    environ = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        "DESK_SECRET": secrets.token_hex(),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PYTHONWARNINGS": "ignore",
    }
    part = Part("desk", (sys.executable, "-m", "desk", "serve"), port, f"{url}/widget.js")
    with processes.started((part,), processes.ROOT, environ, folder):
        yield url


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@contextmanager
def static(folder: Path) -> Iterator[str]:
    """The address of a server of the files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield processes.address(server.server_port)
        server.shutdown()


def table(rows: Sequence[Row]) -> str:
    lines = [
        "| | gzipped | files | script time | layout shift |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        weight = f"{row.zipped_bytes / 1000:,.1f} kB"
        timed = row.timed
        lines.append(
            f"| {row.name} | {weight} | {row.requests} | {timed.script:.0f} ms"
            f" | {timed.shift:.3f} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.widget", description=__doc__)
    parser.add_argument("--ours", action="store_true", help="leave the other widgets out")
    options = parser.parse_args(arguments)
    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed: Debian's package is named so", file=sys.stderr)
        return 1
    try:
        with sync_playwright() as playwright:
            launcher = playwright.chromium
            browser = launcher.launch(executable_path=program, args=CHROMIUM.split())
            rows = measure(browser, with_rivals=not options.ours)
            browser.close()
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    print(table(rows))
    print(
        f"\n{cpu()}, {os.cpu_count()} cores, {date.today():%Y-%m-%d}. Chromium, empty cache, the"
        f" processor slowed {SLOWED} times; medians of {RUNS} visits (`python -m"
        " benchmarks.widget`)."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
