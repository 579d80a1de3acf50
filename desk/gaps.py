"""Questions that visitors asked and no document answered."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import exists, func, select

from desk.database import Database
from desk.models import cases, conversations, messages
from desk.redact import redact

DAYS = 90
ASKED_BACK = "clarify"
"""Reason of a reply to "ketamine?": the visitor chose a topic, and no document is missing."""
_NOT_WORDS = re.compile(r"[^\w\[\]]+")


@dataclass(frozen=True)
class Gap:
    """A question, redacted, as it was put last, and how often it came."""

    question: str
    count: int
    latest: str
    conversation_id: str


def run(database: Database, options: Namespace) -> None:
    """The command `gaps`."""
    since = options.since or datetime.now(timezone.utc).date() - timedelta(days=DAYS)
    for gap in gaps(database, since):
        if options.json:
            line = {"question": gap.question, "count": gap.count}
            print(json.dumps(line, ensure_ascii=False))
        else:
            print(f"{gap.count:5}  {' '.join(gap.question.split())}")


def gaps(database: Database, since: date) -> tuple[Gap, ...]:
    """Those since a day (UTC), the most frequent first. Not those of conversations that brought
    an allegation or that their visitor wants deleted. Raises DatabaseError.
    """
    reply, asked = messages.alias(), messages
    accused = exists().where(
        cases.c.conversation_id == asked.c.conversation_id, cases.c.queue == "allegations"
    )
    wanted = (
        select(asked.c.text, asked.c.created_at, asked.c.conversation_id)
        .join(reply, reply.c.in_reply_to == asked.c.id)
        .join(conversations, conversations.c.id == asked.c.conversation_id)
        .where(func.coalesce(reply.c.payload["reason"].as_string(), "") != ASKED_BACK)
        .where(reply.c.outcome == "no_answer", reply.c.created_at >= since.isoformat())
        .where(conversations.c.delete_asked_at.is_(None), ~accused)
        .order_by(asked.c.id)
    )
    with database.reading() as connection:
        return grouped(connection.execute(wanted))


def grouped(asked: Iterable[Any]) -> tuple[Gap, ...]:
    """Rows of (text, time, conversation) as questions; those that differ in case, blanks and
    punctuation alone are one.
    """
    latest: dict[str, tuple[str, str, str]] = {}
    counts: Counter[str] = Counter()
    for text, at, conversation_id in asked:
        question = redact(text).strip()
        same = _NOT_WORDS.sub(" ", question).strip().casefold()
        counts[same] += 1
        latest[same] = (question, at, conversation_id)
    return tuple(
        Gap(latest[same][0], count, *latest[same][1:]) for same, count in counts.most_common()
    )
