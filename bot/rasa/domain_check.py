"""Whether a domain is empty is asked once.

Rasa compares it with an empty one, written out anew, at every message.
"""

from __future__ import annotations

from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Remembers the answer in the domain, which does not change; raises RasaUnknown."""
    pinned.require()
    from rasa.shared.core.domain import Domain

    compare = Domain.is_empty

    def is_empty(self: Any) -> bool:
        known = vars(self)
        if "_is_empty" not in known:
            known["_is_empty"] = compare(self)
        return bool(known["_is_empty"])

    Domain.is_empty = is_empty
