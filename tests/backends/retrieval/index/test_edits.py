from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.documents.document import Block, Document, Page
from backends.retrieval.index.edits import moved, replaced

Edit = tuple[Document, int, int, str]
TEXT = "# Bees\n\nThey make honey.\n\nThey dance.\n\nEnd."
DOCUMENT = Document(
    "a.md",
    "md",
    TEXT,
    blocks=(
        Block("heading", 0, 6, 1),
        Block("paragraph", 8, 24),
        Block("paragraph", 26, 37),
        Block("paragraph", 39, 43),
    ),
)


def shown(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_a_word_within_a_block_leaves_all_blocks() -> None:
    new = replaced(DOCUMENT, 0, 26, "# Bees\n\nThey make wax.\n\n")
    assert shown(new) == [
        ("heading", "# Bees"),
        ("paragraph", "They make wax."),
        ("paragraph", "They dance."),
        ("paragraph", "End."),
    ]


def test_what_is_appended_to_a_block_belongs_to_it() -> None:
    new = replaced(DOCUMENT, 26, 37, "They dance. A lot.")
    assert shown(new)[2:] == [("paragraph", "They dance. A lot."), ("paragraph", "End.")]


def test_text_over_several_blocks_becomes_one_paragraph_between_the_others() -> None:
    new = replaced(DOCUMENT, 8, 37, "All is new")
    assert shown(new) == [("heading", "# Bees"), ("paragraph", "All is new"), ("paragraph", "End.")]


def test_a_block_of_which_nothing_is_left_is_gone() -> None:
    new = replaced(DOCUMENT, 26, 39, "")
    assert shown(new) == [("heading", "# Bees"), ("paragraph", "They make honey."), ("paragraph", "End.")]


def test_what_is_added_at_the_end_of_a_page_is_on_that_page() -> None:
    document = Document("a.pdf", "pdf", "onetwo", pages=(Page(1, 0, 3), Page(2, 3, 6)))
    assert replaced(document, 0, 3, "one and more").pages == (Page(1, 0, 12), Page(2, 12, 15))
    assert replaced(document, 3, 6, "the two").pages == (Page(1, 0, 3), Page(2, 3, 10))
    assert replaced(document, 0, 3, "").pages == (Page(1, 0, 0), Page(2, 0, 3))


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    text = draw(st.text("ab \n", min_size=1, max_size=40))
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    blocks = tuple(Block("paragraph", a, b) for a, b in pairwise(bounds) if text[a:b].strip() and draw(st.booleans()))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=2)) | {0, len(text)})
    pages = tuple(Page(number, a, b) for number, (a, b) in enumerate(pairwise(cuts), start=1))
    page = draw(st.sampled_from(pages))
    start = draw(st.integers(page.start, max(page.start, page.end - 1)))
    end = draw(st.integers(min(start + 1, page.end), page.end))
    return Document("a", "txt", text, pages=pages, blocks=blocks), start, end, draw(st.text("abc \n", max_size=20))


@given(edits())
def test_after_any_edit_pages_tile_and_blocks_are_in_order_and_do_not_overlap(
    edit: tuple[Document, int, int, str],
) -> None:
    document, start, end, text = edit
    new = replaced(document, start, end, text)
    assert new.text == document.text[:start] + text + document.text[end:]
    assert [page.start for page in new.pages] == [0, *(page.end for page in new.pages[:-1])]
    assert new.pages[-1].end == len(new.text)
    edges = [edge for block in new.blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    assert all(0 <= block.start < block.end <= len(new.text) for block in new.blocks)
    if text == document.text[start:end]:
        assert new == document


@given(edits())
def test_spans_before_and_behind_an_edit_keep_their_text(edit: Edit) -> None:
    document, start, end, text = edit
    new = document.text[:start] + text + document.text[end:]
    spans = [(0, start), (end, len(document.text)), (start, end)]
    kept = moved(spans, start, end, len(text))
    texts = [document.text[a:b] for a, b in spans[:2] if a < b]
    assert [new[a:b] for a, b in kept] == texts
