"""Slots that no message fills, and that no policy looks at, are passed over together.

Rasa goes through the mappings of every slot at every message, and asks every slot for its features
at every step that the conversation has gone.
"""

from __future__ import annotations

from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Looks first whether there is one to be filled or read; raises RasaUnknown."""
    pinned.require()
    from rasa.core.actions.action import ActionExtractSlots
    from rasa.shared.core.domain import Domain

    extract, features = ActionExtractSlots.run, Domain._get_slots_sub_state

    async def run(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> Any:
        known = vars(domain)
        if "_fills_slots" not in known:
            known["_fills_slots"] = fills_slots(domain)
        if not known["_fills_slots"]:
            return []
        return await extract(self, output_channel, nlg, tracker, domain)

    def slots_sub_state(tracker: Any, omit_unset_slots: bool = False) -> Any:
        if any(slot.influence_conversation for slot in tracker.slots.values()):
            return features(tracker, omit_unset_slots)
        return {}

    ActionExtractSlots.run = run
    Domain._get_slots_sub_state = staticmethod(slots_sub_state)


def fills_slots(domain: Any) -> bool:
    """Whether a message can fill a slot: by a mapping other than `custom` without an action."""
    from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS

    return ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions or any(
        mapping != {"type": "custom"} for slot in domain.slots for mapping in slot.mappings
    )
