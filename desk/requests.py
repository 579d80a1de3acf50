"""What a visitor asks of the desk itself, with no assistant in between."""

from __future__ import annotations

from sqlalchemy import delete, update

from desk import texts
from desk.cases import Case, Cases
from desk.database import Database
from desk.messages import Conversation, Reply
from desk.models import conversations, now
from desk.notices import Notice, announce
from desk.store import Store

WANTS_HUMAN = "wants_human"


class Requests:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database, store: Store, cases: Cases) -> None:
        self._database, self._store, self._cases = database, store, cases

    def person(self, conversation: Conversation, message_id: str) -> Case:
        """Opens a case as if the visitor had asked for a person; the same `message_id` again does
        nothing more.
        """
        language = conversation.language
        asked = self._store.keep(conversation.id, message_id, texts.ask_person(language))
        known = self._cases.current(conversation.id)
        case = known or self._open(conversation)
        if self._store.replies(asked) == []:
            words = texts.relayed(language) if known else texts.person_asked(language)
            self._store.answer(asked, _reply(words, case, "relayed" if known else "handoff"))
        return case

    def callback(self, conversation: Conversation, name: str, contact: str, best_time: str) -> Case:
        """Keeps how the visitor wants to be reached, in a case of its own if need be. Raises
        InvalidInput.
        """
        case = self._cases.current(conversation.id) or self._open(conversation)
        return self._cases.ask_callback(case.case_id, name, contact, best_time)

    def end(self, conversation: Conversation) -> None:
        """The visitor says good-bye, and waits for nobody any more."""
        self._cases.leave(conversation.id)
        self._mark(conversation.id, "end", ended_at=now())

    def delete(self, conversation: Conversation) -> bool:
        """Deletes the conversation with all that belongs to it. False where a person has to look
        at it first: it is hidden from the visitor's side at once and deleted when the case is
        closed.
        """
        case = self._cases.current(conversation.id)
        if case is not None and case.must_be_seen:
            self._mark(conversation.id, "delete", delete_asked_at=now())
            return False
        with self._database.writing() as connection:
            connection.execute(delete(conversations).where(conversations.c.id == conversation.id))
            announce(connection, Notice("conversation", conversation.id, action="delete"))
        return True

    def _open(self, conversation: Conversation) -> Case:
        return self._cases.open(
            conversation.id, channel=conversation.channel, reason=WANTS_HUMAN, urgency="normal"
        )

    def _mark(self, conversation_id: str, action: str, **values: str) -> None:
        same = conversations.c.id == conversation_id
        with self._database.writing() as connection:
            connection.execute(update(conversations).where(same).values(**values))
            announce(connection, Notice("conversation", conversation_id, action=action))


def _reply(words: str, case: Case, outcome: str) -> Reply:
    payload = {"outcome": outcome, "reason": case.reason, "case_id": case.case_id}
    return Reply(words, payload)
