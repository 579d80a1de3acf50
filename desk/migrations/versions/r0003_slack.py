"""Slack: what came in, what goes out, who talks where; which replies were delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _queue("slack_inbox", sa.Column("received_at", sa.String(32), nullable=False))
    _queue(
        "slack_outbox",
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32)),
        sa.Column("ts", sa.String(32)),
    )
    op.create_index("ix_slack_outbox_lane", "slack_outbox", ["lane"])
    _talks()
    _cards()
    op.create_table(
        "slack_lease",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_slack_lease"),
    )
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("problem", sa.String(400)),
        sa.PrimaryKeyConstraint("message_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_deliveries_message_id", ondelete="CASCADE"
        ),
    )


def _queue(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.String(32)),
        sa.Column("problem", sa.String(400)),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("key", name=f"uq_{name}_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_due_at", name, ["due_at"])


def _talks() -> None:
    op.create_table(
        "slack_talks",
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(32), nullable=False),
        sa.Column("private", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("passed_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_slack_talks"),
        _belongs("slack_talks"),
    )
    op.create_index("ix_slack_talks_user_id", "slack_talks", ["user_id"])
    op.create_table(
        "slack_places",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread_ts", "user_id", name="pk_slack_places"),
        _belongs("slack_places"),
    )
    op.create_index("ix_slack_places_conversation_id", "slack_places", ["conversation_id"])


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["conversation_id"],
        ["conversations.id"],
        name=f"fk_{table}_conversation_id",
        ondelete="CASCADE",
    )


def _cards() -> None:
    op.create_table(
        "slack_cards",
        sa.Column("case_id", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(32)),
        sa.Column("first_id", sa.Integer, nullable=False),
        sa.Column("passed_id", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean(create_constraint=False), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_slack_cards"),
    )
    op.create_index("ix_slack_cards_conversation_id", "slack_cards", ["conversation_id"])
    op.create_index("ix_slack_cards_ts", "slack_cards", ["channel", "ts"])


def downgrade() -> None:
    for table in (
        "deliveries",
        "slack_lease",
        "slack_cards",
        "slack_places",
        "slack_talks",
        "slack_outbox",
        "slack_inbox",
    ):
        op.drop_table(table)
