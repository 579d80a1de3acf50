from __future__ import annotations

import pytest

from index.spelling import Spelling, edit_distance
from index.terms import stem, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("infusions", "infusion"),
        ("studies", "study"),
        ("monitoring", "monitored"),
        ("approval", "approved"),
        ("originally", "original"),
        ("effectiveness", "effective"),
        ("regulation", "regulate"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Does it work for teens?", "adolescents"),
        ("high blood pressure", "hypertension"),
        ("Does it raise blood pressure?", "an increase in blood pressure"),
        ("suicidal ideation", "thoughts of suicide"),
        ("a drip", "IV infusions"),
        ("long-lasting", "lasting"),
        ("naïve", "naive"),
    ],
)
def test_words_that_mean_the_same_give_the_same_terms(one: str, other: str) -> None:
    assert set(terms(other)) >= set(terms(one))


def test_words_without_content_give_no_terms() -> None:
    assert terms("What's it for? I don't know, please tell me!") == []


def test_conditions_are_never_taken_for_each_other() -> None:
    conditions = ["depression", "anxiety", "PTSD", "bipolar disorder", "migraine", "OCD", "pain"]
    assert len({tuple(terms(condition)) for condition in conditions}) == len(conditions)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "xyz", 3)],
)
def test_edit_distance_counts_a_swap_once(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second, 2) == distance


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("What about infusoin?", "What about infusion?"),
        ("KETAMIN", "ketamine"),
        ("depresion pills", "depression pills"),
        ("kost of weight", "kost of weight"),
        ("hte", "hte"),
    ],
)
def test_misspelt_long_words_are_corrected_and_known_words_left_alone(
    written: str, meant: str
) -> None:
    vocabulary = ["infusion", "ketamine", "depression", "weigh", "pills", "what", "about"]
    assert Spelling(vocabulary, lambda word: word == "weight").corrected(written) == meant
