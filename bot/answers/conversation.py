"""The conversation as slots: what a question is read with, and what is kept of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.answers.answering import Asked, Outcome
from bot.answers.follow_up import Context, is_contentless
from bot.answers.mentions import KINDS, mentions
from bot.answers.question import standalone

SLOTS: Final = ("topic", "asked", *KINDS, "offered", "shown", "known")
"""Slots of domain.yml that the answers set."""

_REMEMBERED: Final = 12
"""Questions that are not offered again."""
_FEWEST_WORDS: Final = 3
"""Words of an earlier message that a question may go on with."""


def asked_of(
    question: str, topic: str, slots: Mapping[str, Any], metadata: Mapping[str, Any]
) -> Asked:
    """A question with its conversation: from the slots or, where those are lost, from what the
    desk says the visitor wrote before."""
    context = Context(
        topic=slots.get("topic") or "",
        asked=slots.get("asked") or "",
        named={kind: slots[kind] for kind in KINDS if slots.get(kind)},
        offered=tuple(slots.get("offered") or ()),
    )
    return Asked(
        question=question,
        topic=topic,
        context=context or _from_earlier(metadata.get("earlier") or ()),
        shown=tuple(slots.get("shown") or ()),
        known=tuple(slots.get("known") or ()),
        spanish=slots.get("language") == "es",
    )


def _from_earlier(earlier: Any) -> Context:
    said = [text for text in earlier if isinstance(text, str)]
    for text in reversed(said):
        if len(text.split()) >= _FEWEST_WORDS and not is_contentless(text):
            return Context(asked=standalone(text), named=mentions(text))
    return Context()


def slots_of(outcome: Outcome, known: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the conversation is about after an answer, by slot."""
    context = outcome.context
    asked = tuple(dict.fromkeys((*known, outcome.read_as)))[-_REMEMBERED:]
    return {
        "topic": context.topic or None,
        "asked": context.asked or None,
        **{kind: context.named.get(kind) for kind in KINDS},
        "offered": list(context.offered) or None,
        "shown": list(outcome.shown) or None,
        "known": [text for text in asked if text] or None,
    }
