"""No page of the console without a session, no change without the form's token."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.console import cookies
from desk.errors import DeskError
from desk.parts import Desk, desk_of
from desk.sessions import Session
from desk.staff import Person
from desk.website.posted import read_body
from desk.website.refusals import Refused

LIVE = "x-live"  # the page asks by itself for what is new: nobody is at work because of it
_FIELDS = 50


@dataclass(frozen=True)
class Call:
    """A request of somebody who is logged in, and what they posted."""

    request: Request
    desk: Desk
    token: str
    session: Session
    person: Person
    form: Mapping[str, str]

    @property
    def csrf(self) -> str:
        return cookies.form_token(self.token)

    @property
    def is_live(self) -> bool:
        return LIVE in self.request.headers

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])


Handler = Callable[[Call], Response] | Callable[[Call], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class LoginNeeded(DeskError):
    """Nobody is logged in, or the session is over."""


def page(handler: Handler, *, admin: bool = False) -> Endpoint:
    """The handler, for people who are logged in; one that is not `async` runs in a thread."""

    async def endpoint(request: Request) -> Response:
        call = await _call(request)
        if admin and not call.person.is_admin:
            raise Refused(403, "admins_only", "This is for admins. Ask one of them.")
        if inspect.iscoroutinefunction(handler):
            return await handler(call)  # type: ignore[no-any-return]
        return await run_in_threadpool(handler, call)  # type: ignore[arg-type]

    return endpoint


async def _call(request: Request) -> Call:
    """Raises LoginNeeded, Refused."""
    desk, token = desk_of(request), cookies.read(request, cookies.SESSION)
    touch = LIVE not in request.headers
    found = await run_in_threadpool(desk.sessions.check, token, touch=touch) if token else None
    if found is None:
        raise LoginNeeded("You are logged out. Log in to go on.")
    form = await read_form(request) if request.method == "POST" else {}
    if request.method == "POST":
        check_origin(request, form, token)
    session, person = found
    return Call(request, desk, token, session, person, form)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; the last of a name counts. Raises Refused."""
    body = await read_body(request)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise Refused(400, "no_form", "The form cannot be read.") from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def check_origin(request: Request, form: Mapping[str, str], secret: str) -> None:
    """Raises Refused for a post that does not come from one of our own pages."""
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    if came_from not in ("same-origin", "none") or not cookies.fits(form.get("csrf", ""), secret):
        raise Refused(
            403, "stale_form", "This form is out of date. Go back, reload the page, and try again."
        )


def to_login(request: Request) -> Response:
    """Where somebody goes who is not logged in; afterwards back to the page they asked for."""
    is_stream = "text/event-stream" in request.headers.get("accept", "")
    if is_stream or LIVE in request.headers:
        return Response(status_code=401)
    if request.method != "GET":
        return RedirectResponse("/staff/login", 303)
    return RedirectResponse(f"/staff/login?next={quote(request.url.path)}", 303)
