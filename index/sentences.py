"""Splits English prose into sentences without changing a character of them."""

from __future__ import annotations

import re

_CANDIDATE = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[¿¡]*[A-Z0-9])")
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*|\d+)\.[\"'”’)\]]*\s*$")
_NEXT_WORD = re.compile(r"[\"'“‘(\[]*([A-Za-z0-9]+)")

# A full stop after these never ends a sentence ...
_NEVER = "dr mr mrs ms prof st vs e.g i.e cf fig figs approx al ca dept est gen rep sen gov eq ref"
# ... after these it does only when the next word usually opens one ...
_SELDOM = """u.s u.k u.s.a e.u d.c m.d ph.d d.o a.m p.m etc inc ltd co corp jr sr
jan feb mar apr jun jul aug sep sept oct nov dec"""
_OPENERS = """a an the this that these those it its they their there he she we you your our i in on
at as for from to by with when while where if although however moreover additionally furthermore
some many most several other each both all not no but and or so also then thus because since after
before during once unlike what why how who is are do does did can could may might people patients
individuals ketamine treatment studies research"""
# ... and after these it does unless a number follows ("No. 4", "p. 12").
_NUMBERED = "no nos vol pp p sec ch art"
_NEVER_LAST, _SELDOM_LAST, _BEFORE_NUMBER, _OPENING_WORDS = (
    frozenset(words.split()) for words in (_NEVER, _SELDOM, _NUMBERED, _OPENERS)
)
_OPENING, _CLOSING = "([“", ")]”"


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a paragraph, in order, each exactly as written."""
    sentences, start = [], 0
    for match in _CANDIDATE.finditer(text):
        before, after = text[start : match.end()], text[match.end() :]
        if _ends_here(before, after):
            sentences.append(before.strip())
            start = match.end()
    sentences.append(text[start:].strip())
    return tuple(sentence for sentence in sentences if sentence)


def _ends_here(before: str, after: str) -> bool:
    if _inside_brackets(before, after):
        return False
    found = _LAST_WORD.search(before)
    if found is None:  # ends in ! or ? or in a figure such as "0.5)."
        return True
    word, following = found.group(1), _next_word(after)
    lowered = word.lower()
    if lowered in _NEVER_LAST:
        return False
    if lowered in _BEFORE_NUMBER:
        return not following.isdigit()
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    if is_initial or lowered in _SELDOM_LAST:
        return following.lower() in _OPENING_WORDS
    return True


def _next_word(after: str) -> str:
    found = _NEXT_WORD.match(after)
    return found.group(1) if found else ""


def _inside_brackets(before: str, after: str) -> bool:
    """A bracket or quote opened before and closed a little later holds its sentences together."""
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        if before.count(opening) > before.count(closing):
            reach = after[:200]
            end = reach.find(closing)
            if end >= 0 and opening not in reach[:end]:
                return True
    return False
