"""What holds for every text: nothing is lost, nothing is changed, nothing is too long."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backends.retrieval.chunking import Chunk, ChunkSize, sentences, split
from backends.retrieval.chunking.graphemes import is_boundary
from backends.retrieval.documents.document import Document
from tests.backends.retrieval.chunking import texts

TOKENS = (texts.words, texts.utf8_bytes, texts.minilm)
ONE_CHARACTER = 4  # tokens that `utf8_bytes` gives it at most
sizes = st.integers(ONE_CHARACTER, 30).flatmap(lambda n: st.builds(ChunkSize, st.just(n), st.integers(0, n // 2)))


def assert_conserved(document: Document, chunks: tuple[Chunk, ...]) -> None:
    """Every character is in a chunk, chunks are in order, each lies within the page that it names."""
    covered = np.zeros(len(document.text), dtype=bool)
    for chunk in chunks:
        assert 0 <= chunk.start < chunk.end <= len(document.text)
        covered[chunk.start : chunk.end] = True
        assert chunk.page == document.page_at(chunk.start) == document.page_at(chunk.end - 1)
    assert covered.all()
    for before, after in itertools.pairwise(chunks):
        assert before.start < after.start <= before.end < after.end


@pytest.mark.parametrize("tokens", TOKENS, ids=lambda tokens: tokens.__name__)
@settings(max_examples=80, deadline=None)
@given(document=texts.documents(), size=sizes)
def test_every_character_is_in_a_chunk_of_its_page_and_no_chunk_is_too_long(tokens, document, size) -> None:
    chunks = split(document, size, tokens)
    assert_conserved(document, chunks)
    assert all(chunk.tokens <= size.tokens for chunk in chunks)
    assert chunks == split(document, size, tokens)


@settings(max_examples=80, deadline=None)
@given(document=texts.documents(), size=sizes)
def test_a_chunk_has_as_many_tokens_as_the_model_sees_unless_it_takes_long_words_whole(document, size) -> None:
    spans = texts.words(document.text)
    short = spans[:, 1] - spans[:, 0] <= 24
    if not short.all() or " " * 65 in document.text:
        return
    for chunk in split(document, size, texts.words):
        inside = ((spans[:, 0] < chunk.end) & (spans[:, 1] > chunk.start)).sum()
        assert chunk.tokens >= inside


@settings(max_examples=80, deadline=None)
@given(document=texts.documents(), size=sizes)
def test_rows_are_chunks_and_headings_begin_them(document, size) -> None:
    chunks = split(document, size, texts.words)
    starts = {chunk.start for chunk in chunks}
    filled = [block for block in document.blocks if document.text[block.start : block.end].strip()]
    for before, block in zip([None, *filled], filled, strict=False):
        between = "" if before is None else document.text[before.end : block.start]
        if before is not None and block.kind == "row" and before.kind == "row" and not between.strip():
            assert block.start in starts
        if before is not None and block.kind == "heading" and before.kind == "paragraph" and not between.strip():
            crossing = [chunk for chunk in chunks if chunk.start < block.start < chunk.end]
            assert not crossing


@settings(max_examples=100, deadline=None)
@given(text=texts.texts())
def test_sentences_tile_any_text(text) -> None:
    spans = sentences(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


@settings(max_examples=100, deadline=None)
@given(text=texts.texts(20))
def test_where_a_text_may_be_cut_the_standard_sees_two_graphemes(text) -> None:
    """`regex` implements Unicode Standard Annex 29 on its own."""
    theirs = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    ours = {at for at in range(len(text) + 1) if is_boundary(text, at)}
    assert ours <= theirs


@settings(max_examples=100, deadline=None)
@given(text=texts.texts(30), size=sizes)
@example(text="z\u0317\u0318\u0319The", size=ChunkSize(7, 0))  # one cluster of seven tokens, more than half of all
def test_graphemes_that_fit_are_kept_whole(text, size) -> None:
    clusters = [match.span() for match in regex.finditer(r"\X", text)]
    largest = max((len(text[start:end].encode()) for start, end in clusters), default=0)
    if largest > size.tokens - size.overlap:
        return
    whole = {0, *(end for _, end in clusters)}
    for chunk in split(Document("a.txt", "txt", text), size, texts.utf8_bytes):
        assert chunk.end in whole
