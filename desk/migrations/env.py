"""Alembic's entry point; the connection comes from `desk.migrations.upgrade`."""

from __future__ import annotations

from alembic import context

from desk.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
