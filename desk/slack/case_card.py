"""A case as its card in the staff channel, and what happens to it as lines below. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.cases import Case, CaseEvent
from desk.slack.answer_blocks import OPEN_LINK
from desk.slack.elements import Block, actions, button, context, fields, header, sections
from desk.slack.mrkdwn import escaped, mention, moment, quoted, shortened
from desk.transitions import State

CASE_ACTION = "case_"
WORDS_SHOWN = 3  # messages of the visitor on the card
_WORDS_CHARS = 600  # of each

_MARKS = {"urgent": ":red_circle:", "soon": ":large_orange_circle:", "normal": ":white_circle:"}
_STATES: dict[State, str] = {
    "waiting": "waiting for a person",
    "claimed": "claimed",
    "resolved": "resolved",
    "missed": "missed: nobody took it in time, the visitor still waits",
    "callback": "the visitor wants a call",
}
_UNCLAIMED = (("claim", "Claim", "primary"), ("note", "Note", ""), ("resolve", "Resolve", ""))
BUTTONS: dict[State, tuple[tuple[str, str, str], ...]] = {
    "waiting": _UNCLAIMED,
    "missed": _UNCLAIMED,
    "callback": _UNCLAIMED,
    "claimed": (
        ("reply", "Reply", "primary"),
        ("note", "Note", ""),
        ("resolve", "Resolve", ""),
        ("hand_back", "Hand back", ""),
        ("release", "Release", ""),
    ),
    "resolved": (("note", "Note", ""),),
}


@dataclass(frozen=True)
class CardView:
    """What a card shows. `holder` is a name; `words` what the visitor wrote, empty unless the
    clinic shows it; `on_call` whom to mention; `link` the case in the console; `in_slack` where a
    colleague asked here.
    """

    case: Case
    holder: str | None = None
    words: Sequence[str] = ()
    on_call: str = ""
    link: str = ""
    in_slack: bool = False


def card_blocks(view: CardView) -> list[Block]:
    case = view.case
    calling = mention(view.on_call) if case.urgency == "urgent" and is_unclaimed(case) else ""
    return [
        header(f"{_MARKS[case.urgency]} {case.urgency.capitalize()}: {readable(case.reason)}"),
        *(sections(f"{calling} an urgent case waits for a person.") if calling else []),
        fields(
            f"*Case*\n{case.case_id}",
            f"*State*\n{state_line(case, view.holder)}",
            f"*Opened*\n{moment(case.opened_at)}",
            f"*Waiting*\n{_waiting(case)}" if is_unclaimed(case) else "",
            f"*From*\n{'Slack' if view.in_slack else 'the website'}",
        ),
        *[block for said in view.words[-WORDS_SHOWN:]
          for block in sections(quoted(shortened(said, _WORDS_CHARS)), 1, verbatim=True)],
        *actions(f"case {case.case_id}", _buttons(view)),
    ]  # fmt: skip


def card_text(view: CardView) -> str:
    """What the notification says."""
    case = view.case
    calling = mention(view.on_call) if case.urgency == "urgent" and is_unclaimed(case) else ""
    line = f"Case {case.case_id}, {case.urgency}, {readable(case.reason)}:"
    return f"{calling} {line} {state_line(case, view.holder)}".strip()


def withdrawn_blocks(case_id: str, why: str) -> list[Block]:
    """All that is left of a card whose case is not for this channel any more."""
    return [context(f"Case {case_id}: {why}")]


def event_line(event: CaseEvent, who: str, *, words: bool, on_call: str = "") -> str | None:
    """What happened, in one line; None for what the card itself or another line shows."""
    name = escaped(who)
    said = f"\n{quoted(shortened(event.text, 2500))}" if words and event.text else ""
    calling = f"{mention(on_call)} " if on_call else ""
    lines = {
        "claim": f"*{name}* has claimed the case.",
        "release": f"*{name}* has released the case; it waits again.",
        "reassign": f"*{name}* has given the case to {escaped(event.text or 'somebody else')}.",
        "note": f":memo: *{name}* noted{said or ' something; it is in the console'}",
        "resolve": f":white_check_mark: *{name}* has resolved the case.{said}",
        "hand_back": f":white_check_mark: *{name}* has handed the visitor back.{said}",
        "leave": "The visitor does not want to wait any more.",
        "ask_callback": "The visitor has left a number or an address; it is in the console.",
        "expire": "The claim has run out without an answer; the case waits again.",
        "escalate": f":rotating_light: {calling}nobody has claimed the case so far.",
        "miss": "Nobody took the case in time. The visitor was told, and still waits.",
        "raise": f":rotating_light: {calling}the case was raised: {escaped(event.text or '')}",
    }
    return lines.get(event.action)


def is_loud(event: CaseEvent) -> bool:
    """Whether the whole channel has to see it, not the thread alone."""
    return event.action == "escalate" or (
        event.action == "raise" and "-> urgent" in (event.text or "")
    )


def is_unclaimed(case: Case) -> bool:
    return case.state in ("waiting", "missed", "callback")


def state_line(case: Case, holder: str | None) -> str:
    by = f" by {escaped(holder or case.assignee or '')}" if case.state == "claimed" else ""
    return f"{_STATES[case.state]}{by}"


def readable(reason: str) -> str:
    return reason.replace("_", " ")


def _waiting(case: Case) -> str:
    return f"since {moment(case.waiting_since or case.opened_at, '{time}, {ago}')}"


def _buttons(view: CardView) -> list[Block]:
    case = view.case
    known = [
        button(title, f"{CASE_ACTION}{name}", case.case_id, style=style)
        for name, title, style in BUTTONS[case.state]
    ]
    console = [button("Open in the console", OPEN_LINK, url=view.link)] if view.link else []
    return [*known, *console]
