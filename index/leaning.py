"""Sentences that lean on the one before them: "This property sets it apart" alone says nothing."""

from __future__ import annotations

import re

_LINK = (
    r"(?:(?:however|moreover|furthermore|additionally|also|in addition|thus|therefore|hence|still"
    r"|yet|but|and|so|besides|then|instead|overall|for example|for instance|as a result"
    r"|in fact|in these cases|because of (?:this|that)),?\s+)?"
)
_BY_WAY = (
    r"(?:(?:through|by|with|for|in|on|at|to|of|from|after|before|during|despite|because of|as"
    r"|among|beyond|without|under|over|like|some of|most of|many of|all of|both of|part of)\s+)?"
)
_POINTS = r"(?:this|that|these|those|such|it|its|they|their|them|he|she|his|her|both|neither)\b"
# "It is crucial that ..." points to what follows, not back.
_POINTS_ON = (
    r"(?:it(?:['’]s| is| was| may be| can be| remains| seems)\s+(?:\w+ly\s+|also\s+|not\s+)?"
    r"(?:essential|important|crucial|necessary|vital|possible|believed|thought|known|recommended"
    r"|common|likely|unlikely|clear|unclear|worth|advisable|helpful|best|considered|said|hoped)"
    r"|that (?:is|said)|both .{1,40} and\b"
    # What a page on one treatment calls so is that treatment.
    r"|(?:this|that) (?:\w+ )?(?:article|guide|page|leaflet|treatment|therapy|approach|option"
    r"|medicine|medication)\b)"
)
_LEANS = re.compile(rf"{_LINK}{_BY_WAY}(?!{_POINTS_ON}){_POINTS}", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    r"(?:others?|another (?!\w+:)|the (?:latter|former|same|second|other|first|key|reason)\b"
    r"|one (?:reason|of them)|too\b|not (?:only|always|all)\b|examples? (?:are|is|include)|yes\b"
    r"|no,)",
    re.IGNORECASE,
)


def leans_on_previous(sentence: str) -> bool:
    """Whether a reader needs the sentence before to know what this one is about."""
    return bool(_LEANS.match(sentence) or _NO_SUBJECT.match(sentence))
