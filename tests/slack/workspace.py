"""What there is in a Slack workspace: people, channels, messages; and what its methods do."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.slack.limits import message_problems, view_problems

TEAM, BOT_USER, BOT_ID, APP_ID = "T0CLINIC", "U0BOT", "B0BOT", "A0APP"
BOT_TOKEN, APP_TOKEN = "xoxb-tests-only", "xapp-tests-only"
TRIGGER_SECONDS = 3.0


class Refused(Exception):
    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


class TooMany(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


@dataclass
class Bucket:
    """So many calls at once, then so many a second; without a rate nothing is limited."""

    burst: float
    per_second: float
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.burst

    def take(self) -> None:
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            raise TooMany(max(1, round((1 - self.left) / self.per_second)))
        self.left -= 1


@dataclass
class Channel:
    id: str
    kind: str  # channel, group, im, mpim
    members: set[str]
    messages: list[dict[str, Any]] = field(default_factory=list)
    archived: bool = False

    @property
    def event_type(self) -> str:
        return {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}[self.kind]


class Workspace:
    """`scopes` are those of the installed app. `posted` is called for each message of the bot."""

    def __init__(self, scopes: set[str]) -> None:
        self.scopes = scopes
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[dict[str, Any]] = []
        self.views: dict[str, dict[str, Any]] = {}  # the open dialog of a user
        self.triggers: dict[str, tuple[str, float]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals: list[tuple[str, str]] = []
        self.limited: list[str] = []
        self.groups: list[str] = ["S0ONCALL"]
        self.rate: Callable[[], Bucket] = lambda: Bucket(1e9, 1e9)
        self.buckets: dict[str, Bucket] = {}
        self._ticks = itertools.count(1)
        self.posted: Callable[[Channel, dict[str, Any]], None] = lambda _c, _m: None

    def add_user(self, user: str, email: str | None, **more: Any) -> str:
        profile = {"email": email} if email else {}
        self.users[user] = {"id": user, "team_id": TEAM, "profile": profile, **more}
        return user

    def add_channel(self, channel: str, *members: str, kind: str = "channel") -> Channel:
        self.channels[channel] = Channel(channel, kind, set(members))
        return self.channels[channel]

    def direct(self, user: str) -> Channel:
        channel = f"D{user[1:]}"
        if channel not in self.channels:
            self.add_channel(channel, user, BOT_USER, kind="im")
        return self.channels[channel]

    def tick(self) -> str:
        return f"{int(time.time())}.{next(self._ticks):06d}"

    def trigger(self, user: str) -> str:
        trigger = uuid.uuid4().hex
        self.triggers[trigger] = (user, time.monotonic())
        return trigger

    def write(self, channel: Channel, **message: Any) -> dict[str, Any]:
        stored = {"type": "message", "ts": self.tick(), **message}
        channel.messages.append(stored)
        return stored

    def find(self, channel: Channel, ts: str) -> dict[str, Any] | None:
        return next((one for one in channel.messages if one["ts"] == ts), None)

    # the methods of the Web API

    def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises Refused, TooMany."""
        self.calls.append((method, body))
        do = getattr(self, "do_" + method.replace(".", "_"), None)
        if do is None:
            raise Refused("unknown_method")
        self._limit(method, body)
        try:
            return do(body)
        except Refused as refused:
            self.refusals.append((method, refused.code))
            raise

    def _limit(self, method: str, body: dict[str, Any]) -> None:
        key = f"{method} {body.get('channel', '')}" if method.startswith("chat.") else method
        try:
            self.buckets.setdefault(key, self.rate()).take()
        except TooMany:
            self.limited.append(key)
            raise

    def need(self, *scopes: str) -> None:
        missing = [scope for scope in scopes if scope not in self.scopes]
        if missing:
            provided = ",".join(sorted(self.scopes))
            raise Refused("missing_scope", needed=missing[0], provided=provided)

    def do_auth_test(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "team": "Clinic"}

    def do_users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("users:read")
        user = self.users.get(body.get("user", ""))
        if user is None:
            raise Refused("user_not_found")
        shown = {**user, "profile": dict(user["profile"])}
        if "users:read.email" not in self.scopes:
            shown["profile"].pop("email", None)
        return {"user": shown}

    def do_usergroups_list(self, _body: dict[str, Any]) -> dict[str, Any]:
        self.need("usergroups:read")
        return {"usergroups": [{"id": one} for one in self.groups]}

    def do_conversations_open(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("im:write")
        user = self.users.get(body.get("users", ""))
        if user is None:
            raise Refused("user_not_found")
        if user.get("deleted"):
            raise Refused("user_disabled")
        return {"channel": {"id": self.direct(user["id"]).id}}

    def do_conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(body, "read")
        member = BOT_USER in channel.members
        return {"channel": {"id": channel.id, "is_member": member, "is_archived": channel.archived}}

    def do_conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._own(self._channel(body, "history"))
        top = [one for one in channel.messages if one.get("thread_ts", one["ts"]) == one["ts"]]
        return self._page(top[::-1], body)

    def do_conversations_replies(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._own(self._channel(body, "history"))
        root = body.get("ts")
        if self.find(channel, str(root)) is None:
            raise Refused("thread_not_found")
        found = [one for one in channel.messages if root in (one["ts"], one.get("thread_ts"))]
        return self._page(found, body)

    def do_chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("chat:write")
        channel = self._own(self._channel(body))
        self._check(message_problems(body), "invalid_blocks")
        self._check_metadata(body.get("metadata"))
        self._check_thread(channel, body.get("thread_ts"))
        kept = {
            key: body[key] for key in ("text", "blocks", "metadata", "thread_ts") if key in body
        }
        message = self.write(channel, user=BOT_USER, bot_id=BOT_ID, **kept)
        if body.get("reply_broadcast"):
            if "thread_ts" not in body:
                raise Refused("invalid_arguments")
            message["subtype"] = "thread_broadcast"
        self.posted(channel, message)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def do_chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("chat:write")
        message = self._bots(self._own(self._channel(body)), body)
        self._check(message_problems(body), "invalid_blocks")
        message |= {"text": body.get("text", ""), "blocks": body.get("blocks", [])}
        message["edited"] = {"user": BOT_USER, "ts": self.tick()}
        return {"channel": body["channel"], "ts": message["ts"]}

    def do_chat_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("chat:write")
        channel = self._own(self._channel(body))
        channel.messages.remove(self._bots(channel, body))
        return {"channel": channel.id, "ts": body["ts"]}

    def do_chat_postEphemeral(self, body: dict[str, Any]) -> dict[str, Any]:
        self.need("chat:write")
        channel = self._own(self._channel(body))
        if body.get("user") not in channel.members:
            raise Refused("user_not_in_channel")
        self._check(message_problems(body), "invalid_blocks")
        self.ephemerals.append(body)
        return {"message_ts": self.tick()}

    def do_views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        known = self.triggers.pop(body.get("trigger_id", ""), None)
        if known is None:
            raise Refused("invalid_trigger_id")
        user, at = known
        if time.monotonic() - at > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        self._check(view_problems(body["view"]), "invalid_arguments")
        self.views[user] = {"id": f"V{uuid.uuid4().hex[:10]}", **body["view"]}
        return {"view": self.views[user]}

    def _channel(self, body: dict[str, Any], right: str = "") -> Channel:
        channel = self.channels.get(str(body.get("channel", "")))
        if channel is None:
            raise Refused("channel_not_found")
        if right:
            names = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
            self.need(f"{names[channel.kind]}:{right}")
        return channel

    def _own(self, channel: Channel) -> Channel:
        if BOT_USER not in channel.members:
            raise Refused("not_in_channel" if channel.kind == "channel" else "channel_not_found")
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def _bots(self, channel: Channel, body: dict[str, Any]) -> dict[str, Any]:
        message = self.find(channel, str(body.get("ts")))
        if message is None:
            raise Refused("message_not_found")
        if message.get("bot_id") != BOT_ID:
            raise Refused("cant_update_message")
        return message

    def _check(self, problems: list[str], code: str) -> None:
        if problems:
            raise Refused(code, response_metadata={"messages": problems})

    def _check_thread(self, channel: Channel, thread_ts: str | None) -> None:
        if thread_ts is not None and self.find(channel, thread_ts) is None:
            raise Refused("thread_not_found")

    def _check_metadata(self, metadata: Any) -> None:
        if metadata is None:
            return
        fine = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
        if not fine or not isinstance(metadata["event_payload"], dict):
            raise Refused("invalid_metadata_format")

    def _page(self, found: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        """Pages of a size smaller than asked for, so that cursors are used."""
        recent = [one for one in found if float(one["ts"]) >= float(body.get("oldest", 0))]
        start = int(body.get("cursor") or 0)
        end = start + min(int(body.get("limit", 100)), 20)
        shown = [dict(one) for one in recent[start:end]]
        if not body.get("include_all_metadata"):
            for one in shown:
                one.pop("metadata", None)
        cursor = str(end) if end < len(recent) else ""
        return {"messages": shown, "response_metadata": {"next_cursor": cursor}}
