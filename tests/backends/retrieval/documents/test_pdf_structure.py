"""Headings, list items and rows of a PDF, where their look alone misleads."""

from __future__ import annotations

from backends.retrieval.documents import Document, read
from tests.backends.retrieval.documents.pdfs import Put, lines, pdf

BODY = ["Cranes migrate in spring across the", "whole of the continent and rest on", "wide plains beside the river."]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def headings(document: Document) -> list[tuple[str, int]]:
    return [(document.text[b.start : b.end], b.level) for b in document.blocks if b.kind == "heading"]


def test_an_abstract_ends_at_the_next_heading_of_whatever_size() -> None:
    puts = [Put(72, 740, "Birds", 20), Put(72, 700, "Abstract", 16), *lines(BODY, top=680)]
    puts += [Put(72, 620, "1 Cranes", bold=True), *lines(BODY * 2, top=600)]
    puts += [Put(72, 500, "1.1 Their way", bold=True), *lines(BODY * 2, top=480)]
    assert headings(read(pdf(puts), "a.pdf")) == [("Birds", 1), ("Abstract", 6), ("1 Cranes", 3), ("1.1 Their way", 4)]


def test_an_abstract_that_no_heading_follows_labels_nothing() -> None:
    puts = [Put(72, 740, "Birds", 20), Put(72, 700, "Abstract", 16), *lines(BODY * 3, top=680)]
    document = read(pdf(puts), "a.pdf")
    assert headings(document) == [("Birds", 1)]
    assert ("paragraph", "Abstract") in blocks(document)


def test_an_identifier_is_no_heading_however_large() -> None:
    puts = [Put(72, 740, "d666f1f7-46cb-42bd-9a39-9a39cf2a509f", 20), *lines(BODY * 3, top=700)]
    document = read(pdf(puts), "a.pdf")
    assert headings(document) == []
    assert document.text.startswith("d666f1f7-46cb-42bd-9a39-9a39cf2a509f\n\n")


def test_cells_that_stand_close_in_one_row_are_divided_where_the_table_is() -> None:
    """The head's first two cells are 10 points apart, one size of the font: a wide gap only where the rows say so."""
    head = [Put(72, 720, "Country"), Put(119, 720, "People (millions)"), Put(260, 720, "Capital")]
    rows = [("Austria", "8.9", "Vienna"), ("Belgium", "11.5", "Brussels"), ("Norway", "5.4", "Oslo")]
    puts = [
        Put(x, 706 - 14 * at, text) for at, row in enumerate(rows) for x, text in zip((72, 150, 260), row, strict=True)
    ]
    found = blocks(read(pdf([*head, *puts]), "a.pdf"))
    assert found == [("table row", text) for text in (
        "Country | People (millions) | Capital",
        "Austria | 8.9 | Vienna",
        "Belgium | 11.5 | Brussels",
        "Norway | 5.4 | Oslo",
    )]  # fmt: skip


def test_dots_that_lead_to_the_next_cell_divide_cells() -> None:
    puts = [Put(72, 720, "Wiring change ........ $85 ...... $0"), Put(72, 706, "System test .. $3,400 ...... $40")]
    assert blocks(read(pdf(puts), "a.pdf")) == [
        ("table row", "Wiring change | $85 | $0"),
        ("table row", "System test | $3,400 | $40"),
    ]


def test_an_item_goes_on_at_the_margin_when_its_line_was_full() -> None:
    texts = ["Send the form to the office by one of", "the ways that are listed here, please:"]
    item = [Put(81, 696, "• Mail: Office of the Department of"), Put(72, 684, "Transportation, Room 12, Oslo.")]
    found = blocks(read(pdf([*lines(texts), *item]), "a.pdf"))
    assert found[1] == ("list item", "• Mail: Office of the Department of Transportation, Room 12, Oslo.")


def test_a_letter_in_parentheses_that_begins_a_line_inside_a_sentence_is_no_item() -> None:
    texts = ["The items that are named in paragraph", "(i) of this rule are those that follow", "from paragraph one."]
    assert blocks(read(pdf(lines(texts)), "a.pdf")) == [("paragraph", " ".join(texts))]


def test_an_address_goes_on_after_a_hyphen_at_the_end_of_a_line() -> None:
    texts = ["The report is at http://example.org/2018%20-", "%20035.pdf and has nine parts."]
    assert "http://example.org/2018%20-%20035.pdf and" in read(pdf(lines(texts)), "a.pdf").text
