"""Takes off what a web page leaves around its article.

Bylines become author and date. Comment threads, reply forms and everything after them, calls to
action, sign-offs, share and cookie lines and "in this post we will" announcements are dropped.
Patterns are narrow on purpose: a sentence that names a crisis line is never dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.document import Block
from index.loaders.dates import DATE, find_date
from index.sentences import split_sentences

# From here on an article counts as begun: before it a name and a date are a byline, after it
# they open a comment.
_BODY_WORDS = 12

_TITLES = (
    r"(?:,?\s+(?:M\.?D\.?|D\.?O\.?|Ph\.?D\.?|Psy\.?D\.?|R\.?N\.?|N\.?P\.?|LCSW|LPC|APRN|PA-C))"
)
_NAME = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.?\s+)?[A-Z][\w.'’-]*"
    rf"(?:\s+(?:[A-Z][\w.'’-]*|de|van|von|del|la)){{0,4}}{_TITLES}*"
)
_BY = r"(?i:(?:article |written |posted |published |words )?by:?|author:?)"
_DATED = r"(?i:(?:date )?(?:posted|published|updated|modified|revised|last \w+ed|date)(?: on)?:?)"
_BYLINE = re.compile(
    rf"{_BY}\s+(?P<author>{_NAME})(?:\s*(?:,|-|–|—|(?i:on)|(?i:posted on))?\s*{DATE})?"
    rf"|(?:{_DATED}\s+)?{DATE}(?:\s*(?:,|-|–|—)?\s*{_BY}\s+(?P<author2>{_NAME}))?"
    r"(?:\s+(?i:in)\s+[A-Z][\w &,-]{1,40})?"
)
_NOT_AUTHOR = re.compile(
    rf"(?i:(?:medically |clinically |fact )?(?:reviewed|checked|edited|approved) by:?)\s+{_NAME}"
    rf"(?:\s*,?\s*(?i:on)?\s*{DATE})?"
)
_PARTS = re.compile(r"\s+[|·•–—]\s+|\s*\|\s*")
_DATE_ONLY = re.compile(rf"\W*{DATE}\W*")
_TIMED = re.compile(r"\d{1,2}:\d{2}")
_PERSON = r"(?:[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3}|[\w.-]{3,30})"
_COMMENTER = re.compile(rf"{_PERSON}(?:\s+says)?:?")
_SAYS = re.compile(rf"{_NAME}(?:\s+on\s+{DATE})?\s+(?:says|wrote|said|replied):?")
_SIGNED = re.compile(
    rf"(?P<name>{_PERSON})(?:\s*[,|·•–—(-]|\s+says:?)\s*{DATE}\W*(?:(?i:reply).*)?"
)

_CUT = re.compile(
    r"(?:leave|post|add|write|submit) (?:a|your) (?:reply|comment|response)\b.{0,40}"
    r"|\d+ (?:comments?|responses|replies)(?: (?:on|to) .+)?|comments?(?: \(\d+\))?:?"
    r"|(?:one|two|three|\d+) thoughts? on .+|join the (?:conversation|discussion)"
    r"|(?:related|recent|popular|latest) (?:posts?|articles?|comments?|reading|news):?"
    r"|you (?:may|might) also (?:like|enjoy|be interested in):?|about the author:?"
    r"|your email address will not be published.*",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?:share|tweet|pin|print|email|like|subscribe|menu|search|home|login|log in|facebook|twitter"
    r"|x|linkedin|pinterest|instagram|whatsapp|youtube|reply|cancel reply|post comment|website"
    r"|skip to (?:main )?content|share (?:this|on|via|with)\b.{0,60}|click to (?:share|print).*"
    r"|(?:name|email|website|comment)\s*\*|(?:tags?|categor(?:y|ies)|filed under|posted in):? .+"
    r"|(?:previous|next|older|newer) (?:post|article|page|entry|posts)\b.*|back to top"
    r"|\d+ min(?:ute)?s? read|\d+ (?:shares|views|likes)|advertisement|table of contents"
    r"|(?:accept|reject|manage) (?:all )?cookies|privacy policy|terms of (?:use|service)"
    r"|(?:copyright|©).*|(?:.{0,60}\W)?all rights reserved\W*|\*|[-=_*~•\s]{3,})",
    re.IGNORECASE,
)
_POST = r"(?:blog ?post|blog|post|article|guide|piece|page)"
_SENTENCE = re.compile(
    r"get more info|(?:click|tap) (?:here|the (?:link|button)|below)|(?:learn|read|find out) more\b"
    r"|(?:contact|call|e-?mail|text|message|visit|reach out to|get in touch with) "
    r"(?:us|our \w+|me)\b.*(?:today|now|learn more|more information|get started|find out)"
    r"|contact us\W*$|(?:schedule|book|request) (?:a|an|your) .{0,60}\b(?:today|now|with us)\b"
    r"|(?:subscribe|sign up)\b.*(?:newsletter|updates|blog|e-?mail|list)|follow us\b"
    r"|(?:share|tweet|pin) (?:this|it)\b|thank(?:s| you) for (?:reading|visiting|sharing)"
    r"|if you(?:['’]re| are)?\b.{0,40}\b(?:interested|curious|ready|considering|thinking|looking"
    r"|have (?:any )?questions|would like|want)\b.{0,120}\b(?:reach out|get in touch"
    r"|(?:contact|call) (?:us|our|dr|me)|schedule|book|click|visit our)\b"
    rf"|(?:in|throughout|over the course of) this {_POST},? (?:we|i|you|let['’]?s)\b"
    rf"|this {_POST} (?:aims|will|explores?|looks|discusses|examines|delves|covers"
    r"|is (?:about|meant))\b"
    r"|(?:here|below|these) (?:are|is) (?:some|a few|several|the)\b[^:]{0,140}\b(?:in this \w+"
    r"|consider(?:ations)?|benefits|reasons|facts|things|points|questions|answers|ways)\b[^:]*\.$"
    r"|(?:read on|keep reading|stay tuned|let['’]s (?:dive|explore|delve|take a))\b"
    r"|(?:we|this (?:web ?)?site|our (?:web ?)?site) uses? (?:cookies|akismet)"
    r"|by (?:continuing|using) .{0,30}(?:web ?)?site\b.*(?:agree|consent|accept|cookies)"
    r"|your email address will not be"
    r"|required fields are marked|save my name,|notify me of (?:new|follow)|learn how your comment",
    re.IGNORECASE,
)
_HELP = re.compile(r"\b(?:988|911|crisis line|lifeline|emergency)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Cleaned:
    """What remains of a page, and what its byline said."""

    blocks: tuple[Block, ...]
    author: str | None = None
    date: str | None = None


def strip_leftovers(blocks: list[Block]) -> Cleaned:
    """The blocks without leftovers, each sentence of the rest unchanged."""
    kept: list[Block] = []
    seen: set[str] = set()
    author = date = None
    body_begun = False
    for position, block in enumerate(blocks):
        following = blocks[position + 1].text if position + 1 < len(blocks) else ""
        if body_begun and _ends_article(block.text, following):
            break
        byline = _read_byline(block.text, following, body_begun)
        if byline is not None:
            author, date = author or byline[0], date or byline[1]
            continue
        text = _without_calls(block)
        # Extraction may give the same paragraph twice; real prose never repeats one.
        if not text or (text in seen and block.kind != "heading"):
            continue
        seen.add(text)
        kept.append(replace(block, text=text))
        body_begun = body_begun or len(text.split()) >= _BODY_WORDS
    return Cleaned(tuple(kept), author, date)


def _ends_article(text: str, following: str) -> bool:
    if _CUT.fullmatch(text) or _SAYS.fullmatch(text):
        return True
    if _DATE_ONLY.fullmatch(text):
        return bool(_TIMED.search(text)) or bool(following and _COMMENTER.fullmatch(following))
    if _COMMENTER.fullmatch(text) and _DATE_ONLY.fullmatch(following):
        return True
    return bool(_SIGNED.fullmatch(text)) and not _BYLINE.fullmatch(text)


def _read_byline(
    text: str, following: str, body_begun: bool
) -> tuple[str | None, str | None] | None:
    """Author and ISO date where the block is a byline, None where it is not one."""
    if len(text) > 160:
        return None
    first = _PARTS.split(text)[0].strip(" |")
    found = _BYLINE.fullmatch(first)
    if found:
        return found["author"] or found["author2"], find_date(text)
    if _NOT_AUTHOR.fullmatch(first):
        return None, None
    if not body_begun and re.fullmatch(_NAME, text) and _DATE_ONLY.fullmatch(following):
        return text, None
    if not body_begun and (signed := _SIGNED.fullmatch(first if find_date(first) else text)):
        return signed["name"].strip(" ,|"), find_date(text)
    return None


def _without_calls(block: Block) -> str:
    """The text without sentences that only sell, share or announce; empty if none is left."""
    text = block.text
    if _LINE.fullmatch(text) or _CUT.fullmatch(text):
        return ""
    if block.kind == "heading":
        return text
    sentences = split_sentences(text)
    kept = [one for one in sentences if _HELP.search(one) or not _SENTENCE.match(one)]
    return text if len(kept) == len(sentences) else " ".join(kept)
