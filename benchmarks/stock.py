"""The stock way, for comparison: a bot as `rasa init` sets it up, taught from our own examples."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.errors import BenchmarkFailed
from benchmarks.processes import (
    ROOT,
    Running,
    address,
    free_port,
    started,
)
from deploy.parts import module_part, quiet
from index.loaders import find_documents, load_document

INTENTS: Final = 12
EXAMPLES: Final = 25
MODEL: Final = "models/stock.tar.gz"
ACTION: Final = "action_nearest_paragraph"


def paragraphs(documents: Path) -> list[str]:
    """Every paragraph and bullet of the documents, white space made even."""
    loaded = (load_document(path, documents)[0] for path in find_documents(documents))
    blocks = (block for document in loaded for block in document.blocks)
    return [" ".join(block.text.split()) for block in blocks if block.kind != "heading"]


def generate(folder: Path, texts: Sequence[str]) -> None:
    """Writes the whole bot into `folder`; its action returns one of `texts`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (ROOT / "benchmarks" / "stock_bot").iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    (folder / "paragraphs.json").write_text(json.dumps(texts), "utf-8")
    kinds = examples()
    intents = list(kinds)
    # What it does not recognise is looked up as well: stock it would apologise and rewind.
    rules = [{"rule": one, "steps": _steps(one)} for one in (*intents, "nlu_fallback")]
    triples = [intents[n : n + 3] for n in range(0, len(intents), 3)]
    stories = [{"story": " ".join(three), "steps": _steps(*three)} for three in triples]
    session = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    domain = {"intents": intents, "actions": [ACTION], "session_config": session}
    write_yaml(folder / "domain.yml", domain)
    write_yaml(folder / "data" / "nlu.yml", {"nlu": _nlu(kinds)})
    write_yaml(folder / "data" / "rules.yml", {"rules": rules})
    write_yaml(folder / "data" / "stories.yml", {"stories": stories})


@contextmanager
def stock(folder: Path, one_after_another: bool = False) -> Iterator[tuple[Running, str]]:
    """The trained bot of `folder` and its action server; gives them with Rasa's address."""
    rasa, actions = free_port(), free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: {address(actions)}/webhook\n", "utf-8")
    named = ("--actions", "actions", "-p", str(actions))
    command = ("rasa", "run", "--model", MODEL, "--endpoints", str(endpoints))
    parts = (
        module_part("action server", actions, "/health", "rasa_sdk", *named),
        module_part("Rasa", rasa, "/", *command, "-i", "127.0.0.1", "-p", str(rasa)),
    )
    with started(parts, folder, quiet(), folder, one_after_another) as running:
        yield running, address(rasa)


def examples() -> dict[str, list[str]]:
    """What the bots for comparison are taught: examples of twelve kinds of general questions."""
    return sample(yaml.safe_load(file.read_text("utf-8")) for file in _nlu_files())


def sample(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """English examples of general intents, the same ones at every run."""
    found: dict[str, list[str]] = {}
    for entry in (entry for document in documents for entry in document["nlu"]):
        language = entry.get("metadata", {}).get("language", "en")
        if entry.get("intent", "").startswith("general_") and language == "en":
            lines = (line.removeprefix("- ").strip() for line in entry["examples"].splitlines())
            # Square brackets are Rasa's mark for an entity.
            found.setdefault(entry["intent"], []).extend(x for x in lines if x and "[" not in x)
    chosen = [intent for intent in sorted(found) if len(found[intent]) >= EXAMPLES][:INTENTS]
    if len(chosen) < INTENTS:
        raise BenchmarkFailed(f"bot/data/nlu has {EXAMPLES} examples for {len(chosen)} intents")
    dice = random.Random(0)  # noqa: S311  # no secret: the same sample every time
    return {intent: dice.sample(found[intent], EXAMPLES) for intent in chosen}


def _nlu_files() -> list[Path]:
    return sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))


def _nlu(examples: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in examples.items()
    ]


def _steps(*intents: str) -> list[dict[str, str]]:
    return [step for intent in intents for step in ({"intent": intent}, {"action": ACTION})]


def write_yaml(file: Path, content: Mapping[str, Any]) -> None:
    """One of Rasa's files."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump({"version": "3.1", **content}, allow_unicode=True), "utf-8")
