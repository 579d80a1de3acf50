"""The class of an event is looked up by its name.

Rasa walks through all classes of events, and asks each whether it is abstract, for every event that
an action server gives back.
"""

from __future__ import annotations

from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Remembers the class of each name; raises RasaUnknown."""
    pinned.require()
    from rasa.shared.core.events import Event

    search = Event.resolve_by_type
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        if type_name not in known:
            found = search(type_name, default)
            if found is None or found is default:
                return found
            known[type_name] = found
        return known[type_name]

    Event.resolve_by_type = staticmethod(resolve_by_type)
