"""The tables. Timestamps are ISO 8601 texts in UTC of fixed width, so that they sort as they read,
alike in SQLite and PostgreSQL.
"""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("language", String(8)),
    Column("created_at", String(32), nullable=False),
    # The desk process that has a turn in flight here, and until when the others leave it alone.
    Column("turn_owner", String(36)),
    Column("turn_until", String(32)),
    Column("ended_at", String(32)),  # the visitor said good-bye; a new message takes it back
    Column("delete_asked_at", String(32)),  # by the visitor; done once no urgent case needs it
    Index("ix_conversations_created_at", "created_at"),
)

messages = Table(
    "messages",
    metadata,
    # The id is also the id of the event that a visitor's page sees. Within a conversation ids rise
    # in the order of the commits, because every writer holds the conversation's row first.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", String(64)),  # the sender's own id, which makes a second copy harmless
    Column("sender", String(8), nullable=False),  # visitor, bot, staff or system
    Column("text", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("in_reply_to", ForeignKey("messages.id", ondelete="CASCADE")),
    Column("turn_state", String(8)),  # of a visitor's message: pending or done
    Column("created_at", String(32), nullable=False),
    Column("outcome", String(32)),  # of a reply, as in its payload
    UniqueConstraint("conversation_id", "message_id"),
    Index("ix_messages_conversation", "conversation_id", "id"),
    Index("ix_messages_in_reply_to", "in_reply_to"),
    Index("ix_messages_outcome", "outcome", "created_at"),
    sqlite_autoincrement=True,  # an id is never given twice, so Last-Event-ID stays true
)
is_pending = messages.c.turn_state == "pending"
Index("ix_messages_pending", messages.c.id, sqlite_where=is_pending, postgresql_where=is_pending)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(16), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("urgency", String(8), nullable=False),
    Column("queue", String(32), nullable=False),
    Column("transcript", JSON, nullable=False),  # only where the desk has no messages of its own
    Column("opened_at", String(32), nullable=False),
    Column("assignee", String(254)),
    Column("claimed_at", String(32)),
    Column("resolved_at", String(32)),
    Column("outcome", Text),
    Column("waiting_since", String(32)),  # opened, released or raised: what escalation counts from
    Column("escalated_at", String(32)),
    Column("claim_expires_at", String(32)),  # unset while the visitor has the next word
    Column("first_claimed_at", String(32)),
    Column("first_reply_at", String(32)),
    Index("ix_cases_conversation_id", "conversation_id"),
    Index("ix_cases_state", "state"),
)
is_open = cases.c.state != "resolved"
Index(
    "uq_cases_one_open",
    cases.c.conversation_id,
    unique=True,
    sqlite_where=is_open,
    postgresql_where=is_open,
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("who", String(254), nullable=False),
    Column("action", String(16), nullable=False),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    Column("text", Text),  # a note's words, an outcome, what was raised; never sent to a visitor
    Index("ix_case_events_case_id", "case_id"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("case_id", ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("contact", String(254), nullable=False),
    Column("best_time", String(254), nullable=False),
    Column("asked_at", String(32), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("reply_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("helpful", Boolean(create_constraint=False), nullable=False),
    Column("reason", String(500)),
    Column("given_at", String(32), nullable=False),
    Index("ix_feedback_conversation_id", "conversation_id"),
    Index("ix_feedback_given_at", "given_at"),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("title", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_at", String(32), nullable=False),
)

# Staff's replies that were handed to the visitor's page, or to the visitor's Slack.
deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("problem", String(400)),  # why it could not be
)

# What has to leave the house: kept with the change that caused it, sent afterwards until it works.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    Column("target", String(400), nullable=False),  # mailto:address or the webhook's URL
    Column("content", JSON, nullable=False),  # ids, reason, urgency; never message text
    Column("created_at", String(32), nullable=False),
    Column("due_at", String(32)),  # unset when it was sent or given up
    Column("attempts", Integer, nullable=False),
    Column("sent_at", String(32)),
    Column("problem", String(400)),  # of the latest attempt
    Index("ix_outbox_case_id", "case_id"),
    Index("ix_outbox_due_at", "due_at"),
)

staff = Table(
    "staff",
    metadata,
    Column("email", String(254), primary_key=True),
    Column("name", String(120)),
    Column("created_at", String(32), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
    Column("role", String(16), nullable=False, server_default="agent"),
    Column("password_hash", String(200)),  # argon2; unset, the person cannot log in
    Column("failed_logins", Integer, nullable=False, server_default="0"),
    Column("locked_until", String(32)),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(12), primary_key=True),  # names it in the list of sessions; opens nothing
    Column("token_hash", String(64), nullable=False),
    Column("email", ForeignKey("staff.email", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("last_seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
    Column("user_agent", String(200), nullable=False),
    UniqueConstraint("token_hash"),
    Index("ix_sessions_email", "email"),
)


def now() -> str:
    """The time, as the tables hold it."""
    return stamp(datetime.now(timezone.utc))


def stamp(at: datetime) -> str:
    """A time that knows its zone, as the tables hold it."""
    return at.astimezone(timezone.utc).isoformat(timespec="microseconds")
