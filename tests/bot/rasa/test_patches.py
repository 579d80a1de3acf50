"""The patched `rasa` command, in processes of its own: a patch cannot be taken off again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATCHED = """
import asyncio, sys
from bot.rasa import left_out
left_out.apply()
import rasa.__main__
from bot.rasa.__main__ import PATCHES
for patch in PATCHES:
    patch.apply()
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Runs code behind the patches."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PATCHED + code],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_rasa_server_is_imported_without_what_it_does_not_use() -> None:
    done = python(
        "import rasa.core.run, rasa.engine.recipes.default_components\n"
        "heavy = {'tensorflow', 'keras', 'torch', 'transformers', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize(
    "use, name",
    [
        (
            "from rasa.nlu.classifiers.diet_classifier import DIETClassifier; DIETClassifier()",
            "rasa.nlu.classifiers.diet_classifier.DIETClassifier",
        ),
        ("import rasa.utils.train_utils as t; t.create_data_generators", "create_data_generators"),
        ("from pymongo import MongoClient", "pymongo.MongoClient"),
    ],
)
def test_using_what_is_left_out_says_what_to_do(use: str, name: str) -> None:
    done = python(use)
    assert done.returncode == 1
    assert f"{name} is left out by `python -m bot.rasa`; use plain `rasa`" in done.stderr


def test_leaving_out_comes_too_late_behind_an_import() -> None:
    code = "import pymongo; from bot.rasa import left_out; left_out.apply()"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "RuntimeError: imported already" in done.stderr


def test_action_results_are_judged_as_rasa_judges_them() -> None:
    done = python("""
from jsonschema import ValidationError, validate
from rasa.core.actions.action import RemoteAction
action = RemoteAction("x", None)
results = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hi"}]},
    {"events": [{"event": "action", "name": None, "timestamp": 1.5}, {"event": "restart"}]},
    {"events": "none"}, {"responses": ["text"]}, {"events": [{"event": 1}]}, [],
    {"events": [{"event": "slot", "name": "a"}]}, {"events": [{"event": "no such"}]},
    {"events": [{"event": "slot", "name": 1, "value": 1}]}, {"events": [[]]}, {"events": [{}]},
    {"events": [{"event": "restart", "timestamp": "now"}]}, {"events": [{"event": []}]},
]
def message(check):
    try:
        check()
    except ValidationError as error:
        return error.message.partition(". Failed to validate")[0]
for result in results:
    spec = RemoteAction.action_response_format_spec()
    theirs = message(lambda: validate(result, spec))
    ours = message(lambda: action._validate_action_result(result))
    assert ours == theirs, (result, ours, theirs)
    print(ours is None)
""")
    assert done.stdout.split() == ["True"] * 3 + ["False"] * 11, done.stderr


def test_trackers_share_slots_and_nothing_that_one_of_them_sets() -> None:
    done = python("""
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import AllSlotsReset, Restarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
domain = Domain.load("domain.yml")
first, second = (DialogueStateTracker("v", domain.slots) for _ in range(2))
before = first.current_slot_values()
assert len(before) == len(domain.slots) and before["language"] == "en"
first.update(SlotSet("language", "es"))
first.update(SlotSet("topic", "uses"))
first.update(SlotSet("no such slot", 1))
assert (first.get_slot("language"), first.get_slot("topic")) == ("es", "uses")
assert first.slots["topic"].has_been_set and not second.slots["topic"].has_been_set
assert second.current_slot_values() == before
assert {slot.name: slot.value for slot in domain.slots} == before
again = first.copy()
assert again.current_slot_values() == first.current_slot_values()
again.update(SlotSet("topic", None))
assert again.slots["topic"].has_been_set and first.get_slot("topic") == "uses"
assert first.init_copy().current_slot_values() == before
for event in (AllSlotsReset(), Restarted()):
    again.update(SlotSet("language", "es"))
    again.update(event)
    assert again.current_slot_values() == before
    assert not any(slot.has_been_set for slot in again.slots.values())
any_slots = DialogueStateTracker("v", None)
any_slots.update(SlotSet("whatever", 1))
assert any_slots.get_slot("whatever") == 1
print("ok")
""")
    assert done.stdout.strip() == "ok", done.stderr


def test_slots_are_passed_over_only_where_none_can_be_filled_or_read() -> None:
    done = python("""
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
def filled(domain):
    tracker = DialogueStateTracker("v", domain.slots)
    tracker.update(UserUttered("hello", {"name": "hi"}))
    run = ActionExtractSlots(None).run(CollectingOutputChannel(), None, tracker, domain)
    return [(event.key, event.value) for event in asyncio.run(run)]
def domain(mapping, influence):
    return Domain.from_dict({
        "version": "3.1", "intents": ["hi"],
        "slots": {"a": {"type": "text", "influence_conversation": influence,
                        "mappings": [mapping]}},
    })
print(filled(Domain.load("domain.yml")), filled(domain({"type": "custom"}, False)))
print(filled(domain({"type": "from_text"}, False)))
for influence in (True, False):
    tracker = DialogueStateTracker("v", domain({"type": "custom"}, influence).slots)
    tracker.update(SlotSet("a", "b"))
    print(Domain._get_slots_sub_state(tracker))
""")
    wanted = ["[] []", "[('a', 'hello')]", "{'a': (1.0,)}", "{}"]
    assert done.stdout.splitlines() == wanted, done.stderr


