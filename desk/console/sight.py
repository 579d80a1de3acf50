"""Who may see what: conversations that brought an allegation against staff are for admins."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.sql import ColumnElement

from desk.cases import Case
from desk.console.guard import Call
from desk.database import Database
from desk.errors import UnknownCase, UnknownConversation
from desk.models import cases, conversations


def seen_case(call: Call, case_id: str) -> Case:
    """The case. Raises UnknownCase also where this person may not see it."""
    case = call.desk.cases.get(case_id.upper())
    if not may_see(call, case.conversation_id):
        raise UnknownCase(case_id)
    return case


def check_seen(call: Call, conversation_id: str) -> None:
    """Raises UnknownConversation where there is none or this person may not see it."""
    call.desk.store.conversation(conversation_id)
    if not may_see(call, conversation_id):
        raise UnknownConversation(conversation_id)


def may_see(call: Call, conversation_id: str) -> bool:
    if call.person.is_admin:
        return True
    return conversation_id not in confidential(call.desk.database)


def confidential(database: Database) -> frozenset[str]:
    """The conversations that ever had a case in the allegations queue."""
    wanted = select(cases.c.conversation_id).where(cases.c.queue == "allegations").distinct()
    with database.reading() as connection:
        return frozenset(connection.execute(wanted).scalars())


def is_confidential() -> ColumnElement:
    """The same, as a condition in a query over conversations."""
    any_case = cases.alias()  # the query round it may be over cases too
    same = any_case.c.conversation_id == conversations.c.id
    return exists().where(same, any_case.c.queue == "allegations")
