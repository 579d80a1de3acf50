"""The fixed sentences that the desk itself says to visitors, in English and Spanish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

LANGUAGES = ("en", "es")
Sentence = Callable[[str | None], str]
"""The sentence in a language."""
# The country's lines, see crisis_lines.yml; these are the defaults, so that no sentence is ever
# without a number.
_lines = {
    "en": {
        "emergency": "911",
        "crisis": "call or text 988",
        "crisis_call": "call or text 988, or chat at 988lifeline.org",
    },
    "es": {
        "emergency": "911",
        "crisis": "llama al 988 y oprime 2, o envía AYUDA al 988",
        "crisis_call": "Llama al 988 y oprime 2, envía AYUDA al 988 o chatea en 988lifeline.org",
    },
}
_DANGER = (
    "If you or someone else is in danger, call {emergency}. At any time you can {crisis_call}."
)

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip
_UNAVAILABLE = {
    "en": (
        "The assistant cannot answer just now. Your message was kept and passed to the clinic's"
        " team, but nobody may read it at once.\n\n"
        "If you or someone else is in danger, call {emergency} or go to the nearest emergency"
        " room. You can {crisis_call}: free, confidential, day and night."
    ),
    "es": (
        "El asistente no puede responder en este momento. Tu mensaje quedó guardado y se pasó al"
        " equipo de la clínica, pero es posible que nadie lo lea de inmediato.\n\n"
        "Si tú u otra persona está en peligro, llama al {emergency} o ve a la sala de emergencias"
        " más cercana. {crisis_call}: gratis, confidencial, de día y de noche."
    ),
}
_RELAYED = {
    "en": (
        "Your message was kept for the clinic's team. Nobody may read it at once. If you or"
        " someone else is in danger, call {emergency}. You can {crisis_call}."
    ),
    "es": (
        "Tu mensaje quedó guardado para el equipo de la clínica. Es posible que nadie lo lea de"
        " inmediato. Si tú u otra persona está en peligro, llama al {emergency}."
        " {crisis_call}."
    ),
}
_RESOLVED = {
    "en": "The team has closed this request. The assistant answers again.",
    "es": "El equipo ha cerrado esta solicitud. El asistente vuelve a responder.",
}
_HANDED_BACK = {
    "en": (
        "Thank you for writing to us. I hand you back to the automated assistant now; you can ask"
        " for a person again at any time."
    ),
    "es": (
        "Gracias por escribirnos. Ahora te dejo de nuevo con el asistente automático; puedes pedir"
        " una persona otra vez cuando quieras."
    ),
}
_LEFT = {
    "en": "Your request is closed. You can ask for a person again at any time.",
    "es": "Tu solicitud está cerrada. Puedes volver a pedir una persona cuando quieras.",
}
_STAYS_OPEN = {
    "en": (
        "Somebody of our team will still look at what you wrote. If you or someone else is in"
        " danger, call {emergency}, or {crisis}, day and night."
    ),
    "es": (
        "Alguien de nuestro equipo mirará de todos modos lo que escribiste. Si tú u otra persona"
        " está en peligro, llama al {emergency}, o {crisis}, de día o de noche."
    ),
}
_MISSED = {
    "en": (
        "Nobody of our team has been able to take your request so far. It stays with us. You can"
        " go on waiting, or leave a phone number or an e-mail address and a good time. This chat"
        " is not watched for emergencies: in danger, call {emergency}, or {crisis}."
    ),
    "es": (
        "Hasta ahora nadie de nuestro equipo ha podido tomar tu solicitud. Sigue con nosotros."
        " Puedes seguir esperando, o dejar un teléfono o un correo y una hora que te convenga."
        " Este chat no se vigila para emergencias: en peligro, llama al {emergency}, o"
        " {crisis}."
    ),
}
_CALLBACK_KEPT = {
    "en": (
        "We have noted how to reach you. Our team will get in touch; this is not watched for"
        " emergencies. In danger, call {emergency}, or {crisis}, day and night."
    ),
    "es": (
        "Anotamos cómo contactarte. Nuestro equipo se pondrá en contacto; esto no se vigila para"
        " emergencias. En peligro, llama al {emergency}, o {crisis}, de día o de noche."
    ),
}
_PERSON_ASKED = {
    "en": (
        "I have opened a request for our team. It is waiting; nobody has picked it up yet. The"
        " reply will appear here. This chat is not watched for emergencies: in danger, call"
        " {emergency}, or {crisis}."
    ),
    "es": (
        "Abrí una solicitud para nuestro equipo. Está en espera; todavía nadie la ha tomado. La"
        " respuesta aparecerá aquí. Este chat no se vigila para emergencias: en peligro, llama al"
        " {emergency}, o {crisis}."
    ),
}
_ASK_PERSON = {
    "en": "I would like to talk to a person",
    "es": "Quiero hablar con una persona",
}
_DELETED = {
    "en": "This conversation has been deleted.",
    "es": "Esta conversación se ha borrado.",
}
_DELETED_LATER = {
    "en": (
        "You can no longer see this conversation. It will be deleted once somebody of our team has"
        " looked at it, because it was about danger or about our staff. In danger, call"
        " {emergency}, or {crisis}."
    ),
    "es": (
        "Ya no puedes ver esta conversación. Se borrará cuando alguien de nuestro equipo la haya"
        " visto, porque trataba de un peligro o de nuestro personal. En peligro, llama al"
        " {emergency}, o {crisis}."
    ),
}
_SPANISH_LINE = "En caso de peligro llama al {emergency}, o {crisis}."


def unavailable(language: str | None) -> str:
    """Said when the assistant gave no answer. An unknown language gets English and a line more."""
    return _in(_UNAVAILABLE, language, also=_SPANISH_LINE)


def relayed(language: str | None) -> str:
    """Said when the assistant gave no answer while a case is open."""
    return _in(_RELAYED, language, also=_SPANISH_LINE)


def resolved(language: str | None) -> str:
    """Said when staff close a case."""
    return _in(_RESOLVED, language)


def handed_back(language: str | None) -> str:
    """Proposed to staff as their last sentence; what is sent is what they make of it."""
    return _in(_HANDED_BACK, language)


def left(language: str | None) -> str:
    """Said when the visitor has left the queue."""
    return _in(_LEFT, language)


def stays_open(language: str | None) -> str:
    """Said when the visitor wants to leave a case that only a person may close."""
    return _in(_STAYS_OPEN, language)


def missed(language: str | None) -> str:
    """Said when nobody took a case in time."""
    return _in(_MISSED, language)


def callback_kept(language: str | None) -> str:
    """Said when the visitor has left a number or an address."""
    return _in(_CALLBACK_KEPT, language)


def person_asked(language: str | None) -> str:
    """Said when the visitor has asked for a person with a button, which needs no assistant."""
    return _in(_PERSON_ASKED, language)


def ask_person(language: str | None) -> str:
    """What the visitor says with the button that asks for a person."""
    return _in(_ASK_PERSON, language)


def deleted(language: str | None) -> str:
    return _in(_DELETED, language)


def deleted_later(language: str | None) -> str:
    """Said when the visitor deletes a conversation that a person has to look at first."""
    return _in(_DELETED_LATER, language)


def open_until(closes: datetime, language: str | None) -> str:
    """Said while somebody is there. It promises no waiting time, for none is known."""
    if language == "es":
        return f"Nuestro equipo está disponible hoy hasta las {_clock(closes, language)}."
    return f"Our team is here today until {_clock(closes, language)}."


def closed_until(opens: datetime | None, language: str | None) -> str:
    """Said while nobody is there; `opens` is the next opening where one is known."""
    if language == "es":
        known = f" Vuelve el {_day(opens, 'es')} a las {_clock(opens, 'es')}." if opens else ""
        return f"En este momento no hay nadie de nuestro equipo.{known}"
    known = f" They are back on {_day(opens, 'en')} at {_clock(opens, 'en')}." if opens else ""
    return f"Nobody of our team is here just now.{known}"


def _clock(at: datetime, language: str | None) -> str:
    """With the zone's name: the visitor may be elsewhere."""
    if language == "es":
        return f"{at:%H:%M} ({at.tzname()})"
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'} ({at.tzname()})"


def _day(at: datetime, language: str) -> str:
    days, months = _DAYS[language], _MONTHS[language]
    if language == "es":
        return f"{days[at.weekday()]} {at.day} de {months[at.month - 1]}"
    return f"{days[at.weekday()]}, {months[at.month - 1]} {at.day}"


def danger() -> str:
    """Beside every refusal of something that was posted: it may have been a cry for help."""
    return _DANGER.format_map(_lines["en"])


def speak_for(lines: Mapping[str, Mapping[str, str]]) -> None:
    """From now on the sentences carry these lines: `emergency`, `crisis` (in a sentence),
    `crisis_call` (a whole one), by language. Called once, before anything is said.
    """
    for language in LANGUAGES:
        _lines[language] = dict(lines[language])


def _in(texts: dict[str, str], language: str | None, also: str = "") -> str:
    if language in texts:
        return texts[language].format_map(_lines[language])
    english = texts["en"].format_map(_lines["en"])
    return f"{english}\n\n{also.format_map(_lines['es'])}" if also else english
