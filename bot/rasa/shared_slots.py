"""Slots are shared by the trackers of a turn until one of them is set.

Rasa makes a handful of trackers a turn, and copies every slot of the domain for each: hundreds of
copies, of which none is ever set. Here a tracker copies the slot that it sets.
"""

from __future__ import annotations

from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Makes trackers share, and copy what they set or reset; raises RasaUnknown."""
    pinned.require()
    from rasa.shared.core.trackers import DialogueStateTracker

    init, put = DialogueStateTracker.__init__, DialogueStateTracker._set_slot

    def made(self: Any, sender_id: str, slots: Any, *rest: Any, **named: Any) -> None:
        init(self, sender_id, None if slots is None else (), *rest, **named)
        if slots is not None:
            self.slots = {slot.name: unset(slot) for slot in slots}

    def set_slot(self: Any, key: str, value: Any) -> None:
        if key in self.slots:
            self.slots[key] = copied(self.slots[key])
        put(self, key, value)

    def reset_slots(self: Any) -> None:
        for name, slot in self.slots.items():
            self.slots[name] = unset(slot)

    DialogueStateTracker.__init__ = made
    DialogueStateTracker._set_slot = set_slot
    DialogueStateTracker._reset_slots = reset_slots


def copied(slot: Any) -> Any:
    """A slot is nothing but its attributes."""
    made = object.__new__(type(slot))
    vars(made).update(vars(slot))
    return made


def unset(slot: Any) -> Any:
    """The slot with its initial value: itself, where it was never set."""
    if not slot.has_been_set:
        return slot
    made = copied(slot)
    made.reset()
    return made
