"""English or Spanish? Replies exist in these two, and a crisis reply must be in the right one."""

from __future__ import annotations

import re
from typing import Final

_SPANISH: Final = frozenset(
    """
    a al algo alguien ahora ante antes asi aun aunque ayer ayuda bien buenas buenos cada casa
    como con cosa cuando cuanto cuantos da de del desde después despues dia dias donde dos doy
    duele el él ella ellos en entonces entre era eres es esa ese eso esta está estaba están
    estan estas este esto estoy fue gracias ha había habia hace hacer hasta hay hermana hermano
    hice hijo hija hola hoy igual infusión la las le les lo los madre mañana manana mas más mamá
    mama me mejor mi mí mis mucho muy nada nadie ni no noche nos nosotros nunca o otra otro
    padre papá para pero persona poco por porque puede pueden puedes puedo pues que qué quien
    quiere quiero se sé sea ser si sí siempre siento sin sirve sobre solo sólo son soy su sus
    también tambien te tengo tiene tienen toda todo todos tomar tomé tome tu tú un una uno usted
    va ver vez vida vivir voy y ya yo q xq porq tmb toy ta pa ayudar depresión ansiedad
    tratamiento puedan vos sos tenés
    """.split()
)
_ENGLISH: Final = frozenset(
    """
    a about after all am an and any are as at be because been before but by can can't did do
    does don't for from get go had has have he her him his how i i'm if in is it it's its just
    know like me my no not now of on one or our out over she should so some take that the their
    them then there they this to too up want was we what when where which who why will with
    would you your is im dont cant ive hes shes u ur
    """.split()
)
_SPANISH_ONLY: Final = re.compile(r"[ñ¿¡]|\b\w*(?:ción|ciones|mente|ándo|iéndo)\b")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def language_of(text: str) -> str:
    """`es` or `en`; empty where nothing tells (an emoji, a drug's name)."""
    words = _WORD.findall(text.lower())
    spanish = sum(word in _SPANISH for word in words) + 2 * len(_SPANISH_ONLY.findall(text.lower()))
    english = sum(word in _ENGLISH for word in words)
    if spanish == english:
        return ""
    return "es" if spanish > english else "en"
