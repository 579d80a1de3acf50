"""Reads what a visitor's page posts: nothing too big, nothing that cannot be kept."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request

from desk.clean import clean
from desk.texts import LANGUAGES
from desk.website.refusals import Refused

BODY_BYTES = 64 * 1024
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body, {} for no body. Stops reading when it is too big. Raises
    Refused: 413, 415, 400.
    """
    body = await read_body(request)
    if not body:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refused(415, "not_json", "Send JSON, with the header Content-Type: application/json.")
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Refused(400, "not_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(value, dict):
        raise Refused(400, "not_an_object", "The body is JSON, but not an object.")
    return value


def message_id_of(value: dict[str, Any]) -> str:
    """Raises Refused with 422."""
    message_id = value.get("message_id")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise Refused(
            422,
            "message_id",
            "message_id must be 1 to 64 letters, digits or any of _ . : - and new each time.",
        )
    return message_id


def text_of(value: dict[str, Any], limit: int) -> str:
    """The message, cleaned, at most `limit` characters long. Raises Refused with 422."""
    text = value.get("text")
    if not isinstance(text, str):
        raise Refused(422, "text", "text must be a string.")
    text = clean(text)
    if not text.strip():
        raise Refused(422, "text_empty", "The message is empty.")
    if len(text) > limit:
        raise Refused(
            422,
            "text_too_long",
            f"The message has {len(text)} characters, {limit} are allowed. Send it in parts.",
        )
    return text


def short_text_of(value: dict[str, Any], name: str, limit: int, *, needed: bool = False) -> str:
    """A text of one form field, cleaned, empty where none is given. Raises Refused with 422."""
    text = value.get(name)
    if not isinstance(text, str | None):
        raise Refused(422, name, f"{name} must be a string.")
    text = clean(text or "").strip()
    if needed and not text:
        raise Refused(422, f"{name}_empty", f"{name} is empty.")
    if len(text) > limit:
        raise Refused(
            422, f"{name}_too_long", f"{name} has {len(text)} characters, {limit} are allowed."
        )
    return text


def boolean_of(value: dict[str, Any], name: str) -> bool:
    """Raises Refused with 422."""
    given = value.get(name)
    if not isinstance(given, bool):
        raise Refused(422, name, f"{name} must be true or false.")
    return given


def language_of(value: dict[str, Any], accept_language: str) -> str | None:
    """The language the page asks for, or the first one the browser does, where we speak it."""
    named = value.get("language", accept_language)
    if not isinstance(named, str):
        return None
    language = re.split(r"[-_,;]", named.strip().lower())[0]
    return language if language in LANGUAGES else None


async def read_body(request: Request) -> bytes:
    """Stops reading when it is too big. Raises Refused with 413.

    The length that the client declares is only good for an early no: it may be missing."""
    too_big = Refused(413, "too_big", f"The request is bigger than {BODY_BYTES // 1024} KiB.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_BYTES:
        raise too_big
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise too_big
    return bytes(body)
