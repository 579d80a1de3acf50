"""Brief questions that only go on with the one before: "and the drawbacks?", "by whom?".

Alone they say nothing, and a classifier that reads them alone takes them for anything. Such a
question is judged by what it says behind the visitor's earlier messages, if it has the form of a
question and nothing in it is about a person.
"""

from __future__ import annotations

import re
from typing import Final

from bot.safety.normalise import fold

_JOINS: Final = r"\W*(?:(?:and|or|but|so|then|also|even|ok|okay)\W+)*"
_OPENS: Final = re.compile(
    rf"{_JOINS}"
    r"(?:and|or|but|so|then|also|even|only|what|whats|which|who|whom|whose|why|how|when|where|since"
    r"|until|is|are|does|do|did|can|could|was|were|has|have|should|would|for|in|on|by|during"
    r"|after|before|at|from|under|other|any|more|the)\b"
)
_ASKS: Final = re.compile(
    # Without a question mark: "the gaps are getting longer" asks nothing.
    rf"{_JOINS}(?:what|whats|which|who|whom|whose|why|how|when|where|since|is|are|does|do|can|could"
    r"|was|has|should|would|by|for|or)\b"
)
_ABOUT_SOMEBODY: Final = re.compile(
    # "And with zoloft?" is about somebody's medicines.
    r"\b(?:i|im|ive|ill|id|me|my|mine|myself|we|us|our|you|your|u|ur|he|hes|she|shes|his|her|him"
    r"|son|daughter|wife|husband|partner|mom|mum|dad|mother|father|brother|sister|friend|kid|child"
    r"|baby|everyone|everybody|nobody|anyone|someone|somebody|people here|goodbye|bye|farewell"
    r"|sorry|tonight|today|now|anymore|any more|point|worth|end|ending|ends|enough|done|over"
    r"|alone|with|without|on top|die|dead|dying|kill|pills?|dose|dosage|milligrams?|mg|yo|mi|me|tu"
    r"|su)\b|\d"
)
_MOST: Final = 8
"""Words of such a question at most."""


def only_goes_on(text: str) -> bool:
    """Whether a text has the form of such a question, with its mark or without, and is about
    nobody."""
    folded = fold(text)
    return (
        len(folded.split()) <= _MOST
        and (_OPENS if "?" in text else _ASKS).match(folded) is not None
        and _ABOUT_SOMEBODY.search(folded) is None
    )
