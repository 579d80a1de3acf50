from __future__ import annotations

import io

import pytest
from fpdf import FPDF

from index.loaders.decoding import NotText
from index.loaders.pdf import PdfText, read_pdf

DRIP = (
    "The medicine is given as a slow drip into a vein while staff watch blood pressure, heart rate "
    "and breathing all the time. Most people rest in the room until they feel like themselves."
)
OTHER = DRIP.replace("medicine", "second medicine").replace("rest in", "lie down in")


def new() -> FPDF:
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    return pdf


def page(pdf: FPDF, number: int, *paragraphs: str, heading: str = "", running: str = "") -> None:
    pdf.add_page()
    pdf.set_font("helvetica", size=8)
    if running:
        pdf.cell(0, 8, running, new_x="LMARGIN", new_y="NEXT")
    if heading:
        pdf.set_font("helvetica", "B", size=16)
        pdf.multi_cell(0, 9, heading, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=11)
    for paragraph in paragraphs:
        pdf.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(4)
    pdf.set_y(-20)
    pdf.cell(0, 8, f"Page {number}")


def read(pdf: FPDF) -> PdfText:
    return read_pdf(bytes(pdf.output()))


def test_paragraphs_come_with_their_page_and_larger_letters_are_headings() -> None:
    pdf = new()
    page(pdf, 1, DRIP, heading="How the treatment goes")
    page(pdf, 2, OTHER, heading="What comes after it")
    assert [(block.kind, block.text, block.page) for block in read(pdf).blocks] == [
        ("heading", "How the treatment goes", 1),
        ("paragraph", DRIP, 1),
        ("heading", "What comes after it", 2),
        ("paragraph", OTHER, 2),
    ]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pdf = new()
    for number in range(1, 5):
        running = f"Example Clinic leaflet | {number}"
        page(pdf, number, f"Day {number} begins. {DRIP}", running=running)
    texts = " ".join(block.text for block in read(pdf).blocks)
    assert "leaflet" not in texts
    assert "Page" not in texts
    assert texts.count("slow drip") == 4


def test_paragraph_that_goes_on_over_the_page_is_one_and_stands_on_its_first_page() -> None:
    pdf = new()
    for number, text in enumerate(["The drip runs slowly while the staff watch", "over all."], 1):
        pdf.add_page()
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(0, 6, f"{text}", new_x="LMARGIN", new_y="NEXT")
        assert number == pdf.page_no()
    (block,) = read(pdf).blocks
    assert (block.text, block.page) == ("The drip runs slowly while the staff watch over all.", 1)


def test_word_parted_at_the_end_of_a_line_is_whole_again() -> None:
    pdf = new()
    page(
        pdf,
        1,
        "Staff watch the long-term effects. Each treat-\nment is a slow drip, and the long-\n"
        "term effects are watched. A treatment takes an hour.",
    )
    (block,) = read(pdf).blocks
    assert "Each treatment is a slow drip, and the long-term effects are watched." in block.text


def test_title_author_and_date_come_from_the_file_unless_a_program_made_them_up() -> None:
    pdf = new()
    pdf.set_title("Treatment leaflet")
    pdf.set_author("Ada Example")
    page(pdf, 1, DRIP)
    found = read(pdf)
    assert (found.title, found.author) == ("Treatment leaflet", "Ada Example")
    assert found.date is not None
    pdf = new()
    pdf.set_title("Microsoft Word - leaflet_v3.docx")
    page(pdf, 1, DRIP)
    assert read(pdf).title is None


def test_scanned_pdf_says_what_to_do() -> None:
    pdf = new()
    for _ in range(2):
        pdf.add_page()
        pdf.rect(10, 10, 100, 100)
    with pytest.raises(NotText, match=r"on any of its 2 pages.*text recognition"):
        read(pdf)


def test_scanned_pages_among_others_are_named_and_the_rest_goes_in() -> None:
    pdf = new()
    page(pdf, 1, DRIP)
    pdf.add_page()
    page(pdf, 3, OTHER)
    found = read(pdf)
    assert found.notes == ("1 of its 3 pages hold no text (2), scanned or blank; the rest went in",)
    assert [block.page for block in found.blocks] == [1, 3]


def test_password_is_asked_to_be_taken_off_and_an_empty_one_opens() -> None:
    locked = new()
    page(locked, 1, DRIP)
    locked.set_encryption(owner_password="owner", user_password="secret")
    with pytest.raises(NotText, match="locked with a password"):
        read(locked)
    printing = new()
    page(printing, 1, DRIP)
    printing.set_encryption(owner_password="owner", user_password="")
    assert [block.text for block in read(printing).blocks] == [DRIP]


def test_damaged_file_is_said_to_be_so() -> None:
    pdf = new()
    page(pdf, 1, DRIP)
    whole = bytes(pdf.output())
    for broken in (whole[: len(whole) // 3], b"%PDF-1.7\nnothing more"):
        with pytest.raises(NotText, match="damaged"):
            read_pdf(broken)


def test_two_hundred_pages_are_read_to_the_last() -> None:
    pdf = new()
    for number in range(1, 201):
        page(pdf, number, f"Day {number} begins. {DRIP}", running="Example Clinic leaflet")
    found = read_pdf(io.BytesIO(pdf.output()).getvalue())
    assert [block.page for block in found.blocks] == list(range(1, 201))
