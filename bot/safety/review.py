"""A person goes through visitors' messages and says whether the gate judged them right.

Every decision is in the file of reviewed messages before the next message is shown, so nothing is
lost however the review ends, and a second review goes on where the first was left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.safety.labels import LABELS, REASONS, UNCLEAR
from bot.safety.language import language_of
from bot.safety.queue import Item
from bot.safety.reviewed import LANGUAGES, Labelled, Reviewed
from bot.safety.shown import head, judgement, named, pair, shortened, wrapped

_AROUND: Final = 12
"""Lines of the screen that are for other things than the message."""
HELP: Final = """\
  Enter  the verdict is right (or keep what you said before)
  c      correct it: choose a label, then a reason, by number or by typing its beginning
  s      skip: this message is not judged
  b      back to the message before
  q      quit; what you have said is kept, and the next review goes on from there
Judge the message by its own words. Skip one that still names somebody."""


@dataclass(frozen=True)
class Terminal:
    """`ask` shows a prompt and returns what is typed, raising EOFError at the end of it; `lines` is
    the height of the screen.
    """

    ask: Callable[[str], str]
    show: Callable[[str], None]
    lines: int = 24


class Quit(Exception):
    """The person has had enough."""


class Review:
    """One person's way through the messages."""

    def __init__(self, items: Sequence[Item], reviewed: Reviewed, terminal: Terminal) -> None:
        self._items = items
        self._reviewed = reviewed
        self._terminal = terminal
        self._decided: dict[int, Labelled] = {}
        self._skipped: set[int] = set()

    def run(self) -> None:
        """Goes on until the last message, `q`, the end of what is typed, or Ctrl-C."""
        self._terminal.show(f"{HELP}\n")
        place = 0
        try:
            while place < len(self._items):
                place = max(0, place + self._step(place))
        except (Quit, EOFError, KeyboardInterrupt):
            self._terminal.show("")
        self._terminal.show(self.summary())

    def _step(self, place: int) -> int:
        """Shows a message and takes the decision on it; how far to go on, -1 for back."""
        self._show(place)
        while True:
            typed = self._terminal.ask("[Enter] right  [c]orrect  [s]kip  [b]ack  [q]uit > ")
            match typed.strip().lower():
                case "":
                    if self._accept(place):
                        return 1
                case "c":
                    if self._correct(place):
                        return 1
                    self._show(place)
                case "s":
                    self._skipped |= {place} - self._decided.keys()
                    return 1
                case "b" if place > 0:
                    return -1
                case "b":
                    self._terminal.show("This is the first message.")
                case "q":
                    raise Quit
                case _:
                    self._terminal.show(HELP)

    def _accept(self, place: int) -> bool:
        verdict = self._items[place].reading.verdict
        if place in self._decided:
            return True
        if verdict.intent == UNCLEAR:
            self._terminal.show("Nothing was recognised: say what it is (c), or skip it (s).")
            return False
        return self._decide(place, verdict.label, verdict.reason)

    def _correct(self, place: int) -> bool:
        label = self._choose("label", LABELS)
        reason = label and self._choose("reason", REASONS[label])
        return bool(label and reason) and self._decide(place, str(label), str(reason))

    def _decide(self, place: int, label: str, reason: str) -> bool:
        text = self._items[place].said.text
        language = language_of(text) or self._choose("language", LANGUAGES)
        if not language:
            return False
        message = Labelled(text, label, reason, language)
        self._reviewed.put(message)
        self._decided[place] = message
        self._skipped.discard(place)
        self._terminal.show(f"Kept: {label} / {reason} ({language})")
        return True

    def _choose(self, what: str, options: Sequence[str]) -> str | None:
        """One of the options, None where nothing is typed."""
        self._terminal.show("\n".join(f"  {n:2} {name}" for n, name in enumerate(options, start=1)))
        while typed := self._terminal.ask(f"{what} (nothing: go back) > ").strip().lower():
            if typed.isdecimal() and 1 <= int(typed) <= len(options):
                return options[int(typed) - 1]
            fitting = [name for name in options if name.startswith(typed)]
            if len(fitting) == 1 or typed in fitting:
                return typed if typed in fitting else fitting[0]
            which = f"is more than one: {', '.join(fitting)}" if fitting else "is none of them"
            self._terminal.show(f"{typed!r} {which}.")
        return None

    def _show(self, place: int) -> None:
        item = self._items[place]
        self._terminal.show(head(item, place + 1, len(self._items)))
        if item.said.before:
            self._terminal.show(shortened(f"after {item.said.before}"))
        self._show_paged(wrapped(item.said.text))
        self._terminal.show(judgement(item))
        if place in self._decided:
            kept = self._decided[place]
            self._terminal.show(f"You said: {kept.label} / {kept.reason}")

    def _show_paged(self, lines: Sequence[str]) -> None:
        """All of a long message, a screen at a time: its end may be what matters."""
        size = max(3, self._terminal.lines - _AROUND)
        for start in range(0, len(lines), size):
            if start:
                left = len(lines) - start
                self._terminal.ask(f"  ({left} more line{'s' * (left > 1)}, Enter) ")
            self._terminal.show("\n".join(lines[start : start + size]))

    def summary(self) -> str:
        """What was done, and what was corrected to what."""
        changed = Counter(
            f"{named(self._items[place])} -> {kept.label} / {kept.reason}"
            for place, kept in self._decided.items()
            if (kept.label, kept.reason) != pair(self._items[place])
        )
        total, skipped = len(self._decided), len(self._skipped)
        lines = [
            f"{total} reviewed: {total - changed.total()} right, {changed.total()} corrected;"
            f" {skipped} skipped, {len(self._items) - total - skipped} left.",
            *(f"  {count:3}  {change}" for change, count in changed.most_common()),
        ]
        if total:
            lines.append(f"They are in {self._reviewed.path}.")
        return "\n".join(lines)
