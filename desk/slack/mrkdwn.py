"""Text in Slack's own markup: what people wrote as it goes in, what Slack sent as it was meant."""

from __future__ import annotations

import html
import re
from datetime import datetime

SECTION_CHARS = 3000
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_BREAKS = ("\n\n", "\n", ". ", " ")


def escaped(text: str) -> str:
    """The text as text: neither a mention nor a link comes out of what somebody wrote."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Escaped, with the bar of a quotation before each line."""
    return "\n".join(f"> {line}" for line in escaped(text).splitlines())


def plain(text: str, bot_user: str = "") -> str:
    """What a person wrote, as a plain text: the bot's mention goes, links keep their address."""

    def meant(found: re.Match[str]) -> str:
        target, label = found[1], found[2]
        if target == f"@{bot_user}":
            return ""
        if target.startswith("@"):
            return f"@{label or 'somebody'}"
        if target.startswith("#"):
            return f"#{label or 'channel'}"
        if target.startswith("!"):
            return f"@{label or target[1:].split('^')[0]}".replace("@@", "@")
        return target.removeprefix("mailto:") if label in (None, "") else f"{label}"

    return html.unescape(_LINK.sub(meant, text)).strip()


def shortened(text: str, most: int) -> str:
    """At most so many characters, the last of them an ellipsis where something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pieces(text: str, most: int = SECTION_CHARS) -> list[str]:
    """The text in parts of at most so many characters, cut where it hurts least."""
    parts: list[str] = []
    while len(text) > most:
        cut = _cut(text, most)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part]


def moment(at: str | datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """A time that everyone reads in the own zone; `{ago}` counts by itself."""
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"<!date^{int(when.timestamp())}^{form}|{when:%Y-%m-%d %H:%M} UTC>"


def mention(who: str) -> str:
    """A user group, a person, `here` or `channel`, mentioned."""
    if not who:
        return ""
    if who in ("here", "channel"):
        return f"<!{who}>"
    return f"<!subteam^{who}>" if who.startswith("S") else f"<@{who}>"


def _cut(text: str, most: int) -> int:
    for mark in _BREAKS:
        place = text.rfind(mark, most // 2, most)
        if place > 0:
            return place + len(mark)
    # never inside an entity such as &amp;
    start = text.rfind("&", most - 6, most)
    return start if start > 0 and ";" not in text[start:most] else most
