"""What a question means after what was said before: "is that common?", "and for older people?",
"the second one". Rules over words, no model: what it makes of a question can be read in the trace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.answers.mentions import KINDS, is_only, mentions, replaced
from bot.answers.question import SUBJECT, standalone
from bot.answers.topics import PHRASES
from index.reading import going_on
from index.terms import terms

Kind = Literal["new", "follow_up", "more", "choice", "vague"]

_FILLER: Final = re.compile(
    r"^(?:(?:ok(?:ay)?|so|and|but|also|hmm+|um+|oh|well|right|thanks?(?: you)?|great|cool|yes|yeah"
    r"|sure|please|alright|i see|got it)\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
_COUNT: Final = {
    "first": 0, "1": 0, "1st": 0, "one": 0, "second": 1, "2": 1, "2nd": 1, "two": 1, "third": 2,
    "3": 2, "3rd": 2, "three": 2, "fourth": 3, "4": 3, "4th": 3, "last": -1,
}  # fmt: skip
_CHOICE: Final = re.compile(
    r"(?:(?:the|number|no\.?|option|#|(?:(?:tell me|more|what) )?about the)\s*)*"
    rf"(?P<which>{'|'.join(sorted(_COUNT, key=len, reverse=True))})"
    r"(?:\s+(?:one|option|question|topic|thing|please))*",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"(?:(?:can|could|would) you (?:please )?)?(?:please )?(?:(?:tell|give|show) me )?(?:some )?"
    r"(?:more(?: (?:info(?:rmation)?|details?|please|about (?:it|that|this)|on (?:it|that|this)))*"
    r"|go on|continue|keep going|elaborate(?: on (?:it|that|this))?|explain(?: (?:more|further))?"
    r"|(?:is there )?(?:anything|something|what) (?:else|more)|(?:are there )?(?:any )?others?"
    r"|and then|details?)(?: please)?",
    re.IGNORECASE,
)
_WHY: Final = re.compile(
    r"(?:why(?: (?:is|does|would|do)(?: (?:that|it|this|they|so))*(?: (?:happen|work|matter))?"
    r"| not| so)?|how come|how so|what for|for what reason|what(?:'s| is) the reason)"
    r"(?: (?:is that|that))?",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(
    r"\b(?:it|that|this|these|those|they|them)\b(?!['’])(?!\s+(?:\w+\s+)?(?:treatment|therapy"
    r"|medicine|medication|drug|infusions?)\b)",
    re.IGNORECASE,
)
_RELATIVE: Final = re.compile(r"\b\w+(?:s|ing|le)\s+that\s+\w+", re.IGNORECASE)
_BARE_PART: Final = re.compile(
    r"(?:(?:and|or|what about|how about|what if|is it the same|same)\b\s*)*"
    r"(?:(?P<how>for|in|with|by|as|on|about|of|during|after|before)\s+)?(?P<what>[\w\s'’()-]{2,40})",
    re.IGNORECASE,
)
_WHAT_IS: Final = re.compile(
    r"what(?: is|'s|’s| does| do) (?:that|this|it)(?: mean| exactly| called)*|meaning",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"\W*(?:ok(?:ay)?\W+)?(?:and|or|but|also|even|only|still|then|what about|how about|for|in)\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|will|would|should|may|might|has|have|had|how|what"
    r"|when|where|who|which|why|need|want|tell|explain|happens?|works?|helps?|lasts?|feels?)\b",
    re.IGNORECASE,
)
_SUBJECT_WORDS: Final = re.compile(
    r"\b(?:(?:es)?ketamin\w*|spravato|infusions?|therapy|treatments?|side[- ]effects?"
    r"|antidepressants?|fda|rems)\b",
    re.IGNORECASE,
)
_JOINING: Final = {"population": "in", "condition": "for", "route": "with"}
_EMPTY: Final = frozenset(
    (
        "and but so then ok okay why how come what which when where since is are was were do does "
        "did can could will would that this it they them these those one ones in on of for the a "
        "more else other others exactly really mean always not too also there any some please "
        "during after afterwards before or"
    ).split()
)
_SHORT: Final = 6
"""Words up to which a question that names no subject goes on with the last one."""


@dataclass(frozen=True)
class Context:
    """What the conversation is about: the topic of the last answer, what its question named, the
    question as it was read, and the questions offered with it."""

    topic: str = ""
    asked: str = ""
    named: dict[str, str] = field(default_factory=dict)
    offered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.asked)


@dataclass(frozen=True)
class Reading:
    """How a question is read: texts to look up, the likeliest first.

    `needs` are words that an answer has to hold: what a follow-up adds to the question before it
    would otherwise be drowned by that question's words. `joined` is a new question behind the one
    before, in case it goes on with it after all. `anchor` is the whole question that the next
    follow-up goes on with, empty for the one that is taken. `named` is what it is about now.
    """

    kind: Kind
    texts: tuple[str, ...]
    needs: str = ""
    joined: str = ""
    anchor: str = ""
    named: dict[str, str] = field(default_factory=dict)


def read(question: str, context: Context) -> Reading:
    """What the question means in its conversation; a question that stands for itself is new, and
    with it the subject changes."""
    bare = _bare(question)
    if choice := _CHOICE.fullmatch(" ".join(bare.replace(",", " ").split())):
        return _chosen(choice["which"].lower(), context)
    if _MORE.fullmatch(bare):
        return _again(context, "more")
    if _WHY.fullmatch(bare):
        if not context:
            return Reading("vague", ())
        return _follow_up(context, {}, f"Why? {context.asked}", anchor=context.asked)
    own = mentions(question)
    if not context:
        return Reading("new", (standalone(question),), named=own)
    joined = going_on(context.asked, question)
    if part := _added(bare, question):
        return _follow_up(context, own, joined, anchor=_with_part(context, own), needs=part)
    if _leans(bare):
        anchor = _filled(question, context) if _PRONOUN.search(question) else context.asked
        return _follow_up(context, own, joined, anchor=anchor)
    if _GOES_ON.match(question):
        return _follow_up(context, own, joined, anchor=standalone(question))
    return Reading("new", (standalone(question),), joined=joined, named=own)


def is_contentless(question: str) -> bool:
    """Whether the words say nothing by themselves, so that only the conversation gives a meaning:
    "why?", "tell me more", "the second one"."""
    bare = _bare(question)
    return any(pattern.fullmatch(bare) for pattern in (_CHOICE, _MORE, _WHY))


def adds_nothing(question: str) -> bool:
    """Whether a question has no word of its own that an answer would have to be about."""
    found = re.findall(r"[a-z'’]+", question.lower())
    return bool(found) and all(word in _EMPTY for word in found)


def _bare(question: str) -> str:
    text = " ".join(question.split()).strip(" ?!.,…")
    return _FILLER.sub("", text).strip(" ?!.,…") or text


def _chosen(which: str, context: Context) -> Reading:
    place = _COUNT[which]
    if not -len(context.offered) <= place < len(context.offered):
        return Reading("vague", ())
    question = context.offered[place]
    return Reading("choice", (question,), named=mentions(question))


def _again(context: Context, kind: Kind) -> Reading:
    return Reading(kind, (context.asked,), named=context.named) if context else Reading("vague", ())


def _follow_up(
    context: Context, own: dict[str, str], text: str, *, anchor: str, needs: str = ""
) -> Reading:
    return Reading("follow_up", (text,), needs, "", anchor, {**context.named, **own})


def _added(bare: str, question: str) -> str:
    """The part that a question such as "and for older people?" adds to the one before; empty for
    a question with a verb of its own."""
    found = _BARE_PART.fullmatch(bare)
    if found is None or _ASKS.search(found["what"]):
        return ""
    goes_on = _GOES_ON.match(question)
    part = found["what"].strip()
    return part if goes_on or any(is_only(part, kind) for kind in KINDS) else ""


def _with_part(context: Context, own: dict[str, str]) -> str:
    """The question before with the part in its place, where that is a condition or the like."""
    if not own:
        return context.asked
    asked = context.asked.rstrip(" ?.!")
    kind, name = next(iter(own.items()))
    return f"{replaced(asked, kind, name) or f'{asked} {_JOINING[kind]} {name}'}?"


def _leans(bare: str) -> bool:
    """Whether a question points back, or is too short to say what it is about."""
    points = _PRONOUN.search(bare) is not None and _RELATIVE.search(bare) is None
    if _SUBJECT_WORDS.search(bare):
        return False
    return points or len(bare.split()) <= _SHORT


def _filled(question: str, context: Context) -> str:
    """The question with what it points back to: the topic, or the treatment."""
    phrase = PHRASES.get(context.topic, "")
    held = {kind: name for kind, name in context.named.items() if kind != "route"}
    if _WHAT_IS.fullmatch(question.strip(" ?!.")) and (last := _last_name(context.asked)):
        return f"What is {last}?"
    if len(_PRONOUN.findall(question)) > 1 and re.search(r"\bit\b", question, re.IGNORECASE):
        # "Does it help with that?": the treatment, and what it is to help with.
        named = re.sub(r"\bit\b", SUBJECT, question, count=1, flags=re.IGNORECASE)
        other = held.get("condition") or phrase or context.asked.rstrip(" ?.!")
        return _PRONOUN.sub(other, named, count=1)
    text = _PRONOUN.sub(phrase, question, count=1) if phrase else standalone(question)
    said = mentions(text)
    about = "".join(f" for {name}" for kind, name in held.items() if kind not in said)
    return f"{text.rstrip(' ?')}{about}?"


def _last_name(asked: str) -> str:
    """The last run of telling words of a question: "neuroplasticity", what "what is that?" asks
    for."""
    run: list[str] = []
    for word in reversed(re.findall(r"[\w'’-]+", asked)):
        if terms(word):
            run.insert(0, word)
        elif run:
            break
    return " ".join(run[-3:])
