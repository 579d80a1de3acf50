"""Keeps the lines under a card true: has a reply of staff arrived by now?"""

from __future__ import annotations

from sqlalchemy import select

from desk.database import Database
from desk.deliveries import Deliveries
from desk.models import deliveries, messages
from desk.slack.outbox import PEOPLE_FIRST, Letter, Outbox, post
from desk.slack.tables import slack_outbox

AWAY = "away"


class DeliveryLines:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox
        self._deliveries = Deliveries(database)

    def refresh(self, message_id: int) -> None:
        """Has the line changed where it says that the visitor is away, and that is over."""
        line = self._outbox.find(f"said:{message_id}")
        known = self._deliveries.of(message_id)
        if line is None or line.ts is None or known is None:
            return
        if line.content.get("shown") == AWAY:
            self._change(line, "failed" if known.problem else "delivered")

    def refresh_conversation(self, conversation_id: str) -> None:
        wanted = (
            select(deliveries.c.message_id)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .where(messages.c.conversation_id == conversation_id)
        )
        self._refresh_all(wanted)

    def refresh_all(self) -> None:
        """Whatever was delivered while nobody looked."""
        lines = select(slack_outbox.c.content).where(
            slack_outbox.c.kind == "said", slack_outbox.c.ts.is_not(None)
        )
        with self._database.reading() as connection:
            contents = list(connection.execute(lines).scalars())
        for content in contents:
            if content.get("shown") == AWAY:
                self.refresh(content["message_id"])

    def _refresh_all(self, wanted: object) -> None:
        with self._database.reading() as connection:
            found = list(connection.execute(wanted).scalars())
        for message_id in found:
            self.refresh(message_id)

    def _change(self, line: Letter, shown: str) -> None:
        content = {"case_id": line.content["case_id"], "message_id": line.content["message_id"]}
        with self._database.writing() as connection:
            post(
                connection,
                f"{line.key}:{shown}",
                line.lane,
                "said",
                content | {"ts": line.ts},
                priority=PEOPLE_FIRST,
            )
