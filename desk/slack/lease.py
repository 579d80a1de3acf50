"""Of several desk processes, one works for Slack at a time."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, select, update

from desk.database import Database
from desk.models import now, stamp
from desk.slack.tables import insert_once, slack_lease

SECONDS = 15.0
RENEW_SECONDS = 4.0
_NAME = "slack"


class Lease:
    """Every method raises DatabaseError when the database fails."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._database, self._seconds = database, seconds
        self._host, self._pid = socket.gethostname().replace(":", "_"), os.getpid()
        self.owner = f"{self._host}:{self._pid}:{uuid.uuid4().hex[:12]}"[-120:]

    def take(self) -> bool:
        """Takes or renews it; False while another process that lives has it."""
        until = stamp(datetime.now(timezone.utc) + timedelta(seconds=self._seconds))
        values = {"owner": self.owner, "until": until}
        with self._database.writing() as connection:
            if insert_once(connection, slack_lease, {"name": _NAME, **values}):
                return True
            wanted = select(slack_lease).where(slack_lease.c.name == _NAME).with_for_update()
            row = connection.execute(wanted).one()
            if row.owner != self.owner and row.until > now() and not self._is_dead(row.owner):
                return False
            same = update(slack_lease).where(slack_lease.c.name == _NAME)
            connection.execute(same.values(**values))
            return True

    def give_back(self) -> None:
        mine = (slack_lease.c.name == _NAME) & (slack_lease.c.owner == self.owner)
        with self._database.writing() as connection:
            connection.execute(delete(slack_lease).where(mine))

    def _is_dead(self, owner: str) -> bool:
        """On this machine one can see whether a process lives; of others only time tells."""
        host, pid, _ = owner.split(":")
        if host != self._host or int(pid) == self._pid:
            return False
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
