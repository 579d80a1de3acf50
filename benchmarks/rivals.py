"""Other chat widgets, fetched from the npm registry into var/ and made ready for a browser."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.errors import BenchmarkFailed

PACKAGES: Final = ("deep-chat@2.4.2", "@carbon/ai-chat@1.9.1", "esbuild@0.28.2")
DEEP_CHAT: Final = "node_modules/deep-chat/dist/deepChat.bundle.js"
CARBON_ENTRY: Final = "@carbon/ai-chat/dist/es/web-components/cds-aichat-container/index.js"
NPM_SECONDS: Final = 600


@dataclass(frozen=True)
class Rival:
    """A widget as its makers hand it out: `page` shows it, `ready` is true in the page once it
    does, `files` is what a browser fetches for that.
    """

    name: str
    page: str
    ready: str
    files: tuple[Path, ...]

    @property
    def zipped_bytes(self) -> int:
        return sum(len(gzip.compress(file.read_bytes(), 9)) for file in self.files)


def fetch(folder: Path) -> tuple[Rival, ...]:
    """The rivals, their pages and files in `folder`. Raises BenchmarkFailed."""
    npm = shutil.which("npm")
    if npm is None:
        raise BenchmarkFailed("npm is not installed, so there is nothing to compare with")
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder))
    _run((npm, *arguments, *PACKAGES), folder)
    return (_deep_chat(folder), _carbon(folder))


def _deep_chat(folder: Path) -> Rival:
    return Rival(
        "deep-chat",
        f'<deep-chat demo="true"></deep-chat><script type="module" src="/{DEEP_CHAT}"></script>',
        "document.querySelector('deep-chat')?.shadowRoot?.querySelector('#text-input')",
        (folder / DEEP_CHAT,),
    )


def _carbon(folder: Path) -> Rival:
    """Bundled as its documentation asks, by esbuild; only what the first view needs counts."""
    (folder / "carbon.js").write_text(f'import "{CARBON_ENTRY}";\n', "utf-8")
    options = "--bundle --minify --splitting --format=esm --outdir=carbon --metafile=carbon.json"
    production = '--define:process.env.NODE_ENV="production"'
    esbuild = str(folder / "node_modules" / ".bin" / "esbuild")
    _run((esbuild, "carbon.js", *options.split(), production, "--log-level=error"), folder)
    outputs = json.loads((folder / "carbon.json").read_text("utf-8"))["outputs"]
    files = sorted(needed(outputs, "carbon/carbon.js"))
    return Rival(
        "Carbon AI Chat",
        "<cds-aichat-container></cds-aichat-container>"
        '<script type="module" src="/carbon/carbon.js"></script>',
        "document.querySelector('cds-aichat-container')?.shadowRoot"
        "?.querySelector('cds-aichat-internal')?.shadowRoot?.querySelector('*')",
        tuple(folder / file for file in files),
    )


def needed(outputs: Mapping[str, Any], name: str) -> set[str]:
    """The output `name` and everything it imports at once, from esbuild's account of a bundle."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        imports = outputs[one]["imports"]
        waiting += [to["path"] for to in imports if to["kind"] == "import-statement"]
    return found


def _run(command: tuple[str, ...], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS)
    if done.returncode != 0:
        raise BenchmarkFailed(f"{Path(command[0]).name} failed: {done.stderr[-1000:].strip()}")
