"""Batches of like length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.embedding.batches import by_length


@given(st.lists(st.integers(1, 40), max_size=50), st.integers(1, 60))
def test_every_text_is_in_one_batch_and_no_batch_is_too_large(lengths: list[int], tokens: int) -> None:
    batches = [batch.tolist() for batch in by_length(lengths, tokens)]
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= tokens


def test_texts_of_like_length_are_together() -> None:
    assert [batch.tolist() for batch in by_length([5, 1, 5, 1, 5, 1], tokens=15)] == [[0, 2, 4], [1, 3, 5]]
