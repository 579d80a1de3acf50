"""What a visitor may take along of the own conversation. Staff's notes, trace and addresses are
not among it.
"""

from __future__ import annotations

from typing import Any

from desk import texts
from desk.messages import Conversation, Message
from desk.parts import Desk

SPEAKERS = {
    "en": {"visitor": "You", "bot": "Automated assistant", "staff": "Team", "system": "Clinic"},
    "es": {
        "visitor": "Tú",
        "bot": "Asistente automático",
        "staff": "Equipo",
        "system": "Clínica",
    },
}


def transcript(desk: Desk, conversation: Conversation) -> str:
    """The conversation as a text for people. Times are in the clinic's zone."""
    zone = desk.clinic.opening.zone
    lines = [f"{desk.clinic.name} ({desk.clinic.time_zone})", ""]
    for message in desk.store.messages(conversation.id):
        at = message.written_at.astimezone(zone)
        lines += [f"{at:%Y-%m-%d %H:%M}  {_speaker(message, conversation.language)}:"]
        lines += [message.text, *_sources(message), ""]
    return "\n".join(lines)


def exported(desk: Desk, conversation: Conversation) -> dict[str, Any]:
    """Everything that is the visitor's, in a form for programs."""
    cases = desk.cases.of_conversation(conversation.id)
    callbacks = [desk.cases.callback(case.case_id) for case in cases]
    return {
        "conversation_id": conversation.id,
        "channel": conversation.channel,
        "language": conversation.language,
        "created_at": conversation.created_at,
        "messages": [as_event(one) for one in desk.store.messages(conversation.id)],
        "cases": [
            {
                "case_id": case.case_id,
                "state": case.state,
                "opened_at": case.opened_at,
                "resolved_at": case.resolved_at,
            }
            for case in cases
        ],
        "callbacks": [vars(callback) for callback in callbacks if callback],
        "feedback": [
            {"message_id": given.reply_id, "helpful": given.helpful, "reason": given.reason}
            for given in desk.feedback.list(conversation_id=conversation.id)
        ],
    }


def as_event(message: Message) -> dict[str, Any]:
    """A message as visitors' pages get it, in the stream and among the replies."""
    payload = message.payload
    return {
        "id": message.id,
        "from": message.sender,
        "text": message.text,
        "outcome": payload.get("outcome"),
        "reason": payload.get("reason"),
        "citations": payload.get("citations", []),
        "buttons": payload.get("buttons", []),
        "case_id": payload.get("case_id"),
        "message_id": message.message_id,
        "at": message.created_at,
        "name": payload.get("name"),
    }


def ended(gone: bool, language: str | None) -> str:
    return texts.deleted(language) if gone else texts.deleted_later(language)


def _speaker(message: Message, language: str | None) -> str:
    speaker = SPEAKERS.get(language or "en", SPEAKERS["en"])[message.sender]
    name = message.payload.get("name")
    return f"{speaker} ({name})" if name else speaker


def _sources(message: Message) -> list[str]:
    return [
        f"  [{citation.get('title')}{', ' + citation['url'] if citation.get('url') else ''}]"
        for citation in message.payload.get("citations", [])
    ]
