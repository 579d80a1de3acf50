"""What domain.yml says in danger: every element of the safety policy, and nothing forbidden."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answers.topics import QUESTIONS
from bot.crisis_lines import slots_of
from bot.safety.labels import BOTH, GATE_ONLY, INTENTS, REASONS
from bot.settings import SettingsInvalid

ROOT = Path(__file__).parents[2]


def filled(value: Any, lines: dict[str, str]) -> Any:
    """Responses with a country's lines in them, as Rasa fills them."""
    if isinstance(value, str):
        return re.sub(r"{(\w+)}", lambda name: lines.get(name[1], name[0]), value)
    if isinstance(value, list):
        return [filled(one, lines) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, lines) for key, one in value.items()}
    return value


WRITTEN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
DOMAIN = {**WRITTEN, "responses": filled(WRITTEN["responses"], slots_of("us"))}
RULES = "\n".join(
    file.read_text(encoding="utf-8") for file in (ROOT / "bot/data/rules").glob("*.yml")
)
CRISIS = [f"utter_crisis_{reason}" for reason in REASONS["crisis"]]
EMERGENCY = [f"utter_emergency_{reason}" for reason in REASONS["emergency"]]

ELEMENTS = {
    "automated assistant": r"automated|automatizado|automático",
    "911": r"\b911\b",
    "988": r"\b988\b",
    "chat": r"988lifeline\.org",
    "free and confidential": r"free.*confidential|(gratis|sin costo).*confidencial",
    "day and night": r"day and night|día y (de )?noche",
    "veterans": r"838255",
    "crisis text line": r"741741",
    "state of the handoff": r"staff|team|personal|equipo",
    "keep writing": r"keep writing|seguir escribiendo|sigue escribiendo|escribiendo aquí",
}
FORBIDDEN = {
    "methods": r"\b(pills?|gun|knife|rope|bridge|pastillas|pistola|cuchillo|cuerda)\b",
    "promises": r"you will be (ok|okay|fine|safe)|gets better|someone is coming|todo (va a )?estar"
    r"á? bien|alguien (va|viene) en camino|help is on the way",
    "treatment as the answer": r"ketamin|infusion|infusión|therapy|terapia",
    "booking": r"appointment|\bcita\b|schedule",
    "diagnosis": r"you (have|are) (depress|suicidal|bipolar)",
}


def variations(name: str) -> list[dict[str, Any]]:
    return list(DOMAIN["responses"][name])


def slots(variation: dict[str, Any]) -> tuple[object, ...]:
    conditions = {c["name"]: c["value"] for c in variation.get("condition", ())}
    return tuple(conditions.get(n) for n in ("language", "about_other", "danger_repeated"))


def spanish(variation: dict[str, Any]) -> bool:
    return slots(variation)[0] == "es"


def each(names: list[str]) -> list[Any]:
    return [
        pytest.param(v, id=f"{name}-{'-'.join(map(str, slots(v)))}")
        for name in names
        for v in variations(name)
    ]


def test_the_domain_has_the_intents_of_the_policy_and_no_other() -> None:
    names = {name if isinstance(name, str) else next(iter(name)) for name in DOMAIN["intents"]}
    assert names == {*INTENTS, *GATE_ONLY}


@pytest.mark.parametrize("intent", [*INTENTS, *BOTH, "unclear"])
def test_every_intent_has_its_rule(intent: str) -> None:
    assert len(re.findall(rf"- intent: {intent}\n", RULES)) == 1


@pytest.mark.parametrize("name", CRISIS + EMERGENCY)
def test_every_case_has_exactly_one_text_and_there_is_a_fallback(name: str) -> None:
    combinations = [slots(v) for v in variations(name)]
    wanted = set(itertools.product(("en", "es"), (True, False), (True, False)))
    assert set(combinations) == wanted | {(None, None, None)}
    assert len(combinations) == len(wanted) + 1


@pytest.mark.parametrize("variation", each(CRISIS))
def test_a_crisis_reply_has_every_element(variation: dict[str, Any]) -> None:
    text = variation["text"]
    missing = [n for n, p in ELEMENTS.items() if not re.search(p, text, re.IGNORECASE | re.DOTALL)]
    assert not missing
    assert len(text.split()) <= 120
    if spanish(variation):
        assert re.search(r"oprim(e|an) 2", text) and "AYUDA" in text


