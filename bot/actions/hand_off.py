"""Opens a case: a person has to answer this."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.safety.allegation import is_allegation
from bot.safety.labels import DANGER, label_of
from bot.settings import BotSettings
from desk.cases import Case, Cases, Urgency

_SOON = frozenset({"side_effect_now", "pregnancy_lactation", "medication_change"})
_ABOUT_MEDICINES = frozenset({"dosing", "interaction", "medication_change", "side_effect_now"})


class ActionHandOff(Action):
    """Opens a case with reason, urgency and the conversation so far, and says so truthfully."""

    def __init__(self) -> None:
        self._settings = BotSettings()
        self._cases: Cases | None = None

    def name(self) -> str:
        return "action_hand_off"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        label, reason = label_of(tracker.latest_message["intent"]["name"] or "")
        case = await asyncio.to_thread(self._open, tracker, label, reason)
        if label in DANGER:  # its reply has been sent by the Rasa server itself
            dispatcher.utter_message(json_message={"case_id": case.case_id})
            return []
        custom = {"outcome": "handoff", "reason": reason, "case_id": case.case_id}
        dispatcher.utter_message(response=f"say_hand_off_{label}", json_message=custom)
        if reason in _ABOUT_MEDICINES:
            dispatcher.utter_message(response="say_change_nothing")
        if self._settings.opening_hours:
            dispatcher.utter_message(
                response="say_opening_hours", hours=self._settings.opening_hours
            )
        dispatcher.utter_message(response="say_urgent_line")
        return []

    def _open(self, tracker: Tracker, label: str, reason: str) -> Case:
        if self._cases is None:
            self._cases = Cases(self._settings.database_url)
        text = tracker.latest_message.get("text") or ""
        intent = tracker.latest_message["intent"]["name"] or ""
        return self._cases.open(
            tracker.sender_id,
            channel=tracker.get_latest_input_channel() or "unknown",
            reason=reason,
            urgency=urgency_of(label, reason),
            queue="allegations" if is_allegation(intent, text) else "general",
            transcript=transcript_of(tracker.events),
        )


def urgency_of(label: str, reason: str) -> Urgency:
    """How soon a person has to look: urgent, soon or normal."""
    if label in DANGER:
        return "urgent"
    return "soon" if reason in _SOON else "normal"


def transcript_of(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conversation so far as `{"from", "text", "at"}`, oldest first; `at` in Unix seconds."""
    speakers = {"user": "visitor", "bot": "bot"}
    return [
        {"from": speakers[event["event"]], "text": event["text"], "at": event["timestamp"]}
        for event in events
        if event.get("event") in speakers and event.get("text")
    ]
