from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.document import Block, Document
from index.passages import MAX_WORDS, Passage, make_passages
from index.sentences import split_sentences


def sentence(words: int, mark: str = "word") -> str:
    return " ".join(["The", *[mark] * (words - 1)]) + "."


def passages(*blocks: Block) -> tuple[Passage, ...]:
    return make_passages(Document("a.md", "Rivers", blocks, author="Ada", date="2024-01-02"))


def paragraph(*lengths: int) -> Block:
    return Block("paragraph", " ".join(map(sentence, lengths)))


def words(passage: Passage) -> int:
    return len(passage.text.split())


def test_passages_follow_headings_and_carry_title_and_section() -> None:
    first, second, third = passages(
        paragraph(20),
        Block("heading", "Kinds", 2),
        paragraph(20),
        Block("heading", "Small", 3),
        paragraph(20),
    )
    assert [first.section, second.section, third.section] == ["", "Kinds", "Kinds > Small"]
    assert {first.title, second.title, third.title} == {"Rivers"}
    assert (first.author, first.date, first.document) == ("Ada", "2024-01-02", "a.md")


def test_new_section_forgets_the_deeper_one_before() -> None:
    found = passages(
        Block("heading", "One", 2),
        Block("heading", "Deep", 3),
        paragraph(20),
        Block("heading", "Two", 2),
        paragraph(20),
    )
    assert [passage.section for passage in found] == ["One > Deep", "Two"]


def test_tiny_neighbours_under_one_heading_are_merged() -> None:
    (only,) = passages(paragraph(20), Block("bullet", sentence(15)), Block("bullet", sentence(9)))
    assert only.text.count("\n") == 2
    assert len(only.sentences) == 3


def test_paragraphs_of_good_size_stay_apart() -> None:
    assert [words(passage) for passage in passages(paragraph(30, 40), paragraph(35, 35))] == [
        70,
        70,
    ]


def test_long_paragraph_is_split_evenly_at_sentence_ends() -> None:
    assert [words(one) for one in passages(paragraph(*[20] * 8))] == [80, 80]


def test_long_single_sentence_stays_whole() -> None:
    assert [words(one) for one in passages(paragraph(10, 200, 10))][1] == 200


def test_part_of_a_long_paragraph_is_not_put_with_the_next_subject() -> None:
    found = passages(paragraph(30, 35), paragraph(*[30] * 5))
    assert [words(one) for one in found] == [65, 90, 60]


def test_closing_words_do_not_count_to_the_last_section() -> None:
    body = (Block("heading", "Side effects", 2), paragraph(70), paragraph(70))
    closing = Block("paragraph", f"In conclusion, the {sentence(60)}")
    assert [one.section for one in passages(*body, closing)] == ["Side effects"] * 2 + [""]
    named = Block("paragraph", f"Most side effects pass. {sentence(60)}")
    assert passages(*body, named)[-1].section == "Side effects"


def test_passage_names_the_page_it_begins_on() -> None:
    found = passages(
        Block("paragraph", sentence(60), page=2), Block("paragraph", sentence(70), page=3)
    )
    assert [one.page for one in found] == [2, 3]


def test_line_that_announces_a_list_goes_with_it() -> None:
    announcing = Block("paragraph", sentence(50)[:-1] + ":")
    (only,) = passages(announcing, Block("bullet", sentence(60)))
    assert words(only) == 110


def test_ids_are_unique_and_stable_and_change_with_the_text() -> None:
    before = passages(paragraph(60, 50), paragraph(70))
    again = passages(paragraph(60, 50), paragraph(70))
    after = passages(paragraph(60, 50), paragraph(71))
    assert [one.passage_id for one in before] == [one.passage_id for one in again]
    assert before[0].passage_id == after[0].passage_id
    assert before[1].passage_id != after[1].passage_id
    assert len({one.passage_id for one in before}) == len(before)


@given(st.lists(st.lists(st.integers(2, 150), min_size=1, max_size=12), min_size=1, max_size=6))
def test_every_sentence_is_kept_once_in_order_and_short_ones_never_overfill(
    paragraphs: list[list[int]],
) -> None:
    blocks = [paragraph(*lengths) for lengths in paragraphs]
    found = passages(*blocks)
    expected = [one for block in blocks for one in split_sentences(block.text)]
    assert [one for passage in found for one in passage.sentences] == expected
    for passage in found:
        assert words(passage) <= MAX_WORDS or len(passage.sentences) == 1
