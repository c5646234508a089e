from __future__ import annotations

import threading

import pytest

from backends.retrieval.documents import Document, Unreadable, read
from backends.settings import Settings
from tests.backends.retrieval.documents.pdfs import Put, encrypted, lines, pdf

BIRDS = ["Cranes migrate in spring across the", "whole of the continent and rest on", "wide plains beside the river."]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def reason(data: bytes, name: str = "a.pdf", **options: object) -> str:
    with pytest.raises(Unreadable) as caught:
        read(data, name, **options)  # type: ignore[arg-type]
    return caught.value.reason


def test_lines_of_a_paragraph_become_one_line_and_a_gap_divides_paragraphs() -> None:
    document = read(pdf([*lines(BIRDS), *lines(["Herons stay."], top=660)]), "a.pdf")
    assert document.text == " ".join(BIRDS) + "\n\nHerons stay."
    assert [kind for kind, _ in blocks(document)] == ["paragraph", "paragraph"]


def test_pages_tile_the_text_and_keep_their_numbers() -> None:
    document = read(pdf(lines(["One."]), [], lines(["Three."])), "a.pdf")
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, "One.\n\n"),
        (2, ""),
        (3, "Three."),
    ]
    assert document.notes == ("There is no text layer on page 2; OCR is not built in.",)
    assert document.page_at(document.text.index("Three")) == 3


def test_pages_without_text_are_an_error_when_there_is_no_other() -> None:
    with pytest.raises(Unreadable, match="no text layer on pages 1–3; OCR is not built in") as caught:
        read(pdf([], [], []), "scan.pdf")
    assert caught.value.reason == "image only"


def test_larger_and_bold_lines_are_headings_and_the_first_is_the_title() -> None:
    body = lines(BIRDS * 3, top=640)
    puts = [Put(72, 720, "Birds", 20), Put(72, 690, "On their way", 14), Put(72, 660, "Cranes", bold=True), *body]
    document = read(pdf(puts), "a.pdf")
    found = [(document.text[b.start : b.end], b.level) for b in document.blocks if b.kind == "heading"]
    assert found == [("Birds", 1), ("On their way", 2), ("Cranes", 3)]
    assert document.title == "Birds"


def test_the_title_of_the_metadata_wins_unless_it_is_a_file_name() -> None:
    assert read(pdf(lines(BIRDS), title="All about cranes"), "a.pdf").title == "All about cranes"
    assert read(pdf(lines(BIRDS), title="cranes_v3.doc"), "a.pdf").title == ""


def test_list_items_are_blocks_of_their_own() -> None:
    puts = [
        *lines(["In the bag there are:"]),
        *lines(["• a lamp that burns the whole", "• a map"], top=700, leading=24),
        Put(80, 688, "night and the next day"),
    ]
    ordered = [puts[0], puts[1], puts[3], puts[2]]
    assert blocks(read(pdf(ordered), "a.pdf"))[1:] == [
        ("list item", "• a lamp that burns the whole night and the next day"),
        ("list item", "• a map"),
    ]


def test_rows_of_a_table_stay_rows() -> None:
    rows = [("City", "People", "Area"), ("Graz", "292,000", "127"), ("Linz", "210,000", "96"), ("Wels", "64,000", "46")]
    puts = [
        Put(72 + 150 * column, 720 - 12 * row, text)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
    ]
    assert blocks(read(pdf(puts), "a.pdf")) == [("table row", " | ".join(cells)) for cells in rows]


def test_a_hyphen_at_the_end_of_a_line_goes_only_where_it_divides_a_word() -> None:
    text = [
        "The orchestra found a conduc-",
        "tor with a well-known and FAA-",
        "approved plan from 2018-",
        "2020 in a well-",
    ]
    document = read(pdf(lines([*text, "known hall."])), "a.pdf")
    assert document.text == (
        "The orchestra found a conductor with a well-known and FAA-approved plan from 2018-2020 in a well-known hall."
    )


def test_letters_drawn_one_by_one_are_words() -> None:
    shown = "[(W) 80 (ords) -300 (apart) -280 (h) 20 (ere)]"
    data = pdf([Put(72, 720, "Words apart here")]).replace(b"(Words apart here) Tj", f"{shown} TJ".encode())
    assert read(data, "a.pdf").text == "Words apart here"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_an_encrypted_file_asks_for_its_password_and_opens_with_it(algorithm: str) -> None:
    data = encrypted(pdf(lines(BIRDS)), "crane", "owner", algorithm)
    assert reason(data) == "encrypted"
    assert reason(data, password="heron") == "wrong password"
    assert read(data, "a.pdf", "crane").text == read(data, "a.pdf", "owner").text == " ".join(BIRDS)


def test_errors_never_hold_the_password() -> None:
    with pytest.raises(Unreadable) as caught:
        read(encrypted(pdf(lines(BIRDS)), "crane", "owner"), "a.pdf", "s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_password_for_the_owner_only_keeps_nobody_from_reading() -> None:
    assert read(encrypted(pdf(lines(BIRDS)), "", "owner"), "a.pdf").text == " ".join(BIRDS)


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.4\n1 0 obj\n<<", b"%PDF-1.4\n" + bytes(5_000)])
def test_damage_is_named(data: bytes) -> None:
    assert reason(data) == "broken"


def test_a_table_of_contents_that_is_wrong_is_made_anew() -> None:
    data = pdf(lines(BIRDS))
    assert read(data[: data.index(b"startxref")], "a.pdf").text == " ".join(BIRDS)


def test_bounds_on_pages_and_characters() -> None:
    data = pdf(*(lines(BIRDS) for _ in range(4)))
    assert reason(data, settings=Settings(max_document_pages=3)) == "too many pages"
    assert reason(data, settings=Settings(max_document_characters=150)) == "too much text"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_turned_by_its_flag_still_knows_its_lines(rotate: int) -> None:
    assert sorted(read(pdf(lines(BIRDS), rotate=rotate), "a.pdf").text.split()) == sorted(" ".join(BIRDS).split())


def test_threads_may_read_at_the_same_time() -> None:
    data, texts = pdf(*(lines(BIRDS) for _ in range(5))), []
    threads = [threading.Thread(target=lambda: texts.append(read(data, "a.pdf").text)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == [texts[0]] * 6
