"""The review of visitors' messages, with scripted typing and a reader that is told its verdicts."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.reader import ModelUnusable, TrainedReader
from bot.safety.__main__ import main
from bot.safety.exported import ReviewProblem, Said, not_in, read_export
from bot.safety.labels import label_of
from bot.safety.queue import to_review
from bot.safety.readings import Reading, WordingsReader, reading_of
from bot.safety.review import Review, Terminal
from bot.safety.reviewed import Labelled, Reviewed
from bot.safety.screen import Thresholds, Verdict

DOSE, COST, NONSENSE = "how much should I take", "what does it cost", "asdf the qwer"


def reading(
    intent: str, confidence: float, danger: float = 0.01, source: str = "classifier"
) -> Reading:
    verdict = Verdict(intent, *label_of(intent), confidence, source)
    return Reading(verdict, danger, danger - 0.25)


READINGS = {
    DOSE: reading("personal_dosing", 0.9),
    COST: reading("general_uses", 0.55),
    NONSENSE: reading("unclear", 0.0, source="default"),
    "I gave my plants away": reading("general_other", 0.9, danger=0.2),
    "😀": reading("small_talk_greet", 0.6),
}


class FakeReader:
    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [READINGS[text] for text in texts]


class Typing:
    """A terminal at which a list of lines is typed; an exception in it is raised."""

    def __init__(self, *typed: str | type[BaseException]) -> None:
        self._typed = list(typed)
        self.shown: list[str] = []

    def ask(self, prompt: str) -> str:
        self.shown.append(prompt)
        line = self._typed.pop(0) if self._typed else EOFError
        if isinstance(line, str):
            return line
        raise line

    @property
    def screen(self) -> str:
        return "\n".join(self.shown)


@pytest.fixture
def reviewed(tmp_path: Path) -> Reviewed:
    return Reviewed(tmp_path / "reviewed.jsonl")


def review(
    reviewed: Reviewed, texts: Sequence[str], *typed: str | type[BaseException], lines: int = 24
) -> str:
    typing = Typing(*typed)
    items = to_review([Said(text) for text in texts], FakeReader(), everything=True)
    Review(items, reviewed, Terminal(typing.ask, typing.shown.append, lines)).run()
    return typing.screen


def kept(reviewed: Reviewed) -> list[tuple[str, str, str, str]]:
    return [(m.text, m.label, m.reason, m.language) for m in reviewed.read().values()]


def export_file(folder: Path, *messages: dict[str, Any]) -> Path:
    file = folder / "export.jsonl"
    file.write_text(json.dumps({"conversation": "a1", "messages": messages}) + "\n")
    return file


def visitor(text: str) -> dict[str, Any]:
    return {"from": "visitor", "text": text, "outcome": None, "reason": None, "at": "2025-03-10"}


def test_what_matters_most_comes_first_and_what_is_clear_only_when_asked_for() -> None:
    said = [Said(text) for text in (DOSE, COST, NONSENSE, "I gave my plants away")]
    items = to_review(said, FakeReader())
    assert [(item.said.text, item.concern) for item in items] == [
        ("I gave my plants away", "danger near its threshold"),
        (NONSENSE, "not recognised"),
        (COST, "low confidence"),
    ]
    assert [item.said.text for item in to_review(said, FakeReader(), everything=True)][-1] == DOSE


def test_enter_confirms_the_verdict(reviewed: Reviewed) -> None:
    screen = review(reviewed, [DOSE], "")
    assert kept(reviewed) == [(DOSE, "personal_medical", "dosing", "en")]
    assert "by classifier, confidence 0.90, danger 0.01" in screen
    assert "1 reviewed: 1 right, 0 corrected; 0 skipped, 0 left." in screen


@pytest.mark.parametrize("label,reason", [("2", "1"), ("cri", "sui"), ("CRISIS", "suicide")])
def test_a_correction_takes_numbers_and_beginnings(
    reviewed: Reviewed, label: str, reason: str
) -> None:
    screen = review(reviewed, [DOSE], "c", label, reason)
    assert kept(reviewed) == [(DOSE, "crisis", "suicide", "en")]
    assert "  1  personal_medical / dosing -> crisis / suicide" in screen


def test_what_fits_no_option_or_several_is_asked_again(reviewed: Reviewed) -> None:
    screen = review(reviewed, [DOSE], "c", "9", "x", "personal", "pr", "prog")
    assert "'9' is none of them." in screen
    assert "'x' is none of them." in screen
    assert "'pr' is more than one: pregnancy_lactation, prep_aftercare, prognosis." in screen
    assert kept(reviewed) == [(DOSE, "personal_medical", "prognosis", "en")]


def test_what_was_not_recognised_cannot_be_confirmed(reviewed: Reviewed) -> None:
    screen = review(reviewed, [NONSENSE], "", "c", "6", "1")
    assert "say what it is" in screen
    assert kept(reviewed) == [(NONSENSE, "out_of_scope", "other_topic", "en")]


def test_leaving_a_menu_decides_nothing(reviewed: Reviewed) -> None:
    review(reviewed, [DOSE], "c", "", "c", "1", "", "s")
    assert kept(reviewed) == []


def test_the_language_is_asked_where_nothing_tells(reviewed: Reviewed) -> None:
    review(reviewed, ["😀"], "", "", "", "es")
    assert kept(reviewed) == [("😀", "small_talk", "greet", "es")]


def test_back_changes_a_decision_in_its_place(reviewed: Reviewed) -> None:
    screen = review(reviewed, [COST, DOSE], "", "b", "c", "admin", "bill", "")
    assert "You said: general_education / uses" in screen
    assert kept(reviewed) == [
        (COST, "admin_handoff", "billing_insurance", "en"),
        (DOSE, "personal_medical", "dosing", "en"),
    ]


def test_back_and_enter_keeps_a_correction(reviewed: Reviewed) -> None:
    screen = review(reviewed, [COST, DOSE], "b", "c", "admin", "bill", "b", "", "s")
    assert "This is the first message." in screen
    assert kept(reviewed) == [(COST, "admin_handoff", "billing_insurance", "en")]
    assert "1 reviewed: 0 right, 1 corrected; 1 skipped, 0 left." in screen


@pytest.mark.parametrize("end", ["q", EOFError, KeyboardInterrupt])
def test_however_it_ends_nothing_is_lost(
    reviewed: Reviewed, end: str | type[BaseException]
) -> None:
    screen = review(reviewed, [COST, DOSE], "", end)
    assert len(kept(reviewed)) == 1
    assert "1 reviewed" in screen
    assert "1 left." in screen


def test_an_unknown_key_shows_the_help(reviewed: Reviewed) -> None:
    assert review(reviewed, [DOSE], "?").count("s      skip") == 2


def test_a_long_message_is_shown_whole_a_screen_at_a_time(
    reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "\n".join(f"line {number} of it " + "word " * 30 for number in range(9))
    monkeypatch.setitem(READINGS, long, READINGS[DOSE])
    screen = review(reviewed, [long], "", "", lines=24)
    assert "more lines, Enter" in screen
    assert "line 8 of it" in screen
    assert max(len(line) for line in screen.splitlines() if "|" in line) <= 80


def test_a_text_is_kept_once_however_it_is_written(reviewed: Reviewed) -> None:
    reviewed.put(Labelled("Hello  there", "small_talk", "greet", "en"))
    reviewed.put(Labelled("hello there", "small_talk", "chitchat", "en"))
    assert kept(reviewed) == [("hello there", "small_talk", "chitchat", "en")]


def test_another_line_end_in_a_text_does_not_end_a_line(reviewed: Reviewed) -> None:
    message = Labelled("one\u2028two\x85", "small_talk", "greet", "en")
    reviewed.put(message)
    assert list(reviewed.read().values()) == [message]
    assert len(reviewed.path.read_text(encoding="utf-8").replace("\x85", "").splitlines()) == 1


def test_a_broken_file_of_reviewed_messages_is_named_and_left_alone(reviewed: Reviewed) -> None:
    reviewed.path.write_text('{"text": "x", "label": "crisis", "reason": "fun", "language": "en"}')
    with pytest.raises(ReviewProblem, match=r"reviewed\.jsonl:1 .*crisis/fun"):
        reviewed.put(Labelled("hi", "small_talk", "greet", "en"))
    assert "fun" in reviewed.path.read_text()


def test_an_export_gives_each_message_once_with_what_was_round_it(tmp_path: Path) -> None:
    reply = {"from": "bot", "text": "Hi.\x1b[2J", "outcome": "handoff", "reason": "unclear"}
    file = export_file(tmp_path, visitor("hi"), reply, visitor("Hi "), visitor("\x07 "))
    assert read_export(file) == [Said("hi", "", "handoff, unclear", 2)]
    assert read_export(export_file(tmp_path, reply, visitor("yes")))[0].before == "bot: Hi.[2J"


def test_reviewed_messages_are_not_shown_again() -> None:
    assert not_in([Said("Hi there"), Said("new")], {"hi there"}) == [Said("new")]


@pytest.mark.parametrize(
    "content,named",
    [
        (b"", "no message of a visitor"),
        (b"{}\n", ":1 is no conversation"),
        (b'{"messages": []}\nnot json\n', ":2 is no conversation"),
        (b'{"messages": [{"from": "visitor"}]}\n', "KeyError: 'text'"),
        (b'{"messages": [3]}\n', ":1 is no conversation"),
        (b"\xff\xfe", "no UTF-8"),
    ],
)
def test_an_unusable_export_is_one_line_on_stderr(
    tmp_path: Path, content: bytes, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(content)
    assert main(["review", str(file), "--wordings-only"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line


def test_a_missing_export_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(tmp_path / "none.jsonl")]) == 1
    assert "none.jsonl cannot be read" in capsys.readouterr().err


def test_the_command_reviews_with_the_wordings_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "i want to kill myself"
    file = export_file(tmp_path, visitor(text), visitor("what is the weather"))
    into = tmp_path / "reviewed.jsonl"
    arguments = ["review", str(file), "--wordings-only", "--all", "--into", str(into)]
    monkeypatch.setattr("sys.stdin", io.StringIO("s\n\n"))
    assert main(arguments) == 0
    assert [json.loads(line) for line in into.read_text().splitlines()] == [
        asdict(Labelled(text, "crisis", "suicide", "en"))
    ]
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(arguments) == 0
    assert "2 different messages, 1 of them reviewed before." in capsys.readouterr().out


def test_without_a_trained_assistant_the_way_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = export_file(tmp_path, visitor("hi"))
    assert main(["review", str(file), "--model", str(tmp_path / "none.tar.gz")]) == 1
    problem = capsys.readouterr().err.splitlines()[-1]
    assert "make train" in problem
    assert "--wordings-only" in problem


def test_a_model_that_does_not_load_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    with pytest.raises(ModelUnusable, match=r"broken\.tar\.gz does not load"):
        TrainedReader(broken)


def test_a_danger_is_held_against_the_threshold_of_its_part() -> None:
    limits = Thresholds(danger=0.2, part=0.5)
    verdict = Verdict("unclear", "handoff", "unclear", 0.0, "default")
    rows = [{"crisis_suicide": 0.1, "general_uses": 0.9}, {"emergency_acute_other": 0.4}]
    found = reading_of(verdict, rows, limits)
    assert (found.danger, found.margin) == (0.4, pytest.approx(-0.1))
    assert reading_of(verdict, (), limits) == Reading(verdict)
    assert WordingsReader().read(["the weather"])[0].danger is None
