"""Passages as Markdown: matching words, what is cited, and nothing of a document read as formatting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ask.sources import marked, where
from components.feedback import escape


@pytest.mark.parametrize(
    ("text", "words", "cited", "shown"),
    [
        ("the red fox", [(4, 7)], [], "the **red** fox"),
        ("the red fox", [], [(0, 7)], ":primary-background[the red] fox"),
        ("the red fox", [(4, 7)], [(0, 7)], ":primary-background[the **red**] fox"),
        ("the red fox", [(4, 7)], [(4, 11)], "the :primary-background[**red** fox]"),
        ("a <b> [x](y)", [], [], r"a \<b\> \[x\]\(y\)"),
        ("Title\n===\n- one\n1. two", [], [], "Title  \n\\===  \n\\- one  \n1\\. two"),
        ("one\ntwo", [(4, 7)], [], "one  \n**two**"),
    ],
)
def test_words_are_bold_and_what_is_cited_has_a_tint(
    text: str, words: list[tuple[int, int]], cited: list[tuple[int, int]], shown: str
) -> None:
    assert marked(text, words, cited) == shown


@given(st.text(min_size=1, max_size=60), st.data())
def test_marks_change_nothing_of_the_text(text: str, data: st.DataObject) -> None:
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: tuple(sorted(pair)))
    shown = marked(text, data.draw(st.lists(spans, max_size=3)), data.draw(st.lists(spans, max_size=2)))
    bare = shown.replace(":primary-background[", "").replace("**", "")
    shown_bare, text_bare = (_without_closing(one).replace("\\", "").split() for one in (bare, escape(text)))
    assert shown_bare == text_bare


def test_a_place_names_document_page_and_the_nearest_heading() -> None:
    assert where("a_b.pdf", 3, ["Results", "Lift"]) == r"a\_b.pdf, page 3 · Lift"
    assert where("notes.txt", None) == "notes.txt"


def _without_closing(text: str) -> str:
    """Without the brackets that end a tint: those of the text itself are escaped."""
    kept, before = [], ""
    for mark in text:
        if mark == "]" and before != "\\":
            before = mark
            continue
        kept.append(mark)
        before = "" if before == "\\" else mark
    return "".join(kept)
