"""How fast Slack is told things."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from desk.messages import Message
from desk.slack.outbox import Kind, Letter
from desk.slack.outgoing import place_of
from desk.slack.pace import Pace
from desk.slack.talks import Talk


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def letter(kind: Kind = "said", lane: str = "case:C-1") -> Letter:
    return Letter(1, "key", lane, kind, {}, 1, "", 0, None, None, None)


def test_a_burst_then_one_a_second() -> None:
    clock = Clock()
    pace = Pace(1.0, 5, clock)
    assert [pace.may_start(letter()) for _ in range(7)] == [True] * 5 + [False] * 2
    clock.now += 1
    assert [pace.may_start(letter("card", "case:C-2")) for _ in range(2)] == [True, False]
    assert pace.may_start(letter("talk", "talk:c"))  # direct messages have their own


def test_after_a_refusal_it_is_held_for_as_long_as_slack_says() -> None:
    clock = Clock()
    pace = Pace(100.0, 100, clock)
    pace.hold(letter(), 30)
    clock.now += 29
    assert not pace.may_start(letter("card", "case:C-2"))
    assert pace.may_start(letter("talk", "talk:c"))
    clock.now += 2
    assert pace.may_start(letter())


def test_a_crisis_reply_that_comes_late_goes_where_it_stays() -> None:
    """What is for one person's eyes is gone once they have left Slack."""
    talk = Talk("c", "U0ANN", "C0OTHER", "1.0", True, 0)
    asked = Message(1, "c", "C0OTHER:1.0", "visitor", "I cannot go on")
    at = datetime.now(timezone.utc)
    soon = Message(2, "c", None, "bot", "Call 988.", outcome="crisis", created_at=at.isoformat())
    assert place_of(talk, soon, asked)["ephemeral"]
    before = (at - timedelta(seconds=90)).isoformat()
    late = Message(2, "c", None, "bot", "Call 988.", outcome="crisis", created_at=before)
    assert place_of(talk, late, asked) == {}
