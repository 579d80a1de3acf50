"""What Slack's refusals mean, and what a person can do about them."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "ekm_access_denied",
        "team_access_not_granted",
        "access_denied",
    }
)
"""Nothing works before somebody has put the app or its token right."""
NOT_HERE: Final = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "user_not_in_channel",
        "restricted_action",
        "restricted_action_thread_locked",
        "thread_locked",
        "messages_tab_disabled",
    }
)
"""The app may not write in this place."""

_ADVICE: Final = {
    "invalid_auth": "SLACK_BOT_TOKEN is not the token of an installed app: copy it anew.",
    "not_authed": "SLACK_BOT_TOKEN is missing.",
    "account_inactive": "The app was removed from the workspace: install it again.",
    "token_revoked": "The app was removed from the workspace: install it again.",
    "token_expired": "Switch token rotation off in the app's settings, and install it again.",
    "missing_scope": "Take the app's manifest from desk/slack/manifest.yml, and install it again.",
    "not_in_channel": "Invite the app into the channel: /invite and its name.",
    "channel_not_found": "Is SLACK_CHANNEL the channel's id? A private one needs an invitation.",
    "is_archived": "The channel is archived: name another in SLACK_CHANNEL.",
    "restricted_action": "Only some people may write in the channel: let the app, too.",
}


def advice(code: str) -> str:
    """What to do, in a sentence."""
    return _ADVICE.get(code, "`python -m desk doctor` looks for the cause.")
