"""The real desk inside the test process, so that a test can also play the clinic's staff."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

import uvicorn

from desk.app import create_app
from desk.parts import Desk
from desk.serve import configure
from desk.settings import Settings

STAFF = "ana@clinic.example"
STAFF_NAME = "Ana Torres"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_TOPICS = """
topics:
  - {en: "What is ketamine therapy?", es: "¿Qué es la terapia con ketamina?"}
  - {en: "What are the possible side effects?", es: "¿Cuáles son los posibles efectos secundarios?"}
  - {en: "How long does a session take?", es: "¿Cuánto dura una sesión?"}
"""
_ALL_DAY = ", ".join(f"{day}: ['00:00-24:00']" for day in _DAYS)
ALWAYS_OPEN = f"hours: {{{_ALL_DAY}}}{_TOPICS}"
NEARLY_NEVER_OPEN = f"hours: {{monday: ['03:00-03:01']}}{_TOPICS}"


class DeskThread:
    """`desk` are its parts; staff methods act as a member of staff would in the console."""

    def __init__(
        self, folder: Path, rasa_url: str, origin: str = "", clinic: str = ALWAYS_OPEN
    ) -> None:
        (folder / "clinic.yml").write_text(clinic, "utf-8")
        settings = Settings(
            database_url=f"sqlite:///{folder}/desk.db",
            secret="a secret for tests only",
            rate_limit=0,
            origins=origin,
            reply_seconds=20,
            rasa_url=rasa_url,
            actions_url=rasa_url,
            clinic_file=folder / "clinic.yml",
        )
        self._app = create_app(settings)
        self._server = uvicorn.Server(configure(self._app, "127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> DeskThread:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert self._thread.is_alive() and time.monotonic() < deadline, "the desk did not start"
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.desk: Desk = self._app.state.desk
        self.desk.staff.add(STAFF, STAFF_NAME)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.desk.events.close()
        self._server.should_exit = True
        self._thread.join(15)
        assert not self._thread.is_alive(), "the desk did not stop"

    def claim(self, conversation_id: str) -> None:
        self.desk.cases.claim(self._case(conversation_id), STAFF)

    def reply(self, conversation_id: str, text: str) -> None:
        self.desk.cases.reply(self._case(conversation_id), text, STAFF)

    def resolve(self, conversation_id: str) -> None:
        self.desk.cases.resolve(self._case(conversation_id), STAFF)

    def type(self, conversation_id: str, typing: bool = True) -> None:
        self.desk.states.tell_typing(conversation_id, STAFF_NAME, typing)

    def texts(self, conversation_id: str) -> list[tuple[str, str]]:
        """Who said what, as the database has it."""
        kept = self.desk.store.messages(conversation_id)
        return [(message.sender, message.text) for message in kept]

    def _case(self, conversation_id: str) -> str:
        case = self.desk.cases.current(conversation_id)
        assert case is not None, "the conversation has no open case"
        return case.case_id