def test_rules_are_found_as_rasa_finds_them() -> None:
    done = python("""
import json
from rasa.core.policies.rule_policy import RulePolicy
def turn(intent, action):
    return {"user": {"intent": intent}, "prev_action": {"action_name": action}}
a, ax = turn("a", "action_listen"), turn("a", "x")
b, by = turn("b", "action_listen"), turn("b", "y")
rules = {"x": [a], "action_listen": [a, ax], "y": [{}, b]}
lookup = {json.dumps(states): action for action, states in rules.items()}
policy = RulePolicy.__new__(RulePolicy)
plain = RulePolicy.__new__(RulePolicy)
search = RulePolicy._get_possible_keys.__closure__[0].cell_contents
talks = [a], [a, ax], [{}, a], [{}, b], [b], [b, by, a], [a, ax, b, by, a, ax], [], [{}]
for states in talks * 2:
    theirs = search(plain, lookup, states)
    assert RulePolicy._get_possible_keys(policy, lookup, states) == theirs, states
    print(len(theirs), end=" ")
""")
    assert done.returncode == 0, done.stderr
    assert len(set(done.stdout.split())) > 1, "the rules tell nothing apart"


def test_an_action_server_gets_what_its_tracker_reads_and_no_more() -> None:
    done = python("""
import json, os
from rasa.core.actions.action import RemoteAction
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa_sdk import Tracker
os.environ |= {"ACTION_ENDPOINT": "http://actions/webhook", "REDIS_URL": "redis://redis"}
domain = Domain.load("domain.yml")
said = UserUttered("What is it?", {"name": "general_what_is"}, input_channel="rest",
                   parse_data={"intent": {"name": "general_what_is"}, "text": "What is it?"})
told = BotUttered("A medicine.", {"custom": {"trace": "x" * 10_000}})
events = [ActionExecuted("action_listen"), said, SlotSet("topic", "uses"), told, said]
tracker = DialogueStateTracker.from_events("visitor-1", events, domain.slots)
whole = Tracker.from_dict(json.loads(json.dumps(tracker.current_state(EventVerbosity.ALL))))
for file in ("endpoints.yml", "deploy/endpoints.yml"):
    action = RemoteAction("action_answer", AvailableEndpoints.read_endpoints(file).action)
    body = json.loads(json.dumps(action._action_call_format(tracker, domain)))
    assert set(body) == {"next_action", "sender_id", "tracker", "version"}, file
    assert len(json.dumps(body)) < 10_000
    short = Tracker.from_dict(body["tracker"])
    for name in ("sender_id", "slots", "latest_message", "latest_action_name"):
        assert getattr(short, name) == getattr(whole, name), name
    assert short.get_latest_input_channel() == whole.get_latest_input_channel() == "rest"
    assert [(e["event"], e["text"], e["timestamp"]) for e in short.events] == [
        (e["event"], e["text"], e["timestamp"]) for e in whole.events if "text" in e
    ]
    print("ok")
""")
    assert done.stdout.split() == ["ok", "ok"], done.stderr


def test_events_are_of_the_kind_that_rasa_takes_them_for() -> None:
    done = python("""
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.utils.common import all_subclasses
for kind in all_subclasses(Event) * 2:
    first = next(one for one in all_subclasses(Event) if one.type_name == kind.type_name)
    assert Event.resolve_by_type(kind.type_name) is first, kind
assert Event.resolve_by_type("no such", SlotSet) is SlotSet
try:
    Event.resolve_by_type("no such")
except ValueError as error:
    print(error)
""")
    assert done.stdout.strip() == "Unknown event name 'no such'.", done.stderr


def test_an_empty_domain_is_told_from_ours_however_often_it_is_asked() -> None:
    done = python("""
from rasa.shared.core.domain import Domain
ours, none = Domain.load("domain.yml"), Domain.empty()
print([(ours.is_empty(), none.is_empty()) for _ in range(2)])
""")
    assert done.stdout.strip() == "[(False, True), (False, True)]", done.stderr


def test_what_rasa_copies_for_its_log_it_copies_for_nothing_else() -> None:
    done = python("""
import ast, inspect
from rasa.core import processor
from rasa.core.policies import rule_policy
for module in (processor, rule_policy):
    tree = ast.parse(inspect.getsource(module))
    logged = {
        id(name)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for name in ast.walk(call)
    }
    copies = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "copy"]
    print(len(copies), all(id(name) in logged for name in copies))
""")
    assert done.stdout.splitlines() == ["6 True", "1 True"], done.stdout + done.stderr


def test_a_message_is_read_by_its_text_where_a_rule_is_about_a_text() -> None:
    done = python("""
import json
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
listen = {"action_name": "action_listen"}
by_intent = [{"user": {"intent": "a"}, "prev_action": listen}]
behind = [*by_intent, {"user": {"intent": "a"}, "prev_action": {"action_name": "x"}}]
by_text = [{"user": {"text": "hi"}, "prev_action": listen}]
at_first = [{"prev_action": listen}]
events = [ActionExecuted("action_listen"), UserUttered("hi", {"name": "a"})]
tracker = DialogueStateTracker.from_events("visitor-1", events)
for rules in ([by_intent, behind], [by_intent, by_text], [at_first]):
    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {RULES: {json.dumps(states): "x" for states in rules}}
    try:
        print(policy._find_action_from_rules(tracker, None, True))
    except AttributeError:  # Rasa's own search, which asks the tracker for its states
        print("searched")
""")
    found = done.stdout.splitlines()
    assert found == ["(None, None, False)", "searched", "searched"], done.stdout + done.stderr
