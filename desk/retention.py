"""Deletes what is no longer to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, exists, func, or_, select

from desk.database import Database
from desk.models import cases, conversations, messages, sessions, stamp
from desk.notices import Notice, announce

BATCH = 200
SESSIONS_DAYS = 30


class Retention:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def old(self, days: int) -> list[str]:
        """Conversations without news for so many days; none that a person still has to close."""
        if not days:
            return []
        cutoff = _ago(days)
        newest = select(func.max(messages.c.created_at)).where(
            messages.c.conversation_id == conversations.c.id
        )
        quiet = func.coalesce(newest.scalar_subquery(), conversations.c.created_at) < cutoff
        return self._ids(quiet, conversations.c.created_at < cutoff, ~_open_case())

    def asked_for(self) -> list[str]:
        """Conversations that their visitors deleted, once nobody needs to see them any more."""
        must_be_seen = or_(cases.c.urgency == "urgent", cases.c.queue == "allegations")
        return self._ids(conversations.c.delete_asked_at.is_not(None), ~_open_case(must_be_seen))

    def delete(self, conversation_ids: Sequence[str]) -> int:
        """Deletes conversations with all that belongs to them; how many there were."""
        gone = 0
        for start in range(0, len(conversation_ids), BATCH):
            batch = conversation_ids[start : start + BATCH]
            with self._database.writing() as connection:
                those = conversations.c.id.in_(batch)
                gone += connection.execute(delete(conversations).where(those)).rowcount
                for conversation_id in batch:
                    announce(connection, Notice("conversation", conversation_id, action="delete"))
        return gone

    def sweep(self, days: int) -> int:
        """Deletes what is due: old conversations, those asked for, sessions that are long over."""
        over = sessions.c.expires_at < _ago(SESSIONS_DAYS)
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(over))
        return self.delete([*self.asked_for(), *self.old(days)])

    def _ids(self, *conditions: Any) -> list[str]:
        wanted = select(conversations.c.id).where(*conditions).order_by(conversations.c.created_at)
        with self._database.reading() as connection:
            return list(connection.execute(wanted).scalars())


def _open_case(*conditions: Any) -> Any:
    return exists().where(
        cases.c.conversation_id == conversations.c.id, cases.c.state != "resolved", *conditions
    )


def _ago(days: int) -> str:
    return stamp(datetime.now(timezone.utc) - timedelta(days=days))
