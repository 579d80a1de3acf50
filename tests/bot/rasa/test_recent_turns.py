"""The tracker store: what is kept of a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    Restarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from bot.rasa.recent_turns import DESK_CHANNEL, RecentTurns, recent

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def turn(number: int, channel: str = DESK_CHANNEL) -> list[Event]:
    return [
        ActionExecuted("action_listen"),
        UserUttered(f"question {number}", {"name": "general_what_is"}, input_channel=channel),
        ActionExecuted("action_answer"),
        BotUttered(f"answer {number}"),
    ]


def conversation(turns: int, channel: str = DESK_CHANNEL) -> list[Event]:
    return [event for number in range(turns) for event in turn(number, channel)]


def kept(
    events: list[Event], domain: Domain, turns: int = 3, sender: str = "c-1"
) -> DialogueStateTracker:
    store = RecentTurns(domain, turns=turns)
    tracker = DialogueStateTracker.from_events(sender, events, domain.slots)

    async def there_and_back() -> DialogueStateTracker | None:
        await store.save(tracker)
        return await store.retrieve(sender)

    found = asyncio.run(there_and_back())
    assert found is not None
    return found


def asked(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


def test_of_a_long_conversation_the_last_turns_are_kept(domain: Domain) -> None:
    found = kept(conversation(120), domain)
    assert asked(found) == ["question 117", "question 118", "question 119"]
    assert len(found.events) == 3 * 4
    assert found.latest_message is not None and found.latest_message.text == "question 119"
    assert found.latest_action_name == "action_answer"


def test_a_short_conversation_is_kept_whole(domain: Domain) -> None:
    events = conversation(3)
    assert list(kept(events, domain).events) == events


def test_outside_the_desk_nothing_is_forgotten(domain: Domain) -> None:
    assert len(asked(kept(conversation(50, "cmdline"), domain))) == 50


def test_slots_outlive_the_turns_that_set_them(domain: Domain) -> None:
    events = [
        *turn(0),
        SlotSet("language", "en"),
        SlotSet("danger_seen", True),
        SlotSet("language", "es"),
        *conversation(10),
        SlotSet("about_other", True),
    ]
    found = kept(events, domain)
    slots = {name: found.get_slot(name) for name in ("language", "danger_seen", "about_other")}
    assert slots == {"language": "es", "danger_seen": True, "about_other": True}


def test_slots_from_before_a_restart_are_gone() -> None:
    events = [*turn(0), SlotSet("danger_seen", True), Restarted(), *conversation(5)]
    assert not [event for event in recent(events, 3) if isinstance(event, SlotSet)]


def test_cutting_twice_is_cutting_once() -> None:
    events = [SlotSet("danger_seen", True), *conversation(9)]
    assert recent(recent(events, 3), 3) == recent(events, 3)


def test_an_unknown_conversation_is_new(domain: Domain) -> None:
    assert asyncio.run(RecentTurns(domain).retrieve("nobody")) is None


def test_the_conversation_that_was_silent_longest_goes_first(domain: Domain) -> None:
    store = RecentTurns(domain, conversations=2)

    async def talk() -> list[str]:
        for sender in ("a", "b", "a", "c"):
            await store.save(DialogueStateTracker.from_events(sender, turn(0), domain.slots))
        return list(await store.keys())

    assert asyncio.run(talk()) == ["a", "c"]


def test_a_turn_in_progress_leaves_what_is_stored_alone(domain: Domain) -> None:
    store = RecentTurns(domain)

    async def talk() -> int:
        await store.save(DialogueStateTracker.from_events("c-1", turn(0), domain.slots))
        open_turn = await store.retrieve("c-1")
        assert open_turn is not None
        open_turn.update(UserUttered("half a turn"))
        again = await store.retrieve("c-1")
        assert again is not None
        return len(again.events)

    assert asyncio.run(talk()) == 4


def test_endpoints_yml_names_it(domain: Domain) -> None:
    endpoint = read_endpoint_config(str(ROOT / "endpoints.yml"), "tracker_store")
    assert isinstance(TrackerStore.create(endpoint, domain), RecentTurns)


@pytest.mark.parametrize("wrong", [{"turns": 1}, {"conversations": 0}])
def test_too_small_a_store_is_refused(domain: Domain, wrong: dict[str, int]) -> None:
    endpoint = EndpointConfig(type="bot.rasa.recent_turns.RecentTurns", **wrong)
    with pytest.raises(ValueError, match=r"endpoints\.yml: tracker_store"):
        TrackerStore.create(endpoint, domain)
