"""Imports point one way: `index` and `desk` stand alone, `bot` may use `index` and `desk.cases`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = {"index", "bot", "desk"}
ALLOWED = {
    "index": {"index"},
    "desk": {"desk"},
    "bot": {"bot", "index", "desk.cases"},
}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the direction"
            yield node.module or ""


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_imports_only_what_it_may(part: str) -> None:
    for file in (ROOT / part).rglob("*.py"):
        for module in imported(file):
            if module.split(".")[0] not in PARTS:
                continue
            allowed = any(module == m or module.startswith(m + ".") for m in ALLOWED[part])
            assert allowed, f"{file.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize(
    "library, folders",
    [
        ("rasa", {"bot/nlu", "bot/policies", "bot/rasa", "bot/channel.py"}),
        ("rasa_sdk", {"bot/actions", "bot/rasa"}),
    ],
)
def test_rasa_stays_where_it_belongs(library: str, folders: set[str]) -> None:
    for file in (ROOT / "bot").rglob("*.py"):
        uses = any(module.split(".")[0] == library for module in imported(file))
        name = file.relative_to(ROOT).as_posix()
        assert not uses or any(name.startswith(folder) for folder in folders), name
