"""Whether a message alleges something against the clinic's own staff: pure."""

from __future__ import annotations

from bot.safety.screen import names_staff, screen

ABUSE = "abuse"


def is_allegation(intent: str, text: str) -> bool:
    """Also inside an emergency or another crisis: such a message has a queue of its own whatever
    else it is.
    """
    if not names_staff(text):
        return False
    return intent.endswith(f"crisis_{ABUSE}") or ("crisis", ABUSE) in screen(text)
