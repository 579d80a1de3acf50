"""Slack for tests: its Web API over HTTP, its Socket Mode over WebSocket, its events to the app,
signed, with its retries; as its documentation describes them.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.slack.workspace import (
    APP_ID,
    APP_TOKEN,
    BOT_TOKEN,
    BOT_USER,
    TEAM,
    Channel,
    Refused,
    TooMany,
    Workspace,
)

T = TypeVar("T")
SIGNING_SECRET = "a signing secret for tests"
ACK_SECONDS = 3.0


class SlackServer:
    """`events_to` is the app's address for HTTP; without one, Socket Mode carries everything.
    `copies` is how often each delivery is made: Slack's retries after a lost acknowledgement.
    """

    def __init__(self, scopes: set[str]) -> None:
        self.space = Workspace(scopes)
        self.space.posted = self._bot_posted
        self.events_to = ""
        self.copies = 1
        self.trouble = ""  # "", "unavailable", "hang", "swallow"
        self.swallowed = 0
        self.ack_seconds = ACK_SECONDS
        self.slowest_ack = 0.0
        self.unacknowledged = 0
        self.answers: list[tuple[int, str]] = []
        self.responses: list[dict[str, Any]] = []  # to response_urls
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tickets: set[str] = set()
        self._deliveries: set[asyncio.Task[dict[str, Any]]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.come_up()
        self._http = self._do(self._session())

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def stop(self) -> None:
        self._do(self._end_deliveries())
        self._do(self._http.close())
        if self._runner is not None:
            self.go_down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def go_down(self) -> None:
        """Nobody answers any more: connections end, new ones are refused."""
        self._do(self._down())

    def come_up(self) -> None:
        self._do(self._up())

    # what people do

    def say(self, user: str, channel: str, text: str, thread_ts: str = "", files: int = 0) -> str:
        return self._do(self._say(user, self.space.channels[channel], text, thread_ts, files))

    def edit(self, channel: str, ts: str, text: str) -> None:
        self._do(self._edit(self.space.channels[channel], ts, text))

    def delete(self, channel: str, ts: str) -> None:
        self._do(self._delete(self.space.channels[channel], ts))

    def press(
        self, user: str, channel: str, ts: str, action_id: str, seen: dict[str, Any] | None = None
    ) -> None:
        """Presses a button of a message, the first whose action begins so; `seen` is the message
        as it stood before others changed it.
        """
        message = seen or self.space.find(self.space.channels[channel], ts)
        assert message is not None, f"no message {ts}"
        self._do(self._press(user, self.space.channels[channel], message, action_id))

    def submit(self, user: str, text: str | None = None) -> dict[str, Any]:
        """Submits the open dialog of a user; the app's answer."""
        return self._do(self._submit(user, text))

    def command(self, user: str, channel: str, text: str) -> dict[str, Any]:
        return self._do(self._command(user, channel, text))

    def shortcut(self, user: str, channel: str, ts: str) -> None:
        self._do(self._shortcut(user, self.space.channels[channel], ts))

    def deliver(self, body: dict[str, Any], kind: str = "events_api") -> dict[str, Any]:
        """Hands something to the app as it is."""
        return self._do(self._deliver(kind, body))

    # what there is to see

    def top(self, channel: str) -> list[dict[str, Any]]:
        found = list(self.space.channels[channel].messages)
        return [one for one in found if one.get("thread_ts", one["ts"]) == one["ts"]]

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """What stands below a message."""
        found = list(self.space.channels[channel].messages)
        return [one for one in found if one.get("thread_ts") == ts and one["ts"] != ts]

    def told(self, user: str) -> list[str]:
        """What this person alone was shown."""
        return [words(one) for one in self.space.ephemerals if one["user"] == user]

    # inside

    def _do(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _end_deliveries(self) -> None:
        others = [one for one in self._deliveries if not one.done()]
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(trust_env=False)

    async def _up(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{id}", self._responded)
        app.router.add_get("/socket/{ticket}", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def _down(self) -> None:
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()
        assert self._runner is not None
        await self._runner.cleanup()
        self._runner = None

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if self.trouble == "unavailable":
            return web.Response(status=503, text="Service Unavailable")
        if self.trouble == "hang":
            await asyncio.sleep(3600)
        body = await _body(request)
        try:
            answer = self._answer(method, _token(request, body), body)
        except TooMany as error:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429,
                headers={"Retry-After": str(error.seconds)},
            )  # fmt: skip
        except Refused as error:
            answer = {"ok": False, "error": error.code, **error.more}
        if self.trouble == "swallow" and method.startswith("chat."):
            self.swallowed += 1
            self.trouble = ""
            assert request.transport is not None
            request.transport.close()  # it was done, but nobody hears of it
        return web.json_response(
            answer, headers={"x-oauth-scopes": ",".join(sorted(self.space.scopes))}
        )

    def _answer(self, method: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refused("not_allowed_token_type" if token == BOT_TOKEN else "invalid_auth")
            ticket = uuid.uuid4().hex
            self._tickets.add(ticket)
            return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket/{ticket}"}
        if not token:
            raise Refused("not_authed")
        if token != BOT_TOKEN:
            raise Refused("not_allowed_token_type" if token == APP_TOKEN else "invalid_auth")
        return {"ok": True, **self.space.call(method, body)}

    async def _responded(self, request: web.Request) -> web.Response:
        self.responses.append({"id": request.match_info["id"], **await request.json()})
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["ticket"] not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(request.match_info["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                answer = json.loads(message.data)
                waiting = self._acks.get(answer["envelope_id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    def _bot_posted(self, channel: Channel, message: dict[str, Any]) -> None:
        """Apps hear what they say themselves."""
        event = {**message, "channel": channel.id, "channel_type": channel.event_type}
        delivery = self._loop.create_task(self._deliver("events_api", event_body(event)))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)

    async def _say(self, user: str, channel: Channel, text: str, thread_ts: str, files: int) -> str:
        more: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        if files:
            more |= {"files": [{"id": f"F{n}"} for n in range(files)], "subtype": "file_share"}
        message = self.space.write(channel, user=user, text=text, **more)
        if BOT_USER not in channel.members:
            return str(message["ts"])
        event = {**message, "channel": channel.id, "channel_type": channel.event_type}
        events = [event]
        if f"<@{BOT_USER}>" in text and channel.kind != "im":
            mention = {key: one for key, one in event.items() if key != "channel_type"}
            events.append({**mention, "type": "app_mention"})
        for one in events:
            await self._deliver("events_api", event_body(one))
        return str(message["ts"])

    async def _edit(self, channel: Channel, ts: str, text: str) -> None:
        message = self.space.find(channel, ts)
        assert message is not None
        before = dict(message)
        message |= {"text": text, "edited": {"user": message["user"], "ts": self.space.tick()}}
        event = {
            "type": "message", "subtype": "message_changed", "channel": channel.id,
            "channel_type": channel.event_type, "ts": self.space.tick(), "hidden": True,
            "message": dict(message), "previous_message": before,
        }  # fmt: skip
        await self._deliver("events_api", event_body(event))

    async def _delete(self, channel: Channel, ts: str) -> None:
        message = self.space.find(channel, ts)
        assert message is not None
        channel.messages.remove(message)
        event = {
            "type": "message", "subtype": "message_deleted", "channel": channel.id,
            "channel_type": channel.event_type, "ts": self.space.tick(), "hidden": True,
            "deleted_ts": ts, "previous_message": message,
        }  # fmt: skip
        await self._deliver("events_api", event_body(event))

    async def _press(
        self, user: str, channel: Channel, message: dict[str, Any], action_id: str
    ) -> None:
        ts = message["ts"]
        pressed = next(
            (element, block) for block in message["blocks"] if block["type"] == "actions"
            for element in block["elements"] if element["action_id"].startswith(action_id)
        )  # fmt: skip
        element, block = pressed
        action = {
            "type": "button", "action_id": element["action_id"], "block_id": block.get("block_id"),
            "text": element["text"], "action_ts": f"{time.time():.6f}",
            **({"value": element["value"]} if "value" in element else {}),
        }  # fmt: skip
        body = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM},
            "api_app_id": APP_ID, "trigger_id": self.space.trigger(user), "actions": [action],
            "container": {"type": "message", "message_ts": ts, "channel_id": channel.id},
            "channel": {"id": channel.id}, "message": message, "response_url": self._url(),
        }  # fmt: skip
        await self._deliver("interactive", body)

    async def _submit(self, user: str, text: str | None) -> dict[str, Any]:
        view = self.space.views[user]
        if text is None:
            text = view["blocks"][-1]["element"].get("initial_value")
        state = {"values": {"text": {"text": {"type": "plain_text_input", "value": text}}}}
        body = {
            "type": "view_submission", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM},
            "api_app_id": APP_ID, "trigger_id": self.space.trigger(user),
            "view": {**view, "state": state, "hash": uuid.uuid4().hex}, "response_urls": [],
        }  # fmt: skip
        answer = await self._deliver("interactive", body)
        if answer.get("response_action") == "update":
            from tests.slack.limits import view_problems

            problems = view_problems(answer["view"])
            assert problems == [], problems
            self.space.views[user] = {"id": view["id"], **answer["view"]}
        elif answer.get("response_action") != "errors":
            del self.space.views[user]
        return answer

    async def _command(self, user: str, channel: str, text: str) -> dict[str, Any]:
        body = {
            "token": "old", "team_id": TEAM, "channel_id": channel, "user_id": user,
            "command": "/ask", "text": text, "api_app_id": APP_ID, "response_url": self._url(),
            "trigger_id": self.space.trigger(user),
        }  # fmt: skip
        return await self._deliver("slash_commands", body)

    async def _shortcut(self, user: str, channel: Channel, ts: str) -> None:
        body = {
            "type": "message_action", "callback_id": "ask_about_message", "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM}, "channel": {"id": channel.id},
            "message": self.space.find(channel, ts), "message_ts": ts,
            "action_ts": str(time.time()),
            "trigger_id": self.space.trigger(user), "response_url": self._url(),
        }  # fmt: skip
        await self._deliver("interactive", body)

    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port}/respond/{uuid.uuid4().hex}"

    async def _deliver(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """As often as `copies` says, and up to three times more while nobody acknowledges."""
        way: Callable[..., Awaitable[dict[str, Any] | None]]
        way = self._over_http if self.events_to else self._over_socket
        answer: dict[str, Any] | None = None
        for attempt in range(max(self.copies, 4)):
            begun = time.monotonic()
            given = await way(kind, body, attempt)
            if given is not None:
                self.slowest_ack = max(self.slowest_ack, time.monotonic() - begun)
                answer = answer if answer is not None else given
                if attempt + 1 >= self.copies:
                    return answer
            elif kind != "events_api":  # only events are sent again
                break
            else:
                await asyncio.sleep(0.2 * attempt)
        if answer is None:
            self.unacknowledged += 1
        return answer or {}

    async def _over_http(
        self, kind: str, body: dict[str, Any], attempt: int
    ) -> dict[str, Any] | None:
        if kind == "events_api":
            content, mime = json.dumps(body), "application/json"
        else:
            values = body if kind == "slash_commands" else {"payload": json.dumps(body)}
            content, mime = urlencode(values), "application/x-www-form-urlencoded"
        headers = {**signed(content), "Content-Type": mime}
        if attempt:
            headers |= {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"}
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with self._http.post(
                self.events_to, data=content, headers=headers, timeout=timeout
            ) as answer:
                text = await answer.text()
                self.answers.append((answer.status, text))
                if answer.status != 200:
                    return None
                return dict(json.loads(text)) if text.startswith("{") else {"text": text}
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None

    async def _over_socket(
        self, kind: str, body: dict[str, Any], attempt: int
    ) -> dict[str, Any] | None:
        for _ in range(100):
            if self._sockets:
                break
            await asyncio.sleep(0.05)
        if not self._sockets:
            return None
        envelope = {
            "envelope_id": str(uuid.uuid4()), "type": kind, "payload": body,
            "accepts_response_payload": kind != "events_api",
            **({"retry_attempt": attempt, "retry_reason": "timeout"} if attempt else {}),
        }  # fmt: skip
        waiting = self._acks[envelope["envelope_id"]] = self._loop.create_future()
        try:
            await self._sockets[-1].send_json(envelope)
            return await asyncio.wait_for(waiting, self.ack_seconds)
        except (asyncio.TimeoutError, ConnectionError, RuntimeError):
            return None
        finally:
            del self._acks[envelope["envelope_id"]]


def signed(content: str, at: float | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers by which the app knows that it is Slack."""
    stamp = str(int(time.time() if at is None else at))
    base = f"v0:{stamp}:{content}".encode()
    mark = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mark}"}


def words(message: dict[str, Any]) -> str:
    """All that a person reads of a message or a view."""
    found: list[str] = []

    def read(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") in ("mrkdwn", "plain_text"):
                found.append(str(value["text"]))
            for key, one in value.items():
                if key != "text" or isinstance(one, dict):
                    read(one)
        elif isinstance(value, list):
            for one in value:
                read(one)

    read(message.get("blocks", []))
    return "\n".join(found) or str(message.get("text", ""))


def event_body(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "event_callback", "token": "old", "team_id": TEAM, "api_app_id": APP_ID,
        "event": event, "event_id": f"Ev{uuid.uuid4().hex[:10]}", "event_time": int(time.time()),
        "authorizations": [
            {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "enterprise_id": None}
        ],
    }  # fmt: skip


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}


def _token(request: web.Request, body: dict[str, Any]) -> str:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return given or str(body.get("token", ""))
