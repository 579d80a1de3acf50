"""Slack's tables. They hold who, where and what is to be done; what was written stays in the
desk's own tables, except for what has come in and is not dealt with yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from desk.models import metadata

# What Slack sent, kept before it is acknowledged. `key` tells one thing that somebody did from
# another, so that Slack's retries change nothing. Lanes are worked off in order.
slack_inbox = Table(
    "slack_inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("lane", String(80), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", JSON, nullable=False),  # emptied once it is dealt with
    Column("received_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", String(32)),  # unset once it is dealt with
    Column("problem", String(400)),
    UniqueConstraint("key"),
    Index("ix_slack_inbox_due_at", "due_at"),
    sqlite_autoincrement=True,
)

# What Slack is to be told, as references: what is said is made up when it is sent.
slack_outbox = Table(
    "slack_outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("lane", String(80), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", String(32)),  # unset once it was sent, dropped or refused
    Column("problem", String(400)),
    Column("channel", String(32)),  # where it is now
    Column("ts", String(32)),
    UniqueConstraint("key"),
    Index("ix_slack_outbox_due_at", "due_at"),
    Index("ix_slack_outbox_lane", "lane"),
    sqlite_autoincrement=True,
)

# A conversation that somebody has in Slack, and where its replies go. No channel means the
# person's direct messages, once they are known.
slack_talks = Table(
    "slack_talks",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("private", Boolean(create_constraint=False), nullable=False),
    Column("passed_id", Integer, nullable=False),  # the last message that went to the outbox
    Index("ix_slack_talks_user_id", "user_id"),
)

# Where in Slack a person writes in which conversation: one a thread and person.
slack_places = Table(
    "slack_places",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("thread_ts", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Index("ix_slack_places_conversation_id", "conversation_id"),
)

# A case's card. It outlives its case, so that a deleted conversation is deleted in Slack too.
slack_cards = Table(
    "slack_cards",
    metadata,
    Column("case_id", String(16), primary_key=True),
    Column("conversation_id", String(255), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32)),
    Column("first_id", Integer, nullable=False),  # messages up to it are on the card itself
    Column("passed_id", Integer, nullable=False),
    Column("events", Integer, nullable=False),  # how many of the case's went to the outbox
    Column("withdrawn", Boolean(create_constraint=False), nullable=False),
    Index("ix_slack_cards_conversation_id", "conversation_id"),
    Index("ix_slack_cards_ts", "channel", "ts"),
)

# Which process works for Slack: rate limits are counted in one place, and order is kept.
slack_lease = Table(
    "slack_lease",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("until", String(32), nullable=False),
)


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Adds the row unless there is one like it; whether it was added."""
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[connection.dialect.name]
    row = insert(table).values(**values).on_conflict_do_nothing()
    return bool(connection.execute(row).rowcount)
