"""What the visitor does with the own case: asks for a person, a call, leaves the queue."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from desk import texts
from desk.cases.case import VISITOR, Callback, Case
from desk.cases.rows import audit, callback_of, current, locked, move
from desk.clean import clean
from desk.database import Database
from desk.errors import InvalidInput
from desk.messages import add_message, find_conversation, lock_conversation
from desk.models import callbacks, now
from desk.transitions import transition

SIZES = {"name": 120, "contact": 254, "best_time": 254}


class VisitorSide:
    """See Cases."""

    _database: Database

    def leave(self, conversation_id: str) -> Case | None:
        """The visitor no longer wants to wait. A case that only a person may close stays where it
        is, and the visitor is told so; so does one that somebody has claimed. None without a case.
        """
        with self._database.writing() as connection:
            lock_conversation(connection, conversation_id)
            case = current(connection, conversation_id)
            if case is None:
                return None
            return _left(connection, case)

    def ask_callback(self, case_id: str, name: str, contact: str, best_time: str) -> Case:
        """The visitor wants a call; asked again, the newest counts. Raises InvalidInput,
        IllegalTransition.
        """
        given = {"name": name, "contact": contact, "best_time": best_time}
        kept = {key: _short(key, value) for key, value in given.items()}
        with self._database.writing() as connection:
            case = locked(connection, case_id)
            after = transition(case.state, "ask_callback", case_id=case_id)
            insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
            row = insert[connection.dialect.name](callbacks)
            row = row.values(case_id=case_id, asked_at=now(), **kept)
            connection.execute(
                row.on_conflict_do_update(index_elements=["case_id"], set_=dict(row.excluded))
            )
            _tell(connection, case, texts.callback_kept)
            # An urgent one goes on waiting at the head of the queue; the number is kept with it.
            to = case.state if case.must_be_seen else after
            return move(connection, case, "ask_callback", VISITOR, to=to)

    def callback(self, case_id: str) -> Callback | None:
        """How the visitor wants to be reached."""
        with self._database.reading() as connection:
            return callback_of(connection, case_id)


def _left(connection: Connection, case: Case) -> Case:
    if case.state == "claimed":
        return move(connection, case, "leave", VISITOR)
    if case.must_be_seen:
        audit(connection, case, VISITOR, "leave", case.state)
        _tell(connection, case, texts.stays_open)
        return case
    _tell(connection, case, texts.left)
    closing = {"outcome": "left by the visitor", "resolved_at": now()}
    return move(connection, case, "leave", VISITOR, changes=closing)


def _tell(connection: Connection, case: Case, words: texts.Sentence) -> None:
    language = find_conversation(connection, case.conversation_id).language
    payload = {"case_id": case.case_id}
    add_message(connection, case.conversation_id, "system", words(language), payload=payload)


def _short(name: str, value: str) -> str:
    text = clean(value).strip()
    if name == "contact" and not text:
        raise InvalidInput("contact is empty: write a phone number or an e-mail address.")
    if len(text) > SIZES[name]:
        raise InvalidInput(
            f"{name} has {len(text)} characters, {SIZES[name]} are allowed. Shorten it."
        )
    return text
