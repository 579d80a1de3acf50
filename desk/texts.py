"""The fixed sentences that the desk itself says to visitors, in English and Spanish."""

from __future__ import annotations

LANGUAGES = ("en", "es")
DANGER = (
    "If you or someone else is in danger, call 911. You can call or text 988 at any time,"
    " or chat at 988lifeline.org."
)

_UNAVAILABLE = {
    "en": (
        "The assistant cannot answer just now. Your message was kept and passed to the clinic's"
        " team, but nobody may read it at once.\n\n"
        "If you or someone else is in danger, call 911 or go to the nearest emergency room."
        " You can call or text 988, or chat at 988lifeline.org: free, confidential, day and night."
    ),
    "es": (
        "El asistente no puede responder en este momento. Tu mensaje quedó guardado y se pasó al"
        " equipo de la clínica, pero es posible que nadie lo lea de inmediato.\n\n"
        "Si tú u otra persona está en peligro, llama al 911 o ve a la sala de emergencias más"
        " cercana. Puedes llamar al 988 y oprimir 2, o enviar AYUDA por mensaje de texto al 988, o"
        " escribir en 988lifeline.org: gratis, confidencial, de día y de noche."
    ),
}
_RELAYED = {
    "en": (
        "Your message was kept for the clinic's team. Nobody may read it at once. If you or"
        " someone else is in danger, call 911, or call or text 988 (988lifeline.org)."
    ),
    "es": (
        "Tu mensaje quedó guardado para el equipo de la clínica. Es posible que nadie lo lea de"
        " inmediato. Si tú u otra persona está en peligro, llama al 911, o llama al 988 y"
        " oprime 2 (988lifeline.org)."
    ),
}
_RESOLVED = {
    "en": "The team has closed this request. The assistant answers again.",
    "es": "El equipo ha cerrado esta solicitud. El asistente vuelve a responder.",
}
_SPANISH_LINE = "En caso de peligro llama al 911, o llama al 988 y oprime 2."


def unavailable(language: str | None) -> str:
    """Said when the assistant gave no answer. An unknown language gets English and a line more."""
    return _in(_UNAVAILABLE, language, also=_SPANISH_LINE)


def relayed(language: str | None) -> str:
    """Said when the assistant gave no answer while a case is open."""
    return _in(_RELAYED, language, also=_SPANISH_LINE)


def resolved(language: str | None) -> str:
    """Said when staff close a case."""
    return _in(_RESOLVED, language)


def _in(texts: dict[str, str], language: str | None, also: str = "") -> str:
    if language in texts:
        return texts[language]
    return f"{texts['en']}\n\n{also}" if also else texts["en"]
