"""The console's two cookies, and the tokens in its forms that prove where a post comes from.

A form's token is derived from the secret in the cookie. Another site can have a browser send the
cookie, but can neither read it nor work out the token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from desk.sessions import HOURS

SESSION = "desk_staff"
LOGIN = "desk_login"  # before there is a session: ties the form to the browser that got it
LOGIN_SECONDS = 3600
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def read(request: Request, name: str) -> str:
    """The cookie's value, empty when there is none."""
    return request.cookies.get(_named(request, name), "")


def give(request: Request, response: Response, name: str, value: str) -> None:
    """Sets a cookie that no script reads and no other site's form carries along."""
    response.set_cookie(
        _named(request, name),
        value,
        max_age=HOURS * 3600 if name == SESSION else LOGIN_SECONDS,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",  # strict would ask for the password at every link from a mail or Slack
    )


def take_back(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _named(request, name), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def form_token(secret: str) -> str:
    """What a form carries to be believed by whoever knows the cookie's secret."""
    return hmac.new(secret.encode(), b"desk.console.form", hashlib.sha256).hexdigest()


def fits(given: str, secret: str) -> bool:
    """Whether a form's token belongs to the cookie's secret."""
    return bool(secret) and hmac.compare_digest(given.encode(), form_token(secret).encode())


def _is_secure(request: Request) -> bool:
    """Over https only, but for a try-out on one's own machine."""
    return request.url.hostname not in _LOOPBACK


def _named(request: Request, name: str) -> str:
    """With the prefix that keeps neighbouring domains from planting a cookie of that name."""
    return f"__Host-{name}" if _is_secure(request) else name
