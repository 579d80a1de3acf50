"""Which rules a conversation follows is remembered by its last states, and read off them once.

Rasa compares every rule with every turn anew, four times a message. Rules look back no further than
they are long, so two conversations whose last states are alike follow the same rules. And it reads
every message twice, by its text first, though no rule may be about a text.
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
    """Puts the memory before RulePolicy's search, and leaves the search by text out where nothing
    could be found; raises RasaUnknown."""
    pinned.require()
    from rasa.core.policies.rule_policy import RULES, RulePolicy

    search, find = RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules

    def get_possible_keys(self: Any, lookup: dict[str, str], states: list[Any]) -> set[str]:
        return _memory(self, lookup, search).keys(states)

    def find_action(
        self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool
    ) -> Any:
        by_text = use_text_for_last_user_input and not tracker.active_loop_name
        if by_text and _memory(self, self.lookup[RULES], search).by_intent_alone:
            return None, None, False
        return find(self, tracker, domain, use_text_for_last_user_input)

    RulePolicy._get_possible_keys = get_possible_keys
    RulePolicy._find_action_from_rules = find_action


def _memory(policy: Any, lookup: dict[str, str], search: Any) -> Memory:
    """That of a policy for one of its lookups, made anew where this has changed."""
    memories: dict[int, Memory] = vars(policy).setdefault("_memories", {})
    memory = memories.get(id(lookup))
    if memory is None or memory.lookup is not lookup or len(lookup) != memory.size:
        memory = memories[id(lookup)] = Memory(lookup, lambda *given: search(policy, *given))
    return memory


def needs_an_intent(states: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a rule says nothing of a message but by its intent: the last of its states follows
    upon an action, or upon a message of some intent."""
    last = states[-1] if states else {}
    if last.get("prev_action", {}).get("action_name") not in (None, "action_listen"):
        return True  # a message's text is looked at directly behind the message alone
    return "intent" in last.get("user", {})


class Memory:
    """The rules of one lookup that fit, by the last states of a conversation."""

    def __init__(self, lookup: Mapping[str, str], find: Find, most: int = REMEMBERED) -> None:
        self.lookup = lookup
        self.size = len(lookup)
        self._find = find
        self._most = most
        rules = [json.loads(key) for key in lookup]
        self.by_intent_alone = all(map(needs_an_intent, rules))
        self._depth = max(map(len, rules), default=0)
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
