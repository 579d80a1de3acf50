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


def test_a_copied_slot_is_a_slot_of_its_own() -> None:
    done = python("""
import copy
from rasa.shared.core.domain import Domain
for slot in Domain.load("domain.yml").slots:
    made = copy.copy(slot)
    assert type(made) is type(slot) and vars(made) == vars(slot), slot
    before = slot.value
    made.value = "changed" if slot.type_name != "bool" else not before
    assert slot.value == before and made.has_been_set and not slot.has_been_set
    print("ok")
""")
    assert "ok" in done.stdout, done.stderr


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
