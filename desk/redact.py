"""Takes out of a text what points at a person: addresses, numbers, dates, names.

Careful, not perfect: a name in lower case that nothing announces stays. What is redacted is still
health data. Doses, weights, ages, times and public help lines stay, because they mean something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from desk.redact_words import AMBIGUOUS_NAMES, GIVEN_NAMES, NOT_NAMES, STOP_WORDS

HELP_LINES: Final = frozenset({"988", "911", "741741", "838255"})

_UNIT: Final = (
    r"(?!\d)(?!\s*(?:mg|mcg|µg|ug|ml|kg|lbs?|iu|ui|g|units?|unidades|milligrams?|miligramos)\b)"
)
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|setiembre|octubre|noviembre|diciembre|(?-i:May))\b\.?"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|º|ª)?"
_YEAR: Final = r"(?:,?\s+(?:de(?:l)?\s+)?(?:19|20)\d\d\b)"
_NAME: Final = r"(?-i:[A-ZÁÉÍÓÚÑÜ][a-záéíóúñü]+(?:['’-][A-ZÁÉÍÓÚÑÜ][a-záéíóúñü]+){0,2})"
_INITIAL: Final = r"(?-i:[A-Z]\.?)"
_PARTICLE: Final = r"(?:de la|de los|de|del|van|von|da|di)"
_NAMES: Final = rf"{_NAME}(?:\s+(?:{_PARTICLE}\s+)?(?:{_NAME}|{_INITIAL}(?=\s+{_NAME}))){{0,4}}"
_WORD: Final = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NOT_STOP: Final = rf"(?!(?:{'|'.join(STOP_WORDS)})\b)"
_TITLE: Final = (
    r"(?:mr|mrs|ms|miss|mx|dr|dra|doctor|doctora|nurse|prof|professor|sr|sra|srta|señora?|señorita"
    r"|don|doña|enfermer[ao])\.?"
)
_RELATIVE: Final = (
    r"(?:son|daughter|husband|wife|partner|boyfriend|girlfriend|brother|sister|mom|mum|mother|dad"
    r"|father|friend|cousin|nephew|niece|aunt|uncle|roommate|therapist|psychiatrist|doctor|hij[oa]"
    r"|espos[oa]|marido|mujer|novi[oa]|herman[oa]|mamá|madre|papá|padre|amig[oa]|prim[oa]"
    r"|ti[oa]|sobrin[oa]|abuel[oa])"
)
_AFTER_PLACE: Final = r"(?!\s*(?:años|dias|días|meses|semanas|horas|veces|minutos|cuadras))"

Replacement = str | Callable[[re.Match[str]], str]


def redact(text: str) -> str:
    """The text with placeholders: [email], [phone], [date], [number], [address], [link], [name]."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _kept_help_line(match: re.Match[str]) -> str:
    return match[0] if match[0] in HELP_LINES else "[number]"


def _full_name(match: re.Match[str]) -> str:
    """Two or more capitalised words, unless one of them is known for something else."""
    words = [word.lower() for word in re.findall(_WORD, match[0])]
    known = words[0] in GIVEN_NAMES or words[0] in AMBIGUOUS_NAMES
    if words[0] in STOP_WORDS or words[0] in NOT_NAMES:
        kept, _, rest = match[0].partition(" ")  # "Ask Bettina Kowal": the sentence begins there
        return f"{kept} {_PAIR.sub(_full_name, rest)}"
    return "[name]" if known or not NOT_NAMES.intersection(words) else match[0]


def _introduced(match: re.Match[str]) -> str:
    """A capitalised word after "I'm": a name, unless it is a word like Diabetic or Mexican."""
    first = re.findall(_WORD, match[2])[0].lower()
    ordinary = first in NOT_NAMES or first in STOP_WORDS
    return match[0] if ordinary else f"{match[1]}[name]"


def _given_name(match: re.Match[str]) -> str:
    return "[name]" if match[0].lower() in GIVEN_NAMES else match[0]


_PAIR: Final = re.compile(
    rf"\b{_NAME}(?:[ ]+(?:{_PARTICLE}[ ]+)?(?:{_INITIAL}[ ]+)?{_NAME}){{1,4}}\b", re.IGNORECASE
)


def _rule(pattern: str, replacement: Replacement) -> tuple[re.Pattern[str], Replacement]:
    return re.compile(pattern, re.IGNORECASE), replacement


