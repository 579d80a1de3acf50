"""What the commands do, on a database that is open; each prints what it did."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from getpass import getpass
from typing import Any

from desk.cases import Case, CaseEvent, Cases
from desk.clinic import load_clinic
from desk.database import Database
from desk.messages import Message
from desk.passwords import new_password
from desk.retention import Retention
from desk.sessions import Sessions
from desk.settings import load_settings
from desk.staff import Staff, check_email
from desk.store import Store

LISTED = (
    "case_id",
    "conversation_id",
    "channel",
    "state",
    "reason",
    "urgency",
    "opened_at",
    "assignee",
)


def migrate(database: Database, _options: Namespace) -> None:
    changed = database.migrate()
    print("The tables are up to date now." if changed else "The tables were up to date.")


def list_cases(database: Database, options: Namespace) -> None:
    cases = Cases(database).list("all" if options.all else "open")
    if options.json:
        _print_json([{name: getattr(case, name) for name in LISTED} for case in cases])
    elif not cases:
        print("No case is open." if not options.all else "There are no cases.")
    for case in cases if not options.json else ():
        print(
            f"{case.case_id}  {case.urgency:6}  {case.state:8}  {_time(case.opened_at)}"
            f"  {case.reason}  {case.assignee or '-'}  ({case.channel}, {case.queue})"
        )


def show_case(database: Database, options: Namespace) -> None:
    cases = Cases(database)
    case = cases.get(options.case)
    events = cases.events(options.case)
    messages = Store(database).messages(case.conversation_id)
    if options.json:
        _print_json(
            {
                **{name: getattr(case, name) for name in (*LISTED, "queue", "outcome")},
                "transcript": list(case.transcript),
                "messages": [_message(message) for message in messages],
                "events": [vars(event) for event in events],
            }
        )
    else:
        print("\n".join(_shown(case, messages, events)))


def act(database: Database, options: Namespace) -> None:
    """Claims, releases, answers, notes, resolves or hands back."""
    if not Staff(database).knows(options.by):
        print(
            f"{options.by} has no account yet (python -m desk staff add {options.by}).",
            file=sys.stderr,
        )
    cases, case_id, by = Cases(database), options.case, options.by
    if options.action == "reply":
        cases.reply(case_id, options.text, by)
        print(f"Case {case_id}: the visitor has your reply.")
        return
    done: dict[str, Any] = {
        "claim": lambda: cases.claim(case_id, by),
        "release": lambda: cases.release(case_id, by),
        "reassign": lambda: cases.reassign(case_id, options.to, by),
        "note": lambda: cases.note(case_id, options.text, by),
        "resolve": lambda: cases.resolve(case_id, by, options.outcome),
        "hand-back": lambda: cases.hand_back(case_id, by, options.text),
    }
    case = done[options.action]()
    holder = f" by {case.assignee}" if case.state == "claimed" else ""
    print(f"Case {case_id} is {case.state}{holder}.")


def add_staff(database: Database, options: Namespace) -> None:
    """A password is asked for at a terminal; elsewhere, or where none is typed, one is made and
    printed this once. A known account keeps its own unless another is asked for.
    """
    staff = Staff(database)
    known = staff.find(options.email)
    password, made = None, False
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif options.new_password or known is None or not known.can_log_in:
        password = getpass("Password, empty to have one made: ") if sys.stdin.isatty() else ""
        made = not password
        password = password or new_password()
    person = staff.add(options.email, options.name, options.role, password)
    named = f", named {person.name}" if person.name else ""
    print(f"{person.email} has an account{named}, as {person.role}.")
    if made:
        print(f"Password, shown this once: {password}")


def end_staff(database: Database, options: Namespace) -> None:
    """Closes an account, or ends its sessions only."""
    if options.action == "remove":
        Staff(database).set_active(options.email, False)
    Sessions(database).revoke_all(check_email(options.email))
    done = "has no account any more" if options.action == "remove" else "is logged out everywhere"
    print(f"{check_email(options.email)} {done}.")


def list_staff(database: Database, _options: Namespace) -> None:
    for person in Staff(database).list():
        closed = "" if person.active else "  (not active)"
        print(f"{person.email}  {person.name or '-'}  {person.role}{closed}")


def delete(database: Database, options: Namespace) -> None:
    """Whatever state their cases are in: whoever types this has decided it."""
    gone = Retention(database).delete(options.conversations)
    print(f"{gone} of {len(options.conversations)} conversations were there and are deleted.")


def retention(database: Database, options: Namespace) -> None:
    """Conversations whose case a person still has to close stay."""
    clinic = load_clinic(load_settings().clinic_file)
    days = options.days or clinic.retention.conversations_days
    if options.dry_run:
        print(f"{len(Retention(database).old(days))} conversations are older than {days} days.")
    else:
        print(f"{Retention(database).sweep(days)} conversations are deleted.")


def _shown(case: Case, messages: Sequence[Message], events: Sequence[CaseEvent]) -> list[str]:
    """The case for people to read."""
    holder = f" by {case.assignee}" if case.assignee else ""
    return [
        f"Case {case.case_id}: {case.reason}, {case.urgency}, {case.state}{holder}",
        f"Opened {_time(case.opened_at)} from {case.channel}, queue {case.queue}",
        *([f"Outcome: {case.outcome}"] if case.outcome else []),
        f"Conversation {case.conversation_id}",
        "",
        *(_line(str(said.get("from", "?")), str(said.get("text", ""))) for said in case.transcript),
        *(_line(_speaker(message), message.text, message.created_at) for message in messages),
        "",
        "Notes and history (visitors do not see these)",
        *(_line(f"{event.who}, {event.action}", event.text or "", event.at) for event in events),
    ]


def _speaker(message: Message) -> str:
    name = message.payload.get("name")
    return f"{message.sender} ({name})" if name else message.sender


def _line(who: str, text: str, at: str = "") -> str:
    """One speaker's words, what follows a line break set in."""
    when = f"{_time(at)}  " if at else ""
    return f"{when}{who}: {text}".replace("\n", "\n    ").removesuffix(": ")


def _time(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC"


def _message(message: Message) -> Mapping[str, Any]:
    return {
        "id": message.id,
        "from": message.sender,
        "text": message.text,
        "at": message.created_at,
        **message.payload,
    }


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
