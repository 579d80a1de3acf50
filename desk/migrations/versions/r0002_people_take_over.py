"""Claims that expire, callbacks, feedback, an outbox, log-ins; one turn in flight everywhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED = {
    "conversations": ("turn_owner", "turn_until", "ended_at", "delete_asked_at"),
    "messages": ("outcome",),
    "cases": (
        "waiting_since",
        "escalated_at",
        "claim_expires_at",
        "first_claimed_at",
        "first_reply_at",
    ),
}
SIZES = {"turn_owner": 36}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for name in columns:
            op.add_column(table, sa.Column(name, sa.String(SIZES.get(name, 32))))
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
    op.create_index("ix_messages_outcome", "messages", ["outcome", "created_at"])
    _fill()
    _callbacks()
    _feedback()
    _outbox()
    _staff()
    _sessions()


def _fill() -> None:
    """What the new columns would hold had they been there."""
    connection = op.get_bind()
    path = "payload ->> 'outcome'"
    if connection.dialect.name == "sqlite":
        path = "json_extract(payload, '$.outcome')"
    fill = f"UPDATE messages SET outcome = {path} WHERE sender = 'bot'"  # noqa: S608
    connection.exec_driver_sql(fill)
    connection.exec_driver_sql("UPDATE cases SET waiting_since = opened_at")
    for column, action in (("first_claimed_at", "claim"), ("first_reply_at", "reply")):
        connection.exec_driver_sql(
            f"UPDATE cases SET {column} = (SELECT min(at) FROM case_events"  # noqa: S608
            f" WHERE case_events.case_id = cases.case_id AND action = '{action}')"
        )


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("case_id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("best_time", sa.String(254), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name="fk_callbacks_case_id", ondelete="CASCADE"
        ),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("reply_id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("helpful", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("given_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("reply_id", name="pk_feedback"),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["messages.id"], name="fk_feedback_reply_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_feedback_conversation_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"])
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(16), nullable=False),
        sa.Column("target", sa.String(400), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.String(32)),
        sa.Column("problem", sa.String(400)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name="fk_outbox_case_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])


def _staff() -> None:
    op.add_column("staff", sa.Column("role", sa.String(16), nullable=False, server_default="agent"))
    op.add_column("staff", sa.Column("password_hash", sa.String(200)))
    op.add_column(
        "staff", sa.Column("failed_logins", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("staff", sa.Column("locked_until", sa.String(32)))


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("last_seen_at", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.String(32), nullable=False),
        sa.Column("revoked_at", sa.String(32)),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["email"], ["staff.email"], name="fk_sessions_email", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_email", "sessions", ["email"])


def downgrade() -> None:
    for table in ("sessions", "outbox", "feedback", "callbacks"):
        op.drop_table(table)
    for name in ("locked_until", "failed_logins", "password_hash", "role"):
        op.drop_column("staff", name)
    op.drop_index("ix_messages_outcome", "messages")
    op.drop_index("ix_conversations_created_at", "conversations")
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)
