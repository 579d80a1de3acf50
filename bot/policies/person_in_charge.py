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

from bot.crisis_lines import slots_of
from bot.safety.labels import DANGER, label_of
from bot.settings import BotSettings
from desk.cases import Cases, Standing

RELAY = "utter_relayed"
RELAY_AFTER_DANGER = "utter_relayed_after_danger"
KEEP = "action_keep_message"
"""Stores a relayed message with its case, where no desk has stored it: in `rasa shell`."""
DESK_CHANNEL = "rest"
SEEN = "danger_seen"
"""Slot: a crisis or an emergency was met in this conversation; answers carry the crisis line."""
REPEATED = "danger_repeated"
"""Slot: the latest message is a danger again, so the reply is reworded."""

LANGUAGES = ("en", "es")

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
        self._lines = slots_of(BotSettings().country)

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
            kept = tracker.get_latest_input_channel() == DESK_CHANNEL
            return self._predict(ACTION_LISTEN_NAME if kept else KEEP, domain)
        if tracker.latest_action_name == KEEP:
            return self._predict(ACTION_LISTEN_NAME, domain)
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._predict(None, domain)
        standing = self._standing(tracker.sender_id)
        # The slot alone would not do: the danger may have been met by another Rasa server.
        seen = bool(tracker.get_slot(SEEN)) or standing.had_urgent
        danger = is_danger(tracker.latest_message)
        flags = {SEEN: seen or danger, REPEATED: seen and danger}
        events = changed(tracker, flags, self._lines)
        if danger or not standing.is_open:
            return self._predict(None, domain, events)
        return self._predict(RELAY_AFTER_DANGER if seen else RELAY, domain, events)

    def _standing(self, conversation_id: str) -> Standing:
        """What the case store says of a conversation; nothing, where it cannot be read."""
        try:
            if self._cases is None:
                self._cases = Cases(BotSettings().database_url)
            return self._cases.standing(conversation_id)
        except Exception:  # the desk cannot take messages either while its database is down
            logger.exception("the case store cannot be read; the rules decide")
            return Standing()

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


def changed(
    tracker: DialogueStateTracker, slots: dict[str, bool], lines: dict[str, str]
) -> list[Event]:
    """Events for the slots that the replies are chosen by and filled with, as far as they changed:
    these, the country's lines, and what the gate read off the message (its language, and whose
    danger it is). Where a message does not tell its language, it is the one that the desk knows
    the conversation by."""
    message = tracker.latest_message
    verdict = (message.parse_data if message else {}).get("verdict") or {}
    wanted: dict[str, object] = {**lines, **slots, "about_other": bool(verdict.get("about_other"))}
    known = (message.metadata if message else {}).get("language")
    language = verdict.get("language") or (known if known in LANGUAGES else None)
    if language:
        wanted["language"] = language
    return [
        SlotSet(name, value) for name, value in wanted.items() if tracker.get_slot(name) != value
    ]
