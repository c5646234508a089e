from __future__ import annotations

from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.profiling.alerts.spellings import LONG, _distance, _worn, near, spelling_keys

WORD = st.text("abcd", min_size=1, max_size=7)


def reference(one: str, other: str) -> int:
    """Optimal string alignment by its definition."""

    @cache
    def distance(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        choices = [
            distance(i - 1, j) + 1,
            distance(i, j - 1) + 1,
            distance(i - 1, j - 1) + (one[i - 1] != other[j - 1]),
        ]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            choices.append(distance(i - 2, j - 2) + 1)
        return min(choices)

    return distance(len(one), len(other))


@given(WORD, WORD)
def test_the_distance_counts_slips(one: str, other: str) -> None:
    assert _distance(one, other) == reference(one, other)


@given(st.text("abc", min_size=5, max_size=12), st.text("abc", min_size=5, max_size=12))
def test_words_that_are_near_have_a_remainder_in_common(one: str, other: str) -> None:
    if near(one, other):
        assert set(_worn(one)) & set(_worn(other))


@given(st.text("abcdefgh", min_size=LONG, max_size=14), st.data())
def test_two_slips_in_a_long_word_are_found_through_their_remainders(word: str, data: st.DataObject) -> None:
    slipped = word
    for _ in range(2):
        at = data.draw(st.integers(1, len(slipped) - 2))
        slipped = slipped[:at] + data.draw(st.sampled_from(["", "x", slipped[at] + "y"])) + slipped[at + 1 :]
    if near(word, slipped):
        assert set(_worn(word)) & set(_worn(slipped))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("chicago", "chcago", True),
        ("chicago", "chciago", True),
        ("chicago", "chixago", True),
        ("house", "horse", False),  # too short for a wrong letter
        ("house", "huose", True),
        ("house", "mouse", False),
        ("nigeria", "nigerian", False),
        ("typical", "atypical", False),
        ("technician", "technical", False),
        ("electronic", "eletronnic", True),
        ("paid", "pade", False),
        ("same", "same", False),
        ("equal words", "equal words", False),
    ],
)
def test_what_counts_as_a_slip(one: str, other: str, expected: bool) -> None:
    assert near(one, other) is near(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("New York", "new-york", True),
        ("U.S.A.", "u.s.a", True),
        ("Zürich", "ZURICH", True),
        ("Ａ１", "a1", True),  # full width
        ("a  b", "A B ", True),
        ("O'Brien", "O’Brien", True),
        ("C", "C++", False),
        ("A-", "A", False),
        ("<5", "5", False),
        ("1-2", "1.2", False),
        ("10%", "10", False),
        ("-1", "1", False),
        ("C#", "C", False),
    ],
)
def test_spellings_of_one_word_have_one_key(one: str, other: str, same: bool) -> None:
    keys = spelling_keys(pa.array([one, other])).to_pylist()
    assert (keys[0] == keys[1]) is same
