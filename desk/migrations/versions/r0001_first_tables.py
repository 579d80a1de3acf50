"""Conversations, messages, cases, their audit, staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _messages()
    _cases()
    _case_events()
    op.create_table(
        "staff",
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("active", sa.Boolean(create_constraint=False), nullable=False),
        sa.PrimaryKeyConstraint("email", name="pk_staff"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("in_reply_to", sa.Integer),
        sa.Column("turn_state", sa.String(8)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_messages_conversation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to"], ["messages.id"], name="fk_messages_in_reply_to", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "conversation_id", "message_id", name="uq_messages_conversation_id_message_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation", "messages", ["conversation_id", "id"])
    op.create_index("ix_messages_in_reply_to", "messages", ["in_reply_to"])
    pending = sa.text("turn_state = 'pending'")
    op.create_index(
        "ix_messages_pending", "messages", ["id"], sqlite_where=pending, postgresql_where=pending
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("urgency", sa.String(8), nullable=False),
        sa.Column("queue", sa.String(32), nullable=False),
        sa.Column("transcript", sa.JSON, nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("assignee", sa.String(254)),
        sa.Column("claimed_at", sa.String(32)),
        sa.Column("resolved_at", sa.String(32)),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_cases_conversation_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_cases_conversation_id", "cases", ["conversation_id"])
    op.create_index("ix_cases_state", "cases", ["state"])
    unresolved = sa.text("state != 'resolved'")
    op.create_index(
        "uq_cases_one_open",
        "cases",
        ["conversation_id"],
        unique=True,
        sqlite_where=unresolved,
        postgresql_where=unresolved,
    )


def _case_events() -> None:
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(16), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("from_state", sa.String(16)),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name="fk_case_events_case_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])


def downgrade() -> None:
    for table in ("staff", "case_events", "cases", "messages", "conversations"):
        op.drop_table(table)
