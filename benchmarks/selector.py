"""Rasa's own way to an FAQ bot, for comparison: a ResponseSelector, which learns the answers.

No documents, no search and no action server: each of the twelve kinds of question has one fixed
answer, here the paragraph that the stock bot would find for the kind's first example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.processes import Running, address, free_port, started
from benchmarks.stock import MODEL, examples, write_yaml
from deploy.parts import module_part, quiet

NAME: Final = "Rasa's ResponseSelector, REST webhook"
FAQ: Final = "faq"
CONFIG: Final = Path(__file__).with_name("stock_bot") / "config.yml"


def generate(folder: Path, answers: Sequence[str]) -> frozenset[str]:
    """Writes the whole bot into `folder`; returns what it can say."""
    kinds = examples()
    said = {kind: answers[n % len(answers)] for n, kind in enumerate(kinds)}
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load(CONFIG.read_text("utf-8"))
    # Nothing here is beyond the rules, and the policies that learn would only add time.
    config["policies"] = [{"name": "RulePolicy"}]
    config["pipeline"] = [_without_doubt(one) for one in config["pipeline"]]
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    (folder / "credentials.yml").write_text("rest:\n", "utf-8")
    write_yaml(folder / "data" / "nlu.yml", {"nlu": _nlu(kinds)})
    write_yaml(folder / "data" / "rules.yml", {"rules": [_rule()]})
    responses = {f"utter_{FAQ}/{kind}": [{"text": text}] for kind, text in said.items()}
    write_yaml(folder / "domain.yml", {"intents": [FAQ], "responses": responses})
    return frozenset(said.values())


@contextmanager
def running(folder: Path) -> Iterator[tuple[Running, str]]:
    """The trained bot of `folder`; gives it with its address."""
    port = free_port()
    command = ("rasa", "run", "--model", MODEL, "-i", "127.0.0.1", "-p", str(port))
    part = module_part("Rasa", port, "/", *command)
    with started((part,), folder, quiet(), folder) as parts:
        yield parts, address(port)


def _without_doubt(component: Mapping[str, Any]) -> dict[str, Any]:
    """Every question is of the one intent, so that nothing is to be in doubt about it."""
    if component["name"] == "FallbackClassifier":
        return {**component, "threshold": 0.0, "ambiguity_threshold": 0.0}
    if component["name"] == "ResponseSelector":
        return {**component, "retrieval_intent": FAQ}
    return dict(component)


def _nlu(kinds: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [
        {"intent": f"{FAQ}/{kind}", "examples": "".join(f"- {text}\n" for text in texts)}
        for kind, texts in kinds.items()
    ]


def _rule() -> dict[str, Any]:
    return {"rule": FAQ, "steps": [{"intent": FAQ}, {"action": f"utter_{FAQ}"}]}
