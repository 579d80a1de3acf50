"""Every error of the desk. Messages say what was wrong, with which value, and what to do.

DeskError
├── SettingsError             an environment variable has a value that is not allowed
├── DatabaseError             the database cannot be used
│   └── DatabaseNotMigrated   its tables are older or newer than this program
├── CaseError                 something cannot be done with a case
│   ├── UnknownCase
│   ├── IllegalTransition     not from the state it is in
│   └── HeldBySomeoneElse     another person has claimed it
├── UnknownConversation
├── InvalidInput              a person typed something that cannot be taken
├── LoginRefused              a member of staff may not log in
├── TokenError                a visitor's token is missing, forged, expired or for something else
└── AssistantUnavailable      Rasa gave no usable answer in time
"""

from __future__ import annotations

from collections.abc import Sequence


class DeskError(Exception):
    """Any error that the desk raises on purpose."""


class SettingsError(DeskError):
    """An environment variable has a value that is not allowed."""


class DatabaseError(DeskError):
    """The database cannot be reached, opened or written."""


class DatabaseNotMigrated(DatabaseError):
    """The tables are not the ones this version of the program needs."""


class CaseError(DeskError):
    """Something cannot be done with this case."""

    def __init__(self, case_id: str, message: str) -> None:
        super().__init__(message)
        self.case_id = case_id


class UnknownCase(CaseError):
    """There is no case of that id."""

    def __init__(self, case_id: str) -> None:
        super().__init__(
            case_id,
            f"There is no case {case_id!r}. `python -m desk cases list --all` shows every case.",
        )


class IllegalTransition(CaseError):
    """The action is not possible in the state that the case is in."""

    def __init__(self, case_id: str, state: str, action: str, possible: Sequence[str]) -> None:
        super().__init__(
            case_id,
            f"Case {case_id} is {state}: {action} is not possible."
            f" Possible now: {', '.join(possible)}.",
        )
        self.state, self.action, self.possible = state, action, tuple(possible)


class HeldBySomeoneElse(CaseError):
    """Another person has claimed the case."""

    def __init__(self, case_id: str, action: str, holder: str) -> None:
        super().__init__(
            case_id,
            f"Case {case_id} is held by {holder}: {action} is for them."
            " Ask them, or release the case and claim it.",
        )
        self.action, self.holder = action, holder


class UnknownConversation(DeskError):
    """There is no conversation of that id."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"There is no conversation {conversation_id!r}.")
        self.conversation_id = conversation_id


class InvalidInput(DeskError):
    """A person gave a value that cannot be taken; the message names what is allowed."""


class LoginRefused(DeskError):
    """`code` is `wrong` or `locked`; the message tells nobody whether the account exists."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "Too many wrong passwords. Try again in a quarter of an hour."
            if code == "locked"
            else "E-mail address or password is wrong."
        )
        self.code = code


class TokenError(DeskError):
    """A visitor's token cannot be accepted; `code` names the reason in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AssistantUnavailable(DeskError):
    """Rasa gave no usable answer in time; the message names the cause, never a visitor's words."""
