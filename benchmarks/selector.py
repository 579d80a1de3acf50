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
GREET: Final = "greet"
"""DIET does not learn where there is one intent only; `rasa init` has this one, too."""
GREETINGS: Final = ("hey", "hello", "hi", "hello there", "good morning", "good evening")
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
    nlu = _nlu({GREET: GREETINGS, **{f"{FAQ}/{kind}": texts for kind, texts in kinds.items()}})
    write_yaml(folder / "data" / "nlu.yml", {"nlu": nlu})
    write_yaml(folder / "data" / "rules.yml", {"rules": [_rule(FAQ), _rule(GREET)]})
    responses = {f"utter_{FAQ}/{kind}": [{"text": text}] for kind, text in said.items()}
    responses[f"utter_{GREET}"] = [{"text": "Hey! How are you?"}]
    write_yaml(folder / "domain.yml", {"intents": [FAQ, GREET], "responses": responses})
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
    """Questions are all of one intent, so that nothing is to be in doubt about it."""
    if component["name"] == "FallbackClassifier":
        return {**component, "threshold": 0.0, "ambiguity_threshold": 0.0}
    if component["name"] == "ResponseSelector":
        return {**component, "retrieval_intent": FAQ}
    return dict(component)


def _nlu(kinds: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [
        {"intent": kind, "examples": "".join(f"- {text}\n" for text in texts)}
        for kind, texts in kinds.items()
    ]


def _rule(intent: str) -> dict[str, Any]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
