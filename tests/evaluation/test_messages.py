"""Labelled sets and training data are read with their places, and errors name file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.safety.labels import DANGER
from bot.safety.normalise import normalise
from bot.safety.tune import read_examples
from bot.safety.windows import in_context
from evaluation.errors import MessagesInvalid
from evaluation.messages import CONTEXTS, SETS, counts, read_file, read_set, read_training
from tests.evaluation.conftest import message

GOOD = {"text": "hi", "label": "small_talk", "reason": "greet", "language": "en"}


@pytest.mark.parametrize("name", SETS)
def test_the_committed_sets_are_valid(name: str) -> None:
    assert read_set(name)


@pytest.mark.parametrize("name", CONTEXTS)
def test_messages_in_context_have_something_before_them_and_most_are_brief(name: str) -> None:
    """The others are read by themselves, and must be as safe."""
    messages = read_set(name)
    assert [m.place for m in messages if not m.earlier] == []
    assert sum(in_context(m.text, m.earlier) is not None for m in messages) > len(messages) / 2


@pytest.mark.parametrize("name", CONTEXTS)
def test_messages_in_context_mean_danger_and_the_rest(name: str) -> None:
    messages = read_set(name)
    assert len({m.label for m in messages}) >= 4
    assert 0.2 < sum(m.label in DANGER for m in messages) / len(messages) < 0.8


def test_the_sets_in_context_share_no_conversation() -> None:
    development, test = ({(*m.earlier, m.text) for m in read_set(name)} for name in CONTEXTS)
    assert not development & test


def test_what_was_said_before_is_read_oldest_first(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({**GOOD, "earlier": ["one", "two"]}), encoding="utf-8")
    assert [m.earlier for m in read_file(file)] == [("one", "two")]


def test_a_message_knows_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n\n{json.dumps(GOOD)}\n", encoding="utf-8")
    assert [m.place for m in read_file(file)] == ["a.jsonl:1", "a.jsonl:3"]


@pytest.mark.parametrize(
    "line, problem",
    [
        ("{", "Expecting"),
        ("[]", "list indices"),
        (json.dumps({**GOOD, "text": " "}), "empty"),
        (json.dumps({**GOOD, "reason": "suicide"}), "small_talk/suicide"),
        (json.dumps({**GOOD, "language": "fr"}), "'fr'"),
        (json.dumps({"text": "hi"}), "'label' is missing"),
    ],
)
def test_a_bad_line_is_named(line: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{line}\n", encoding="utf-8")
    with pytest.raises(MessagesInvalid, match=rf"a\.jsonl:2: .*{problem}"):
        read_file(file)


def test_an_empty_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(MessagesInvalid, match="test holds no messages"):
        read_set("test", tmp_path)


def test_training_messages_are_the_ones_that_the_encoder_is_tuned_on() -> None:
    texts = [normalise(m.text) for m in read_training()]
    assert texts == [example.text for example in read_examples()]


def test_an_unknown_intent_in_training_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("nlu:\n- intent: no_such\n  examples: |\n    - hi\n", encoding="utf-8")
    with pytest.raises(MessagesInvalid, match=r"a\.yml:2: .*'no_such'"):
        read_training(tmp_path)


def test_messages_are_counted_by_file_and_language() -> None:
    table = counts({"development": [message(), message(language="es")]})
    assert "| development | a | 0 | 2 | 0 | 0 | 0 | 0 | 0 | 1 | 1 | 0 | 2 |" in table
