"""The widget's files and the pages round it, as browsers fetch them."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from desk.website.site import PAGE_FILES, PAGES
from desk.website.widget_files import ENTRY, FOLDER, LAUNCHER, STYLE, WidgetFiles, joined
from tests.desk.conftest import Service

SOURCES = sorted([*FOLDER.iterdir(), *PAGES.iterdir()])
KINDS = {".html": "text/html", ".css": "text/css", ".js": "javascript"}
MOST_ZIPPED_BYTES = 28_000


def test_every_page_file_is_served_as_what_it_is(service: Service) -> None:
    """A module or a style sheet of another type is one that browsers refuse."""
    assert sorted(PAGE_FILES.values()) == sorted(file.name for file in PAGES.iterdir())
    for path, name in PAGE_FILES.items():
        response = service.client.get(path)
        assert response.status_code == 200
        assert KINDS[Path(name).suffix] in response.headers["Content-Type"]
        asked = re.findall(r'(?:src|href)="(/[^"#]*)|from "\.(/[^"]+)"', response.text)
        assert {one or other for one, other in asked} <= {*PAGE_FILES, "/widget.js"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_and_no_text_becomes_markup(source: Path) -> None:
    text = source.read_text("utf-8")
    for forbidden in ('src="http', "<style", "style=", "@import", "url(", "onclick", "eval("):
        assert forbidden not in text
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc"):
        assert sink not in text


def test_the_launcher_names_the_version_of_what_lies_behind_it(service: Service) -> None:
    launcher = service.client.get("/widget.js")
    (version,) = re.findall(r"/widget/([0-9a-f]{12})`", launcher.text)
    for name in (ENTRY, STYLE):
        part = service.client.get(f"/widget/{version}/{name}")
        assert part.status_code == 200
        assert "immutable" in part.headers["Cache-Control"]
        assert part.headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_of_an_older_version_gets_the_present_part_and_keeps_it_not(
    service: Service,
) -> None:
    part = service.client.get(f"/widget/0123456789ab/{ENTRY}")
    assert part.status_code == 200
    assert part.headers["Cache-Control"] == "no-cache"
    assert service.client.get("/widget/0123456789ab/talk.js").status_code == 404


def test_what_a_browser_has_already_is_not_sent_again(service: Service) -> None:
    first = service.client.get("/widget.js")
    assert "max-age=300" in first.headers["Cache-Control"]
    assert service.client.get("/healthz").headers["Cache-Control"] == "no-store"
    again = service.client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_go_zipped_to_whoever_takes_that(service: Service) -> None:
    def fetch(encoding: str) -> httpx.Response:
        return service.client.get("/widget.js", headers={"Accept-Encoding": encoding})

    zipped, plain = fetch("gzip"), fetch("identity")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert zipped.content == plain.content
    assert zipped.headers["Vary"] == "Accept-Encoding"


def test_the_widget_is_small() -> None:
    files = WidgetFiles()
    everything = [files.launcher, *files.parts.values()]
    assert sum(len(file.zipped) for file in everything) <= MOST_ZIPPED_BYTES
    assert all(gzip.decompress(file.zipped) == file.content for file in everything)


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    for source in FOLDER.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    before = WidgetFiles(tmp_path).version
    assert before == WidgetFiles().version
    style = tmp_path / STYLE
    style.write_text(style.read_text("utf-8") + "p { margin: 0; }", "utf-8")
    assert WidgetFiles(tmp_path).version != before


def test_every_module_is_joined_once_after_what_it_imports() -> None:
    """One name stands for one thing in all of them: they share a file in the end."""
    whole = joined(FOLDER, ENTRY)
    assert "import " not in re.sub(r"//.*|/\*\*.*", "", whole)
    assert re.findall(r"^export (\w+ \w+)", whole, re.MULTILINE) == ["function start"]
    names = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", whole, re.M)
    assert [name for name, count in Counter(names).items() if count > 1] == []
    modules = {source.name for source in FOLDER.glob("*.js")} - {"widget.js"}
    heads = {name: (FOLDER / name).read_text("utf-8").splitlines()[0] for name in modules}
    assert [name for name, head in heads.items() if whole.count(head) != 1] == []


def test_the_widget_says_everything_in_both_languages() -> None:
    text = (FOLDER / "words.js").read_text("utf-8")
    english, spanish = re.findall(r"^const (?:ENGLISH|SPANISH) = \{\n(.*?)^\};", text, re.M | re.S)
    names = r"^ +(?:\"[\w ]+\"|\w+):"
    assert re.findall(names, english, re.M) == re.findall(names, spanish, re.M)
    used = {
        name
        for source in set(FOLDER.glob("*.js")) - {FOLDER / LAUNCHER}
        for name in re.findall(r"\bwords\.(?!js)(\w+)", source.read_text("utf-8"))
    }
    assert used <= {name.strip(' :"') for name in re.findall(names, english, re.M)}


def test_the_embed_page_learns_which_sites_are_let_in(service: Service) -> None:
    def allowed(origin: str) -> bool:
        response = service.client.get("/embed/check", params={"origin": origin})
        answer: bool = response.json()["allowed"]
        return answer

    assert not allowed("https://clinic.example")
    assert not allowed("")
