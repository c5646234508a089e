from __future__ import annotations

from collections.abc import Callable

from backends.retrieval.documents import Document, read
from tests.backends.retrieval.documents.pdfs import Put, lines, pdf

LEFT = [
    "The heath burns every tenth year and",
    "the seeds of its shrubs wait in the",
    "ground until the smoke has passed",
    "over them. Only then they sprout and",
    "cover the black soil within a month",
    "of the first rain, and they grow be-",
]
RIGHT = [
    "tween the stones as if nothing had",
    "ever happened there. Boats on this",
    "coast are built from larch because it",
    "does not rot in salt water. A hull takes",
    "a winter, and two people who know",
    "each other well and work together.",
]
CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, str.swapcase)  # pages with different words
SENTENCE = "they grow between the stones as if nothing had ever happened there."


def note(number: int, texts: list[str], x: float, top: float) -> list[Put]:
    """A footnote of 7 points; its raised number touches the first word, as in many files."""
    first, *rest = texts
    return [
        Put(x + 7, top + 3, str(number), 4.5),
        Put(x + 7 + 2.5 * len(str(number)), top, first, 7),
        *(Put(x, top - 8 * at, text, 7) for at, text in enumerate(rest, 1)),
    ]


def paragraphs(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def test_a_footnote_below_a_column_does_not_stand_in_its_sentence() -> None:
    first = note(1, ["Heath is a land of low", "shrubs on poor soil."], 72, 640)
    second = note(2, ["Larch is a conifer."], 330, 640)
    page = [*lines(LEFT), *first, *lines(RIGHT, x=330), *second]
    found = paragraphs(read(pdf(page), "a.pdf"))
    assert SENTENCE in found[0]
    assert found[1:] == ["1 Heath is a land of low shrubs on poor soil.", "2 Larch is a conifer."]


def test_footnotes_that_the_file_has_first_come_last() -> None:
    notes = [*note(1, ["Heath is a land of low", "shrubs."], 72, 640), *note(2, ["Larch is a conifer."], 330, 640)]
    found = paragraphs(read(pdf([*notes, *lines(LEFT), *lines(RIGHT, x=330)]), "a.pdf"))
    assert SENTENCE in found[0]
    assert found[1:] == ["1 Heath is a land of low shrubs.", "2 Larch is a conifer."]


def test_a_footnote_that_goes_on_in_the_next_column_is_put_together() -> None:
    first = note(1, ["Heath is a land of low shrubs on", "soil that is poor in all that"], 72, 640)
    rest = [Put(330, 640, "plants need.", 7), *note(2, ["Larch is a conifer."], 330, 631)]
    found = paragraphs(read(pdf([*lines(LEFT), *first, *lines(RIGHT, x=330), *rest]), "a.pdf"))
    assert SENTENCE in found[0]
    assert found[1:] == [
        "1 Heath is a land of low shrubs on soil that is poor in all that plants need.",
        "2 Larch is a conifer.",
    ]


def test_small_print_without_a_number_and_raised_numbers_inside_a_line_stay_where_they_are() -> None:
    caption = [Put(72, 700, "Picture: smoke over the heath.", 7)]
    text = [*lines(LEFT[:2]), *caption, *lines(LEFT[2:5], top=684)]
    text.append(Put(260, 690, "3", 4.5))
    assert "Picture: smoke over the heath." in paragraphs(read(pdf(text), "a.pdf"))[1]


def test_running_headers_and_page_numbers_stand_before_and_behind_the_text_of_a_page() -> None:
    """The file has them between the columns; the page number changes sides, as in a book."""
    pages = []
    for number, varied in enumerate(CASES, 1):
        header = Put(72 if number % 2 else 380, 760, f"Heath and Coast, No. {number}", 10, bold=True)
        footer = Put(500 if number % 2 else 72, 40, str(number))
        left, right = lines([varied(line) for line in LEFT]), lines([varied(line) for line in RIGHT], x=330)
        pages.append([*left, header, footer, *right])
    document = read(pdf(*pages), "a.pdf")
    for page in document.pages:
        found = document.text[page.start : page.end].strip().split("\n\n")
        assert (found[0], found[-1]) == (f"Heath and Coast, No. {page.number}", str(page.number))
    assert SENTENCE in document.text[: document.pages[0].end]
    assert {block.kind for block in document.blocks} == {"paragraph"}


def test_an_imprint_up_the_side_stands_behind_the_text() -> None:
    pages = []
    for at, varied in enumerate(CASES[:3]):
        texts = [varied(line) for line in LEFT]
        imprint = Put(20, 640 + 9 * at, "printed by friends", 5)
        pages.append([*lines(texts[:3]), imprint, *lines(texts[3:], top=684)])
    document = read(pdf(*pages), "a.pdf")
    assert document.text[: document.pages[0].end].strip() == " ".join(LEFT) + "\n\nprinted by friends"


def test_pages_that_are_copies_of_each_other_have_no_running_lines() -> None:
    document = read(pdf(*[[*lines(LEFT), *lines(RIGHT, x=330)]] * 3), "a.pdf")
    assert paragraphs(document) == paragraphs(read(pdf([*lines(LEFT), *lines(RIGHT, x=330)]), "a.pdf")) * 3


def test_what_repeats_inside_the_text_stays_there() -> None:
    pages = [
        [*lines([f"Name: {name}", "Answer to question 1:", f"{name} says yes."])] for name in ("Ida", "Per", "Una")
    ]
    document = read(pdf(*pages), "a.pdf")
    assert (
        document.text.split()
        == " ".join(f"Name: {name} Answer to question 1: {name} says yes." for name in ("Ida", "Per", "Una")).split()
    )


def test_the_head_of_a_table_that_every_page_repeats_stays_a_row() -> None:
    pages = []
    for first, second in (("Graz", "Linz"), ("Wels", "Oslo"), ("Bergen", "Moss")):
        rows = [("City", "People", "Area"), (first, "192,000", "127"), (second, "210,000", "196")]
        pages.append([Put(72 + 150 * column, 720 - 14 * at, text)
                      for at, cells in enumerate(rows) for column, text in enumerate(cells)])  # fmt: skip
    document = read(pdf(*pages), "a.pdf")
    assert {block.kind for block in document.blocks} == {"table row"}
    assert paragraphs(document)[:2] == ["City | People | Area", "Graz | 192,000 | 127"]