# The order matters: what is longer, or has a sign of its own, comes first.
_RULES: Final[tuple[tuple[re.Pattern[str], Replacement], ...]] = (
    _rule(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+", "[email]"),
    _rule(
        # Spelled out, "ann at mail dot com"; "chat at 988lifeline.org" is none.
        r"(?<![\w.+-])[\w.+-]{1,64}(?:\s(?:dot|punto)\s[\w.+-]+)*"
        r"(?:\s*[(\[]at[)\]]\s*|\sarroba\s|\sat\s(?=[\w-]+\s*(?:[(\[]dot|\sdot\s)))[\w-]+"
        r"(?:\s*(?:\.|[(\[]dot[)\]]|\s(?:dot|punto)\s)\s*(?:com|org|net|edu|gov|es|mx|us)\b)+",
        "[email]",
    ),
    _rule(r"\bhttps?://\S+|\bwww\.\S+", "[link]"),
    _rule(
        r"(?<![\w.-])(?!988lifeline\.org)(?:[\w-]{1,63}\.){1,4}"
        r"(?:com|org|net|edu|gov|io|me|app|us|es|mx)\b(?:/\S*)?",
        "[link]",
    ),
    _rule(r"(?<![\w@])@\w{3,}(?:\.\w+)*", "[name]"),
    # Dates
    _rule(
        r"(\b(?:dob|d\.o\.b\.?|date of birth|birth ?da(?:te|y)|born(?: on)?|fecha de nacimiento"
        r"|nac[ií](?: el)?|cumpleaños)(?:\s+is|\s+es)?[:\s]+)"
        r"(?:\d{1,2}[\s/.-]\d{1,2}[\s/.-]\d{2,4}|\d{4}[\s/.-]\d\d?[\s/.-]\d\d?|\d{6,8})\b",
        r"\1[date]",
    ),
    _rule(rf"\b(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1{_DAY}\b", "[date]"),
    _rule(
        rf"(?<![\d/.-])(?:{_DAY}([-/.])(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])([-/.]){_DAY})"
        rf"(?:\1|\2)(?:(?:19|20)\d\d|\d\d){_UNIT}(?![\d/-])",
        "[date]",
    ),
    _rule(rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}\b(?!\s*(?:%|[.,:/-]?\d)){_YEAR}?", "[date]"),
    _rule(rf"\b{_DAY}(?:\s+(?:de|of))?[\s-]+{_MONTH}(?:{_YEAR}|-(?:19|20)?\d\d\b)?", "[date]"),
    # Numbers
    _rule(rf"(?<![\d.-])\d{{3}}[- ]\d{{2}}[- ]\d{{4}}{_UNIT}", "[number]"),
    _rule(rf"(?<![\d.-])(?:\d{{4}}[ -]?){{3}}\d{{1,7}}{_UNIT}", "[number]"),
    _rule(rf"(?<![\d.-])\d{{4}}[ -]\d{{6}}[ -]\d{{5}}{_UNIT}", "[number]"),
    _rule(
        r"(?<![\w.+-])(?!\+?1?[-. ]?\(?8(?:00|33|44|55|66|77|88)\)?[-. ]?\d{3})"
        r"(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]?\d{4}" + _UNIT,
        "[phone]",
    ),
    _rule(r"(?<![\w.])\+\d{1,3}(?:[-. ]?\(?\d{1,4}\)?){2,5}" + _UNIT, "[phone]"),
    _rule(rf"(?<![\w.-])\d{{2}} \d{{4}} \d{{4}}{_UNIT}", "[phone]"),
    _rule(rf"(?<![\w.-])[6789]\d{{2}}([ .-])\d{{3}}\1\d{{3}}{_UNIT}", "[phone]"),
    _rule(rf"(?<![\w.-])[6789]\d{{2}}([ .-])\d{{2}}\1\d{{2}}\1\d{{2}}{_UNIT}", "[phone]"),
    _rule(rf"(?<![\w.-])\d{{3}}[-.]\d{{4}}{_UNIT}", "[phone]"),
    _rule(
        r"(\b(?:member|policy|group|account|acct|patient|insurance|subscriber|claim|mrn|ssn|social"
        r"|id|medicaid|medicare|licen[cs]e|passport|zip|p[oó]liza|cuenta|afiliado|expediente|seguro"
        r"|pasaporte|dni|curp|c[oó]digo postal)(?:\s+(?:number|no\.?|num\.?|n[uú]mero|id|code|is|es"
        r"|security))*\s*[#:]?\s*)(?=[A-Z0-9-]*\d{3})[A-Z0-9][A-Z0-9-]{3,}\b"
        rf"(?<!\b(?:19|20)\d\d){_UNIT}",
        r"\1[number]",
    ),
    _rule(r"\bC-[2-9A-HJ-NP-Z]{6}\b", "[number]"),
    _rule(r"(?<![\w.-])[a-z]{1,5}-?\d{6,}\w*", "[number]"),
    # Addresses; before bare numbers, because a house number is part of one.
    _rule(r"\bp\.?\s?o\.?\s+box\s+\d+|\bapartado(?: postal| de correos)?\s+\d+", "[address]"),
    _rule(
        r"\b\d{1,6}[a-z]?\s+(?:[nsew]\.?\s+|north\s+|south\s+|east\s+|west\s+)?"
        rf"(?:{_NOT_STOP}[\w'’.]+\s+){{1,3}}?(?:street|avenue|ave|boulevard|blvd|road|rd"
        r"|lane|ln|parkway|pkwy|highway|hwy|terrace)\b\.?",
        "[address]",
    ),
    _rule(
        rf"\b\d{{1,6}}\s+(?:(?-i:[NSEW])\.?\s+)?(?:(?:{_NAME}|\d+(?:st|nd|rd|th))\s+){{1,3}}?"
        r"(?-i:St|Dr|Drive|Way|Court|Ct|Place|Pl|Circle|Cir|Trail|Square|Sq)\b\.?",
        "[address]",
    ),
    _rule(
        r"\b(?:calle|avenida|avda\.?|av\.|paseo|plaza|carrera|camino|colonia|bulevar|c/)\s*"
        rf"(?:(?:de|la|las|los|el|del|san|santa)\s+|{_NOT_STOP}{_WORD}\.?\s+){{0,4}}?"
        rf"(?:{_WORD},\s*)?(?:n[uú]m(?:ero|\.)?\s*|n[º°o.]+\s*|#\s*)?\d{{1,5}}\b{_AFTER_PLACE}"
        r"(?:,?\s*(?:\d+\s*[ºª°]\s*\w?\b|piso\s+\d+))?",
        "[address]",
    ),
    _rule(
        r"(\[address\]),?\s*(?:apt|apartment|suite|ste|unit|apto|departamento|depto|piso|#)\.?"
        r"\s*#?\s*\w+\b",
        r"\1",
    ),
    _rule(
        rf"(\[address\]),?\s+(?:in\s+|en\s+)?{_NAMES}(?:,?\s+(?-i:[A-Z]{{2}}))?(?:,?\s+\d{{5}}"
        r"(?:-\d{4})?)?\b",
        r"\1",
    ),
    _rule(r"\b(?:apt|apartment|suite|apto|departamento|depto)\.?\s*#?\s*\d+\w?\b", "[address]"),
    _rule(rf"\b(?:{_NAMES},?\s+)?(?-i:[A-Z]{{2}}),?\s+\d{{5}}(?:-\d{{4}})?\b{_UNIT}", "[address]"),
    _rule(rf"(?<![\w.])\d{{6,}}[a-z]?\b{_UNIT}", _kept_help_line),
    # Names
    _rule(
        rf"(\b(?:my (?:full |first |last )?name(?: is|['’]s|:)|name['’]?s|mi (?:nombre|apellido)"
        rf"(?: completo)?(?: es|:)|me llamo|me dicen)\s+)(?:{_TITLE}\s+)?"
        rf"(?:{_NAMES}|{_NOT_STOP}{_WORD}(?:\s+{_NOT_STOP}{_WORD}){{0,1}})",
        r"\1[name]",
    ),
    _rule(rf"(\b{_TITLE}\s+)(?!\[){_NAMES}", r"\1[name]"),
    _rule(
        rf"(\b(?:i['’]?m|i am|this is|it['’]s|call me|soy|habla|les? escribe)\s+)({_NAMES})",
        _introduced,
    ),
    _rule(rf"(\b(?:my|our|mi|nuestr[oa])\s+{_RELATIVE},?\s+)({_NAMES})", _introduced),
    _rule(
        rf"(\b(?:thanks|thank you|thx|regards|sincerely|gracias|saludos|atentamente)\b[,.!\s]*"
        rf"[-–—]?\s*)({_NAMES})(?=[.!\s]*\Z)",
        _introduced,
    ),
    (_PAIR, _full_name),
    _rule(rf"\b{_NAME}\b", _given_name),
    _rule(rf"\[name\](?:\s+(?:{_PARTICLE}\s+)?\[name\])+", "[name]"),
)
