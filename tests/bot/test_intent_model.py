"""The intent model, without Rasa: what it learns and how it is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu.intent_model import IntentModel, Options, learn, softmax
from tests.bot.conftest import WordEmbedder

TEXTS = [
    *(f"what is ketamine {word}" for word in ("please", "exactly", "really", "then", "now")),
    *(f"good morning {word}" for word in ("friend", "all", "there", "team", "you")),
    *(f"book a visit {word}" for word in ("today", "monday", "soon", "friday", "tomorrow")),
]
NAMES = ["what_is"] * 5 + ["greet"] * 5 + ["scheduling"] * 5


def vectors(texts: list[str]) -> NDArray[np.float32]:
    return WordEmbedder().encode(texts)


def trained(**options: float) -> IntentModel:
    return learn(TEXTS, vectors(TEXTS), NAMES, Options(C=30, **options))  # type: ignore[arg-type]


def probabilities(model: IntentModel, texts: list[str]) -> NDArray[np.float32]:
    return softmax(model.logits(texts, vectors(texts)))


def test_what_was_learnt_is_told_apart() -> None:
    model = trained()
    found = probabilities(model, TEXTS)
    assert [model.intents[n] for n in found.argmax(axis=1)] == NAMES
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_without_letters_it_is_logistic_regression() -> None:
    rows = vectors(TEXTS)
    wanted = LogisticRegression(C=30, max_iter=1000).fit(rows, NAMES).predict_proba(rows)
    found = softmax(trained(letters=0).logits(TEXTS, rows))
    assert found == pytest.approx(wanted, abs=2e-3)


def test_letters_help_where_the_vector_says_nothing() -> None:
    model = trained()
    nothing = np.zeros((1, 64), dtype=np.float32)
    found = softmax(model.logits(["ketamin"], nothing))[0]
    assert model.intents[found.argmax()] == "what_is"


def test_runs_of_letters_are_those_of_scikit_learn() -> None:
    texts = ["", "a", "Ab c", "Señor ÅNGSTRÖM  said:\u00a0hi\thi hi", "x" * 9, *TEXTS]
    letters = learn(texts, vectors(texts), (["a", "b"] * 10)[: len(texts)]).letters
    theirs = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, vocabulary=letters.grams
    )
    theirs.idf_ = letters.idf
    unseen = [*texts, "what is that, good señorita?", "日本語 what"]
    wanted = theirs.transform(unseen).toarray()
    assert letters.rows(unseen).toarray() == pytest.approx(wanted, abs=1e-6)


def test_the_stored_model_answers_the_same(tmp_path: Path) -> None:
    model = trained()
    model.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    logits = model.logits(TEXTS, vectors(TEXTS))
    assert loaded.intents == model.intents
    assert loaded.logits(TEXTS, vectors(TEXTS)) == pytest.approx(logits, abs=1e-5)


def test_two_examples_are_enough() -> None:
    texts = ["good morning", "book a visit"]
    model = learn(texts, vectors(texts), ["greet", "scheduling"])
    assert [model.intents[n] for n in probabilities(model, texts).argmax(axis=1)] == [
        "greet",
        "scheduling",
    ]


def test_one_intent_is_too_few() -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        learn(["good morning"], vectors(["good morning"]), ["greet"])


def test_a_higher_temperature_makes_it_less_sure_and_changes_no_choice() -> None:
    sure, unsure = probabilities(trained(), TEXTS), probabilities(trained(temperature=3.0), TEXTS)
    assert (sure.argmax(axis=1) == unsure.argmax(axis=1)).all()
    assert (sure.max(axis=1) > unsure.max(axis=1)).all()
