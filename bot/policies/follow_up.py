"""Rasa policy for messages that mean nothing by themselves: "why?", "tell me more", "ketamine?".

No classifier can tell what they are about, so they would get small talk. After an answer they go
on with it; before one they get a choice of topics. The gate comes first as for every message:
where its wordings found something, or where it saw danger, nothing is done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.follow_up import is_contentless
from bot.answers.vague import is_open
from bot.safety.labels import DANGER, GENERAL

ANSWER: Final = "action_answer"
_REFUSED: Final = frozenset({"prompt_injection", "buying_drugs"})
_SURE: Final = 0.5
"""From this probability on a personal question is one, however short."""


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class FollowUp(Policy):
    """Predicts the answering action for such a message, and nothing otherwise."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": 7}

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_DATA

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FollowUp:
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Nothing to learn: the words are a closed list."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        message = tracker.latest_message
        if message is not None and _is_ours(message, bool(tracker.get_slot("asked"))):
            following = {ACTION_LISTEN_NAME: ANSWER, ANSWER: ACTION_LISTEN_NAME}
            action = following.get(tracker.latest_action_name or "")
            if action is not None:
                probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities)


def _is_ours(message: UserUttered, asked: bool) -> bool:
    verdict = (message.parse_data or {}).get("verdict") or {}
    return goes_on(message.text or "", verdict, asked)


def goes_on(text: str, verdict: Mapping[str, Any], asked: bool) -> bool:
    """Whether a message has to be read with the conversation; `asked`: a question was answered in
    it before."""
    label = verdict.get("label")
    if label == GENERAL:  # the rules answer it
        return False
    if label in DANGER or verdict.get("source") in ("wording", "failure"):
        return False
    if verdict.get("reason") in _REFUSED:
        return False
    if label == "personal_medical" and float(verdict.get("confidence") or 0) >= _SURE:
        return False
    return is_open(text) or (asked and is_contentless(text))
