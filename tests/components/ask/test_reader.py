"""The text of a document cut for the browser: nothing is lost, and marks are where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from components.ask.reader import AROUND, Mark, PageBreak, pieces, window


def test_a_mark_over_a_page_break_is_cut_there() -> None:
    assert pieces("one two", [Mark(2, 6)], [PageBreak(1, 0), PageBreak(2, 4)], (0, 7)) == [
        {"text": "Page 1", "kind": "page"},
        {"text": "on", "kind": ""},
        {"text": "e ", "kind": "cited"},
        {"text": "Page 2", "kind": "page"},
        {"text": "tw", "kind": "cited"},
        {"text": "o", "kind": ""},
    ]


def test_a_word_inside_a_citation_is_both() -> None:
    assert pieces("red fox", [Mark(0, 7), Mark(4, 7, "word")], [], (0, 7)) == [
        {"text": "red ", "kind": "cited"},
        {"text": "fox", "kind": "cited word"},
    ]


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=4))
def test_every_character_is_shown_once(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [Mark(min(span), max(span)) for span in spans]
    assert "".join(piece["text"] for piece in pieces(text, marks, [], (0, len(text)))) == text


def test_of_a_long_text_the_part_around_the_mark_is_shown_from_the_start_of_a_line() -> None:
    text = "0123456789\n" * 20_000
    start, end = window(text, 110_000)
    assert start <= 110_000 - AROUND + 11
    assert text[start - 1] == "\n"
    assert end == 110_000 + AROUND
