"""Which rules a conversation follows is remembered by its last states.

Rasa compares every rule with every turn anew, four times a message. Rules look back no further than
they are long, so two conversations whose last states are alike follow the same rules.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.rasa import pinned

REMEMBERED: Final = 5_000
Find = Callable[[Mapping[str, str], Sequence[Any]], "set[str]"]


def apply() -> None:
    """Puts the memory before RulePolicy's search; raises RasaUnknown."""
    pinned.require()
    from rasa.core.policies.rule_policy import RulePolicy

    search = RulePolicy._get_possible_keys

    def get_possible_keys(self: Any, lookup: dict[str, str], states: list[Any]) -> set[str]:
        memories: dict[int, Memory] = vars(self).setdefault("_memories", {})
        memory = memories.get(id(lookup))
        if memory is None or memory.lookup is not lookup or len(lookup) != memory.size:
            memory = memories[id(lookup)] = Memory(lookup, lambda *given: search(self, *given))
        return memory.keys(states)

    RulePolicy._get_possible_keys = get_possible_keys


class Memory:
    """The rules of one lookup that fit, by the last states of a conversation."""

    def __init__(self, lookup: Mapping[str, str], find: Find, most: int = REMEMBERED) -> None:
        self.lookup = lookup
        self.size = len(lookup)
        self._find = find
        self._most = most
        self._depth = max((len(json.loads(key)) for key in lookup), default=0)
        self._found: OrderedDict[str, frozenset[str]] = OrderedDict()

    def keys(self, states: Sequence[Any]) -> set[str]:
        """The rules that fit the states, oldest first."""
        seen = states[-self._depth :] if self._depth else []
        key = json.dumps(seen, sort_keys=True)
        if key not in self._found:
            self._found[key] = frozenset(self._find(self.lookup, seen))
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return set(self._found[key])
