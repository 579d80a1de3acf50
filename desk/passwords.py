"""Passwords of staff: argon2, never stored or shown in clear."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from desk.errors import InvalidInput

SHORTEST = 12
LONGEST = 200

_hasher = PasswordHasher()  # the library's defaults follow RFC 9106
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$jsvoidXajMyW9IHWxMFryw"
    "$LtuSJZrlXisVKGOv0Td6He+xV8Ul/8RJpT31uGcbNjs"
)


def hash_password(password: str) -> str:
    """Raises InvalidInput when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"The password has {len(password)} characters; {SHORTEST} to {LONGEST} are allowed."
        )
    return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Takes as long when there is no such person."""
    try:
        fitting = _hasher.verify(password_hash or _NOBODY, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return fitting and password_hash is not None


def new_password() -> str:
    """One at random, for somebody who chose none."""
    return secrets.token_urlsafe(15)
