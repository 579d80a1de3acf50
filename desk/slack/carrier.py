"""Brings one letter to Slack.

Whether an attempt that brought no answer has worked is asked of Slack before the next: every
message carries its letter's key in its metadata. So nothing is lost and nothing comes twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.slack.outbox import Letter
from desk.slack.outgoing import Outgoing
from desk.slack.web import EVENT_TYPE, Web

LOOK_BACK_SECONDS = 300  # before a letter was written: clocks differ


class Carrier:
    def __init__(self, web: Web) -> None:
        self._web = web
        self._direct: dict[str, str] = {}  # a person's direct messages

    async def carry(self, letter: Letter, out: Outgoing) -> tuple[str | None, str | None]:
        """Where it stands now. Raises SlackLater, SlackAway, SlackRefused."""
        if out.url:
            said = {"response_type": "ephemeral", "text": out.text, "blocks": out.blocks or None}
            await self._web.respond(out.url, {name: one for name, one in said.items() if one})
            return None, None
        channel = out.channel or await self._direct_channel(out.user)
        if out.erase:
            await self._web.call("chat.delete", channel=channel, ts=out.ts)
            return None, None
        words: dict[str, Any] = {"text": out.text, "blocks": out.blocks, "channel": channel}
        if out.ephemeral:
            words |= {"user": out.user, "thread_ts": out.thread_ts or None}
            await self._web.call("chat.postEphemeral", **words)
            return None, None
        if out.ts:
            await self._web.call("chat.update", **words, ts=out.ts)
            return channel, out.ts
        known = await self._look_for(letter, channel, out.thread_ts) if letter.attempts else None
        return channel, known or await self._post(letter, out, words)

    async def _post(self, letter: Letter, out: Outgoing, words: dict[str, Any]) -> str:
        answer = await self._web.call(
            "chat.postMessage",
            **words,
            thread_ts=out.thread_ts or None,
            reply_broadcast=True if out.broadcast else None,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": letter.key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def _look_for(self, letter: Letter, channel: str, thread_ts: str) -> str | None:
        """The message, where an earlier attempt has brought it to Slack after all."""
        method = "conversations.replies" if thread_ts else "conversations.history"
        since = datetime.fromisoformat(letter.created_at).timestamp() - LOOK_BACK_SECONDS
        cursor: str | None = None
        while True:
            page = await self._web.call(
                method,
                channel=channel,
                ts=thread_ts or None,
                oldest=f"{since:.6f}",
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == letter.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None

    async def _direct_channel(self, user: str) -> str:
        if user not in self._direct:
            answer = await self._web.call("conversations.open", users=user)
            self._direct[user] = str(answer["channel"]["id"])
        return self._direct[user]
