"""What Slack sends, as jobs. Pure; what nobody has to deal with is no job."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from desk.slack.answer_blocks import RATE_DOWN, RATE_UP, SUGGEST
from desk.slack.case_card import CASE_ACTION
from desk.slack.dialogs import Submitted
from desk.slack.inbox import Job
from desk.slack.outbox import case_lane

_WRITTEN = (None, "file_share", "thread_broadcast", "me_message")
_SLACKBOT = "USLACKBOT"
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def event_job(body: Mapping[str, Any]) -> Job | None:
    """A message, a mention (which comes as a message, too), an edit or a deletion."""
    event = body["event"]
    if event.get("type") not in ("message", "app_mention"):
        return None
    subtype, bot = event.get("subtype"), bot_user(body)
    if subtype == "message_changed":
        return _edit(event, bot)
    if subtype == "message_deleted":
        return _deletion(event)
    if subtype not in _WRITTEN or not _is_person(event, bot):
        return None
    content = _content(event, event["channel"], bot, event.get("type") == "app_mention")
    if not (content["direct"] or content["mentioned"] or content["thread_ts"]):
        return None  # colleagues among themselves
    return Job(f"message:{content['channel']}:{content['ts']}", _lane(content), "message", content)


def action_job(body: Mapping[str, Any]) -> Job | None:
    """A button that does something by itself; one that opens a dialog or a page does not."""
    content = _action(body)
    name = content["action"]
    key = _action_key(body, content)
    if name.removeprefix(CASE_ACTION) in ("claim", "release"):
        return Job(key, case_lane(content["value"]), "case", content)
    if name.startswith(SUGGEST) or name in (RATE_UP, RATE_DOWN):
        kind = "suggestion" if name.startswith(SUGGEST) else "rating"
        lane = f"{content['channel']}:{content['thread_ts'] or content['ts']}"
        return Job(key, lane, kind, content)
    return None


def refused_job(body: Mapping[str, Any]) -> Job:
    """A dialog that was not opened, for its person to be told why."""
    content = _action(body)
    return Job(_action_key(body, content), case_lane(content["value"]), "case", content)


def dialog_job(view_id: str, user: str, given: Submitted) -> Job:
    content = {**vars(given), "user": user}
    lane = f"rating:{user}" if given.name == "rating" else case_lane(given.about)
    return Job(f"view:{view_id}", lane, "dialog", content)


def command_job(body: Mapping[str, Any]) -> Job:
    content = {
        "text": body.get("text", ""),
        "user": body["user_id"],
        "channel": body["channel_id"],
        "url": body["response_url"],
        "asked_id": f"ask:{_short(body['trigger_id'])}",
    }
    return Job(content["asked_id"], f"ask:{content['user']}", "command", content)


def shortcut_job(body: Mapping[str, Any]) -> Job:
    """Somebody wants the assistant's word on a message of somebody else."""
    message, channel = body["message"], body["channel"]["id"]
    ts = str(message["ts"])
    content = {
        "text": message.get("text", ""),
        "user": body["user"]["id"],
        "channel": channel,
        "ts": ts,
        "thread_ts": str(message.get("thread_ts") or ts),
        "asked_id": f"{channel}:{ts}:{_short(body['trigger_id'])[:8]}",
    }
    lane = f"{channel}:{content['thread_ts']}"
    return Job(f"shortcut:{_short(body['trigger_id'])}", lane, "shortcut", content)


def bot_user(body: Mapping[str, Any]) -> str:
    """Our own user in Slack, as the event names it."""
    found = body.get("authorizations") or [{}]
    return str(found[0].get("user_id") or "")


def names_others(text: str, bot: str) -> bool:
    """Whether it is addressed to somebody else than the assistant."""
    named = _MENTION.findall(text)
    return bool(named) and bot not in named


def _action(body: Mapping[str, Any]) -> dict[str, str]:
    action = body["actions"][0]
    return {
        "action": str(action.get("action_id", "")),
        "value": str(action.get("value", "")),
        "user": str(body["user"]["id"]),
        "channel": _of(body, "channel", "id"),
        "ts": _of(body, "message", "ts"),
        "thread_ts": _of(body, "message", "thread_ts"),
    }


def _action_key(body: Mapping[str, Any], content: Mapping[str, str]) -> str:
    at = body["actions"][0]["action_ts"]
    return f"action:{content['user']}:{content['action']}:{at}:{content['ts']}"


def _edit(event: Mapping[str, Any], bot: str) -> Job | None:
    """A change of the words; Slack also reports its own, such as the preview of a link."""
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    edited = (message.get("edited") or {}).get("ts")
    same = message.get("text") == before.get("text")
    if edited is None or same or not _is_person(message, bot):
        return None
    content = _content(message, event["channel"], bot) | {"edited": str(edited)}
    if not (content["direct"] or content["mentioned"] or message.get("thread_ts")):
        return None
    key = f"edit:{content['channel']}:{content['ts']}:{edited}"
    return Job(key, _lane(content), "edit", content)


def _deletion(event: Mapping[str, Any]) -> Job | None:
    before = event.get("previous_message") or {}
    if not _is_person(before, ""):
        return None
    content = _content({**before, "ts": event["deleted_ts"], "text": ""}, event["channel"], "")
    key = f"delete:{content['channel']}:{content['ts']}"
    return Job(key, _lane(content), "deletion", content)


def _content(
    message: Mapping[str, Any], channel: str, bot: str, mentioned: bool = False
) -> dict[str, Any]:
    """`thread_ts` is empty for a message that stands by itself."""
    ts, thread_ts = str(message["ts"]), str(message.get("thread_ts") or "")
    text = str(message.get("text") or "")
    return {
        "channel": str(channel),
        "ts": ts,
        "thread_ts": "" if thread_ts == ts else thread_ts,
        "user": str(message["user"]),
        "text": text,
        "direct": str(channel).startswith("D"),
        "mentioned": mentioned or bool(bot and bot in _MENTION.findall(text)),
        "bot": bot,
        "files": len(message.get("files") or ()),
    }


def _lane(content: Mapping[str, Any]) -> str:
    """In direct messages everything in its order, elsewhere thread by thread."""
    thread = "" if content["direct"] else content["thread_ts"] or content["ts"]
    return f"{content['channel']}:{thread}"


def _is_person(message: Mapping[str, Any], bot: str) -> bool:
    user = message.get("user")
    return bool(user) and user not in (bot, _SLACKBOT) and not message.get("bot_id")


def _of(body: Mapping[str, Any], name: str, key: str) -> str:
    return str((body.get(name) or {}).get(key) or "")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
