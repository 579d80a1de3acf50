"""The pure parts of the console: plots, the index's files, words; and the search."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pytest

from desk.cases import Cases
from desk.console.index_store import IndexUnreadable, index_in_use
from desk.console.pages import link, since, span
from desk.console.plots import bars, bars_across
from desk.console.search import find
from desk.console.tally import Tally, tally
from desk.database import Database
from desk.store import Store

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    )


def test_a_bar_is_as_high_as_its_value_and_nothing_is_drawn_for_none() -> None:
    plot = drawn(bars("Some", [("a", 2.0), ("b", None), ("c", 4.0), ("d", 0)]))
    heights = [float(bar.get("height", "0")) for bar in plot.iter(f"{SVG}rect")]
    assert len(heights) == 2
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert [title.text for title in plot.iter(f"{SVG}title")] == ["a: 2", "c: 4"]
    assert plot.get("role") == "img" and plot.get("aria-label") == "Some"


def test_the_axis_ends_on_a_round_number_that_no_bar_exceeds() -> None:
    for most in (0, 1, 3, 17, 99, 101, 12_345):
        plot = drawn(bars("Some", [("a", float(most))]))
        labels = [text.text or "" for text in plot.iter(f"{SVG}text")]
        top = max(float(label) for label in labels if label.replace(".", "").isdigit())
        assert top >= max(1, most)
        assert top <= 2.5 * max(1, most)


def test_names_in_a_plot_are_text_and_nothing_else() -> None:
    plot = bars_across("<b>", [("<script>alert(1)</script>", 3), ("x", 0)])
    assert "<script" not in plot and "<b>" not in plot
    assert "<script>alert(1)</script>" in [one.text for one in drawn(plot).iter(f"{SVG}text")]


def test_a_time_is_told_in_words_that_fit() -> None:
    told = [span(seconds) for seconds in (None, 0, 59, 60, 3599, 3600, 9000, 200_000)]
    assert told == ["none", "0 s", "59 s", "1 min", "59 min", "1 h 0 min", "2 h 30 min", "2 d"]
    now = datetime.now(timezone.utc)
    assert since((now - timedelta(minutes=4, seconds=2)).isoformat(), now) == "4 min"


def test_only_addresses_that_a_browser_may_follow_become_links() -> None:
    assert link("https://clinic.example/x") == "https://clinic.example/x"
    for bad in ("javascript:alert(1)", "data:text/html,x", " javascript:x", None, 3, "//x"):
        assert link(bad) == ""


def test_documents_are_read_off_the_index_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "versions" / "b"
    folder.mkdir(parents=True)
    (tmp_path / "current").write_text("b\n")
    first = {"document": "a.md", "title": "A", "reviewed_on": "2026-01-01", "date": None}
    lines = [first, {"document": "a.md", "title": "A"}]
    (folder / "passages.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    manifest = {"version": "v", "built_at": "2026-01-02T03:04:05+00:00", "model": "m",
                "passages": 2, "documents": {"a.md": "1", "b.md": "2"}}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    index = index_in_use(tmp_path)
    assert (index.version, index.passages) == ("v", 2)
    assert [(one.title, one.passages, one.reviewed_on) for one in index.documents] == [
        ("A", 2, "2026-01-01"),
        ("b.md", 0, None),
    ]


@pytest.mark.parametrize("broken", ["nothing", "no version", "no json", "a list", "half a line"])
def test_an_index_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "versions" / "b"
    if broken != "nothing":
        folder.mkdir(parents=True)
        (tmp_path / "current").write_text("b")
    if broken not in ("nothing", "no version"):
        text = {"no json": "{", "a list": "[]"}.get(
            broken, json.dumps({"passages": 1, "documents": {}, "built_at": ""})
        )
        (folder / "manifest.json").write_text(text)
        (folder / "passages.jsonl").write_text('{"document"')
    with pytest.raises(IndexUnreadable, match="make index"):
        index_in_use(tmp_path)


def test_the_real_index_can_be_read() -> None:
    """The one that `make test` builds: the two parts agree on the files."""
    store = Path(__file__).parents[3] / "var" / "index"
    if not (store / "current").exists():
        pytest.skip("no index was built: make index")
    index = index_in_use(store)
    assert index.version and index.documents
    assert sum(one.passages for one in index.documents) == index.passages


def test_search_finds_words_in_messages_notes_and_callbacks(database: Database) -> None:
    store, cases = Store(database), Cases(database)
    talk = store.start("website").id
    store.keep(talk, "m1", "x" * 200 + " the Purple_One 100% " + "y" * 200)
    case = cases.open(talk, channel="website", reason="dosing")
    cases.note(case.case_id, "ask about the purple pill", "ann@clinic.example")
    cases.ask_callback(case.case_id, "Kim", "555 0100", "mornings")
    other = store.start("website").id
    store.keep(other, "m1", "Purple-One, 1000")

    def found(wanted: str) -> list[tuple[str, str]]:
        return [(one.who, one.match) for one in find(database, wanted, False)]

    assert found("purple pill") == [("ann@clinic.example", "purple pill")]
    assert found("purple_one") == [("visitor", "Purple_One")]  # a sign like any other
    assert found("100%") == [("visitor", "100%")]
    assert found("555 01") == [("callback", "555 01")]
    assert len(found("purple")) == 3
    assert found("\\") == [] and found("nothing like it") == []
    (place,) = find(database, "Purple_One", False)
    assert place.before.startswith("…x") and place.after.endswith("y…")
    assert len(place.before) < 100


def test_search_hides_allegations_from_whoever_may_not_see_them(database: Database) -> None:
    store, cases = Store(database), Cases(database)
    talk = store.start("website").id
    store.keep(talk, "m1", "he frightened me")
    case = cases.open(
        talk, channel="website", reason="abuse", urgency="urgent", queue="allegations"
    )
    cases.note(case.case_id, "she was frightened", "ann@clinic.example")
    cases.ask_callback(case.case_id, "Frightened", "555", "")
    assert find(database, "frightened", False) == []
    assert len(find(database, "frightened", True)) == 3


def test_the_tally_counts_open_cases_and_hides_allegations(database: Database) -> None:
    cases = Cases(database)
    assert tally(database, True) == Tally(0, 0, 0, 0, 0)
    cases.open("a", channel="shell", reason="suicide", urgency="urgent")
    called = cases.open("b", channel="shell", reason="dosing")
    cases.ask_callback(called.case_id, "", "555", "")
    cases.open("c", channel="shell", reason="abuse", urgency="urgent", queue="allegations")
    done = cases.open("d", channel="shell", reason="records")
    cases.resolve(done.case_id, "ann@clinic.example")
    assert tally(database, True) == Tally(1, 1, 0, 1, 1)
    assert tally(database, False) == Tally(1, 1, 0, 1, 0)
