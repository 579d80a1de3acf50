"""The Bolt app: what Slack sends is checked, kept, acknowledged; the work comes afterwards."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from desk.errors import DatabaseError
from desk.slack import dialogs, incoming
from desk.slack.answer_blocks import RATE_DOWN
from desk.slack.case_card import CASE_ACTION
from desk.slack.dialogs import Submitted, dialog, submitted
from desk.slack.inbox import Job
from desk.slack.mrkdwn import escaped
from desk.slack.people import People
from desk.slack.settings import SlackSettings
from desk.slack.web import SlackError, Web
from desk.tasks import end

logger = logging.getLogger(__name__)

Keep = Callable[[Job], Awaitable[None]]
_ANY = re.compile(r".*", re.DOTALL)
_OPENS = {
    **{f"{CASE_ACTION}{name}": name for name in ("reply", "note", "resolve", "hand_back")},
    RATE_DOWN: dialogs.RATING,
}
_ON_ITS_WAY = "On its way: I answer in our direct messages, where only you see it."
_NAME_SECONDS = 1.0  # a dialog has to be answered within three


class Intake:
    """`app` takes requests over HTTP and over Socket Mode alike. `keep` stores a job; where it
    fails nothing is acknowledged, and Slack sends it again.
    """

    def __init__(self, settings: SlackSettings, web: Web, people: People, keep: Keep) -> None:
        self._web, self._people, self._keep = web, people, keep
        self._opening: set[asyncio.Task[None]] = set()
        self.app = self._app(settings)

    async def stop(self) -> None:
        await end(self._opening)

    def _app(self, settings: SlackSettings) -> AsyncApp:
        token = settings.bot_token.get_secret_value()

        async def authorize(**_: Any) -> AuthorizeResult:
            """Our own token, without asking Slack each time: events come while its API is down."""
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

        quiet = logging.getLogger("desk.slack.bolt")
        quiet.setLevel(logging.ERROR)  # what Bolt says below that may carry what people wrote
        app = AsyncApp(
            logger=quiet,
            signing_secret=settings.signing_secret.get_secret_value() or "none",
            authorize=authorize,
            process_before_response=True,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.event(_ANY)(self._event)
        app.action(_ANY)(self._action)
        app.view(_ANY)(self._view)
        app.command(_ANY)(self._command)
        app.shortcut(_ANY)(self._shortcut)
        return app

    async def _event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._kept(incoming.event_job(body))
        await ack()

    async def _action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._kept(incoming.action_job(body))
        await ack()
        name = _OPENS.get(str(body["actions"][0].get("action_id")))
        if name is not None:
            task = asyncio.create_task(self._open(name, body))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _view(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A reply is shown as the visitor will see it before it is sent."""
        view, user = body["view"], str(body["user"]["id"])
        given = submitted(view)
        if given.name == dialogs.REPLY and not given.previewed:
            await ack(response_action="update", view=await self._preview(given, user))
            return
        await self._kept(incoming.dialog_job(str(view["id"]), user, given))
        await ack()

    async def _command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._kept(incoming.command_job(body))
        await ack(response_type="ephemeral", text=_ON_ITS_WAY)

    async def _shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        if body.get("type") == "message_action":
            await self._kept(incoming.shortcut_job(body))
        await ack()

    async def _kept(self, job: Job | None) -> None:
        if job is not None:
            await self._keep(job)

    async def _preview(self, given: Submitted, user: str) -> dict[str, Any]:
        try:
            person = await asyncio.wait_for(self._people.person(user), _NAME_SECONDS)
        except (SlackError, DatabaseError, asyncio.TimeoutError):
            person = None
        name = escaped((person.name if person else None) or "The clinic's team")
        return dialog(given.name, given.about, given.channel, given.text, preview=name)

    async def _open(self, name: str, body: dict[str, Any]) -> None:
        """A dialog can be opened for three seconds only, so there is nothing to try again."""
        about = str(body["actions"][0].get("value"))
        channel = str((body.get("channel") or {}).get("id") or "")
        view = dialog(name, about, channel)
        try:
            if name != dialogs.RATING and not await self._people.person(body["user"]["id"]):
                await self._kept(incoming.refused_job(body))
                return
            await self._web.call("views.open", trigger_id=body["trigger_id"], view=view)
        except (SlackError, DatabaseError) as error:
            logger.warning("a dialog was not opened: %s", error)
