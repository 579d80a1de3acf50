"""Rasa policy that comes before all others: while a person is in charge, the assistant relays.

Crisis and emergency messages still get their reply. Whether a case is open is asked of the case
store at every turn, so that neither a restart of Rasa nor a new session ends a handoff.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.safety.labels import DANGER, label_of
from bot.settings import BotSettings
from desk.cases import Cases

RELAY = "utter_relayed"
RELAY_AFTER_DANGER = "utter_relayed_after_danger"
SEEN = "danger_seen"
"""Slot: a crisis or an emergency was met in this conversation; answers then carry the crisis line."""
REPEATED = "danger_repeated"
"""Slot: it was met more than once, so the reply is reworded."""

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class PersonInCharge(Policy):
    """Predicts the relay reply while a case is open, and nothing otherwise."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": 7}

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_DATA

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        cases: Cases | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        self._cases = cases

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PersonInCharge:
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Nothing to learn: who is in charge is a fact, not a pattern."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        if tracker.latest_action_name in (RELAY, RELAY_AFTER_DANGER):
            return self._predict(ACTION_LISTEN_NAME, domain)
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._predict(None, domain)
        seen = bool(tracker.get_slot(SEEN))
        if is_danger(tracker.latest_message):
            return self._predict(None, domain, [SlotSet(REPEATED if seen else SEEN, True)])
        if not self._person_in_charge(tracker.sender_id):
            return self._predict(None, domain)
        return self._predict(RELAY_AFTER_DANGER if seen else RELAY, domain)

    def _person_in_charge(self, conversation_id: str) -> bool:
        try:
            if self._cases is None:
                self._cases = Cases(BotSettings().database_url)
            return self._cases.current(conversation_id) is not None
        except Exception:  # the desk cannot take messages either while its database is down
            logger.exception("the case store cannot be read; the rules decide")
            return False

    def _predict(
        self, action: str | None, domain: Domain, events: list[Event] | None = None
    ) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        if action is not None:
            probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, events=events)


def is_danger(message: UserUttered) -> bool:
    """Whether the gate called a message a crisis or an emergency."""
    return label_of(message.intent_name or "")[0] in DANGER
