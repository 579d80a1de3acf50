"""How the API says no: `{"error": {"code", "message"}}`, in plain English.

Somebody in danger may have written what is refused, so whatever was posted gets the crisis
lines.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk import texts
from desk.errors import (
    CaseError,
    DatabaseError,
    DeskError,
    InvalidInput,
    TokenError,
    UnknownCase,
    UnknownConversation,
)

logger = logging.getLogger(__name__)


class Refused(DeskError):
    """A request that is not taken, with its status, a code for programs, a message for people."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def too_many(what: str, seconds: int) -> Refused:
    return Refused(
        429,
        "too_many",
        f"Too many {what} in a minute. Try again in {seconds} seconds.",
        {"Retry-After": str(seconds)},
    )


def refuse(request: Request, error: Exception) -> Response:
    """The answer to any error, for Starlette's `exception_handlers`."""
    refused = refused_of(error)
    message = refused.message
    if request.method == "POST":
        message = f"{message} {texts.danger()}"
    body = {"error": {"code": refused.code, "message": message}}
    return JSONResponse(body, refused.status, refused.headers)


def refused_of(error: Exception) -> Refused:
    """The status and the words for an error."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, TokenError):
        other = error.code == "token_of_another_conversation"
        headers = None if other else {"WWW-Authenticate": "Bearer"}
        return Refused(403 if other else 401, error.code, str(error), headers)
    if isinstance(error, UnknownConversation):
        return Refused(404, "unknown_conversation", "There is no such conversation.")
    if isinstance(error, UnknownCase):
        return Refused(404, "unknown_case", "There is no such case.")
    if isinstance(error, InvalidInput):
        return Refused(422, "invalid", str(error))
    if isinstance(error, CaseError):
        return Refused(409, "not_possible", "That is not possible in this request's state.")
    if isinstance(error, DatabaseError):
        logger.error("refused: %s", error)
        return Refused(503, "unavailable", "This cannot be kept just now. Try again in a minute.")
    if isinstance(error, HTTPException):
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        headers = dict(error.headers) if error.headers else None
        return Refused(error.status_code, code, f"{error.detail}.", headers)
    return Refused(500, "internal_error", "Something went wrong on our side. Try again.")
