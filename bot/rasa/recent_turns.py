"""Rasa tracker store: the last turns of each conversation, in memory, and the slots.

A turn costs the more the more Rasa remembers. What a conversation said is in the desk's database,
and who is in charge of it in the case store, so nothing that matters is lost with what is forgotten
here, with a restart, or when another Rasa server takes the next turn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    Event,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

DESK_CHANNEL = "rest"
"""Its conversations are in the desk's database; of the others, Rasa's shell, all is kept."""


class RecentTurns(TrackerStore):
    """Named in endpoints.yml, with `turns` of a conversation and the number of `conversations`."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        turns: int = 3,
        conversations: int = 20_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        if turns < 2 or conversations < 1:
            raise ValueError(
                f"endpoints.yml: tracker_store: turns is {turns} and conversations {conversations};"
                " at least 2 and 1 are needed"
            )
        self._turns = turns
        self._conversations = conversations
        self._kept: OrderedDict[str, Sequence[Event]] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self._kept[tracker.sender_id] = self.kept(tracker)
        self._kept.move_to_end(tracker.sender_id)
        while len(self._kept) > self._conversations:
            self._kept.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        events = self._kept.get(sender_id)
        return None if events is None else self.tracker_of(sender_id, events)

    async def keys(self) -> Iterable[str]:
        return list(self._kept)

    def kept(self, tracker: DialogueStateTracker) -> list[Event]:
        """What is kept of a conversation."""
        events = list(tracker.events)
        if tracker.get_latest_input_channel() == DESK_CHANNEL:
            return recent(events, self._turns)
        return events

    def tracker_of(self, sender_id: str, events: Iterable[Event]) -> DialogueStateTracker:
        """The conversation as Rasa knows it."""
        tracker = self.init_tracker(sender_id)
        for event in events:
            tracker.update(event)
        return tracker


def recent(events: Sequence[Event], turns: int) -> list[Event]:
    """The last turns, behind the slots as they stood when these began."""
    starts = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= turns:
        return list(events)
    start = starts[-turns]
    slots: dict[str, SlotSet] = {}
    for event in events[:start]:
        if isinstance(event, SlotSet):
            slots[event.key] = event
        elif isinstance(event, AllSlotsReset | Restarted):
            slots.clear()
    # A turn is recognised by the action before it, which is always to listen.
    return [*slots.values(), ActionExecuted(ACTION_LISTEN_NAME), *events[start:]]
