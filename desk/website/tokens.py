"""A visitor's proof that a conversation is theirs."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from desk.errors import SettingsError, TokenError

DAY = 24 * 60 * 60


class Tokens:
    """Signed tokens that name one conversation and expire after `days`."""

    def __init__(self, secret: str, days: int) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="desk.visitor")
        self._max_age = days * DAY

    def issue(self, conversation_id: str) -> str:
        return self._serializer.dumps(conversation_id)

    def check(self, authorization: str | None, conversation_id: str) -> None:
        """Checks an Authorization header. Raises TokenError: `token_missing`, `token_invalid`,
        `token_expired`, `token_of_another_conversation`.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenError("token_missing", "Send the header Authorization: Bearer TOKEN.")
        try:
            named = self._serializer.loads(token.strip(), max_age=self._max_age)
        except SignatureExpired:
            raise TokenError(
                "token_expired", "The token has expired. Start a new conversation."
            ) from None
        except BadSignature:
            raise TokenError(
                "token_invalid", "The token is not one of ours. Start a new conversation."
            ) from None
        if named != conversation_id:
            raise TokenError(
                "token_of_another_conversation", "The token is for another conversation."
            )


def load_secret(path: Path) -> str:
    """The secret in the file, made at random the first time. Raises SettingsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as secret_file:
            secret_file.write(secrets.token_urlsafe(48))
    secret = path.read_text().strip()
    if len(secret) < 16:
        raise SettingsError(f"{path} holds no secret. Delete it, or set DESK_SECRET.")
    return secret