@pytest.mark.parametrize("variation", each(EMERGENCY))
def test_an_emergency_reply_sends_to_911_first(variation: dict[str, Any]) -> None:
    text = variation["text"]
    assert "911" in re.split(r"(?<=[.!])\s", text)[0]
    assert re.search(ELEMENTS["automated assistant"], text, re.IGNORECASE)
    poison = "1-800-222-1222" in text
    assert poison == (variation["custom"]["reason"] == "overdose_or_ingestion")
    assert len(text.split()) <= 120


@pytest.mark.parametrize("variation", each(CRISIS + EMERGENCY))
def test_no_danger_reply_has_anything_forbidden(variation: dict[str, Any]) -> None:
    for what, pattern in FORBIDDEN.items():
        assert not re.search(pattern, variation["text"], re.IGNORECASE), what


@pytest.mark.parametrize("variation", each(["utter_crisis_abuse"]))
def test_abuse_adds_its_three_lines(variation: dict[str, Any]) -> None:
    for number in ("1-800-799-7233", "1-800-656-4673", "1-800-422-4453"):
        assert number in variation["text"]


@pytest.mark.parametrize("variation", each(CRISIS + EMERGENCY))
def test_danger_replies_can_be_tapped(variation: dict[str, Any]) -> None:
    payloads = [button["payload"] for button in variation["buttons"]]
    assert "tel:911" in payloads
    if variation["custom"]["outcome"] == "crisis":
        assert "tel:988" in payloads


@pytest.mark.parametrize("name", CRISIS + EMERGENCY)
def test_a_repeated_reply_is_worded_anew(name: str) -> None:
    texts = {slots(v): v["text"] for v in variations(name)}
    for language, other in itertools.product(("en", "es"), (True, False)):
        assert texts[(language, other, True)] != texts[(language, other, False)]


def test_every_sentence_of_ours_exists_in_spanish() -> None:
    for name, texts in DOMAIN["responses"].items():
        assert any(spanish(v) for v in texts), name


def test_buttons_carry_words_or_numbers_and_never_an_intent() -> None:
    for texts in DOMAIN["responses"].values():
        for button in itertools.chain.from_iterable(v.get("buttons", ()) for v in texts):
            assert not button["payload"].startswith("/")


def test_unclear_messages_meet_help_and_a_person() -> None:
    for variation in variations("utter_unclear"):
        assert "988" in variation["text"] and "911" in variation["text"]
        assert any("person" in button["payload"] for button in variation["buttons"])


def test_without_a_setting_the_lines_are_those_of_us() -> None:
    """They are the slots' defaults: a reply has its numbers whatever else fails."""
    defaults = {name: slot["initial_value"] for name, slot in WRITTEN["slots"].items()}
    assert slots_of("us").items() <= defaults.items()


@pytest.mark.parametrize(
    "country,emergency,crisis", [("gb", "999", "116 123"), ("ca", "911", "988")]
)
def test_another_country_gets_its_own_lines_and_no_other(
    country: str, emergency: str, crisis: str
) -> None:
    responses = filled(WRITTEN["responses"], slots_of(country))
    foreign = r"lifeline|1-800-(799|656|422|222)|838255|HOME|AYUDA|oprim|SAMHSA"
    if country == "gb":
        foreign += r"|\b911\b|\b988\b"
    for name in CRISIS + EMERGENCY:
        for variation in responses[name]:
            assert emergency in variation["text"], name
            assert len(variation["text"].split()) <= 120, (name, variation["text"])
            if name in CRISIS:
                assert crisis in variation["text"], name
    for variations in responses.values():
        assert not re.search(foreign, str(variations)), variations
        assert not re.search(r"{(\w+)_(en|es)}|{emergency|{crisis", str(variations))


def test_a_country_that_lacks_a_line_is_refused(tmp_path: Path) -> None:
    lines = yaml.safe_load((ROOT / "crisis_lines.yml").read_text(encoding="utf-8"))
    del lines["gb"]["en"]["crisis_call"]
    file = tmp_path / "crisis_lines.yml"
    file.write_text(yaml.safe_dump(lines), encoding="utf-8")
    with pytest.raises(SettingsInvalid, match="crisis_call_en"):
        slots_of("gb", file)
    with pytest.raises(SettingsInvalid, match="'xx'"):
        slots_of("xx", file)


def test_every_topic_has_its_question() -> None:
    assert set(QUESTIONS) == set(REASONS["general_education"]) - {"other"}
