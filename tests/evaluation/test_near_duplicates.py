"""No message may stand in two sets, word for word or nearly."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.near_duplicates import (
    QuestionLine,
    across_sets,
    near_duplicates,
    question_sets,
    remove,
)
from tests.evaluation.conftest import message

LONG = "my brother says he will not be around for the holidays this year"


def test_no_message_or_question_stands_in_two_sets() -> None:
    """Take them out with `python -m evaluation.near_duplicates --remove`."""
    pairs = across_sets()
    assert not pairs, "\n\n".join(["messages stand in two sets:", *map(str, pairs)])


@pytest.mark.parametrize(
    "text",
    [
        LONG.upper() + "!!",
        LONG.replace("brother", "sister"),
        f"um {LONG}",
    ],
)
def test_a_message_with_the_same_trigrams_is_found(text: str) -> None:
    (pair,) = near_duplicates([[message(LONG)], [message(text)]])
    assert (pair.message.text, pair.earlier.text) == (text, LONG)


@pytest.mark.parametrize(
    "text, other",
    [("Is it addictive?", "addictive"), ("ketamina, ¿qué es?", "qué es la ketamina"), ("🙂", "🙂")],
)
def test_a_short_message_with_the_same_content_words_is_found(text: str, other: str) -> None:
    assert near_duplicates([[message(text)], [message(other)]])


@pytest.mark.parametrize(
    "text, other",
    [
        ("i want to die", "i don't want to die"),
        ("can i drive", "can he drive"),
        ("🙂", "😡"),
        (LONG, "my brother says he likes the holidays and will be around next year"),
    ],
)
def test_other_messages_are_left_alone(text: str, other: str) -> None:
    assert not near_duplicates([[message(text)], [message(other)]])


def test_the_same_twice_in_one_set_is_nobodys_business() -> None:
    assert not near_duplicates([[message(LONG), message(LONG)]])


def test_what_repeats_is_removed_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("first\nsecond\nthird\n", encoding="utf-8")
    repeating = message(LONG, file=file, line=2)
    remove(near_duplicates([[message(LONG)], [repeating]]))
    assert file.read_text(encoding="utf-8") == "first\nthird\n"


def test_questions_are_compared_too() -> None:
    training, test, development = question_sets()
    assert min(len(training), len(test), len(development)) > 100
    repeated = QuestionLine(training[0].text.upper(), Path("test.jsonl"), 1)
    (pair,) = near_duplicates([training, [repeated]])
    assert pair.earlier.text == training[0].text and pair.message.place == "test.jsonl:1"
