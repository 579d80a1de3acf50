from __future__ import annotations

import pytest

from index.document import Block
from index.loaders.dates import find_date
from index.loaders.leftovers import Cleaned, strip_leftovers

BODY = "The river rises in spring when the snow on the mountains melts and the meadows flood."


def clean(*texts: str) -> Cleaned:
    return strip_leftovers([Block("paragraph", text) for text in texts])


def kept(*texts: str) -> list[str]:
    return [block.text for block in clean(*texts).blocks]


@pytest.mark.parametrize(
    ("byline", "author", "date"),
    [
        ("by Ada Example MD | Oct 1, 2023 | Rivers | 0 comments", "Ada Example MD", "2023-10-01"),
        ("by Ada Example MD | Sep 3, 2023 | Rivers", "Ada Example MD", "2023-09-03"),
        ("Posted on October 1, 2023 by Ada Example", "Ada Example", "2023-10-01"),
        ("Posted on 1 October 2023", None, "2023-10-01"),
        ("Written by Ada Example, PhD on 2023-10-01", "Ada Example, PhD", "2023-10-01"),
        ("By Ada Example", "Ada Example", None),
        ("By: Dr. Ada Example – March 2nd, 2024", "Dr. Ada Example", "2024-03-02"),
        ("Published: 10/01/2023", None, "2023-10-01"),
        ("October 1, 2023 | Ada's Blog | 3 Comments", None, "2023-10-01"),
        ("Medically reviewed by Ada Example, MD", None, None),
    ],
)
def test_byline_gives_author_and_date_and_is_dropped(
    byline: str, author: str | None, date: str | None
) -> None:
    cleaned = clean(byline, BODY)
    assert [block.text for block in cleaned.blocks] == [BODY]
    assert (cleaned.author, cleaned.date) == (author, date)


def test_name_and_date_on_two_lines_above_the_text_are_a_byline() -> None:
    cleaned = clean("Ada Example", "March 2, 2024", BODY)
    assert (cleaned.author, cleaned.date) == ("Ada Example", "2024-03-02")
    assert [block.text for block in cleaned.blocks] == [BODY]


@pytest.mark.parametrize(
    "thread",
    [
        ("David", "June 14, 2024", "Your perspective is invaluable. Thanks for sharing!"),
        ("David says:", "June 14, 2024 at 3:15 pm", "Great rivers."),
        ("June 14, 2024 at 3:15 pm", "David", "Great rivers."),
        ("David, June 14, 2024", "Great rivers."),
        ("2 Comments", "Great rivers."),
        ("Leave a Reply", "Your email address will not be published. Required fields are marked *"),
        ("3 thoughts on “Rivers”", "Great rivers."),
        ("Leave a Comment Cancel Reply", "Name *", "Great rivers."),
        ("Related Posts", "Ten more rivers you must see"),
    ],
)
def test_comments_and_forms_end_the_article(thread: tuple[str, ...]) -> None:
    assert kept(BODY, *thread, "More of the page, after the thread.") == [BODY]


def test_comment_count_above_the_text_does_not_end_the_article() -> None:
    assert kept("0 Comments", BODY) == [BODY]


@pytest.mark.parametrize(
    "line",
    [
        "Share this:",
        "Subscribe",
        "We use cookies to make this site better.",
        "Your email address will not be published.",
        "Get more info about this groundbreaking river and talk to people who know it.",
        "If you're interested in rivers, reach out to a guide, such as Dr. Ada Example, Guide",
        "In this blog post, we’ll explore the river and its valley.",
        "This article aims to explain rivers.",
        "Thanks for reading!",
        "Tags: rivers, snow",
        "Copyright © 2023 Rivers Inc. All rights reserved.",
        "Click here to book your trip.",
        "Call us today to get started.",
        "5 min read",
    ],
)
def test_page_furniture_is_dropped(line: str) -> None:
    assert kept(BODY, line) == [BODY]


def test_call_to_action_is_cut_from_the_end_of_a_good_paragraph() -> None:
    assert kept(f"{BODY} Get more info about rivers here.") == [BODY]


@pytest.mark.parametrize(
    "line",
    [
        "If you are thinking of ending your life, call 988 now and reach out to someone you trust.",
        "By blocking the outlet, sand raises the level of the lake.",
        "Share of people who felt better: about half.",
        "Contact with water is avoided during the first week of the treatment.",
        "Learned people dispute how the river got its name.",
        "Call the office a day ahead to move an appointment.",
        "Comments of patients in the trial were mostly good.",
        "The trial began on October 1, 2023.",
        "Books about rivers fill many shelves.",
    ],
)
def test_sentences_of_the_text_stay(line: str) -> None:
    assert kept(BODY, line) == [BODY, line]


def test_paragraph_that_comes_twice_is_kept_once() -> None:
    assert kept(BODY, BODY) == [BODY]


@pytest.mark.parametrize("text", ["February 30, 2024", "13/13/2024", "no date", "May he rest"])
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_date(text) is None
