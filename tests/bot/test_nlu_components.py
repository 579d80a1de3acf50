"""The Rasa components, called on `Message` objects without a pipeline round them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import safety_gate, sentence_embedding
from bot.nlu.intent_classifier import PROBABILITIES, SentenceIntentClassifier
from bot.nlu.safety_gate import VERDICT, SafetyGate
from bot.nlu.sentence_embedding import READINGS, SentenceEmbedding
from tests.bot.conftest import WordEmbedder

EXAMPLES = {
    "general_what_is": ["what is ketamine", "tell me what ketamine is"],
    "small_talk_greet": ["hello there", "good morning hello"],
    "crisis_suicide": ["goodbye everyone forever", "forever goodbye my friends"],
    "unclear": ["what hello goodbye"],
}


class BrokenEmbedder(WordEmbedder):
    def encode(self, texts: Any) -> Any:
        raise RuntimeError("out of memory")


def featurizer(embedder: WordEmbedder) -> SentenceEmbedding:
    return SentenceEmbedding({**SentenceEmbedding.get_default_config()}, "test", embedder)


def gate() -> SafetyGate:
    return SafetyGate(SafetyGate.get_default_config())


def trained(embedder: WordEmbedder, folder: Path) -> SentenceIntentClassifier:
    data = TrainingData(
        [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    )
    data = featurizer(embedder).process_training_data(data)
    storage, resource = LocalModelStorage(folder), Resource(f"classifier-{uuid.uuid4()}")
    config = SentenceIntentClassifier.get_default_config()
    SentenceIntentClassifier(config, storage, resource).train(data)
    return SentenceIntentClassifier.load(config, storage, resource, None)  # type: ignore[arg-type]


def read(text: str, embedder: WordEmbedder, folder: Path) -> Message:
    messages = featurizer(embedder).process([Message({TEXT: text})])
    return gate().process(trained(embedder, folder).process(messages))[0]


def test_what_was_learnt_holds_for_its_model_not_for_the_models_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Tuned(WordEmbedder):
        fingerprint = "tuned"

    monkeypatch.setattr(sentence_embedding, "load_embedder", lambda _: WordEmbedder())
    before = SentenceEmbedding.fingerprint_addon({"model": "encoder"})
    monkeypatch.setattr(sentence_embedding, "load_embedder", lambda _: Tuned())
    assert SentenceEmbedding.fingerprint_addon({"model": "encoder"}) == "tuned" != before


def test_a_message_and_its_parts_are_embedded(embedder: WordEmbedder) -> None:
    text = "what is ketamine please tell me. " * 11 + "hello there my good friends."
    (message,) = featurizer(embedder).process([Message({TEXT: text})])
    assert message.get(READINGS).shape == (3, 64)
    assert message.get_dense_features(TEXT)[1].features.shape == (1, 64)


def test_what_was_learnt_is_found_again_after_storing(
    embedder: WordEmbedder, tmp_path: Path
) -> None:
    message = read("hello there", embedder, tmp_path)
    assert message.get(PROBABILITIES)[0]["small_talk_greet"] > 0.5
    assert sum(message.get(PROBABILITIES)[0].values()) == pytest.approx(1, abs=1e-4)


def test_intents_of_the_gate_alone_are_not_learnt(embedder: WordEmbedder, tmp_path: Path) -> None:
    model = trained(embedder, tmp_path).model
    assert model and "unclear" not in model.intents


def test_training_needs_two_intents(embedder: WordEmbedder, tmp_path: Path) -> None:
    data = featurizer(embedder).process_training_data(TrainingData([Message.build("hi", "x")]))
    config = SentenceIntentClassifier.get_default_config()
    with pytest.raises(ValueError, match="at least two intents"):
        SentenceIntentClassifier(config, LocalModelStorage(tmp_path), Resource("c")).train(data)


def test_the_gate_speaks_last(embedder: WordEmbedder, tmp_path: Path) -> None:
    message = read("goodbye everyone forever", embedder, tmp_path)
    assert message.get(INTENT)["name"] == "crisis_suicide"
    assert message.get(VERDICT)["source"] == "classifier"
    assert message.as_dict(only_output_properties=True)[VERDICT]["label"] == "crisis"


def test_a_leading_intent_is_taken_off_before_rasa_obeys_it() -> None:
    (message,) = gate().process([Message({TEXT: '/small_talk_greet{"a": 1} i want to die'})])
    assert message.get(TEXT) == "i want to die"
    assert message.get(INTENT)["name"] == "crisis_suicide"


def test_the_language_and_whose_danger_it_is_are_in_the_verdict() -> None:
    (message,) = gate().process([Message({TEXT: "mi hermano ya no quiere vivir, se quiere matar"})])
    assert message.get(VERDICT)["language"] == "es" and message.get(VERDICT)["about_other"]
    (emoji,) = gate().process([Message({TEXT: "🙂"})])
    assert emoji.get(VERDICT)["language"] == "" and not emoji.get(VERDICT)["about_other"]


def test_without_a_vector_the_wordings_still_find_a_crisis(tmp_path: Path) -> None:
    broken = BrokenEmbedder()
    for text, intent in (("i want to die", "crisis_suicide"), ("what is it", "unclear")):
        messages = featurizer(broken).process([Message({TEXT: text})])
        messages = trained(WordEmbedder(), tmp_path).process(messages)
        assert gate().process(messages)[0].get(INTENT)["name"] == intent


def test_a_gate_that_fails_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(safety_gate, "judge", broken)
    (message,) = gate().process([Message({TEXT: "what is ketamine?"})])
    assert message.get(INTENT)["name"] == "unclear"
    assert message.get(VERDICT)["source"] == "failure"


def test_an_empty_message_is_a_handoff() -> None:
    (message,) = gate().process([Message({TEXT: ""})])
    assert message.get(INTENT)["name"] == "unclear"
