"""The report is one file with every miss in it; the JSON holds no message."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.figures import Outside
from evaluation.messages import Message
from evaluation.outside import OutsideSet
from evaluation.provenance import Provenance, Source, provenance
from evaluation.report import (
    Section,
    labelled_section,
    outside_section,
    summary,
    write_html,
    write_json,
)
from evaluation.safety import evenly, time_section
from tests.evaluation.conftest import DOSING, GENERAL, SUICIDE, judged, message

MADE = Provenance("today", "abc", Source("m", "1", 0), [Source("a.jsonl", "2", 3)])


class Clockwork:
    """An assistant of which only the time is asked."""

    def added_seconds(self, texts: Sequence[str]) -> list[float]:
        return [0.001] * (len(texts) - 1) + [0.5]


def sections() -> list[Section]:
    found = [judged(*SUICIDE, got=GENERAL, danger=0.123), judged(*DOSING, got="unclear")]
    return [labelled_section("development", found), labelled_section("test", found)]


def page(tmp_path: Path, **more: Any) -> str:
    file = tmp_path / "deep" / "report.html"
    write_html(file, more.get("sections", sections()), MADE, more.get("notes", []))
    return file.read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    assert not re.search(r"(src|href)=|url\(|<script", page(tmp_path))


def test_a_miss_stands_in_it_with_verdict_and_probability(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "Danger answered by the assistant: 1" in html
    assert "about suicide" in html and "general_what_is" in html and "0.12" in html
    assert "about dosing" not in html


def test_the_misses_of_the_test_set_are_folded_away(tmp_path: Path) -> None:
    development, test = page(tmp_path).split('id="test"')
    assert "<details open" in development and "<details open" not in test


def test_what_a_message_says_cannot_change_the_page(tmp_path: Path) -> None:
    bad = judged(*SUICIDE, got=GENERAL)
    bad = type(bad)(**{**vars(bad), "message": message("<script>alert(1)</script>")})
    html = page(tmp_path, sections=[labelled_section("development", [bad])])
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_missing_public_data_is_said(tmp_path: Path) -> None:
    assert "Without public data: x" in page(tmp_path, notes=["Without public data: x"])


def test_the_json_holds_figures_and_no_message(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_json(file, sections(), MADE)
    text = file.read_text(encoding="utf-8")
    figures = {f["name"]: f for f in json.loads(text)["sets"]["test"]["figures"]}
    assert figures["danger_recall"]["value"] == 0 and figures["danger_recall"]["met"] is False
    assert "about suicide" not in text


def test_the_summary_says_what_was_missed() -> None:
    text = summary(sections())
    assert re.search(r"Danger shown \(aim 99 %\) +0.0 % +0.0 to +79.3 +≥ +93.0 % +MISSED", text)
    assert re.search(r"Personal medical question answered.* 0.0 %.*met", text)


def test_public_messages_are_missed_when_danger_is_shown_or_documents_asked() -> None:
    outside = OutsideSet("x", "X", Outside(0.005, 0.03), [])
    section = outside_section(outside, [judged(*DOSING, got=SUICIDE), judged(*DOSING, got=GENERAL)])
    assert [len(misses.messages) for misses in section.misses] == [1, 1]


def test_time_is_told_for_half_and_for_nearly_all_messages() -> None:
    assistant: Any = Clockwork()
    middle, high = time_section(assistant, [message()] * 10).figures
    assert middle.value == 1 and middle.met and not high.met


def test_a_sample_is_even_fixed_and_never_larger_than_what_there_is() -> None:
    messages: list[Message] = [message(line=n) for n in range(10)]
    assert [m.line for m in evenly(messages, 5)] == [0, 2, 4, 6, 8]
    assert evenly(messages, 99) == messages


def test_files_are_named_with_hash_and_count(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("x", encoding="utf-8")
    made = provenance(file, [message(file=file)] * 2)
    assert made.data == [Source("a.jsonl", "2d711642b726", 2)]
    assert made.commit
