"""Stores a relayed message with its case, for channels that no desk stands before."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.settings import BotSettings
from desk.cases import Cases


class ActionKeepMessage(Action):
    """What somebody writes in `rasa shell` while a case is open reaches the staff too."""

    def __init__(self) -> None:
        self._settings = BotSettings()
        self._cases: Cases | None = None

    def name(self) -> str:
        return "action_keep_message"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if self._cases is None:
            self._cases = Cases(self._settings.database_url)
        text = tracker.latest_message.get("text") or ""
        await asyncio.to_thread(self._cases.relay, tracker.sender_id, text)
        return []
