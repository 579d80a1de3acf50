"""The history of the tables; `python -m desk migrate` applies what is missing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def is_current(connection: Connection) -> bool:
    """Whether the tables are the ones that this version of the program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return bool(MigrationContext.configure(connection).get_current_revision() == head)


def upgrade(connection: Connection) -> None:
    """Applies the missing steps inside the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
