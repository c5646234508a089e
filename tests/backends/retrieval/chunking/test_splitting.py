"""Where chunks begin and end, on documents that can be followed by eye: a token is a word."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.chunking import ChunkSize, split
from backends.retrieval.documents.document import Block, Document, Page
from tests.backends.retrieval.chunking.texts import SCRIPTS, minilm, words

EXTRA = Path(os.environ.get("WORKBENCH_EXTRA_DATA", Path(__file__).parents[5] / "shared" / "data"))
CRANFIELD = EXTRA / "retrieval" / "cranfield" / "corpus.jsonl"


def document(*blocks: tuple[str, int, str]) -> Document:
    """A document of blocks (kind, level, text) with a blank line between them."""
    text, made = "", []
    for kind, level, content in blocks:
        made.append(Block(kind, len(text), len(text) + len(content), level))  # type: ignore[arg-type]
        text += content + "\n\n"
    return Document("a.md", "md", text, blocks=tuple(made))


def passages(given: Document, tokens: int, overlap: int = 0) -> list[str]:
    return [given.text[chunk.start : chunk.end].strip() for chunk in split(given, ChunkSize(tokens, overlap), words)]


def test_a_short_document_is_one_chunk() -> None:
    (chunk,) = split(Document("a.txt", "txt", "  One two.\n"), ChunkSize(), words)
    assert (chunk.start, chunk.end, chunk.tokens, chunk.page, chunk.headings) == (0, 11, 2, None, ())


def test_nothing_is_cut_from_no_text() -> None:
    assert split(Document("a.txt", "txt", ""), ChunkSize(), words) == ()


def test_a_heading_begins_a_chunk_and_stays_with_what_follows() -> None:
    given = document(("paragraph", 0, "Before."), ("heading", 1, "# Flow"), ("paragraph", 0, "It flows."))
    assert passages(given, 50) == ["Before.", "# Flow\n\nIt flows."]


def test_a_heading_is_not_left_alone_by_the_cut() -> None:
    given = document(("heading", 1, "One two three"), ("paragraph", 0, "Four. Five six. Seven eight nine."))
    assert passages(given, 5) == ["One two three\n\nFour.", "Five six. Seven eight nine."]


def test_a_chunk_names_the_headings_that_it_stands_under() -> None:
    given = document(
        ("heading", 1, "# Air #"), ("heading", 2, "## Wings"), ("paragraph", 0, "w"), ("heading", 3, "Tips\n---"),
        ("paragraph", 0, "t"), ("heading", 2, "Tails"), ("paragraph", 0, "s"), ("heading", 1, "C#"),
        ("paragraph", 0, "c"),
    )  # fmt: skip
    chunks = split(given, ChunkSize(), words)
    assert [chunk.headings for chunk in chunks] == [
        ("Air", "Wings"),
        ("Air", "Wings", "Tips"),
        ("Air", "Tails"),
        ("C#",),
    ]


def test_paragraphs_are_preferred_to_sentences_and_sentences_to_words() -> None:
    given = document(("paragraph", 0, "a b c. d e f."), ("paragraph", 0, "g h. i j k l."))
    assert passages(given, 8) == ["a b c. d e f.", "g h. i j k l."]
    assert passages(given, 5) == ["a b c.", "d e f.\n\ng h.", "i j k l."]
    assert passages(given, 2)[:3] == ["a b", "c.", "d e"]


def test_a_long_section_is_cut_into_parts_of_like_length_not_into_full_ones_and_a_rest() -> None:
    text = " ".join(f"w{n} x{n}." for n in range(11))
    chunks = split(Document("a.txt", "txt", text), ChunkSize(20, 0), words)
    assert [chunk.tokens for chunk in chunks] == [10, 12]


def test_neighbours_share_a_whole_sentence_where_one_fits_and_words_otherwise() -> None:
    text = "a b c d. e f g. h i. j k l m. n o p."
    assert passages(Document("a.txt", "txt", text), 9, 3) == [
        "a b c d. e f g.",
        "e f g. h i. j k l m.",
        "k l m. n o p.",
    ]


def test_neighbours_share_words_where_a_sentence_is_longer_than_the_overlap() -> None:
    assert passages(Document("a.txt", "txt", "a b c d e f g h"), 6, 2) == ["a b c d e", "d e f g h"]


def test_nothing_is_shared_across_headings_pages_and_rows() -> None:
    text = "a b c d e f g h"
    pages = (Page(1, 0, 8), Page(2, 8, 8), Page(3, 8, len(text)))
    chunks = split(Document("a.pdf", "pdf", text, pages=pages), ChunkSize(10, 5), words)
    assert [(chunk.start, chunk.end, chunk.page) for chunk in chunks] == [(0, 8, 1), (8, 15, 3)]


def test_a_row_is_a_chunk_and_a_long_one_several() -> None:
    given = document(("row", 0, "a: 1"), ("row", 0, "b: 2"), ("row", 0, "c d e f g h"), ("paragraph", 0, "i"))
    assert passages(given, 4) == ["a: 1", "b: 2", "c d e", "f g h", "i"]


def test_text_outside_the_blocks_is_kept_as_paragraphs() -> None:
    text = "lost\n\n# Kept\nlost too"
    given = Document("a.md", "md", text, blocks=(Block("heading", 6, 12, 1),))
    assert passages(given, 9) == ["lost", "# Kept\nlost too"]


def test_code_is_cut_at_lines() -> None:
    assert passages(document(("code", 0, "a = b\nc = d\ne = f\ng = h")), 5) == ["a = b\nc = d", "e = f\ng = h"]


def test_a_blank_page_is_a_chunk_of_no_tokens() -> None:
    given = Document("a.pdf", "pdf", "a b\n \n", pages=(Page(1, 0, 4), Page(2, 4, 6)))
    assert [(chunk.tokens, chunk.page) for chunk in split(given, ChunkSize(), words)] == [(2, 1), (0, 2)]


def test_a_word_that_the_model_does_not_know_is_not_a_chunk_without_end() -> None:
    text = SCRIPTS["Thai"].replace(" ", "") * 100
    assert len(minilm(text)) == 1
    chunks = split(Document("a.txt", "txt", text), ChunkSize(200, 0), minilm)
    assert max(chunk.end - chunk.start for chunk in chunks) <= 800


def test_blanks_without_end_are_cut_too() -> None:
    chunks = split(Document("a.txt", "txt", "a" + " " * 10_000 + "b"), ChunkSize(50, 0), words)
    assert max(chunk.end - chunk.start for chunk in chunks) <= 51 * 64


def test_the_whole_text_is_given_to_the_tokenizer_once() -> None:
    asked = []

    def spans(text: str) -> np.ndarray:
        asked.append(text)
        return words(text)

    split(document(*[("paragraph", 0, "a b c. d e f.")] * 20), ChunkSize(8, 2), spans)
    assert len(asked) == 1


@pytest.mark.parametrize("size", [ChunkSize(0, 0), ChunkSize(10, 6), ChunkSize(10, -1)])
def test_a_size_that_cannot_be_is_refused(size: ChunkSize) -> None:
    with pytest.raises(WorkbenchError, match=str(size.overlap or size.tokens)):
        split(Document("a.txt", "txt", "a"), size, words)


@pytest.mark.skipif(not CRANFIELD.is_file(), reason=f"needs {CRANFIELD}; set WORKBENCH_EXTRA_DATA")
def test_a_passage_of_abstracts_has_no_more_tokens_for_the_model_than_it_says() -> None:
    lines = CRANFIELD.read_text(encoding="utf-8").splitlines()[:150]
    for text in (json.loads(line)["text"] for line in lines):
        for chunk in split(Document("a.txt", "txt", text), ChunkSize(), minilm):
            assert len(minilm(text[chunk.start : chunk.end])) <= chunk.tokens <= ChunkSize().tokens
